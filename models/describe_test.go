package models_test

import (
	"fmt"
	"testing"

	"perceptron/models"
)

// The drawing and the declaration never vary, so they can be kept beside results.
func ExampleModel_DOT() {
	net, err := models.New(models.Binary, models.Linear(2, 3), models.ReLU(), models.Linear(3, 1))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(net.DOT())
	// Output:
	// digraph network {
	// 	rankdir=LR
	// 	node [shape=box, fontname="sans-serif"]
	// 	input [label="input\n(N, 2)", shape=ellipse]
	// 	fc1 [label="fc1\nLinear(2, 3)\n(N, 3)"]
	// 	input -> fc1
	// 	relu1 [label="relu1\nReLU()\n(N, 3)"]
	// 	fc1 -> relu1
	// 	fc2 [label="fc2\nLinear(3, 1)\n(N, 1)"]
	// 	relu1 -> fc2
	// 	output [label="Sigmoid", shape=ellipse]
	// 	fc2 -> output
	// }
}

// A model prints as its declaration in short.
func ExampleModel_String() {
	net, err := models.New(models.Multiclass, models.Linear(784, 256, models.NoBias), models.BatchNorm1d(256),
		models.LeakyReLU(0.1), models.Dropout(0.2), models.Linear(256, 10))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(net)
	// Output:
	// models.New(models.Multiclass,
	// 	models.Linear(784, 256, NoBias),
	// 	models.BatchNorm1d(256),
	// 	models.LeakyReLU(0.1),
	// 	models.Dropout(0.2),
	// 	models.Linear(256, 10),
	// )
}

// TestSummaryShowsRowShapes looks at rows that are no lists.
func TestSummaryShowsRowShapes(t *testing.T) {
	m := declared(t, models.Multiclass, models.Unflatten(2, 3, 2), models.BatchNorm2d(2), models.Flatten(), models.Linear(12, 3))
	const want = `name        layer               output        parameters
x           input               (N, 12)       0
unflatten1  Unflatten(2, 3, 2)  (N, 2, 3, 2)  0
bn1         BatchNorm2d(2)      (N, 2, 3, 2)  4
flatten1    Flatten()           (N, 12)       0
fc1         Linear(12, 3)       (N, 3)        39
Multiclass: 43 trained parameters, 5 numbers in buffers
`
	if got := m.Summary(); got != want {
		t.Errorf("summary\n%swanted\n%s", got, want)
	}
}
