package training_test

import (
	"context"
	"fmt"

	"gorgonia.org/tensor"

	"perceptron/datasets"
	"perceptron/training"
)

// Evaluate gives the task's metrics by name, and those of each class. Rows of a
// rare class count more by their weights.
func ExampleEvaluate() {
	train, net, err := flowersAndNet()
	if err != nil {
		fmt.Println(err)
		return
	}
	train.Weights = make([]float32, train.Rows())
	for row, y := range train.Y().Float32s() {
		train.Weights[row] = float32(train.Rows()) / float32(3*train.ClassCounts()[int(y)])
	}
	if _, err := training.Fit(context.Background(), net, train, nil, training.Options{
		Optimizer: training.Adam(0.01), BatchSize: 10, Epochs: 60}); err != nil {
		fmt.Println(err)
		return
	}
	score, err := training.Evaluate(net, train)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, name := range []string{"accuracy", "balanced_accuracy", "f1", "recall:setosa", "recall:virginica"} {
		fmt.Println(name, score.Figure(name) > 0.9)
	}
	// Output:
	// accuracy true
	// balanced_accuracy true
	// f1 true
	// recall:setosa true
	// recall:virginica true
}

// A network is tuned in two stages: at first all but its last layer stand still,
// then all of it learns, the first layer slowly and without weight decay.
func ExampleWeightDecayOf() {
	train, net, err := flowersAndNet()
	if err != nil {
		fmt.Println(err)
		return
	}
	before := net.StateDict()
	if err := net.Freeze("fc1"); err != nil {
		fmt.Println(err)
		return
	}
	optimizer := training.AdamW(0.01, training.RateOf("fc1", 0.1), training.WeightDecayOf("fc1", 0))
	unfreeze := training.Hook{Epoch: func(p training.Progress) error {
		if p.Epoch == 5 {
			fmt.Println("fc1 stood still:", same32(before[0].Value, p.Net.StateDict()[0].Value))
			return p.Net.Unfreeze("fc1")
		}
		return nil
	}}
	if _, err := training.Fit(context.Background(), net, train, nil, training.Options{
		Optimizer: optimizer, BatchSize: 10, Epochs: 10, Hooks: []training.Hook{unfreeze}}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("fc1 learned then:", !same32(before[0].Value, net.StateDict()[0].Value))
	// Output:
	// fc1 stood still: true
	// fc1 learned then: true
}

func same32(a, b *tensor.Dense) bool { return fmt.Sprint(a.Float32s()) == fmt.Sprint(b.Float32s()) }

// Fit refuses validation rows whose classes have other indices than the training
// rows', and WithClasses brings them in line.
func ExampleFit_names() {
	train, net, err := flowersAndNet()
	if err != nil {
		fmt.Println(err)
		return
	}
	two, err := train.OnlyClasses("versicolor", "virginica")
	if err != nil {
		fmt.Println(err)
		return
	}
	two.Name = "two.csv"
	fit := func(valid *datasets.Dataset) {
		_, err := training.Fit(context.Background(), net, train, valid, training.Options{Epochs: 1})
		fmt.Println(err)
	}
	fit(two)
	if two, err = two.WithClasses(train.ClassNames); err != nil {
		fmt.Println(err)
		return
	}
	fit(two)
	// Output:
	// training: the classes of two.csv are not those of iris: only iris has "setosa": bring the rows in line with Dataset.WithClasses or RenameClasses, or declare a new model for other classes
	// <nil>
}
