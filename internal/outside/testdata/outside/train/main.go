// Command train shows perceptron as a library: it trains a network on a table
// that it makes up, and predicts with it.
package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"perceptron/datasets"
	"perceptron/models"
	"perceptron/training"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	// Three kinds of fruit, told apart by weight and length.
	table := "weight,length,kind\n"
	for i := range 60 {
		spread := float64(i%7) / 7
		table += fmt.Sprintf("%.2f,%.2f,apple\n%.2f,%.2f,banana\n%.2f,%.2f,lemon\n",
			150+40*spread, 7+spread, 120+30*spread, 17+4*spread, 80+20*spread, 6+2*spread)
	}
	fruits, err := datasets.Read(strings.NewReader(table), "fruits", datasets.Schema{Target: "kind", Kind: datasets.Classes})
	if err != nil {
		return err
	}
	train, valid, err := fruits.Split(120, 1)
	if err != nil {
		return err
	}
	net, err := models.New(models.Multiclass, models.Seed(1),
		models.Standardize(datasets.ColumnStats(train)),
		models.Linear(2, 16), models.ReLU(),
		models.Linear(16, 3))
	if err != nil {
		return err
	}
	result, err := training.Fit(context.Background(), net, train, valid, training.Options{
		Optimizer: training.Adam(0.01), BatchSize: 16, Epochs: 200, LossBelow: 0.02,
	})
	if err != nil {
		return err
	}
	score, err := training.Evaluate(net, valid)
	if err != nil {
		return err
	}
	fmt.Printf("early stop %v, %d of %d right\n", result.Stop.Early(), int(score.Accuracy*float64(score.Rows)+0.5), score.Rows)

	found, err := datasets.ReadFeatures(strings.NewReader("weight,length\n160,7.5\n130,19\n85,6.2\n"), "basket", train.FeatureNames)
	if err != nil {
		return err
	}
	p, err := net.Predict(found)
	if err != nil {
		return err
	}
	for row := range 3 {
		fmt.Println(train.ClassNames[training.Class(p.Float32s()[3*row:3*row+3])])
	}
	return nil
}
