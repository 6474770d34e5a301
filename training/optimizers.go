package training

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"perceptron/internal/simd"
)

// SGD is stochastic gradient descent: w −= rate·g. WithMomentum adds a
// velocity, as Momentum does.
func SGD(rate float64, options ...OptimizerOption) *Optimizer {
	return newOptimizer(settings{name: "SGD", lr: rate}, options, func(s settings) rule {
		if s.momentum == 0 {
			return rule{0, descend}
		}
		return rule{1, descendWithMomentum}
	})
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
	ahead := func(o *Optimizer) error {
		if o.nesterov = true; o.momentum == 0 {
			return fmt.Errorf("momentum %v of Nesterov's method: wanted above 0 and below 1", mu)
		}
		return nil
	}
	return Momentum(rate, mu, slices.Concat(options, []OptimizerOption{ahead})...)
}

func descend(o *Optimizer, w, g []float32, _ [][]float32, decay float64) {
	simd.Descend(w, g, float32(o.lr), float32(decay))
}

func descendWithMomentum(o *Optimizer, w, g []float32, memory [][]float32, decay float64) {
	// The velocity starts at 0, so the first one is g, as PyTorch's is.
	simd.DescendWithMomentum(w, g, memory[0], float32(o.lr), float32(decay), float32(o.momentum), o.nesterov)
}

// Adam scales each step by running means of the gradient and its square
// (Kingma and Ba 2015). Its options are Betas, Eps and WeightDecay.
func Adam(rate float64, options ...OptimizerOption) *Optimizer {
	return adam(settings{name: "Adam", lr: rate}, options)
}

// AdamW is Adam with weight decay apart from the gradient (Loshchilov and
// Hutter 2019); the decay is 0.01 unless WeightDecay says otherwise.
func AdamW(rate float64, options ...OptimizerOption) *Optimizer {
	return adam(settings{name: "AdamW", lr: rate, decay: 0.01}, options)
}

func adam(s settings, options []OptimizerOption) *Optimizer {
	s.beta1, s.beta2, s.eps = 0.9, 0.999, 1e-8
	return newOptimizer(s, options, func(settings) rule { return rule{2, adapt} })
}

func adapt(o *Optimizer, w, g []float32, memory [][]float32, decay float64) {
	s := simd.AdamStep{
		LR: o.lr, Beta1: o.beta1, Beta2: o.beta2, Eps: o.eps, WeightDecay: decay,
		Bias1: 1 - math.Pow(o.beta1, float64(o.steps)), Bias2: 1 - math.Pow(o.beta2, float64(o.steps)),
	}
	if o.name == "Adam" {
		s.WeightDecay, s.L2 = 0, decay
	}
	simd.Adam(w, g, memory[0], memory[1], s)
}

// RMSprop divides each step by the root of the gradient's running mean square
// (Hinton's lecture 6e, 2012). Its options are Alpha, Eps, WithMomentum and
// WeightDecay.
func RMSprop(rate float64, options ...OptimizerOption) *Optimizer {
	return newOptimizer(settings{name: "RMSprop", lr: rate, alpha: 0.99, eps: 1e-8}, options, func(s settings) rule {
		if s.momentum == 0 {
			return rule{1, divideByRoot}
		}
		return rule{2, divideByRoot}
	})
}

func divideByRoot(o *Optimizer, w, g []float32, memory [][]float32, decay float64) {
	lr, d, mu, eps := float32(o.lr), float32(decay), float32(o.momentum), float32(o.eps)
	alpha, rest := float32(o.alpha), float32(1-o.alpha)
	square := memory[0]
	for i, g := range g {
		g += d * w[i]
		square[i] = alpha*square[i] + rest*g*g
		step := g / (float32(math.Sqrt(float64(square[i]))) + eps)
		if mu > 0 {
			v := memory[1]
			v[i] = mu*v[i] + step
			step = v[i]
		}
		w[i] -= lr * step
	}
}

// optimizers are those that OptimizerByName knows, in the order of their story.
var optimizers = []struct {
	name string
	make func(rate float64, options ...OptimizerOption) *Optimizer
}{
	{"sgd", SGD},
	{"momentum", func(rate float64, options ...OptimizerOption) *Optimizer { return Momentum(rate, 0.9, options...) }},
	{"nesterov", func(rate float64, options ...OptimizerOption) *Optimizer { return Nesterov(rate, 0.9, options...) }},
	{"rmsprop", RMSprop},
	{"adam", Adam},
	{"adamw", AdamW},
}

// OptimizerByName makes an optimizer from its name: sgd, momentum and nesterov
// (both with momentum 0.9), rmsprop, adam or adamw.
func OptimizerByName(name string, rate float64, options ...OptimizerOption) (*Optimizer, error) {
	for _, o := range optimizers {
		if o.name == name {
			made := o.make(rate, options...)
			if made.err != nil {
				return nil, made.err
			}
			return made, nil
		}
	}
	return nil, fmt.Errorf("training: unknown optimizer %q: wanted one of %s", name, strings.Join(OptimizerNames(), ", "))
}

// OptimizerNames lists what OptimizerByName knows.
func OptimizerNames() []string {
	names := make([]string, len(optimizers))
	for i, o := range optimizers {
		names[i] = o.name
	}
	return names
}
