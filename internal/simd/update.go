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
	shrink       float32 // 1 - LR·WeightDecay
	l2           float32
	beta1, rest1 float32 // Beta1 and 1 - Beta1
	beta2, rest2 float32
	invSqrtBias2 float32
	eps          float32
	stepSize     float32 // LR / Bias1
}

func (s AdamStep) consts() adamConsts {
	return adamConsts{
		shrink: float32(1 - s.LR*s.WeightDecay),
		l2:     float32(s.L2),
		beta1:  float32(s.Beta1), rest1: float32(1 - s.Beta1),
		beta2: float32(s.Beta2), rest2: float32(1 - s.Beta2),
		invSqrtBias2: float32(1 / math.Sqrt(s.Bias2)),
		eps:          float32(s.Eps),
		stepSize:     float32(s.LR / s.Bias1),
	}
}

// Adam updates the weights w and the running means m (of the gradient) and v
// (of its square) in place; grad is only read:
//
//	g = grad + L2·w
//	w = w·(1 - LR·WeightDecay)
//	m = Beta1·m + (1-Beta1)·g
//	v = Beta2·v + (1-Beta2)·g²
//	w = w - (LR/Bias1)·m / (√v/√Bias2 + Eps)
//
// The slices must not overlap. Only as many elements as the shortest of them
// has are updated.
func Adam(w, grad, m, v []float32, s AdamStep) {
	n := min(len(w), len(grad), len(m), len(v))
	adamOnAllProcs(w[:n], grad[:n], m[:n], v[:n], s.consts())
}

// adam updates slices of one length.
func adam(w, grad, m, v []float32, c adamConsts) {
	if len(w) > 0 && current() != portable {
		avx2Adam(len(w), &w[0], &m[0], &v[0], &grad[0], c.shrink, c.l2, c.beta1, c.rest1, c.beta2, c.rest2, c.invSqrtBias2, c.eps, c.stepSize)
		return
	}
	adamPortable(w, grad, m, v, c)
}

// Here and in the other portable kernels, the conversions keep the compiler
// from fusing a product with a sum, so that every path gives the same bits.
func adamPortable(w, grad, m, v []float32, c adamConsts) {
	for i := range w {
		g := grad[i] + float32(c.l2*w[i])
		m[i] = float32(c.beta1*m[i]) + float32(c.rest1*g)
		v[i] = float32(c.beta2*v[i]) + float32(c.rest2*float32(g*g))
		root := float32(math.Sqrt(float64(v[i])))
		denom := float32(root*c.invSqrtBias2) + c.eps
		w[i] = float32(w[i]*c.shrink) - float32(c.stepSize*m[i])/denom
	}
}

// Descend is a step of stochastic gradient descent, in place:
//
//	w = w - rate·(grad + l2·w)
func Descend(w, grad []float32, rate, l2 float32) {
	n := min(len(w), len(grad))
	if n > 0 && current() != portable {
		avx2Descend(n, &w[0], &grad[0], rate, l2)
		return
	}
	descendPortable(w[:n], grad[:n], rate, l2)
}

func descendPortable(w, grad []float32, rate, l2 float32) {
	for i := range w {
		g := grad[i] + float32(l2*w[i])
		w[i] -= float32(rate * g)
	}
}

// DescendWithMomentum is a step of gradient descent with the velocity v, in
// place:
//
//	g = grad + l2·w
//	v = mu·v + g
//	w = w - rate·v             (rate·(g + mu·v) if nesterov)
func DescendWithMomentum(w, grad, v []float32, rate, l2, mu float32, nesterov bool) {
	n := min(len(w), len(grad), len(v))
	var gradShare, velocityShare float32 = 0, 1
	if nesterov {
		gradShare, velocityShare = 1, mu
	}
	if n > 0 && current() != portable {
		avx2Momentum(n, &w[0], &v[0], &grad[0], rate, l2, mu, gradShare, velocityShare)
		return
	}
	momentumPortable(w[:n], grad[:n], v[:n], rate, l2, mu, gradShare, velocityShare)
}

func momentumPortable(w, grad, v []float32, rate, l2, mu, gradShare, velocityShare float32) {
	for i := range w {
		g := grad[i] + float32(l2*w[i])
		v[i] = float32(mu*v[i]) + g
		w[i] -= float32(rate * (float32(gradShare*g) + float32(velocityShare*v[i])))
	}
}
