package models

import (
	"errors"
	"fmt"
)

// Task is what a model predicts: the activation behind its last layer, the loss
// that is trained, and the metrics that predictions are judged by. Regression,
// Binary and Multiclass are ready; a program may fill in one of its own, or
// change a copy of these.
type Task struct {
	Name       string     // as in a model's file
	Activation Layer      // turns the last layer's result into predictions; nil: they are it
	Loss       Loss       // compares the last layer's result with the targets
	Metrics    []Metric   // figures of predictions and targets
	Targets    TargetKind // what targets are
}

// TargetKind is what the targets of a task are.
type TargetKind int

const (
	Values  TargetKind = iota // a number for each output
	Classes                   // one column with the index of a class, which has an output each
	Labels                    // for each output 0 or 1, or a probability between
)

// The tasks of the deck. They are not to be changed: change a copy.
var (
	// Regression predicts numbers: no activation, MSELoss.
	Regression = Task{Name: "Regression", Loss: LossFunc("MSELoss", MSELoss), Targets: Values, Metrics: regressionMetrics()}
	// Binary predicts the probability of one event, or of each of several that
	// do not exclude each other: Sigmoid, BCEWithLogitsLoss.
	Binary = Task{Name: "Binary", Activation: Sigmoid(), Loss: LossFunc("BCEWithLogitsLoss", BCEWithLogitsLoss), Targets: Labels, Metrics: classMetrics()}
	// Multiclass predicts a probability for each class: Softmax, CrossEntropyLoss.
	Multiclass = Task{Name: "Multiclass", Activation: Softmax(), Loss: crossEntropy{}, Targets: Classes, Metrics: classMetrics()}
)

// String is the task's name, as it stands in code.
func (t Task) String() string { return t.Name }

// Kind is what Load needs to know a task of one's own.
func (t Task) Kind() Kind { return Kind{Name: t.Name, Task: &t} }

func (t Task) check() error {
	switch {
	case t.Name == "" || t.Loss == nil:
		return errors.New("the task has no name or no loss: wanted Regression, Binary, Multiclass or one with both")
	case t.Targets < Values || t.Targets > Labels:
		return fmt.Errorf("task %v: targets of kind %d: wanted Values, Classes or Labels", t, t.Targets)
	}
	for _, m := range t.Metrics {
		if m.Name == "" || m.Of == nil {
			return fmt.Errorf("task %v: a metric has no name or no function", t)
		}
	}
	if t.Activation != nil {
		return check(t.Activation)
	}
	return nil
}

// WithLoss trains another loss than the task's own.
func WithLoss(l Loss) Option {
	return func(m *Model) error {
		if l == nil {
			return errors.New("WithLoss: no loss: give one, such as L1()")
		}
		m.task.Loss = l
		return nil
	}
}

// columns is how many columns the targets of so many outputs have.
func (t Task) columns(outputs int) int {
	if t.Targets == Classes {
		return 1
	}
	return outputs
}
