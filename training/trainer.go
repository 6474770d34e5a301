package training

import (
	"errors"
	"fmt"
	"math"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"perceptron/datasets"
	"perceptron/internal/ops"
	"perceptron/internal/tape"
	"perceptron/models"
)

// Trainer makes training steps: the loop under Fit. It keeps a compiled graph
// for each batch size, and each value of Adversarial, that it has met. NewTrainer
// makes one; its zero value cannot be used.
type Trainer struct {
	net       *models.Model
	optimizer *Optimizer
	graphs    map[stepKind]*stepGraph
	buffers   []buffer
	steps     int

	revision uint64 // of the model that the graphs are for

	// ClipNorm, when above 0, scales each step's gradients down so that their
	// common Euclidean norm is at most that (Pascanu et al. 2013). ClipValue,
	// when above 0, bounds each gradient by itself.
	ClipNorm, ClipValue float64

	// Adversarial, when above 0, trains on each row and on an adversarial twin of
	// it, whose every input is that far off in the direction in which the loss
	// rises: the fast gradient sign method (Goodfellow, Shlens and Szegedy 2015).
	// The loss of a step is then the mean over both halves. It is in units of the
	// preprocessed inputs, standard deviations behind Standardize; see
	// models.Model.AdversarialGraph. A step costs about three times as much.
	Adversarial float64
}

// stepKind is what a graph was compiled for.
type stepKind struct {
	rows        int
	weighted    bool
	adversarial float64
}

// stepGraph is a training graph with its gradients, compiled.
type stepGraph struct {
	graph   *models.Graph
	machine *tape.Machine
	grads   []G.ValueGrad
	x, y, w *tensor.Dense // bound at present
}

// buffer is what a forward pass may move, BatchNorm's running statistics, and
// what it was before.
type buffer struct{ live, before *tensor.Dense }

// gradient is a parameter with its gradient node, as a solver wants them.
type gradient struct {
	*models.Parameter
	node *G.Node
}

func (g gradient) Value() G.Value         { return g.Parameter.Value }
func (g gradient) Grad() (G.Value, error) { return g.node.Value(), nil }
func (g gradient) Decays() bool           { return g.Parameter.Decays }
func (g gradient) Name() string           { return g.Parameter.Name }

// NewTrainer prepares to train a model with an optimizer.
func NewTrainer(net *models.Model, optimizer *Optimizer) (*Trainer, error) {
	if net == nil {
		return nil, errors.New("training: no model: declare one with models.New")
	}
	if err := optimizer.usable(); err != nil {
		return nil, err
	}
	if net.Count() == 0 {
		return nil, fmt.Errorf("training: the model has no parameters to train: add a Linear layer")
	}
	t := &Trainer{net: net, optimizer: optimizer, graphs: map[stepKind]*stepGraph{}}
	var names []string
	for _, p := range net.Parameters() {
		names = append(names, p.Name)
	}
	t.begin()
	return t, optimizer.checkNames(names)
}

// begin forgets the graphs of another revision of the model, which has frozen
// other parameters.
func (t *Trainer) begin() {
	t.revision, t.buffers = t.net.Revision(), nil
	clear(t.graphs)
	for _, p := range t.net.Parameters() {
		if !p.Trained && !p.Frozen {
			t.buffers = append(t.buffers, buffer{p.Value, p.Value.Clone().(*tensor.Dense)})
		}
	}
}

// Steps is how many steps have been made.
func (t *Trainer) Steps() int { return t.steps }

// Step trains on one batch: forward pass, loss, backward pass and update. It
// returns the batch's loss before the update. A loss that is no finite number
// is an error, and then the model is left as it was. Predictions wait while it
// runs.
func (t *Trainer) Step(b datasets.Batch) (loss float64, err error) {
	err = t.net.Update(func() error {
		var grads []G.ValueGrad
		if loss, grads, err = t.Gradients(b); err != nil {
			return err
		}
		return t.optimizer.Step(grads)
	})
	return loss, err
}

// Gradients runs the forward and the backward pass on one batch without
// changing the trained parameters, frozen ones left out; only BatchNorm's running statistics move.
// The gradients hold until the next call; an optimizer's Step takes them. Nobody
// may predict with the model meanwhile. After an error the model is as it was.
func (t *Trainer) Gradients(b datasets.Batch) (loss float64, grads []ValueGrad, err error) {
	t.steps++
	if t.revision != t.net.Revision() {
		t.begin()
	}
	for _, b := range t.buffers {
		copyTensor(b.before, b.live)
	}
	loss, grads, err = t.backpropagate(b)
	if err != nil {
		for _, b := range t.buffers {
			copyTensor(b.live, b.before)
		}
		return loss, nil, fmt.Errorf("training: step %d: %w", t.steps, err)
	}
	return loss, grads, nil
}

func (t *Trainer) backpropagate(b datasets.Batch) (loss float64, grads []ValueGrad, err error) {
	if err := t.net.CheckBatch(b.X, b.Y); err != nil {
		return 0, nil, err
	}
	rows := b.X.Shape()[0]
	if w := b.W; w != nil && (w.Dtype() != tensor.Float32 || !w.Shape().Eq(tensor.Shape{rows, 1})) {
		return 0, nil, fmt.Errorf("weights of type %v and shape %v: wanted float32 and (%d, 1)", w.Dtype(), w.Shape(), rows)
	}
	s, err := t.graphFor(rows, b.W != nil)
	if err != nil {
		return 0, nil, err
	}
	if err := s.bind(b); err != nil {
		return 0, nil, err
	}
	t.net.SetStep(t.steps - 1)
	if err := s.machine.Run(); err != nil {
		return 0, nil, err
	}
	if loss = models.ScalarValue(s.graph.Loss); math.IsNaN(loss) || math.IsInf(loss, 0) {
		return loss, nil, fmt.Errorf("the loss is %v: lower the learning rate, or look for extreme values in the data", loss)
	}
	return loss, s.grads, t.clip(s.grads)
}

// bind hands a batch to the graph. Binding allocates, so tensors that are bound
// already, as a DataLoader's are from the second batch on, are let be.
func (s *stepGraph) bind(b datasets.Batch) error {
	if s.x != b.X {
		if err := G.Let(s.graph.X, b.X); err != nil {
			return err
		}
		s.x = b.X
	}
	if s.y != b.Y {
		if err := G.Let(s.graph.Y, b.Y); err != nil {
			return err
		}
		s.y = b.Y
	}
	if s.w != b.W {
		if err := G.Let(s.graph.W, b.W); err != nil {
			return err
		}
		s.w = b.W
	}
	return nil
}

// copyTensor copies between tensors of one type and shape.
func copyTensor(to, from *tensor.Dense) {
	if from.Dtype() == tensor.Int64 {
		copy(to.Int64s(), from.Int64s())
		return
	}
	copy(to.Float32s(), from.Float32s())
}

// graphFor gives the compiled graph for a batch size, of rows with weights or
// without.
func (t *Trainer) graphFor(rows int, weighted bool) (*stepGraph, error) {
	kind := stepKind{rows, weighted, t.Adversarial}
	if s := t.graphs[kind]; s != nil {
		return s, nil
	}
	g, err := t.net.Graph(models.GraphOptions{Rows: rows, Training: true, Weighted: weighted, Adversarial: t.Adversarial})
	if err != nil {
		return nil, err
	}
	if len(g.Trained) == 0 {
		return nil, errors.New("all parameters are frozen: Unfreeze those to train")
	}
	nodes, err := ops.Gradients(g.Loss, "∂L/∂L", g.Parameters)
	if err != nil {
		return nil, err
	}
	s := &stepGraph{graph: g}
	for i, n := range nodes {
		s.grads = append(s.grads, gradient{g.Trained[i], n})
	}
	inputs := G.Nodes{g.X, g.Y}
	if weighted {
		inputs = append(inputs, g.W)
	}
	if s.machine, err = tape.Compile(g.Expr, inputs, append(G.Nodes{g.Loss}, nodes...)); err != nil {
		return nil, err
	}
	t.graphs[kind] = s
	return s, nil
}

// ValueGrad is a parameter with its gradient, as an optimizer takes them.
type ValueGrad = G.ValueGrad
