package training

import (
	"fmt"
	"math"
)

// setRate follows the schedule.
func (f *fit) setRate() error {
	f.noticeRate()
	f.factor = f.scheduled(f.progress.Step, f.progress.History)
	f.factors = addFactor(f.factors, f.factor)
	if !(f.factor >= 0) || math.IsInf(f.factor, 0) {
		return fmt.Errorf("training: step %d: the schedule multiplies the learning rate by %v: wanted 0 or more; look at its settings", f.progress.Step+1, f.factor)
	}
	f.setTo = f.rate * f.factor
	f.options.Optimizer.SetLearningRate(f.setTo)
	return nil
}

// scheduled is the schedule's factor after a number of steps and some epochs.
func (f *fit) scheduled(step int, history []Epoch) float64 {
	history = history[len(f.before.History):]
	return f.options.Schedule(Progress{
		Step: step - f.before.Steps, Steps: f.progress.Steps - f.before.Steps,
		Epoch: len(history), Epochs: f.options.Epochs, History: history,
	})
}

// noticeRate sees whether somebody has set the optimizer's rate: the schedule then
// goes on from that one.
func (f *fit) noticeRate() {
	if rate := f.options.Optimizer.LearningRate(); rate != f.setTo {
		f.rate, f.setTo = rate, rate
		if f.factor > 0 {
			f.rate = rate / f.factor
		}
	}
}
