package exercise

import (
	"bytes"
	"io"
	"reflect"
	"slices"
	"testing"

	"perceptron/models"
)

// What a model's file says about its training is what -load reports.
func TestLoadedModelKnowsItsTraining(t *testing.T) {
	s := small(t, Iris())
	s.TrainRows, s.Seed = 100, 5
	o, err := Iris().Run(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := o.Net.Write(&file); err != nil {
		t.Fatal(err)
	}
	net, err := models.Read(&file)
	if err != nil {
		t.Fatal(err)
	}
	c, err := Iris().parse([]string{"-load", "m.safetensors"})
	if err != nil {
		t.Fatal(err)
	}
	run := &Run{Lesson: Iris(), Settings: c.asTrained(net), Out: io.Discard, loaded: net}
	train, valid, err := run.data()
	if err != nil {
		t.Fatal(err)
	}
	result, err := run.Fit(t.Context(), net, train, valid)
	if err != nil || result != nil {
		t.Fatalf("Fit of a loaded model: %v, %v", result, err)
	}
	again, err := run.Evaluate(net, train, valid, result)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(again.Metrics(), o.Metrics()) || !slices.Equal(valid.RowNumbers, o.Valid.RowNumbers) {
		t.Errorf("metrics %+v on rows %v\nwant    %+v on rows %v", again.Metrics(), valid.RowNumbers, o.Metrics(), o.Valid.RowNumbers)
	}
}
