package models

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Graph is a model as a symbolic expression for a fixed number of rows. Its
// parameter nodes share the model's own numbers, so that what training changes
// is seen by every graph at once. A graph serves one machine at a time.
type Graph struct {
	Expr *G.ExprGraph
	Rows int

	X *G.Node // features (rows × inputs), to be bound
	Y *G.Node // targets (rows × outputs, or rows × 1 of class indices), to be bound
	Z *G.Node // what the last layer gives: logits, or scaled predictions

	Output *G.Node // predictions; nil in a training graph
	Loss   *G.Node // scalar

	Trained    []*Parameter // what an optimizer is to change
	Parameters G.Nodes      // their nodes
}

// TrainingGraph builds the expression for a training step on a batch of the
// given number of rows: dropout rests units and BatchNorm uses the batch's own
// statistics, moving its running ones each time the graph runs.
func (m *Model) TrainingGraph(rows int) (*Graph, error) { return m.graph(rows, true) }

// EvaluationGraph builds the expression for predictions and their loss.
func (m *Model) EvaluationGraph(rows int) (*Graph, error) { return m.graph(rows, false) }

func (m *Model) graph(rows int, training bool) (*Graph, error) {
	if rows < 1 {
		return nil, fmt.Errorf("models: a graph of %d rows: wanted 1 or more", rows)
	}
	g := &Graph{Expr: G.NewGraph(), Rows: rows}
	g.X = m.input(g.Expr, "x", rows, m.Inputs())
	g.Y = m.input(g.Expr, "y", rows, m.targets())

	x, y := g.X, g.Y
	var out *G.Node
	for i, u := range m.units {
		s := scope{name: u.name, training: training, params: u.params, noise: m.noise}
		for _, p := range u.params {
			s.nodes = append(s.nodes, g.parameter(p))
		}
		var err error
		if target, ok := u.layer.(targetLayer); ok {
			if y, err = target.scaled(s, y); err == nil && !training {
				out, err = target.forward(s, x)
			}
		} else {
			x, err = u.layer.forward(s, x)
		}
		if err != nil {
			return nil, fmt.Errorf("models: %s: %w", m.place(i), err)
		}
	}
	g.Z = x
	var err error
	if g.Loss, err = m.task.loss(g.Z, y, m.smoothing); err != nil {
		return nil, fmt.Errorf("models: %w", err)
	}
	if training {
		return g, nil
	}
	if g.Output = out; out == nil {
		if g.Output, err = m.task.output(g.Z); err != nil {
			return nil, fmt.Errorf("models: %w", err)
		}
	}
	return g, nil
}

func (m *Model) input(g *G.ExprGraph, name string, rows, cols int) *G.Node {
	return G.NewMatrix(g, m.dtype, G.WithName(name), G.WithShape(rows, cols))
}

// parameter adds a node that shares a parameter's numbers. A counter takes no
// part in the expression.
func (g *Graph) parameter(p *Parameter) *G.Node {
	if p.Value.Dtype() == tensor.Int64 {
		return nil
	}
	shape := p.Value.Shape()
	// A tensor of the graph's own around them: a machine writes to its tensors'
	// headers when it is made, which may happen in many goroutines at once.
	value := tensor.New(tensor.WithShape(shape...), tensor.WithBacking(p.Value.Data()))
	n := G.NewTensor(g.Expr, p.Value.Dtype(), shape.Dims(), G.WithName(p.Name), G.WithShape(shape...), G.WithValue(value))
	if p.Trained {
		g.Trained = append(g.Trained, p)
		g.Parameters = append(g.Parameters, n)
	}
	return n
}
