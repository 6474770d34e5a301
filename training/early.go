package training

import (
	"fmt"
	"math"

	"perceptron/datasets"
	"perceptron/internal/prng"
	"perceptron/models"
)

// EarlyStopping ends training when the loss of rows that are not trained on has
// stopped falling, and leaves the model with the weights and the statistics of
// its best epoch (Prechelt 1998). The rows are a random part of the training
// rows: choosing an epoch by the rows that the result is reported on would
// flatter it.
//
// It takes the best epoch as well when training ends by itself, after all
// epochs or under a loss; after an error or a cancelled context the model keeps
// the weights of the last step.
type EarlyStopping struct {
	// Patience is how many epochs in a row may pass without a better loss; 0:
	// no early stopping.
	Patience int
	// Share is the part of the training rows that is held back; 0: a fifth.
	Share float64
	// MinDelta is by how much a loss must be lower to count as better.
	MinDelta float64
	// OnValid judges by the validation rows and holds nothing back. What is then
	// reported on them is better than what new rows will show.
	OnValid bool
}

// earlyStop is EarlyStopping at work; nil where it is off.
type earlyStop struct {
	EarlyStopping
	held *evaluator // nil: judged by the validation rows

	bestLoss  float64
	bestEpoch int
	best      models.StateDict
}

// newEarlyStop also gives the rows that are left to train on.
func newEarlyStop(net *models.Model, o EarlyStopping, train, valid *datasets.Dataset, seed uint64) (*earlyStop, *datasets.Dataset, error) {
	if o.Patience == 0 {
		return nil, train, nil
	}
	if o.Share == 0 {
		o.Share = 0.2
	}
	if !(o.Share > 0 && o.Share < 1) {
		return nil, nil, fmt.Errorf("EarlyStopping.Share is %v: wanted above 0 and below 1", o.Share)
	}
	if !(o.MinDelta >= 0) {
		return nil, nil, fmt.Errorf("EarlyStopping.MinDelta is %v: wanted 0 or more", o.MinDelta)
	}
	e := &earlyStop{EarlyStopping: o, bestLoss: math.Inf(1)}
	if o.OnValid {
		if valid == nil {
			return nil, nil, fmt.Errorf("EarlyStopping.OnValid needs validation rows: give some, or let it hold back training rows")
		}
		return e, train, nil
	}
	held := max(1, int(math.Round(o.Share*float64(train.Rows()))))
	// A stream of its own, lest the rows that a lesson's split put first go first
	// here too.
	rest, heldRows, err := train.Split(train.Rows()-held, prng.New(seed, "training.early", 0).Uint64())
	if err != nil {
		return nil, nil, fmt.Errorf("early stopping: holding back %d of %d rows: %w", held, train.Rows(), err)
	}
	e.held, err = newEvaluator(net, heldRows)
	return e, rest, err
}

// judge notes how the model does after an epoch, and keeps it if it is the best
// so far.
func (e *earlyStop) judge(net *models.Model, epoch Epoch) (loss float64, err error) {
	if e == nil {
		return 0, nil
	}
	score := epoch.Valid
	if e.held != nil {
		if score, err = e.held.evaluate(); err != nil {
			return 0, err
		}
	}
	if score.Loss < e.bestLoss-e.MinDelta {
		e.bestLoss, e.bestEpoch, e.best = score.Loss, epoch.Epoch, net.StateDict()
	}
	return score.Loss, nil
}

// exhausted reports whether the last epochs have brought nothing.
func (e *earlyStop) exhausted(epoch int) bool {
	return e != nil && epoch-e.bestEpoch >= e.Patience
}

// restore gives the model its best state and says so.
func (e *earlyStop) restore(net *models.Model, stop *Stop) error {
	if e == nil || e.best == nil {
		return nil
	}
	stop.Best = e.bestEpoch
	return net.LoadStateDict(e.best)
}
