// Command iris trains a network to tell three species of iris apart by the
// lengths of their petals and sepals.
//
//	go run ./cmd/iris
//	go run ./cmd/iris -recipe deck     # as on the slides
//	go run ./cmd/iris -help
package main

import (
	"context"

	"perceptron/internal/exercise"
	"perceptron/plots"
)

func main() { exercise.Main(exercise.Iris(), lesson) }

// lesson follows the training flow of the course, step by step.
func lesson(ctx context.Context, run *exercise.Run) error {
	// 1. Training data: 150 flowers with four lengths in cm and their species,
	// in a gota frame.
	table, err := run.Table()
	if err != nil {
		return err
	}
	// 2. Preprocessing: 70 shuffled rows train, the other 80 validate. A
	// DataLoader will cut the training rows into mini-batches.
	train, valid, err := run.Split(table)
	if err != nil {
		return err
	}
	// 3. The network: 4 inputs, hidden layers with ReLU, 3 outputs. The task is
	// Multiclass: it puts a Softmax behind them and takes CrossEntropyLoss.
	net, err := run.Network(train)
	if err != nil {
		return err
	}
	// 4–8. Forward pass, loss, backward pass and update by Adam for each
	// mini-batch, until the epochs are over.
	result, err := run.Fit(ctx, net, train, valid)
	if err != nil {
		return err
	}
	// The result: the accuracy on the validation rows, and which species was
	// taken for which.
	outcome, err := run.Evaluate(net, train, valid, result)
	if err != nil {
		return err
	}
	actual, predicted := outcome.Classes()
	return run.Write(outcome, exercise.Picture{
		Name: "confusion.png", About: "which species was taken for which",
		Picture: plots.Confusion{Title: "Iris: validation rows", Classes: valid.ClassNames, Actual: actual, Predicted: predicted},
	})
}
