package ops

import (
	"fmt"
	"math"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// SignStep is x + eps·sign(dx), element by element, where the sign of 0 is 0:
// the step of the fast gradient sign method (Goodfellow, Shlens and Szegedy
// 2015), for x (rows × columns), the gradient dx of a loss by it and a finite
// eps of 0 or more. The result counts as data, so nothing has a gradient.
func SignStep(x, dx *G.Node, eps float64) (*G.Node, error) {
	if !(eps >= 0) || math.IsInf(eps, 0) {
		return nil, fmt.Errorf("ops: SignStep: eps %v: wanted a finite number of 0 or more", eps)
	}
	if err := sameShape("SignStep", x, dx); err != nil {
		return nil, err
	}
	return dispatch(x,
		func() (*G.Node, error) { return signStep[float32](x, dx, eps) },
		func() (*G.Node, error) { return signStep[float64](x, dx, eps) })
}

func signStep[T Float](x, dx *G.Node, eps float64) (*G.Node, error) {
	return apply("SignStep", x.Shape(), func(y []T, v [][]T) error {
		d := v[1]
		for i, x := range v[0] {
			// Signs are as good as random, and a branch on them would be mispredicted
			// half the time; one on 0 hardly ever is.
			if d[i] != 0 {
				x += T(math.Copysign(eps, float64(d[i])))
			}
			y[i] = x
		}
		return nil
	}, nil, x, dx)
}

// StackRows puts the rows of b under those of a, which are as wide. The result
// counts as data, so nothing has a gradient.
func StackRows(a, b *G.Node) (*G.Node, error) {
	above, cols, err := matrix("StackRows", "a", a)
	if err != nil {
		return nil, err
	}
	below, wide, err := matrix("StackRows", "b", b)
	if err != nil {
		return nil, err
	}
	if cols != wide {
		return nil, fmt.Errorf("ops: StackRows: rows of %d and of %d columns", cols, wide)
	}
	shape := tensor.Shape{above + below, cols}
	return dispatch(a,
		func() (*G.Node, error) { return stackRows[float32](shape, a, b) },
		func() (*G.Node, error) { return stackRows[float64](shape, a, b) })
}

func stackRows[T Float](shape tensor.Shape, a, b *G.Node) (*G.Node, error) {
	return apply("StackRows", shape, func(y []T, v [][]T) error {
		copy(y[copy(y, v[0]):], v[1])
		return nil
	}, nil, a, b)
}
