package models

import (
	"errors"
	"fmt"
	"slices"

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

// Loss is what training makes small.
type Loss interface {
	// String is its name with its settings: HuberLoss(1).
	String() string
	// Forward compares what the last layer gives, z (rows × outputs), with the
	// targets y (rows × outputs, or rows × 1 of class indices). The result is a
	// scalar: the mean over the rows, or their weighted mean where there are
	// weights w (rows × 1); w is nil where all rows count alike.
	Forward(z, y, w *G.Node) (*G.Node, error)
}

// LossStorer is a Loss that a model's file can hold, as a Storer is for layers.
type LossStorer interface{ Kind() Kind }

// LossFunc is a loss without settings made of a function of graph nodes, such as
// MSELoss. With the reduction "none" the function must give the losses of single
// rows, or of all elements, for rows that have weights; without it their mean.
func LossFunc(name string, f func(z, y *G.Node, reduction ...Reduction) (*G.Node, error)) Loss {
	return lossFunc{name, f}
}

type lossFunc struct {
	name string
	node func(z, y *G.Node, reduction ...Reduction) (*G.Node, error)
}

func (l lossFunc) String() string { return l.name }

func (l lossFunc) Forward(z, y, w *G.Node) (*G.Node, error) {
	return weighted(w, func(r ...Reduction) (*G.Node, error) { return l.node(z, y, r...) })
}

// weighted is a loss of rows with weights.
func weighted(w *G.Node, loss func(...Reduction) (*G.Node, error)) (*G.Node, error) {
	if w == nil {
		return loss()
	}
	losses, err := loss(ops.None)
	if err != nil {
		return nil, err
	}
	return ops.WeightedMean(losses, w)
}

// crossEntropy is the loss of Multiclass.
type crossEntropy struct{ smoothing float64 }

func (l crossEntropy) Kind() Kind {
	return Kind{Name: "CrossEntropyLoss", Loss: func(a *Args) (Loss, error) {
		smoothing, _ := a.Option("LabelSmoothing")
		return crossEntropy{smoothing}, nil
	}}
}

func (l crossEntropy) String() string {
	if l.smoothing == 0 {
		return "CrossEntropyLoss"
	}
	return fmt.Sprintf("CrossEntropyLoss(LabelSmoothing(%v))", l.smoothing)
}

func (l crossEntropy) Forward(z, y, w *G.Node) (*G.Node, error) {
	return weighted(w, func(r ...Reduction) (*G.Node, error) { return CrossEntropyLoss(z, y, l.smoothing, r...) })
}

// LabelSmoothing softens the targets of a Multiclass model: 1−s for the right
// class plus s/classes for every class (Szegedy et al. 2016).
func LabelSmoothing(s float64) Option {
	return func(m *Model) error {
		if _, ok := m.task.Loss.(crossEntropy); !ok || !(s >= 0 && s < 1) {
			return fmt.Errorf("LabelSmoothing(%v): wanted 0 ≤ s < 1 in a Multiclass model", s)
		}
		m.task.Loss = crossEntropy{s}
		return nil
	}
}

// classWeights weighs the rows of a loss by their class.
type classWeights struct {
	Loss
	weights []float32
}

// ClassWeights weighs each row by the weight of its class, in the order of the
// classes, so that rare classes count as much as others: the loss of a batch is
// Σw·l/Σw over its rows, as that of PyTorch's CrossEntropyLoss(weight=…). A Binary
// model of one output has two classes. Together with LabelSmoothing, a row's
// smoothed loss as a whole has the weight of its class.
func ClassWeights(weights ...float32) Option {
	return func(m *Model) error {
		l := classWeights{m.task.Loss, slices.Clone(weights)}
		if m.task.Targets == Values || len(weights) < 2 {
			return fmt.Errorf("%v: wanted one weight for each of two or more classes, in a model of classes", l)
		}
		for _, w := range weights {
			if !finite(w) || w <= 0 {
				return fmt.Errorf("%v: weights must be finite and above 0", l)
			}
		}
		m.task.Loss = l
		m.after = append(m.after, func() error {
			if classes := len(classNames(m)); classes != len(weights) {
				return fmt.Errorf("%v: %d weights for %d classes: give one for each", l, len(weights), classes)
			}
			return nil
		})
		return nil
	}
}

func (l classWeights) Kind() Kind {
	return Kind{Name: "ClassWeights", Loss: func(a *Args) (Loss, error) {
		read := classWeights{}
		if len(a.calls) != 1 {
			return nil, errors.New("it weighs one loss")
		}
		var err error
		read.Loss, err = a.calls[0].loss()
		for i := range a.Numbers() {
			read.weights = append(read.weights, float32(a.Float(i)))
		}
		return read, err
	}}
}

func (l classWeights) String() string {
	text := "ClassWeights(" + l.Loss.String()
	for _, w := range l.weights {
		text += fmt.Sprintf(", %v", w)
	}
	return text + ")"
}

func (l classWeights) Forward(z, y, w *G.Node) (*G.Node, error) {
	byClass, err := ops.ClassWeights(y, l.weights, w)
	if err != nil {
		return nil, err
	}
	return l.Loss.Forward(z, y, byClass)
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
