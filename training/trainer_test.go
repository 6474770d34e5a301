package training

import (
	"testing"

	"gorgonia.org/tensor"

	"perceptron/datasets"
	"perceptron/models"
)

func matrix(rows, cols int, v ...float32) *tensor.Dense {
	return tensor.New(tensor.WithShape(rows, cols), tensor.WithBacking(v))
}

func xorBatch() datasets.Batch {
	return datasets.Batch{X: matrix(4, 2, 0, 0, 0, 1, 1, 0, 1, 1), Y: matrix(4, 1, 0, 1, 1, 0)}
}

func BenchmarkProbe(b *testing.B) {
	for _, c := range []struct {
		name  string
		sizes []int
		batch int
		bn    bool
	}{
		{"xor", []int{2, 3, 1}, 4, false}, {"iris", []int{4, 16, 3}, 16, false}, {"mnist", []int{784, 128, 10}, 64, false},
		{"mnist-bn", []int{784, 512, 256, 10}, 128, true},
	} {
		b.Run(c.name, func(b *testing.B) {
			var parts []models.Part
			for i := 0; i+1 < len(c.sizes); i++ {
				parts = append(parts, models.Linear(c.sizes[i], c.sizes[i+1]))
				if i+2 < len(c.sizes) {
					if c.bn {
						parts = append(parts, models.BatchNorm1d(c.sizes[i+1]))
					}
					parts = append(parts, models.ReLU())
					if c.bn {
						parts = append(parts, models.Dropout(0.2))
					}
				}
			}
			task := models.Multiclass
			if c.name == "xor" {
				task = models.Binary
			}
			net, err := models.New(task, parts...)
			if err != nil {
				b.Fatal(err)
			}
			tr, err := NewTrainer(net, Adam(1e-3))
			if err != nil {
				b.Fatal(err)
			}
			batch := datasets.Batch{X: matrix(c.batch, c.sizes[0], make([]float32, c.batch*c.sizes[0])...), Y: matrix(c.batch, 1, make([]float32, c.batch)...)}
			for i := range batch.X.Float32s() {
				batch.X.Float32s()[i] = float32(i%7) / 7
			}
			if _, err := tr.Step(batch); err != nil {
				b.Fatal(err)
			}
			b.Run("step", func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := tr.Step(batch); err != nil {
						b.Fatal(err)
					}
				}
			})
			x := matrix(1, c.sizes[0], make([]float32, c.sizes[0])...)
			b.Run("predict1", func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := net.Predict(x); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}
