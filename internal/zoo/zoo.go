// Package zoo makes small networks that together use every layer and task, with
// random parameters and inputs, for tests of what must hold for any network.
package zoo

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"gorgonia.org/tensor"

	"perceptron/internal/prng"
	"perceptron/models"
)

// Network is one network of the zoo.
type Network struct {
	Name  string
	Model *models.Model
}

// Networks makes every network. Equal seeds give equal networks.
func Networks(seed uint64) ([]Network, error) {
	ones := func(n int) []float32 {
		s := make([]float32, n)
		for i := range s {
			s[i] = 1
		}
		return s
	}
	identity := tensor.New(tensor.WithShape(4, 4), tensor.WithBacking([]float32{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1}))
	declared := []struct {
		name  string
		task  models.Task
		parts []models.Part
	}{
		{"linear", models.Regression, []models.Part{models.Linear(3, 2)}},
		{"nobias", models.Regression, []models.Part{models.Linear(3, 2, models.NoBias)}},
		{"sigmoid", models.Regression, []models.Part{models.Linear(3, 5), models.Sigmoid(), models.Linear(5, 1)}},
		{"tanh", models.Regression, []models.Part{models.Linear(3, 5), models.Tanh(), models.Linear(5, 1)}},
		{"relu", models.Regression, []models.Part{models.Linear(3, 5), models.ReLU(), models.Linear(5, 1)}},
		{"leakyrelu", models.Regression, []models.Part{models.Linear(3, 5), models.LeakyReLU(0.1), models.Linear(5, 1)}},
		{"softplus", models.Regression, []models.Part{models.Linear(3, 5), models.Softplus(), models.Linear(5, 1)}},
		{"noise", models.Regression, []models.Part{models.GaussianNoise(0.5), models.Linear(3, 5), models.Dropout(0.4), models.Linear(5, 1)}},
		{"batchnorm1d", models.Multiclass, []models.Part{models.Linear(4, 6, models.NoBias), models.BatchNorm1d(6, models.Eps(0.01), models.Momentum(0.3)), models.ReLU(), models.Linear(6, 3)}},
		{"batchnorm2d", models.Multiclass, []models.Part{models.Unflatten(2, 3, 4), models.BatchNorm2d(2), models.ReLU(), models.Flatten(), models.Linear(24, 3)}},
		{"conv2d", models.Multiclass, []models.Part{models.Unflatten(2, 8, 9), models.Conv2d(2, 4, 3, models.Padding(1), models.NoBias), models.BatchNorm2d(4),
			models.ReLU(), models.MaxPool2d(2), models.Dropout2d(0.3), models.Conv2d(4, 6, 2, models.Stride(2), models.Padding(2), models.Dilation(3), models.Groups(2)),
			models.Residual(models.Conv2d(6, 6, 3, models.Padding(1)), models.Tanh()), models.Flatten(), models.Linear(54, 3)}},
		{"pooling", models.Regression, []models.Part{models.Unflatten(2, 6, 7), models.MaxPool2d(3, models.Stride(1), models.Padding(1), models.Dilation(2)),
			models.AvgPool2d(2, models.Stride(1), models.Padding(1)), models.Conv2d(2, 5, 1), models.GlobalAvgPool2d(), models.Flatten(), models.Linear(5, 2)}},
		{"standardize", models.Binary, []models.Part{models.Standardize(ones(4), ones(4)), models.Linear(4, 1)}},
		{"whiten", models.Multiclass, []models.Part{models.Whiten(ones(4), identity), models.Linear(4, 3)}},
		{"appendlogs", models.Regression, []models.Part{models.AppendLogs(4, 2, 0), models.Linear(6, 2)}},
		{"appendreciprocals", models.Regression, []models.Part{models.AppendReciprocals(4, 2, 0), models.Linear(6, 2)}},
		{"appendindicators", models.Regression, []models.Part{models.AppendIndicators(3, 1, -1, 0.5, 2), models.Linear(6, 2)}},
		{"clamp", models.Regression, []models.Part{models.Linear(3, 2), models.Clamp(-0.5, 1)}},
		{"unscaleclamp", models.Regression, []models.Part{models.Linear(3, 1), models.UnscaleSquare(ones(1), ones(1)), models.Clamp(0.5, 3)}},
		{"unscale", models.Regression, []models.Part{models.Linear(3, 2), models.Unscale(ones(2), ones(2))}},
		{"unscalesquare", models.Regression, []models.Part{models.Linear(3, 1), models.UnscaleSquare(ones(1), ones(1))}},
		{"binary", models.Binary, []models.Part{models.Linear(2, 3), models.ReLU(), models.Linear(3, 1)}},
		{"everything", models.Multiclass, []models.Part{
			models.AppendLogs(10, 0, 9), models.Standardize(ones(12), ones(12)), models.GaussianNoise(0.1),
			models.Linear(12, 12), models.Unflatten(3, 2, 2), models.BatchNorm2d(3), models.LeakyReLU(0.2), models.Flatten(),
			models.Linear(12, 8), models.BatchNorm1d(8), models.Softplus(), models.Dropout(0.2),
			models.Linear(8, 4), models.LabelSmoothing(0.1),
			models.WithInfo(models.Info{Features: strings.Split("abcdefghij", ""), Outputs: []string{"red", "green", "blau", "grün"}, Recipe: "best"}),
		}},
	}
	var all []Network
	for i, d := range declared {
		m, err := models.New(d.task, append(d.parts, models.Seed(seed))...)
		if err != nil {
			return nil, fmt.Errorf("zoo: %s: %w", d.name, err)
		}
		if err := shake(m, prng.New(seed, "zoo", uint64(i))); err != nil {
			return nil, fmt.Errorf("zoo: %s: %w", d.name, err)
		}
		all = append(all, Network{d.name, m})
	}
	return all, nil
}

// shake gives every parameter and buffer a value that a trained one could have.
func shake(m *models.Model, r *rand.Rand) error {
	return m.Update(func() error {
		for _, p := range m.Parameters() {
			if p.Value.Dtype() == tensor.Int64 {
				p.Value.Int64s()[0] = r.Int64N(1000)
				continue
			}
			positive := strings.HasSuffix(p.Name, ".sd") || strings.HasSuffix(p.Name, ".running_var")
			for i := range p.Value.Float32s() {
				v := r.NormFloat64()
				if positive {
					v = 0.5 + math.Abs(v)
				}
				p.Value.Float32s()[i] = float32(v)
			}
		}
		return nil
	})
}

// Inputs draws rows of features that any network of the zoo accepts: positive,
// since some take logarithms.
func (n Network) Inputs(rows int, seed uint64) *tensor.Dense {
	r := prng.New(seed, "zoo inputs", 0)
	x := make([]float32, rows*n.Model.Inputs())
	for i := range x {
		x[i] = float32(0.1 + math.Abs(2*r.NormFloat64()))
	}
	return tensor.New(tensor.WithShape(rows, n.Model.Inputs()), tensor.WithBacking(x))
}
