package training

import (
	"math"
	"slices"
	"testing"

	"perceptron/datasets"
	"perceptron/models"
)

// noise is a data set with nothing to learn: whoever fits it, does so at the cost
// of other rows.
func noise(t testing.TB, rows int, seed float64) *datasets.Dataset {
	x, y := matrix(rows, 2), matrix(rows, 1)
	for i := range x.Float32s() {
		x.Float32s()[i] = float32(math.Sin(seed + 37*float64(i*i)))
	}
	for i := range y.Float32s() {
		y.Float32s()[i] = float32(math.Sin(2*seed + 91*float64(i*i)))
	}
	return dataset(t, datasets.Batch{X: x, Y: y})
}

func flexible(t testing.TB) *models.Model {
	return declared(t, models.Regression, models.Seed(1), models.Linear(2, 32), models.Tanh(), models.BatchNorm1d(32), models.Linear(32, 1))
}

// TestEarlyStoppingKeepsTheBestEpoch holds that training ends when patience does,
// with the weights and the running statistics of the best epoch.
func TestEarlyStoppingKeepsTheBestEpoch(t *testing.T) {
	train, valid := noise(t, 40, 1), noise(t, 40, 2)
	for name, c := range map[string]struct {
		stopping EarlyStopping
		valid    *datasets.Dataset
	}{
		"held back":     {EarlyStopping{Patience: 5}, valid},
		"without valid": {EarlyStopping{Patience: 5, Share: 0.5}, nil},
		"on valid":      {EarlyStopping{Patience: 5, OnValid: true}, valid},
	} {
		t.Run(name, func(t *testing.T) {
			net := flexible(t)
			var states [][]float32
			r := fitted(t, net, train, c.valid, Options{Optimizer: Adam(0.05), BatchSize: 10, Epochs: 200, Seed: 3, EarlyStopping: c.stopping,
				Hooks: []Hook{{Epoch: func(Progress) error { states = append(states, contents(net)); return nil }}}})
			best := 0
			for i, e := range r.History {
				if e.HeldBack < r.History[best].HeldBack {
					best = i
				}
				if c.stopping.OnValid && e.HeldBack != e.Valid.Loss {
					t.Errorf("epoch %d: judged by %v, validation loss %v", i+1, e.HeldBack, e.Valid.Loss)
				}
			}
			want := Stop{Reason: NoImprovement, Epochs: best + 1 + 5, Patience: 5, Best: best + 1}
			if r.Stop != want || !r.Stop.Early() {
				t.Errorf("stopped as %+v, wanted %+v", r.Stop, want)
			}
			if !slices.Equal(contents(net), states[best]) {
				t.Errorf("the model is not that of epoch %d", best+1)
			}
		})
	}
}

// TestEarlyStoppingHoldsRowsBack holds that the rows judged by are not trained on,
// are as many as asked for, and depend on the seed alone.
func TestEarlyStoppingHoldsRowsBack(t *testing.T) {
	train := noise(t, 40, 1)
	trained := func(seed uint64, share float64) []float32 {
		seen := map[float32]bool{}
		fitted(t, flexible(t), train, nil, Options{Epochs: 3, Seed: seed, EarlyStopping: EarlyStopping{Patience: 3, Share: share},
			Transform: func(b datasets.Batch) {
				for _, y := range b.Y.Float32s() {
					seen[y] = true
				}
			}})
		var all []float32
		for y := range seen {
			all = append(all, y)
		}
		slices.Sort(all)
		return all
	}
	first := trained(1, 0.25)
	if len(first) != 30 {
		t.Errorf("%d rows are trained on, wanted 30", len(first))
	}
	if !slices.Equal(first, trained(1, 0.25)) || slices.Equal(first, trained(2, 0.25)) {
		t.Error("the rows do not follow the seed")
	}
	if n := len(trained(1, 0)); n != 32 {
		t.Errorf("%d rows are trained on without a share, wanted 32", n)
	}
	if n := len(trained(1, 0.001)); n != 39 {
		t.Errorf("%d rows are trained on with a tiny share, wanted 39", n)
	}
}

// TestEarlyStoppingAtTheEnd holds that the best epoch is taken too when the epochs
// are over, and that a better loss must be better by MinDelta.
func TestEarlyStoppingAtTheEnd(t *testing.T) {
	net := flexible(t)
	r := fitted(t, net, noise(t, 40, 1), nil, Options{Optimizer: Adam(0.05), Epochs: 30, EarlyStopping: EarlyStopping{Patience: 100}})
	if r.Stop.Reason != EpochsDone || r.Stop.Best < 1 || r.Stop.Best >= 30 {
		t.Errorf("stopped as %+v", r.Stop)
	}
	r = fitted(t, flexible(t), noise(t, 40, 1), nil, Options{Epochs: 30, EarlyStopping: EarlyStopping{Patience: 2, MinDelta: 1e6}})
	if want := (Stop{Reason: NoImprovement, Epochs: 3, Patience: 2, Best: 1}); r.Stop != want {
		t.Errorf("stopped as %+v, wanted %+v", r.Stop, want)
	}
}
