// Command mnist trains a network to read handwritten digits.
//
//	go run ./cmd/mnist
//	go run ./cmd/mnist -recipe deck     # as on the slides
//	go run ./cmd/mnist -help
package main

import (
	"context"

	"perceptron/datasets/mnist"
	"perceptron/internal/exercise"
	"perceptron/plots"
)

func main() { exercise.Main(exercise.MNIST(), lesson) }

// lesson follows the training flow of the course, step by step.
func lesson(ctx context.Context, run *exercise.Run) error {
	// 1. Training data: 60,000 pictures of 28×28 pixels to train with, 10,000
	// others to validate with.
	// 2. Preprocessing: each picture is flattened to 784 numbers. A DataLoader
	// will cut the training rows into mini-batches.
	train, valid, err := run.ReadPictures()
	if err != nil {
		return err
	}
	// 3. The network: 784 inputs, hidden layers with ReLU, 10 outputs. The task
	// is Multiclass: it puts a Softmax behind them and takes CrossEntropyLoss.
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
	// The result: the accuracy on the validation pictures, which digit was taken
	// for which, and a sheet of misread ones.
	outcome, err := run.Evaluate(net, train, valid, result)
	if err != nil {
		return err
	}
	actual, predicted := outcome.Classes()
	return run.Write(outcome,
		exercise.Picture{Name: "confusion.png", About: "which digit was taken for which", Picture: plots.Confusion{
			Title: "MNIST: validation pictures", Classes: valid.ClassNames, Actual: actual, Predicted: predicted}},
		exercise.Picture{Name: "mistakes.png", About: "misread pictures", Picture: mistakes(outcome, actual, predicted)})
}

// mistakes collects the pictures whose digit was misread.
func mistakes(outcome *exercise.Outcome, actual, predicted []int) plots.Mistakes {
	sheet := plots.Mistakes{Title: "MNIST: misread validation pictures", Of: len(actual)}
	pixels := outcome.Valid.X().Float32s()
	for row := range actual {
		if actual[row] == predicted[row] {
			continue
		}
		sheet.Mistakes = append(sheet.Mistakes, plots.Mistake{
			Pixels: pixels[row*mnist.Pixels : (row+1)*mnist.Pixels],
			Actual: actual[row], Predicted: predicted[row],
			Probability: float64(outcome.Probabilities(row)[predicted[row]]),
		})
	}
	return sheet
}
