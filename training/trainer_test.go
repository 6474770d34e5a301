package training

import (
	"math"
	"slices"
	"sync"
	"testing"

	"gorgonia.org/tensor"

	"perceptron/datasets"
	"perceptron/models"
)

func declared(t testing.TB, task models.Task, parts ...models.Part) *models.Model {
	t.Helper()
	m, err := models.New(task, parts...)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func newTrainer(t testing.TB, net *models.Model, o *Optimizer) *Trainer {
	t.Helper()
	trainer, err := NewTrainer(net, o)
	if err != nil {
		t.Fatal(err)
	}
	return trainer
}

// contents is a copy of all that a model holds, to compare.
func contents(net *models.Model) []float32 {
	var all []float32
	for _, s := range net.StateDict() {
		if s.Value.Dtype() == tensor.Int64 {
			all = append(all, float32(s.Value.Int64s()[0]))
		} else {
			all = append(all, s.Value.Float32s()...)
		}
	}
	return all
}

func xorBatch() datasets.Batch {
	return datasets.Batch{X: matrix(4, 2, 0, 0, 0, 1, 1, 0, 1, 1), Y: matrix(4, 1, 0, 1, 1, 0)}
}

// noisy has every layer that changes by itself while it is trained.
func noisy(t testing.TB, seed uint64) *models.Model {
	return declared(t, models.Binary, models.Seed(seed), models.GaussianNoise(0.1), models.Linear(2, 8),
		models.BatchNorm1d(8), models.ReLU(), models.Dropout(0.5), models.Linear(8, 1))
}

// TestNewTrainerRefuses holds that there must be something to train.
func TestNewTrainerRefuses(t *testing.T) {
	_, err := NewTrainer(nil, Adam(1))
	wantError(t, err, "no model: declare one with models.New")
	_, err = NewTrainer(declared(t, models.Binary, models.AppendLogs(2, 0)), Adam(1))
	wantError(t, err, "the model has no parameters to train: add a Linear layer")
}

// TestFailedStepChangesNothing holds that after an error, which names the step,
// weights and running statistics are those of the step before, and that training
// can go on.
func TestFailedStepChangesNothing(t *testing.T) {
	nan := float32(math.NaN())
	for name, c := range map[string]struct {
		batch datasets.Batch
		want  string
	}{
		"nothing":        {datasets.Batch{}, "step 3: models: no features"},
		"no targets":     {datasets.Batch{X: matrix(4, 2)}, "step 3: models: no targets"},
		"too wide":       {datasets.Batch{X: matrix(4, 3), Y: matrix(4, 1)}, "step 3: models: features have shape (4, 3): wanted (rows, 2)"},
		"rows that lack": {datasets.Batch{X: matrix(4, 2), Y: matrix(3, 1)}, "step 3: models: targets have shape (3, 1): wanted (4, 1)"},
		"one row":        {datasets.Batch{X: matrix(1, 2), Y: matrix(1, 1)}, "bn1 = BatchNorm1d(8)"},
		"NaN in x":       {datasets.Batch{X: matrix(4, 2, nan, 0, 0, 0, 0, 0, 0, 0), Y: matrix(4, 1)}, "step 3: the loss is NaN: lower the learning rate"},
		"infinity in y":  {datasets.Batch{X: matrix(4, 2), Y: matrix(4, 1, float32(math.Inf(1)), 0, 0, 0)}, "step 3: the loss is "},
	} {
		t.Run(name, func(t *testing.T) {
			net := noisy(t, 1)
			trainer := newTrainer(t, net, Adam(0.1))
			for range 2 {
				if _, err := trainer.Step(xorBatch()); err != nil {
					t.Fatal(err)
				}
			}
			before := contents(net)
			_, err := trainer.Step(c.batch)
			wantError(t, err, c.want)
			if !slices.Equal(contents(net), before) {
				t.Errorf("the model has changed from\n%v to\n%v", before, contents(net))
			}
			if _, err := trainer.Step(xorBatch()); err != nil {
				t.Errorf("the next step fails: %v", err)
			}
		})
	}
}

// TestStepsAreReproducible holds that a model trained twice has the same bits,
// noise and dropout included, also while another is trained beside it.
func TestStepsAreReproducible(t *testing.T) {
	train := func(seed uint64) []float32 {
		net := noisy(t, seed)
		trainer, err := NewTrainer(net, Adam(0.1))
		for range 30 {
			if err == nil {
				_, err = trainer.Step(xorBatch())
			}
		}
		if err != nil {
			t.Error(err)
		}
		return contents(net)
	}
	want := [][]float32{train(1), train(2)}
	if slices.Equal(want[0], want[1]) {
		t.Error("two seeds give one model")
	}
	var wg sync.WaitGroup
	for i := range 6 {
		wg.Go(func() {
			if got := train(uint64(i%2) + 1); !slices.Equal(got, want[i%2]) {
				t.Errorf("goroutine %d: the model differs from the one trained alone", i)
			}
		})
	}
	wg.Wait()
}

// TestNoiseFollowsTheStep holds that each step draws its own noise and masks, and
// that Gradients leaves the trained parameters alone.
func TestNoiseFollowsTheStep(t *testing.T) {
	net := declared(t, models.Binary, models.Seed(1), models.Linear(2, 64), models.Dropout(0.5), models.Linear(64, 1))
	before := contents(net)
	losses := func() (all []float64) {
		trainer := newTrainer(t, net, Adam(0.1))
		for range 5 {
			loss, grads, err := trainer.Gradients(xorBatch())
			if err != nil || len(grads) != 4 {
				t.Fatal(len(grads), err)
			}
			all = append(all, loss)
		}
		if trainer.Steps() != 5 {
			t.Errorf("%d steps", trainer.Steps())
		}
		return all
	}
	first := losses()
	if !slices.Equal(first, losses()) {
		t.Error("the same steps have other losses the second time")
	}
	if len(slices.Compact(slices.Clone(first))) != 5 {
		t.Errorf("steps share a mask: losses %v", first)
	}
	if !slices.Equal(contents(net), before) {
		t.Error("the weights have moved without an update")
	}
}

// TestPredictWhileTraining holds that predictions are those of one state of the
// weights, never of a half-made update. Under -race it shows more.
func TestPredictWhileTraining(t *testing.T) {
	net := noisy(t, 1)
	trainer := newTrainer(t, net, SGD(0.5))
	x := matrix(300, 2) // two chunks of equal rows
	done := make(chan struct{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				p, err := net.Predict(x)
				if err != nil {
					t.Error(err)
					return
				}
				if first, last := p.Float32s()[0], p.Float32s()[299]; first != last {
					t.Errorf("equal rows are %v and %v: the weights changed between", first, last)
					return
				}
				net.StateDict()
				if _, err := net.Clone(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 50 {
		if _, err := trainer.Step(xorBatch()); err != nil {
			t.Error(err)
		}
	}
	close(done)
	wg.Wait()
}

// TestCloneIsTrainedApart holds that a copy shares nothing that training changes.
func TestCloneIsTrainedApart(t *testing.T) {
	net := noisy(t, 1)
	clone, err := net.Clone()
	if err != nil {
		t.Fatal(err)
	}
	before := contents(net)
	if !slices.Equal(before, contents(clone)) {
		t.Error("the clone differs from the start")
	}
	if _, err := newTrainer(t, clone, Adam(0.1)).Step(xorBatch()); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(before, contents(net)) || slices.Equal(before, contents(clone)) {
		t.Error("training the clone has changed the original, or not the clone")
	}
}

// TestBatchesOfAllSizes holds that short batches, a changed tensor and a reused
// one give the gradients of their own rows.
func TestBatchesOfAllSizes(t *testing.T) {
	net := declared(t, models.Regression, models.Seed(1), models.Linear(1, 1))
	trainer := newTrainer(t, net, SGD(0))
	loss := func(x, y *tensor.Dense) float64 {
		l, err := trainer.Step(datasets.Batch{X: x, Y: y})
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	x, y := matrix(2, 1, 1, 2), matrix(2, 1, 0, 0)
	two := loss(x, y)
	one := loss(matrix(1, 1, 1), matrix(1, 1, 0))
	again := loss(matrix(2, 1, 1, 1), matrix(2, 1, 0, 0))
	copy(x.Float32s(), []float32{1, 1}) // the loader's buffers change so
	reused := loss(x, y)
	if two == one || again != one || reused != one {
		t.Errorf("losses %v of rows 1, 2; %v of row 1; %v and %v of rows 1, 1", two, one, again, reused)
	}
	if err := x.Reshape(1, 2); err != nil {
		t.Fatal(err)
	}
	_, err := trainer.Step(datasets.Batch{X: x, Y: y})
	wantError(t, err, "features have shape (1, 2): wanted (rows, 1)")
}

// TestTrainerClips holds that ClipNorm and ClipValue bound what a step does.
func TestTrainerClips(t *testing.T) {
	for name, c := range map[string]struct{ norm, value, want float64 }{
		"neither": {0, 0, 20}, "norm": {2, 0, 2}, "value": {0, 3, 3}, "both": {12, 0.5, 0.5}, "wide": {1000, 1000, 20},
	} {
		// The gradient of (w·x − y)² at w = 0, x = 1, y = 10 is −20.
		net := declared(t, models.Regression, models.Linear(1, 1, models.NoBias), models.Init(models.Zeros()))
		trainer := newTrainer(t, net, SGD(1))
		trainer.ClipNorm, trainer.ClipValue = c.norm, c.value
		if _, err := trainer.Step(datasets.Batch{X: matrix(1, 1, 1), Y: matrix(1, 1, 10)}); err != nil {
			t.Fatal(err)
		}
		if got := float64(contents(net)[0]); math.Abs(got-c.want) > 1e-5 {
			t.Errorf("%s: the weight moves by %v, wanted %v", name, got, c.want)
		}
	}
}

// TestTrainerSparesBiases holds that DecayWeightsOnly knows a model's weights.
func TestTrainerSparesBiases(t *testing.T) {
	for want, options := range map[[2]float32][]OptimizerOption{
		{0.5, 1}:   {WeightDecay(0.5), DecayWeightsOnly()},
		{0.5, 0.5}: {WeightDecay(0.5)},
	} {
		net := declared(t, models.Regression, models.Linear(1, 1))
		if err := net.LoadStateDict(models.StateDict{{Name: "fc1.weight", Value: matrix(1, 1, 1)}, {Name: "fc1.bias", Value: tensor.New(tensor.WithShape(1), tensor.WithBacking([]float32{1}))}}); err != nil {
			t.Fatal(err)
		}
		// The prediction is right, so that the decay alone moves anything.
		if _, err := newTrainer(t, net, SGD(1, options...)).Step(datasets.Batch{X: matrix(1, 1, 2), Y: matrix(1, 1, 3)}); err != nil {
			t.Fatal(err)
		}
		if got := contents(net); got[0] != want[0] || got[1] != want[1] {
			t.Errorf("weight and bias %v, wanted %v", got, want)
		}
	}
}
