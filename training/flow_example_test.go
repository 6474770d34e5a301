package training_test

import (
	"fmt"

	"perceptron/datasets"
	"perceptron/models"
	"perceptron/training"
)

// The deck's training flow in its eight steps, by hand. Fit does the same, with
// checks, validation and a history.
func Example_trainingFlow() {
	// 1. The data: 150 irises, 70 of them to train with.
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

	// 2. Preprocessing, and batches of 16 in an order that changes each epoch.
	mean, sd := datasets.ColumnStats(train)
	loader, err := datasets.NewLoader(train, datasets.LoaderOptions{BatchSize: 16, Shuffle: true, Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}

	// 3. Architecture, loss (the cross entropy, for Multiclass) and optimizer.
	net, err := models.New(models.Multiclass, models.Seed(1), models.Standardize(mean, sd),
		models.Linear(4, 16), models.ReLU(),
		models.Linear(16, 3))
	if err != nil {
		fmt.Println(err)
		return
	}
	optimizer := training.Adam(0.01)
	trainer, err := training.NewTrainer(net, optimizer)
	if err != nil {
		fmt.Println(err)
		return
	}

	// 8. Repeat until the loss is under a threshold, or for 200 epochs.
	loss := 1.0
	for epoch := 0; epoch < 200 && loss > 0.05; epoch++ {
		sum := 0.0
		for batch := range loader.Epoch(epoch) {
			// 4., 5., 6. Forward pass, loss and backward pass are one run of the graph.
			batchLoss, gradients, err := trainer.Gradients(batch)
			if err != nil {
				fmt.Println(err)
				return
			}
			// 7. The optimizer moves the weights along the gradients.
			if err := optimizer.Step(gradients); err != nil {
				fmt.Println(err)
				return
			}
			sum += batchLoss * float64(len(batch.Rows))
		}
		loss = sum / float64(train.Rows())
	}

	score, err := training.Evaluate(net, valid)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("loss below 0.05: %v, accuracy above 0.9: %v\n", loss < 0.05, score.Accuracy > 0.9)
	// Output: loss below 0.05: true, accuracy above 0.9: true
}
