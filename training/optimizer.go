package training

import (
	"errors"
	"fmt"
	"math"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Rule is how an optimizer changes a parameter along its gradient. SGD, Adam
// and the other constructors are made of rules, and NewOptimizer makes an
// Optimizer of anybody's: groups of parameters, Fit, Trainer and checkpoints
// work with all of them alike.
type Rule interface {
	// Name is what messages and checkpoints call it: Adam.
	Name() string
	// Settings are the rule's numbers. Checkpoints compare them, and the options
	// of the constructors set them.
	Settings() []Setting
	// Buffers is how many numbers the rule remembers for each number of a
	// parameter. It is asked once the settings are final.
	Buffers() int
	// Update changes w along g. Each of the buffers in memory is as long as w,
	// holds zeros before a parameter's first step, and is kept from step to step
	// and in checkpoints. Update must not write into g, which another parameter
	// may share, nor keep any of the slices.
	Update(s StepInfo, w, g []float32, memory [][]float32)
}

// StepInfo is what a Rule knows of a step of one parameter.
type StepInfo struct {
	Rate  float64 // the learning rate: schedule and group are in it
	Decay float64 // the weight decay; 0 where the parameter is spared
	Steps int     // the parameter's steps, counted from 1; a frozen one makes none
}

// Setting is a number of a Rule.
type Setting struct {
	Name  string   // momentum
	Value *float64 // where the rule keeps it
	Below float64  // values are at least 0, and below this; 0: any finite number from 0 on
}

func (s Setting) check() error {
	switch v := *s.Value; {
	case s.Below > 0 && !(v >= 0 && v < s.Below):
		return fmt.Errorf("%s %v: wanted at least 0 and below %v", s.Name, v, s.Below)
	case !(v >= 0) || math.IsInf(v, 0):
		return fmt.Errorf("%s %v: wanted 0 or more", s.Name, v)
	}
	return nil
}

// Optimizer changes parameters in place along their gradients. It is a
// gorgonia.Solver that allocates only in a parameter's first step, and it never
// writes into a gradient before all parameters have moved.
//
// What it remembers belongs to each parameter by itself, so parameters may come
// and go between steps, as they do when a part of a model is frozen.
type Optimizer struct {
	rule        Rule
	rate        float64
	decay       float64
	weightsOnly bool // decay applies to weights only, not to biases and norms
	rates       []own
	decays      []own
	err         error // of the settings, returned by the first use
	steps       int
	states      map[*tensor.Dense]*state
}

// own is a number that parameters of some names have for themselves.
type own struct {
	pattern string
	value   float64
}

// state is what the optimizer knows of one parameter.
type state struct {
	rate, decay float64 // the factor of its rate, and its weight decay
	steps       int
	memory      [][]float32
}

// NewOptimizer makes an Optimizer of a rule. A setting that is out of range is
// an error of its first use, so that a constructor can stand inside a struct
// literal.
//
//	func Lion(rate float64, options ...training.OptimizerOption) *training.Optimizer {
//		return training.NewOptimizer(rate, &lion{beta1: 0.9, beta2: 0.99}, options...)
//	}
func NewOptimizer(rate float64, rule Rule, options ...OptimizerOption) *Optimizer {
	if rule == nil {
		return nil // usable says what to do
	}
	o := &Optimizer{rule: rule, rate: rate, states: map[*tensor.Dense]*state{}}
	note := func(err error) {
		if err != nil && o.err == nil {
			o.err = fmt.Errorf("training: %s: %w", rule.Name(), err)
		}
	}
	if !(rate >= 0) || math.IsInf(rate, 0) {
		note(fmt.Errorf("learning rate %v: wanted 0 or more", rate))
	}
	for _, option := range options {
		if option == nil {
			note(errors.New("an option is nil: leave it out"))
			continue
		}
		note(option(o))
	}
	for _, s := range rule.Settings() {
		note(s.check())
	}
	return o
}

// Name is the optimizer's name, in PyTorch's spelling.
func (o *Optimizer) Name() string { return o.rule.Name() }

// LearningRate is the rate of the next step.
func (o *Optimizer) LearningRate() float64 { return o.rate }

// SetLearningRate changes the rate of the steps to come. In a Hook it holds: the
// schedule goes on from the rate that was set.
func (o *Optimizer) SetLearningRate(rate float64) { o.rate = rate }

// Steps is how many steps the optimizer has made.
func (o *Optimizer) Steps() int { return o.steps }

// Step changes every parameter once. Values and gradients must be float32
// tensors of one shape each; otherwise it is an error, and nothing is changed.
//
// The gradients of graph nodes are set to 0 once all parameters have moved, as a
// gorgonia.Solver does: with BindDualValues, Gorgonia adds the next ones to them.
func (o *Optimizer) Step(model []G.ValueGrad) error {
	if err := o.usable(); err != nil {
		return err
	}
	for i, vg := range model {
		if _, _, err := floats(vg); err != nil {
			return fmt.Errorf("training: %s: parameter %d: %w", o.Name(), i, err)
		}
	}
	o.steps++
	for _, vg := range model {
		w, g, err := floats(vg)
		if err != nil {
			return err // the loop above has seen to it that there is none
		}
		s := o.stateOf(vg, len(w))
		s.steps++
		o.rule.Update(StepInfo{Rate: o.rate * s.rate, Decay: s.decay, Steps: s.steps}, w, g, s.memory)
	}
	for _, vg := range model {
		if _, ok := vg.(*G.Node); ok {
			_, g, _ := floats(vg)
			clear(g)
		}
	}
	return nil
}

// stateOf gives what is known of a parameter; of a new one, what its name says.
func (o *Optimizer) stateOf(vg G.ValueGrad, size int) *state {
	owner := vg.Value().(*tensor.Dense)
	if s := o.states[owner]; s != nil {
		return s
	}
	name, decays := "", true
	if n, ok := vg.(interface{ Name() string }); ok {
		name = n.Name()
	}
	if d, ok := vg.(interface{ Decays() bool }); ok {
		decays = d.Decays()
	}
	s := o.newState(name, decays, size)
	o.states[owner] = s
	return s
}

func (o *Optimizer) newState(name string, decays bool, size int) *state {
	s := &state{rate: 1, decay: o.decay, memory: make([][]float32, o.rule.Buffers())}
	if o.weightsOnly && !decays {
		s.decay = 0
	}
	for _, own := range o.rates {
		if matches(own.pattern, name) {
			s.rate = own.value
		}
	}
	for _, own := range o.decays {
		if matches(own.pattern, name) {
			s.decay = own.value
		}
	}
	for i := range s.memory {
		s.memory[i] = make([]float32, size)
	}
	return s
}

// usable reports whether the optimizer was made, and made well.
func (o *Optimizer) usable() error {
	if o == nil || o.rule == nil {
		return errors.New("training: no optimizer: make one with SGD, Adam or another of the constructors")
	}
	return o.err
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
