package models

// Shared gives answers whose counts of right and wrong ones are made once for all
// metrics that look at them. They must not be changed afterwards.
func (a Answers) Shared() Answers {
	a.counts = new([][3]float64)
	return a
}

// weight is how much a row counts.
func (a Answers) weight(row int) float64 {
	if a.Weights == nil {
		return 1
	}
	return float64(a.Weights[row])
}

// total is the sum of all weights.
func (a Answers) total() float64 {
	sum := 0.0
	for row := range a.Rows {
		sum += a.weight(row)
	}
	return sum
}

// What a class is counted by.
const (
	hits   = iota // rows of the class that are predicted to be of it
	misses        // rows of it that are not
	alarms        // rows that are not of it, but are predicted to be
)

// classCounts counts for each class, or for each of several labels, by weight. A
// single label has two classes.
func (a Answers) classCounts() [][3]float64 {
	if a.counts != nil && *a.counts != nil {
		return *a.counts
	}
	n := a.Outputs
	if a.Targets == Labels && n == 1 {
		n = 2
	}
	counts := make([][3]float64, n)
	count := func(actual, predicted int, w float64) {
		if actual == predicted {
			counts[actual][hits] += w
			return
		}
		counts[actual][misses] += w
		counts[predicted][alarms] += w
	}
	for row := range a.Rows {
		w, p := a.weight(row), a.Predicted[row*a.Outputs:(row+1)*a.Outputs]
		switch {
		case a.Targets == Classes:
			count(int(a.Actual[row]), Likeliest(p), w)
		case a.Outputs == 1:
			count(above(a.Actual[row]), above(p[0]), w)
		default:
			for label, p := range p {
				switch y := a.Actual[row*a.Outputs+label]; {
				case above(y)+above(p) == 2:
					counts[label][hits] += w
				case above(y) == 1:
					counts[label][misses] += w
				case above(p) == 1:
					counts[label][alarms] += w
				}
			}
		}
	}
	if a.counts != nil {
		*a.counts = counts
	}
	return counts
}

// above is the class that a single probability speaks for: 1 above ½, else 0.
func above(p float32) int {
	if p > 0.5 {
		return 1
	}
	return 0
}

// Likeliest is the class that a row of predictions speaks for: the most probable
// one (the first of equals), or for a single probability whether it is above ½.
func Likeliest(p []float32) int {
	if len(p) == 1 {
		return above(p[0])
	}
	best := 0
	for i, x := range p {
		if x > p[best] {
			best = i
		}
	}
	return best
}
