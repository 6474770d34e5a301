package models

import (
	"fmt"
	"slices"

	G "gorgonia.org/gorgonia"

	"perceptron/internal/ops"
)

// targetScale ends a model that is trained on standardised targets.
type targetScale struct {
	scaleLayer
	square bool
}

// Unscale ends a Regression model that is trained on standardised targets,
// (y−mean)/sd: predictions come out as z·sd + mean, in the units of the raw
// targets. Its buffers are mean and sd (outputs).
func Unscale(mean, sd []float32) Layer {
	return targetScale{scaleLayer{"Unscale", len(mean), slices.Clone(mean), slices.Clone(sd)}, false}
}

// UnscaleSquare ends a Regression model that is trained on standardised square
// roots, (√y−mean)/sd: predictions come out as (z·sd + mean)². It suits
// positive targets whose spread grows with their size, such as prices.
func UnscaleSquare(mean, sd []float32) Layer {
	return targetScale{scaleLayer{"UnscaleSquare", len(mean), slices.Clone(mean), slices.Clone(sd)}, true}
}

func (l targetScale) Kind() Kind {
	return Kind{Name: l.name, Layer: func(a *Args) (Layer, error) {
		a.Want(1)
		return targetScale{scaleLayer{name: l.name, n: a.Int(0)}, l.square}, nil
	}}
}

func (l targetScale) Prepares() bool { return false }

func (l targetScale) Forward(c *Context, z *G.Node) (*G.Node, error) {
	y, err := ops.Unstandardize(z, c.Node("mean"), c.Node("sd"))
	if err != nil || !l.square {
		return y, err
	}
	return ops.Square(y)
}

func (l targetScale) Target(c *Context, y *G.Node) (*G.Node, error) {
	if l.square {
		var err error
		if y, err = ops.Sqrt(y); err != nil {
			return nil, err
		}
	}
	return ops.Standardize(y, c.Node("mean"), c.Node("sd"))
}

func (l targetScale) ONNX(o *ONNX, x string) (string, error) {
	wide := o.Node("Mul", "scaled", []string{x, o.Param("sd")})
	if !l.square {
		return o.Node("Add", "", []string{wide, o.Param("mean")}), nil
	}
	root := o.Node("Add", "root", []string{wide, o.Param("mean")})
	return o.Node("Mul", "", []string{root, root}), nil
}

type clampLayer struct{ low, high float32 }

// Clamp ends a Regression model, behind Unscale or UnscaleSquare if there is one:
// predictions below low come out as low, those above high as high, as of
// torch.clamp. It suits targets with known limits, such as a scale that ends at
// 50; both limits are in the targets' units and hold for every output. Training
// is as without it: the loss is that of the prediction before it is bounded,
// whose gradient would vanish beyond.
func Clamp(low, high float32) Layer { return clampLayer{low, high} }

func readClamp(a *Args) (Layer, error) {
	a.Want(2)
	return Clamp(float32(a.Float(0)), float32(a.Float(1))), nil
}

func (l clampLayer) Kind() Kind     { return Kind{Name: "Clamp", Layer: readClamp} }
func (l clampLayer) String() string { return fmt.Sprintf("Clamp(%v, %v)", l.low, l.high) }

func (l clampLayer) Check() error {
	if !finite(l.low) || !finite(l.high) || l.low > l.high {
		return fmt.Errorf("%v: the limits must be finite, the lower one first", l)
	}
	return nil
}

func (l clampLayer) Shape(in []int) ([]int, error) { return in, nil }
func (l clampLayer) Parameters([]int) []Param      { return nil }

func (l clampLayer) Forward(_ *Context, x *G.Node) (*G.Node, error) {
	return ops.Clamp(x, l.low, l.high)
}

func (l clampLayer) Target(_ *Context, y *G.Node) (*G.Node, error) { return y, nil }

func (l clampLayer) ONNX(o *ONNX, x string) (string, error) {
	least := o.Node("Max", "least", []string{x, o.Floats("low", []int{1}, []float32{l.low})})
	return o.Node("Min", "", []string{least, o.Floats("high", []int{1}, []float32{l.high})}), nil
}
