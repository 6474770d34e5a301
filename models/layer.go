package models

import (
	"fmt"
	"strings"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"perceptron/internal/ops"
)

// Layer is one step of a network. It is a declaration only: the parameters
// belong to the model, so one Layer may be used in many places.
type Layer interface {
	Part
	// String describes the layer in the words of its declaration, but without the
	// package's name, and without the numbers that it holds: Linear(4, 16, NoBias),
	// Standardize(13). A model's file describes its layers so.
	String() string

	stem() string                     // its name without the number: fc
	inputs() int                      // features it takes; 0 if it takes any number
	outShape(in []int) ([]int, error) // shape of a row of its result
	parameters() []declaration        // what it owns
	forward(s scope, x *G.Node) (*G.Node, error)
}

// scope is what a layer sees of the graph that it is added to.
type scope struct {
	name     string
	training bool
	trial    bool         // training, but only for a look: running statistics stay as they are
	params   []*Parameter // the layer's own
	nodes    G.Nodes      // their nodes
	noise    *ops.Noise
}

// declaration describes a parameter before its model exists.
type declaration struct {
	name    string
	shape   []int
	value   []float32 // initial values; nil: fill everywhere
	fill    float32
	trained bool
	decays  bool
	counter bool // an integer of no dimension that counts
}

func (d declaration) parameter(layer string, dtype tensor.Dtype) *Parameter {
	p := &Parameter{Name: layer + "." + d.name, Trained: d.trained, Decays: d.decays}
	if d.counter {
		p.Value = tensor.New(tensor.FromScalar(int64(0)))
		return p
	}
	p.Value = tensor.New(tensor.Of(dtype), tensor.WithShape(d.shape...))
	switch {
	case d.value != nil:
		p.set(d.value)
	case d.fill != 0:
		p.set(filled(size(d.shape), d.fill))
	}
	return p
}

// set copies values into a parameter of either element type.
func (p *Parameter) set(values []float32) {
	if p.Value.Dtype() == tensor.Float32 {
		copy(p.Value.Float32s(), values)
		return
	}
	for i, v := range values {
		p.Value.Float64s()[i] = float64(v)
	}
}

func filled(n int, value float32) []float32 {
	s := make([]float32, n)
	for i := range s {
		s[i] = value
	}
	return s
}

// wantFeatures is the error of a layer that does not fit the one before it.
func wantFeatures(want int, got []int) error {
	if len(got) != 1 {
		return fmt.Errorf("it takes rows of %d features, but gets rows of shape %v: put Flatten() before it", want, got)
	}
	if got[0] != want {
		return fmt.Errorf("it takes %d features, but gets %d", want, got[0])
	}
	return nil
}

type linearLayer struct {
	in, out int
	bias    bool
}

// LinearOption changes a Linear layer.
type LinearOption func(*linearLayer)

// NoBias leaves out the bias, which a BatchNorm1d behind the layer would undo.
func NoBias(l *linearLayer) { l.bias = false }

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

// nilOption stands for a layer that was given an option of nil: New refuses it.
func nilOption(l Layer) Layer {
	return elementwise{code: l.String(), err: fmt.Errorf("%v: an option is nil: leave it out", l)}
}

func (l linearLayer) add(m *Model) error {
	if l.in < 1 || l.out < 1 {
		return fmt.Errorf("%v: sizes must be 1 or more", l)
	}
	if l.in > maxWeights/l.out {
		return fmt.Errorf("%v: more than %d weights", l, int64(maxWeights))
	}
	return m.addLayer(l)
}

// maxWeights bounds one layer: 4 GiB of float32.
const maxWeights = 1 << 30

func (l linearLayer) String() string {
	if !l.bias {
		return fmt.Sprintf("Linear(%d, %d, NoBias)", l.in, l.out)
	}
	return fmt.Sprintf("Linear(%d, %d)", l.in, l.out)
}
func (l linearLayer) stem() string { return "fc" }
func (l linearLayer) inputs() int  { return l.in }

func (l linearLayer) outShape(in []int) ([]int, error) {
	return []int{l.out}, wantFeatures(l.in, in)
}

func (l linearLayer) parameters() []declaration {
	d := []declaration{{name: "weight", shape: []int{l.out, l.in}, trained: true, decays: true}}
	if l.bias {
		d = append(d, declaration{name: "bias", shape: []int{l.out}, trained: true})
	}
	return d
}

func (l linearLayer) forward(s scope, x *G.Node) (*G.Node, error) {
	if !l.bias {
		return ops.Linear(x, s.nodes[0], nil)
	}
	return ops.Linear(x, s.nodes[0], s.nodes[1])
}

// elementwise is a layer that changes each number by itself and owns nothing.
type elementwise struct {
	code string
	err  error
	node func(s scope, x *G.Node) (*G.Node, error)
}

func (l elementwise) add(m *Model) error {
	if l.err != nil {
		return l.err
	}
	return m.addLayer(l)
}

func (l elementwise) String() string { return l.code }

func (l elementwise) stem() string {
	kind, _, _ := strings.Cut(l.code, "(")
	return strings.ToLower(kind)
}

func (l elementwise) inputs() int                                 { return 0 }
func (l elementwise) outShape(in []int) ([]int, error)            { return in, nil }
func (l elementwise) parameters() []declaration                   { return nil }
func (l elementwise) forward(s scope, x *G.Node) (*G.Node, error) { return l.node(s, x) }

func activation(code string, f func(*G.Node) (*G.Node, error)) Layer {
	return elementwise{code: code, node: func(_ scope, x *G.Node) (*G.Node, error) { return f(x) }}
}

// Sigmoid is 1/(1+e⁻ˣ).
func Sigmoid() Layer { return activation("Sigmoid()", ops.Sigmoid) }

// Tanh is the hyperbolic tangent.
func Tanh() Layer { return activation("Tanh()", ops.Tanh) }

// ReLU is max(x, 0), with slope 0 at 0.
func ReLU() Layer { return activation("ReLU()", ops.ReLU) }

// LeakyReLU is x for x > 0 and slope·x elsewhere. PyTorch's own default slope
// is 0.01, the deck draws 0.1.
func LeakyReLU(slope float64) Layer {
	l := elementwise{code: fmt.Sprintf("LeakyReLU(%v)", slope)}
	if !finite(float32(slope)) {
		l.err = fmt.Errorf("%s: the slope must be finite", l.code)
	}
	l.node = func(_ scope, x *G.Node) (*G.Node, error) { return ops.LeakyReLU(x, slope) }
	return l
}

// Softplus is log(1+eˣ).
func Softplus() Layer { return activation("Softplus()", ops.Softplus) }

// Dropout lets a share p of the units rest in each training step and scales
// the others by 1/(1−p); it does nothing when the model predicts (Srivastava
// et al. 2014).
func Dropout(p float64) Layer {
	l := elementwise{code: fmt.Sprintf("Dropout(%v)", p)}
	if !(p >= 0 && p < 1) {
		l.err = fmt.Errorf("%s: the share that rests must be at least 0 and below 1", l.code)
	}
	l.node = func(s scope, x *G.Node) (*G.Node, error) {
		if !s.training || p == 0 {
			return x, nil
		}
		return ops.Dropout(x, p, s.noise, s.name)
	}
	return l
}

// GaussianNoise adds normal noise of standard deviation sd in each training
// step and nothing when the model predicts. On standardised inputs it
// regularises much as weight decay does (Bishop 1995).
func GaussianNoise(sd float64) Layer {
	l := elementwise{code: fmt.Sprintf("GaussianNoise(%v)", sd)}
	if !(sd >= 0 && sd <= 1e6) {
		l.err = fmt.Errorf("%s: the standard deviation must be 0 or more", l.code)
	}
	l.node = func(s scope, x *G.Node) (*G.Node, error) {
		if !s.training || sd == 0 {
			return x, nil
		}
		return ops.GaussianNoise(x, sd, s.noise, s.name)
	}
	return l
}
