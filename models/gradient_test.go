package models

import (
	"math"
	"math/rand/v2"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func randomMatrix(seed uint64, rows, cols int, f func(float64) float64) *tensor.Dense {
	rng := rand.New(rand.NewPCG(seed, 3))
	v := make([]float64, rows*cols)
	for i := range v {
		if v[i] = rng.NormFloat64(); f != nil {
			v[i] = f(v[i])
		}
	}
	return tensor.New(tensor.WithShape(rows, cols), tensor.WithBacking(v))
}

func positive(x float64) float64 { return math.Abs(x) + 0.5 }

// slopes runs a graph of the model and gives a function that computes the loss
// anew, and the gradients of the loss with respect to nodes.
func slopes(t *testing.T, g *Graph, x, y *tensor.Dense, wrt G.Nodes) (loss func() float64, gradients []*tensor.Dense) {
	t.Helper()
	nodes, err := G.Backpropagate(G.Nodes{g.Loss}, G.Nodes{G.NewConstant(1.0, G.In(g.Expr))}, wrt)
	if err != nil {
		t.Fatal(err)
	}
	machine := G.NewTapeMachine(g.Expr)
	t.Cleanup(func() { machine.Close() })
	loss = func() float64 {
		for n, v := range map[*G.Node]*tensor.Dense{g.X: x, g.Y: y} {
			if err := G.Let(n, v); err != nil {
				t.Fatal(err)
			}
		}
		if err := machine.RunAll(); err != nil {
			t.Fatal(err)
		}
		machine.Reset()
		return ScalarValue(g.Loss)
	}
	loss()
	for _, n := range nodes {
		gradients = append(gradients, n.Value().(*tensor.Dense).Clone().(*tensor.Dense))
	}
	return loss, gradients
}

// TestLayerGradients compares the gradient of every parameter and of the input
// with finite differences, through whole models that hold each layer.
func TestLayerGradients(t *testing.T) {
	classes := tensor.New(tensor.WithShape(6, 1), tensor.WithBacking([]float64{0, 2, 1, 1, 0, 2}))
	events := tensor.New(tensor.WithShape(6, 1), tensor.WithBacking([]float64{0, 1, 1, 0.3, 0, 1}))
	two := tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]float32{1, 0.5, -0.3, 2}))
	around := func(parts ...Part) []Part {
		return append(append([]Part{Linear(2, 4)}, parts...), Linear(4, 3))
	}
	for _, c := range []struct {
		name         string
		task         Task
		parts        []Part
		onlyTraining bool
	}{
		{"Linear", Multiclass, []Part{Linear(2, 3)}, false},
		{"NoBias", Multiclass, []Part{Linear(2, 3, NoBias)}, false},
		{"LabelSmoothing", Multiclass, []Part{LabelSmoothing(0.1), Linear(2, 3)}, false},
		{"Sigmoid", Multiclass, around(Sigmoid()), false},
		{"Tanh", Multiclass, around(Tanh()), false},
		{"ReLU", Multiclass, around(ReLU()), false},
		{"LeakyReLU", Multiclass, around(LeakyReLU(0.1)), false},
		{"Softplus", Multiclass, around(Softplus()), false},
		{"Dropout", Multiclass, around(Dropout(0.4)), false},
		{"GaussianNoise", Multiclass, around(GaussianNoise(0.5)), false},
		{"BatchNorm1d", Multiclass, around(BatchNorm1d(4)), true},
		{"BatchNorm1d with Eps", Multiclass, around(BatchNorm1d(4, Eps(0.1))), true},
		{"BatchNorm2d", Multiclass, around(Unflatten(2, 1, 2), BatchNorm2d(2), Flatten()), true},
		{"Standardize", Multiclass, []Part{Standardize([]float32{1, -1}, []float32{0.5, 2}), Linear(2, 3)}, false},
		{"Whiten", Multiclass, []Part{Whiten([]float32{1, -1}, two), Linear(2, 3)}, false},
		{"AppendLogs", Multiclass, []Part{AppendLogs(2, 1), Linear(3, 3)}, false},
		{"AppendReciprocals", Multiclass, []Part{AppendReciprocals(2, 1), Linear(3, 3)}, false},
		{"AppendIndicators", Multiclass, []Part{AppendIndicators(2, 1, 0.5), Linear(3, 3)}, false},
		{"Binary", Binary, []Part{Linear(2, 3), Tanh(), Linear(3, 1)}, false},
		{"Regression", Regression, []Part{Linear(2, 3), Tanh(), Linear(3, 1)}, false},
		{"Unscale", Regression, []Part{Linear(2, 1), Unscale([]float32{3}, []float32{2})}, false},
		{"UnscaleSquare", Regression, []Part{Linear(2, 1), UnscaleSquare([]float32{1}, []float32{0.5})}, false},
		{"Clamp", Regression, []Part{Linear(2, 1), UnscaleSquare([]float32{1}, []float32{0.5}), Clamp(0.9, 1.1)}, false},
	} {
		y := map[TargetKind]*tensor.Dense{Classes: classes, Labels: events, Values: randomMatrix(5, 6, 1, positive)}[c.task.Targets]
		for mode, training := range map[string]bool{"training": true, "evaluation": false} {
			if c.onlyTraining && !training {
				continue // BatchNorm has no gradient when it predicts: nobody trains then
			}
			t.Run(c.name+"/"+mode, func(t *testing.T) {
				m, err := New(c.task, append(c.parts, Float64(), Seed(1))...)
				if err != nil {
					t.Fatal(err)
				}
				x := randomMatrix(4, 6, 2, positive)
				g, err := m.Graph(GraphOptions{Rows: 6, Training: training})
				if err != nil {
					t.Fatal(err)
				}
				loss, gradients := slopes(t, g, x, y, append(G.Nodes{g.X}, g.Parameters...))
				checkSlopes(t, "x", x.Float64s(), gradients[0].Float64s(), loss)
				for i, p := range g.Trained {
					checkSlopes(t, p.Name, p.Value.Float64s(), gradients[i+1].Float64s(), loss)
				}
			})
		}
	}
}

// checkSlopes compares a gradient with central differences.
func checkSlopes(t *testing.T, name string, values, gradient []float64, loss func() float64) {
	t.Helper()
	const h = 1e-5
	largest := 0.0
	for i, v := range values {
		values[i] = v + h
		up := loss()
		values[i] = v - h
		down := loss()
		values[i] = v
		want := (up - down) / (2 * h)
		largest = max(largest, math.Abs(want))
		if !(math.Abs(gradient[i]-want) <= 1e-8*max(1, math.Abs(want))) {
			t.Errorf("∂L/∂%s[%d] is %v, by finite differences %v", name, i, gradient[i], want)
		}
	}
	// The bias before a BatchNorm has none: the norm takes it away.
	if largest < 1e-6 && name != "fc1.bias" {
		t.Errorf("∂L/∂%s is 0 everywhere: the test shows nothing", name)
	}
}

// TestGradientAtTheOutput shows what the deck derives: the gradient at the last
// layer's result Z is prediction − target for all three tasks, divided by the
// rows, over which the loss is a mean. (PyTorch's MSELoss has no ½ before the
// square, which leaves a 2.)
func TestGradientAtTheOutput(t *testing.T) {
	const rows = 4
	for _, c := range []struct {
		task    Task
		outputs int
		y       []float64
		factor  float64
	}{
		{Regression, 1, []float64{0.3, -2, 5, 0}, 2},
		{Binary, 1, []float64{0, 1, 1, 0}, 1},
		{Multiclass, 3, []float64{2, 0, 1, 1}, 1},
	} {
		t.Run(c.task.String(), func(t *testing.T) {
			m, err := New(c.task, Linear(5, 8), Tanh(), Linear(8, c.outputs), Float64(), Seed(2))
			if err != nil {
				t.Fatal(err)
			}
			g, err := m.EvaluationGraph(rows)
			if err != nil {
				t.Fatal(err)
			}
			y := tensor.New(tensor.WithShape(rows, 1), tensor.WithBacking(c.y))
			_, gradients := slopes(t, g, randomMatrix(3, rows, 5, nil), y, G.Nodes{g.Z})
			dz, prediction := gradients[0].Float64s(), g.Output.Value().(*tensor.Dense).Float64s()
			for i := range dz {
				truth := c.y[i/c.outputs]
				if c.task.Targets == Classes { // one-hot
					if int(truth) == i%c.outputs {
						truth = 1
					} else {
						truth = 0
					}
				}
				want := c.factor * (prediction[i] - truth) / rows
				if math.Abs(dz[i]-want) > 1e-14 {
					t.Errorf("∂L/∂Z[%d] is %v, prediction − target gives %v", i, dz[i], want)
				}
			}
		})
	}
}
