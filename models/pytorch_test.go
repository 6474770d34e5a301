package models_test

import (
	"os"
	"path/filepath"
	"testing"

	"gorgonia.org/tensor"

	"perceptron/internal/fixtures"
	"perceptron/models"
)

// TestStateDictFromPyTorch loads what a PyTorch user has saved of the deck's
// network, and predicts what PyTorch predicts.
func TestStateDictFromPyTorch(t *testing.T) {
	path := filepath.Join(t.TempDir(), "net.safetensors")
	if err := os.WriteFile(path, fixtures.Bytes(t, "state_dict"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := models.Load(path); err == nil {
		t.Error("a file without a description was loaded as a model")
	}
	sd, err := models.ReadStateDict(path)
	if err != nil {
		t.Fatal(err)
	}
	net := declared(t, models.Multiclass,
		models.Linear(4, 32), models.BatchNorm1d(32), models.ReLU(), models.Dropout(0.2), models.Linear(32, 10))
	if err := net.LoadStateDict(sd); err != nil {
		t.Fatal(err)
	}
	f := fixtures.Load(t, "state_dict_outputs")
	x := f.Floats("x")
	got := predict(t, net, tensor.New(tensor.WithShape(len(x)/4, 4), tensor.WithBacking(x)))
	f.Check("probabilities", got, 1e-6, 1e-5)
}
