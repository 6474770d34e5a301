package models_test

import (
	"fmt"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"perceptron/models"
)

// ExampleMSELoss computes a loss with each of PyTorch's reductions.
func ExampleMSELoss() {
	g := G.NewGraph()
	column := func(name string, v ...float32) *G.Node {
		return G.NodeFromAny(g, tensor.New(tensor.WithShape(len(v), 1), tensor.WithBacking(v)), G.WithName(name))
	}
	z, y := column("z", 1, 2, 3), column("y", 1, 0, 6)
	var losses []*G.Node
	for _, reduction := range []models.Reduction{"mean", "sum", "none"} {
		loss, err := models.MSELoss(z, y, reduction)
		if err != nil {
			fmt.Println(err)
			return
		}
		losses = append(losses, loss)
	}
	m := G.NewTapeMachine(g)
	defer m.Close()
	if err := m.RunAll(); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.2f %.0f %v\n", models.ScalarValue(losses[0]), models.ScalarValue(losses[1]), losses[2].Value().Data())
	// Output: 4.33 13 [0 4 9]
}

func TestReductionsRefused(t *testing.T) {
	z := G.NewMatrix(G.NewGraph(), tensor.Float32, G.WithShape(2, 2), G.WithName("z"))
	_, err := models.MSELoss(z, z, "median")
	wantError(t, err, `unknown reduction "median": wanted "mean", "sum" or "none"`)
	_, err = models.BCELoss(z, z, "sum", "mean")
	wantError(t, err, "models: BCELoss: 2 reductions: give one")
	y := G.NewMatrix(G.NewGraph(), tensor.Float32, G.WithShape(2, 1), G.WithName("y"))
	_, err = models.CrossEntropyLoss(z, y, 0, "")
	wantError(t, err, `unknown reduction ""`)
}
