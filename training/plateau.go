package training

import (
	"cmp"
	"math"
)

// Plateau lowers the learning rate when a figure has stopped getting better:
// PyTorch's ReduceLROnPlateau, with its defaults where a field is 0. The figure is
// looked at after each epoch. A negative number stands for 0.
//
//	training.Options{Schedule: training.Plateau{Factor: 0.5, Patience: 5}.Schedule()}
type Plateau struct {
	Factor    float64 // the rate is multiplied by it; 0: 0.1
	Patience  int     // epochs in a row that may pass without a better figure; 0: 10
	Threshold float64 // by which share a figure must be better to count; 0: 1e-4
	Absolute  bool    // Threshold is a difference, not a share
	Cooldown  int     // epochs after a fall in which none counts as worse
	Least     float64 // the lowest factor: PyTorch's min_lr as a share of the rate

	// Figure is what is looked at; nil: the loss of the rows that EarlyStopping
	// holds back, or without it the training loss.
	Figure func(Epoch) float64
	// Highest says that higher figures are better: PyTorch's mode "max".
	Highest bool
}

// Schedule is what Options.Schedule wants. The factor follows from the history
// alone, so a resumed run has the same. As in PyTorch, a fall by less than 1e-8
// is not made; here that is a share of the optimizer's rate.
func (c Plateau) Schedule() Schedule {
	c.Factor, c.Patience, c.Threshold = cmp.Or(c.Factor, 0.1), cmp.Or(c.Patience, 10), cmp.Or(c.Threshold, 1e-4)
	c.Factor, c.Threshold = max(c.Factor, 0), max(c.Threshold, 0)
	if c.Figure == nil {
		c.Figure = func(e Epoch) float64 { return cmp.Or(e.HeldBack, e.TrainLoss) }
	}
	return valid(c.Factor < 1 && c.Least <= 1, c.factor)
}

func (c Plateau) factor(p Progress) float64 {
	factor, best, bad, cooling := 1.0, math.Inf(1), 0, 0
	if c.Highest {
		best = math.Inf(-1)
	}
	for _, e := range p.History {
		figure := c.Figure(e)
		if c.better(figure, best) {
			best, bad = figure, 0
		} else {
			bad++
		}
		if cooling > 0 {
			cooling--
			bad = 0
		}
		if bad > max(c.Patience, 0) {
			if lower := max(factor*c.Factor, c.Least); factor-lower > 1e-8 {
				factor = lower
			}
			bad, cooling = 0, max(c.Cooldown, 0)
		}
	}
	return factor
}

// better reports whether a figure improves on the best so far.
func (c Plateau) better(figure, best float64) bool {
	sign := 1.0
	if c.Highest {
		sign = -1
	}
	if c.Absolute {
		return sign*figure < sign*best-c.Threshold
	}
	return sign*figure < sign*(best*(1-sign*c.Threshold))
}
