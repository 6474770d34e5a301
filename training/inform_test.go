package training

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"

	"perceptron/datasets"
	"perceptron/models"
)

// TestFitNames holds that a model learns the names of its columns and classes,
// keeps those it has, and takes none that do not fit.
func TestFitNames(t *testing.T) {
	classes := table(t, 20)
	numbers := dataset(t, datasets.Batch{X: classes.X(), Y: classes.Y()})
	numbers.TargetNames = []string{"price"}
	own := models.Info{Features: []string{"a", "b"}, Outputs: []string{"no", "yes"}}
	for name, test := range map[string]struct {
		task              models.Task
		outputs           int
		data              *datasets.Dataset
		info              models.Info
		features, answers []string
	}{
		"binary":                  {models.Binary, 1, classes, models.Info{}, []string{"x1", "x2"}, []string{"low", "high"}},
		"multiclass":              {models.Multiclass, 2, classes, models.Info{}, []string{"x1", "x2"}, []string{"low", "high"}},
		"regression":              {models.Regression, 1, numbers, models.Info{}, []string{"x1", "x2"}, []string{"price"}},
		"binary of numbers":       {models.Binary, 1, numbers, models.Info{}, []string{"x1", "x2"}, []string{"price"}},
		"names of its own":        {models.Binary, 1, classes, own, own.Features, own.Outputs},
		"more outputs than names": {models.Multiclass, 3, classes, models.Info{}, []string{"x1", "x2"}, nil},
	} {
		net := declared(t, test.task, models.Linear(2, test.outputs), models.WithInfo(test.info))
		fitted(t, net, test.data, nil, Options{Epochs: 1})
		if got := net.Info(); !slices.Equal(got.Features, test.features) || !slices.Equal(got.Outputs, test.answers) {
			t.Errorf("%s: features %q and outputs %q, wanted %q and %q", name, got.Features, got.Outputs, test.features, test.answers)
		}
	}
}

// TestFitAccount holds that a model tells how it was trained, and nothing of a
// training that others came after.
func TestFitAccount(t *testing.T) {
	net := declared(t, models.Binary, models.Linear(2, 1))
	o := Options{Epochs: 2, BatchSize: 8, EarlyStopping: EarlyStopping{Patience: 5}}
	r := fitted(t, net, table(t, 20), nil, o)
	want := &models.Trained{Rows: 20, Checksum: table(t, 20).Checksum(), Epochs: 2, Steps: 4, Stop: r.Stop.String(), Loss: r.History[1].TrainLoss}
	if got := net.Info().Trained; !reflect.DeepEqual(got, want) {
		t.Errorf("tells %+v, wanted %+v", got, want)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Fit(ctx, net, table(t, 20), nil, o); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if got := net.Info().Trained; got != nil {
		t.Errorf("after a cancelled training it still tells %+v", got)
	}
}
