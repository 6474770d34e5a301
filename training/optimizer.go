package training

import (
	"errors"
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Optimizer changes parameters in place along their gradients. It is a
// gorgonia.Solver that allocates only in its first step, and it never writes
// into a gradient. Its momenta belong to the parameters of its first step: one
// Optimizer trains one model.
type Optimizer struct {
	settings
	rule   rule
	err    error // of the settings, returned by the first use
	steps  int
	states []state
}

// settings are PyTorch's, under PyTorch's names where they have any.
type settings struct {
	name         string
	lr           float64
	decay        float64 // weight decay
	weightsOnly  bool    // decay applies to weights only, not to biases and norms
	momentum     float64
	nesterov     bool
	beta1, beta2 float64
	alpha        float64
	eps          float64
}

// rule changes w along g, given its memory of the same length.
type rule struct {
	buffers int // numbers that it remembers for each number of a parameter
	update  func(o *Optimizer, w, g []float32, memory [][]float32, decay float64)
}

// state is what the optimizer remembers of one parameter.
type state struct {
	owner  *tensor.Dense
	memory [][]float32
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
// tensors of one shape each, and the parameters those of the steps before;
// otherwise it is an error, and nothing is changed.
func (o *Optimizer) Step(model []G.ValueGrad) error {
	if err := o.usable(); err != nil {
		return err
	}
	if err := o.check(model); err != nil {
		return fmt.Errorf("training: %s: %w", o.name, err)
	}
	if o.states == nil {
		o.states = make([]state, len(model))
		for i, vg := range model {
			o.states[i] = newState(vg.Value().(*tensor.Dense), o.rule.buffers)
		}
	}
	o.steps++
	for i, vg := range model {
		w, g, err := floats(vg)
		if err != nil {
			return err // check has seen to it that there is none
		}
		decay := o.decay
		if d, ok := vg.(interface{ Decays() bool }); ok && o.weightsOnly && !d.Decays() {
			decay = 0
		}
		o.rule.update(o, w, g, o.states[i].memory, decay)
	}
	return nil
}

// usable tells whether the optimizer was made, and made well.
func (o *Optimizer) usable() error {
	if o == nil || o.rule.update == nil {
		return errors.New("training: no optimizer: make one with SGD, Adam or another of the constructors")
	}
	return o.err
}

// check tells whether a step can be made with these parameters.
func (o *Optimizer) check(model []G.ValueGrad) error {
	const remedy = "make a new optimizer for another model"
	if o.states != nil && len(model) != len(o.states) {
		return fmt.Errorf("%d parameters, %d in the steps before: %s", len(model), len(o.states), remedy)
	}
	for i, vg := range model {
		if _, _, err := floats(vg); err != nil {
			return fmt.Errorf("parameter %d: %w", i, err)
		}
		if o.states != nil && o.states[i].owner != vg.Value() {
			return fmt.Errorf("parameter %d is not the one of the steps before: %s", i, remedy)
		}
	}
	return nil
}

func newState(owner *tensor.Dense, buffers int) state {
	s := state{owner: owner, memory: make([][]float32, buffers)}
	for i := range s.memory {
		s.memory[i] = make([]float32, len(owner.Float32s()))
	}
	return s
}

// floats gives a parameter's numbers and its gradient's.
func floats(vg G.ValueGrad) (w, g []float32, err error) {
	if vg == nil {
		return nil, nil, errors.New("it is nil: wanted a parameter with its gradient")
	}
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
