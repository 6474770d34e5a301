package exercise

import (
	"fmt"
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
	if net.Task() != r.Lesson.Task {
		return r.misfit("its task is %v, the lesson's is %v", net.Task(), r.Lesson.Task)
	}
	r.Settings = c.asTrained(net)
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
		s.TrainRows, s.Sequential = t.Rows, t.Split == inOrder
		if t.Split == unsplit {
			s.TrainRows = 0
		}
	}
	return s
}

// fitsData compares a loaded network with the data that it is to be judged by.
func (r *Run) fitsData(d *datasets.Dataset) error {
	net, info, outputs := r.loaded, r.loaded.Info(), len(outputNames(d))
	if r.Lesson.Task == models.Binary {
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
