package training_test

import (
	"context"
	"fmt"

	"perceptron/datasets"
	"perceptron/models"
	"perceptron/training"
)

// lion moves each number by the sign of an interpolated gradient (Chen et al.
// 2023), with weight decay apart from the gradient.
type lion struct{ beta1, beta2 float64 }

func (l *lion) Name() string { return "Lion" }
func (l *lion) Buffers() int { return 1 }

func (l *lion) Settings() []training.Setting {
	return []training.Setting{{Name: "beta1", Value: &l.beta1, Below: 1}, {Name: "beta2", Value: &l.beta2, Below: 1}}
}

func (l *lion) Update(s training.StepInfo, w, g []float32, memory [][]float32) {
	m := memory[0]
	rate, shrink := float32(s.Rate), float32(1-s.Rate*s.Decay)
	beta1, beta2 := float32(l.beta1), float32(l.beta2)
	for i := range w {
		w[i] *= shrink
		switch c := beta1*m[i] + (1-beta1)*g[i]; {
		case c > 0:
			w[i] -= rate
		case c < 0:
			w[i] += rate
		}
		m[i] = beta2*m[i] + (1-beta2)*g[i]
	}
}

// Lion makes the optimizer, with all the options that others have.
func Lion(rate float64, options ...training.OptimizerOption) *training.Optimizer {
	return training.NewOptimizer(rate, &lion{beta1: 0.9, beta2: 0.99}, options...)
}

// An optimizer of one's own is a Rule; here the bias of the last layer has a rate
// of its own.
func ExampleNewOptimizer() {
	xor, err := datasets.XOR()
	if err != nil {
		fmt.Println(err)
		return
	}
	data, err := xor.Dataset()
	if err != nil {
		fmt.Println(err)
		return
	}
	net, err := models.New(models.Binary, models.Seed(3), models.Linear(2, 8), models.Tanh(), models.Linear(8, 1))
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := training.Fit(context.Background(), net, data, nil, training.Options{
		Optimizer: Lion(0.01, training.Betas(0.95, 0.98), training.WeightDecay(0.01), training.RateOf("fc2.bias", 0.5)),
		Epochs:    1000, LossBelow: 0.01,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.Stop.Reason == training.LossReached)
	// Output: true
}
