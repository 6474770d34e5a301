package models

import (
	"fmt"

	G "gorgonia.org/gorgonia"
)

type reshapeLayer struct {
	shape []int // of a row; nil: one list
}

// Flatten turns rows of any shape into lists of features.
func Flatten() Layer { return reshapeLayer{} }

// Unflatten turns lists of features into rows of channels × height × width, for
// layers that work on pictures.
func Unflatten(channels, height, width int) Layer {
	return reshapeLayer{[]int{channels, height, width}}
}

func (l reshapeLayer) Kind() Kind {
	return Kind{Name: kindName(l), Layer: func(a *Args) (Layer, error) {
		if l.shape == nil {
			a.Want(0)
			return Flatten(), nil
		}
		a.Want(3)
		return Unflatten(a.Int(0), a.Int(1), a.Int(2)), nil
	}}
}

func (l reshapeLayer) String() string {
	if l.shape == nil {
		return "Flatten()"
	}
	return fmt.Sprintf("Unflatten(%d, %d, %d)", l.shape[0], l.shape[1], l.shape[2])
}

func (l reshapeLayer) Check() error {
	for _, n := range l.shape {
		if n < 1 || n > 1<<15 {
			return fmt.Errorf("%v: sizes must be from 1 to 32768", l)
		}
	}
	return nil
}

func (l reshapeLayer) Inputs() int {
	if l.shape == nil {
		return 0
	}
	return size(l.shape)
}

func (l reshapeLayer) Shape(in []int) ([]int, error) {
	if l.shape == nil {
		return []int{size(in)}, nil
	}
	return l.shape, wantFeatures(size(l.shape), in)
}

func (l reshapeLayer) Parameters([]int) []Param { return nil }

// Forward leaves the node as it is: inside a graph every row is flat, and the
// layers that care know the shape.
func (l reshapeLayer) Forward(_ *Context, x *G.Node) (*G.Node, error) { return x, nil }

func (l reshapeLayer) ONNX(o *ONNX, x string) (string, error) {
	if l.shape == nil {
		return o.Node("Flatten", "", []string{x}, ONNXInt("axis", 1)), nil
	}
	shape := o.Ints("shape", 0, int64(l.shape[0]), int64(l.shape[1]), int64(l.shape[2])) // 0: as many rows as there are
	return o.Node("Reshape", "", []string{x, shape}), nil
}
