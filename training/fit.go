package training

import (
	"context"
	"errors"
	"fmt"
	"math"

	"perceptron/datasets"
	"perceptron/models"
)

// Options say how Fit trains. The zero value of a field is its default.
type Options struct {
	Optimizer *Optimizer // Adam(1e-3)
	Schedule  Schedule   // Constant()
	BatchSize int        // rows of a step; 0: all at once
	Epochs    int        // passes over the training rows, at the most; must be given
	LossBelow float64    // stop after an epoch whose mean training loss is below it; 0: never
	Seed      uint64     // of the order of the rows in each epoch

	ClipNorm, ClipValue float64 // bounds on the gradients, as in Trainer; 0: none

	// Transform changes a training batch in place before it is used:
	// augmentation. See datasets.LoaderOptions.
	Transform func(datasets.Batch)
	// Prefetch prepares the next batch while a step runs.
	Prefetch bool

	Hooks []Hook
}

// Hook watches training. Any of its functions may be nil; an error from one
// ends training and is returned by Fit.
type Hook struct {
	Begin func(Progress) error // before the first step
	Step  func(Progress) error // after each step
	Epoch func(Progress) error // after each epoch and its evaluation
	End   func(Progress) error // when training stops, for whatever reason
}

// Progress is where training stands.
type Progress struct {
	Net           *models.Model
	Epoch, Epochs int     // epochs begun, counted from 1, and at the most
	Step, Steps   int     // steps made, and at the most
	Loss          float64 // of the last step
	History       []Epoch // epochs finished; not to be changed
}

// Epoch is one line of the history.
type Epoch struct {
	Epoch     int         // from 1
	TrainLoss float64     // mean over the epoch's batches, in training mode, weighted by rows
	Valid     *Evaluation // after the epoch, without Predictions; nil without validation rows
	Rate      float64     // learning rate of the epoch's last step
}

// Result is what Fit did.
type Result struct {
	Stop    Stop
	Epochs  int // finished
	Steps   int
	History []Epoch
}

// Fit trains a model on the rows of train. After each epoch it evaluates on
// valid, which may be nil, and which never influences the training.
//
// A cancelled context ends training between two steps; Fit then returns what it
// has with Stop.Reason Cancelled and the context's error. Other errors, such as
// a loss that is no finite number, come with the step they happened in.
func Fit(ctx context.Context, net *models.Model, train, valid *datasets.Dataset, o Options) (*Result, error) {
	if o.Optimizer == nil {
		o.Optimizer = Adam(1e-3)
	}
	if o.Schedule == nil {
		o.Schedule = Constant()
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	loader, err := datasets.NewLoader(train, datasets.LoaderOptions{
		BatchSize: o.BatchSize, Shuffle: true, Seed: o.Seed, Transform: o.Transform, Prefetch: o.Prefetch,
	})
	if err != nil {
		return nil, fmt.Errorf("training: %w", err)
	}
	var validLoader *datasets.DataLoader
	if valid != nil {
		if validLoader, err = datasets.NewLoader(valid, datasets.LoaderOptions{BatchSize: evaluationRows}); err != nil {
			return nil, fmt.Errorf("training: %w", err)
		}
	}
	trainer, err := NewTrainer(net, o.Optimizer)
	if err != nil {
		return nil, err
	}
	trainer.ClipNorm, trainer.ClipValue = o.ClipNorm, o.ClipValue
	f := &fit{options: o, trainer: trainer, train: loader, valid: validLoader, rate: o.Optimizer.LearningRate()}
	f.progress = Progress{Net: net, Epochs: o.Epochs, Steps: o.Epochs * loader.Batches()}
	err = f.call(func(h Hook) func(Progress) error { return h.Begin })
	if err == nil {
		err = f.run(ctx)
	}
	err = errors.Join(err, f.call(func(h Hook) func(Progress) error { return h.End }))
	o.Optimizer.SetLearningRate(f.rate)
	return &Result{Stop: f.stop, Epochs: len(f.progress.History), Steps: f.progress.Step, History: f.progress.History}, err
}

func (o *Options) check() error {
	for _, bad := range []struct {
		is   bool
		text string
	}{
		{o.Epochs < 1, fmt.Sprintf("Epochs is %d: wanted 1 or more", o.Epochs)},
		{o.BatchSize < 0, fmt.Sprintf("BatchSize is %d: wanted 1 or more, or 0 for all rows", o.BatchSize)},
		{!(o.LossBelow >= 0), fmt.Sprintf("LossBelow is %v: wanted 0 or more", o.LossBelow)},
		{!(o.ClipNorm >= 0) || !(o.ClipValue >= 0), fmt.Sprintf("ClipNorm is %v and ClipValue %v: wanted 0 or more", o.ClipNorm, o.ClipValue)},
	} {
		if bad.is {
			return fmt.Errorf("training: %s", bad.text)
		}
	}
	return nil
}

// fit is a training run under way.
type fit struct {
	options  Options
	trainer  *Trainer
	train    *datasets.DataLoader
	valid    *datasets.DataLoader
	rate     float64 // the optimizer's own, which the schedule scales
	progress Progress
	stop     Stop
}

func (f *fit) run(ctx context.Context) error {
	for f.progress.Epoch < f.options.Epochs {
		f.progress.Epoch++
		loss, err := f.epoch(ctx)
		if err != nil {
			return err
		}
		record := Epoch{Epoch: f.progress.Epoch, TrainLoss: loss, Rate: f.options.Optimizer.LearningRate()}
		if f.valid != nil {
			if record.Valid, err = evaluate(f.progress.Net, f.valid); err != nil {
				return err
			}
			record.Valid.Predictions = nil
		}
		f.progress.History = append(f.progress.History, record)
		if err := f.call(func(h Hook) func(Progress) error { return h.Epoch }); err != nil {
			return err
		}
		if loss < f.options.LossBelow {
			f.stop = Stop{Reason: LossReached, Epochs: f.progress.Epoch, Loss: f.options.LossBelow}
			return nil
		}
	}
	f.stop = Stop{Reason: EpochsDone, Epochs: f.progress.Epoch}
	return nil
}

// epoch trains on every batch once and returns the mean loss.
func (f *fit) epoch(ctx context.Context) (float64, error) {
	sum, rows := 0.0, 0
	for b := range f.train.Epoch(f.progress.Epoch - 1) {
		if err := ctx.Err(); err != nil {
			f.stop = Stop{Reason: Cancelled, Epochs: len(f.progress.History)}
			return 0, fmt.Errorf("training: stopped before step %d: %w", f.progress.Step+1, context.Cause(ctx))
		}
		f.options.Optimizer.SetLearningRate(f.rate * f.options.Schedule(f.progress.Step, f.progress.Steps))
		loss, err := f.trainer.Step(b)
		if err != nil {
			f.stop = Stop{Reason: Failed, Epochs: len(f.progress.History)}
			return 0, fmt.Errorf("%w (epoch %d)", err, f.progress.Epoch)
		}
		f.progress.Step++
		f.progress.Loss = loss
		sum += loss * float64(len(b.Rows))
		rows += len(b.Rows)
		if err := f.call(func(h Hook) func(Progress) error { return h.Step }); err != nil {
			return 0, err
		}
	}
	return sum / math.Max(1, float64(rows)), nil
}

// call runs one of the functions of every hook.
func (f *fit) call(pick func(Hook) func(Progress) error) error {
	for _, h := range f.options.Hooks {
		if do := pick(h); do != nil {
			if err := do(f.progress); err != nil {
				if f.stop.Reason == 0 {
					f.stop = Stop{Reason: Failed, Epochs: len(f.progress.History)}
				}
				return err
			}
		}
	}
	return nil
}
