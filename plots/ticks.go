package plots

import (
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
)

// ticks marks a linear axis at up to about eight round numbers. Gonum's own marker
// gives three.
type ticks struct {
	whole bool // whole numbers only, such as epochs
}

// Ticks implements plot.Ticker.
func (t ticks) Ticks(lo, hi float64) []plot.Tick {
	step := roundStep((hi - lo) / 8)
	if t.whole {
		step = max(step, 1)
	}
	var marks []plot.Tick
	first, last := math.Ceil(lo/step-1e-9), math.Floor(hi/step+1e-9)
	for i := range int(last-first) + 1 {
		v := (first + float64(i)) * step
		marks = append(marks, plot.Tick{Value: v, Label: tickLabel(v, step, max(math.Abs(lo), math.Abs(hi)))})
	}
	return marks
}

// roundStep returns the number of the form 1, 2 or 5 × 10ⁿ at or above v.
func roundStep(v float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 5} {
		if m*power >= v*(1-1e-9) {
			return m * power
		}
	}
	return 10 * power
}

// tickLabel writes v with the decimals that step needs; all ticks of an axis
// up to largest look alike.
func tickLabel(v, step, largest float64) string {
	if v == 0 {
		return "0"
	}
	if largest >= 1e6 || step < 1e-5 {
		return minus(strconv.FormatFloat(v, 'e', max(0, int(math.Floor(math.Log10(math.Abs(v))+1e-9)-math.Floor(math.Log10(step)+1e-9))), 64))
	}
	return minus(strconv.FormatFloat(v, 'f', max(0, -int(math.Floor(math.Log10(step)+1e-9))), 64))
}

// logTicks marks a logarithmic axis at the powers of ten and, where these are
// few, at 2 and 5 times them; on very long axes, at some powers only.
type logTicks struct{}

// Ticks implements plot.Ticker. Both lo and hi must be positive.
func (logTicks) Ticks(lo, hi float64) []plot.Tick {
	first, last := int(math.Floor(math.Log10(lo))), int(math.Ceil(math.Log10(hi)))
	decades := math.Log10(hi / lo)
	every := max(1, int(math.Ceil(decades/7)))
	var marks []plot.Tick
	for e := first; e <= last; e++ {
		for m := 1; m <= 9; m++ {
			v := float64(m) * math.Pow(10, float64(e))
			labelled := m == 1 && e%every == 0 || decades < 2.5 && (m == 2 || m == 5)
			switch {
			case v < lo || v > hi:
			case labelled && e >= -4 && e <= 5:
				marks = append(marks, plot.Tick{Value: v, Label: strconv.FormatFloat(v, 'f', max(0, -e), 64)})
			case labelled:
				marks = append(marks, plot.Tick{Value: v, Label: minus(strconv.FormatFloat(v, 'e', 0, 64))})
			case every == 1:
				marks = append(marks, plot.Tick{Value: v})
			}
		}
	}
	return marks
}

// minus writes a number as print does: −1e7 for -1e+07.
func minus(s string) string {
	return strings.NewReplacer("e+0", "e", "e+", "e", "e-0", "e−", "-", "−").Replace(s)
}

// number writes v with three digits, for titles.
func number(v float64) string {
	size := math.Abs(v)
	switch {
	case v == 0:
		return "0"
	case size < 1e-4 || size >= 1e6:
		return minus(strconv.FormatFloat(v, 'e', 2, 64))
	}
	return minus(strconv.FormatFloat(v, 'f', max(0, 2-int(math.Floor(math.Log10(size)))), 64))
}

// shortest writes v with no more digits than it needs, six at most.
func shortest(v float64) string { return minus(strconv.FormatFloat(v, 'g', 6, 64)) }

// percent writes the share n of total with two decimals.
func percent(n, total int) string {
	return strconv.FormatFloat(100*float64(n)/float64(total), 'f', 2, 64) + " %"
}

// count writes n with thousands set apart: 60,000.
func count(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
