package training

import (
	"fmt"
	"math"
	"strings"
)

// Schedule gives the factor by which the learning rate of a step is multiplied.
// Steps are counted from 0; total is how many there are at the most. It depends
// on nothing else, so a resumed run goes on where it was.
//
// The schedules below give NaN for a setting out of its range, and Fit refuses
// to make a step with that.
type Schedule func(step, total int) float64

// Constant leaves the learning rate as it is.
func Constant() Schedule { return func(int, int) float64 { return 1 } }

// StepDecay multiplies the rate by gamma every so many steps: PyTorch's StepLR.
func StepDecay(every int, gamma float64) Schedule {
	return valid(every >= 1 && gamma >= 0, func(step, _ int) float64 {
		return math.Pow(gamma, float64(step/every))
	})
}

// Cosine falls from 1 to 0 along half a cosine (Loshchilov and Hutter 2017):
// PyTorch's CosineAnnealingLR over all steps.
func Cosine() Schedule {
	return func(step, total int) float64 {
		return (1 + math.Cos(math.Pi*float64(step)/float64(total))) / 2
	}
}

// LinearDecay falls from 1 to 0 in a straight line.
func LinearDecay() Schedule {
	return func(step, total int) float64 { return 1 - float64(step)/float64(total) }
}

// LinearWarmup rises in a straight line from the factor start, in the first
// step, to 1 after the given number of steps, and stays there: PyTorch's
// LinearLR.
func LinearWarmup(start float64, steps int) Schedule {
	return valid(start >= 0 && steps >= 1, func(step, _ int) float64 {
		return start + (1-start)*math.Min(1, float64(step)/float64(steps))
	})
}

// Warmup rises in a straight line over a share of all steps, from 0 to below 1,
// and leaves the rest of them to another schedule. Its first step is made at a
// fraction of the rate, its last one at the full rate.
//
//	Warmup(0.2, Cosine())      // what many call one-cycle
//	Warmup(0.1, LinearDecay())
func Warmup(share float64, then Schedule) Schedule {
	return valid(share >= 0 && share < 1 && then != nil, func(step, total int) float64 {
		warm := int(math.Round(share * float64(total)))
		if step < warm {
			return float64(step+1) / float64(warm)
		}
		return then(step-warm, total-warm)
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
	return valid(share >= 0 && share <= 1, func(step, total int) float64 {
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
	})
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
	return func(int, int) float64 { return math.NaN() }
}

// schedules are those that ScheduleByName knows.
var schedules = []struct {
	name     string
	schedule Schedule
}{
	{"constant", Constant()},
	{"step", func(step, total int) float64 { return math.Pow(0.1, float64(3*step/total)) }},
	{"linear", LinearDecay()},
	{"cosine", Cosine()},
	{"warmup", Warmup(0.1, Constant())},
	{"warmup-linear", Warmup(0.1, LinearDecay())},
	{"warmup-cosine", Warmup(0.2, Cosine())},
	{"one-cycle", OneCycle(0.3)},
}

// ScheduleByName gives a schedule with usual settings: constant; step (a tenth
// of the rate after each third of the steps); linear and cosine (to 0); warmup
// (10% of the steps, then constant); warmup-linear (10%, then to 0);
// warmup-cosine (20%, then to 0); one-cycle (PyTorch's).
func ScheduleByName(name string) (Schedule, error) {
	for _, s := range schedules {
		if s.name == name {
			return s.schedule, nil
		}
	}
	return nil, fmt.Errorf("training: unknown schedule %q: wanted one of %s", name, strings.Join(ScheduleNames(), ", "))
}

// ScheduleNames lists what ScheduleByName knows.
func ScheduleNames() []string {
	names := make([]string, len(schedules))
	for i, s := range schedules {
		names[i] = s.name
	}
	return names
}
