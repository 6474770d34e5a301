package training

import (
	"errors"
	"slices"

	"perceptron/internal/simd"
)

// SGD is stochastic gradient descent: w −= rate·g. WithMomentum adds a
// velocity, as Momentum does.
func SGD(rate float64, options ...OptimizerOption) *Optimizer {
	return NewOptimizer(rate, &sgd{}, options...)
}

// Momentum is SGD with a velocity (Polyak 1964), as PyTorch writes it:
//
//	v = mu·v + g     (v = g in the first step)
//	w −= rate·v
func Momentum(rate, mu float64, options ...OptimizerOption) *Optimizer {
	return SGD(rate, slices.Concat([]OptimizerOption{WithMomentum(mu)}, options)...)
}

// Nesterov is Momentum that looks ahead along the velocity: w −= rate·(g + mu·v)
// (Nesterov 1983; Sutskever et al. 2013). mu must be above 0.
func Nesterov(rate, mu float64, options ...OptimizerOption) *Optimizer {
	rule := &sgd{ahead: true}
	moves := func(*Optimizer) error {
		if rule.momentum == 0 {
			return errors.New("momentum 0: wanted above 0 and below 1")
		}
		return nil
	}
	return NewOptimizer(rate, rule, slices.Concat([]OptimizerOption{WithMomentum(mu)}, options, []OptimizerOption{moves})...)
}

type sgd struct {
	momentum float64
	ahead    bool
}

func (r *sgd) Name() string {
	if r.ahead {
		return "Nesterov"
	}
	return "SGD"
}

func (r *sgd) Settings() []Setting { return []Setting{{"momentum", &r.momentum, 1}} }

func (r *sgd) Buffers() int {
	if r.momentum == 0 {
		return 0
	}
	return 1
}

func (r *sgd) Update(s StepInfo, w, g []float32, memory [][]float32) {
	if r.momentum == 0 {
		simd.Descend(w, g, float32(s.Rate), float32(s.Decay))
		return
	}
	// The velocity starts at 0, so the first one is g, as PyTorch's is.
	simd.DescendWithMomentum(w, g, memory[0], float32(s.Rate), float32(s.Decay), float32(r.momentum), r.ahead)
}
