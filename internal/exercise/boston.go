package exercise

import (
	"perceptron/datasets"
	"perceptron/models"
)

// Boston is the lesson of regression.
func Boston() *Lesson {
	deck := Settings{
		TrainRows: 400,
		Inputs:    Standardized, Target: RawTarget, Hidden: []int{64, 64}, Activation: "relu", Init: "pytorch",
		Optimizer: "adam", LR: 1e-3, Schedule: "constant", Batch: 32, Epochs: 200,
	}
	standard := deck
	standard.Target, standard.Init = RootTarget, "he-normal"
	standard.Noise, standard.Optimizer, standard.LR, standard.WeightDecay = 0.15, "adamw", 5e-3, decayed(0.2)
	standard.Schedule, standard.Warmup, standard.Epochs = "cosine", 0.05, 100
	best := standard
	best.Logs, best.Hidden = []string{"CRIM", "NOX", "DIS", "TAX", "LSTAT"}, []int{128, 128}
	best.Reciprocals, best.Indicators, best.Clamp = []string{"DIS"}, []string{"RAD"}, true
	best.WeightDecay, best.Epochs = decayed(0.4), 200
	return &Lesson{
		Name:  "boston",
		Title: "Boston: what does a home cost in this part of the town?",
		About: `13 features of a census tract of 1970 predict the median value of its homes, in
1000 dollars. 400 of the 506 rows train, the other 106 validate. Column B of
the table encodes the share of Black residents under an assumption about
segregation: learn about regression with it, and decide about nobody.`,
		Examples: []string{
			"go run ./cmd/boston",
			"go run ./cmd/boston -hidden 128 -dropout 0.1 -epochs 400",
			"go run ./cmd/boston -sequential     # the last rows come from other towns",
			"go run ./cmd/boston -load results/boston/model.safetensors -out /tmp/boston",
			"go run ./cmd/boston -load results/boston/model.safetensors -predict tracts.csv",
		},
		Task:   models.Regression,
		Table:  datasets.Boston,
		Schema: datasets.BostonSchema(),
		Recipes: []Recipe{
			{"default", "standardised features with noise, roots of prices, weight decay, and a rate that rises, then falls", standard},
			{"best", "the same with more features, made of these, predictions bounded, a wider network and twice the epochs", best},
			{"deck", "a plain ReLU network on standardised features, as on the slides", deck},
		},
	}
}
