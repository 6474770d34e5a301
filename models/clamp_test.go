package models_test

import (
	"testing"

	"gorgonia.org/tensor"

	"perceptron/models"
)

// TestClamp holds that predictions stop at the limits, in the targets' units,
// while the loss is that of the network without them.
func TestClamp(t *testing.T) {
	unscale := models.UnscaleSquare([]float32{3}, []float32{2})
	free := declared(t, models.Regression, models.Seed(3), models.Linear(2, 1), unscale)
	bounded := declared(t, models.Regression, models.Seed(3), models.Linear(2, 1), unscale, models.Clamp(4, 16))
	x := tensor.New(tensor.WithShape(5, 2), tensor.WithBacking([]float32{0, 0, 5, 5, -5, -5, 5, -5, -5, 5}))
	y := tensor.New(tensor.WithShape(5, 1), tensor.WithBacking([]float32{4, 16, 9, 5, 6}))
	p, loss, err := free.Evaluate(x, y)
	if err != nil {
		t.Fatal(err)
	}
	q, same, err := bounded.Evaluate(x, y)
	if err != nil {
		t.Fatal(err)
	}
	if loss != same {
		t.Errorf("the loss is %v with the limits and %v without", same, loss)
	}
	beyond := 0
	for i, v := range p.Float32s() {
		want := max(4, min(16, v))
		if want != v {
			beyond++
		}
		if got := q.Float32s()[i]; got != want {
			t.Errorf("row %d: %v: wanted %v of %v", i, got, want, v)
		}
	}
	if beyond == 0 || beyond == 5 {
		t.Errorf("%d of 5 predictions were beyond the limits: the test shows nothing", beyond)
	}
}

// TestAppended shows what the layers that add features make of a row, through
// a network that sums them up.
func TestAppended(t *testing.T) {
	for _, c := range []struct {
		layer models.Layer
		wide  int
		want  float32 // of 2 and 4
	}{
		{models.AppendReciprocals(2, 1, 0), 4, 6.75},
		{models.AppendIndicators(2, 1, 4, 2, 5), 5, 7},
		{models.AppendIndicators(2, 0, 1, 3), 4, 6},
	} {
		ones := models.Initializer{Name: "ones", Fill: func(f models.Fill) error {
			for i := range f.Weight {
				f.Weight[i] = 1
			}
			clear(f.Bias)
			return nil
		}}
		m := declared(t, models.Regression, c.layer, models.Linear(c.wide, 1), models.Init(ones))
		p, err := m.Predict(tensor.New(tensor.WithShape(1, 2), tensor.WithBacking([]float32{2, 4})))
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Float32s()[0]; got != c.want {
			t.Errorf("%v: the sum is %v: wanted %v", c.layer, got, c.want)
		}
	}
	m := declared(t, models.Regression, models.AppendReciprocals(2, 1), models.Linear(3, 1))
	_, err := m.Predict(tensor.New(tensor.WithShape(1, 2), tensor.WithBacking([]float32{2, 0})))
	wantError(t, err, "row 0, column 1 (both counted from 0) is 0: 0 has no reciprocal")
}
