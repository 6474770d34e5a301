package datasets

import (
	"math"
	"slices"
	"testing"

	"gorgonia.org/tensor"
)

// trees has five rows of three classes.
func trees(t *testing.T) *Dataset {
	t.Helper()
	x := tensor.New(tensor.WithShape(5, 1), tensor.WithBacking([]float32{10, 11, 12, 13, 14}))
	y := tensor.New(tensor.WithShape(5, 1), tensor.WithBacking([]float32{0, 1, 2, 1, 0}))
	d, err := New("trees", x, y, []string{"ash", "birch", "cedar"})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestRelabelling(t *testing.T) {
	d := trees(t)
	for _, test := range []struct {
		name    string
		change  func() (*Dataset, error)
		classes []string
		x, y    []float32
	}{
		{"reordered", func() (*Dataset, error) { return d.WithClasses([]string{"cedar", "oak", "ash", "birch"}) },
			[]string{"cedar", "oak", "ash", "birch"}, []float32{10, 11, 12, 13, 14}, []float32{2, 3, 0, 3, 2}},
		{"restricted", func() (*Dataset, error) { return d.OnlyClasses("cedar", "ash") },
			[]string{"cedar", "ash"}, []float32{10, 12, 14}, []float32{1, 0, 1}},
		{"merged", func() (*Dataset, error) {
			return d.RenameClasses(map[string]string{"birch": "leafy", "ash": "leafy"})
		}, []string{"leafy", "cedar"}, []float32{10, 11, 12, 13, 14}, []float32{0, 0, 1, 0, 0}},
	} {
		got, err := test.change()
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if !slices.Equal(got.ClassNames, test.classes) || !slices.Equal(got.X().Float32s(), test.x) || !slices.Equal(got.Y().Float32s(), test.y) {
			t.Errorf("%s: classes %q, x %v, y %v", test.name, got.ClassNames, got.X(), got.Y())
		}
	}
	if !slices.Equal(d.Y().Float32s(), []float32{0, 1, 2, 1, 0}) {
		t.Errorf("the original has changed: %v", d.Y())
	}
	// A class without a row here may be left out.
	part, err := d.Subset([]int{0, 1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.WithClasses([]string{"ash", "birch"}); err != nil {
		t.Error(err)
	}
	_, err = d.WithClasses([]string{"birch", "dogwood"})
	wantError(t, "unknown", err, `its classes "ash", "cedar" are none of "birch", "dogwood" (of which it has no "dogwood")`)
	_, err = d.WithClasses([]string{"ash", "ash"})
	wantError(t, "twice", err, `"ash" is listed twice`)
	_, err = d.OnlyClasses("oak")
	wantError(t, "absent", err, `there is no class "oak"; the classes are "ash", "birch", "cedar"`)
	_, err = d.OnlyClasses()
	wantError(t, "none", err, "a subset of no rows")
	_, err = d.RenameClasses(map[string]string{"oak": "elm", "box": "elm"})
	wantError(t, "rename", err, `there is no class "box", "oak" to rename`)
	numbers := *d
	numbers.ClassNames = nil
	for _, change := range []func() (*Dataset, error){
		func() (*Dataset, error) { return numbers.WithClasses(nil) },
		func() (*Dataset, error) { return numbers.OnlyClasses("a") },
		func() (*Dataset, error) { return numbers.RenameClasses(nil) },
	} {
		_, err := change()
		wantError(t, "numbers", err, "numbers, not classes")
	}
}

func TestWeights(t *testing.T) {
	d := trees(t)
	before := d.Checksum()
	d.Weights = []float32{1, 2, 0, 4, 5}
	if d.Checksum() == before {
		t.Error("the checksum doesn't see the weights")
	}
	part, err := d.Subset([]int{4, 1, 3})
	if err != nil || !slices.Equal(part.Weights, []float32{5, 2, 4}) {
		t.Fatalf("weights of a subset: %v, %v", part, err)
	}
	for _, prefetch := range []bool{false, true} {
		l, err := NewLoader(d, LoaderOptions{BatchSize: 2, Shuffle: true, Prefetch: prefetch})
		if err != nil {
			t.Fatal(err)
		}
		batches := 0
		for b := range l.Epoch(3) {
			if !b.W.Shape().Eq(tensor.Shape{len(b.Rows), 1}) {
				t.Errorf("weights of shape %v for rows %v", b.W.Shape(), b.Rows)
			}
			for i, row := range b.Rows {
				if b.W.Float32s()[i] != d.Weights[row] {
					t.Errorf("row %d has weight %v", row, b.W.Float32s()[i])
				}
			}
			batches++
		}
		if batches != 3 {
			t.Errorf("%d batches", batches)
		}
	}
	for want, weights := range map[string][]float32{
		"2 weights for 5 rows":                              {1, 2},
		"trees: row 1 (counted from 0): the weight is -1":   {1, -1, 1, 1, 1},
		"trees: row 4 (counted from 0): the weight is +Inf": {1, 1, 1, 1, float32(math.Inf(1))},
		"trees: row 0 (counted from 0): the weight is NaN":  {float32(math.NaN()), 1, 1, 1, 1},
		"all weights are 0":                                 make([]float32, 5),
	} {
		d.Weights = weights
		_, err := NewLoader(d, LoaderOptions{})
		wantError(t, want, err, want)
		_, err = d.Subset([]int{0})
		wantError(t, want, err, want)
	}
	d.Weights = nil
	l, err := NewLoader(d, LoaderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for b := range l.Epoch(0) {
		if b.W != nil {
			t.Error("weights out of nothing")
		}
	}
}
