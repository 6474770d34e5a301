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
	own := models.Info{Features: []string{"a", "b"}, Outputs: []string{"low", "high"}}
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
		"the same names":          {models.Binary, 1, classes, models.Info{Outputs: []string{"Low", "High"}}, []string{"x1", "x2"}, []string{"Low", "High"}},
		"more outputs than names": {models.Multiclass, 3, classes, models.Info{}, []string{"x1", "x2"}, nil},
	} {
		net := declared(t, test.task, models.Linear(2, test.outputs), models.WithInfo(test.info))
		fitted(t, net, test.data, nil, Options{Epochs: 1})
		if got := net.Info(); !slices.Equal(got.Features, test.features) || !slices.Equal(got.Outputs, test.answers) {
			t.Errorf("%s: features %q and outputs %q, wanted %q and %q", name, got.Features, got.Outputs, test.features, test.answers)
		}
	}
}

// TestNamesAreCompared holds that Fit and Evaluate tell apart data whose columns or
// classes are not called as the model's or the training rows' are, with what
// differs, and that the model is left alone.
func TestNamesAreCompared(t *testing.T) {
	named := func(name string, features []string, classes ...string) *datasets.Dataset {
		y := matrix(3, 1, 0, 1, float32(len(classes)-1))
		d := dataset(t, datasets.Batch{X: matrix(3, 2), Y: y}, classes...)
		d.Name = name
		if features != nil {
			d.FeatureNames = features
		}
		return d
	}
	trees := []string{"ash", "birch", "cedar"}
	height := []string{"height", "width"}
	train := named("train.csv", height, trees...)
	for name, c := range map[string]struct {
		info         models.Info
		train, valid *datasets.Dataset
		want         string
	}{
		"the same":                   {models.Info{Features: height, Outputs: trees}, train, train, ""},
		"in capitals":                {models.Info{Features: []string{"HEIGHT", "Width"}}, train, nil, ""},
		"no names of columns":        {models.Info{Features: height}, named("a.csv", nil, trees...), train, ""},
		"a class is missing":         {models.Info{}, train, named("test.csv", height, "birch", "cedar"), `the classes of test.csv are not those of train.csv: only train.csv has "ash": bring the rows in line with Dataset.WithClasses`},
		"classes in another order":   {models.Info{}, train, named("test.csv", height, "birch", "ash", "cedar"), `number 1 is "birch" in test.csv and "ash" in train.csv`},
		"another class":              {models.Info{Outputs: trees}, named("new.csv", height, "birch", "cedar", "dogwood"), nil, `the classes of new.csv are not those of the model: only new.csv has "dogwood", only the model has "ash"`},
		"features in another order":  {models.Info{Features: height}, named("new.csv", []string{"width", "height"}, trees...), nil, `the features of new.csv are not those of the model: number 1 is "width" in new.csv and "height" in the model`},
		"another feature, and class": {models.Info{}, train, named("test.csv", []string{"height", "depth"}, "ash", "birch", "fir"), `only test.csv has "depth", only train.csv has "width": give the same columns in the same order; the classes of test.csv`},
	} {
		t.Run(name, func(t *testing.T) {
			net := declared(t, models.Multiclass, models.Linear(2, 3), models.WithInfo(c.info))
			before := contents(net)
			_, err := Fit(t.Context(), net, c.train, c.valid, Options{Epochs: 1})
			if c.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantError(t, err, "training: ")
			wantError(t, err, c.want)
			if !slices.Equal(contents(net), before) || !reflect.DeepEqual(net.Info(), models.Info{Features: c.info.Features, Outputs: c.info.Outputs}) {
				t.Error("the model has changed")
			}
			if c.valid == nil {
				_, err = Evaluate(net, c.train)
				wantError(t, err, c.want)
			}
		})
	}
	// Several targets are told by their names, one is not.
	pair := dataset(t, datasets.Batch{X: matrix(2, 2), Y: matrix(2, 2)})
	pair.TargetNames = []string{"price", "area"}
	net := declared(t, models.Regression, models.Linear(2, 2), models.WithInfo(models.Info{Outputs: []string{"area", "price"}}))
	_, err := Evaluate(net, pair)
	wantError(t, err, `the targets of made up are not those of the model: number 1 is "price"`)
	several := declared(t, models.Binary, models.Linear(2, 2), models.WithInfo(models.Info{Outputs: []string{"area", "price"}}))
	_, err = Evaluate(several, pair)
	wantError(t, err, `the targets of made up are not those of the model: number 1 is "price"`)
	one := dataset(t, datasets.Batch{X: matrix(2, 2), Y: matrix(2, 1)})
	one.TargetNames = []string{"medv"}
	if _, err := Evaluate(declared(t, models.Regression, models.Linear(2, 1), models.WithInfo(models.Info{Outputs: []string{"price"}})), one); err != nil {
		t.Error(err)
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
