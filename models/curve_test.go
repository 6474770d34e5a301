package models_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"perceptron/models"
)

// The derivative of ReLU is 0 at 0 itself, as in PyTorch.
func ExampleCurve() {
	y, dy, err := models.Curve(models.ReLU(), []float64{-1, 0, 2})
	fmt.Println(y, dy, err)
	// Output: [0 0 2] [0 0 1] <nil>
}

func TestCurve(t *testing.T) {
	sigmoid := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	step := func(below float64) func(float64) float64 {
		return func(x float64) float64 {
			if x > 0 {
				return 1
			}
			return below
		}
	}
	xs := []float64{-10, -3.5, -1, -1e-3, 0, 1e-3, 0.5, 1, 4, 10}
	for _, c := range []struct {
		layer models.Layer
		f, df func(float64) float64
	}{
		{models.Sigmoid(), sigmoid, func(x float64) float64 { return sigmoid(x) * (1 - sigmoid(x)) }},
		{models.Tanh(), math.Tanh, func(x float64) float64 { return 1 - math.Tanh(x)*math.Tanh(x) }},
		{models.ReLU(), func(x float64) float64 { return max(x, 0) }, step(0)},
		{models.LeakyReLU(0.1), func(x float64) float64 { return max(x, 0.1*x) }, step(0.1)},
		{models.Softplus(), func(x float64) float64 { return math.Log1p(math.Exp(x)) }, sigmoid},
	} {
		y, dy, err := models.Curve(c.layer, xs)
		if err != nil {
			t.Fatal(err)
		}
		for i, x := range xs {
			if math.Abs(y[i]-c.f(x)) > 1e-14*max(1, math.Abs(x)) || math.Abs(dy[i]-c.df(x)) > 1e-14 {
				t.Errorf("%v at %v: %v with slope %v, want %v with slope %v", c.layer, x, y[i], dy[i], c.f(x), c.df(x))
			}
		}
	}
}

func TestCurveErrors(t *testing.T) {
	for _, c := range []struct {
		layer models.Layer
		xs    []float64
		want  string
	}{
		{models.Linear(1, 1), []float64{1}, "wanted an activation"},
		{models.Dropout(2), []float64{1}, "below 1"},
		{models.ReLU(), nil, "no numbers"},
	} {
		if _, _, err := models.Curve(c.layer, c.xs); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Curve(%v, %v): error %v, want one with %q", c.layer, c.xs, err, c.want)
		}
	}
	// A layer that does nothing when a model predicts is the identity.
	y, dy, err := models.Curve(models.Dropout(0.5), []float64{3})
	if err != nil || y[0] != 3 || dy[0] != 1 {
		t.Errorf("Dropout: %v with slope %v, error %v; want 3 with slope 1", y, dy, err)
	}
}
