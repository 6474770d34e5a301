package models

import (
	"fmt"
	"slices"
	"strings"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"perceptron/internal/ops"
	"perceptron/internal/tape"
)

// Activation is a kind of activation function, under its name in
// torch.nn.functional.
type Activation struct {
	Name string
	New  func() Layer
}

// Activations lists the activation functions, with the settings that the deck
// draws them with.
func Activations() []Activation {
	return []Activation{
		{"relu", ReLU},
		{"leaky_relu", func() Layer { return LeakyReLU(0.1) }},
		{"sigmoid", Sigmoid},
		{"tanh", Tanh},
		{"softplus", Softplus},
	}
}

// ActivationByName makes one of Activations, such as "leaky_relu".
func ActivationByName(name string) (Layer, error) {
	all := Activations()
	names := make([]string, len(all))
	for i, a := range all {
		if names[i] = a.Name; a.Name == name {
			return a.New(), nil
		}
	}
	return nil, fmt.Errorf("models: unknown activation %q: wanted one of %s", name, strings.Join(names, ", "))
}

// Sigmoid is 1/(1+e⁻ˣ).
func Sigmoid() Layer {
	return function{name: "Sigmoid", node: ops.Sigmoid, export: onnxNode("Sigmoid")}
}

// Tanh is the hyperbolic tangent.
func Tanh() Layer { return function{name: "Tanh", node: ops.Tanh, export: onnxNode("Tanh")} }

// ReLU is max(x, 0), with slope 0 at 0.
func ReLU() Layer { return function{name: "ReLU", node: ops.ReLU, export: onnxNode("Relu")} }

// Softplus is log(1+eˣ).
func Softplus() Layer {
	return function{name: "Softplus", node: ops.Softplus, export: onnxNode("Softplus")}
}

// LeakyReLU is x for x > 0 and slope·x elsewhere. PyTorch's own default slope
// is 0.01, the deck draws 0.1.
func LeakyReLU(slope float64) Layer {
	return function{
		name: "LeakyReLU", settings: []float64{slope},
		node:   func(x *G.Node) (*G.Node, error) { return ops.LeakyReLU(x, slope) },
		export: onnxNode("LeakyRelu", ONNXFloat("alpha", float32(slope))),
	}
}

// Softmax turns a row into probabilities that sum to 1. A Multiclass model has
// it behind its last layer of itself.
func Softmax() Layer {
	return function{name: "Softmax", node: ops.Softmax, export: onnxNode("Softmax", ONNXInt("axis", 1))}
}

// activationKinds are the layers of this file, as a model's file has them.
func activationKinds() []Kind {
	kinds := []Kind{{Name: "LeakyReLU", Layer: func(a *Args) (Layer, error) {
		a.Want(1)
		return LeakyReLU(a.Float(0)), nil
	}}}
	for _, plain := range []func() Layer{Sigmoid, Tanh, ReLU, Softplus, Softmax} {
		kinds = append(kinds, Kind{Name: kindName(plain()), Layer: func(a *Args) (Layer, error) {
			a.Want(0)
			return plain(), nil
		}})
	}
	return kinds
}

// function is a layer that owns nothing and keeps the shape of its rows.
type function struct {
	name     string
	settings []float64
	node     func(x *G.Node) (*G.Node, error)
	export   func(o *ONNX, x string) (string, error) // nil: it has no ONNX form
	foreign  bool                                    // a file does not know it
}

// Func is a layer made of a plain function of graph nodes, such as a composition
// of Gorgonia's operations: x is (rows × numbers of a row), and so must be the
// result. It is called by its name, in lower case and numbered, and can be
// neither saved nor exported: for that, declare a type with the methods of
// Layer, Storer and Exporter.
func Func(name string, f func(x *G.Node) (*G.Node, error)) Layer {
	return function{name: name, node: f, foreign: true}
}

func (l function) String() string { return describe(l.name, l.settings...) }

// describe writes a declaration that has no arguments but numbers.
func describe(name string, settings ...float64) string {
	text := make([]string, len(settings))
	for i, s := range settings {
		text[i] = fmt.Sprint(s)
	}
	return name + "(" + strings.Join(text, ", ") + ")"
}

func (l function) Check() error {
	if l.node == nil {
		return fmt.Errorf("%v: its function is nil", l)
	}
	for _, s := range l.settings {
		if !finite(float32(s)) {
			return fmt.Errorf("%v: its settings must be finite", l)
		}
	}
	return nil
}

func (l function) Kind() Kind {
	i := slices.IndexFunc(activationKinds(), func(k Kind) bool { return k.Name == l.name })
	if l.foreign || i < 0 {
		return Kind{}
	}
	return activationKinds()[i]
}

func (l function) Shape(in []int) ([]int, error)                  { return in, nil }
func (l function) Parameters([]int) []Param                       { return nil }
func (l function) Forward(_ *Context, x *G.Node) (*G.Node, error) { return l.node(x) }

func (l function) ONNX(o *ONNX, x string) (string, error) {
	if l.export == nil {
		return "", errNoONNX
	}
	return l.export(o, x)
}

func onnxNode(op string, attributes ...ONNXAttribute) func(o *ONNX, x string) (string, error) {
	return func(o *ONNX, x string) (string, error) { return o.Node(op, "", []string{x}, attributes...), nil }
}

// Curve is an activation layer as a function of one number: its values y and
// its derivatives dy at each of xs. Both are computed in float64 by the
// operations that a network runs: y by the layer's expression graph, dy by
// differentiating that symbolically.
func Curve(activation Layer, xs []float64) (y, dy []float64, err error) {
	fail := func(err error) ([]float64, []float64, error) { return nil, nil, fmt.Errorf("models: Curve: %w", err) }
	if activation == nil || len(xs) == 0 {
		return fail(fmt.Errorf("no activation, or no numbers to evaluate it at: give both"))
	}
	m, err := New(Regression, Float64(), InputShape(1), activation)
	if err != nil {
		return fail(err)
	}
	if len(m.Parameters()) > 0 || m.Outputs() != 1 {
		return fail(fmt.Errorf("%v is none: wanted an activation, a function of one number, such as ReLU()", activation))
	}
	g, err := m.Graph(GraphOptions{Rows: len(xs)})
	if err != nil {
		return nil, nil, err
	}
	column := func(values []float64) *tensor.Dense {
		return tensor.New(tensor.WithShape(len(values), 1), tensor.WithBacking(values))
	}
	ones := G.NodeFromAny(g.Expr, column(slices.Repeat([]float64{1}, len(xs))), G.WithName("dy"))
	slopes, err := G.Backpropagate(G.Nodes{g.Z}, G.Nodes{ones}, G.Nodes{g.X})
	if err != nil {
		return fail(fmt.Errorf("differentiate %v: %w", activation, err))
	}
	if err := G.Let(g.X, column(slices.Clone(xs))); err != nil {
		return fail(err)
	}
	machine, err := tape.Compile(g.Expr, G.Nodes{g.X}, G.Nodes{g.Z, slopes[0]})
	if err != nil {
		return fail(fmt.Errorf("%v: %w", activation, err))
	}
	if err := machine.Run(); err != nil {
		return fail(fmt.Errorf("%v: %w", activation, err))
	}
	values := func(n *G.Node) []float64 { return slices.Clone(n.Value().(*tensor.Dense).Float64s()) }
	return values(g.Z), values(slopes[0]), nil
}
