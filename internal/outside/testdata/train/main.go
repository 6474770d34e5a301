// Train learns from a table of its own which of two numbers is the larger one.
package main

import (
	"context"
	"fmt"
	"log"
	"strings"

	"perceptron/datasets"
	"perceptron/models"
	"perceptron/training"
)

func main() {
	var csv strings.Builder
	csv.WriteString("a,b,larger\n")
	for i := range 100 {
		a, b := i*37%100, i*61%100
		fmt.Fprintf(&csv, "%d,%d,%s\n", a, b, map[bool]string{true: "a", false: "b"}[a > b])
	}
	table, err := datasets.Read(strings.NewReader(csv.String()), "made up", datasets.Schema{Target: "larger", Kind: datasets.Classes})
	if err != nil {
		log.Fatal(err)
	}
	train, valid, err := table.Split(80, 1)
	if err != nil {
		log.Fatal(err)
	}
	net, err := models.New(models.Binary, models.Seed(1),
		models.Standardize(datasets.ColumnStats(train)),
		models.Linear(2, 8), models.ReLU(), models.Linear(8, 1),
		models.WithInfo(models.Info{Features: train.FeatureNames, Outputs: train.ClassNames}))
	if err != nil {
		log.Fatal(err)
	}
	if _, err := training.Fit(context.Background(), net, train, valid, training.Options{
		Optimizer: training.Adam(0.01), BatchSize: 16, Epochs: 200,
	}); err != nil {
		log.Fatal(err)
	}
	larger, err := net.Classify(70, 30)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(larger[0].Name, larger[0].Probability > 0.9)
}
