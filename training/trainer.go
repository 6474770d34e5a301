package training

import (
	"fmt"
	"math"

	G "gorgonia.org/gorgonia"

	"perceptron/datasets"
	"perceptron/internal/tape"
	"perceptron/models"
)

// Trainer makes training steps: the loop under Fit. It keeps a compiled graph
// for each batch size it has met.
type Trainer struct {
	net       *models.Model
	optimizer *Optimizer
	graphs    map[int]*stepGraph
	steps     int

	// ClipNorm, when above 0, scales each step's gradients down so that their
	// common Euclidean norm is at most that (Pascanu et al. 2013). ClipValue,
	// when above 0, bounds each gradient by itself.
	ClipNorm, ClipValue float64
}

// stepGraph is a training graph with its gradients, compiled.
type stepGraph struct {
	graph   *models.Graph
	machine *tape.Machine
	grads   []G.ValueGrad
}

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
	if optimizer.err != nil {
		return nil, optimizer.err
	}
	if net.Count() == 0 {
		return nil, fmt.Errorf("training: the model has no parameters to train: add a Linear layer")
	}
	return &Trainer{net: net, optimizer: optimizer, graphs: map[int]*stepGraph{}}, nil
}

// Steps is how many steps have been made.
func (t *Trainer) Steps() int { return t.steps }

// Step trains on one batch: forward pass, loss, backward pass and update. It
// returns the batch's loss before the update. A loss that is no finite number
// is an error, and then the parameters are left as they were. Predictions wait
// while it runs.
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
// changing the trained parameters. The gradients hold until the next call; an
// optimizer's Step takes them. Nobody may predict with the model meanwhile.
func (t *Trainer) Gradients(b datasets.Batch) (loss float64, grads []ValueGrad, err error) {
	rows := b.X.Shape()[0]
	s, err := t.forRows(rows)
	if err != nil {
		return 0, nil, err
	}
	if err := G.Let(s.graph.X, b.X); err != nil {
		return 0, nil, fmt.Errorf("training: features: %w", err)
	}
	if err := G.Let(s.graph.Y, b.Y); err != nil {
		return 0, nil, fmt.Errorf("training: targets: %w", err)
	}
	t.net.SetStep(t.steps)
	t.steps++
	if err := s.machine.Run(); err != nil {
		return 0, nil, fmt.Errorf("training: step %d: %w", t.steps, err)
	}
	loss = models.ScalarValue(s.graph.Loss)
	if math.IsNaN(loss) || math.IsInf(loss, 0) {
		return loss, nil, fmt.Errorf("training: step %d: the loss is %v: lower the learning rate, or look for extreme values in the data", t.steps, loss)
	}
	return loss, s.grads, t.clip(s.grads)
}

// forRows gives the compiled graph for a batch size.
func (t *Trainer) forRows(rows int) (*stepGraph, error) {
	if s := t.graphs[rows]; s != nil {
		return s, nil
	}
	g, err := t.net.TrainingGraph(rows)
	if err != nil {
		return nil, err
	}
	// Grad would use a constant that all graphs of the process share, and two
	// models could not be prepared at the same time.
	one := G.NewConstant(float32(1), G.In(g.Expr))
	nodes, err := G.Backpropagate(G.Nodes{g.Loss}, G.Nodes{one}, g.Parameters)
	if err != nil {
		return nil, fmt.Errorf("training: differentiate: %w", err)
	}
	s := &stepGraph{graph: g}
	for i, n := range nodes {
		s.grads = append(s.grads, gradient{g.Trained[i], n})
	}
	s.machine, err = tape.Compile(g.Expr, G.Nodes{g.X, g.Y}, append(G.Nodes{g.Loss}, nodes...))
	if err != nil {
		return nil, fmt.Errorf("training: %w", err)
	}
	t.graphs[rows] = s
	return s, nil
}

// clip bounds gradients as ClipNorm and ClipValue ask. The machine computes
// them anew in the next step, so they may be changed in place.
func (t *Trainer) clip(grads []G.ValueGrad) error {
	if t.ClipNorm > 0 {
		sum := 0.0
		if err := eachGradient(grads, func(g []float32) {
			for _, x := range g {
				sum += float64(x) * float64(x)
			}
		}); err != nil {
			return err
		}
		// PyTorch adds 1e-6 to the norm.
		if scale := float32(t.ClipNorm / (math.Sqrt(sum) + 1e-6)); scale < 1 {
			if err := eachGradient(grads, func(g []float32) {
				for i := range g {
					g[i] *= scale
				}
			}); err != nil {
				return err
			}
		}
	}
	if limit := float32(t.ClipValue); limit > 0 {
		return eachGradient(grads, func(g []float32) {
			for i, x := range g {
				g[i] = min(max(x, -limit), limit)
			}
		})
	}
	return nil
}

func eachGradient(grads []G.ValueGrad, f func(g []float32)) error {
	for _, vg := range grads {
		_, g, err := floats(vg)
		if err != nil {
			return fmt.Errorf("training: %w", err)
		}
		f(g)
	}
	return nil
}

// ValueGrad is a parameter with its gradient, as an optimizer takes them.
type ValueGrad = G.ValueGrad
