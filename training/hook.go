package training

import (
	"errors"

	"gorgonia.org/tensor"

	"perceptron/models"
)

// Hook watches training. Any of its functions may be nil; an error from one
// ends training and is returned by Fit, but for that of StopTraining.
type Hook struct {
	Begin func(Progress) error // before the first step, also of a resumed run: then Step is above 0

	// Backward is called between a step's backward pass and its update, with
	// gradients clipped already, which it may change. The step does not count yet
	// in Progress.
	Backward func(Progress) error

	Step  func(Progress) error // after each step
	Epoch func(Progress) error // after each epoch and its evaluation
	End   func(Progress) error // when training stops, for whatever reason
}

// Progress is where training stands.
type Progress struct {
	Net           *models.Model
	Epoch, Epochs int     // epochs begun, counted from 1, and at the most
	Step, Steps   int     // steps made, and at the most
	Loss          float64 // of the last step
	History       []Epoch // epochs finished; not to be changed
	Optimizer     *Optimizer
	Stop          Stop // in End: why training stopped

	run *fit
}

// Gradient is a parameter with the gradient of the loss by it, of the same shape.
type Gradient struct {
	*models.Parameter
	Grad *tensor.Dense
}

// Gradients are those of the step, in the order of the model's parameters, the
// frozen ones left out: for Backward and Step, nil elsewhere. They hold until the
// next step. In Backward the parameters are those of before the update, in Step
// those of after it.
func (p Progress) Gradients() []Gradient {
	if p.run == nil {
		return nil
	}
	var all []Gradient
	for _, g := range p.run.grads {
		g := g.(gradient)
		all = append(all, Gradient{g.Parameter, g.node.Value().(*tensor.Dense)})
	}
	return all
}

// Which function of a hook to call.
func beginHook(h Hook) func(Progress) error    { return h.Begin }
func backwardHook(h Hook) func(Progress) error { return h.Backward }
func stepHook(h Hook) func(Progress) error     { return h.Step }
func epochHook(h Hook) func(Progress) error    { return h.Epoch }
func endHook(h Hook) func(Progress) error      { return h.End }

// call runs one function of every hook. All of them run, whatever the others
// return, so that none misses its End. The first wish to stop is noted.
func (f *fit) call(which func(Hook) func(Progress) error) error {
	var errs error
	for _, h := range f.options.Hooks {
		if do := which(h); do != nil {
			err := do(f.progress)
			var stop *stopRequest
			if errors.As(err, &stop) {
				if f.stop == nil {
					f.stop = stop
				}
				continue
			}
			errs = joinErrors(errs, err)
		}
	}
	return errs
}
