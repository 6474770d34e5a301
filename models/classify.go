package models

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"gorgonia.org/tensor"
)

// Class is what a Binary or Multiclass network says about one class.
type Class struct {
	Index       int
	Name        string // from the network's Info, or the index as text
	Probability float32
}

// PredictRow is Predict for a single row: Inputs features give Outputs numbers.
func (m *Model) PredictRow(features ...float32) ([]float32, error) { return predictRow(m, features) }

// PredictRow is Predict for a single row: Inputs features give Outputs numbers.
func (e *Ensemble) PredictRow(features ...float32) ([]float32, error) { return predictRow(e, features) }

// Classify predicts the class of a single row: all classes, the most probable
// one first. The network must be Multiclass, or Binary with one output, whose
// classes are 0 and 1. A probability that is no finite number is an error.
func (m *Model) Classify(features ...float32) ([]Class, error) { return classify(m, features) }

// Classify predicts the class of a single row: all classes, the most probable
// one first. The members must be Multiclass, or Binary with one output, whose
// classes are 0 and 1. A probability that is no finite number is an error.
func (e *Ensemble) Classify(features ...float32) ([]Class, error) { return classify(e, features) }

// ClassNames lists the names of the classes in the order of their indices; nil
// if the network predicts no classes.
func (m *Model) ClassNames() []string { return classNames(m) }

// ClassNames lists the names of the classes in the order of their indices; nil
// if the members predict no classes.
func (e *Ensemble) ClassNames() []string { return classNames(e) }

func predictRow(p Network, features []float32) ([]float32, error) {
	if len(features) != p.Inputs() {
		return nil, fmt.Errorf("models: %d features: wanted %d", len(features), p.Inputs())
	}
	y, err := p.Predict(tensor.New(tensor.WithShape(1, len(features)), tensor.WithBacking(slices.Clone(features))))
	if err != nil {
		return nil, err
	}
	return y.Float32s(), nil
}

func classify(p Network, features []float32) ([]Class, error) {
	names := classNames(p)
	if names == nil {
		return nil, fmt.Errorf("models: a %v network with %d outputs has no classes to choose from: use PredictRow", p.Task(), p.Outputs())
	}
	y, err := predictRow(p, features)
	if err != nil {
		return nil, err
	}
	for _, v := range y {
		if !finite(v) {
			return nil, fmt.Errorf("models: a probability is %v: look for features that are no finite numbers or far beyond those of the training rows, and for such weights", v)
		}
	}
	if p.Task().Targets == Labels {
		y = []float32{1 - y[0], y[0]}
	}
	classes := make([]Class, len(names))
	for i, name := range names {
		classes[i] = Class{i, name, y[i]}
	}
	slices.SortStableFunc(classes, func(a, b Class) int { return cmp.Compare(b.Probability, a.Probability) })
	return classes, nil
}

func classNames(p Network) []string {
	count := p.Outputs()
	switch {
	case p.Task().Targets == Labels && count == 1:
		count = 2
	case p.Task().Targets != Classes:
		return nil
	}
	if names := p.Info().Outputs; len(names) == count {
		return names
	}
	names := make([]string, count)
	for i := range names {
		names[i] = strconv.Itoa(i)
	}
	return names
}
