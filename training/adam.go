package training

import (
	"math"
	"slices"

	"perceptron/internal/simd"
)

// Adam scales each step by running means of the gradient and its square
// (Kingma and Ba 2015). Its options are Betas, Eps and WeightDecay.
func Adam(rate float64, options ...OptimizerOption) *Optimizer {
	return NewOptimizer(rate, &adam{name: "Adam", beta1: 0.9, beta2: 0.999, eps: 1e-8}, options...)
}

// AdamW is Adam with weight decay apart from the gradient (Loshchilov and
// Hutter 2019); the decay is 0.01 unless WeightDecay says otherwise.
func AdamW(rate float64, options ...OptimizerOption) *Optimizer {
	rule := &adam{name: "AdamW", decoupled: true, beta1: 0.9, beta2: 0.999, eps: 1e-8}
	return NewOptimizer(rate, rule, slices.Concat([]OptimizerOption{WeightDecay(0.01)}, options)...)
}

type adam struct {
	name              string
	decoupled         bool // the decay is none of the gradient's
	beta1, beta2, eps float64
}

func (r *adam) Name() string { return r.name }

func (r *adam) Settings() []Setting {
	return []Setting{{"beta1", &r.beta1, 1}, {"beta2", &r.beta2, 1}, {"eps", &r.eps, 0}}
}

func (r *adam) Buffers() int { return 2 }

func (r *adam) Update(s StepInfo, w, g []float32, memory [][]float32) {
	step := simd.AdamStep{
		LR: s.Rate, Beta1: r.beta1, Beta2: r.beta2, Eps: r.eps,
		Bias1: 1 - math.Pow(r.beta1, float64(s.Steps)), Bias2: 1 - math.Pow(r.beta2, float64(s.Steps)),
	}
	if r.decoupled {
		step.WeightDecay = s.Decay
	} else {
		step.L2 = s.Decay
	}
	simd.Adam(w, g, memory[0], memory[1], step)
}
