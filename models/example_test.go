package models_test

import (
	"fmt"

	"gorgonia.org/tensor"

	"perceptron/models"
)

// The deck's template: a class that lists its layers, fc1 and fc2, and passes
// the data through them with a ReLU between.
func ExampleNew() {
	net, err := models.New(models.Multiclass, models.Seed(1),
		models.Linear(4, 32), models.ReLU(),
		models.Linear(32, 10),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(net.Summary())
	// Output:
	// name   layer           output   parameters
	// x      input           (N, 4)   0
	// fc1    Linear(4, 32)   (N, 32)  160
	// relu1  ReLU()          (N, 32)  0
	// fc2    Linear(32, 10)  (N, 10)  330
	// Multiclass: 490 trained parameters, 0 numbers in buffers
}

// A layer that does not fit is named, with what it wanted and what it got.
func ExampleNew_error() {
	_, err := models.New(models.Multiclass, models.Linear(4, 32), models.ReLU(), models.Linear(16, 3))
	fmt.Println(err)
	// Output:
	// models: layer 3, fc2 = Linear(16, 3): it takes 16 features, but gets 32
}

// Prediction takes any number of rows.
func ExampleModel_Predict() {
	net, err := models.New(models.Multiclass, models.Linear(2, 3), models.Init(models.Zeros()))
	if err != nil {
		fmt.Println(err)
		return
	}
	x := tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]float32{1, 2, 3, 4}))
	p, err := net.Predict(x)
	fmt.Printf("%.3f %v\n", p.Data(), err)
	// Output:
	// [0.333 0.333 0.333 0.333 0.333 0.333] <nil>
}
