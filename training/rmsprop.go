package training

import "math"

// RMSprop divides each step by the root of the gradient's running mean square
// (Hinton's lecture 6e, 2012). Its options are Alpha, Eps, WithMomentum and
// WeightDecay.
func RMSprop(rate float64, options ...OptimizerOption) *Optimizer {
	return NewOptimizer(rate, &rmsprop{alpha: 0.99, eps: 1e-8}, options...)
}

type rmsprop struct{ alpha, eps, momentum float64 }

func (r *rmsprop) Name() string { return "RMSprop" }

func (r *rmsprop) Settings() []Setting {
	return []Setting{{"alpha", &r.alpha, 1}, {"eps", &r.eps, 0}, {"momentum", &r.momentum, 1}}
}

func (r *rmsprop) Buffers() int {
	if r.momentum == 0 {
		return 1
	}
	return 2
}

func (r *rmsprop) Update(s StepInfo, w, g []float32, memory [][]float32) {
	rate, decay, mu, eps := float32(s.Rate), float32(s.Decay), float32(r.momentum), float32(r.eps)
	alpha, rest := float32(r.alpha), float32(1-r.alpha)
	square := memory[0]
	for i, g := range g {
		g += decay * w[i]
		square[i] = alpha*square[i] + rest*g*g
		step := g / (float32(math.Sqrt(float64(square[i]))) + eps)
		if mu > 0 {
			v := memory[1]
			v[i] = mu*v[i] + step
			step = v[i]
		}
		w[i] -= rate * step
	}
}
