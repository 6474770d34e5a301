package training

import (
	"cmp"
	"fmt"
	"math"
	"strings"
)

// Schedule gives the factor by which the learning rate of the next step is
// multiplied. It is shown Step and Steps, how many steps have been made and how
// many there are at the most, and the epochs finished, in Epoch, Epochs and
// History; all of them of the Fit at work, also where that goes on After another.
// A Schedule must depend on nothing else: then a resumed run goes on where it was.
//
// The schedules below give NaN for a setting out of its range, and Fit refuses
// to make a step with that.
type Schedule func(p Progress) float64

// bySteps is a schedule that goes by the number of the step alone.
func bySteps(factor func(step, total int) float64) Schedule {
	return func(p Progress) float64 { return factor(p.Step, p.Steps) }
}

// Constant leaves the learning rate as it is.
func Constant() Schedule { return func(Progress) float64 { return 1 } }

// StepDecay multiplies the rate by gamma every so many steps: PyTorch's StepLR.
func StepDecay(every int, gamma float64) Schedule {
	return valid(every >= 1 && gamma >= 0, bySteps(func(step, _ int) float64 {
		return math.Pow(gamma, float64(step/every))
	}))
}

// Cosine falls from 1 to 0 along half a cosine (Loshchilov and Hutter 2017):
// PyTorch's CosineAnnealingLR over all steps.
func Cosine() Schedule {
	return bySteps(func(step, total int) float64 {
		return (1 + math.Cos(math.Pi*float64(step)/float64(total))) / 2
	})
}

// LinearDecay falls from 1 to 0 in a straight line.
func LinearDecay() Schedule {
	return bySteps(func(step, total int) float64 { return 1 - float64(step)/float64(total) })
}

// LinearWarmup rises in a straight line from the factor start, in the first
// step, to 1 after the given number of steps, and stays there: PyTorch's
// LinearLR.
func LinearWarmup(start float64, steps int) Schedule {
	return valid(start >= 0 && steps >= 1, bySteps(func(step, _ int) float64 {
		return start + (1-start)*math.Min(1, float64(step)/float64(steps))
	}))
}

// Warmup rises in a straight line over a share of all steps, from 0 to below 1,
// and leaves the rest of them to another schedule. Its first step is made at a
// fraction of the rate, its last one at the full rate.
//
//	Warmup(0.2, Cosine())      // what many call one-cycle
//	Warmup(0.1, LinearDecay())
func Warmup(share float64, then Schedule) Schedule {
	return valid(share >= 0 && share < 1 && then != nil, func(p Progress) float64 {
		warm := int(math.Round(share * float64(p.Steps)))
		if p.Step < warm {
			return float64(p.Step+1) / float64(warm)
		}
		p.Step, p.Steps = p.Step-warm, p.Steps-warm
		return then(p)
	})
}

// OneCycle rises along half a cosine from 1/25 of the peak to the peak, over a
// share of all steps, and falls along another to a 250,000th (Smith and Topin
// 2018): PyTorch's OneCycleLR, whose own share is 0.3. The optimizer's rate is
// the peak.
func OneCycle(share float64) Schedule { return oneCycle(share, cosineBetween) }

// OneCycleLinear is OneCycle in straight lines: PyTorch's anneal_strategy
// "linear".
func OneCycleLinear(share float64) Schedule { return oneCycle(share, linearBetween) }

func oneCycle(share float64, between func(from, to, at float64) float64) Schedule {
	const first, last = 1. / 25, 1. / 25 / 1e4
	return valid(share >= 0 && share <= 1, bySteps(func(step, total int) float64 {
		// As in PyTorch, the peak is reached in step share·total, counted from 1,
		// which need not be a whole number.
		s, peak, end := float64(step), share*float64(total)-1, float64(total-1)
		if s <= peak && peak > 0 {
			return between(first, 1, s/peak)
		}
		if end <= peak {
			return 1
		}
		return between(1, last, (s-peak)/(end-peak))
	}))
}

func cosineBetween(from, to, at float64) float64 {
	return to + (from-to)/2*(1+math.Cos(math.Pi*at))
}

func linearBetween(from, to, at float64) float64 { return from + (to-from)*at }

// valid replaces a schedule whose settings are out of range.
func valid(ok bool, s Schedule) Schedule {
	if ok {
		return s
	}
	return func(Progress) float64 { return math.NaN() }
}

// schedules are those that ScheduleByName knows. The last ones are older names of
// a schedule with a warm-up.
var schedules = []struct {
	name     string
	warmup   float64
	schedule Schedule
}{
	{"constant", 0, Constant()},
	{"step", 0, bySteps(func(step, total int) float64 { return math.Pow(0.1, float64(3*step/total)) })},
	{"linear", 0, LinearDecay()},
	{"cosine", 0, Cosine()},
	{"one-cycle", 0, OneCycle(0.3)},
	{"plateau", 0, Plateau{}.Schedule()},
	{"warmup", 0.1, Constant()},
	{"warmup-linear", 0.1, LinearDecay()},
	{"warmup-cosine", 0.2, Cosine()},
}

// ScheduleByName gives a schedule with usual settings: constant; step (a tenth
// of the rate after each third of the steps); linear and cosine (to 0); one-cycle
// and plateau (PyTorch's). A warmup above 0 puts Warmup over that share of the
// steps before it. The older names warmup, warmup-linear and warmup-cosine are
// constant, linear and cosine with a warm-up of 0.1, 0.1 and 0.2, unless another
// is given.
func ScheduleByName(name string, warmup float64) (Schedule, error) {
	if !(warmup >= 0 && warmup < 1) {
		return nil, fmt.Errorf("training: a warm-up over a share of %v of the steps: wanted at least 0 and below 1", warmup)
	}
	for _, s := range schedules {
		if s.name == name {
			if share := cmp.Or(warmup, s.warmup); share > 0 {
				return Warmup(share, s.schedule), nil
			}
			return s.schedule, nil
		}
	}
	return nil, fmt.Errorf("training: unknown schedule %q: wanted one of %s", name, strings.Join(ScheduleNames(), ", "))
}

// ScheduleNames lists what ScheduleByName knows, but for the older names.
func ScheduleNames() []string {
	var names []string
	for _, s := range schedules {
		if s.warmup == 0 {
			names = append(names, s.name)
		}
	}
	return names
}
