package models

import (
	"fmt"
	"slices"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"perceptron/internal/ops"
)

type whitenLayer struct {
	n            int
	weight, bias []float32 // nil in a model that is about to be loaded
}

// Whiten is (x−mean)·Wᵀ with a fixed matrix W (features × features), such as
// the inverse square root of a covariance matrix, which turns correlated
// features into uncorrelated ones of variance 1. Its buffers are weight (W) and
// bias (−W·mean).
func Whiten(mean []float32, w *tensor.Dense) Layer {
	l := whitenLayer{n: len(mean)}
	if w == nil || w.Dtype() != tensor.Float32 || !w.Shape().Eq(tensor.Shape{l.n, l.n}) {
		return invalid{l.String(), fmt.Errorf("%v: it needs a float32 matrix of %d × %d", l, l.n, l.n)}
	}
	l.weight = slices.Clone(w.Float32s())
	l.bias = make([]float32, l.n)
	for i := range l.bias {
		sum := 0.0
		for j, m := range mean {
			sum -= float64(l.weight[i*l.n+j]) * float64(m)
		}
		l.bias[i] = float32(sum)
	}
	return l
}

func readWhiten(a *Args) (Layer, error) {
	a.Want(1)
	return whitenLayer{n: a.Int(0)}, nil
}

func (l whitenLayer) String() string { return fmt.Sprintf("Whiten(%d)", l.n) }

func (l whitenLayer) Check() error {
	if l.n < 1 || l.n > 1<<15 {
		return fmt.Errorf("%v: the size must be from 1 to 32768", l)
	}
	return nil
}

func (l whitenLayer) Kind() Kind                    { return Kind{Name: "Whiten", Layer: readWhiten} }
func (l whitenLayer) Inputs() int                   { return l.n }
func (l whitenLayer) Prepares() bool                { return true }
func (l whitenLayer) Shape(in []int) ([]int, error) { return in, wantFeatures(l.n, in) }

func (l whitenLayer) Parameters([]int) []Param {
	return []Param{
		{Name: "weight", Shape: []int{l.n, l.n}, Values: l.weight},
		{Name: "bias", Shape: []int{l.n}, Values: l.bias},
	}
}

func (l whitenLayer) Forward(c *Context, x *G.Node) (*G.Node, error) {
	return ops.Linear(x, c.Node("weight"), c.Node("bias"))
}

func (l whitenLayer) ONNX(o *ONNX, x string) (string, error) {
	return o.Node("Gemm", "", []string{x, o.Param("weight"), o.Param("bias")}, ONNXInt("transB", 1)), nil
}
