package training

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"testing"

	"perceptron/datasets"
	"perceptron/models"
)

// table is a data set of made-up rows: the class is whether x1 + x2 > 1.
func table(t testing.TB, rows int) *datasets.Dataset {
	t.Helper()
	x, y := matrix(rows, 2), matrix(rows, 1)
	for i := range rows {
		a, b := float32(i*7%rows)/float32(rows), float32(i*3%rows)/float32(rows)
		x.Float32s()[2*i], x.Float32s()[2*i+1] = a, b
		if a+b > 1 {
			y.Float32s()[i] = 1
		}
	}
	return dataset(t, datasets.Batch{X: x, Y: y}, "low", "high")
}

func dataset(t testing.TB, b datasets.Batch, classes ...string) *datasets.Dataset {
	t.Helper()
	d, err := datasets.New("made up", b.X, b.Y, classes)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func fitted(t testing.TB, net *models.Model, train, valid *datasets.Dataset, o Options) *Result {
	t.Helper()
	r, err := Fit(t.Context(), net, train, valid, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestFitLearns is the short test in which networks must really learn.
func TestFitLearns(t *testing.T) {
	t.Run("xor", func(t *testing.T) {
		net := declared(t, models.Binary, models.Seed(1), models.Linear(2, 8), models.Tanh(), models.Linear(8, 1))
		data := dataset(t, xorBatch(), "no", "yes")
		r := fitted(t, net, data, nil, Options{Optimizer: Adam(0.1), Epochs: 500, LossBelow: 0.01})
		score, err := Evaluate(net, data)
		if err != nil || score.Accuracy != 1 || r.Stop.Reason != LossReached || score.Loss > 0.01 {
			t.Errorf("%v: accuracy %v, loss %v (error %v)", r.Stop, score.Accuracy, score.Loss, err)
		}
	})
	t.Run("iris", func(t *testing.T) {
		iris, err := datasets.Iris()
		if err != nil {
			t.Fatal(err)
		}
		train, valid, err := iris.Split(70, 1)
		if err != nil {
			t.Fatal(err)
		}
		net := declared(t, models.Multiclass, models.Seed(1), models.Linear(4, 16), models.ReLU(), models.Linear(16, 3))
		r := fitted(t, net, train, valid, Options{Optimizer: Adam(0.01), BatchSize: 16, Epochs: 150})
		first, last := r.History[0], r.History[len(r.History)-1]
		if last.Valid.Accuracy < 0.9 || last.TrainLoss > 0.3 || first.TrainLoss < 2*last.TrainLoss {
			t.Errorf("accuracy %v, loss from %v to %v", last.Valid.Accuracy, first.TrainLoss, last.TrainLoss)
		}
	})
}

// TestFitIsReproducible holds that the same options give the same bits, whatever
// the number of processors, and with batches prepared ahead or not.
func TestFitIsReproducible(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	train, valid := table(t, 50), table(t, 30)
	run := func(processors int, prefetch bool, seed uint64, eps float64) ([]float32, []Epoch) {
		runtime.GOMAXPROCS(processors)
		net := noisy(t, 1)
		r := fitted(t, net, train, valid, Options{Optimizer: Adam(0.01), BatchSize: 8, Epochs: 4, Seed: seed, Prefetch: prefetch,
			EarlyStopping: EarlyStopping{Patience: 4}, Adversarial: eps})
		return contents(net), r.History
	}
	for _, eps := range []float64{0, 0.1} {
		want, wantHistory := run(1, false, 3, eps)
		for _, c := range []struct {
			processors int
			prefetch   bool
		}{{1, true}, {2, false}, {4, true}} {
			got, history := run(c.processors, c.prefetch, 3, eps)
			if !slices.Equal(got, want) {
				t.Errorf("%+v: other weights", c)
			}
			for i, e := range history {
				w := wantHistory[i]
				if !sameFigures(e.Valid, w.Valid) || e.TrainLoss != w.TrainLoss || e.HeldBack != w.HeldBack {
					t.Errorf("%+v: epoch %d is %+v, wanted %+v", c, i+1, e, w)
				}
			}
		}
		if got, _ := run(1, false, 4, eps); slices.Equal(got, want) {
			t.Error("another seed gives the same weights")
		}
	}
}

// sameFigures compares all figures; some are NaN.
func sameFigures(a, b *Evaluation) bool { return fmt.Sprintf("%+v", *a) == fmt.Sprintf("%+v", *b) }

// TestFitRefuses holds that what cannot work is an error before the first step.
func TestFitRefuses(t *testing.T) {
	train, three := table(t, 13), dataset(t, datasets.Batch{X: matrix(3, 2), Y: matrix(3, 1, 0, 1, 2)}, "a", "b", "c")
	wide := dataset(t, datasets.Batch{X: matrix(3, 5), Y: matrix(3, 1)}, "a", "b")
	numbers, pairs := dataset(t, datasets.Batch{X: matrix(2, 2), Y: matrix(2, 1, 0, 1.5)}), dataset(t, datasets.Batch{X: matrix(2, 2), Y: matrix(2, 2)})
	net := noisy(t, 1)
	classes := declared(t, models.Multiclass, models.Linear(2, 2))
	value := declared(t, models.Regression, models.Linear(2, 1))
	for _, c := range []struct {
		name         string
		net          *models.Model
		train, valid *datasets.Dataset
		options      Options
		want         string
	}{
		{"no model", nil, train, nil, Options{Epochs: 1}, "no model"},
		{"no rows", net, nil, nil, Options{Epochs: 1}, "no rows: give a data set"},
		{"no epochs", net, train, nil, Options{}, "Epochs is 0: wanted 1 or more"},
		{"batch size", net, train, nil, Options{Epochs: 1, BatchSize: -1}, "BatchSize is -1: wanted 1 or more, or 0 for all rows"},
		{"threshold", net, train, nil, Options{Epochs: 1, LossBelow: math.NaN()}, "LossBelow is NaN: wanted 0 or more"},
		{"clipping", net, train, nil, Options{Epochs: 1, ClipNorm: -1}, "ClipNorm is -1"},
		{"adversarial", net, train, nil, Options{Epochs: 1, Adversarial: -0.1}, "Adversarial is -0.1: wanted a finite number of 0 or more"},
		{"adversarial NaN", net, train, nil, Options{Epochs: 1, Adversarial: math.NaN()}, "Adversarial is NaN: wanted a finite number of 0 or more"},
		{"adversarial infinity", net, train, nil, Options{Epochs: 1, Adversarial: math.Inf(1)}, "Adversarial is +Inf: wanted a finite number of 0 or more"},
		{"adversarial out of float32", net, train, nil, Options{Epochs: 1, Adversarial: 1e39}, "eps 1e+39: wanted a finite number above 0"},
		{"optimizer", net, train, nil, Options{Epochs: 1, Optimizer: Adam(-1)}, "learning rate -1"},
		{"features", net, wide, nil, Options{Epochs: 1}, "made up has 5 features, the model takes 2: declare a first layer that fits"},
		{"validation features", net, train, wide, Options{Epochs: 1}, "made up has 5 features, the model takes 2"},
		{"binary classes", net, three, nil, Options{Epochs: 1}, "made up has 3 classes, a Binary model tells 2 apart: declare a Multiclass model of 3 outputs"},
		{"binary numbers", net, numbers, nil, Options{Epochs: 1}, "made up: row 1 (counted from 0): target 1.5: a Binary model wants 0, 1 or a probability between: read the target as datasets.Classes"},
		{"no class indices", classes, numbers, nil, Options{Epochs: 1}, "made up: row 1 (counted from 0): target 1.5: this Multiclass model wants class indices from 0 to 1: read the target as datasets.Classes"},
		{"numbers wanted", value, train, nil, Options{Epochs: 1}, "the targets of made up are 2 classes, a Regression model wants numbers: declare a Multiclass or Binary model"},
		{"validation targets", value, numbers, train, Options{Epochs: 1}, "the targets of made up are 2 classes"},
		{"classes", classes, three, nil, Options{Epochs: 1}, "made up has 3 classes, the model tells 2 apart"},
		{"class columns", classes, pairs, nil, Options{Epochs: 1}, "made up has 2 target columns, the model wants 1"},
		{"targets", value, pairs, nil, Options{Epochs: 1}, "made up has 2 target columns, the model wants 1"},
		{"schedule", net, train, nil, Options{Epochs: 1, Schedule: Warmup(2, Constant())}, "step 1: the schedule multiplies the learning rate by NaN"},
		{"batches of one row", net, train, nil, Options{Epochs: 1, BatchSize: 1}, "batches of 1 rows: models: layer 3, bn1 = BatchNorm1d(8)"},
		{"a last batch of one row", net, train, nil, Options{Epochs: 1, BatchSize: 4}, "the last of the batches of 4 rows, with 1 of 13 rows: models: layer 3, bn1"},
		{"patience", net, train, nil, Options{Epochs: 1, EarlyStopping: EarlyStopping{Patience: -1}}, "EarlyStopping.Patience is -1"},
		{"share", net, train, nil, Options{Epochs: 1, EarlyStopping: EarlyStopping{Patience: 1, Share: 1}}, "EarlyStopping.Share is 1: wanted above 0 and below 1"},
		{"delta", net, train, nil, Options{Epochs: 1, EarlyStopping: EarlyStopping{Patience: 1, MinDelta: -1}}, "EarlyStopping.MinDelta is -1"},
		{"no validation rows", net, train, nil, Options{Epochs: 1, EarlyStopping: EarlyStopping{Patience: 1, OnValid: true}}, "EarlyStopping.OnValid needs validation rows"},
		{"too few rows", net, numbersBetween(t), nil, Options{Epochs: 1, EarlyStopping: EarlyStopping{Patience: 1, Share: 0.9}}, "early stopping: holding back 2 of 2 rows"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var before []float32
			if c.net != nil {
				before = contents(c.net)
			}
			_, err := Fit(t.Context(), c.net, c.train, c.valid, c.options)
			wantError(t, err, "training: ")
			wantError(t, err, c.want)
			if c.net != nil && !slices.Equal(before, contents(c.net)) {
				t.Error("the model has changed")
			}
		})
	}
}

func TestFitWantsAContext(t *testing.T) {
	var none context.Context
	_, err := Fit(none, noisy(t, 1), table(t, 13), nil, Options{Epochs: 1})
	wantError(t, err, "training: no context: give context.Background()")
}

// TestFitTakesUnnamedClasses holds that class indices and probabilities serve
// without names of classes.
func TestFitTakesUnnamedClasses(t *testing.T) {
	indices := dataset(t, datasets.Batch{X: matrix(3, 2), Y: matrix(3, 1, 0, 1, 2)})
	odds := dataset(t, datasets.Batch{X: matrix(3, 2), Y: matrix(3, 1, 0, 0.25, 1)})
	fitted(t, declared(t, models.Multiclass, models.Linear(2, 3)), indices, nil, Options{Epochs: 1})
	fitted(t, declared(t, models.Binary, models.Linear(2, 1)), odds, nil, Options{Epochs: 1})
}

func numbersBetween(t testing.TB) *datasets.Dataset {
	return dataset(t, datasets.Batch{X: matrix(2, 2), Y: matrix(2, 1, 0, 1)})
}

// TestFitBatches holds that the last batch is short and counts by its rows, or is
// left out.
func TestFitBatches(t *testing.T) {
	train := table(t, 13)
	for _, c := range []struct {
		size, steps int
		drop        bool
	}{{0, 1, false}, {5, 3, false}, {5, 2, true}, {4, 3, true}, {100, 1, true}} {
		net := declared(t, models.Binary, models.Seed(1), models.Linear(2, 1))
		before, err := Evaluate(net, train)
		if err != nil {
			t.Fatal(err)
		}
		r := fitted(t, net, train, nil, Options{Optimizer: SGD(0), BatchSize: c.size, DropLast: c.drop, Epochs: 2})
		if r.Steps != 2*c.steps || r.Epochs != 2 {
			t.Errorf("%+v: %d steps in %d epochs", c, r.Steps, r.Epochs)
		}
		// Nothing moves at rate 0, so the mean over batches is that over rows.
		if got := r.History[0].TrainLoss; !c.drop && math.Abs(got-before.Loss) > 1e-6 {
			t.Errorf("%+v: mean loss %v, over the rows %v", c, got, before.Loss)
		}
	}
}

// TestFitFollowsTheSchedule holds that the rate of each step is the optimizer's
// times the schedule's, and that the optimizer has its own again afterwards.
func TestFitFollowsTheSchedule(t *testing.T) {
	o := SGD(0.5)
	var rates []float64
	r := fitted(t, declared(t, models.Binary, models.Linear(2, 1)), table(t, 8), nil, Options{
		Optimizer: o, Schedule: LinearDecay(), BatchSize: 4, Epochs: 2,
		Hooks: []Hook{{Step: func(Progress) error { rates = append(rates, o.LearningRate()); return nil }}},
	})
	if want := []float64{0.5, 0.375, 0.25, 0.125}; !slices.Equal(rates, want) {
		t.Errorf("rates %v, wanted %v", rates, want)
	}
	if r.History[0].Rate != 0.375 || r.History[1].Rate != 0.125 || o.LearningRate() != 0.5 {
		t.Errorf("history %+v, rate afterwards %v", r.History, o.LearningRate())
	}
}

// TestFitNamesTheStepOfALoss that is no number, and leaves the weights of the step
// before.
func TestFitNamesTheStepOfALoss(t *testing.T) {
	x := matrix(4, 1, 1, 1, 1, 1)
	train := dataset(t, datasets.Batch{X: x, Y: matrix(4, 1, 1, 1, 1, 1)})
	net := declared(t, models.Regression, models.Seed(1), models.Linear(1, 1))
	r, err := Fit(t.Context(), net, train, nil, Options{Optimizer: SGD(1e12), Epochs: 20})
	wantError(t, err, "training: step ")
	wantError(t, err, "the loss is ")
	wantError(t, err, "(epoch ")
	if r.Stop.Reason != Failed || r.Steps == 0 || r.Steps > 10 {
		t.Errorf("%v after %d steps", r.Stop, r.Steps)
	}
	for _, w := range contents(net) {
		if math.IsNaN(float64(w)) || math.IsInf(float64(w), 0) {
			t.Errorf("weights %v", contents(net))
		}
	}
	// In one epoch the loss before the only update is finite, the one after it not.
	net = declared(t, models.Regression, models.Seed(1), models.Linear(1, 1))
	_, err = Fit(t.Context(), net, train, train, Options{Optimizer: SGD(1e30), Epochs: 1})
	wantError(t, err, "evaluate made up: the loss is ")
	wantError(t, err, "(epoch 1)")
}

// TestFitTransforms holds that a batch may be changed before it is used.
func TestFitTransforms(t *testing.T) {
	net := declared(t, models.Regression, models.Linear(2, 1), models.Init(models.Zeros()))
	data := dataset(t, datasets.Batch{X: table(t, 8).X(), Y: matrix(8, 1)})
	fitted(t, net, data, nil, Options{Optimizer: SGD(0.1), Epochs: 50, Transform: func(b datasets.Batch) {
		clear(b.X.Float32s())
		for i := range b.Y.Float32s() {
			b.Y.Float32s()[i] = 3
		}
	}})
	got := contents(net)
	if got[0] != 0 || got[1] != 0 || math.Abs(float64(got[2])-3) > 0.01 {
		t.Errorf("learned %v, wanted weights 0 and a bias of 3", got)
	}
}
