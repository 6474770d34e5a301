package training

import (
	"fmt"
	"math"
	"slices"
)

// ClipGradNorm scales gradients down so that their common Euclidean norm is at
// most limit (Pascanu et al. 2013), and returns the norm that they had: PyTorch's
// clip_grad_norm_. A norm that is no finite number is an error.
func ClipGradNorm(grads []ValueGrad, limit float64) (norm float64, err error) {
	sum := 0.0
	if err := eachGradient(grads, func(g []float32) {
		for _, x := range g {
			sum += float64(x) * float64(x)
		}
	}); err != nil {
		return 0, err
	}
	norm = math.Sqrt(sum)
	if math.IsNaN(norm) || math.IsInf(norm, 0) {
		return norm, fmt.Errorf("the gradients have a norm of %v: lower the learning rate, or look for extreme values in the data", norm)
	}
	scale := float32(limit / (norm + 1e-6)) // PyTorch's guard against a norm of 0
	if scale >= 1 {
		return norm, nil
	}
	for i, vg := range grads {
		_, g, _ := floats(vg)
		if sharedWith(grads[:i], g) {
			continue
		}
		for j := range g {
			g[j] *= scale
		}
	}
	return norm, nil
}

// ClipGradValue bounds each number of the gradients to ±limit: PyTorch's
// clip_grad_value_.
func ClipGradValue(grads []ValueGrad, limit float64) error {
	bound := float32(limit)
	return eachGradient(grads, func(g []float32) {
		for i, x := range g {
			g[i] = min(max(x, -bound), bound)
		}
	})
}

// clip bounds gradients as ClipNorm and ClipValue ask. The machine computes
// them anew in the next step, so they may be changed in place.
func (t *Trainer) clip(grads []ValueGrad) error {
	if t.ClipNorm > 0 {
		if _, err := ClipGradNorm(grads, t.ClipNorm); err != nil {
			return err
		}
	}
	if t.ClipValue > 0 {
		return ClipGradValue(grads, t.ClipValue)
	}
	return nil
}

func eachGradient(grads []ValueGrad, f func(g []float32)) error {
	for i, vg := range grads {
		_, g, err := floats(vg)
		if err != nil {
			return fmt.Errorf("gradient %d: %w", i, err)
		}
		f(g)
	}
	return nil
}

// sharedWith reports whether one of the gradients is the tensor of g, as it may be
// where two parameters are the terms of a sum.
func sharedWith(grads []ValueGrad, g []float32) bool {
	return slices.ContainsFunc(grads, func(vg ValueGrad) bool {
		_, other, _ := floats(vg)
		return len(g) > 0 && len(other) > 0 && &other[0] == &g[0]
	})
}
