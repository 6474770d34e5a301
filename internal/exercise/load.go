package exercise

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"perceptron/datasets"
	"perceptron/models"
)

// useSaved makes a run use the saved network of -load instead of training one.
func (r *Run) useSaved(c *command) error {
	saved, err := models.LoadEnsemble(c.load)
	if err != nil {
		return err
	}
	net := saved.Members()[0]
	r.loaded, r.others, r.load = net, saved.Members()[1:], c.load
	if net.Task().Name != r.Lesson.Task.Name {
		return r.misfit("its task is %v, the lesson's is %v", net.Task(), r.Lesson.Task)
	}
	r.Settings = c.asTrained(net)
	return r.refuseToMix()
}

// refuseToMix keeps the results of a loaded network out of a folder with
// another network, whose results they would replace in part.
func (r *Run) refuseToMix() error {
	path := filepath.Join(r.folder, "model.safetensors")
	there, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	own, err := os.ReadFile(r.load)
	if err != nil {
		return err
	}
	if !bytes.Equal(there, own) {
		return fmt.Errorf("%s is another network than %s, and its results would be replaced in part: name another folder with -out", path, r.load)
	}
	return nil
}

// asTrained changes what the command line leaves open to the settings that a
// loaded network was trained with, so that it is not judged by its training rows.
func (c *command) asTrained(net *models.Model) Settings {
	s, info := c.settings, net.Info()
	open := func(flag string) bool { return !slices.Contains(c.given, flag) }
	s.Recipe = info.Recipe
	if open("seed") {
		s.Seed = net.Seed()
	}
	if t := info.Trained; t != nil && open("train-rows") && open("sequential") {
		s.splitAs(t)
	}
	return s
}

// splitAs takes over how a network's training rows were chosen.
func (s *Settings) splitAs(t *models.Trained) {
	s.TrainRows, s.Sequential = t.Rows, t.Split == inOrder
	if t.Split == unsplit {
		s.TrainRows = 0
	}
}

// trainingRows are those of the table that the network was trained on: the split
// is made again, and its checksum tells whether this is the table of that time.
// nil if it is another one, or if the network's file does not say.
func trainingRows(net *models.Model, table *datasets.Table) *datasets.Dataset {
	t := net.Info().Trained
	if t == nil {
		return nil
	}
	s := Settings{Seed: net.Seed()}
	s.splitAs(t)
	train, _, err := s.split(table)
	if err != nil || train.Checksum() != t.Checksum {
		return nil
	}
	return train
}

// warnOfKnownRows tells if a loaded network is judged by rows that it was
// trained on, or may be.
func (r *Run) warnOfKnownRows(valid *datasets.Dataset) {
	if r.loaded == nil {
		return
	}
	warn := func(format string, args ...any) {
		fmt.Fprintf(r.warnings, "%s %s, and does better on such rows than on new ones\n", r.load, fmt.Sprintf(format, args...))
	}
	t := r.loaded.Info().Trained
	switch {
	case t == nil:
		warn("does not say which rows it was trained on: it may know some of the %d validation rows", valid.Rows())
	case t.Split == given:
		if valid.Checksum() == t.Checksum {
			warn("was trained on all of the %d validation rows", valid.Rows())
		}
	case r.known == nil:
		warn("was trained on other data than %s, as far as it says: it may know some of the %d validation rows", valid.Name, valid.Rows())
	case !r.knowsAllByDesign():
		seen := 0
		for _, row := range valid.RowNumbers {
			if slices.Contains(r.known.RowNumbers, row) {
				seen++
			}
		}
		if seen > 0 {
			warn("was trained on %d of the %d validation rows", seen, valid.Rows())
		}
	}
}

// knowsAllByDesign is where all rows have trained the loaded network and are
// asked for again, as in the lesson of XOR.
func (r *Run) knowsAllByDesign() bool {
	return r.known != nil && r.TrainRows == 0 && r.loaded.Info().Trained.Split == unsplit
}

// fitsData compares a loaded network with the data that it is to be judged by.
func (r *Run) fitsData(d *datasets.Dataset) error {
	net, info, outputs := r.loaded, r.loaded.Info(), len(outputNames(d))
	if r.Lesson.Task.Targets == models.Labels {
		outputs = 1
	}
	if net.Inputs() != d.Features() {
		return r.misfit("it takes %d features, the data have %d", net.Inputs(), d.Features())
	}
	if net.Outputs() != outputs {
		return r.misfit("it has %d outputs, the data need %d", net.Outputs(), outputs)
	}
	for _, names := range []struct {
		what       string
		own, datas []string
	}{{"feature", info.Features, d.FeatureNames}, {"output", info.Outputs, outputNames(d)}} {
		if len(names.own) == 0 || slices.Equal(names.own, names.datas) {
			continue
		}
		for i, own := range names.own {
			if i >= len(names.datas) || own != names.datas[i] {
				return r.misfit("its %s %d is %q, the data have %s", names.what, i+1, own, list(names.datas[:min(len(names.datas), 10)]))
			}
		}
		return r.misfit("it has %d %ss, the data have %d", len(names.own), names.what, len(names.datas))
	}
	return nil
}

func (r *Run) misfit(format string, args ...any) error {
	return fmt.Errorf("%s: the saved model does not fit this lesson: %s: load one that was trained on such data", r.load, fmt.Sprintf(format, args...))
}
