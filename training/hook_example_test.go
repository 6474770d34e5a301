package training_test

import (
	"context"
	"fmt"
	"math"

	"perceptron/datasets"
	"perceptron/models"
	"perceptron/training"
)

// flowersAndNet are what the examples of hooks train.
func flowersAndNet() (train *datasets.Dataset, net *models.Model, err error) {
	iris, err := datasets.Iris()
	if err != nil {
		return nil, nil, err
	}
	if train, _, err = iris.Split(70, 1); err != nil {
		return nil, nil, err
	}
	net, err = models.New(models.Multiclass, models.Seed(1), models.Linear(4, 16), models.ReLU(), models.Linear(16, 3))
	return train, net, err
}

// A hook ends training when it has seen enough, and a second Fit goes on from
// there with a lower rate for the first layer.
func ExampleStopTraining() {
	train, net, err := flowersAndNet()
	if err != nil {
		fmt.Println(err)
		return
	}
	enough := training.Hook{Epoch: func(p training.Progress) error {
		if p.History[len(p.History)-1].TrainLoss < 0.5 {
			return training.StopTraining("good enough to begin with")
		}
		return nil
	}}
	first, err := training.Fit(context.Background(), net, train, nil, training.Options{
		Optimizer: training.Adam(0.01), BatchSize: 10, Epochs: 100, Hooks: []training.Hook{enough}})
	if err != nil {
		fmt.Println(err)
		return
	}
	second, err := training.Fit(context.Background(), net, train, nil, training.Options{
		Optimizer: training.Adam(0.01, training.RateOf("fc1", 0.1)), BatchSize: 10, Epochs: 10, After: first})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(first.Stop.Why, second.Epochs-first.Epochs, second.Steps-first.Steps)
	// Output: good enough to begin with 10 70
}

// A hook sees how far each step moves the weights: about a thousandth of their size
// is a healthy rate, as a rule of thumb has it.
func ExampleProgress_Gradients() {
	train, net, err := flowersAndNet()
	if err != nil {
		fmt.Println(err)
		return
	}
	norm := func(of func(i int) float32, n int) (sum float64) {
		for i := range n {
			sum += float64(of(i)) * float64(of(i))
		}
		return math.Sqrt(sum)
	}
	var before, last []float32
	watch := training.Hook{
		Backward: func(p training.Progress) error {
			before = append(before[:0], p.Gradients()[0].Value.Float32s()...)
			return nil
		},
		Step: func(p training.Progress) error {
			g := p.Gradients()[0]
			last = g.Value.Float32s()
			if p.Step == p.Steps {
				moved := norm(func(i int) float32 { return last[i] - before[i] }, len(last))
				fmt.Printf("%s: gradient %v, moved by %.4f of its size\n", g.Name, g.Grad.Shape(), moved/norm(func(i int) float32 { return last[i] }, len(last)))
			}
			return nil
		},
	}
	if _, err := training.Fit(context.Background(), net, train, nil, training.Options{
		Optimizer: training.SGD(0.01), BatchSize: 10, Epochs: 5, Hooks: []training.Hook{watch}}); err != nil {
		fmt.Println(err)
	}
	// Output: fc1.weight: gradient (16, 4), moved by 0.0032 of its size
}

// The rate halves whenever three epochs in a row have brought nothing.
func ExamplePlateau() {
	schedule := training.Plateau{Factor: 0.5, Patience: 2}.Schedule()
	var history []training.Epoch
	for i, loss := range []float64{1, 0.5, 0.5, 0.5, 0.5, 0.4, 0.4, 0.4, 0.4} {
		history = append(history, training.Epoch{Epoch: i + 1, TrainLoss: loss})
		fmt.Print(schedule(training.Progress{History: history}), " ")
	}
	// Output: 1 1 1 1 0.5 0.5 0.5 0.5 0.25
}
