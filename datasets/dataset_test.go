package datasets

import (
	"math"
	"slices"
	"testing"

	"gorgonia.org/tensor"
)

func TestNewErrors(t *testing.T) {
	x, y := matrixOf(2, 2, 1, 2, 3, 4), matrixOf(2, 1, 0, 1)
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	view, err := matrixOf(2, 3, 1, 2, 3, 4, 5, 6).Slice(nil, tensor.S(0, 2))
	if err != nil {
		t.Fatal(err)
	}
	classes := []string{"no", "yes"}
	for _, test := range []struct {
		name    string
		x, y    *tensor.Dense
		classes []string
		want    string
	}{
		{"no features", nil, y, nil, "features: no tensor"},
		{"no targets", x, nil, nil, "targets: no tensor"},
		{"an empty tensor", new(tensor.Dense), y, nil, "features: no tensor"},
		{"float64", tensor.New(tensor.WithShape(2, 1), tensor.WithBacking([]float64{1, 2})), y, nil, "tensor of float64: give float32"},
		{"a vector", tensor.New(tensor.WithBacking([]float32{1, 2})), y, nil, "tensor of shape (2): give (rows, columns)"},
		{"a view", view.(*tensor.Dense), y, nil, "is a view"},
		{"NaN", matrixOf(2, 2, 1, 2, 3, nan), y, nil, "features: row 1, column 1 (both counted from 0): NaN is not a finite number"},
		{"Inf", x, matrixOf(2, 1, inf, 1), nil, "targets: row 0, column 0 (both counted from 0): +Inf is not a finite number"},
		{"other rows", x, matrixOf(3, 1, 1, 2, 3), nil, "2 rows of features, but 3 of targets"},
		{"two class columns", x, x, classes, "2 target columns for classes"},
		{"class 2 of 2", x, matrixOf(2, 1, 0, 2), classes, "row 1 (counted from 0): target 2 is none of the 2 classes: give whole numbers from 0 to 1"},
		{"class -1", x, matrixOf(2, 1, -1, 0), classes, "row 0 (counted from 0): target -1 is none"},
		{"class 0.5", x, matrixOf(2, 1, 0.5, 0), classes, "row 0 (counted from 0): target 0.5 is none"},
		{"no classes", x, y, []string{}, "none of the 0 classes"},
	} {
		_, err := New("bad", test.x, test.y, test.classes)
		wantError(t, test.name, err, "data set bad: ", test.want)
	}
	for _, test := range []struct {
		want     string
		x        []uint8
		features []string
		rows     []uint8
		classes  []string
	}{
		{"3 bytes for 2 rows × 2 features", []uint8{1, 2, 3}, []string{"a", "b"}, []uint8{0, 0}, []string{"x"}},
		{"0 bytes for 0 rows", nil, []string{"a", "b"}, nil, []string{"x"}},
		{"no class names", []uint8{1}, []string{"a"}, []uint8{0}, nil},
		{"target 1 is none of the 1 classes", []uint8{1}, []string{"a"}, []uint8{1}, []string{"x"}},
	} {
		_, err := FromBytes("bad", test.x, test.features, test.rows, test.classes)
		wantError(t, "FromBytes", err, test.want)
	}
}

func TestSeveralTargets(t *testing.T) {
	d, err := New("two", matrixOf(2, 1, 1, 2), matrixOf(2, 2, 3, 4, 5, 6), nil)
	if err != nil {
		t.Fatal(err)
	}
	if d.Targets() != 2 || d.String() != "two: 2 rows × 1 features, target y1, y2" {
		t.Errorf("%v with %d targets", d, d.Targets())
	}
	for b := range newLoader(t, d, LoaderOptions{}).Epoch(0) {
		if !slices.Equal(b.Y.Float32s(), []float32{3, 4, 5, 6}) {
			t.Errorf("targets %v", b.Y)
		}
	}
}

func TestSubsetAndGather(t *testing.T) {
	bytes, err := FromBytes("bytes", []uint8{1, 2, 3, 4, 5, 6}, []string{"a", "b"}, []uint8{0, 1, 0}, []string{"no", "yes"})
	if err != nil {
		t.Fatal(err)
	}
	floats, err := New("floats", bytes.X(), bytes.Y(), bytes.ClassNames)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []*Dataset{bytes, floats} {
		s, err := d.Subset([]int{2, 0, 2})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := s.X().Float32s(), []float32{5, 6, 1, 2, 5, 6}; !slices.Equal(got, want) {
			t.Errorf("%s: features %v, want %v", d.Name, got, want)
		}
		if !slices.Equal(s.RowNumbers, []int{2, 0, 2}) || !slices.Equal(s.ClassCounts(), []int{3, 0}) {
			t.Errorf("%s: rows %v, classes %v", d.Name, s.RowNumbers, s.ClassCounts())
		}
		again, err := s.Subset([]int{1})
		if err != nil || !slices.Equal(again.RowNumbers, []int{0}) {
			t.Errorf("%s: a subset's subset has rows %v, %v", d.Name, again.RowNumbers, err)
		}
		x, y := make([]float32, 4), make([]float32, 2)
		if err := d.Gather([]int{1, 2}, x, nil); err != nil || !slices.Equal(x, []float32{3, 4, 5, 6}) {
			t.Errorf("%s: gathered %v, %v", d.Name, x, err)
		}
		if err := d.Gather([]int{1, 2}, nil, y); err != nil || !slices.Equal(y, []float32{1, 0}) {
			t.Errorf("%s: gathered %v, %v", d.Name, y, err)
		}
		_, err = d.Subset(nil)
		wantError(t, "no rows", err, "a subset of no rows")
		_, err = d.Subset([]int{0, 3})
		wantError(t, "row 3", err, "there is no row 3: give rows from 0 to 2")
		wantError(t, "row -1", d.Gather([]int{-1}, nil, y[:1]), "there is no row -1")
		wantError(t, "short x", d.Gather([]int{1}, x[:1], nil), "gathering 1 rows into 1 features and 0 targets: give 2 and 1 (or nil)")
		wantError(t, "long y", d.Gather([]int{1}, nil, y), "gathering")
		if n := testing.AllocsPerRun(10, func() { _ = d.Gather([]int{1, 2}, x, y) }); n != 0 {
			t.Errorf("%s: Gather allocates %v times", d.Name, n)
		}
	}
}

// What X and Y return belongs to the caller.
func TestXAndYAreCopies(t *testing.T) {
	d := numbersTo(t, 2)
	d.X().Float32s()[0], d.Y().Float32s()[0] = 99, 99
	if d.X().Float32s()[0] != 0 || d.Y().Float32s()[0] != 0 {
		t.Error("changing X or Y changes the data set")
	}
}

func TestConvert(t *testing.T) {
	for n := range 40 {
		src := make([]uint8, n)
		dst := slices.Repeat([]float32{-1}, n)
		for i := range src {
			src[i] = uint8(i * i * 37)
			if i/8%2 == 1 {
				src[i] = 0
			}
		}
		convert(dst, src)
		for i, v := range src {
			if dst[i] != float32(v) {
				t.Errorf("%d bytes: byte %d is %d, became %v", n, i, v, dst[i])
			}
		}
	}
}
