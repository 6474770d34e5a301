package plots_test

import (
	"math"
	"math/rand/v2"

	"perceptron/plots"
)

// samples are pictures as the lessons draw them, and edge cases of each.
func samples() map[string]plots.Picture {
	return map[string]plots.Picture{
		"decision":         xor(),
		"decision-many":    twoMoons(),
		"decision-flat":    plots.Decision{Title: "XOR before any step", Points: xor().Points, Classes: xor().Classes, Probability: constant(0.5)},
		"predicted":        houses(106),
		"predicted-one":    plots.Predicted{Actual: []float64{3}, Predicted: []float64{2}},
		"comparison":       plots.Comparison(houses(106)),
		"comparison-one":   plots.Comparison{Actual: []float64{3}, Predicted: []float64{2}},
		"confusion-3":      species(),
		"confusion-10":     digits(),
		"loss":             training(300),
		"loss-one":         training(1),
		"loss-two":         training(2),
		"loss-alone":       plots.Loss{Title: "XOR: loss", Train: training(2000).Train},
		"loss-flat":        plots.Loss{Title: "Nothing learned", Train: []float64{0, 0, 0}, Valid: []float64{0, 0, 0}},
		"mistakes":         misread(171),
		"mistakes-few":     misread(3),
		"mistakes-none":    misread(0),
		"activations":      activations(),
		"derivatives":      derivatives(),
		"functions-single": plots.Functions{From: 0, To: 1, Curves: activations().Curves[:1]},
	}
}

func constant(p float64) func([][2]float64) ([]float64, error) {
	return func(points [][2]float64) ([]float64, error) {
		values := make([]float64, len(points))
		for i := range values {
			values[i] = p
		}
		return values, nil
	}
}

func sigmoid(z float64) float64 { return 1 / (1 + math.Exp(-z)) }
func relu(z float64) float64    { return max(z, 0) }

// each makes a batch function of a function of one point.
func each(f func(x, y float64) float64) func([][2]float64) ([]float64, error) {
	return func(points [][2]float64) ([]float64, error) {
		values := make([]float64, len(points))
		for i, p := range points {
			values[i] = f(p[0], p[1])
		}
		return values, nil
	}
}

func xor() plots.Decision {
	return plots.Decision{
		Title:   "XOR: what the 2-3-1 network makes of every input",
		Points:  [][2]float64{{0, 0}, {0, 1}, {1, 0}, {1, 1}},
		Classes: []int{0, 1, 1, 0},
		Probability: each(func(x, y float64) float64 {
			return sigmoid(9*relu(x+0.2*y) - 18.5*relu(0.9*x+y-0.85) + 10*relu(y-0.1*x) - 4.4)
		}),
	}
}

func twoMoons() plots.Decision {
	d := plots.Decision{
		Title: "Two moons", Axes: [2]string{"length (cm)", "width (cm)"},
		Probability: each(func(x, y float64) float64 { return sigmoid(4 * (y - 0.5 - math.Cos(2*x)*0.5)) }),
	}
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 200 {
		x := 3 * r.Float64()
		y := math.Cos(2*x)*0.5 + float64(i%2) + 0.2*r.NormFloat64()
		d.Points, d.Classes = append(d.Points, [2]float64{x, y}), append(d.Classes, i%2)
	}
	return d
}

func houses(n int) plots.Predicted {
	d := plots.Predicted{Title: "Boston: predicted against actual prices of the validation rows", Quantity: "median price", Unit: "1000 $"}
	r := rand.New(rand.NewPCG(3, 4))
	for range n {
		a := min(50, 5+18*math.Exp(0.45*r.NormFloat64()))
		d.Actual, d.Predicted = append(d.Actual, a), append(d.Predicted, a+3*r.NormFloat64())
	}
	return d
}

func species() plots.Confusion {
	d := plots.Confusion{Title: "Iris: 80 validation rows", Classes: []string{"setosa", "versicolor", "virginica"}}
	for i := range 80 {
		a := i % 3
		p := a
		if i == 40 || i == 43 {
			p = 2
		}
		d.Actual, d.Predicted = append(d.Actual, a), append(d.Predicted, p)
	}
	return d
}

func digits() plots.Confusion {
	d := plots.Confusion{Title: "MNIST: 10,000 validation pictures", Classes: []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}}
	r := rand.New(rand.NewPCG(5, 6))
	for range 10000 {
		a := r.IntN(10)
		p := a
		if r.Float64() < 0.02 {
			p = (a + 1 + r.IntN(5)) % 10
		}
		d.Actual, d.Predicted = append(d.Actual, a), append(d.Predicted, p)
	}
	return d
}

func training(epochs int) plots.Loss {
	d := plots.Loss{Title: "Iris: loss by epoch", Metric: plots.Curve{Name: "validation accuracy"}}
	r := rand.New(rand.NewPCG(7, 8))
	for i := range epochs {
		fall := math.Exp(-float64(i) / 40)
		d.Train = append(d.Train, 1.1*fall+0.01+0.002*r.Float64())
		d.Valid = append(d.Valid, 1.1*fall+0.06+0.01*r.Float64())
		d.Metric.Values = append(d.Metric.Values, 0.96-0.6*fall+0.01*r.Float64())
	}
	return d
}

// misread makes n pictures of rings and strokes.
func misread(n int) plots.Mistakes {
	d := plots.Mistakes{Title: "MNIST: what the network misread", Of: 10000}
	r := rand.New(rand.NewPCG(9, 10))
	for i := range n {
		pixels := make([]float32, 28*28)
		radius := 4 + 5*r.Float64()
		for j := range pixels {
			x, y := float64(j%28)-13.5, float64(j/28)-13.5
			pixels[j] = float32(255 * math.Exp(-math.Pow(math.Hypot(x, y*0.7)-radius, 2)))
		}
		d.Mistakes = append(d.Mistakes, plots.Mistake{Pixels: pixels, Actual: i % 10, Predicted: (i + 3) % 10, Probability: 0.4 + 0.6*r.Float64()})
	}
	return d
}

func softplus(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }

// choose returns below or above, depending on the side of 0 that x lies on.
func choose(below, above float64) func(x float64) float64 {
	return func(x float64) float64 {
		if x > 0 {
			return above
		}
		return below
	}
}

func activations() plots.Functions {
	return plots.Functions{Title: "Activation functions over [−10, 10]", From: -10, To: 10, Curves: []plots.Function{
		{"Sigmoid", "1 / (1 + exp(−x))", sigmoid},
		{"Tanh", "(1 − exp(−2x)) / (1 + exp(−2x))", math.Tanh},
		{"ReLU", "x if x ≥ 0, else 0", relu},
		{"Softplus", "log(1 + exp(x))", softplus},
		{"LeakyReLU", "x if x ≥ 0, else 0.1 x", func(x float64) float64 { return max(x, 0.1*x) }},
	}}
}

func derivatives() plots.Functions {
	return plots.Functions{Title: "Derivatives of the activation functions over [−10, 10]", From: -10, To: 10, Curves: []plots.Function{
		{"Sigmoid′", "f(x) (1 − f(x))", func(x float64) float64 { return sigmoid(x) * sigmoid(-x) }},
		{"Tanh′", "1 − f(x)²", func(x float64) float64 { return 1 - math.Tanh(x)*math.Tanh(x) }},
		{"ReLU′", "1 if x > 0, else 0", choose(0, 1)},
		{"Softplus′", "1 / (1 + exp(−x))", sigmoid},
		{"LeakyReLU′", "1 if x > 0, else 0.1", choose(0.1, 1)},
	}}
}
