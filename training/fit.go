package training

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"perceptron/datasets"
	"perceptron/models"
)

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
// rows, unless Options.After goes on from it; see Reproducibility in the package's
// documentation.
//
// A learning rate that a hook sets holds, and the schedule goes on from it. The
// optimizer keeps it, without the schedule's factor, when training is over.
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
	f.noticeRate()
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
	early, train, err := newEarlyStop(net, o.EarlyStopping, train, valid, o.Seed)
	if err != nil {
		return nil, fmt.Errorf("training: %w", err)
	}
	rate := o.Optimizer.LearningRate()
	f := &fit{options: o, early: early, firstFrozen: strings.Join(net.FrozenNames(), " "), firstRate: rate, rate: rate, setTo: rate, factor: 1}
	if f.train, err = datasets.NewLoader(train, datasets.LoaderOptions{
		BatchSize: o.BatchSize, Shuffle: true, Seed: o.Seed, DropLast: o.DropLast, Transform: o.Transform, Prefetch: o.Prefetch,
	}); err != nil {
		return nil, fmt.Errorf("training: %w", err)
	}
	if valid != nil {
		if f.valid, err = newEvaluator(net, valid); err != nil {
			return nil, err
		}
	}
	if f.trainer, err = NewTrainer(net, o.Optimizer); err != nil {
		return nil, err
	}
	f.trainer.ClipNorm, f.trainer.ClipValue, f.trainer.Adversarial = o.ClipNorm, o.ClipValue, o.Adversarial
	if o.After != nil {
		f.before = *o.After
		f.trainer.steps = f.before.Steps
		if f.early != nil {
			f.early.bestEpoch = len(f.before.History)
		}
	}
	before := len(f.before.History)
	f.progress = Progress{
		Net: net, Optimizer: o.Optimizer, Epoch: before, Epochs: before + o.Epochs,
		Step: f.before.Steps, Steps: f.before.Steps + o.Epochs*f.train.Batches(), History: slices.Clip(f.before.History), run: f,
	}
	if err := f.prepare(); err != nil || o.Resume == nil {
		return f, err
	}
	return f, f.resume(o.Resume)
}

// prepare builds the graphs of whole and of short batches, since a model may
// have no use for a batch of one row.
func (f *fit) prepare() error {
	whole, rows, weighted := f.train.BatchSize(), f.train.Data().Rows(), f.train.Data().Weights != nil
	if _, err := f.trainer.graphFor(whole, weighted); err != nil {
		return fmt.Errorf("training: batches of %d rows: %w", whole, err)
	}
	short := rows % whole
	if short == 0 || f.options.DropLast {
		return nil
	}
	if _, err := f.trainer.graphFor(short, weighted); err != nil {
		return fmt.Errorf("training: the last of the batches of %d rows, with %d of %d rows: %w: choose another BatchSize, or set DropLast", whole, short, rows, err)
	}
	return nil
}

// fit is a training run under way.
type fit struct {
	options  Options
	trainer  *Trainer
	train    *datasets.DataLoader
	valid    *evaluator
	early    *earlyStop
	before   Result // of the earlier Fit that this one goes on from
	progress Progress

	firstRate, rate float64     // the optimizer's own at first, and the one that the schedule multiplies
	setTo, factor   float64     // the rate that the optimizer was last given, and the schedule's part in it
	grads           []ValueGrad // of the step under way
	stop            *stopRequest

	lossSum   float64 // of the epoch under way: of its batches so far, by their weights
	weightSum float64 // of these batches: their rows, or what the rows weigh

	firstFrozen string            // what was frozen before the first step
	factors     uint64            // of the schedule so far, summed up
	facts       map[string]string // see identity
}

func (f *fit) run(ctx context.Context) error {
	for !f.done() {
		f.progress.Epoch++
		if err := f.epoch(ctx); err != nil {
			return err
		}
		if f.batchesMade() < f.train.Batches() {
			continue // a hook has ended training
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

// done reports whether training is over, and notes why.
func (f *fit) done() bool {
	epochs, stop := len(f.progress.History), &f.progress.Stop
	made := epochs - len(f.before.History)
	switch {
	case f.stop != nil:
		*stop = Stop{Reason: HookStopped, Epochs: epochs, Why: f.stop.why}
	case made > 0 && f.progress.History[epochs-1].TrainLoss < f.options.LossBelow:
		*stop = Stop{Reason: LossReached, Epochs: epochs, Loss: f.options.LossBelow}
	case f.early.exhausted(epochs):
		*stop = Stop{Reason: NoImprovement, Epochs: epochs, Patience: f.options.EarlyStopping.Patience}
	case made >= f.options.Epochs:
		*stop = Stop{Reason: EpochsDone, Epochs: epochs}
	default:
		return false
	}
	return true
}

// epoch trains on the batches of an epoch that are left, all of them unless a
// resumed run was interrupted among them, and unless a hook ends training.
func (f *fit) epoch(ctx context.Context) error {
	for b := range f.train.EpochFrom(f.progress.Epoch-1, f.batchesMade()) {
		if ctx.Err() != nil {
			f.progress.Stop = Stop{Reason: Cancelled, Epochs: len(f.progress.History)}
			return fmt.Errorf("training: stopped before step %d: %w", f.progress.Step+1, context.Cause(ctx))
		}
		if err := f.setRate(); err != nil {
			return err
		}
		loss, err := f.step(b)
		if err != nil {
			return fmt.Errorf("%w (epoch %d)", err, f.progress.Epoch)
		}
		f.progress.Step++
		f.progress.Loss = loss
		w := weightOf(b)
		f.lossSum, f.weightSum = f.lossSum+loss*w, f.weightSum+w
		err = f.call(stepHook)
		if f.grads = nil; err != nil || f.stop != nil {
			return err
		}
	}
	return nil
}

// step makes one step, and lets hooks look in before its update.
func (f *fit) step(b datasets.Batch) (loss float64, err error) {
	net := f.progress.Net
	if err := net.Update(func() error {
		loss, f.grads, err = f.trainer.Gradients(b)
		return err
	}); err != nil {
		return loss, err
	}
	if err := f.call(backwardHook); err != nil {
		return loss, err
	}
	return loss, net.Update(func() error { return f.options.Optimizer.Step(f.grads) })
}

// batchesMade is how many batches of the epoch under way have been trained on.
func (f *fit) batchesMade() int {
	return f.progress.Step - f.before.Steps - (len(f.progress.History)-len(f.before.History))*f.train.Batches()
}

// weightOf is how much a batch counts among others.
func weightOf(b datasets.Batch) float64 {
	if b.W == nil {
		return float64(len(b.Rows))
	}
	sum := 0.0
	for _, w := range b.W.Float32s() {
		sum += float64(w)
	}
	return sum
}

// record adds an epoch to the history.
func (f *fit) record() error {
	e := Epoch{Epoch: f.progress.Epoch, TrainLoss: f.lossSum / f.weightSum, Rate: f.options.Optimizer.LearningRate()}
	var err error
	if f.valid != nil {
		if e.Valid, err = f.valid.evaluate(); err != nil {
			return fmt.Errorf("%w (epoch %d)", err, f.progress.Epoch)
		}
		e.Valid.Predictions = nil
	}
	if e.HeldBack, err = f.early.judge(f.progress.Net, e); err != nil {
		return fmt.Errorf("%w (epoch %d)", err, f.progress.Epoch)
	}
	f.progress.History = append(f.progress.History, e)
	f.lossSum, f.weightSum = 0, 0
	return nil
}
