package datasets

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/tensor"
)

// numbersTo returns a data set of rows × 3 features; the features of row i
// are 10i, 10i+1, 10i+2, its target is i.
func numbersTo(t testing.TB, rows int) *Dataset {
	t.Helper()
	x, y := make([]float32, 3*rows), make([]float32, rows)
	for i := range rows {
		x[3*i], x[3*i+1], x[3*i+2] = float32(10*i), float32(10*i+1), float32(10*i+2)
		y[i] = float32(i)
	}
	d, err := New("numbers", matrixOf(rows, 3, x...), matrixOf(rows, 1, y...), nil)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func matrixOf(rows, cols int, elements ...float32) *tensor.Dense {
	return tensor.New(tensor.WithShape(rows, cols), tensor.WithBacking(elements))
}

func newLoader(t testing.TB, d *Dataset, o LoaderOptions) *DataLoader {
	t.Helper()
	l, err := NewLoader(d, o)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// epochRows returns the rows of each batch of an epoch, and checks that X and
// Y hold just these rows.
func epochRows(t testing.TB, l *DataLoader, epoch int) [][]int {
	t.Helper()
	var all [][]int
	for b := range l.Epoch(epoch) {
		if b.Epoch != epoch || b.Index != len(all) {
			t.Errorf("batch %d of epoch %d says it is %d of %d", len(all), epoch, b.Index, b.Epoch)
		}
		if want := (tensor.Shape{len(b.Rows), 3}); !b.X.Shape().Eq(want) {
			t.Errorf("batch %d: X has shape %v, want %v", b.Index, b.X.Shape(), want)
		}
		if want := (tensor.Shape{len(b.Rows), 1}); !b.Y.Shape().Eq(want) {
			t.Errorf("batch %d: Y has shape %v, want %v", b.Index, b.Y.Shape(), want)
		}
		for i, row := range b.Rows {
			r := float32(row)
			if got, want := b.X.Float32s()[3*i:3*i+3], []float32{10 * r, 10*r + 1, 10*r + 2}; !slices.Equal(got, want) {
				t.Errorf("batch %d: row %d has features %v, want %v", b.Index, row, got, want)
			}
			if got := b.Y.Float32s()[i]; got != r {
				t.Errorf("batch %d: row %d has target %v", b.Index, row, got)
			}
		}
		all = append(all, slices.Clone(b.Rows))
	}
	return all
}

func TestLoaderBatchSizes(t *testing.T) {
	for _, test := range []struct {
		rows, batchSize int
		dropLast        bool
		want            []int
	}{
		{7, 3, false, []int{3, 3, 1}},
		{7, 3, true, []int{3, 3}},
		{6, 3, false, []int{3, 3}},
		{6, 3, true, []int{3, 3}},
		{4, 0, false, []int{4}},
		{4, 9, true, []int{4}},
		{3, 1, false, []int{1, 1, 1}},
	} {
		for _, prefetch := range []bool{false, true} {
			l := newLoader(t, numbersTo(t, test.rows), LoaderOptions{BatchSize: test.batchSize, DropLast: test.dropLast, Prefetch: prefetch})
			var got []int
			next := 0
			for _, rows := range epochRows(t, l, 0) {
				got = append(got, len(rows))
				for _, row := range rows {
					if row != next {
						t.Errorf("%+v: row %d where %d is due", test, row, next)
					}
					next++
				}
			}
			if !slices.Equal(got, test.want) || l.Batches() != len(test.want) || l.BatchSize() != test.want[0] {
				t.Errorf("%+v: batches of %v rows, Batches() %d, BatchSize() %d", test, got, l.Batches(), l.BatchSize())
			}
		}
	}
}

func TestLoaderShufflesBySeedAndEpoch(t *testing.T) {
	d := numbersTo(t, 50)
	options := LoaderOptions{BatchSize: 8, Shuffle: true, Seed: 3}
	l := newLoader(t, d, options)
	first, second := epochRows(t, l, 0), epochRows(t, l, 1)
	for _, epoch := range [][][]int{first, second} {
		rows := slices.Sorted(slices.Values(slices.Concat(epoch...)))
		for i, row := range rows {
			if i != row {
				t.Fatalf("rows of an epoch, sorted: %v", rows)
			}
		}
	}
	if reflect.DeepEqual(first, second) {
		t.Error("two epochs have the same order")
	}
	if !reflect.DeepEqual(first, epochRows(t, l, 0)) {
		t.Error("epoch 0 differs when it is run again")
	}
	options.Prefetch = true
	if !reflect.DeepEqual(second, epochRows(t, newLoader(t, d, options), 1)) {
		t.Error("epoch 1 depends on epoch 0 or on Prefetch")
	}
	options.Seed = 4
	if reflect.DeepEqual(first, epochRows(t, newLoader(t, d, options), 0)) {
		t.Error("two seeds give the same order")
	}
}

func TestLoaderStopsEarly(t *testing.T) {
	for _, prefetch := range []bool{false, true} {
		l := newLoader(t, numbersTo(t, 20), LoaderOptions{BatchSize: 2, Prefetch: prefetch})
		for stopAfter := range 5 {
			seen := 0
			for range l.Epoch(0) {
				if seen == stopAfter {
					break
				}
				seen++
			}
			epochRows(t, l, 1) // whole, and with the right contents
		}
	}
}

// The rest of an epoch is what a whole one would still serve.
func TestLoaderEpochFrom(t *testing.T) {
	for _, o := range []LoaderOptions{{BatchSize: 4, Shuffle: true}, {BatchSize: 4, Shuffle: true, Prefetch: true}, {BatchSize: 4, DropLast: true}} {
		l := newLoader(t, numbersTo(t, 11), o)
		whole := epochRows(t, l, 5)
		for first := -1; first <= len(whole)+1; first++ {
			index := max(first, 0)
			for b := range l.EpochFrom(5, first) {
				if b.Index != index || !slices.Equal(b.Rows, whole[index]) {
					t.Errorf("%+v from %d: batch %d of rows %v, want batch %d of %v", o, first, b.Index, b.Rows, index, whole[index])
				}
				index++
			}
			if want := max(first, len(whole)); index != want {
				t.Errorf("%+v from %d: ended before batch %d, want %d", o, first, index, want)
			}
		}
	}
}

func TestLoaderTransformSeesFreshData(t *testing.T) {
	for _, prefetch := range []bool{false, true} {
		l := newLoader(t, numbersTo(t, 7), LoaderOptions{BatchSize: 3, Prefetch: prefetch, Transform: func(b Batch) {
			for i := range b.X.Float32s() {
				b.X.Float32s()[i] += float32(1000*b.Epoch + 100*b.Index + 1)
			}
		}})
		for epoch := range 3 {
			for b := range l.Epoch(epoch) {
				for i, row := range b.Rows {
					want := float32(10*row + 1000*epoch + 100*b.Index + 1)
					if got := b.X.Float32s()[3*i]; got != want {
						t.Fatalf("epoch %d, batch %d, row %d: %v, want %v", epoch, b.Index, row, got, want)
					}
				}
			}
		}
	}
}

func TestLoaderErrors(t *testing.T) {
	d := numbersTo(t, 3)
	for want, build := range map[string]func() (*DataLoader, error){
		"no data set":   func() (*DataLoader, error) { return NewLoader(nil, LoaderOptions{}) },
		"no data set: ": func() (*DataLoader, error) { return NewLoader(&Dataset{}, LoaderOptions{}) },
		"batch size -1": func() (*DataLoader, error) { return NewLoader(d, LoaderOptions{BatchSize: -1}) },
	} {
		if l, err := build(); l != nil || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, %v; want an error that says %q", l, err, want)
		}
	}
}

func TestLoaderAllocatesLittle(t *testing.T) {
	for _, test := range []struct {
		options LoaderOptions
		most    float64
	}{
		{LoaderOptions{}, 1},
		{LoaderOptions{BatchSize: 3, Shuffle: true}, 1},
		{LoaderOptions{BatchSize: 3, Shuffle: true, Prefetch: true}, 10},
	} {
		l := newLoader(t, numbersTo(t, 100), test.options)
		epoch := 0
		if n := testing.AllocsPerRun(100, func() {
			for range l.Epoch(epoch) {
			}
			epoch++
		}); n > test.most {
			t.Errorf("%+v: an epoch allocates %v times, want at most %v", test.options, n, test.most)
		}
	}
}

func ExampleDataLoader() {
	d, err := New("squares", matrixOf(5, 1, 1, 2, 3, 4, 5), matrixOf(5, 1, 1, 4, 9, 16, 25), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	loader, err := NewLoader(d, LoaderOptions{BatchSize: 2, Shuffle: true, Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	for epoch := range 2 {
		for batch := range loader.Epoch(epoch) {
			fmt.Println(epoch, batch.X.Float32s(), batch.Y.Float32s())
		}
	}
	// Output:
	// 0 [1 3] [1 9]
	// 0 [4 2] [16 4]
	// 0 [5] [25]
	// 1 [4 1] [16 1]
	// 1 [3 5] [9 25]
	// 1 [2] [4]
}

func BenchmarkLoader(b *testing.B) {
	pixels := make([]uint8, 60000*784)
	for i := range pixels {
		if i%784 > 300 && i%784 < 500 {
			pixels[i] = uint8(i)
		}
	}
	names := numbered("pixel", 784)
	images, err := FromBytes("images", pixels, names, make([]uint8, 60000), []string{"a"})
	if err != nil {
		b.Fatal(err)
	}
	xor := numbersTo(b, 4)
	for _, bench := range []struct {
		name    string
		data    *Dataset
		options LoaderOptions
	}{
		{"xor", xor, LoaderOptions{}},
		{"xor-shuffled", xor, LoaderOptions{Shuffle: true}},
		{"images", images, LoaderOptions{BatchSize: 64}},
		{"images-shuffled", images, LoaderOptions{BatchSize: 64, Shuffle: true}},
		{"images-prefetched", images, LoaderOptions{BatchSize: 64, Shuffle: true, Prefetch: true}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			l := newLoader(b, bench.data, bench.options)
			b.ReportAllocs()
			epoch := 0
			for b.Loop() {
				for range l.Epoch(epoch) {
				}
				epoch++
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*l.Batches()), "ns/batch")
		})
	}
}
