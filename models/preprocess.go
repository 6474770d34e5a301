package models

import (
	"fmt"
	"math"
	"slices"
	"strings"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"perceptron/internal/ops"
)

// scaleLayer holds a mean and a standard deviation for each column, as buffers.
// It stands at the front of a model for its features, or at the end of a
// Regression model for its targets.
type scaleLayer struct {
	kind     string // Standardize, Unscale or UnscaleSquare
	n        int
	mean, sd []float32 // nil in a model that is about to be loaded
}

// targetLayer is a layer behind the last trained one: the loss compares what
// goes into it with targets transformed by scaled, and a prediction is what
// comes out of it. There may be several, one behind the other.
type targetLayer interface {
	Layer
	isTarget() bool
	scaled(s scope, y *G.Node) (*G.Node, error)
}

func isTarget(u *unit) bool {
	_, is := u.layer.(targetLayer)
	return is
}

func isNoTarget(u *unit) bool { return !isTarget(u) }

// Standardize is (x−mean)/sd for each feature, with fixed numbers, usually
// those of the training rows, so that the model takes raw features. Its
// buffers are mean and sd (features).
func Standardize(mean, sd []float32) Layer {
	return scaleLayer{"Standardize", len(mean), slices.Clone(mean), slices.Clone(sd)}
}

// Unscale ends a Regression model that is trained on standardised targets,
// (y−mean)/sd: predictions come out as z·sd + mean, in the units of the raw
// targets. Its buffers are mean and sd (outputs).
func Unscale(mean, sd []float32) Layer {
	return targetScale{scaleLayer{"Unscale", len(mean), slices.Clone(mean), slices.Clone(sd)}}
}

// UnscaleSquare ends a Regression model that is trained on standardised square
// roots, (√y−mean)/sd: predictions come out as (z·sd + mean)². It suits
// positive targets whose spread grows with their size, such as prices.
func UnscaleSquare(mean, sd []float32) Layer {
	return targetScale{scaleLayer{"UnscaleSquare", len(mean), slices.Clone(mean), slices.Clone(sd)}}
}

func (l scaleLayer) add(m *Model) error { return l.addAs(l, m) }

func (l scaleLayer) addAs(outer Layer, m *Model) error {
	if l.n < 1 {
		return fmt.Errorf("%v: it needs a mean for each column", l)
	}
	if l.mean == nil {
		return m.addLayer(outer)
	}
	if len(l.sd) != l.n {
		return fmt.Errorf("%v: %d means but %d standard deviations", l, l.n, len(l.sd))
	}
	for i := range l.mean {
		if !finite(l.mean[i]) || !finite(l.sd[i]) || l.sd[i] <= 0 {
			return fmt.Errorf("%v: column %d has mean %v and standard deviation %v: both must be finite, the latter above 0", l, i, l.mean[i], l.sd[i])
		}
	}
	return m.addLayer(outer)
}

func finite(x float32) bool { return !math.IsNaN(float64(x)) && !math.IsInf(float64(x), 0) }

func (l scaleLayer) String() string                   { return fmt.Sprintf("%s(%d)", l.kind, l.n) }
func (l scaleLayer) stem() string                     { return strings.ToLower(l.kind) }
func (l scaleLayer) inputs() int                      { return l.n }
func (l scaleLayer) outShape(in []int) ([]int, error) { return in, wantFeatures(l.n, in) }

func (l scaleLayer) parameters() []declaration {
	return []declaration{{name: "mean", shape: []int{l.n}, value: l.mean}, {name: "sd", shape: []int{l.n}, value: l.sd, fill: 1}}
}

func (l scaleLayer) forward(s scope, x *G.Node) (*G.Node, error) {
	return ops.Standardize(x, s.nodes[0], s.nodes[1])
}

type targetScale struct{ scaleLayer }

func (l targetScale) add(m *Model) error { return l.addAs(l, m) }

func (l targetScale) isTarget() bool { return true }

func (l targetScale) forward(s scope, z *G.Node) (*G.Node, error) {
	y, err := ops.Unstandardize(z, s.nodes[0], s.nodes[1])
	if err != nil || l.kind == "Unscale" {
		return y, err
	}
	return ops.Square(y)
}

func (l targetScale) scaled(s scope, y *G.Node) (*G.Node, error) {
	if l.kind == "UnscaleSquare" {
		var err error
		if y, err = ops.Sqrt(y); err != nil {
			return nil, err
		}
	}
	return ops.Standardize(y, s.nodes[0], s.nodes[1])
}

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
		return elementwise{code: l.String(), err: fmt.Errorf("%v: it needs a float32 matrix of %d × %d", l, l.n, l.n)}
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

func (l whitenLayer) add(m *Model) error {
	if l.n < 1 || l.n > 1<<15 {
		return fmt.Errorf("%v: the size must be from 1 to 32768", l)
	}
	return m.addLayer(l)
}

func (l whitenLayer) String() string                   { return fmt.Sprintf("Whiten(%d)", l.n) }
func (l whitenLayer) stem() string                     { return "whiten" }
func (l whitenLayer) inputs() int                      { return l.n }
func (l whitenLayer) outShape(in []int) ([]int, error) { return in, wantFeatures(l.n, in) }

func (l whitenLayer) parameters() []declaration {
	return []declaration{{name: "weight", shape: []int{l.n, l.n}, value: l.weight}, {name: "bias", shape: []int{l.n}, value: l.bias}}
}

func (l whitenLayer) forward(s scope, x *G.Node) (*G.Node, error) {
	return ops.Linear(x, s.nodes[0], s.nodes[1])
}
