package augment_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"perceptron/datasets"
	"perceptron/datasets/augment"
)

const side = 28

// batchOf makes a batch of pictures, each a disc of 8 pixels across whose middle
// is 3 pixels right of the picture's, on a background of 0.
func batchOf(epoch int, rows ...int) datasets.Batch {
	x := make([]float32, len(rows)*side*side)
	for i := range x {
		p := i % (side * side)
		if math.Hypot(float64(p%side)-16.5, float64(p/side)-13.5) < 4 {
			x[i] = 255
		}
	}
	return datasets.Batch{
		X: tensor.New(tensor.WithShape(len(rows), side*side), tensor.WithBacking(x)), Rows: rows, Epoch: epoch,
	}
}

func changer(t testing.TB, o augment.Options) func(datasets.Batch) {
	t.Helper()
	o.Height, o.Width = side, side
	change, err := augment.New(side*side, o)
	if err != nil {
		t.Fatal(err)
	}
	return change
}

func changed(t testing.TB, o augment.Options, epoch int, rows ...int) []float32 {
	b := batchOf(epoch, rows...)
	changer(t, o)(b)
	return b.X.Float32s()
}

// centre is the middle of the ink of a picture and how much ink there is.
func centre(p []float32) (x, y, ink float64) {
	for i, v := range p {
		ink += float64(v)
		x += float64(v) * float64(i%side)
		y += float64(v) * float64(i/side)
	}
	return x / ink, y / ink, ink
}

func TestNoLimitsChangeNothing(t *testing.T) {
	if !slices.Equal(changed(t, augment.Options{Seed: 3}, 5, 1, 2), batchOf(5, 1, 2).X.Float32s()) {
		t.Error("a picture changed, though every limit is 0")
	}
}

// Each change is measured by where it moves the ink, over many pictures.
func TestEachChangeReachesItsLimitAndStaysWithin(t *testing.T) {
	x0, y0, ink0 := centre(batchOf(0, 0).X.Float32s())
	for _, c := range []struct {
		name    string
		options augment.Options
		measure func(p []float32) float64 // in units of the limit
	}{
		{"shift to the side", augment.Options{Shift: 3}, func(p []float32) float64 { x, _, _ := centre(p); return (x - x0) / 3 }},
		{"shift down", augment.Options{Shift: 3}, func(p []float32) float64 { _, y, _ := centre(p); return (y - y0) / 3 }},
		{"rotation", augment.Options{Rotate: 20}, func(p []float32) float64 {
			x, y, _ := centre(p)
			return math.Atan2(y-13.5, x-13.5) * 180 / math.Pi / 20
		}},
		{"width", augment.Options{Scale: 0.2}, func(p []float32) float64 { // 3 pixels from the middle become 3/(1±0.2)
			x, _, _ := centre(p)
			return (3/(x-13.5) - 1) / 0.2
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			least, most := math.Inf(1), math.Inf(-1)
			for row := range 400 {
				m := c.measure(changed(t, c.options, 0, row))
				least, most = min(least, m), max(most, m)
			}
			if least < -1.06 || least > -0.9 || most > 1.06 || most < 0.9 {
				t.Errorf("it goes from %.2f to %.2f of the limit: wanted −1 to 1", least, most)
			}
		})
	}
	t.Run("slant", func(t *testing.T) {
		for row := range 50 {
			p := changed(t, augment.Options{Slant: 0.3}, 0, row)
			if _, y, ink := centre(p); math.Abs(y-y0) > 0.05 || math.Abs(ink/ink0-1) > 0.02 {
				t.Fatalf("the ink's height went from %.2f to %.2f and its amount to %.2f: wanted no change", y0, y, ink/ink0)
			}
		}
	})
}

// A field of displacements moves the parts of a picture by its own deviation.
func TestElasticHasItsDeviation(t *testing.T) {
	squares, n := 0.0, 3000
	x0, y0, _ := centre(batchOf(0, 0).X.Float32s())
	change := changer(t, augment.Options{Elastic: 1.5, Spacing: 14})
	for row := range n {
		b := batchOf(0, row)
		change(b)
		x, y, _ := centre(b.X.Float32s())
		squares += ((x-x0)*(x-x0) + (y-y0)*(y-y0)) / 2 / float64(n)
	}
	// The disc averages the field over its 8 pixels, which takes some of it.
	if sd := math.Sqrt(squares); sd < 1.1 || sd > 1.6 {
		t.Errorf("the disc moved by %.2f pixels (standard deviation): wanted nearly 1.5", sd)
	}
}

func TestPicturesDependOnSeedEpochAndRowAlone(t *testing.T) {
	o := augment.Options{Shift: 2, Rotate: 15, Scale: 0.15, Slant: 0.15, Elastic: 1, Seed: 1}
	const size = side * side
	alone := changed(t, o, 4, 7)
	if together := changed(t, o, 4, 5, 6, 7); !slices.Equal(alone, together[2*size:]) {
		t.Error("row 7 looks different in a batch with others")
	}
	change := changer(t, o)
	change(batchOf(3, 1, 2, 3))
	later := batchOf(4, 7)
	change(later)
	if !slices.Equal(alone, later.X.Float32s()) {
		t.Error("row 7 looks different after other batches")
	}
	other := o
	other.Seed = 2
	for name, p := range map[string][]float32{
		"epoch": changed(t, o, 5, 7), "row": changed(t, o, 4, 8), "seed": changed(t, other, 4, 7),
	} {
		if slices.Equal(alone, p) {
			t.Errorf("another %s gives the same picture", name)
		}
	}
}

func TestBackgroundComesInFromOutside(t *testing.T) {
	b := batchOf(0, 1)
	x := b.X.Float32s()
	for i := range x {
		x[i] = 9
	}
	changer(t, augment.Options{Shift: 27, Background: 9})(b)
	for i, v := range x {
		if v != 9 {
			t.Fatalf("pixel %d is %v: wanted the background, 9", i, v)
		}
	}
}

func TestNewRefusesLimitsOutOfRange(t *testing.T) {
	nan := math.NaN()
	for name, o := range map[string]augment.Options{
		"size":       {Height: 0, Width: 28},
		"Shift":      {Height: 28, Width: 28, Shift: -1},
		"Rotate":     {Height: 28, Width: 28, Rotate: nan},
		"Scale":      {Height: 28, Width: 28, Scale: 1},
		"Slant":      {Height: 28, Width: 28, Slant: math.Inf(1)},
		"Elastic":    {Height: 28, Width: 28, Elastic: -0.5},
		"Spacing":    {Height: 28, Width: 28, Spacing: -1},
		"Background": {Height: 28, Width: 28, Background: float32(nan)},
	} {
		if _, err := augment.New(o.Height*o.Width, o); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: error %v: wanted one that names it", name, err)
		}
	}
}

// TestOtherRowsAreLeftAlone holds that numbers that are no pictures are not taken
// for some: not of a data set, which is an error, and not in a batch of another.
func TestOtherRowsAreLeftAlone(t *testing.T) {
	if _, err := augment.New(785, augment.Options{Height: 28, Width: 28}); err == nil || !strings.Contains(err.Error(), "the data have 785 features, a picture of 28×28 has 784 pixels") {
		t.Errorf("785 features: error %v", err)
	}
	change := changer(t, augment.Options{Shift: 3})
	wide := batchOf(0, 1)
	wide.X = tensor.New(tensor.WithShape(1, side*side+1), tensor.WithBacking(append(wide.X.Float32s(), 7)))
	before := slices.Clone(wide.X.Float32s())
	if change(wide); !slices.Equal(wide.X.Float32s(), before) {
		t.Error("rows of another length are changed")
	}
	change(datasets.Batch{})
	change(datasets.Batch{X: new(tensor.Dense), Rows: []int{0}})
}

func TestNothingIsAllocated(t *testing.T) {
	change := changer(t, augment.Options{Shift: 2, Rotate: 15, Scale: 0.15, Slant: 0.15, Elastic: 1})
	b := batchOf(0, 1, 2, 3)
	if n := testing.AllocsPerRun(20, func() { change(b) }); n != 0 {
		t.Errorf("%v allocations a batch: wanted none", n)
	}
}

func ExampleNew() {
	change, err := augment.New(15, augment.Options{Height: 3, Width: 5, Shift: 1, Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	x := []float32{
		0, 0, 9, 0, 0,
		0, 0, 9, 0, 0,
		0, 0, 9, 0, 0,
	}
	change(datasets.Batch{X: tensor.New(tensor.WithShape(1, 15), tensor.WithBacking(x)), Rows: []int{0}, Epoch: 2})
	fmt.Printf("%.0f\n%.0f\n%.0f\n", x[:5], x[5:10], x[10:])
	// Output:
	// [0 0 3 5 0]
	// [0 0 3 6 0]
	// [0 0 3 6 0]
}

func BenchmarkPicture(b *testing.B) {
	for _, c := range []struct {
		name string
		o    augment.Options
	}{
		{"affine", augment.Options{Shift: 2, Rotate: 15, Scale: 0.15, Slant: 0.15}},
		{"elastic", augment.Options{Shift: 2, Rotate: 15, Scale: 0.15, Slant: 0.15, Elastic: 1}},
	} {
		b.Run(c.name, func(b *testing.B) {
			change := changer(b, c.o)
			batch := batchOf(0, 1)
			b.ReportAllocs()
			for b.Loop() {
				change(batch)
			}
		})
	}
}
