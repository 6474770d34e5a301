package training

import (
	"errors"
	"math"
	"reflect"
	"slices"
	"testing"

	"gorgonia.org/tensor"

	"perceptron/datasets"
	"perceptron/models"
)

// TestHookStops holds that a hook ends training without an error, wherever it is
// called, with the step under way finished, and that Stop has its words.
func TestHookStops(t *testing.T) {
	train, enough := table(t, 20), StopTraining("good enough")
	for name, c := range map[string]struct {
		hook  Hook
		want  string
		steps int
	}{
		"begin":    {Hook{Begin: func(Progress) error { return enough }}, "good enough after 0 epochs", 0},
		"backward": {Hook{Backward: func(p Progress) error { return failAt(p.Step, 5, enough) }}, "good enough after 1 epoch", 6},
		"step":     {Hook{Step: func(p Progress) error { return failAt(p.Step, 2, enough) }}, "good enough after 0 epochs", 2},
		"last":     {Hook{Step: func(p Progress) error { return failAt(p.Step, 8, enough) }}, "good enough after 2 epochs", 8},
		"epoch":    {Hook{Epoch: func(p Progress) error { return failAt(p.Epoch, 2, StopTraining("")) }}, "stopped by a hook after 2 epochs", 8},
	} {
		t.Run(name, func(t *testing.T) {
			ended, net := Stop{}, declared(t, models.Binary, models.Linear(2, 1))
			r := fitted(t, net, train, nil, Options{Epochs: 3, BatchSize: 5, Hooks: []Hook{c.hook,
				{End: func(p Progress) error { ended = p.Stop; return nil }}}})
			if r.Stop.Reason != HookStopped || r.Stop.String() != c.want || r.Steps != c.steps || r.Epochs != len(r.History) || ended != r.Stop {
				t.Errorf("%v after %d steps (End saw %v), wanted %s after %d", r.Stop, r.Steps, ended, c.want, c.steps)
			}
			if got := net.Info().Trained; got == nil || got.Steps != c.steps || got.Stop != c.want {
				t.Errorf("the model tells %+v", got)
			}
		})
	}
	own := errors.New("own")
	_, err := Fit(t.Context(), declared(t, models.Binary, models.Linear(2, 1)), train, nil, Options{Epochs: 3, Hooks: []Hook{
		{Epoch: func(Progress) error { return enough }}, {Epoch: func(Progress) error { return own }}}})
	if !errors.Is(err, own) {
		t.Errorf("error %v beside a wish to stop", err)
	}
}

// TestRateOfAHook holds that a rate set in a hook is not overwritten, and that a
// schedule goes on from it.
func TestRateOfAHook(t *testing.T) {
	for _, c := range []struct {
		schedule Schedule
		want     []float64
		after    float64
	}{
		{nil, []float64{0.5, 0.5, 0.25, 0.25}, 0.25},
		{LinearDecay(), []float64{0.5, 0.375, 0.125, 0.0625}, 0.25},
	} {
		o := SGD(0.5)
		var rates []float64
		r := fitted(t, declared(t, models.Binary, models.Linear(2, 1)), table(t, 8), nil, Options{
			Optimizer: o, Schedule: c.schedule, BatchSize: 4, Epochs: 2, Hooks: []Hook{{
				Step: func(p Progress) error { rates = append(rates, p.Optimizer.LearningRate()); return nil },
				Epoch: func(p Progress) error {
					if p.Epoch == 1 {
						p.Optimizer.SetLearningRate(p.Optimizer.LearningRate() / 2)
					}
					return nil
				}}}})
		if !slices.Equal(rates, c.want) || o.LearningRate() != c.after || r.History[1].Rate != c.want[3] {
			t.Errorf("rates %v, %v afterwards; wanted %v and %v", rates, o.LearningRate(), c.want, c.after)
		}
	}
}

// TestGradientsInHooks holds that Backward sees the clipped gradients before the
// update and may change them, and that Step sees them after it.
func TestGradientsInHooks(t *testing.T) {
	net := declared(t, models.Binary, models.Seed(1), models.Linear(2, 3), models.Tanh(), models.Linear(3, 1))
	const rate, norm = 0.5, 0.01
	var before [][]float32
	steps := 0
	fitted(t, net, table(t, 8), nil, Options{Optimizer: SGD(rate), Epochs: 3, ClipNorm: norm, Hooks: []Hook{{
		Begin: func(p Progress) error {
			if p.Gradients() != nil {
				t.Error("gradients before the first step")
			}
			return nil
		},
		Backward: func(p Progress) error {
			before = before[:0]
			sum := 0.0
			for i, g := range p.Gradients() {
				if want := []string{"fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"}[i]; g.Name != want || !g.Grad.Shape().Eq(g.Value.Shape()) {
					t.Errorf("gradient %d is %s of shape %v", i, g.Name, g.Grad.Shape())
				}
				before = append(before, slices.Clone(g.Value.Float32s()))
				for _, x := range g.Grad.Float32s() {
					sum += float64(x) * float64(x)
				}
			}
			if math.Abs(math.Sqrt(sum)-norm) > 1e-6 {
				t.Errorf("the gradients have norm %v", math.Sqrt(sum))
			}
			clear(p.Gradients()[1].Grad.Float32s())
			return nil
		},
		Step: func(p Progress) error {
			steps++
			for i, g := range p.Gradients() {
				for j, w := range g.Value.Float32s() {
					moved, want := float64(w-before[i][j]), -rate*float64(g.Grad.Float32s()[j])
					if math.Abs(moved-want) > 1e-6 || i == 1 && moved != 0 {
						t.Errorf("%s[%d] moved by %v, wanted %v", g.Name, j, moved, want)
					}
				}
			}
			return nil
		},
		Epoch: func(p Progress) error {
			if p.Gradients() != nil {
				t.Error("gradients after an epoch")
			}
			return nil
		},
	}}})
	if steps != 3 || len(before) != 4 {
		t.Errorf("%d steps, %d gradients", steps, len(before))
	}
}

// TestAfter holds that two Fits, the second after the first, are one of as many
// epochs: the same masks, orders of rows, history and weights.
func TestAfter(t *testing.T) {
	train, valid := table(t, 50), table(t, 30)
	run := func(net *models.Model, o *Optimizer, epochs int, after *Result) *Result {
		return fitted(t, net, train, valid, Options{Optimizer: o, BatchSize: 8, Epochs: epochs, Seed: 3, After: after})
	}
	whole := noisy(t, 1)
	want := run(whole, Adam(0.01), 5, nil)
	net, o := noisy(t, 1), Adam(0.01)
	first := run(net, o, 2, nil)
	got := run(net, o, 3, first)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("together %+v, wanted %+v", got, want)
	}
	if !slices.Equal(contents(net), contents(whole)) {
		t.Error("other weights")
	}
	if again := run(noisy(t, 1), Adam(0.01), 2, nil); !reflect.DeepEqual(again, first) {
		t.Error("the first result was changed")
	}
	// A schedule is one of its own Fit, and so is the bound on epochs.
	var rates []float64
	s := SGD(1)
	r := fitted(t, net, train, nil, Options{Optimizer: s, Schedule: LinearDecay(), Epochs: 2, After: got,
		Hooks: []Hook{{Step: func(p Progress) error { rates = append(rates, s.LearningRate()); return nil }}}})
	if !slices.Equal(rates, []float64{1, 0.5}) || r.Epochs != 7 || r.Steps != want.Steps+2 || r.Stop.String() != "finished after 7 epochs" {
		t.Errorf("rates %v, %v, %d steps", rates, r.Stop, r.Steps)
	}
}

// TestFreezeWhileTraining holds that parameters may be frozen and unfrozen between
// two steps, BatchNorm's statistics among them, and that all others go on.
func TestFreezeWhileTraining(t *testing.T) {
	net := noisy(t, 1)
	trainer := newTrainer(t, net, Adam(0.1))
	for step := range 9 {
		frozen, do := step >= 3 && step < 6, net.Unfreeze
		if frozen {
			do = net.Freeze
		}
		if err := do("fc1", "bn1.running_*"); err != nil {
			t.Fatal(err)
		}
		before := net.StateDict()
		if _, err := trainer.Step(xorBatch()); err != nil {
			t.Fatal(err)
		}
		for i, s := range net.StateDict() {
			if s.Value.Dtype() == tensor.Int64 {
				continue
			}
			mayRest := s.Name == "fc1.weight" || s.Name == "fc1.bias" || s.Name == "bn1.running_mean" || s.Name == "bn1.running_var"
			if moved := !slices.Equal(before[i].Value.Float32s(), s.Value.Float32s()); moved == (frozen && mayRest) {
				t.Errorf("step %d: %s moved is %v", step+1, s.Name, moved)
			}
		}
	}
	if err := net.Freeze("*"); err != nil {
		t.Fatal(err)
	}
	_, err := trainer.Step(xorBatch())
	wantError(t, err, "all parameters are frozen: Unfreeze those to train")
}

// TestWeights holds that a row of weight 2 counts as two rows, and one of weight 0
// as none, for the loss, the gradients and the metrics.
func TestWeights(t *testing.T) {
	x, y := matrix(4, 1, 1, 2, 3, -4), matrix(4, 1, 2, 1, 7, 3)
	weighted := dataset(t, datasets.Batch{X: x, Y: y})
	weighted.Weights = []float32{2, 1, 0, 1}
	repeated := dataset(t, datasets.Batch{X: matrix(4, 1, 1, 1, 2, -4), Y: matrix(4, 1, 2, 2, 1, 3)})
	nets, results := [2]*models.Model{}, [2]*Result{}
	for i, d := range []*datasets.Dataset{weighted, repeated} {
		nets[i] = declared(t, models.Regression, models.Seed(1), models.Linear(1, 3), models.Tanh(), models.Linear(3, 1))
		results[i] = fitted(t, nets[i], d, d, Options{Optimizer: SGD(0.05), Epochs: 20, Hooks: []Hook{{}}})
	}
	for i, w := range contents(nets[0]) {
		if math.Abs(float64(w-contents(nets[1])[i])) > 1e-5 {
			t.Errorf("number %d is %v with weights, %v with repeated rows", i, w, contents(nets[1])[i])
		}
	}
	a, b := results[0].History[19], results[1].History[19]
	for what, pair := range map[string][2]float64{
		"training loss": {a.TrainLoss, b.TrainLoss}, "loss": {a.Valid.Loss, b.Valid.Loss},
		"RMSE": {a.Valid.RMSE, b.Valid.RMSE}, "MAE": {a.Valid.MAE, b.Valid.MAE}, "R²": {a.Valid.R2, b.Valid.R2},
	} {
		if math.Abs(pair[0]-pair[1]) > 1e-5 {
			t.Errorf("%s is %v with weights, %v with repeated rows", what, pair[0], pair[1])
		}
	}
}
