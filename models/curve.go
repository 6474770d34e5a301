package models

import (
	"fmt"
	"slices"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"perceptron/internal/tape"
)

// Curve is an activation layer as a function of one number: its values y and
// its derivatives dy at each of xs. Both are computed in float64 by the
// operations that a network runs: y by the layer's expression graph, dy by
// differentiating that symbolically.
func Curve(activation Layer, xs []float64) (y, dy []float64, err error) {
	l, ok := activation.(elementwise)
	if !ok {
		return nil, nil, fmt.Errorf("models: Curve(%v): wanted an activation, such as ReLU()", activation)
	}
	if l.err != nil {
		return nil, nil, fmt.Errorf("models: Curve: %w", l.err)
	}
	if len(xs) == 0 {
		return nil, nil, fmt.Errorf("models: Curve(%v): no numbers to evaluate it at", activation)
	}
	g := G.NewGraph()
	column := func(name string, values []float64) *G.Node {
		t := tensor.New(tensor.WithShape(len(values), 1), tensor.WithBacking(values))
		return G.NodeFromAny(g, t, G.WithName(name))
	}
	x, ones := column("x", slices.Clone(xs)), column("dy", slices.Repeat([]float64{1}, len(xs)))
	out, err := l.node(scope{name: "curve"}, x)
	if err != nil {
		return nil, nil, fmt.Errorf("models: Curve(%v): %w", activation, err)
	}
	slopes, err := G.Backpropagate(G.Nodes{out}, G.Nodes{ones}, G.Nodes{x})
	if err != nil {
		return nil, nil, fmt.Errorf("models: Curve(%v): differentiate: %w", activation, err)
	}
	machine, err := tape.Compile(g, G.Nodes{x}, G.Nodes{out, slopes[0]})
	if err != nil {
		return nil, nil, fmt.Errorf("models: Curve(%v): %w", activation, err)
	}
	if err := machine.Run(); err != nil {
		return nil, nil, fmt.Errorf("models: Curve(%v): %w", activation, err)
	}
	values := func(n *G.Node) []float64 { return slices.Clone(n.Value().(*tensor.Dense).Float64s()) }
	return values(out), values(slopes[0]), nil
}
