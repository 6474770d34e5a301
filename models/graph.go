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

	nodes []G.Nodes // of each layer's parameters
}

// TrainingGraph builds the expression for a training step on a batch of the
// given number of rows: dropout rests units and BatchNorm uses the batch's own
// statistics, moving its running ones each time the graph runs.
func (m *Model) TrainingGraph(rows int) (*Graph, error) { return m.graph(rows, true) }

// EvaluationGraph builds the expression for predictions and their loss.
func (m *Model) EvaluationGraph(rows int) (*Graph, error) { return m.graph(rows, false) }

func (m *Model) graph(rows int, training bool) (*Graph, error) {
	g, err := m.newGraph(rows)
	if err != nil {
		return nil, err
	}
	p := pass{model: m, graph: g, training: training}
	if g.Z, err = p.run(g.X, 0, m.firstTarget()); err != nil {
		return nil, err
	}
	if g.Loss, err = p.loss(g.Z, g.Y); err != nil || training {
		return g, err
	}
	g.Output, err = p.output(g.Z)
	return g, err
}

// newGraph is one with what is bound to it, and no expression yet.
func (m *Model) newGraph(rows int) (*Graph, error) {
	if rows < 1 {
		return nil, fmt.Errorf("models: a graph of %d rows: wanted 1 or more", rows)
	}
	g := &Graph{Expr: G.NewGraph(), Rows: rows}
	g.X = m.input(g.Expr, "x", rows, m.Inputs())
	g.Y = m.input(g.Expr, "y", rows, m.targets())
	for _, u := range m.units {
		var nodes G.Nodes
		for _, p := range u.params {
			nodes = append(nodes, g.parameter(p))
		}
		g.nodes = append(g.nodes, nodes)
	}
	return g, nil
}

// pass adds the model's layers to a graph, once for each call of run.
type pass struct {
	model           *Model
	graph           *Graph
	training, trial bool // as in scope
}

func (p pass) scope(i int) scope {
	u := p.model.units[i]
	return scope{name: u.name, training: p.training, trial: p.trial, params: u.params, nodes: p.graph.nodes[i], noise: p.model.noise}
}

// run puts x through the layers from the one of an index to before another, none
// of them layers of targets, which are for loss and output.
func (p pass) run(x *G.Node, from, to int) (*G.Node, error) {
	var err error
	for i := from; i < to; i++ {
		if x, err = p.model.units[i].layer.forward(p.scope(i), x); err != nil {
			return nil, fmt.Errorf("models: %s: %w", p.model.place(i), err)
		}
	}
	return x, nil
}

// loss compares what run gives with targets, taken backwards through the layers
// of targets.
func (p pass) loss(z, y *G.Node) (*G.Node, error) {
	var err error
	for i := len(p.model.units) - 1; i >= p.model.firstTarget(); i-- {
		if y, err = p.model.units[i].layer.(targetLayer).scaled(p.scope(i), y); err != nil {
			return nil, fmt.Errorf("models: %s: %w", p.model.place(i), err)
		}
	}
	loss, err := p.model.task.loss(z, y, p.model.smoothing)
	if err != nil {
		return nil, fmt.Errorf("models: %w", err)
	}
	return loss, nil
}

// output turns what run gives into predictions.
func (p pass) output(z *G.Node) (out *G.Node, err error) {
	first := p.model.firstTarget()
	if first == len(p.model.units) {
		if out, err = p.model.task.output(z); err != nil {
			return nil, fmt.Errorf("models: %w", err)
		}
		return out, nil
	}
	out = z
	for i := first; i < len(p.model.units); i++ {
		if out, err = p.model.units[i].layer.forward(p.scope(i), out); err != nil {
			return nil, fmt.Errorf("models: %s: %w", p.model.place(i), err)
		}
	}
	return out, nil
}

// firstTarget is where the layers of targets begin, which are the last ones.
func (m *Model) firstTarget() int {
	first := len(m.units)
	for first > 0 && isTarget(m.units[first-1]) {
		first--
	}
	return first
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
