package models_test

import (
	"math"
	"slices"
	"testing"

	"perceptron/internal/fixtures"
	"perceptron/models"
)

// TestMetricsLikeScikitLearn compares every metric of every kind of targets, with
// and without weights of rows.
func TestMetricsLikeScikitLearn(t *testing.T) {
	f := fixtures.Load(t, "metrics")
	classes := []models.Metric{models.Accuracy, models.BalancedAccuracy, models.Precision, models.Recall, models.F1}
	for _, c := range []struct {
		kind    string
		targets models.TargetKind
		outputs int
		metrics []models.Metric
		each    map[string]func(int, string) models.Metric
	}{
		{"classes", models.Classes, 4, append(classes, models.LogLoss), map[string]func(int, string) models.Metric{
			"per_class/precision": models.PrecisionOf, "per_class/recall": models.RecallOf, "per_class/f1": models.F1Of}},
		{"binary", models.Labels, 1, append(classes, models.LogLoss), map[string]func(int, string) models.Metric{
			"per_class/precision": models.PrecisionOf, "per_class/recall": models.RecallOf, "per_class/f1": models.F1Of}},
		{"labels", models.Labels, 3, classes, map[string]func(int, string) models.Metric{"per_class/f1": models.F1Of}},
		{"values", models.Values, 2, []models.Metric{models.MAE, models.R2}, map[string]func(int, string) models.Metric{
			"per_output/mae": func(i int, name string) models.Metric { return models.OfOutput(models.MAE, i, name) },
			"per_output/r2":  func(i int, name string) models.Metric { return models.OfOutput(models.R2, i, name) }}},
	} {
		a := models.Answers{Targets: c.targets, Outputs: c.outputs, Rows: 40,
			Predicted: f.Floats(c.kind + "/predicted"), Actual: f.Floats(c.kind + "/actual")}
		for prefix, weights := range map[string][]float32{"/": nil, "/weighted/": f.Floats("weights")} {
			a.Weights = weights
			for _, a := range []models.Answers{a, a.Shared()} {
				check := func(name string, got, want float64) {
					t.Helper()
					if math.IsNaN(got) != math.IsNaN(want) || math.Abs(got-want) > 1e-6*math.Abs(want) {
						t.Errorf("%s%s is %v, scikit-learn's %v", c.kind, prefix+name, got, want)
					}
				}
				for _, m := range c.metrics {
					check(m.Name, m.Of(a), f.Tensor(c.kind + prefix + m.Name).Float64s[0])
				}
				for name, of := range c.each {
					for i, want := range f.Tensor(c.kind + prefix + name).Float64s {
						check(name, of(i, "").Of(a), want)
					}
				}
			}
		}
	}
	// scikit-learn takes the root by output, and then the mean.
	one := models.Answers{Rows: 2, Outputs: 2, Predicted: []float32{1, 2, 3, 4}, Actual: []float32{1, 4, 0, 4}}
	if got, want := models.RMSE.Of(one), math.Sqrt(13./4); math.Abs(got-want) > 1e-12 {
		t.Errorf("RMSE of two outputs is %v, wanted %v", got, want)
	}
}

// TestMetricsThatAreNotDefined holds that a figure without a meaning is NaN.
func TestMetricsThatAreNotDefined(t *testing.T) {
	same := models.Answers{Rows: 2, Outputs: 1, Predicted: []float32{1, 2}, Actual: []float32{3, 3}}
	a := models.Answers{Targets: models.Classes, Rows: 2, Outputs: 3, Predicted: []float32{1, 0, 0, 1, 0, 0}, Actual: []float32{0, 1}}
	for name, got := range map[string]float64{
		"R² of equal targets":         models.R2.Of(same),
		"R² of an output beyond":      models.OfOutput(models.R2, 1, "x").Of(same),
		"precision of none predicted": models.PrecisionOf(1, "x").Of(a),
		"recall of none there":        models.RecallOf(2, "x").Of(a),
		"F1 of neither":               models.F1Of(2, "x").Of(a),
		"F1 of a class beyond":        models.F1Of(3, "x").Of(a),
	} {
		if !math.IsNaN(got) {
			t.Errorf("%s is %v", name, got)
		}
	}
}

// TestPerfectLabels holds that a network that knows two labels is not called
// wrong, and one that knows a half is.
func TestPerfectLabels(t *testing.T) {
	a := models.Answers{Targets: models.Labels, Rows: 4, Outputs: 2,
		Predicted: []float32{.1, .2, .1, .9, .8, .3, .9, .7}, Actual: []float32{0, 0, 0, 1, 1, 0, 1, 1}}
	half := a
	half.Actual = []float32{1, 0, 1, 1, 0, 0, 0, 1}
	for _, m := range []models.Metric{models.Accuracy, models.BalancedAccuracy, models.Precision, models.Recall, models.F1} {
		if got := m.Of(a); got != 1 {
			t.Errorf("%s of a perfect network is %v", m.Name, got)
		}
	}
	if got := []float64{models.Accuracy.Of(half), models.BalancedAccuracy.Of(half), models.F1.Of(half)}; !slices.Equal(got, []float64{0, 0.5, 0.5}) {
		t.Errorf("one of two labels wrong: accuracy, balanced accuracy and F1 are %v, wanted 0, 0.5, 0.5", got)
	}
}

func TestLikeliest(t *testing.T) {
	for _, c := range []struct {
		p    []float32
		want int
	}{{[]float32{0.5}, 0}, {[]float32{0.51}, 1}, {[]float32{0.2, 0.5, 0.3}, 1}, {[]float32{0.4, 0.4, 0.2}, 0}, {[]float32{0, 0, 1}, 2}} {
		if got := models.Likeliest(c.p); got != c.want {
			t.Errorf("%v speaks for class %d, wanted %d", c.p, got, c.want)
		}
	}
}
