package models_test

import (
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"perceptron/models"
)

func declared(t testing.TB, task models.Task, parts ...models.Part) *models.Model {
	t.Helper()
	m, err := models.New(task, parts...)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func zeros(shape ...int) *tensor.Dense {
	return tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(shape...))
}

// TestLoadStateDictTellsAllFaults holds that every fault is in the one error,
// and that a model which gets it keeps its weights.
func TestLoadStateDictTellsAllFaults(t *testing.T) {
	m := declared(t, models.Binary, models.Linear(2, 3), models.BatchNorm1d(3), models.ReLU(), models.Linear(3, 1))
	before := m.StateDict().String()
	sd := models.StateDict{
		{Name: "fc1.weight", Value: zeros(2, 3)},                                              // transposed
		{Name: "fc1.bias", Value: tensor.New(tensor.Of(tensor.Float64), tensor.WithShape(3))}, // too wide
		{Name: "bn1.weight", Value: zeros(3)}, {Name: "bn1.weight", Value: zeros(3)},          // twice
		{Name: "bn1.bias", Value: zeros(3)}, {Name: "bn1.running_mean", Value: zeros(3)}, // right
		{Name: "bn1.num_batches_tracked", Value: zeros(1)},                            // no count
		{Name: "fc2.weight", Value: nil},                                              // as good as missing
		{Name: "fc2.bias", Value: zeros(1)}, {Name: "fc3.weight", Value: zeros(1, 1)}, // a layer too many
		{Name: "bn1.running_var\n", Value: zeros(3)}, // misspelt
	}
	err := m.LoadStateDict(sd)
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		"fc1.weight has shape (2, 3): wanted (3, 2)",
		"fc1.bias holds float64: wanted float32",
		"bn1.weight is given twice",
		"bn1.running_var is missing",
		"bn1.num_batches_tracked has shape (1,): wanted ()",
		"fc2.weight is missing",
		"fc3.weight is unexpected",
		"bn1.running_var\n is unexpected",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q:\n%v", want, err)
		}
	}
	for _, not := range []string{"bn1.bias", "running_mean", "fc2.bias"} {
		if strings.Contains(err.Error(), not) {
			t.Errorf("the error complains of %s:\n%v", not, err)
		}
	}
	if after := m.StateDict().String(); after != before {
		t.Errorf("the model has changed:\n%s\nwas\n%s", after, before)
	}
}

// TestStateDictIsACopy holds that neither a model nor its state dict sees what is
// done to the other.
func TestStateDictIsACopy(t *testing.T) {
	m := declared(t, models.Regression, models.Linear(1, 1), models.Init(models.Zeros()))
	sd := m.StateDict()
	sd[0].Value.Float32s()[0] = 5
	if err := m.LoadStateDict(sd); err != nil {
		t.Fatal(err)
	}
	sd[0].Value.Float32s()[0] = 7
	if got := predict(t, m, row(1)); got[0] != 5 {
		t.Errorf("predicts %v, with the weight 5 that was loaded", got)
	}
}

// row is a matrix of one row.
func row(numbers ...float32) *tensor.Dense {
	return tensor.New(tensor.WithShape(1, len(numbers)), tensor.WithBacking(numbers))
}
