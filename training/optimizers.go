package training

import (
	"fmt"
	"math"

	"perceptron/internal/simd"
)

// SGD is stochastic gradient descent: w −= rate·g.
func SGD(rate float64, options ...OptimizerOption) *Optimizer {
	o := &Optimizer{name: "SGD", lr: rate, rule: func(o *Optimizer, w, g []float32, _ [][]float32, decay float64) {
		lr, d := float32(o.lr), float32(decay)
		for i, g := range g {
			w[i] -= lr * (g + d*w[i])
		}
	}}
	return o.with(options)
}

// Momentum is SGD with a velocity (Polyak 1964), as PyTorch writes it:
//
//	v = mu·v + g     (v = g in the first step)
//	w −= rate·v
func Momentum(rate, mu float64, options ...OptimizerOption) *Optimizer {
	return momentum(rate, mu, false, options)
}

// Nesterov is Momentum that looks ahead along the velocity: w −= rate·(g + mu·v)
// (Nesterov 1983; Sutskever et al. 2013).
func Nesterov(rate, mu float64, options ...OptimizerOption) *Optimizer {
	return momentum(rate, mu, true, options)
}

func momentum(rate, mu float64, ahead bool, options []OptimizerOption) *Optimizer {
	o := &Optimizer{name: "SGD", lr: rate, buffers: 1}
	o.rule = func(o *Optimizer, w, g []float32, memory [][]float32, decay float64) {
		lr, d, mu, v := float32(o.lr), float32(decay), float32(mu), memory[0]
		for i, g := range g {
			g += d * w[i]
			v[i] = mu*v[i] + g // v starts at 0, so the first one is g
			step := v[i]
			if ahead {
				step = g + mu*v[i]
			}
			w[i] -= lr * step
		}
	}
	if !(mu >= 0 && mu < 1) {
		o.err = fmt.Errorf("training: SGD: momentum %v: wanted 0 ≤ mu < 1", mu)
	}
	return o.with(options)
}

// Adam scales each step by running means of the gradient and its square, with
// β = (0.9, 0.999) and ε = 1e-8 (Kingma and Ba 2015).
func Adam(rate float64, options ...OptimizerOption) *Optimizer {
	return adam("Adam", rate, options, func(s *simd.AdamStep, decay float64) { s.L2 = decay })
}

// AdamW is Adam with weight decay apart from the gradient (Loshchilov and
// Hutter 2019); the decay is 0.01 unless WeightDecay says otherwise.
func AdamW(rate float64, options ...OptimizerOption) *Optimizer {
	options = append([]OptimizerOption{WeightDecay(0.01)}, options...)
	return adam("AdamW", rate, options, func(s *simd.AdamStep, decay float64) { s.WeightDecay = decay })
}

func adam(name string, rate float64, options []OptimizerOption, setDecay func(*simd.AdamStep, float64)) *Optimizer {
	const beta1, beta2, eps = 0.9, 0.999, 1e-8
	o := &Optimizer{name: name, lr: rate, buffers: 2}
	o.rule = func(o *Optimizer, w, g []float32, memory [][]float32, decay float64) {
		s := simd.AdamStep{LR: o.lr, Beta1: beta1, Beta2: beta2, Eps: eps,
			Bias1: 1 - math.Pow(beta1, float64(o.steps)), Bias2: 1 - math.Pow(beta2, float64(o.steps))}
		setDecay(&s, decay)
		simd.Adam(w, g, memory[0], memory[1], s)
	}
	return o.with(options)
}

// RMSprop divides each step by the root of the gradient's running mean square,
// with smoothing 0.99 and ε = 1e-8 (Hinton's lecture 6e, 2012).
func RMSprop(rate float64, options ...OptimizerOption) *Optimizer {
	const alpha, eps = 0.99, 1e-8
	o := &Optimizer{name: "RMSprop", lr: rate, buffers: 1}
	o.rule = func(o *Optimizer, w, g []float32, memory [][]float32, decay float64) {
		lr, d, square := float32(o.lr), float32(decay), memory[0]
		for i, g := range g {
			g += d * w[i]
			square[i] = alpha*square[i] + (1-alpha)*g*g
			w[i] -= lr * g / (float32(math.Sqrt(float64(square[i]))) + eps)
		}
	}
	return o.with(options)
}
