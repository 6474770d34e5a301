package exercise

import (
	"perceptron/datasets"
	"perceptron/models"
)

// Iris is the lesson of several classes.
func Iris() *Lesson {
	deck := Settings{
		TrainRows: 70,
		Inputs:    Raw, Hidden: []int{16}, Activation: "relu", Init: "pytorch",
		Optimizer: "adam", LR: 0.01, Schedule: "constant", Batch: 16, Epochs: 100,
	}
	standard := deck
	standard.Inputs, standard.Noise, standard.Schedule = Whitened, 1, "cosine"
	best := standard
	best.Noise, best.Hidden = 1.2, []int{64}
	best.Optimizer, best.LR, best.WeightDecay, best.Epochs = "adamw", 0.03, decayed(0.1), 300
	return &Lesson{
		Name:  "iris",
		Title: "Iris: which species of three has petals and sepals of this size?",
		About: `70 of the 150 flowers train, the other 80 validate. The rows are shuffled with
the seed first: the file lists the species one after the other, so its first
70 rows hold no virginica at all (which is why -sequential refuses them).`,
		Examples: []string{
			"go run ./cmd/iris",
			"go run ./cmd/iris -seed 7 -hidden 32,16 -activation tanh",
			"go run ./cmd/iris -recipe deck -epochs 300 -loss-below 0.05",
			"go run ./cmd/iris -load results/iris/model.safetensors -out /tmp/iris",
			"go run ./cmd/iris -load results/iris/model.safetensors -predict flowers.csv",
		},
		Task:   models.Multiclass,
		Table:  datasets.Iris,
		Schema: datasets.IrisSchema(),
		Recipes: []Recipe{
			{"default", "inputs whitened within the species, with noise, and a learning rate that falls to 0", standard},
			{"best", "the same with a wider network, weight decay and three times the epochs", best},
			{"deck", "a plain ReLU network on the lengths in cm, as on the slides", deck},
		},
	}
}
