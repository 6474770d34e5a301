package exercise

import (
	"context"
	"fmt"
	"io"
	"slices"

	"perceptron/datasets"
	"perceptron/models"
	"perceptron/training"
)

// Run is a lesson under way with its settings. Its methods are the steps of the
// training flow; each tells on Out what it has done.
type Run struct {
	Lesson *Lesson
	Settings
	Out   io.Writer
	Hooks []training.Hook

	loaded   *models.Model     // the saved model of -load, which takes the place of training
	load     string            // its file
	known    *datasets.Dataset // the rows of the table that it was trained on; nil if nobody knows
	others   []*models.Model   // the other networks of an ensemble, trained or loaded
	folder   string            // where Write puts the results; "" for none and no checkpoints
	progress io.Writer         // of training; nil for none
	warnings io.Writer         // for what a reader should know and might overlook

	checkpoints []*training.Checkpoint // those of -resume, of the first networks
}

// Table is step 1 of a lesson with a table: the training data, embedded or
// one's own, read into a gota frame and checked.
func (r *Run) Table() (*datasets.Table, error) {
	if r.Data == "" {
		return r.Lesson.Table()
	}
	schema := r.Lesson.Schema
	if r.loaded != nil && schema.Kind == datasets.Classes {
		schema.ClassNames = r.loaded.Info().Outputs // their order decides what an output means
	}
	return datasets.Open(r.Data, schema)
}

// Split is step 2 of a lesson with a table: some rows train, the others
// validate. With TrainRows 0 all rows do both.
func (r *Run) Split(table *datasets.Table) (train, valid *datasets.Dataset, err error) {
	if train, valid, err = r.Settings.split(table); err != nil {
		if r.Sequential {
			return nil, nil, fmt.Errorf("%w (-sequential=false, or -train-rows)", err)
		}
		return nil, nil, fmt.Errorf("%w (-train-rows; 0 to use all rows for both)", err)
	}
	if r.loaded != nil {
		r.known = trainingRows(r.loaded, table)
	}
	return train, valid, r.check(train, valid)
}

func (s Settings) split(table *datasets.Table) (train, valid *datasets.Dataset, err error) {
	switch {
	case s.TrainRows == 0:
		train, err = table.Dataset()
		return train, train, err
	case s.Sequential:
		return table.SplitSequential(s.TrainRows)
	}
	return table.Split(s.TrainRows, s.Seed)
}

// Ways to choose the training rows, as a model's file names them.
const (
	unsplit  = "all rows"
	inOrder  = "first rows"
	shuffled = "shuffled rows"
	given    = "a file of their own"
)

func (r *Run) way() string {
	switch {
	case r.Lesson.Pictures != nil:
		return given
	case r.TrainRows == 0:
		return unsplit
	case r.Sequential:
		return inOrder
	}
	return shuffled
}

// ReadPictures is steps 1 and 2 of a lesson with pictures: the training and the
// validation pictures come in a file each, embedded or one's own.
func (r *Run) ReadPictures() (train, valid *datasets.Dataset, err error) {
	train, valid, err = r.Lesson.Pictures(r.Train, r.Valid)
	if err != nil {
		return nil, nil, err
	}
	return train, valid, r.check(train, valid)
}

func (r *Run) data() (train, valid *datasets.Dataset, err error) {
	if r.Lesson.Pictures != nil {
		return r.ReadPictures()
	}
	table, err := r.Table()
	if err != nil {
		return nil, nil, err
	}
	return r.Split(table)
}

// check sees to it that the training rows can teach every class.
func (r *Run) check(train, valid *datasets.Dataset) error {
	counts := train.ClassCounts()
	if missing := slices.Index(counts, 0); missing >= 0 && r.loaded == nil {
		return fmt.Errorf("%s: no training row is of class %s, which could then never be predicted: add such rows", train.Name, train.ClassNames[missing])
	}
	if len(counts) == 1 {
		return fmt.Errorf("%s: all rows are of class %s, and there is nothing to tell apart: add rows of another", train.Name, train.ClassNames[0])
	}
	r.showData(train, valid)
	return nil
}

// Network is step 3: the network's layers with their initial weights. Its task
// picks the loss; the optimizer is the settings'. With -load it is the saved
// network.
func (r *Run) Network(train *datasets.Dataset) (*models.Model, error) {
	if r.loaded != nil {
		if err := r.fitsData(train); err != nil {
			return nil, err
		}
		r.showNetwork(r.loaded)
		return r.loaded, nil
	}
	net, err := r.Settings.network(r.Lesson.Task, train)
	if err != nil {
		return nil, err
	}
	r.showNetwork(net)
	return net, nil
}

// Fit is steps 4 to 8: for each mini-batch the forward pass, the loss, the
// backward pass and the update, until the loss is low enough or the epochs are
// over. With -load there is nothing to do, and the result is nil.
func (r *Run) Fit(ctx context.Context, net *models.Model, train, valid *datasets.Dataset) (*training.Result, error) {
	if r.loaded != nil {
		return nil, nil
	}
	if r.Inputs == Standardized { // or else it is found after the first epoch
		if _, err := r.functions(valid); err != nil {
			return nil, orDeck(err)
		}
	}
	result, err := r.train(ctx, net, train, valid, 0, r.Settings)
	if err != nil {
		return nil, err
	}
	return result, r.trainOthers(ctx, train, valid)
}

// train trains one network of the run, which remembers how.
func (r *Run) train(ctx context.Context, net *models.Model, train, valid *datasets.Dataset, member int, s Settings) (*training.Result, error) {
	options, err := s.options()
	if err != nil {
		return nil, err
	}
	kept := &keeper{run: r, member: member}
	if r.progress != nil && r.Ensemble > 1 {
		options.Hooks = []training.Hook{{Begin: func(training.Progress) error {
			fmt.Fprintf(r.progress, "network %d of %d\n", member+1, r.Ensemble)
			return nil
		}}}
	}
	if options.Hooks = append(options.Hooks, r.Hooks...); r.folder != "" {
		hook, err := kept.hook()
		if err != nil {
			return nil, err
		}
		options.Hooks = append(options.Hooks, hook)
	}
	if member < len(r.checkpoints) {
		options.Resume = r.checkpoints[member]
	}
	result, err := training.Fit(ctx, net, train, valid, options)
	if err != nil {
		return nil, kept.explain(err)
	}
	info := net.Info()
	info.Trained.Split = r.way()
	return result, net.SetInfo(info)
}

// Evaluate is what comes out: how the network does on the validation rows.
func (r *Run) Evaluate(net *models.Model, train, valid *datasets.Dataset, result *training.Result) (*Outcome, error) {
	o := &Outcome{Lesson: r.Lesson, Settings: r.Settings, Train: train, Valid: valid, Net: net, TrainSeed: net.Seed(), Result: result}
	var err error
	if len(r.others) > 0 {
		if o.Net, o.Together, err = r.together(net, valid); err != nil {
			return nil, err
		}
	}
	if o.Score, err = training.Evaluate(o.Net, valid); err != nil {
		return nil, err
	}
	r.warnOfKnownRows(valid)
	r.showOutcome(o)
	return o, nil
}
