package models_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"perceptron/datasets"
	"perceptron/models"
	"perceptron/training"
)

func wantError(t *testing.T, err error, text string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), text) {
		t.Errorf("error %v, wanted one with %q", err, text)
	}
}

// TestNewRefuses holds that every declaration that cannot work is an error that
// names the layer, what it wanted and what it got.
func TestNewRefuses(t *testing.T) {
	nan := float32(math.NaN())
	fill := errors.New("out of numbers")
	for want, c := range map[string]struct {
		task  models.Task
		parts []models.Part
	}{
		"the task has no name or no loss: wanted Regression, Binary, Multiclass": {models.Task{}, []models.Part{models.Linear(2, 1)}},
		"a part is nil": {models.Binary, []models.Part{models.Linear(2, 1), nil}},
		"no layer says how many features a row has: declare one that does": {models.Binary, []models.Part{models.ReLU()}},
		"no layer says how many": {models.Binary, nil},

		"layer 3, fc2 = Linear(16, 3): it takes 16 features, but gets 32": {models.Multiclass, []models.Part{models.Linear(4, 32), models.ReLU(), models.Linear(16, 3)}},
		"layer 2, bn1 = BatchNorm1d(5): it takes 5 features, but gets 4":  {models.Binary, []models.Part{models.Linear(2, 4), models.BatchNorm1d(5), models.Linear(4, 1)}},
		"put Unflatten(2, height, width) before it":                       {models.Binary, []models.Part{models.Linear(2, 4), models.BatchNorm2d(2), models.Linear(4, 1)}},
		"it takes 3 channels, but gets 2":                                 {models.Binary, []models.Part{models.Unflatten(2, 1, 2), models.BatchNorm2d(3), models.Flatten(), models.Linear(4, 1)}},
		"gets rows of shape [2 1 2]: put Flatten() before it":             {models.Binary, []models.Part{models.Unflatten(2, 1, 2), models.Linear(4, 1)}},
		"add Flatten() to end with a list of outputs":                     {models.Regression, []models.Part{models.Linear(2, 4), models.Unflatten(2, 1, 2)}},
		"unflatten1 = Unflatten(2, 2, 2): it takes 8 features":            {models.Regression, []models.Part{models.Linear(2, 4), models.Unflatten(2, 2, 2)}},
		"fc1 = Linear(4, 1) gives 1 output: Multiclass wants":             {models.Multiclass, []models.Part{models.Linear(4, 1)}},

		"Linear(0, 3): sizes must be 1 or more":                  {models.Binary, []models.Part{models.Linear(0, 3)}},
		"Linear(3, -1): sizes must be 1 or more":                 {models.Binary, []models.Part{models.Linear(3, -1)}},
		"Linear(1048576, 1048576): more than 1073741824 weights": {models.Binary, []models.Part{models.Linear(1<<20, 1<<20)}},
		"Linear(4294967296, 4294967296): more than 1073741824":   {models.Binary, []models.Part{models.Linear(1<<32, 1<<32)}}, // their product is 0 in 64 bits
		"BatchNorm1d(0): the size must be 1 or more":             {models.Binary, []models.Part{models.BatchNorm1d(0)}},
		"BatchNorm1d(2, Eps(0)): eps must be above 0":            {models.Binary, []models.Part{models.BatchNorm1d(2, models.Eps(0))}},
		"BatchNorm2d(2, Momentum(2)): eps must be above 0 and":   {models.Binary, []models.Part{models.BatchNorm2d(2, models.Momentum(2))}},
		"Unflatten(2, 0, 2): sizes must be from 1 to 32768":      {models.Binary, []models.Part{models.Unflatten(2, 0, 2)}},
		"Unflatten(32768, 32768, 32768): rows of 35184372088832": {models.Binary, []models.Part{models.Unflatten(1<<15, 1<<15, 1<<15), models.Flatten()}},
		"LeakyReLU(NaN)": {models.Binary, []models.Part{models.LeakyReLU(math.NaN())}},
		"Dropout(1): the share that rests must be at least 0 and": {models.Binary, []models.Part{models.Dropout(1)}},
		"Dropout(-0.1)": {models.Binary, []models.Part{models.Dropout(-0.1)}},
		"GaussianNoise(-1): the standard deviation must be": {models.Binary, []models.Part{models.GaussianNoise(-1)}},

		"Standardize(0): it needs a mean for each column":            {models.Binary, []models.Part{models.Standardize(nil, nil)}},
		"Standardize(2): 2 means but 1 standard deviations":          {models.Binary, []models.Part{models.Standardize([]float32{1, 2}, []float32{1})}},
		"column 1 has mean 2 and standard deviation 0: both must be": {models.Binary, []models.Part{models.Standardize([]float32{1, 2}, []float32{1, 0})}},
		"column 0 has mean NaN":                                      {models.Regression, []models.Part{models.Linear(2, 1), models.Unscale([]float32{nan}, []float32{1})}},
		"unscale1 = Unscale(1): it belongs at the end of a Regr":     {models.Binary, []models.Part{models.Linear(2, 1), models.Unscale([]float32{1}, []float32{1})}},
		"layer 1, unscale1 = Unscale(1): it belongs at the end":      {models.Regression, []models.Part{models.Unscale([]float32{1}, []float32{1}), models.Linear(1, 1)}},
		"Whiten(2): it needs a float32 matrix of 2 × 2":              {models.Binary, []models.Part{models.Whiten([]float32{1, 2}, nil)}},
		"Whiten(0)": {models.Binary, []models.Part{models.Whiten(nil, zeros(0, 0))}},
		"Whiten(1): it needs a float32 matrix of 1 × 1":             {models.Binary, []models.Part{models.Whiten([]float32{1}, tensor.New(tensor.Of(tensor.Float64), tensor.WithShape(1, 1)))}},
		"AppendLogs(2, 2): column 2: wanted one from 0 to 1":        {models.Binary, []models.Part{models.AppendLogs(2, 2)}},
		"AppendLogs(2): it needs one column or more":                {models.Binary, []models.Part{models.AppendLogs(2)}},
		"logs1 = AppendLogs(2, 0): it takes 2 features, but gets 3": {models.Binary, []models.Part{models.Linear(1, 3), models.AppendLogs(2, 0)}},

		"AppendReciprocals(2, 2): column 2: wanted one from 0 to 1":      {models.Binary, []models.Part{models.AppendReciprocals(2, 2)}},
		"reciprocals1 = AppendReciprocals(2, 0): it takes 2 features":    {models.Binary, []models.Part{models.Linear(1, 3), models.AppendReciprocals(2, 0)}},
		"AppendIndicators(2, -1, 1): column -1: wanted one from 0 to 1":  {models.Binary, []models.Part{models.AppendIndicators(2, -1, 1)}},
		"AppendIndicators(2, 1): it needs one value or more":             {models.Binary, []models.Part{models.AppendIndicators(2, 1)}},
		"AppendIndicators(2, 1, 3, 3): value 3: they must be finite and": {models.Binary, []models.Part{models.AppendIndicators(2, 1, 3, 3)}},
		"indicators1 = AppendIndicators(2, 0, 1): it takes 2 features":   {models.Binary, []models.Part{models.Linear(1, 3), models.AppendIndicators(2, 0, 1)}},
		"Clamp(2, 1): the limits must be finite, the lower one first":    {models.Regression, []models.Part{models.Linear(2, 1), models.Clamp(2, 1)}},
		"Clamp(NaN, 1): the limits must be finite":                       {models.Regression, []models.Part{models.Linear(2, 1), models.Clamp(nan, 1)}},
		"clamp1 = Clamp(0, 1): it belongs at the end of a Regr":          {models.Binary, []models.Part{models.Linear(2, 1), models.Clamp(0, 1)}},
		"layer 2, clamp1 = Clamp(0, 1): it belongs at the end":           {models.Regression, []models.Part{models.Linear(2, 1), models.Clamp(0, 1), models.Linear(1, 1)}},

		"LabelSmoothing(1): wanted 0 ≤ s < 1 in a Multiclass model": {models.Multiclass, []models.Part{models.LabelSmoothing(1)}},
		"LabelSmoothing(0.1): wanted":                               {models.Binary, []models.Part{models.LabelSmoothing(0.1)}},
		`Init: initializer "mine" has no Fill function`:             {models.Binary, []models.Part{models.Init(models.Initializer{Name: "mine"})}},
		"fc2: out of numbers": {models.Binary, []models.Part{models.Linear(2, 2), models.Linear(2, 1),
			models.Init(models.Initializer{Name: "mine", Fill: func(f models.Fill) error {
				if f.Last {
					return fill
				}
				return nil
			}})}},
	} {
		m, err := models.New(c.task, c.parts...)
		wantError(t, err, "models: ")
		wantError(t, err, want)
		if m != nil {
			t.Errorf("%s: a model beside the error", want)
		}
	}
}

// TestNames holds that layers and parameters are named as PyTorch users name them,
// in the order of the declaration.
func TestNames(t *testing.T) {
	m := declared(t, models.Binary, models.Linear(2, 3, models.NoBias), models.BatchNorm1d(3), models.LeakyReLU(0.1),
		models.Linear(3, 3), models.BatchNorm1d(3), models.Linear(3, 1))
	var names []string
	for _, p := range m.Parameters() {
		names = append(names, p.Name)
		if wants := strings.HasSuffix(p.Name, ".weight") && strings.HasPrefix(p.Name, "fc"); p.Decays != wants {
			t.Errorf("%s decays: %v", p.Name, p.Decays)
		}
		if wants := strings.HasSuffix(p.Name, "weight") || strings.HasSuffix(p.Name, "bias"); p.Trained != wants {
			t.Errorf("%s is trained: %v", p.Name, p.Trained)
		}
	}
	want := "fc1.weight bn1.weight bn1.bias bn1.running_mean bn1.running_var bn1.num_batches_tracked fc2.weight fc2.bias " +
		"bn2.weight bn2.bias bn2.running_mean bn2.running_var bn2.num_batches_tracked fc3.weight fc3.bias"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("names\n%s\nwanted\n%s", got, want)
	}
	if m.Count() != 2*3+6+3*3+3+6+3+1 {
		t.Errorf("%d trained numbers", m.Count())
	}
}

// TestCloneOfEveryLayer holds that a clone predicts, trains and is written like the
// original.
func TestCloneOfEveryLayer(t *testing.T) {
	for _, n := range networks(t) {
		clone, err := n.Model.Clone()
		if err != nil {
			t.Fatal(n.Name, err)
		}
		x := n.Inputs(5, 1)
		if got, want := predict(t, clone, x), predict(t, n.Model, x); !slices.Equal(got, want) {
			t.Errorf("%s: the clone predicts %v, the original %v", n.Name, got, want)
		}
		if !slices.Equal(written(t, clone), written(t, n.Model)) {
			t.Errorf("%s: the clone's file differs", n.Name)
		}
	}
}

// TestMasksAreCloned holds that a clone takes its masks from where the original
// does.
func TestMasksAreCloned(t *testing.T) {
	m := declared(t, models.Binary, models.Linear(2, 4), models.Dropout(0.5), models.Linear(4, 1),
		models.Masks(func(string, []float32) error { return errors.New("no mask") }))
	clone, err := m.Clone()
	if err != nil {
		t.Fatal(err)
	}
	trainer, err := training.NewTrainer(clone, training.SGD(0.1))
	if err != nil {
		t.Fatal(err)
	}
	_, err = trainer.Step(datasets.Batch{X: zeros(3, 2), Y: zeros(3, 1)})
	wantError(t, err, "no mask")
}

// TestGraphRefuses holds that a graph wants rows.
func TestGraphRefuses(t *testing.T) {
	m := normed(t)
	_, err := m.EvaluationGraph(0)
	wantError(t, err, "a graph of 0 rows: wanted 1 or more")
	_, err = m.TrainingGraph(1)
	wantError(t, err, "layer 2, bn1 = BatchNorm1d(16)")
	wantError(t, err, "more than one value a channel is needed to train")
}
