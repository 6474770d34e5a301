package models_test

import (
	"fmt"
	"os"
	"path/filepath"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"perceptron/models"
)

// The deck's print(model.state_dict()): PyTorch's names and shapes, and the first
// numbers of each.
func ExampleModel_StateDict() {
	net, err := models.New(models.Multiclass, models.Init(models.Zeros()),
		models.Linear(4, 32), models.BatchNorm1d(32), models.ReLU(), models.Linear(32, 10))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(net.StateDict())
	// Output:
	// fc1.weight               (32, 4)      0.0000 0.0000 0.0000 0.0000 …
	// fc1.bias                 (32,)        0.0000 0.0000 0.0000 0.0000 …
	// bn1.weight               (32,)        1.0000 1.0000 1.0000 1.0000 …
	// bn1.bias                 (32,)        0.0000 0.0000 0.0000 0.0000 …
	// bn1.running_mean         (32,)        0.0000 0.0000 0.0000 0.0000 …
	// bn1.running_var          (32,)        1.0000 1.0000 1.0000 1.0000 …
	// bn1.num_batches_tracked  ()           0
	// fc2.weight               (10, 32)     0.0000 0.0000 0.0000 0.0000 …
	// fc2.bias                 (10,)        0.0000 0.0000 0.0000 0.0000 …
}

// The deck's torch.save(model.state_dict(), file), and loading it into a freshly
// declared model: model2.load_state_dict(torch.load(file)). The file holds the
// state dict under PyTorch's names, whoever wrote it.
func ExampleModel_LoadStateDict() {
	declare := func(seed uint64) *models.Model {
		net, err := models.New(models.Multiclass, models.Seed(seed), models.Linear(4, 32), models.ReLU(), models.Linear(32, 10))
		if err != nil {
			panic(err)
		}
		return net
	}
	folder, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	file := filepath.Join(folder, "net.safetensors")

	model := declare(1)
	if err := model.Save(file); err != nil {
		fmt.Println(err)
		return
	}

	model2 := declare(2) // other initial weights
	weights, err := models.ReadStateDict(file)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := model2.LoadStateDict(weights); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(model2.StateDict().String() == model.StateDict().String())

	// What does not fit is told in one go, as PyTorch does.
	other, err := models.New(models.Multiclass, models.Linear(4, 16), models.ReLU(), models.Linear(16, 16), models.ReLU(), models.Linear(16, 10))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(other.LoadStateDict(weights[:3]))
	// Output:
	// true
	// models: the state dict does not fit this model:
	//   fc1.weight has shape (32, 4): wanted (16, 4)
	//   fc1.bias has shape (32,): wanted (16,)
	//   fc2.weight has shape (10, 32): wanted (16, 16)
	//   fc2.bias is missing
	//   fc3.weight is missing
	//   fc3.bias is missing
}

// A file that Save wrote needs no declaration: it holds one.
func ExampleLoad() {
	folder, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	file := filepath.Join(folder, "iris.safetensors")

	net, err := models.New(models.Multiclass, models.Linear(4, 16), models.ReLU(), models.Linear(16, 3),
		models.WithInfo(models.Info{Outputs: []string{"setosa", "versicolor", "virginica"}}))
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := net.Save(file); err != nil {
		fmt.Println(err)
		return
	}
	again, err := models.Load(file)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(again)
	fmt.Println(again.Info().Outputs)
	// Output:
	// models.New(models.Multiclass,
	// 	models.Linear(4, 16),
	// 	models.ReLU(),
	// 	models.Linear(16, 3),
	// )
	// [setosa versicolor virginica]
}

// A loss by itself is an expression too. For a logit of 1000 the two forms of the
// binary one differ: BCELoss sees a probability of exactly 1 and takes 100 for an
// infinite logarithm, as PyTorch does, and BCEWithLogitsLoss is right.
func ExampleBCEWithLogitsLoss() {
	g := G.NewGraph()
	column := func(name string, numbers ...float32) *G.Node {
		return G.NewMatrix(g, tensor.Float32, G.WithName(name), G.WithShape(len(numbers), 1),
			G.WithValue(tensor.New(tensor.WithShape(len(numbers), 1), tensor.WithBacking(numbers))))
	}
	z, p, y := column("z", 1000, 1000), column("p", 1, 1), column("y", 1, 0)
	logits, err := models.BCEWithLogitsLoss(z, y)
	if err != nil {
		fmt.Println(err)
		return
	}
	probabilities, err := models.BCELoss(p, y)
	if err != nil {
		fmt.Println(err)
		return
	}
	machine := G.NewTapeMachine(g)
	defer machine.Close()
	if err := machine.RunAll(); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(models.ScalarValue(logits), models.ScalarValue(probabilities))
	// Output: 500 50
}
