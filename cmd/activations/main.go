// Command activations draws the five activation functions of the course and
// their derivatives over [-10, 10].
//
//	go run ./cmd/activations
package main

import (
	"math"

	"perceptron/internal/exercise"
	"perceptron/models"
	"perceptron/plots"
)

func main() {
	exercise.MainDrawing(exercise.Drawing{
		Name:  "activations",
		Title: "Activations: five functions that stand behind a layer, and their derivatives",
		About: `Values and derivatives come from the expression graph that a network runs: the
derivatives are the symbolic ones that training uses.`,
		Draw: draw,
	})
}

const from, to = -10.0, 10.0

// draw evaluates each activation as a layer and makes two sheets of them.
func draw() ([]exercise.Picture, error) {
	values := plots.Functions{Title: "Activation functions over [−10, 10]", From: from, To: to}
	slopes := plots.Functions{Title: "Derivatives of the activation functions over [−10, 10]", From: from, To: to}
	for _, a := range []struct {
		name, formula, slope string
		layer                models.Layer
	}{
		{"Sigmoid", "1 / (1 + exp(−x))", "f(x) (1 − f(x))", models.Sigmoid()},
		{"Tanh", "(1 − exp(−2x)) / (1 + exp(−2x))", "1 − f(x)²", models.Tanh()},
		{"ReLU", "x if x ≥ 0, else 0", "1 if x > 0, else 0", models.ReLU()},
		{"Softplus", "log(1 + exp(x))", "1 / (1 + exp(−x))", models.Softplus()},
		{"LeakyReLU", "x if x ≥ 0, else 0.1 x", "1 if x > 0, else 0.1", models.LeakyReLU(0.1)},
	} {
		y, dy, err := models.Curve(a.layer, grid())
		if err != nil {
			return nil, err
		}
		values.Curves = append(values.Curves, plots.Function{Name: a.name, Formula: a.formula, At: nearest(y)})
		slopes.Curves = append(slopes.Curves, plots.Function{Name: a.name + "′", Formula: a.slope, At: nearest(dy)})
	}
	return []exercise.Picture{
		{Name: "activations.png", About: "the functions", Picture: values},
		{Name: "derivatives.png", About: "their derivatives", Picture: slopes},
	}, nil
}

// A graph run for each point that plots asks for would take long, so all are
// evaluated in one go on a grid far finer than a pixel.
const perUnit = 1000

func grid() []float64 {
	xs := make([]float64, int((to-from)*perUnit)+1)
	for i := range xs {
		xs[i] = from + float64(i)/perUnit
	}
	return xs
}

// nearest is a function given by its values on the grid.
func nearest(values []float64) func(x float64) float64 {
	return func(x float64) float64 { return values[int(math.Round((x-from)*perUnit))] }
}
