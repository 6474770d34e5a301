// Command xor trains a small network to tell whether exactly one of two inputs
// is 1: the problem that one layer of perceptrons can't solve.
//
//	go run ./cmd/xor
//	go run ./cmd/xor -hidden none      # without a hidden layer it fails
//	go run ./cmd/xor -recipe deck      # as on the slides
//	go run ./cmd/xor -help
package main

import (
	"context"
	"fmt"

	"gorgonia.org/tensor"

	"perceptron/internal/exercise"
	"perceptron/plots"
)

func main() { exercise.Main(exercise.XOR(), lesson) }

// lesson follows the training flow of the course, step by step.
func lesson(ctx context.Context, run *exercise.Run) error {
	// 1. Training data: the four lines of the truth table, in a gota frame.
	table, err := run.Table()
	if err != nil {
		return err
	}
	// 2. Preprocessing: none. All four rows train, and all four validate; they
	// make up one batch.
	train, valid, err := run.Split(table)
	if err != nil {
		return err
	}
	// 3. The network: 2 inputs, 3 hidden units with ReLU, 1 output. The task is
	// Binary: it puts a Sigmoid behind the output and takes BCEWithLogitsLoss.
	net, err := run.Network(train)
	if err != nil {
		return err
	}
	// 4–8. Forward pass, loss, backward pass and update by Adam, over and over,
	// until the loss is below 0.01 or the epochs are over.
	result, err := run.Fit(ctx, net, train, valid)
	if err != nil {
		return err
	}
	// The result, with the decision boundary as a contour.
	outcome, err := run.Evaluate(net, train, valid, result)
	if err != nil {
		return err
	}
	fmt.Fprintf(run.Out, "\n  x1  x2  actual  P(1)\n")
	x := valid.X().Float32s()
	actual, _ := outcome.Classes()
	for row, class := range actual[:min(len(actual), 8)] {
		fmt.Fprintf(run.Out, "%4v%4v%8s  %.4f\n", x[2*row], x[2*row+1], valid.ClassNames[class], outcome.Probabilities(row)[1])
	}
	return run.Write(outcome, exercise.Picture{
		Name: "decision.png", About: "what the network says for every point of the plane",
		Picture: boundary(outcome.Net, x, actual),
	})
}

// boundary draws the network's answer over the plane with the data on it.
func boundary(net exercise.Network, x []float32, classes []int) plots.Decision {
	d := plots.Decision{Title: "XOR: what the network says for every input", Classes: classes}
	for i := 0; i < len(x); i += 2 {
		d.Points = append(d.Points, [2]float64{float64(x[i]), float64(x[i+1])})
	}
	d.Probability = func(points [][2]float64) ([]float64, error) {
		at := make([]float32, 0, 2*len(points))
		for _, p := range points {
			at = append(at, float32(p[0]), float32(p[1]))
		}
		predicted, err := net.Predict(tensor.New(tensor.WithShape(len(points), 2), tensor.WithBacking(at)))
		if err != nil {
			return nil, err
		}
		p := make([]float64, len(points))
		for i, v := range predicted.Float32s() {
			p[i] = float64(v)
		}
		return p, nil
	}
	return d
}
