package exercise

import (
	"perceptron/datasets"
	"perceptron/models"
)

// XOR is the lesson that one layer can't learn.
func XOR() *Lesson {
	deck := Settings{
		Inputs: Raw, Hidden: []int{3}, Activation: "relu", Init: "pytorch",
		Optimizer: "adam", LR: 0.01, Schedule: "constant", Epochs: 2000, LossBelow: 0.01,
	}
	standard := deck
	standard.Init, standard.LR = hinged, 0.1
	return &Lesson{
		Name:  "xor",
		Title: "XOR: is exactly one of two inputs 1?",
		About: `No straight line parts the two classes, so a network without a hidden layer
fails (try -hidden none). Three hidden units are enough, if training does not
get stuck.`,
		Examples: []string{
			"go run ./cmd/xor",
			"go run ./cmd/xor -hidden none",
			"go run ./cmd/xor -recipe deck -seed 2",
			"go run ./cmd/xor -activation tanh -hidden 8 -out /tmp/xor",
		},
		Task:   models.Binary,
		Table:  datasets.XOR,
		Schema: datasets.XORSchema(),
		Recipes: []Recipe{
			{"default", "2-3-1, which learns fast", standard},
			{"deck", "2-3-1 as on the slides; about half of all seeds get stuck", deck},
		},
	}
}
