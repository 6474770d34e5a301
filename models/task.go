package models

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"perceptron/internal/ops"
)

// Task is what a model predicts. It picks the activation behind the last layer
// and the loss.
type Task int

const (
	// Regression predicts numbers: no activation, MSELoss.
	Regression Task = iota + 1
	// Binary predicts the probability of one event: Sigmoid, BCEWithLogitsLoss.
	Binary
	// Multiclass predicts a probability for each class: Softmax, CrossEntropyLoss.
	Multiclass
)

var taskNames = map[Task]string{Regression: "Regression", Binary: "Binary", Multiclass: "Multiclass"}

func (t Task) valid() bool { return taskNames[t] != "" }

// String is the task's name, as it stands in code.
func (t Task) String() string {
	if name, ok := taskNames[t]; ok {
		return name
	}
	return fmt.Sprintf("Task(%d)", int(t))
}

// output turns the last layer's result into predictions.
func (t Task) output(z *G.Node) (*G.Node, error) {
	switch t {
	case Binary:
		return ops.Sigmoid(z)
	case Multiclass:
		return ops.Softmax(z)
	}
	return z, nil
}

// loss compares the last layer's result with the targets.
func (t Task) loss(z, y *G.Node, smoothing float64) (*G.Node, error) {
	switch t {
	case Binary:
		return BCEWithLogitsLoss(z, y)
	case Multiclass:
		return CrossEntropyLoss(z, y, smoothing)
	}
	return MSELoss(z, y)
}
