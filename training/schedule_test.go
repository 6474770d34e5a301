package training

import (
	"math"
	"testing"
)

// TestSchedules looks at the factors where they are known by hand; the curves
// between are compared with PyTorch's elsewhere.
func TestSchedules(t *testing.T) {
	for _, c := range []struct {
		name     string
		schedule Schedule
		total    int
		want     map[int]float64
	}{
		{"constant", Constant(), 10, map[int]float64{0: 1, 9: 1}},
		{"step", StepDecay(3, 0.5), 10, map[int]float64{0: 1, 2: 1, 3: 0.5, 5: 0.5, 6: 0.25, 9: 0.125}},
		{"cosine", Cosine(), 10, map[int]float64{0: 1, 5: 0.5}},
		{"linear decay", LinearDecay(), 10, map[int]float64{0: 1, 5: 0.5, 9: 0.1}},
		{"linear warm-up", LinearWarmup(0.5, 4), 10, map[int]float64{0: 0.5, 2: 0.75, 4: 1, 9: 1}},
		{"warm-up", Warmup(0.2, Constant()), 10, map[int]float64{0: 0.5, 1: 1, 2: 1, 9: 1}},
		{"warm-up and cosine", Warmup(0.2, Cosine()), 10, map[int]float64{0: 0.5, 1: 1, 2: 1, 6: 0.5}},
		{"no warm-up", Warmup(0, LinearDecay()), 10, map[int]float64{0: 1, 5: 0.5}},
		{"warm-up of less than a step", Warmup(0.01, Constant()), 10, map[int]float64{0: 1, 9: 1}},
		{"one cycle", OneCycle(0.3), 10, map[int]float64{0: 0.04, 1: 0.52, 2: 1, 9: 4e-6}},
		{"one cycle in lines", OneCycleLinear(0.3), 10, map[int]float64{0: 0.04, 1: 0.52, 2: 1, 9: 4e-6}},
		{"one cycle, only up", OneCycle(1), 10, map[int]float64{0: 0.04, 9: 1}},
		{"one cycle, only down", OneCycleLinear(0), 10, map[int]float64{9: 4e-6}},
		{"one cycle of one step", OneCycle(1), 1, map[int]float64{0: 1}},
	} {
		for step, want := range c.want {
			if got := c.schedule(Progress{Step: step, Steps: c.total}); math.Abs(got-want) > 1e-12 {
				t.Errorf("%s: factor %v in step %d of %d, wanted %v", c.name, got, step, c.total, want)
			}
		}
	}
}

// TestSchedulesStayInRange holds that no schedule leaves 0 to 1 or fails in a
// run of few steps.
func TestSchedulesStayInRange(t *testing.T) {
	for _, name := range ScheduleNames() {
		s, err := ScheduleByName(name, 0)
		if err != nil {
			t.Fatal(err)
		}
		for total := 1; total <= 40; total++ {
			for step := range total {
				if f := s(Progress{Step: step, Steps: total}); !(f >= 0 && f <= 1) {
					t.Errorf("%s: factor %v in step %d of %d", name, f, step, total)
				}
			}
		}
	}
}

func TestSchedulesRefuse(t *testing.T) {
	for name, s := range map[string]Schedule{
		"StepDecay(0, 0.1)":     StepDecay(0, 0.1),
		"StepDecay(1, -1)":      StepDecay(1, -1),
		"StepDecay(1, NaN)":     StepDecay(1, math.NaN()),
		"LinearWarmup(-1, 3)":   LinearWarmup(-1, 3),
		"LinearWarmup(0, 0)":    LinearWarmup(0, 0),
		"Warmup(1, Constant())": Warmup(1, Constant()),
		"Warmup(0.1, nil)":      Warmup(0.1, nil),
		"OneCycle(-0.1)":        OneCycle(-0.1),
		"OneCycleLinear(1.1)":   OneCycleLinear(1.1),
	} {
		if f := s(Progress{Steps: 10}); !math.IsNaN(f) {
			t.Errorf("%s gives %v", name, f)
		}
	}
	_, err := ScheduleByName("cosin", 0)
	wantError(t, err, `unknown schedule "cosin": wanted one of constant, step, linear, cosine, one-cycle, plateau`)
	_, err = ScheduleByName("cosine", 1)
	wantError(t, err, "a warm-up over a share of 1 of the steps")
}

// TestWarmupByName holds that there is one warm-up, however it is asked for.
func TestWarmupByName(t *testing.T) {
	for _, c := range []struct {
		name   string
		warmup float64
		want   Schedule
	}{
		{"cosine", 0, Cosine()},
		{"cosine", 0.1, Warmup(0.1, Cosine())},
		{"warmup-cosine", 0, Warmup(0.2, Cosine())},
		{"warmup-cosine", 0.1, Warmup(0.1, Cosine())},
		{"warmup-linear", 0, Warmup(0.1, LinearDecay())},
		{"warmup", 0, Warmup(0.1, Constant())},
	} {
		s, err := ScheduleByName(c.name, c.warmup)
		if err != nil {
			t.Fatal(err)
		}
		for step := range 100 {
			p := Progress{Step: step, Steps: 100}
			if got, want := s(p), c.want(p); got != want {
				t.Errorf("%s with a warm-up of %v: factor %v in step %d, wanted %v", c.name, c.warmup, got, step, want)
			}
		}
	}
}
