package models

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"perceptron/internal/ops"
)

// AdversarialGraph builds the expression for a training step on a batch of the
// given number of rows and on an adversarial twin of each: the fast gradient
// sign method (Goodfellow, Shlens and Szegedy 2015). A first pass gives the
// gradient of the batch's loss by the inputs; every input moves by eps in the
// direction in which the loss rises, x + eps·sign(∂Loss/∂x); a second pass is
// the training pass proper on 2·rows rows, first the batch's own, then their
// twins with the same targets. Loss is the mean over all of them, and Z has
// 2·rows rows. How the rows moved counts as data, not as a function of the
// weights.
//
// The inputs that move are those behind the preprocessing layers at the
// model's front (Standardize, Whiten, AppendLogs and other Preparers), and eps is in
// their units: behind Standardize, standard deviations. In a model without them
// the features themselves move. Moved inputs are not clipped.
//
// BatchNorm's statistics are those of both halves together, and its running
// ones move once, by the second pass. Dropout and noise are in the first pass
// what they are for the same rows in the second; the twins have their own.
//
// An eps that is not above 0, or not finite in float32, is an error.
func (m *Model) AdversarialGraph(rows int, eps float64) (*Graph, error) {
	return m.adversarial(GraphOptions{Rows: rows, Training: true, Adversarial: eps})
}

func (m *Model) adversarial(o GraphOptions) (*Graph, error) {
	eps := o.Adversarial
	if !(eps > 0) || !finite(float32(eps)) {
		return nil, fmt.Errorf("models: an adversarial graph with eps %v: wanted a finite number above 0", eps)
	}
	g, err := m.newGraph(o)
	if err != nil {
		return nil, err
	}
	front, all := m.preprocessing(), m.firstTarget()
	real := &pass{model: m, graph: g, training: true}
	inputs, err := real.run(g.X, 0, front)
	if err != nil {
		return nil, err
	}
	trial := &pass{model: m, graph: g, training: true, trial: true}
	z, err := trial.run(inputs, front, all)
	if err != nil {
		return nil, err
	}
	loss, err := trial.loss(z, g.Y, g.W)
	if err != nil {
		return nil, err
	}
	slopes, err := ops.Gradients(loss, "∂L/∂L of the first pass", G.Nodes{inputs})
	if err != nil {
		return nil, fmt.Errorf("models: %w", err)
	}
	both, targets, err := withTwins(inputs, slopes[0], g.Y, eps)
	if err != nil {
		return nil, fmt.Errorf("models: %w", err)
	}
	if g.Z, err = real.run(both, front, all); err != nil {
		return nil, err
	}
	weights := g.W
	if weights != nil {
		if weights, err = ops.StackRows(g.W, g.W); err != nil {
			return nil, fmt.Errorf("models: %w", err)
		}
	}
	g.Loss, err = real.loss(g.Z, targets, weights)
	return g, err
}

// preprocessing is how many layers at the model's front prepare its features
// with fixed numbers.
func (m *Model) preprocessing() int {
	for i, u := range m.units {
		if p, ok := find[Preparer](u.layer); !ok || !p.Prepares() {
			return i
		}
	}
	return len(m.units)
}

// withTwins puts adversarial rows under the inputs, and their targets under the
// targets.
func withTwins(inputs, slope, y *G.Node, eps float64) (both, targets *G.Node, err error) {
	moved, err := ops.SignStep(inputs, slope, eps)
	if err != nil {
		return nil, nil, err
	}
	if both, err = ops.StackRows(inputs, moved); err != nil {
		return nil, nil, err
	}
	targets, err = ops.StackRows(y, y)
	return both, targets, err
}
