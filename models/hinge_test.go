package models_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"perceptron/datasets"
	"perceptron/models"
	"perceptron/training"
)

// hinged fills one layer for a test.
func hinged(t *testing.T, f models.Fill, mean ...float32) models.Fill {
	t.Helper()
	f.Weight, f.Bias = make([]float32, f.In*f.Out), make([]float32, f.Out)
	for i := range f.Weight {
		f.Weight[i] = 99 // every number must be written
	}
	f.Rand = rand.New(rand.NewPCG(1, 2))
	if err := models.Hinged(mean).Fill(f); err != nil {
		t.Fatal(err)
	}
	return f
}

func product(a, b []float32) float64 {
	sum := 0.0
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

func TestHingedGeometry(t *testing.T) {
	mean := []float32{3, -1, 0.5, 20}
	for _, c := range []struct {
		name string
		fill models.Fill
	}{
		{"one unit", models.Fill{In: 4, Out: 1, First: true}},
		{"odd width", models.Fill{In: 4, Out: 3, First: true}},
		{"wide", models.Fill{In: 4, Out: 21, First: true}},
		{"deep", models.Fill{In: 4, Out: 21}},
		{"deep behind one unit", models.Fill{In: 1, Out: 5}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := hinged(t, c.fill, mean...)
			ones := []float32{1, 1, 1, 1}
			for u := range f.Out {
				w := f.Weight[u*f.In : (u+1)*f.In]
				if length := math.Sqrt(product(w, w)); math.Abs(length-math.Sqrt2) > 1e-6 {
					t.Errorf("unit %d has length %v: wanted √2", u, length)
				}
				if f.First {
					if at := product(w, mean) + float64(f.Bias[u]); math.Abs(at) > 1e-5 {
						t.Errorf("unit %d is %v at the mean: wanted 0", u, at)
					}
				} else if at := product(w, ones[:f.In]); f.Bias[u] != 0 || f.In > 1 && math.Abs(at) > 1e-6 {
					t.Errorf("unit %d has bias %v and weights that add up to %v: wanted 0", u, f.Bias[u], at)
				}
				if u%2 == 1 {
					if cos := product(w, f.Weight[(u-1)*f.In:]) / 2; math.Abs(cos+1) > 1e-6 {
						t.Errorf("units %d and %d have cosine %v: wanted −1", u-1, u, cos)
					}
				} else if u > 0 && u < 2*(f.In-1) {
					if cos := product(w, f.Weight[:f.In]) / 2; math.Abs(cos) > 1e-6 {
						t.Errorf("units 0 and %d have cosine %v: wanted 0", u, cos)
					}
				}
			}
		})
	}
	last := hinged(t, models.Fill{In: 4, Out: 2, First: true, Last: true}, mean...)
	for _, x := range append(last.Weight, last.Bias...) {
		if x != 0 {
			t.Errorf("the last layer holds %v: wanted zeros", x)
		}
	}
}

func TestHingedWantsAMeanForEachFeature(t *testing.T) {
	_, err := models.New(models.Binary, models.Init(models.Hinged([]float32{0.5})),
		models.Linear(2, 3), models.ReLU(), models.Linear(3, 1))
	if err == nil || !strings.Contains(err.Error(), "fc1: Hinged: 1 means for a layer of 2 features") {
		t.Errorf("error %v: wanted one that names the layer and both numbers", err)
	}
}

// Three ReLU units are the fewest that a network of this kind can learn XOR
// with and still have one to spare; PyTorchInit fails on half of the seeds.
func TestHingedLearnsXORFromEverySeed(t *testing.T) {
	table, err := datasets.XOR()
	if err != nil {
		t.Fatal(err)
	}
	data, err := table.Dataset()
	if err != nil {
		t.Fatal(err)
	}
	mean, _ := datasets.ColumnStats(data)
	batch := datasets.Batch{X: data.X(), Y: data.Y()}
	for _, c := range []struct {
		rate  float64
		steps int
	}{{0.1, 60}, {0.3, 25}} {
		seeds, most := uint64(100), 0
		for seed := range seeds {
			net, err := models.New(models.Binary, models.Seed(seed), models.Init(models.Hinged(mean)),
				models.Linear(2, 3), models.ReLU(), models.Linear(3, 1))
			if err != nil {
				t.Fatal(err)
			}
			steps := stepsToLearn(t, net, training.Adam(c.rate), batch, c.steps)
			if steps == 0 {
				t.Errorf("rate %v, seed %d: not learned in %d steps", c.rate, seed, c.steps)
			}
			most = max(most, steps)
		}
		t.Logf("rate %v: %d seeds took at most %d steps", c.rate, seeds, most)
	}
}

// stepsToLearn trains until the loss is below 0.01 and all rows are right; 0 if
// that takes more steps than the limit.
func stepsToLearn(t *testing.T, net *models.Model, optimizer *training.Optimizer, batch datasets.Batch, limit int) int {
	t.Helper()
	trainer, err := training.NewTrainer(net, optimizer)
	if err != nil {
		t.Fatal(err)
	}
	for step := range limit {
		if _, err := trainer.Step(batch); err != nil {
			t.Fatal(err)
		}
		p, loss, err := net.Evaluate(batch.X, batch.Y)
		if err != nil {
			t.Fatal(err)
		}
		if loss < 0.01 && allRight(p, batch.Y) {
			return step + 1
		}
	}
	return 0
}

func allRight(p, y *tensor.Dense) bool {
	for i, x := range p.Float32s() {
		if (x > 0.5) != (y.Float32s()[i] == 1) {
			return false
		}
	}
	return true
}
