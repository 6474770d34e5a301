package models

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"perceptron/internal/ops"
)

type linearLayer struct {
	in, out int
	bias    bool
}

// LinearOption changes a Linear layer.
type LinearOption func(*linearLayer)

// NoBias leaves out the bias of a Linear or Conv2d layer, which a BatchNorm behind
// the layer would undo.
var NoBias LinearOption = func(l *linearLayer) { l.bias = false }

// Linear is a fully connected layer, x·Wᵀ + b, from in features to out. Its
// parameters are weight (out × in) and bias (out).
func Linear(in, out int, options ...LinearOption) Layer {
	l := linearLayer{in, out, true}
	for _, o := range options {
		if o == nil {
			return nilOption(l)
		}
		o(&l)
	}
	return l
}

func readLinear(a *Args) (Layer, error) {
	a.Want(2)
	if a.Has("NoBias") {
		return Linear(a.Int(0), a.Int(1), NoBias), nil
	}
	return Linear(a.Int(0), a.Int(1)), nil
}

func (l linearLayer) Kind() Kind   { return Kind{Name: "Linear", Layer: readLinear} }
func (l linearLayer) Stem() string { return "fc" }
func (l linearLayer) Inputs() int  { return l.in }

func (l linearLayer) String() string {
	if !l.bias {
		return fmt.Sprintf("Linear(%d, %d, NoBias)", l.in, l.out)
	}
	return fmt.Sprintf("Linear(%d, %d)", l.in, l.out)
}

func (l linearLayer) Check() error {
	if l.in < 1 || l.out < 1 {
		return fmt.Errorf("%v: sizes must be 1 or more", l)
	}
	if l.in > maxWeights/l.out {
		return fmt.Errorf("%v: more than %d weights", l, int64(maxWeights))
	}
	return nil
}

func (l linearLayer) Shape(in []int) ([]int, error) { return []int{l.out}, wantFeatures(l.in, in) }

func (l linearLayer) Parameters([]int) []Param {
	p := []Param{{Name: "weight", Shape: []int{l.out, l.in}, Drawn: true, Trained: true, Decays: true}}
	if l.bias {
		p = append(p, Param{Name: "bias", Shape: []int{l.out}, Drawn: true, Trained: true})
	}
	return p
}

func (l linearLayer) Forward(c *Context, x *G.Node) (*G.Node, error) {
	return ops.Linear(x, c.Node("weight"), c.Node("bias"))
}

func (l linearLayer) ONNX(o *ONNX, x string) (string, error) {
	inputs := []string{x, o.Param("weight")}
	if l.bias {
		inputs = append(inputs, o.Param("bias"))
	}
	return o.Node("Gemm", "", inputs, ONNXInt("transB", 1)), nil
}
