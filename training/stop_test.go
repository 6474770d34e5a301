package training

import (
	"context"
	"errors"
	"testing"

	"perceptron/models"
)

// TestFitStops looks at the ways in which training ends.
func TestFitStops(t *testing.T) {
	train, own := table(t, 20), errors.New("the hook's own")
	for name, c := range map[string]struct {
		options Options
		want    string
		err     error
		steps   int
	}{
		"epochs": {Options{Epochs: 3}, "finished after 3 epochs", nil, 12},
		"loss":   {Options{Epochs: 3, LossBelow: 100}, "loss below 100 after 1 epoch", nil, 4},
		"begin":  {Options{Epochs: 3, Hooks: []Hook{{Begin: func(Progress) error { return own }}}}, "failed after 0 epochs", own, 0},
		"step":   {Options{Epochs: 3, Hooks: []Hook{{Step: func(p Progress) error { return failAt(p.Step, 6, own) }}}}, "failed after 1 epoch", own, 6},
		"epoch":  {Options{Epochs: 3, Hooks: []Hook{{Epoch: func(p Progress) error { return failAt(p.Epoch, 2, own) }}}}, "failed after 2 epochs", own, 8},
		"end":    {Options{Epochs: 1, Hooks: []Hook{{End: func(Progress) error { return own }}}}, "finished after 1 epoch", own, 4},
	} {
		t.Run(name, func(t *testing.T) {
			ended := 0
			c.options.Hooks = append(c.options.Hooks, Hook{End: func(Progress) error { ended++; return nil }})
			c.options.BatchSize = 5
			r, err := Fit(t.Context(), declared(t, models.Binary, models.Linear(2, 1)), train, nil, c.options)
			if !errors.Is(err, c.err) {
				t.Errorf("error %v, wanted %v", err, c.err)
			}
			if r.Stop.String() != c.want || r.Steps != c.steps || r.Epochs != len(r.History) || ended != 1 {
				t.Errorf("%v: %d steps, %d epochs, End called %d times", r.Stop, r.Steps, r.Epochs, ended)
			}
		})
	}
}

// TestFitIsCancelled holds that the step under way is finished, and no other made.
func TestFitIsCancelled(t *testing.T) {
	cause := errors.New("no time left")
	ctx, cancel := context.WithCancelCause(t.Context())
	r, err := Fit(ctx, declared(t, models.Binary, models.Linear(2, 1)), table(t, 20), nil, Options{BatchSize: 5, Epochs: 3,
		Hooks: []Hook{{Step: func(p Progress) error {
			if p.Step == 5 {
				cancel(cause)
			}
			return nil
		}}}})
	if !errors.Is(err, cause) || r.Steps != 5 || r.Stop.Reason != Cancelled || r.Stop.String() != "cancelled after 1 epoch" {
		t.Errorf("%v after %d steps, error %v", r.Stop, r.Steps, err)
	}
	wantError(t, err, "training: stopped before step 6: no time left")
}

func failAt(at, when int, err error) error {
	if at == when {
		return err
	}
	return nil
}

// TestFitReportsAllErrors holds that an error at the end does not hide the one
// that ended training, and that every hook gets its End.
func TestFitReportsAllErrors(t *testing.T) {
	first, second, third := errors.New("first"), errors.New("second"), errors.New("third")
	_, err := Fit(t.Context(), declared(t, models.Binary, models.Linear(2, 1)), table(t, 8), nil, Options{Epochs: 1, Hooks: []Hook{
		{Epoch: func(Progress) error { return first }, End: func(Progress) error { return second }},
		{End: func(Progress) error { return third }},
	}})
	for _, want := range []error{first, second, third} {
		if !errors.Is(err, want) {
			t.Errorf("error %v does not hold %v", err, want)
		}
	}
}

func TestStopInWords(t *testing.T) {
	for want, s := range map[string]Stop{
		"finished after 300 epochs, weights of epoch 212":                  {Reason: EpochsDone, Epochs: 300, Best: 212},
		"no better loss in 10 epochs after 57 epochs, weights of epoch 47": {Reason: NoImprovement, Epochs: 57, Patience: 10, Best: 47},
		"no better loss in 1 epoch after 2 epochs, weights of epoch 1":     {Reason: NoImprovement, Epochs: 2, Patience: 1, Best: 1},
		"loss below 0.01 after 1 epoch":                                    {Reason: LossReached, Epochs: 1, Loss: 0.01},
		"failed after 0 epochs":                                            {Reason: Failed},
		"not stopped":                                                      {},
	} {
		if got := s.String(); got != want {
			t.Errorf("%+v: %q, wanted %q", s, got, want)
		}
	}
}
