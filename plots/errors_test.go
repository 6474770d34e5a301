package plots_test

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"perceptron/plots"
)

func TestErrors(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	failure := errors.New("no such model")
	decision := func(change func(*plots.Decision)) plots.Picture {
		d := xor()
		change(&d)
		return d
	}
	misreadOne := func(change func(*plots.Mistake)) plots.Picture {
		d := misread(1)
		change(&d.Mistakes[0])
		return d
	}
	function := func(f func(float64) float64) plots.Picture {
		return plots.Functions{From: -1, To: 1, Curves: []plots.Function{{Name: "f", At: f}}}
	}
	for _, c := range []struct {
		picture plots.Picture
		want    string // part of the error
	}{
		{plots.Decision{}, "decision map: 0 points and 0 classes"},
		{decision(func(d *plots.Decision) { d.Classes = d.Classes[1:] }), "4 points and 3 classes"},
		{decision(func(d *plots.Decision) { d.Classes = []int{0, 1, 2, 0} }), "class of point 2 is 2"},
		{decision(func(d *plots.Decision) { d.Points[1][1] = nan }), "point 1, input 2 is NaN"},
		{decision(func(d *plots.Decision) { d.Probability = nil }), "set Probability"},
		{decision(func(d *plots.Decision) { d.Probability = constant(1.01) }), "probability is 1.01 at (-0.5, -0.5)"},
		{decision(func(d *plots.Decision) { d.Probability = constant(nan) }), "probability is NaN"},
		{decision(func(d *plots.Decision) {
			d.Probability = func([][2]float64) ([]float64, error) { return nil, nil }
		}), "returned 0 values for 25925 points"},
		{decision(func(d *plots.Decision) {
			d.Probability = func([][2]float64) ([]float64, error) { return nil, failure }
		}), "no such model"},
		{plots.Predicted{}, "0 actual and 0 predicted"},
		{plots.Predicted{Actual: []float64{1}, Predicted: []float64{1, 2}}, "1 actual and 2 predicted"},
		{plots.Predicted{Actual: []float64{1, inf}, Predicted: []float64{1, 2}}, "actual value of row 1 is +Inf"},
		{plots.Predicted{Actual: []float64{1, 2}, Predicted: []float64{-1e101, 2}}, "predicted value of row 0 is -1e+101"},
		{plots.Comparison{}, "comparison: 0 actual"},
		{plots.Comparison{Actual: []float64{1}, Predicted: []float64{nan}}, "comparison: predicted value of row 0 is NaN"},
		{plots.Confusion{Classes: []string{"a"}}, "0 actual and 0 predicted"},
		{plots.Confusion{Classes: []string{"a"}, Actual: []int{0}, Predicted: nil}, "1 actual and 0 predicted"},
		{plots.Confusion{Classes: []string{"a"}, Actual: []int{0, 1}, Predicted: []int{0, 0}}, "actual class of row 1 is 1: classes here are 0 to 0"},
		{plots.Confusion{Classes: []string{"a"}, Actual: []int{0}, Predicted: []int{-1}}, "predicted class of row 0 is -1"},
		{plots.Confusion{Actual: []int{0}, Predicted: []int{0}}, "no class has a name"},
		{plots.Confusion{Classes: make([]string, 201), Actual: []int{0}, Predicted: []int{0}}, "201 classes: up to 200 can be told apart"},
		{plots.Loss{}, "0 values of training loss"},
		{plots.Loss{Train: []float64{1}, Valid: []float64{1, 2}}, "2 values of validation loss for 1 epochs"},
		{plots.Loss{Train: []float64{1}, Valid: []float64{}}, "0 values of validation loss"},
		{plots.Loss{Train: []float64{1, 2, nan}}, "training loss of epoch 3 is NaN"},
		{plots.Loss{Train: []float64{1}, Metric: plots.Curve{Name: "accuracy", Values: []float64{inf}}}, "accuracy of epoch 1 is +Inf"},
		{plots.Mistakes{}, "0 mistakes of 0 pictures"},
		{plots.Mistakes{Of: 1, Mistakes: misread(2).Mistakes}, "2 mistakes of 1 pictures"},
		{misreadOne(func(m *plots.Mistake) { m.Pixels = m.Pixels[1:] }), "mistake 0: 783 pixels are not a square"},
		{misreadOne(func(m *plots.Mistake) { m.Pixels = nil }), "0 pixels"},
		{misreadOne(func(m *plots.Mistake) { m.Pixels[3] = 256 }), "pixel 3 is 256"},
		{misreadOne(func(m *plots.Mistake) { m.Pixels[4] = float32(nan) }), "pixel 4 is NaN"},
		{misreadOne(func(m *plots.Mistake) { m.Probability = 98 }), "probability is 98"},
		{plots.Functions{From: 0, To: 1}, "no functions"},
		{plots.Functions{From: 1, To: 1, Curves: activations().Curves}, "from 1 to 1 is empty"},
		{plots.Functions{From: nan, To: 1, Curves: activations().Curves}, "number 1 is NaN"},
		{function(nil), "function 0 (f): set At"},
		{function(func(x float64) float64 { return 1 / x }), "f is +Inf at x = 0"},
		{function(math.Sqrt), "f is NaN at x = -1"},
	} {
		path := filepath.Join(t.TempDir(), "picture.png")
		err := plots.Save(path, c.picture)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), path+": ") {
			t.Errorf("%T: error %v, want %q", c.picture, err, c.want)
		}
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%T: a picture was written all the same", c.picture)
		}
		if err2 := plots.WritePNG(failingWriter{}, c.picture); err2 == nil || errors.Is(err2, errWriter) {
			t.Errorf("%T: WritePNG wrote before it checked: %v", c.picture, err2)
		}
	}
	if err := plots.Save("x.png", decision(func(d *plots.Decision) {
		d.Probability = func([][2]float64) ([]float64, error) { return nil, failure }
	})); !errors.Is(err, failure) {
		t.Errorf("error %v does not wrap the function's own", err)
	}
}

var errWriter = errors.New("full")

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, errWriter }

func TestWriteErrors(t *testing.T) {
	if err := plots.WritePNG(failingWriter{}, misread(0)); !errors.Is(err, errWriter) {
		t.Errorf("error %v, want %v", err, errWriter)
	}
	for what, err := range map[string]error{"WritePNG": plots.WritePNG(io.Discard, nil), "Save": plots.Save("x.png", nil)} {
		if err == nil || !strings.Contains(err.Error(), "no picture to draw") {
			t.Errorf("%s of nil: error %v", what, err)
		}
	}
	path := filepath.Join(t.TempDir(), "none", "x.png")
	if err := plots.Save(path, misread(0)); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v, want one that names %s", err, path)
	}
}

// TestExtremeNumbers draws awkward pairs of numbers: whatever the axes make of
// them, they must neither panic nor run for ever.
func TestExtremeNumbers(t *testing.T) {
	for _, pair := range [][2]float64{
		{-1e100, 1e100}, {0, 1e100}, {1e100, 1e100}, {0, 0}, {0, 1e-320}, {1e-320, 1e-99}, {1, 1 + 1e-15}, {1e15, 1e15 + 1},
	} {
		a, b := pair[0], pair[1]
		for _, p := range []plots.Picture{
			plots.Predicted{Actual: []float64{a, b}, Predicted: []float64{b, a}},
			plots.Comparison{Actual: []float64{a, b}, Predicted: []float64{b, b}},
			plots.Loss{Train: []float64{a, b}, Valid: []float64{b, b}, Metric: plots.Curve{Values: []float64{a, a}}},
			plots.Decision{Points: [][2]float64{{a, b}, {b, b}}, Classes: []int{0, 1}, Probability: constant(0)},
			plots.Functions{From: -1, To: 1, Curves: []plots.Function{{Name: "step", At: choose(a, b)}}},
		} {
			if _, err := p.Draw(); err != nil {
				t.Errorf("%T of %g and %g: %v", p, a, b, err)
			}
		}
		d := plots.Functions{From: a, To: b, Curves: []plots.Function{{Name: "sigmoid", At: sigmoid}}}
		if _, err := d.Draw(); err != nil && !strings.Contains(err.Error(), "is empty") {
			t.Errorf("functions from %g to %g: %v", a, b, err)
		}
	}
}

func TestManyClassesAndEpochs(t *testing.T) {
	confusion := plots.Confusion{}
	for i := range 200 {
		confusion.Classes = append(confusion.Classes, fmt.Sprintf("class number %d", i))
		confusion.Actual, confusion.Predicted = append(confusion.Actual, i), append(confusion.Predicted, i/2)
	}
	checkFrame(t, drawn(t, confusion))
	checkFrame(t, drawn(t, training(20000)))
}
