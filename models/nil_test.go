package models_test

import (
	"math"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"perceptron/models"
)

// TestNilIsAnError holds that nothing given where something belongs is an error
// and no panic.
func TestNilIsAnError(t *testing.T) {
	for want, part := range map[string]models.Part{
		"models: Linear(2, 1): an option is nil":   models.Linear(2, 1, nil),
		"models: BatchNorm1d(2): an option is nil": models.BatchNorm1d(2, nil),
		"models: BatchNorm2d(2): an option is nil": models.BatchNorm2d(2, nil),
		"models: a part is nil":                    models.Option(nil),
	} {
		_, err := models.New(models.Regression, part)
		wantError(t, err, want)
	}
	z := G.NewMatrix(G.NewGraph(), tensor.Float32, G.WithShape(2, 2), G.WithName("z"))
	for name, loss := range map[string]func(z, y *G.Node) (*G.Node, error){
		"MSELoss":           func(z, y *G.Node) (*G.Node, error) { return models.MSELoss(z, y) },
		"BCELoss":           func(z, y *G.Node) (*G.Node, error) { return models.BCELoss(z, y) },
		"BCEWithLogitsLoss": func(z, y *G.Node) (*G.Node, error) { return models.BCEWithLogitsLoss(z, y) },
		"CrossEntropyLoss":  func(z, y *G.Node) (*G.Node, error) { return models.CrossEntropyLoss(z, y, 0) },
	} {
		_, err := loss(nil, z)
		wantError(t, err, "models: "+name+": a node is nil")
		_, err = loss(z, nil)
		wantError(t, err, "models: "+name+": a node is nil")
	}
	for _, n := range []*G.Node{nil, z} {
		if v := models.ScalarValue(n); !math.IsNaN(v) {
			t.Errorf("the scalar of %v is %v", n, v)
		}
	}
}

// TestEmptyTensorIsAnError holds that a tensor that nobody has filled is like none.
func TestEmptyTensorIsAnError(t *testing.T) {
	m := declared(t, models.Regression, models.Linear(2, 1))
	for _, v := range []*tensor.Dense{nil, new(tensor.Dense)} {
		_, err := m.Predict(v)
		wantError(t, err, "models: no features")
		_, _, err = m.Evaluate(zeros(1, 2), v)
		wantError(t, err, "no targets")
		sd := models.StateDict{{Name: "fc1.weight", Value: v}, {Name: "fc1.bias", Value: zeros(1)}}
		wantError(t, m.LoadStateDict(sd), "fc1.weight is missing")
		if text := sd.String(); !strings.Contains(text, "fc1.weight               no value") {
			t.Errorf("printed as %q", text)
		}
	}
}
