package simd

import "math"

// AdamStep holds the constants of one update by Adam (Kingma & Ba 2015) or
// AdamW (Loshchilov & Hutter 2019), in float64 as PyTorch computes them.
type AdamStep struct {
	LR           float64 // learning rate
	Beta1, Beta2 float64 // decay of the two running means
	Eps          float64 // added to the denominator
	WeightDecay  float64 // AdamW: w shrinks by 1 - LR·WeightDecay before the update
	L2           float64 // Adam's classical weight decay: L2·w is added to the gradient
	Bias1, Bias2 float64 // 1 - Beta1^t and 1 - Beta2^t at step t = 1, 2, …
}

// adamConsts is an AdamStep as the kernels use it: rounded once to float32,
// in the places where PyTorch rounds.
type adamConsts struct {
	shrink               float32 // 1 - LR·WeightDecay
	l2                   float32
	beta1, oneMinusBeta1 float32
	beta2, oneMinusBeta2 float32
	invSqrtBias2         float32
	eps                  float32
	stepSize             float32 // LR / Bias1
}

func (s AdamStep) consts() adamConsts {
	return adamConsts{
		shrink:        float32(1 - s.LR*s.WeightDecay),
		l2:            float32(s.L2),
		beta1:         float32(s.Beta1),
		oneMinusBeta1: float32(1 - s.Beta1),
		beta2:         float32(s.Beta2),
		oneMinusBeta2: float32(1 - s.Beta2),
		invSqrtBias2:  float32(1 / math.Sqrt(s.Bias2)),
		eps:           float32(s.Eps),
		stepSize:      float32(s.LR / s.Bias1),
	}
}

// Adam updates the weights w and the running means m (of the gradient) and v
// (of its square) in place; grad is only read:
//
//	w = w·(1 - LR·WeightDecay)
//	g = grad + L2·w
//	m = Beta1·m + (1-Beta1)·g
//	v = Beta2·v + (1-Beta2)·g²
//	w = w - (LR/Bias1)·m / (√v/√Bias2 + Eps)
//
// The slices must not overlap. Only as many elements as the shortest of them
// has are updated.
func Adam(w, grad, m, v []float32, s AdamStep) {
	n := min(len(w), len(grad), len(m), len(v))
	adamPortable(w[:n], grad[:n], m[:n], v[:n], s.consts())
}

// The conversions keep the compiler from fusing a product with a sum, so that
// every path gives the same bits.
func adamPortable(w, grad, m, v []float32, c adamConsts) {
	for i := range w {
		wi := w[i] * c.shrink
		g := grad[i] + float32(c.l2*wi)
		mi := float32(c.beta1*m[i]) + float32(c.oneMinusBeta1*g)
		vi := float32(c.beta2*v[i]) + float32(c.oneMinusBeta2*float32(g*g))
		root := float32(math.Sqrt(float64(vi)))
		denom := float32(root*c.invSqrtBias2) + c.eps
		w[i] = wi - float32(c.stepSize*mi)/denom
		m[i], v[i] = mi, vi
	}
}
