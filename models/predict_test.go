package models_test

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"gorgonia.org/tensor"

	"perceptron/models"
)

// inputs is a matrix of normal numbers.
func inputs(seed uint64, rows, cols int) *tensor.Dense {
	rng := rand.New(rand.NewPCG(seed, 4))
	v := make([]float32, rows*cols)
	for i := range v {
		v[i] = float32(rng.NormFloat64())
	}
	return tensor.New(tensor.WithShape(rows, cols), tensor.WithBacking(v))
}

func normed(t testing.TB) *models.Model {
	return declared(t, models.Multiclass, models.Seed(1), models.Linear(6, 16), models.BatchNorm1d(16),
		models.ReLU(), models.Dropout(0.5), models.Linear(16, 3))
}

// TestPredictConcurrently holds that many goroutines get what one gets, for
// numbers of rows below, at and above those of a chunk.
func TestPredictConcurrently(t *testing.T) {
	m, alone := normed(t), normed(t)
	sizes := []int{1, 2, 7, 255, 256, 257, 600}
	var xs, ys []*tensor.Dense
	var want [][]float32
	var losses []float64
	for i, rows := range sizes {
		xs = append(xs, inputs(uint64(i), rows, 6))
		ys = append(ys, zeros(rows, 1))
		want = append(want, predict(t, alone, xs[i]))
		_, loss, err := alone.Evaluate(xs[i], ys[i])
		if err != nil {
			t.Fatal(err)
		}
		losses = append(losses, loss)
	}
	var wg sync.WaitGroup
	for g := range 16 {
		wg.Go(func() {
			for j := range 20 {
				i := (g + j) % len(sizes)
				p, err := m.Predict(xs[i])
				if err != nil || !slices.Equal(p.Float32s(), want[i]) {
					t.Errorf("goroutine %d, %d rows: another result (error %v)", g, sizes[i], err)
					return
				}
				if _, loss, err := m.Evaluate(xs[i], ys[i]); err != nil || loss != losses[i] {
					t.Errorf("goroutine %d, %d rows: loss %v, alone %v (error %v)", g, sizes[i], loss, losses[i], err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// TestPredictOnAnyNumberOfProcessors holds that the bits are the same.
func TestPredictOnAnyNumberOfProcessors(t *testing.T) {
	m, x, y := normed(t), inputs(1, 1000, 6), zeros(1000, 1)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var first []float32
	var firstLoss float64
	for _, n := range []int{1, 2, 5} {
		runtime.GOMAXPROCS(n)
		p, loss, err := m.Evaluate(x, y)
		if err != nil {
			t.Fatal(err)
		}
		if n == 1 {
			first, firstLoss = p.Float32s(), loss
		} else if !slices.Equal(p.Float32s(), first) || loss != firstLoss {
			t.Errorf("with %d processors the predictions or the loss (%v, %v) differ", n, loss, firstLoss)
		}
	}
}

// TestPredictRowByRow holds that a row's prediction does not depend on its
// company.
func TestPredictRowByRow(t *testing.T) {
	m, x := normed(t), inputs(1, 300, 6)
	all := predict(t, m, x)
	for r := range 300 {
		for c, got := range predict(t, m, row(x.Float32s()[6*r:6*r+6]...)) {
			if want := all[3*r+c]; math.Abs(float64(got-want)) > 1e-6 {
				t.Fatalf("row %d, class %d: %v alone, %v among others", r, c, got, want)
			}
		}
	}
}

// TestPredictManySizes holds that ever new numbers of rows work; the model keeps
// graphs for a few only.
func TestPredictManySizes(t *testing.T) {
	m := normed(t)
	for rows := range 80 {
		if got := predict(t, m, inputs(2, rows+1, 6)); len(got) != 3*(rows+1) {
			t.Fatalf("%d rows: %d numbers", rows+1, len(got))
		}
	}
}

func TestPredictRefuses(t *testing.T) {
	m := normed(t)
	transposed := inputs(1, 6, 4)
	if err := transposed.T(); err != nil {
		t.Fatal(err)
	}
	slice, err := inputs(1, 4, 8).Slice(nil, tensor.S(0, 6))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		x    *tensor.Dense
		want string
	}{
		"nothing":    {nil, "no features"},
		"float64":    {tensor.New(tensor.Of(tensor.Float64), tensor.WithShape(2, 6)), "features hold float64: wanted float32"},
		"a vector":   {zeros(6), "features have shape (6): wanted (rows, 6)"},
		"too narrow": {zeros(3, 5), "features have shape (3, 5): wanted (rows, 6)"},
		"transposed": {transposed, "a view or column-major"},
		"a slice":    {slice.(*tensor.Dense), "a view or column-major"},
	} {
		if _, err := m.Predict(c.x); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, wanted one with %q", name, err, c.want)
		}
	}
	for name, c := range map[string]struct {
		y    *tensor.Dense
		want string
	}{
		"nothing":    {nil, "no targets"},
		"one-hot":    {zeros(2, 3), "targets have shape (2, 3): wanted (2, 1)"},
		"short":      {zeros(1, 1), "targets have shape (1, 1): wanted (2, 1)"},
		"no class":   {tensor.New(tensor.WithShape(2, 1), tensor.WithBacking([]float32{0, 3})), "models: row 1 (counted from 0) has class 3: wanted an integer from 0 to 2"},
		"half class": {tensor.New(tensor.WithShape(2, 1), tensor.WithBacking([]float32{0.5, 1})), "row 0 (counted from 0) has class 0.5"},
	} {
		if _, _, err := m.Evaluate(zeros(2, 6), c.y); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("targets: %s: error %v, wanted one with %q", name, err, c.want)
		}
	}
	far := zeros(600, 1)
	far.Float32s()[300] = 3
	if _, _, err := m.Evaluate(zeros(600, 6), far); err == nil || !strings.Contains(err.Error(), "models: row 300 (counted from 0) has class 3") {
		t.Errorf("a wrong class in row 300: error %v", err)
	}
	logs := declared(t, models.Regression, models.AppendLogs(2, 1), models.Linear(3, 1), models.WithInfo(models.Info{Features: []string{"age", "income"}}))
	x := tensor.New(tensor.WithShape(600, 2), tensor.WithBacking(slices.Repeat([]float32{1}, 1200)))
	x.Float32s()[2*520+1] = -7
	_, err = logs.Predict(x)
	wantError(t, err, `models: row 520 (counted from 0): feature "income" is -7: only a positive number has a logarithm`)
	if err := m.CheckBatch(zeros(2, 6), nil); err == nil {
		t.Error("a batch without targets passes")
	}
}
