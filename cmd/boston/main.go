// Command boston trains a network to predict the median value of homes in the
// census tracts around Boston in 1970.
//
//	go run ./cmd/boston
//	go run ./cmd/boston -recipe deck     # as on the slides
//	go run ./cmd/boston -help
package main

import (
	"context"

	"perceptron/internal/exercise"
	"perceptron/plots"
)

func main() { exercise.Main(exercise.Boston(), lesson) }

// lesson follows the training flow of the course, step by step.
func lesson(ctx context.Context, run *exercise.Run) error {
	// 1. Training data: 506 census tracts with 13 features and the median value
	// of their homes, in a gota frame.
	table, err := run.Table()
	if err != nil {
		return err
	}
	// 2. Preprocessing: 400 shuffled rows train, the other 106 validate. A
	// DataLoader will cut the training rows into mini-batches.
	train, valid, err := run.Split(table)
	if err != nil {
		return err
	}
	// 3. The network: 13 inputs, hidden layers with ReLU, 1 output. The task is
	// Regression: nothing stands behind the output, and the loss is MSELoss.
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
	// The result: predicted beside actual prices of the validation rows.
	outcome, err := run.Evaluate(net, train, valid, result)
	if err != nil {
		return err
	}
	actual, predicted := outcome.Values()
	prices := plots.Predicted{
		Title:    "Boston: prices of the validation rows",
		Quantity: "median price", Unit: "1000 $", Actual: actual, Predicted: predicted,
	}
	return run.Write(outcome,
		exercise.Picture{Name: "predicted.png", About: "predicted against actual prices", Picture: prices},
		exercise.Picture{Name: "comparison.png", About: "both prices, row by row", Picture: plots.Comparison(prices)})
}
