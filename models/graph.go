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
	W *G.Node // weights of the rows (rows × 1), to be bound; nil without
	Z *G.Node // what the last layer gives: logits, or scaled predictions

	Output *G.Node // predictions; nil in a training graph
	Loss   *G.Node // scalar

	Layers []LayerNode // what each layer gives, in order, but for those of targets

	Trained    []*Parameter // what an optimizer is to change
	Parameters G.Nodes      // their nodes

	nodes map[string]*G.Node // of all parameters
}

// LayerNode is what a layer gives, in a Graph.
type LayerNode struct {
	Name  string  // of the layer: fc1
	Layer Layer   // as it was declared
	Shape []int   // of a row
	Node  *G.Node // rows × the numbers of a row
}

// GraphOptions say what graph to build.
type GraphOptions struct {
	Rows     int
	Training bool // dropout rests units and BatchNorm uses the batch's own statistics, moving its running ones in each run
	Weighted bool // rows have weights in the loss

	// Adversarial, when above 0, adds an adversarial twin to each row of a
	// training graph: see AdversarialGraph.
	Adversarial float64
}

// TrainingGraph builds the expression for a training step on a batch of the
// given number of rows.
func (m *Model) TrainingGraph(rows int) (*Graph, error) {
	return m.Graph(GraphOptions{Rows: rows, Training: true})
}

// EvaluationGraph builds the expression for predictions and their loss.
func (m *Model) EvaluationGraph(rows int) (*Graph, error) { return m.Graph(GraphOptions{Rows: rows}) }

// Graph builds the expression for a number of rows.
func (m *Model) Graph(o GraphOptions) (*Graph, error) {
	if o.Adversarial != 0 {
		return m.adversarial(o)
	}
	g, err := m.newGraph(o)
	if err != nil {
		return nil, err
	}
	p := pass{model: m, graph: g, training: o.Training}
	if g.Z, err = p.run(g.X, 0, m.firstTarget()); err != nil {
		return nil, err
	}
	if g.Loss, err = p.loss(g.Z, g.Y, g.W); err != nil || o.Training {
		return g, err
	}
	g.Output, err = p.output(g.Z)
	return g, err
}

// newGraph is one with what is bound to it, and no expression yet.
func (m *Model) newGraph(o GraphOptions) (*Graph, error) {
	if o.Rows < 1 {
		return nil, fmt.Errorf("models: a graph of %d rows: wanted 1 or more", o.Rows)
	}
	g := &Graph{Expr: G.NewGraph(), Rows: o.Rows, nodes: map[string]*G.Node{}}
	g.X = m.inputNode(g.Expr, "x", o.Rows, m.Inputs())
	g.Y = m.inputNode(g.Expr, "y", o.Rows, m.task.columns(m.Outputs()))
	if o.Weighted {
		g.W = m.inputNode(g.Expr, "w", o.Rows, 1)
	}
	for _, p := range m.Parameters() {
		g.addParameter(p)
	}
	return g, nil
}

// pass adds the model's layers to a graph, once for each call of run.
type pass struct {
	model           *Model
	graph           *Graph
	training, trial bool // as in Context
}

func (p *pass) context(name string, in []int) *Context {
	return &Context{Name: name, In: in, Training: p.training, Trial: p.trial, pass: p}
}

// run puts x through the layers from the one of an index to before another, none
// of them layers of targets, which are for loss and output.
func (p *pass) run(x *G.Node, from, to int) (*G.Node, error) {
	for i := from; i < to; i++ {
		u := p.model.units[i]
		y, err := forward(u.layer, p.context(u.name, u.in), x, u.out)
		if err != nil {
			return nil, fmt.Errorf("models: %s: %w", p.model.place(i), err)
		}
		if x = y; !p.trial {
			p.graph.Layers = append(p.graph.Layers, LayerNode{u.name, u.layer, u.out, x})
		}
	}
	return x, nil
}

// forward adds a layer to the graph, and holds that its result has the shape that
// it has announced. Gorgonia's functions panic where a node is nil, which may
// be one for a parameter that a layer forgot to declare.
func forward(l Layer, c *Context, x *G.Node, row []int) (y *G.Node, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("its Forward panicked: %v", r)
		}
	}()
	if y, err = l.Forward(c, x); err != nil {
		return nil, err
	}
	if y == nil {
		return nil, fmt.Errorf("its Forward returned no node")
	}
	if want := (tensor.Shape{x.Shape()[0], size(row)}); !y.Shape().Eq(want) {
		return nil, fmt.Errorf("its Forward returned a node of shape %v: wanted %v, rows of %v", y.Shape(), want, row)
	}
	return y, nil
}

// loss compares what run gives with targets, taken backwards through the layers
// of targets.
func (p *pass) loss(z, y, w *G.Node) (*G.Node, error) {
	var err error
	for i := len(p.model.units) - 1; i >= p.model.firstTarget(); i-- {
		u := p.model.units[i]
		target, _ := find[TargetLayer](u.layer)
		if y, err = target.Target(p.context(u.name, u.out), y); err != nil {
			return nil, fmt.Errorf("models: %s: %w", p.model.place(i), err)
		}
	}
	loss, err := p.model.task.Loss.Forward(z, y, w)
	switch {
	case err != nil:
		return nil, fmt.Errorf("models: %v: %w", p.model.task.Loss, err)
	case loss == nil || !loss.IsScalar():
		return nil, fmt.Errorf("models: %v: it gives no scalar: wanted the mean loss of the rows", p.model.task.Loss)
	}
	return loss, nil
}

// output turns what run gives into predictions.
func (p *pass) output(z *G.Node) (out *G.Node, err error) {
	out = z
	for i := p.model.firstTarget(); i < len(p.model.units); i++ {
		u := p.model.units[i]
		if out, err = forward(u.layer, p.context(u.name, u.in), out, u.out); err != nil {
			return nil, fmt.Errorf("models: %s: %w", p.model.place(i), err)
		}
	}
	if a := p.model.task.Activation; a != nil {
		row := p.model.units[len(p.model.units)-1].out
		if out, err = forward(a, p.context("output", row), out, row); err != nil {
			return nil, fmt.Errorf("models: the task's %v: %w", a, err)
		}
	}
	return out, nil
}

// firstTarget is where the layers of targets begin, which are the last ones.
func (m *Model) firstTarget() int {
	first := len(m.units)
	for first > 0 && !isNoTarget(m.units[first-1]) {
		first--
	}
	return first
}

func isNoTarget(u *unit) bool {
	_, target := find[TargetLayer](u.layer)
	return !target
}

func (m *Model) inputNode(g *G.ExprGraph, name string, rows, cols int) *G.Node {
	return G.NewMatrix(g, m.dtype, G.WithName(name), G.WithShape(rows, cols))
}

// addParameter adds a node that shares a parameter's numbers. A counter takes no
// part in the expression.
func (g *Graph) addParameter(p *Parameter) {
	if p.Value.Dtype() == tensor.Int64 {
		return
	}
	shape := p.Value.Shape()
	// A tensor of the graph's own around them: a machine writes to its tensors'
	// headers when it is made, which may happen in many goroutines at once.
	value := tensor.New(tensor.WithShape(shape...), tensor.WithBacking(p.Value.Data()))
	n := G.NewTensor(g.Expr, p.Value.Dtype(), shape.Dims(), G.WithName(p.Name), G.WithShape(shape...), G.WithValue(value))
	g.nodes[p.Name] = n
	if p.Trained && !p.Frozen {
		g.Trained = append(g.Trained, p)
		g.Parameters = append(g.Parameters, n)
	}
}
