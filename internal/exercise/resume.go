package exercise

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"perceptron/internal/atomicfile"
	"perceptron/training"
)

// checkpointIn is the file that a run under way keeps in its folder, for each
// network of an ensemble.
func checkpointIn(folder string, member int) string {
	if member == 0 {
		return filepath.Join(folder, "checkpoint.safetensors")
	}
	return filepath.Join(folder, fmt.Sprintf("checkpoint-%d.safetensors", member+1))
}

// removeCheckpoints removes those of a finished run, and of a larger ensemble
// before it.
func (r *Run) removeCheckpoints() error {
	for member := 0; ; member++ {
		path := checkpointIn(r.folder, member)
		if _, err := os.Stat(path); err != nil && member >= max(1, r.Ensemble) {
			return nil
		}
		if err := atomicfile.Remove(path); err != nil {
			return err
		}
	}
}

// note is what a checkpoint says of its lesson.
type note struct {
	Lesson   string   `json:"lesson"`
	Settings Settings `json:"settings"`
}

// keeper keeps the checkpoint of a network while it trains.
type keeper struct {
	run    *Run
	member int // of an ensemble; 0 without

	interrupted bool
	kept        bool  // when interrupted
	failed      error // to be kept then
}

// hook saves checkpoints, and notes what became of the last one.
func (k *keeper) hook() (training.Hook, error) {
	text, err := json.Marshal(note{k.run.Lesson.Name, k.run.Settings})
	if err != nil {
		return training.Hook{}, fmt.Errorf("describe the settings: %w", err)
	}
	hook := training.Checkpoints{
		Path: checkpointIn(k.run.folder, k.member), Note: string(text),
		Soon: k.run.Ensemble > 1, // no later network must have one without the first
		Failed: func(err error) {
			fmt.Fprintf(k.run.warnings, "the run cannot be kept, and goes on: %v\n", err)
		},
	}.Hook()
	save := hook.End
	hook.End = func(p training.Progress) error {
		if p.Stop.Reason != training.Cancelled {
			return nil
		}
		if k.interrupted = true; p.Step == 0 {
			k.kept = k.member > 0
			return nil
		}
		k.failed = save(p)
		k.kept = k.failed == nil
		return k.failed
	}
	return hook, nil
}

// explain tells after an interruption how to go on.
func (k *keeper) explain(err error) error {
	command := "go run ./cmd/" + k.run.Lesson.Name + " -resume"
	if k.run.folder != defaultFolder(k.run.Lesson) {
		command += " -out " + quoted(k.run.folder)
	}
	switch {
	case !k.interrupted:
		return err
	case k.kept:
		return fmt.Errorf("interrupted, and kept in %s: go on with %s (%w)", checkpointIn(k.run.folder, 0), command, err)
	case k.failed != nil:
		return fmt.Errorf("interrupted, but not kept: %w", k.failed)
	}
	return fmt.Errorf("interrupted before there was anything to keep (%w)", err)
}

// quoted is a file name as a shell reads it in one piece.
func quoted(name string) string {
	plain := func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("/._-+:,@%", r)
	}
	if strings.IndexFunc(name, func(r rune) bool { return !plain(r) }) < 0 {
		return name
	}
	return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
}

func defaultFolder(l *Lesson) string { return "results/" + l.Name }

// goOn makes a run go on from the checkpoint in its folder. Settings that the
// command line leaves open are those of its beginning; others must agree.
func (r *Run) goOn(c *command) error {
	path := checkpointIn(r.folder, 0)
	checkpoint, err := training.LoadCheckpoint(path)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("-resume: there is no %s to go on from, and a finished run leaves none: leave out -resume to begin anew, or name the folder of an interrupted run with -out", path)
	}
	if err != nil {
		return fmt.Errorf("-resume: %w", err)
	}
	s, err := r.Lesson.settingsOf(checkpoint)
	if err != nil {
		return fmt.Errorf("-resume: %s: %w", path, err)
	}
	differs := func(flag string) error {
		return fmt.Errorf("-%s does not agree with the run to go on with, in %s: it has recipe %s, seed %d, %v: leave out the flag, or leave out -resume to begin anew",
			flag, path, s.Recipe, s.Seed, s)
	}
	if slices.Contains(c.given, "recipe") && c.settings.Recipe != s.Recipe {
		return differs("recipe")
	}
	for _, change := range c.changes {
		changed := s
		change.apply(&changed)
		if slices.Contains(mayChange, change.flag) {
			s = changed
		} else if !reflect.DeepEqual(changed, s) {
			return differs(change.flag)
		}
	}
	if done := len(checkpoint.History); s.Epochs < done {
		return fmt.Errorf("-resume: %s has finished %d epochs already: ask for more than -epochs %d", path, done, s.Epochs)
	}
	r.Settings, r.checkpoints = s, []*training.Checkpoint{checkpoint}
	for member := 1; member < s.Ensemble; member++ {
		c, err := training.LoadCheckpoint(checkpointIn(r.folder, member))
		if errors.Is(err, fs.ErrNotExist) || err == nil && c.Note != checkpoint.Note {
			break // not begun yet, or left by an earlier run
		}
		if err != nil {
			return fmt.Errorf("-resume: %w", err)
		}
		r.checkpoints = append(r.checkpoints, c)
	}
	return nil
}

// mayChange are the flags that may differ when a run goes on: training.Fit sees
// to it that the data are the same, and that more epochs are no matter.
var mayChange = []string{"epochs", "data", "train", "valid"}

// settingsOf reads the settings that a checkpoint's run was begun with.
func (l *Lesson) settingsOf(c *training.Checkpoint) (Settings, error) {
	const remedy = "leave out -resume to begin anew"
	var n note
	d := json.NewDecoder(bytes.NewReader([]byte(c.Note)))
	d.DisallowUnknownFields() // a knob that this program lacks
	if err := d.Decode(&n); err != nil {
		return Settings{}, fmt.Errorf("its settings are damaged or of another version of this program: %w: %s", err, remedy)
	}
	if n.Lesson != l.Name {
		return Settings{}, fmt.Errorf("it is of the lesson %.20q, not %s: name another folder with -out, or %s", n.Lesson, l.Name, remedy)
	}
	// A file must not make the program declare a network that is far larger than
	// the one in it.
	numbers, weights, width := 0, 0, 1
	for _, s := range c.Model {
		numbers += s.Value.Shape().TotalSize()
	}
	for _, units := range n.Settings.Hidden {
		if units < 1 || units > mostUnits || len(n.Settings.Hidden) > mostLayers {
			return Settings{}, fmt.Errorf("its settings are damaged: hidden layers %.80s: %s", fmt.Sprint(n.Settings.Hidden), remedy)
		}
		weights += width * units
		width = units
	}
	if weights > numbers {
		return Settings{}, fmt.Errorf("its settings are damaged: %d numbers are too few for hidden layers %v: %s", numbers, n.Settings.Hidden, remedy)
	}
	return n.Settings, nil
}

// showCheckpoint tells where a resumed run is, and warns one that begins anew
// beside the checkpoint of another.
func (r *Run) showCheckpoint() {
	path, n := checkpointIn(r.folder, 0), len(r.checkpoints)
	if n > 0 {
		c, of := r.checkpoints[n-1], ""
		if r.Ensemble > 1 {
			of = fmt.Sprintf(" of network %d of %d", n, r.Ensemble)
		}
		r.say("Going on from "+path, fmt.Sprintf("after step %d%s, with %d of %d epochs finished", c.Step, of, len(c.History), r.Epochs))
		return
	}
	if _, err := os.Stat(path); err == nil && r.loaded == nil {
		fmt.Fprintf(r.warnings, "%s is of an interrupted run: this one begins anew and will replace it; -resume would go on with it\n", path)
	}
}
