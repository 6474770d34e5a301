package exercise

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"perceptron/models"
	"perceptron/training"
)

// checkpointOf is one of a network of 20 numbers.
func checkpointOf(t *testing.T, lesson string, s Settings) *training.Checkpoint {
	t.Helper()
	text, err := json.Marshal(note{lesson, s})
	if err != nil {
		t.Fatal(err)
	}
	weights := tensor.New(tensor.WithShape(4, 5), tensor.WithBacking(make([]float32, 20)))
	return &training.Checkpoint{Note: string(text), Model: models.StateDict{{Name: "fc1.weight", Value: weights}}}
}

func TestSettingsOfACheckpoint(t *testing.T) {
	for _, l := range lessons() {
		for _, name := range l.recipeNames() {
			want, err := l.Settings(name)
			if err != nil {
				t.Fatal(err)
			}
			want.Hidden, want.Seed = nil, 1<<63+1
			if got, err := l.settingsOf(checkpointOf(t, l.Name, want)); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%s, %s: %+v, want %+v (error %v)", l.Name, name, got, want, err)
			}
		}
	}
	s := small(t, Iris())
	for _, c := range []struct {
		change func(*training.Checkpoint)
		want   string
	}{
		{func(c *training.Checkpoint) { c.Note = "" }, "its settings are damaged or of another version"},
		{func(c *training.Checkpoint) { c.Note = strings.Replace(c.Note, `"Hidden"`, `"Visible"`, 1) }, `unknown field "Visible": leave out -resume to begin anew`},
		{func(c *training.Checkpoint) { c.Note = strings.Replace(c.Note, "iris", "boston", 1) }, `it is of the lesson "boston", not iris`},
		{func(c *training.Checkpoint) { c.Note = strings.Replace(c.Note, "[16]", "[0]", 1) }, "hidden layers [0]"},
		{func(c *training.Checkpoint) { c.Note = strings.Replace(c.Note, "[16]", "[65537]", 1) }, "hidden layers [65537]"},
		{func(c *training.Checkpoint) {
			c.Note = strings.Replace(c.Note, "[16]", "[1"+strings.Repeat(",1", mostLayers)+"]", 1)
		}, "hidden layers [1 1 1"},
		{func(c *training.Checkpoint) { c.Note = strings.Replace(c.Note, "[16]", "[60000,60000]", 1) }, "20 numbers are too few for hidden layers [60000 60000]"},
	} {
		checkpoint := checkpointOf(t, "iris", s)
		c.change(checkpoint)
		if _, err := Iris().settingsOf(checkpoint); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
}

// interrupt runs iris until after so many steps, with a folder for its files.
func interrupt(t *testing.T, s Settings, folder string, steps int) error {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	made := 0
	count := func(training.Progress) error {
		if made == steps {
			cancel()
		}
		made++
		return nil
	}
	run := &Run{Lesson: Iris(), Settings: s, Out: io.Discard, folder: folder}
	run.Hooks = []training.Hook{{Begin: func(p training.Progress) error {
		if made > 0 { // of another network
			return nil
		}
		return count(p)
	}, Step: count}}
	_, err := outcome(ctx, t, run)
	return err
}

// outcome goes through the steps of a run.
func outcome(ctx context.Context, t *testing.T, run *Run) (*Outcome, error) {
	t.Helper()
	train, valid, err := run.data()
	if err != nil {
		t.Fatal(err)
	}
	net, err := run.Network(train)
	if err != nil {
		t.Fatal(err)
	}
	result, err := run.Fit(ctx, net, train, valid)
	if err != nil {
		return nil, err
	}
	return run.Evaluate(net, train, valid, result)
}

// An ensemble goes on with the network that was under way.
func TestInterruptedEnsemble(t *testing.T) {
	s := small(t, Iris())
	s.Ensemble, s.Dropout, s.BatchNorm = 3, 0.2, true
	undisturbed, err := Iris().Run(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	want := t.TempDir()
	if err := writeAll(want, undisturbed.files(nil)); err != nil {
		t.Fatal(err)
	}
	steps := undisturbed.Result.Steps
	for _, made := range []int{1, steps, steps + 1, 2*steps + 3} {
		folder := t.TempDir()
		if err := interrupt(t, s, folder, made); err == nil || !strings.Contains(err.Error(), "interrupted, and kept in "+checkpointIn(folder, 0)) {
			t.Fatalf("after %d steps: error %v", made, err)
		}
		c, err := Iris().parse([]string{"-resume", "-out", folder, "-quiet"})
		if err != nil {
			t.Fatal(err)
		}
		var said strings.Builder
		run, err := Iris().prepare(c, &said, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		if made > steps && !strings.Contains(said.String(), fmt.Sprintf("after step %d of network %d of 3", made%steps, made/steps+1)) {
			t.Errorf("after %d steps: said %q", made, said.String())
		}
		o, err := outcome(t.Context(), t, run)
		if err != nil {
			t.Fatal(err)
		}
		if err := run.Write(o); err != nil {
			t.Fatal(err)
		}
		entries, err := os.ReadDir(folder)
		if err != nil || len(entries) != len(o.files(nil)) {
			t.Errorf("after %d steps: files %v, error %v", made, entries, err)
		}
		for _, e := range entries {
			got, _ := os.ReadFile(filepath.Join(folder, e.Name()))
			if wanted, err := os.ReadFile(filepath.Join(want, e.Name())); err != nil || !bytes.Equal(got, wanted) {
				t.Errorf("after %d steps: %s differs, error %v", made, e.Name(), err)
			}
		}
	}
}

func TestInterruptedRun(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "new", "folder")
	path := checkpointIn(folder, 0)
	err := interrupt(t, small(t, Iris()), folder, 7)
	if !errors.Is(err, context.Canceled) || !strings.HasPrefix(err.Error(), "interrupted, and kept in "+path+": go on with go run ./cmd/iris -resume -out "+folder+" (") {
		t.Errorf("error %v", err)
	}
	var out, warnings strings.Builder
	c, err := Iris().parse([]string{"-resume", "-out", folder, "-epochs", "4", "-quiet"})
	if err != nil {
		t.Fatal(err)
	}
	run, err := Iris().prepare(c, &out, &warnings)
	if err != nil {
		t.Fatal(err)
	}
	want := small(t, Iris())
	want.Epochs = 4
	if !reflect.DeepEqual(run.Settings, want) || run.checkpoints[0].Step != 7 || !strings.Contains(out.String(), "after step 7, with 1 of 4 epochs finished") || warnings.Len() > 0 {
		t.Errorf("settings %v, step %d, said %q and %q", run.Settings, run.checkpoints[0].Step, out.String(), warnings.String())
	}

	// A run that begins anew is told.
	if c, err = Iris().parse([]string{"-out", folder}); err != nil {
		t.Fatal(err)
	}
	if _, err := Iris().prepare(c, io.Discard, &warnings); err != nil || !strings.HasPrefix(warnings.String(), path+" is of an interrupted run: this one begins anew") {
		t.Errorf("warning %q, error %v", warnings.String(), err)
	}

	if err := interrupt(t, small(t, Iris()), t.TempDir(), 0); !errors.Is(err, context.Canceled) || !strings.HasPrefix(err.Error(), "interrupted before there was anything to keep (") {
		t.Errorf("before the first step: error %v", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := interrupt(t, small(t, Iris()), file, 7); err == nil || !strings.HasPrefix(err.Error(), "interrupted, but not kept: training: cannot make the folder of the checkpoint: ") || strings.Contains(err.Error(), "\n") {
		t.Errorf("no folder to write into: error %v", err)
	}
}

// What is no setting of a lesson can't be part of its configuration.
func TestConfigure(t *testing.T) {
	if s, err := Iris().Configure("deck", []string{"-lr", "0.5"}); err != nil || s.LR != 0.5 || s.Recipe != "deck" {
		t.Errorf("settings %v, error %v", s, err)
	}
	for _, args := range []string{"-resume", "-load x", "-out x", "-load x -predict y", "-seed 4", "-recipe best", "-quiet"} {
		if _, err := Iris().Configure("deck", strings.Fields(args)); err == nil || !strings.Contains(err.Error(), "is no change to a recipe") {
			t.Errorf("%s: error %v", args, err)
		}
	}
}
