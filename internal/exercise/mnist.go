package exercise

import (
	"perceptron/datasets"
	"perceptron/datasets/augment"
	"perceptron/datasets/mnist"
	"perceptron/models"
)

// MNIST is the lesson of pictures. Only programs that call it carry the
// embedded pictures, 15 MB of them.
func MNIST() *Lesson {
	deck := Settings{
		Inputs: Pixels, Hidden: []int{128}, Activation: "relu", Init: "pytorch",
		Optimizer: "adam", LR: 1e-3, Schedule: "constant", Batch: 64, Epochs: 10,
	}
	standard := deck
	standard.Hidden, standard.BatchNorm, standard.Init = []int{512, 256}, true, "he-normal"
	standard.Optimizer, standard.LR, standard.Schedule, standard.Warmup = "adamw", 5e-3, "linear", 0.1
	standard.LabelSmoothing, standard.Batch, standard.Epochs = 0.05, 128, 3
	best := standard
	best.LabelSmoothing, best.Schedule, best.Warmup, best.Epochs = 0, "cosine", 0.2, 60
	best.Augment = augment.Options{Shift: 1.5, Rotate: 15, Scale: 0.15, Slant: 0.15, Elastic: 0.8}
	return &Lesson{
		Name:  "mnist",
		Title: "MNIST: which digit is it?",
		About: `60,000 handwritten digits of 28×28 pixels train, 10,000 others validate. A
picture is flattened to 784 numbers, so the network knows nothing about which
pixels are neighbours: the digit has to be in the middle.`,
		Examples: []string{
			"go run ./cmd/mnist",
			"go run ./cmd/mnist -hidden 256,128 -batchnorm -dropout 0.2",
			"go run ./cmd/mnist -recipe best -augment=false -dropout 0.1 -adversarial 0.2 -epochs 15",
			"go run ./cmd/mnist -train mnist_train.csv -valid mnist_valid.csv",
			"go run ./cmd/mnist -load results/mnist/model.safetensors -out /tmp/mnist",
			"go run ./cmd/mnist -load results/mnist/model.safetensors -predict seven.jpg three.png",
		},
		Task:     models.Multiclass,
		Pictures: pictures,
		Recipes: []Recipe{
			{"default", "two hidden layers with BatchNorm, and a learning rate that rises, then falls to 0, in 3 epochs", standard},
			{"best", "the same network on pictures that are changed a little each time they are shown, for minutes", best},
			{"deck", "a plain ReLU network, as on the slides", deck},
		},
	}
}

// pictures reads two files; without a name it takes the embedded one.
func pictures(trainFile, validFile string) (train, valid *datasets.Dataset, err error) {
	if trainFile == "" || validFile == "" {
		if train, valid, err = mnist.Load(); err != nil {
			return nil, nil, err
		}
	}
	if trainFile != "" {
		if train, err = mnist.Open(trainFile); err != nil {
			return nil, nil, err
		}
	}
	if validFile != "" {
		valid, err = mnist.Open(validFile)
	}
	return train, valid, err
}
