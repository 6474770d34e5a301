package training

import (
	"cmp"
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
	DropLast  bool       // leave out an epoch's last batch if it would be shorter
	Epochs    int        // passes over the training rows, at the most; must be given
	LossBelow float64    // stop after an epoch whose mean training loss is below it; 0: never
	Seed      uint64     // of the order of the rows in each epoch, and of those held back

	EarlyStopping EarlyStopping // off without a Patience

	ClipNorm, ClipValue float64 // bounds on the gradients, as in Trainer; 0: none

	// Adversarial trains on an adversarial twin of each row as well, as in
	// Trainer, in units of the preprocessed inputs; 0: none. Training losses, and
	// so LossBelow, are then means over rows and twins.
	Adversarial float64

	// Transform changes a training batch in place before it is used:
	// augmentation. See datasets.LoaderOptions.
	Transform func(datasets.Batch)
	// Prefetch prepares the next batch while a step runs.
	Prefetch bool

	// Resume goes on from a checkpoint of the same run: model, data and options
	// must be those of its beginning, but for Epochs, where the schedule has not
	// depended on it yet, and what changes no result. The model's weights are
	// replaced, and the run ends as one that was never interrupted, to the bit.
	Resume *Checkpoint

	Hooks []Hook
}

// Epoch is one line of the history.
type Epoch struct {
	Epoch     int         // from 1
	TrainLoss float64     // mean over the epoch's batches, in training mode, weighted by rows
	Valid     *Evaluation // after the epoch, without Predictions; nil without validation rows
	HeldBack  float64     // mean loss of the rows that EarlyStopping judges by; 0 without
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
// valid, which may be nil, and which does not influence the training (unless
// EarlyStopping.OnValid asks for it).
//
// The model learns what its columns and classes are called, too: where its Info
// has no names of features or outputs, and those of train are as many as it
// takes and gives, they become its own. A run that ends without an error also
// leaves an account of itself in Info.Trained.
//
// Steps and epochs are counted from 0 in every call, so a second one on a model
// repeats the dropout masks of the first, and with the same Seed its orders of the
// rows; see Reproducibility in the package's documentation.
//
// A cancelled context ends training between two steps; Fit then returns what it
// has with Stop.Reason Cancelled and the context's error. Other errors come with
// the step they happened in, such as a loss that is no finite number; the model
// has the weights of the step before.
func Fit(ctx context.Context, net *models.Model, train, valid *datasets.Dataset, o Options) (*Result, error) {
	if ctx == nil {
		return nil, errors.New("training: no context: give context.Background() if nothing is to cancel the training")
	}
	f, err := newFit(net, train, valid, o)
	if err != nil {
		return nil, err
	}
	if err = learnNames(net, train); err == nil {
		err = f.call(beginHook)
	}
	if err == nil {
		err = f.run(ctx)
	}
	if err == nil {
		err = f.early.restore(net, &f.progress.Stop)
	}
	if err == nil {
		err = f.account(net, train)
	}
	if err != nil && f.progress.Stop.Reason != Cancelled {
		f.progress.Stop = Stop{Reason: Failed, Epochs: len(f.progress.History)}
	}
	err = joinErrors(err, f.call(endHook))
	f.options.Optimizer.SetLearningRate(f.rate)
	return &Result{Stop: f.progress.Stop, Epochs: len(f.progress.History), Steps: f.progress.Step, History: f.progress.History}, err
}

// joinErrors is errors.Join that leaves a single error as it is.
func joinErrors(first, second error) error {
	if first == nil || second == nil {
		return cmp.Or(first, second)
	}
	return errors.Join(first, second)
}

// newFit checks everything that can be checked before the first step.
func newFit(net *models.Model, train, valid *datasets.Dataset, o Options) (*fit, error) {
	if o.Optimizer == nil {
		o.Optimizer = Adam(1e-3)
	}
	if o.Schedule == nil {
		o.Schedule = Constant()
	}
	if err := o.check(); err != nil {
		return nil, fmt.Errorf("training: %w", err)
	}
	if err := checkData(net, train, valid); err != nil {
		return nil, fmt.Errorf("training: %w", err)
	}
	early, train, err := newEarlyStop(o.EarlyStopping, train, valid, o.Seed)
	if err != nil {
		return nil, fmt.Errorf("training: %w", err)
	}
	f := &fit{options: o, early: early, rate: o.Optimizer.LearningRate()}
	if f.train, err = datasets.NewLoader(train, datasets.LoaderOptions{
		BatchSize: o.BatchSize, Shuffle: true, Seed: o.Seed, DropLast: o.DropLast, Transform: o.Transform, Prefetch: o.Prefetch,
	}); err != nil {
		return nil, fmt.Errorf("training: %w", err)
	}
	if valid != nil {
		if f.valid, err = evaluationLoader(valid); err != nil {
			return nil, err
		}
	}
	if f.trainer, err = NewTrainer(net, o.Optimizer); err != nil {
		return nil, err
	}
	f.trainer.ClipNorm, f.trainer.ClipValue, f.trainer.Adversarial = o.ClipNorm, o.ClipValue, o.Adversarial
	f.progress = Progress{Net: net, Epochs: o.Epochs, Steps: o.Epochs * f.train.Batches(), run: f}
	if err := f.prepare(); err != nil || o.Resume == nil {
		return f, err
	}
	return f, f.resume(o.Resume)
}

// prepare builds the graphs of whole and of short batches, since a model may
// have no use for a batch of one row.
func (f *fit) prepare() error {
	whole, rows := f.train.BatchSize(), f.train.Data().Rows()
	if _, err := f.trainer.forRows(whole); err != nil {
		return fmt.Errorf("training: batches of %d rows: %w", whole, err)
	}
	short := rows % whole
	if short == 0 || f.options.DropLast {
		return nil
	}
	if _, err := f.trainer.forRows(short); err != nil {
		return fmt.Errorf("training: the last of the batches of %d rows, with %d of %d rows: %w: choose another BatchSize, or set DropLast", whole, short, rows, err)
	}
	return nil
}

// fit is a training run under way.
type fit struct {
	options  Options
	trainer  *Trainer
	train    *datasets.DataLoader
	valid    *datasets.DataLoader
	early    *earlyStop
	rate     float64 // the optimizer's own, which the schedule scales
	progress Progress

	lossSum float64           // of the epoch under way: of its batches so far, weighted by rows
	factors uint64            // of the schedule so far, summed up
	facts   map[string]string // see identity
}

func (f *fit) run(ctx context.Context) error {
	for !f.done() {
		f.progress.Epoch++
		if err := f.epoch(ctx); err != nil {
			return err
		}
		if err := f.record(); err != nil {
			return err
		}
		if err := f.call(epochHook); err != nil {
			return err
		}
	}
	return nil
}

// done tells whether training is over, and notes why.
func (f *fit) done() bool {
	epochs, stop := len(f.progress.History), &f.progress.Stop
	switch {
	case epochs > 0 && f.progress.History[epochs-1].TrainLoss < f.options.LossBelow:
		*stop = Stop{Reason: LossReached, Epochs: epochs, Loss: f.options.LossBelow}
	case f.early.exhausted(epochs):
		*stop = Stop{Reason: NoImprovement, Epochs: epochs, Patience: f.options.EarlyStopping.Patience}
	case epochs >= f.options.Epochs:
		*stop = Stop{Reason: EpochsDone, Epochs: epochs}
	default:
		return false
	}
	return true
}

// epoch trains on the batches of an epoch that are left, all of them unless a
// resumed run was interrupted among them.
func (f *fit) epoch(ctx context.Context) error {
	for b := range f.train.EpochFrom(f.progress.Epoch-1, f.batchesMade()) {
		if ctx.Err() != nil {
			f.progress.Stop = Stop{Reason: Cancelled, Epochs: len(f.progress.History)}
			return fmt.Errorf("training: stopped before step %d: %w", f.progress.Step+1, context.Cause(ctx))
		}
		if err := f.setRate(); err != nil {
			return err
		}
		loss, err := f.trainer.Step(b)
		if err != nil {
			return fmt.Errorf("%w (epoch %d)", err, f.progress.Epoch)
		}
		f.progress.Step++
		f.progress.Loss = loss
		f.lossSum += loss * float64(len(b.Rows))
		if err := f.call(stepHook); err != nil {
			return err
		}
	}
	return nil
}

// batchesMade is how many batches of the epoch under way have been trained on.
func (f *fit) batchesMade() int { return f.progress.Step - len(f.progress.History)*f.train.Batches() }

// setRate follows the schedule.
func (f *fit) setRate() error {
	factor := f.options.Schedule(f.progress.Step, f.progress.Steps)
	f.factors = addFactor(f.factors, factor)
	if !(factor >= 0) || math.IsInf(factor, 0) {
		return fmt.Errorf("training: step %d: the schedule multiplies the learning rate by %v: wanted 0 or more; look at its settings", f.progress.Step+1, factor)
	}
	f.options.Optimizer.SetLearningRate(f.rate * factor)
	return nil
}

// record adds an epoch to the history.
func (f *fit) record() error {
	rows := f.train.Data().Rows()
	if f.options.DropLast {
		rows = f.train.Batches() * f.train.BatchSize()
	}
	e := Epoch{Epoch: f.progress.Epoch, TrainLoss: f.lossSum / float64(rows), Rate: f.options.Optimizer.LearningRate()}
	var err error
	if f.valid != nil {
		if e.Valid, err = evaluate(f.progress.Net, f.valid); err != nil {
			return fmt.Errorf("%w (epoch %d)", err, f.progress.Epoch)
		}
		e.Valid.Predictions = nil
	}
	if e.HeldBack, err = f.early.judge(f.progress.Net, e); err != nil {
		return fmt.Errorf("%w (epoch %d)", err, f.progress.Epoch)
	}
	f.progress.History = append(f.progress.History, e)
	f.lossSum = 0
	return nil
}
