package training_test

import (
	"math"
	"testing"

	"perceptron/internal/fixtures"
	"perceptron/training"
)

// TestPlateauLikePyTorch compares the rate after every epoch, and sees to it that
// each case has a fall.
func TestPlateauLikePyTorch(t *testing.T) {
	f := fixtures.Load(t, "plateau")
	figures := f.Tensor("figures").Float64s
	for name, plateau := range map[string]training.Plateau{
		"default":          {},
		"patience_0":       {Patience: -1, Factor: 0.5},
		"patience_3":       {Patience: 3, Factor: 0.5},
		"cooldown":         {Patience: 1, Factor: 0.5, Cooldown: 4},
		"absolute":         {Patience: 2, Threshold: 0.05, Absolute: true},
		"relative":         {Patience: 2, Threshold: 0.05},
		"least":            {Patience: 1, Factor: 0.3, Least: 0.1},
		"highest":          {Patience: 2, Highest: true, Factor: 0.7},
		"highest_absolute": {Patience: 2, Highest: true, Threshold: 0.2, Absolute: true},
	} {
		plateau.Figure = func(e training.Epoch) float64 { return e.TrainLoss }
		schedule, rates := plateau.Schedule(), f.Tensor(name).Float64s
		var history []training.Epoch
		for i, figure := range figures {
			history = append(history, training.Epoch{Epoch: i + 1, TrainLoss: figure})
			got := pytorchRate * schedule(training.Progress{History: history})
			if !(math.Abs(got/rates[i]-1) < 1e-12) {
				t.Errorf("%s: rate %v after epoch %d, PyTorch has %v", name, got, i+1, rates[i])
			}
		}
		if last := rates[len(rates)-1]; last == pytorchRate {
			t.Errorf("%s: the rate never falls", name)
		}
	}
	if n := len(f.Names()); n != 10 {
		t.Errorf("%d tensors in the fixture", n)
	}
}

// TestPlateauLooksAtHeldBackRows holds that the figure is the loss of the rows
// that early stopping holds back, where there are any.
func TestPlateauLooksAtHeldBackRows(t *testing.T) {
	s := training.Plateau{Patience: -1}.Schedule()
	falling := []training.Epoch{{TrainLoss: 2, HeldBack: 1}, {TrainLoss: 1, HeldBack: 1}}
	if f := s(training.Progress{History: falling}); f != 0.1 {
		t.Errorf("factor %v with held-back rows", f)
	}
	falling[0].HeldBack, falling[1].HeldBack = 0, 0
	if f := s(training.Progress{History: falling}); f != 1 {
		t.Errorf("factor %v without", f)
	}
	if f := (training.Plateau{Factor: 1}).Schedule()(training.Progress{}); !math.IsNaN(f) {
		t.Errorf("a factor of 1 gives %v", f)
	}
}
