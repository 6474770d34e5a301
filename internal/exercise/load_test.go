package exercise

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
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
	net, err := models.Read(bytes.NewReader(written(t, o.Net)))
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

// trainedFile trains a lesson and saves the network.
func trainedFile(t *testing.T, l *Lesson, change func(*Settings)) string {
	t.Helper()
	s := small(t, l)
	change(&s)
	o, err := l.Run(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "model.safetensors")
	if err := os.WriteFile(path, written(t, o.Net), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func written(t *testing.T, net Network) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := net.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// load evaluates a saved network, and returns what is warned of and printed.
func load(t *testing.T, l *Lesson, path string, args ...string) (o *Outcome, warnings, out string) {
	t.Helper()
	c, err := l.parse(append([]string{"-load", path, "-out", t.TempDir(), "-quiet"}, args...))
	if err != nil {
		t.Fatal(err)
	}
	var said, warned strings.Builder
	run, err := l.prepare(c, &said, &warned)
	if err != nil {
		t.Fatal(err)
	}
	if o, err = outcome(t.Context(), t, run); err != nil {
		t.Fatal(err)
	}
	return o, warned.String(), said.String()
}

// A network that is judged by rows it was trained on looks better than it is.
func TestRowsThatALoadedNetworkKnows(t *testing.T) {
	source, err := os.ReadFile(filepath.Join("..", "..", "datasets", "data", "iris.csv"))
	if err != nil {
		t.Fatal(err)
	}
	other := inFile(t, "other.csv", strings.Replace(string(source), "5.1,3.5", "5.2,3.5", 1))
	same := inFile(t, "same.csv", string(source))
	plain := trainedFile(t, Iris(), func(*Settings) {})
	foreign := saved(t, models.Multiclass, models.Info{}, 4, 3)
	whole := trainedFile(t, Iris(), func(s *Settings) { s.TrainRows = 0 })
	first := trainedFile(t, Iris(), func(s *Settings) { s.TrainRows, s.Sequential = 120, true })

	// How many of seed 1's training rows validate with seed 2.
	table, err := Iris().Table()
	if err != nil {
		t.Fatal(err)
	}
	train, _, err1 := table.Split(70, 1)
	_, valid, err2 := table.Split(70, 2)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	both := 0
	for _, row := range valid.RowNumbers {
		if slices.Contains(train.RowNumbers, row) {
			both++
		}
	}
	for _, c := range []struct {
		path, args, want string
	}{
		{plain, "", ""},
		{plain, "-data " + same, ""},
		{plain, "-seed 2", fmt.Sprintf("was trained on %d of the 80 validation rows, and does better on such rows than on new ones", both)},
		{plain, "-train-rows 0", "was trained on 70 of the 150 validation rows"},
		{plain, "-data " + other, "was trained on other data than " + other + ", as far as it says: it may know some of the 80"},
		{foreign, "", "does not say which rows it was trained on: it may know some of the 80"},
		{whole, "", ""},
		{whole, "-train-rows 70", "was trained on 80 of the 80"},
		{first, "", ""},
		{first, "-train-rows 110 -sequential", "was trained on 10 of the 40"},
	} {
		_, warnings, out := load(t, Iris(), c.path, strings.Fields(c.args)...)
		if !strings.Contains(warnings, c.want) || (c.want == "") != (warnings == "") || strings.Count(warnings, "\n") > 1 {
			t.Errorf("%s: warned %q, want %q", c.args, warnings, c.want)
		}
		if told := strings.Contains(out, "the network was trained on all of them"); told != (c.path == whole && c.args == "") {
			t.Errorf("%s: said\n%s", c.args, out)
		}
	}
}

// The figures of a saved network are its own, or null where nobody knows them.
func TestMetricsOfALoadedNetwork(t *testing.T) {
	text := func(o *Outcome) string {
		var b strings.Builder
		if err := o.writeMetrics(&b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	o, _, _ := load(t, Iris(), trainedFile(t, Iris(), func(*Settings) {}), "-seed", "2")
	if got := text(o); !strings.Contains(got, `"seed": 1,`) || !strings.Contains(got, `"split_seed": 2`) {
		t.Errorf("trained with seed 1, split with 2: %s", got)
	}
	o, _, _ = load(t, Iris(), saved(t, models.Multiclass, models.Info{}, 4, 3))
	for _, key := range []string{"seed", "train_rows", "epochs", "steps", "train_loss"} {
		if got := text(o); !strings.Contains(got, `"`+key+`": null,`) {
			t.Errorf("%s is known of a network that says nothing: %s", key, got)
		}
	}

	// One row has no variance to explain.
	o, _, out := load(t, Boston(), trainedFile(t, Boston(), func(s *Settings) { s.TrainRows = 505 }))
	if got := text(o); !strings.Contains(got, `"r2": null`) || !strings.Contains(out, "R²        none") {
		t.Errorf("one validation row: %s\n%s", got, out)
	}
}
