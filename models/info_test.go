package models_test

import (
	"reflect"
	"slices"
	"testing"

	"perceptron/models"
)

// TestSetInfo holds that what is told after training goes along with the model.
func TestSetInfo(t *testing.T) {
	m := declared(t, models.Binary, models.Linear(2, 1))
	info := models.Info{Features: []string{"a", "b"}, Outputs: []string{"yes"}, Recipe: "deck"}
	if err := m.SetInfo(info); err != nil {
		t.Fatal(err)
	}
	if got := m.Info(); got.Recipe != "deck" || !slices.Equal(got.Features, info.Features) {
		t.Errorf("told %+v, knows %+v", info, got)
	}
	if m.Task().Targets != models.Labels || m.Task().String() != "Binary" {
		t.Errorf("task %v", m.Task())
	}
}

// TestInfoIsCopied holds that nobody changes what a model knows but by SetInfo.
func TestInfoIsCopied(t *testing.T) {
	given := func() models.Info {
		return models.Info{Features: []string{"a", "b"}, Outputs: []string{"yes"}, Trained: &models.Trained{Epochs: 1}}
	}
	spoil := func(i models.Info) { i.Features[0], i.Outputs[0], i.Trained.Epochs = "spoilt", "spoilt", 2 }
	info := given()
	m := declared(t, models.Binary, models.Linear(2, 1), models.WithInfo(info))
	spoil(info)
	spoil(m.Info())
	clone, err := m.Clone()
	if err != nil {
		t.Fatal(err)
	}
	spoil(clone.Info())
	told := declared(t, models.Binary, models.Linear(2, 1))
	info = given()
	if err := told.SetInfo(info); err != nil {
		t.Fatal(err)
	}
	spoil(info)
	for _, m := range []*models.Model{m, clone, told} {
		if got := m.Info(); !reflect.DeepEqual(got, given()) {
			t.Errorf("told %+v, knows %+v and %+v", given(), got, got.Trained)
		}
	}
}

// TestSetInfoRefuses holds that names that do not fit change nothing.
func TestSetInfoRefuses(t *testing.T) {
	m := declared(t, models.Multiclass, models.Linear(2, 3), models.WithInfo(models.Info{Recipe: "deck"}))
	wantError(t, m.SetInfo(models.Info{Features: []string{"a"}}), "models: 1 names of features, but the model takes 2")
	wantError(t, m.SetInfo(models.Info{Outputs: []string{"a", "b"}}), "models: 2 names of outputs, but the model has 3")
	if m.Info().Recipe != "deck" {
		t.Errorf("knows %+v", m.Info())
	}
}
