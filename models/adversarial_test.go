package models

import (
	"math"
	"slices"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// TestAdversarialGradients compares the gradient of every parameter, over a
// batch and its twins, with finite differences. The twins move by the sign of a
// gradient, which a tiny change of a parameter leaves alone.
func TestAdversarialGradients(t *testing.T) {
	classes := tensor.New(tensor.WithShape(6, 1), tensor.WithBacking([]float64{0, 2, 1, 1, 0, 2}))
	events := tensor.New(tensor.WithShape(6, 1), tensor.WithBacking([]float64{0, 1, 1, 0.3, 0, 1}))
	two := tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]float32{1, 0.5, -0.3, 2}))
	for name, c := range map[string]struct {
		task  Task
		y     *tensor.Dense
		parts []Part
	}{
		"Multiclass": {Multiclass, classes, []Part{Linear(2, 4), ReLU(), Linear(4, 3), LabelSmoothing(0.1)}},
		"Binary":     {Binary, events, []Part{Linear(2, 3), Tanh(), Linear(3, 1)}},
		"Regression": {Regression, randomMatrix(5, 6, 1, positive), []Part{Linear(2, 3), Tanh(), Linear(3, 1), UnscaleSquare([]float32{1}, []float32{0.5})}},
		"everything": {Multiclass, classes, []Part{AppendLogs(2, 1), Standardize([]float32{1, -1, 0}, []float32{0.5, 2, 1}), GaussianNoise(0.2),
			Linear(3, 5), BatchNorm1d(5), Softplus(), Dropout(0.4), Linear(5, 3)}},
		"Whiten": {Multiclass, classes, []Part{Whiten([]float32{1, -1}, two), Linear(2, 4), BatchNorm1d(4), Tanh(), Linear(4, 3)}},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := New(c.task, append(c.parts, Float64(), Seed(1))...)
			if err != nil {
				t.Fatal(err)
			}
			g, err := m.AdversarialGraph(6, 0.3)
			if err != nil {
				t.Fatal(err)
			}
			loss, gradients := slopes(t, g, randomMatrix(4, 6, 2, positive), c.y, g.Parameters)
			for i, p := range g.Trained {
				checkSlopes(t, p.Name, p.Value.Float64s(), gradients[i].Float64s(), loss)
			}
		})
	}
}

// TestAdversarialRows holds that each input moves by eps, in the units behind
// the preprocessing layers, and up the loss, as finite differences find it.
func TestAdversarialRows(t *testing.T) {
	const rows, eps, h = 6, 0.2, 1e-6
	sd := []float32{0.5, 4}
	x, y := randomMatrix(4, rows, 2, nil), tensor.New(tensor.WithShape(rows, 1), tensor.WithBacking([]float64{0, 2, 1, 1, 0, 2}))
	m, err := New(Multiclass, Float64(), Seed(1), Standardize([]float32{1, -1}, sd), Linear(2, 5), Tanh(), Linear(5, 3))
	if err != nil {
		t.Fatal(err)
	}
	evaluate := func(x *tensor.Dense) (z []float64, loss float64) {
		g, err := m.EvaluationGraph(rows)
		if err != nil {
			t.Fatal(err)
		}
		machine := G.NewTapeMachine(g.Expr)
		defer machine.Close()
		for n, v := range map[*G.Node]*tensor.Dense{g.X: x, g.Y: y} {
			if err := G.Let(n, v); err != nil {
				t.Fatal(err)
			}
		}
		if err := machine.RunAll(); err != nil {
			t.Fatal(err)
		}
		return slices.Clone(g.Z.Value().(*tensor.Dense).Float64s()), ScalarValue(g.Loss)
	}
	wantZ, wantLoss := evaluate(x)
	moved := x.Clone().(*tensor.Dense)
	for i := range x.Float64s() {
		v := x.Float64s()[i]
		x.Float64s()[i] = v + h
		_, up := evaluate(x)
		x.Float64s()[i] = v - h
		_, down := evaluate(x)
		x.Float64s()[i] = v
		moved.Float64s()[i] += math.Copysign(eps*float64(sd[i%2]), up-down)
	}
	z, loss := evaluate(moved)
	if !(loss > wantLoss) {
		t.Fatalf("the twins' loss is %v, that of the rows %v: the test shows nothing", loss, wantLoss)
	}
	wantZ, wantLoss = append(wantZ, z...), (wantLoss+loss)/2

	g, err := m.AdversarialGraph(rows, eps)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := slopes(t, g, x, y, g.Parameters)
	if got := again(); math.Abs(got-wantLoss) > 1e-14 {
		t.Errorf("the loss is %v, wanted the mean over rows and twins, %v", got, wantLoss)
	}
	got := g.Z.Value().(*tensor.Dense)
	if !got.Shape().Eq(tensor.Shape{2 * rows, 3}) {
		t.Errorf("Z has shape %v", got.Shape())
	}
	for i, want := range wantZ {
		if math.Abs(got.Float64s()[i]-want) > 1e-14 {
			t.Errorf("Z[%d] is %v, wanted %v", i, got.Float64s()[i], want)
		}
	}
}

// TestAdversarialStatistics holds that BatchNorm's running statistics move once
// a step, by the batch and its twins together.
func TestAdversarialStatistics(t *testing.T) {
	m, err := New(Binary, Float64(), Linear(1, 1, NoBias), BatchNorm1d(1, Momentum(1)), Linear(1, 1, NoBias))
	if err != nil {
		t.Fatal(err)
	}
	p := m.Parameters()
	for i, v := range map[int]float64{0: 1, 6: 1} { // both weights
		p[i].Value.Float64s()[0] = v
	}
	g, err := m.AdversarialGraph(2, 0.5)
	if err != nil {
		t.Fatal(err)
	}
	// BatchNorm takes mean and scale away, so the slopes at 0 and 2 are all but 0
	// and opposite: the twin of the 0 that should be 1 goes down, that of the 2
	// that should be 0 up.
	slopes(t, g, tensor.New(tensor.WithShape(2, 1), tensor.WithBacking([]float64{0, 2})),
		tensor.New(tensor.WithShape(2, 1), tensor.WithBacking([]float64{1, 0})), g.Parameters)
	mean, variance, batches := p[3].Value.Float64s()[0], p[4].Value.Float64s()[0], p[5].Value.Int64s()[0]
	const wantMean, wantVariance = 1, 6.5 / 3 // of 0, 2, −½, 2½
	if math.Abs(mean-wantMean) > 1e-12 || math.Abs(variance-wantVariance) > 1e-12 || batches != 1 {
		t.Errorf("running mean %v, variance %v, %d batches: wanted %v, %v and 1", mean, variance, batches, wantMean, wantVariance)
	}
}

func TestAdversarialGraphRefuses(t *testing.T) {
	m, err := New(Multiclass, Linear(2, 4), BatchNorm1d(4), Linear(4, 3))
	if err != nil {
		t.Fatal(err)
	}
	for _, eps := range []float64{0, -0.1, math.NaN(), math.Inf(1), 1e39} {
		if _, err := m.AdversarialGraph(4, eps); err == nil || !strings.Contains(err.Error(), "wanted a finite number above 0") {
			t.Errorf("eps %v: error %v", eps, err)
		}
	}
	if _, err := m.AdversarialGraph(0, 0.1); err == nil || !strings.Contains(err.Error(), "wanted 1 or more") {
		t.Errorf("no rows: error %v", err)
	}
	if _, err := m.AdversarialGraph(1, 0.1); err == nil || !strings.Contains(err.Error(), "layer 2, bn1 = BatchNorm1d(4)") {
		t.Errorf("one row: error %v", err)
	}
}
