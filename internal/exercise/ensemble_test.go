package exercise

import (
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"perceptron/models"
	"perceptron/training"
)

func TestEnsembleOfALesson(t *testing.T) {
	for _, l := range []*Lesson{Boston(), Iris()} {
		s := small(t, l)
		single, err := l.Run(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		s.Ensemble = 3
		o, err := l.Run(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		members := o.Net.(*models.Ensemble).Members()
		first, err := training.Evaluate(members[0], o.Valid)
		if err != nil {
			t.Fatal(err)
		}
		if len(members) != 3 || !reflect.DeepEqual(first.Predictions, single.Score.Predictions) {
			t.Errorf("%s: %d networks, of which the first is not that of a run without an ensemble", l.Name, len(members))
		}
		m := o.Metrics()
		if len(m.Members) != 3 || m.Members[0] == m.Members[1] || m.Spread == nil || !(*m.Spread > 0) {
			t.Errorf("%s: metrics %+v: wanted three networks that differ", l.Name, m)
		}
		var text strings.Builder
		if err := o.writePredictions(&text); err != nil {
			t.Fatal(err)
		}
		if header, _, _ := strings.Cut(text.String(), "\n"); (header == "row,actual,predicted,spread") != (l.Name == "boston") {
			t.Errorf("%s: predictions.csv begins with %q", l.Name, header)
		}
		testLoadedEnsemble(t, o)
	}
}

// A saved ensemble is judged as it was when it was trained.
func testLoadedEnsemble(t *testing.T, o *Outcome) {
	t.Helper()
	folder := t.TempDir()
	if err := writeAll(folder, o.files(nil)); err != nil {
		t.Fatal(err)
	}
	var out, complaints strings.Builder
	args := []string{"-load", filepath.Join(folder, "model.safetensors"), "-out", t.TempDir(), "-quiet"}
	c, err := o.Lesson.parse(args)
	if err != nil {
		t.Fatal(err)
	}
	run, err := o.Lesson.prepare(c, &out, &complaints)
	if err != nil {
		t.Fatal(err)
	}
	train, valid, err := run.data()
	if err != nil {
		t.Fatal(err)
	}
	net, err := run.Network(train)
	if err != nil {
		t.Fatal(err)
	}
	again, err := run.Evaluate(net, train, valid, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := again.Metrics(), o.Metrics(); !reflect.DeepEqual(got, want) || !slices.Equal(again.Together.Spread, o.Together.Spread) {
		t.Errorf("%s: loaded again, the metrics are %+v: wanted %+v", o.Lesson.Name, got, want)
	}
	if !strings.Contains(out.String(), "the first of 3") || !strings.Contains(out.String(), "average of 3 networks") {
		t.Errorf("the account does not speak of three networks:\n%s", &out)
	}
}
