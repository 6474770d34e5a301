package models

import (
	"fmt"
	"slices"

	G "gorgonia.org/gorgonia"

	"perceptron/internal/ops"
)

// scaleLayer holds a mean and a standard deviation for each column, as buffers.
type scaleLayer struct {
	name     string // Standardize, Unscale or UnscaleSquare
	n        int
	mean, sd []float32 // nil in a model that is about to be loaded
}

// Standardize is (x−mean)/sd for each feature, with fixed numbers, usually
// those of the training rows, so that the model takes raw features. Its
// buffers are mean and sd (features).
func Standardize(mean, sd []float32) Layer {
	return scaleLayer{"Standardize", len(mean), slices.Clone(mean), slices.Clone(sd)}
}

func readStandardize(a *Args) (Layer, error) {
	a.Want(1)
	return scaleLayer{name: "Standardize", n: a.Int(0)}, nil
}

func (l scaleLayer) String() string { return fmt.Sprintf("%s(%d)", l.name, l.n) }

func (l scaleLayer) Check() error {
	if l.n < 1 {
		return fmt.Errorf("%v: it needs a mean for each column", l)
	}
	if l.mean == nil {
		return nil
	}
	if len(l.sd) != l.n {
		return fmt.Errorf("%v: %d means but %d standard deviations", l, l.n, len(l.sd))
	}
	for i := range l.mean {
		if !finite(l.mean[i]) || !finite(l.sd[i]) || l.sd[i] <= 0 {
			return fmt.Errorf("%v: column %d has mean %v and standard deviation %v: both must be finite, the latter above 0", l, i, l.mean[i], l.sd[i])
		}
	}
	return nil
}

func (l scaleLayer) Kind() Kind                    { return Kind{Name: "Standardize", Layer: readStandardize} }
func (l scaleLayer) Inputs() int                   { return l.n }
func (l scaleLayer) Prepares() bool                { return true }
func (l scaleLayer) Shape(in []int) ([]int, error) { return in, wantFeatures(l.n, in) }

func (l scaleLayer) Parameters([]int) []Param {
	return []Param{
		{Name: "mean", Shape: []int{l.n}, Values: l.mean},
		{Name: "sd", Shape: []int{l.n}, Values: l.sd, Fill: 1, Bound: Positive},
	}
}

func (l scaleLayer) Forward(c *Context, x *G.Node) (*G.Node, error) {
	return ops.Standardize(x, c.Node("mean"), c.Node("sd"))
}

func (l scaleLayer) ONNX(o *ONNX, x string) (string, error) {
	centred := o.Node("Sub", "centred", []string{x, o.Param("mean")})
	return o.Node("Div", "", []string{centred, o.Param("sd")}), nil
}
