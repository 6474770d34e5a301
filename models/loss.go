package models

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"perceptron/internal/ops"
)

// MSELoss is the mean of (z−y)² over all elements. Both are (rows × outputs).
func MSELoss(z, y *G.Node) (*G.Node, error) {
	if err := bothNodes("MSELoss", z, y); err != nil {
		return nil, err
	}
	return ops.MSE(z, y)
}

// BCELoss is the mean binary cross entropy of probabilities p against targets
// y from 0 to 1, both (rows × outputs). Logarithms stop at −100, as PyTorch's.
func BCELoss(p, y *G.Node) (*G.Node, error) {
	if err := bothNodes("BCELoss", p, y); err != nil {
		return nil, err
	}
	return ops.BCE(p, y)
}

// BCEWithLogitsLoss is BCELoss of Sigmoid(z), computed from the logits z so
// that no value of them overflows or loses digits.
func BCEWithLogitsLoss(z, y *G.Node) (*G.Node, error) {
	if err := bothNodes("BCEWithLogitsLoss", z, y); err != nil {
		return nil, err
	}
	return ops.BCEWithLogits(z, y)
}

// CrossEntropyLoss is the mean over rows of −log Softmax(z)[y], for logits z
// (rows × classes) and class indices y (rows × 1), with label smoothing from 0
// to below 1.
func CrossEntropyLoss(z, y *G.Node, smoothing float64) (*G.Node, error) {
	if err := bothNodes("CrossEntropyLoss", z, y); err != nil {
		return nil, err
	}
	return ops.CrossEntropy(z, y, smoothing)
}

func bothNodes(loss string, z, y *G.Node) error {
	if z == nil || y == nil {
		return fmt.Errorf("models: %s: a node is nil: give the predictions and the targets", loss)
	}
	return nil
}
