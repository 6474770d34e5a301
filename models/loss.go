package models

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"perceptron/internal/ops"
)

// Reduction says what a loss makes of the losses of its elements, in PyTorch's
// words: "mean", which it is unless one is given, "sum", or "none", which leaves
// them as they are. Rows count as elements for CrossEntropyLoss, all numbers for
// the others.
type Reduction = ops.Reduction

// MSELoss is the mean of (z−y)² over all elements. Both are (rows × outputs), and
// so is the result with Reduction "none", else a scalar.
func MSELoss(z, y *G.Node, reduction ...Reduction) (*G.Node, error) {
	r, err := checkLoss("MSELoss", z, y, reduction)
	if err != nil {
		return nil, err
	}
	return ops.MSE(z, y, r)
}

// BCELoss is the mean binary cross entropy of probabilities p against targets
// y from 0 to 1, both (rows × outputs), and so is the result with Reduction
// "none", else a scalar. Logarithms stop at −100, as PyTorch's.
func BCELoss(p, y *G.Node, reduction ...Reduction) (*G.Node, error) {
	r, err := checkLoss("BCELoss", p, y, reduction)
	if err != nil {
		return nil, err
	}
	return ops.BCE(p, y, r)
}

// BCEWithLogitsLoss is BCELoss of Sigmoid(z), computed from the logits z so
// that no value of them overflows or loses digits.
func BCEWithLogitsLoss(z, y *G.Node, reduction ...Reduction) (*G.Node, error) {
	r, err := checkLoss("BCEWithLogitsLoss", z, y, reduction)
	if err != nil {
		return nil, err
	}
	return ops.BCEWithLogits(z, y, r)
}

// CrossEntropyLoss is the mean over rows of −log Softmax(z)[y], for logits z
// (rows × classes) and class indices y (rows × 1), with label smoothing from 0
// to below 1. With Reduction "none" the result is a vector (rows).
func CrossEntropyLoss(z, y *G.Node, smoothing float64, reduction ...Reduction) (*G.Node, error) {
	r, err := checkLoss("CrossEntropyLoss", z, y, reduction)
	if err != nil {
		return nil, err
	}
	return ops.CrossEntropy(z, y, smoothing, r)
}

func checkLoss(loss string, z, y *G.Node, reduction []Reduction) (Reduction, error) {
	switch {
	case z == nil || y == nil:
		return "", fmt.Errorf("models: %s: a node is nil: give the predictions and the targets", loss)
	case len(reduction) > 1:
		return "", fmt.Errorf("models: %s: %d reductions: give one", loss, len(reduction))
	case len(reduction) == 1:
		return reduction[0], nil
	}
	return ops.Mean, nil
}
