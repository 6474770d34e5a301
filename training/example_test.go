package training_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"perceptron/datasets"
	"perceptron/models"
	"perceptron/training"
)

// Fit trains until the loss is under a threshold or the epochs are over. The
// model's file then holds all that it takes to use it: layers, weights and names.
func ExampleFit() {
	iris, err := datasets.Iris()
	if err != nil {
		fmt.Println(err)
		return
	}
	train, valid, err := iris.Split(70, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	net, err := models.New(models.Multiclass, models.Seed(1),
		models.Linear(4, 16), models.ReLU(), models.Linear(16, 3))
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := training.Fit(context.Background(), net, train, valid, training.Options{
		Optimizer: training.Adam(1e-2), BatchSize: 16, Epochs: 300, LossBelow: 0.1,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.Stop.Reason == training.LossReached)

	x := valid.X()
	probabilities, err := net.Predict(x)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(probabilities.Shape())

	folder, err := os.MkdirTemp("", "perceptron")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	file := filepath.Join(folder, "iris.safetensors")
	if err := net.Save(file); err != nil {
		fmt.Println(err)
		return
	}
	again, err := models.Load(file)
	if err != nil {
		fmt.Println(err)
		return
	}
	score, err := training.Evaluate(again, valid)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(again.ClassNames(), again.Info().Features)
	fmt.Println(score.Rows, score.Accuracy > 0.9)
	// Output:
	// true
	// (80, 3)
	// [setosa versicolor virginica] [sepal_length sepal_width petal_length petal_width]
	// 80 true
}

// The deck's steps 4 to 8 by hand: forward pass, loss and backward pass are one
// run of the graph, then the optimizer updates the weights.
func ExampleTrainer_Gradients() {
	xor, _ := datasets.XOR()
	data, _ := xor.Dataset()
	net, _ := models.New(models.Binary, models.Seed(3),
		models.Linear(2, 8), models.Tanh(), models.Linear(8, 1))
	optimizer := training.Adam(0.05)
	trainer, _ := training.NewTrainer(net, optimizer)
	loader, _ := datasets.NewLoader(data, datasets.LoaderOptions{})

	loss := 1.0
	for epoch := 0; epoch < 500 && loss > 0.01; epoch++ { // 8: repeat
		for batch := range loader.Epoch(epoch) {
			var err error
			var gradients []training.ValueGrad
			loss, gradients, err = trainer.Gradients(batch) // 4, 5, 6: forward, loss, backward
			if err != nil {
				fmt.Println(err)
				return
			}
			if err := optimizer.Step(gradients); err != nil { // 7: update
				fmt.Println(err)
				return
			}
		}
	}
	fmt.Println(loss < 0.01)
	// Output: true
}

// Early stopping holds back a part of the training rows and gives the model the
// weights with which it did best on them.
func ExampleEarlyStopping() {
	iris, err := datasets.Iris()
	if err != nil {
		fmt.Println(err)
		return
	}
	train, _, err := iris.Split(70, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	net, err := models.New(models.Multiclass, models.Seed(1),
		models.Linear(4, 64), models.ReLU(), models.Linear(64, 3))
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := training.Fit(context.Background(), net, train, nil, training.Options{
		Optimizer: training.Adam(0.05), BatchSize: 8, Epochs: 1000,
		EarlyStopping: training.EarlyStopping{Patience: 20},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.Stop.Reason == training.NoImprovement, result.Epochs-result.Stop.Best)
	// Output: true 20
}

// A schedule is a function, and so is easily looked at or written anew.
func ExampleWarmup() {
	schedule := training.Warmup(0.2, training.Cosine())
	for step := range 10 {
		fmt.Printf("%.2f ", schedule(training.Progress{Step: step, Steps: 10}))
	}
	// Output: 0.50 1.00 1.00 0.96 0.85 0.69 0.50 0.31 0.15 0.04
}
