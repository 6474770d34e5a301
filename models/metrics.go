package models

import "math"

// Metrics of classes and labels, as scikit-learn defines them, with weights of
// rows. Where each of several outputs is a label of its own, a row is right if all
// its labels are, and means over classes are means over labels.
var (
	// Accuracy is the share of rows whose class is predicted.
	Accuracy = Metric{"accuracy", accuracy}
	// BalancedAccuracy is the mean over the classes that occur of the share of their
	// rows that is predicted.
	BalancedAccuracy = Metric{"balanced_accuracy", balancedAccuracy}
	// Precision is the mean over classes of PrecisionOf.
	Precision = Metric{"precision", macro(precision)}
	// Recall is the mean over classes of RecallOf.
	Recall = Metric{"recall", macro(recall)}
	// F1 is the mean over classes of F1Of: macro-F1.
	F1 = Metric{"f1", macro(f1)}
	// LogLoss is the mean of −log of the probability of what is the case, with
	// probabilities kept 1.2e-7 away from 0 and 1; of several labels the mean over
	// them too.
	LogLoss = Metric{"log_loss", logLoss}
)

// Metrics of numbers.
var (
	// RMSE is the root mean squared error, in the targets' units, of all outputs
	// taken together.
	RMSE = Metric{"rmse", func(a Answers) float64 {
		return math.Sqrt(meanOf(a, func(d float64) float64 { return d * d }))
	}}
	// MAE is the mean absolute error, of all outputs taken together.
	MAE = Metric{"mae", func(a Answers) float64 { return meanOf(a, math.Abs) }}
	// R2 is the share of the variance explained, 1 − Σ(y−ŷ)²/Σ(y−ȳ)²: of several
	// outputs the mean. It is not defined where the targets of one are all equal.
	R2 = Metric{"r2", r2}
)

// classMetrics and regressionMetrics are those of the deck's tasks.
func classMetrics() []Metric {
	return []Metric{Accuracy, BalancedAccuracy, Precision, Recall, F1, LogLoss}
}

func regressionMetrics() []Metric { return []Metric{RMSE, MAE, R2} }

// PrecisionOf is the share of the rows predicted to be of a class that are: not
// defined if none is predicted to be.
func PrecisionOf(class int, name string) Metric { return ofClass("precision:"+name, class, precision) }

// RecallOf is the share of the rows of a class that is predicted to be of it: not
// defined if there is none.
func RecallOf(class int, name string) Metric { return ofClass("recall:"+name, class, recall) }

// F1Of is the harmonic mean of a class's precision and recall: not defined if the
// class neither occurs nor is predicted.
func F1Of(class int, name string) Metric { return ofClass("f1:"+name, class, f1) }

// OfOutput is a metric of numbers for one of several outputs alone: rmse:price.
func OfOutput(m Metric, output int, name string) Metric {
	return Metric{m.Name + ":" + name, func(a Answers) float64 {
		if output < 0 || output >= a.Outputs {
			return math.NaN()
		}
		one := Answers{Rows: a.Rows, Outputs: 1, Targets: a.Targets, Weights: a.Weights,
			Predicted: make([]float32, a.Rows), Actual: make([]float32, a.Rows)}
		for row := range a.Rows {
			one.Predicted[row], one.Actual[row] = a.Predicted[row*a.Outputs+output], a.Actual[row*a.Outputs+output]
		}
		return m.Of(one)
	}}
}

func ofClass(name string, class int, share func([3]float64) float64) Metric {
	return Metric{name, func(a Answers) float64 {
		counts := a.classCounts()
		if class < 0 || class >= len(counts) {
			return math.NaN()
		}
		return share(counts[class])
	}}
}

// Shares of a class's counts; 0/0 is NaN.
func precision(c [3]float64) float64 { return c[hits] / (c[hits] + c[alarms]) }
func recall(c [3]float64) float64    { return c[hits] / (c[hits] + c[misses]) }
func f1(c [3]float64) float64        { return 2 * c[hits] / (2*c[hits] + c[misses] + c[alarms]) }

// macro is the mean over the classes that occur or are predicted, where one that
// only does one of both counts as 0.
func macro(share func([3]float64) float64) func(Answers) float64 {
	return func(a Answers) float64 {
		sum, n := 0.0, 0.0
		for _, c := range a.classCounts() {
			if c == ([3]float64{}) {
				continue
			}
			n++
			if s := share(c); !math.IsNaN(s) {
				sum += s
			}
		}
		return sum / n
	}
}

func accuracy(a Answers) float64 {
	right := 0.0
	if a.Targets == Labels && a.Outputs > 1 {
		for row := range a.Rows {
			same := true
			for i := row * a.Outputs; i < (row+1)*a.Outputs; i++ {
				same = same && above(a.Predicted[i]) == above(a.Actual[i])
			}
			if same {
				right += a.weight(row)
			}
		}
		return right / a.total()
	}
	for _, c := range a.classCounts() {
		right += c[hits]
	}
	return right / a.total()
}

func balancedAccuracy(a Answers) float64 {
	sum, n, total := 0.0, 0.0, a.total()
	for _, c := range a.classCounts() {
		share := recall(c)
		if a.Targets == Labels && a.Outputs > 1 { // of rows with the label and of rows without
			without := total - c[hits] - c[misses]
			share = (share + (without-c[alarms])/without) / 2
		}
		if !math.IsNaN(share) {
			sum, n = sum+share, n+1
		}
	}
	return sum / n
}

func logLoss(a Answers) float64 {
	const least = 1.1920929e-07 // float32's distance from 1 to the next number
	minusLog := func(p float64) float64 { return -math.Log(min(max(p, least), 1-least)) }
	sum := 0.0
	for row := range a.Rows {
		if a.Targets == Classes {
			sum += a.weight(row) * minusLog(float64(a.Predicted[row*a.Outputs+int(a.Actual[row])]))
			continue
		}
		for i := row * a.Outputs; i < (row+1)*a.Outputs; i++ {
			y, p := float64(a.Actual[i]), float64(a.Predicted[i])
			sum += a.weight(row) * (y*minusLog(p) + (1-y)*minusLog(1-p)) / float64(a.Outputs)
		}
	}
	return sum / a.total()
}

// meanOf is the mean of f over all errors.
func meanOf(a Answers, f func(d float64) float64) float64 {
	sum := 0.0
	for row := range a.Rows {
		for i := row * a.Outputs; i < (row+1)*a.Outputs; i++ {
			sum += a.weight(row) * f(float64(a.Predicted[i])-float64(a.Actual[i]))
		}
	}
	return sum / a.total() / float64(a.Outputs)
}

func r2(a Answers) float64 {
	sum, total := 0.0, a.total()
	for output := range a.Outputs {
		first := float64(a.Actual[output]) // sums are relative to it, against cancellation
		squares, targets, targetSquares := 0.0, 0.0, 0.0
		for row := range a.Rows {
			i, w := row*a.Outputs+output, a.weight(row)
			d, t := float64(a.Predicted[i])-float64(a.Actual[i]), float64(a.Actual[i])-first
			squares += w * d * d
			targets += w * t
			targetSquares += w * t * t
		}
		spread := targetSquares - targets*targets/total
		if !(spread > 0) {
			return math.NaN()
		}
		sum += 1 - squares/spread
	}
	return sum / float64(a.Outputs)
}
