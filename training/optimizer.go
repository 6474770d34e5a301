package training

import (
	"errors"
	"fmt"
	"math"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Optimizer changes parameters in place along their gradients. It is a
// gorgonia.Solver that allocates only in its first step, and it never writes
// into a gradient. Its momenta belong to the parameters of its first step: one
// Optimizer trains one model.
type Optimizer struct {
	name    string
	lr      float64
	decay   float64 // weight decay
	weights bool    // decay applies to weights only, not to biases and norms
	rule    rule
	buffers int // numbers that rule remembers for each number of a parameter
	err     error

	steps  int
	states []state
}

// rule changes w along g. It may read and change its memory, of w's length.
type rule func(o *Optimizer, w, g []float32, memory [][]float32, decay float64)

// state is what the optimizer remembers of one parameter.
type state struct {
	owner  *tensor.Dense // nil after a restart, until the first step
	memory [][]float32
}

// OptimizerOption changes a setting of an Optimizer.
type OptimizerOption func(*Optimizer) error

// WeightDecay adds d·w to the gradient of each parameter w, or for AdamW shrinks
// w itself by the factor 1 − rate·d in each step.
func WeightDecay(d float64) OptimizerOption {
	return func(o *Optimizer) error {
		if !(d >= 0) || math.IsInf(d, 0) {
			return fmt.Errorf("weight decay %v: wanted 0 or more", d)
		}
		o.decay = d
		return nil
	}
}

// DecayWeightsOnly spares biases and BatchNorm's parameters from weight decay.
// PyTorch decays them all.
func DecayWeightsOnly() OptimizerOption {
	return func(o *Optimizer) error { o.weights = true; return nil }
}

// Name is the optimizer's name, in PyTorch's spelling.
func (o *Optimizer) Name() string { return o.name }

// LearningRate is the rate of the next step.
func (o *Optimizer) LearningRate() float64 { return o.lr }

// SetLearningRate changes the rate of the steps to come.
func (o *Optimizer) SetLearningRate(rate float64) { o.lr = rate }

// Steps is how many steps the optimizer has made.
func (o *Optimizer) Steps() int { return o.steps }

// Step changes every parameter once. Values and gradients must be float32
// tensors of one shape each.
func (o *Optimizer) Step(model []G.ValueGrad) error {
	if o.err != nil {
		return o.err
	}
	if o.states == nil {
		o.states = make([]state, len(model))
	}
	if len(model) != len(o.states) {
		return fmt.Errorf("training: %s: %d parameters, %d in the steps before: make a new optimizer for another model", o.name, len(model), len(o.states))
	}
	o.steps++
	for i, vg := range model {
		w, g, err := floats(vg)
		if err != nil {
			return fmt.Errorf("training: %s: parameter %d: %w", o.name, i, err)
		}
		if err := o.states[i].claim(vg.Value().(*tensor.Dense), o.buffers, len(w)); err != nil {
			return fmt.Errorf("training: %s: parameter %d: %w", o.name, i, err)
		}
		decay := o.decay
		if d, ok := vg.(interface{ Decays() bool }); ok && o.weights && !d.Decays() {
			decay = 0
		}
		o.rule(o, w, g, o.states[i].memory, decay)
	}
	return nil
}

// claim ties the memory to a parameter, making it in the first step.
func (s *state) claim(value *tensor.Dense, buffers, n int) error {
	if s.owner == value {
		return nil
	}
	if s.owner != nil {
		return errors.New("it is not the one of the steps before: make a new optimizer for another model")
	}
	s.owner = value
	if s.memory == nil {
		s.memory = make([][]float32, buffers)
		for i := range s.memory {
			s.memory[i] = make([]float32, n)
		}
	}
	return nil
}

// floats gives a parameter's numbers and its gradient's.
func floats(vg G.ValueGrad) (w, g []float32, err error) {
	grad, err := vg.Grad()
	if err != nil {
		return nil, nil, err
	}
	value, ok := vg.Value().(*tensor.Dense)
	slope, ok2 := grad.(*tensor.Dense)
	if !ok || !ok2 || value.Dtype() != tensor.Float32 || slope.Dtype() != tensor.Float32 {
		return nil, nil, fmt.Errorf("value %T and gradient %T: wanted float32 tensors", vg.Value(), grad)
	}
	w, g = value.Float32s(), slope.Float32s()
	if len(w) != len(g) {
		return nil, nil, fmt.Errorf("%d numbers but a gradient of %d", len(w), len(g))
	}
	return w, g, nil
}

// with applies options. A bad setting is remembered and returned by Fit and
// Step, so that a constructor can stand inside a struct literal.
func (o *Optimizer) with(options []OptimizerOption) *Optimizer {
	if !(o.lr >= 0) || math.IsInf(o.lr, 0) {
		o.err = fmt.Errorf("training: %s: learning rate %v: wanted 0 or more", o.name, o.lr)
	}
	for _, option := range options {
		if err := option(o); err != nil && o.err == nil {
			o.err = fmt.Errorf("training: %s: %w", o.name, err)
		}
	}
	return o
}
