package training

import "perceptron/models"

// Hook watches training. Any of its functions may be nil; an error from one
// ends training and is returned by Fit.
type Hook struct {
	Begin func(Progress) error // before the first step
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
	Stop          Stop    // in End: why training stopped

	run *fit
}

// Which function of a hook to call.
func beginHook(h Hook) func(Progress) error { return h.Begin }
func stepHook(h Hook) func(Progress) error  { return h.Step }
func epochHook(h Hook) func(Progress) error { return h.Epoch }
func endHook(h Hook) func(Progress) error   { return h.End }

// call runs one function of every hook. All of them run, whatever the others
// return, so that none misses its End.
func (f *fit) call(which func(Hook) func(Progress) error) error {
	var errs error
	for _, h := range f.options.Hooks {
		if do := which(h); do != nil {
			errs = joinErrors(errs, do(f.progress))
		}
	}
	return errs
}
