package training

import (
	"math"
	"slices"
	"testing"

	"perceptron/datasets"
	"perceptron/models"
)

// TestAdversarialStep compares a step with one that is worked out by hand.
func TestAdversarialStep(t *testing.T) {
	// (w·x − y)² at w = 1, x = 2, y = 1 rises with x, so the twin is at 2.5 with
	// eps ½. The losses are 1 and 1.5², their slopes by w 2·1·2 and 2·1.5·2.5.
	net := declared(t, models.Regression, models.Linear(1, 1, models.NoBias))
	if err := net.LoadStateDict(models.StateDict{{Name: "fc1.weight", Value: matrix(1, 1, 1)}}); err != nil {
		t.Fatal(err)
	}
	trainer := newTrainer(t, net, SGD(1))
	trainer.Adversarial = 0.5
	loss, err := trainer.Step(datasets.Batch{X: matrix(1, 1, 2), Y: matrix(1, 1, 1)})
	if err != nil {
		t.Fatal(err)
	}
	if want := (1 + 2.25) / 2; loss != want {
		t.Errorf("the loss is %v, wanted %v", loss, want)
	}
	if got, want := contents(net)[0], float32(1-(4+7.5)/2); got != want {
		t.Errorf("the weight is %v, wanted %v", got, want)
	}
}

// TestAdversarialIsAChoiceOfEachStep holds that a trainer may take up and give up
// adversarial rows between steps, and that without them nothing is different.
func TestAdversarialIsAChoiceOfEachStep(t *testing.T) {
	train := func(eps ...float64) []float32 {
		net := noisy(t, 1)
		trainer := newTrainer(t, net, Adam(0.1))
		for _, e := range eps {
			trainer.Adversarial = e
			if _, err := trainer.Step(xorBatch()); err != nil {
				t.Fatal(err)
			}
		}
		return contents(net)
	}
	plain := train(0, 0, 0)
	all := [][]float32{plain, train(0.1, 0, 0), train(0, 0.1, 0), train(0.1, 0.1, 0.1), train(0.1, 0.1, 0.2)}
	for i, a := range all {
		for j, b := range all[:i] {
			if slices.Equal(a, b) {
				t.Errorf("runs %d and %d give one model", i, j)
			}
		}
	}
	if !slices.Equal(train(0, 0, 0), plain) {
		t.Error("the same steps give another model")
	}
}

// TestAdversarialRefuses holds that a bad eps, or a loss that is no number, is
// an error that leaves the model alone.
func TestAdversarialRefuses(t *testing.T) {
	net := noisy(t, 1)
	trainer := newTrainer(t, net, Adam(0.1))
	before := contents(net)
	for _, eps := range []float64{-1, math.NaN(), math.Inf(1), 1e39} {
		trainer.Adversarial = eps
		_, err := trainer.Step(xorBatch())
		wantError(t, err, "wanted a finite number above 0")
	}
	trainer.Adversarial = 0.1
	bad := xorBatch()
	bad.X.Float32s()[3] = float32(math.NaN())
	_, err := trainer.Step(bad)
	wantError(t, err, "the loss is NaN")
	if !slices.Equal(contents(net), before) {
		t.Error("the model has changed")
	}
	if _, err := trainer.Step(xorBatch()); err != nil {
		t.Errorf("the next step fails: %v", err)
	}
}
