package training

import (
	"math/rand/v2"
	"testing"

	"gorgonia.org/tensor"

	"perceptron/datasets"
	"perceptron/models"
)

// network is one of the networks that are timed, here as by PyTorch.
type network struct {
	name      string
	task      models.Task
	sizes     []int
	batchNorm bool
	dropout   float64
	optimizer func() *Optimizer
	batch     int // rows of a step
	predicted int // rows of a prediction
	allocs    int // the most that a step may make
}

func useAdam() *Optimizer  { return Adam(1e-3) }
func useAdamW() *Optimizer { return AdamW(1e-3) }

var networks = []network{
	{"xor", models.Binary, []int{2, 3, 1}, false, 0, useAdam, 4, 4, 60},
	{"iris", models.Multiclass, []int{4, 16, 3}, false, 0, useAdam, 16, 80, 60},
	{"boston", models.Regression, []int{13, 64, 64, 1}, false, 0, useAdam, 32, 106, 120},
	{"mnist", models.Multiclass, []int{784, 128, 10}, false, 0, useAdam, 64, 10000, 120},
	{"mnist-bn", models.Multiclass, []int{784, 512, 256, 10}, true, 0.2, useAdamW, 128, 10000, 140},
	{"mnist-wide", models.Multiclass, []int{784, 1024, 1024, 10}, false, 0, useAdam, 128, 10000, 120},
}

func (n network) model(t testing.TB) *models.Model {
	t.Helper()
	var parts []models.Part
	last := len(n.sizes) - 2
	for i, in := range n.sizes[:last+1] {
		out := n.sizes[i+1]
		switch {
		case i == last:
			parts = append(parts, models.Linear(in, out))
			continue
		case n.batchNorm:
			parts = append(parts, models.Linear(in, out, models.NoBias), models.BatchNorm1d(out))
		default:
			parts = append(parts, models.Linear(in, out))
		}
		parts = append(parts, models.ReLU())
		if n.dropout > 0 {
			parts = append(parts, models.Dropout(n.dropout))
		}
	}
	net, err := models.New(n.task, parts...)
	if err != nil {
		t.Fatal(err)
	}
	return net
}

func (n network) trainer(t testing.TB) *Trainer {
	t.Helper()
	trainer, err := NewTrainer(n.model(t), n.optimizer())
	if err != nil {
		t.Fatal(err)
	}
	return trainer
}

// data is a batch of numbers from 0 to 1 with random targets of the task.
func (n network) data(rows int) datasets.Batch {
	rng := rand.New(rand.NewPCG(1, 2))
	b := datasets.Batch{X: matrix(rows, n.sizes[0]), Y: matrix(rows, 1)}
	for i := range b.X.Float32s() {
		b.X.Float32s()[i] = rng.Float32()
	}
	kinds := max(2, n.sizes[len(n.sizes)-1])
	for i := range b.Y.Float32s() {
		b.Y.Float32s()[i] = float32(rng.IntN(kinds))
	}
	return b
}

// matrix is a float32 tensor, of zeros without values.
func matrix(rows, cols int, values ...float32) *tensor.Dense {
	if len(values) == 0 {
		values = make([]float32, rows*cols)
	}
	return tensor.New(tensor.WithShape(rows, cols), tensor.WithBacking(values))
}

// BenchmarkStep is a training step: forward pass, loss, backward pass, update.
func BenchmarkStep(b *testing.B) {
	for _, n := range networks {
		b.Run(n.name, func(b *testing.B) {
			trainer, batch := n.trainer(b), n.data(n.batch)
			if _, err := trainer.Step(batch); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := trainer.Step(batch); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkAdversarialStep is a training step on as many adversarial rows as well.
func BenchmarkAdversarialStep(b *testing.B) {
	for _, n := range networks {
		b.Run(n.name, func(b *testing.B) {
			trainer, batch := n.trainer(b), n.data(n.batch)
			trainer.Adversarial = 0.1
			if _, err := trainer.Step(batch); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := trainer.Step(batch); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkPredict is a prediction of as many rows as the lesson validates with.
func BenchmarkPredict(b *testing.B) {
	for _, n := range networks {
		b.Run(n.name, func(b *testing.B) {
			net, x := n.model(b), n.data(n.predicted).X
			b.ReportAllocs()
			for b.Loop() {
				if _, err := net.Predict(x); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkPredictOne is a prediction of a single row.
func BenchmarkPredictOne(b *testing.B) {
	for _, n := range networks {
		b.Run(n.name, func(b *testing.B) {
			net, x := n.model(b), n.data(1).X
			b.ReportAllocs()
			for b.Loop() {
				if _, err := net.Predict(x); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
