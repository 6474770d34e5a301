package exercise

import (
	"context"
	"fmt"

	"perceptron/datasets"
	"perceptron/internal/prng"
	"perceptron/models"
	"perceptron/training"
)

// Network is what a run ends with: a *models.Model, or with -ensemble a
// *models.Ensemble.
type Network = models.Network

// trainOthers trains the other networks of an ensemble, one after the other. They
// differ from the first one in the seed: of the initial weights, the order of
// the rows, dropout, noise and augmentation, but not of the split.
func (r *Run) trainOthers(ctx context.Context, train, valid *datasets.Dataset) error {
	for i := 1; i < r.Ensemble; i++ {
		s := r.Settings
		s.Seed, _ = prng.State(r.Seed, "exercise.member", uint64(i))
		net, err := s.network(r.Lesson.Task, train)
		if err != nil {
			return err
		}
		if _, err := r.train(ctx, net, train, valid, i, s); err != nil {
			return fmt.Errorf("network %d of the ensemble: %w", i+1, err)
		}
		r.others = append(r.others, net)
	}
	return nil
}

// Together is how an ensemble's members do by themselves, and how far they are
// apart.
type Together struct {
	Members []*training.Evaluation
	Spread  []float32 // standard deviation between the members, for each prediction
}

// together evaluates net and the other networks of the ensemble.
func (r *Run) together(net *models.Model, valid *datasets.Dataset) (*models.Ensemble, *Together, error) {
	e, err := models.NewEnsemble(append([]*models.Model{net}, r.others...)...)
	if err != nil {
		return nil, nil, err
	}
	_, spread, err := e.PredictSpread(valid.X())
	if err != nil {
		return nil, nil, err
	}
	t := &Together{Spread: spread.Float32s()}
	for _, m := range e.Members() {
		score, err := training.Evaluate(m, valid)
		if err != nil {
			return nil, nil, err
		}
		t.Members = append(t.Members, score)
	}
	return e, t, nil
}

// meanSpread is the mean of the spread over all predictions.
func (t *Together) meanSpread() float64 {
	sum := 0.0
	for _, s := range t.Spread {
		sum += float64(s)
	}
	return sum / float64(len(t.Spread))
}

// figures is what the task is judged by, of each member.
func (t *Together) figures(task models.Task) []float64 {
	var all []float64
	for _, m := range t.Members {
		if task.Targets == models.Values {
			all = append(all, m.RMSE)
		} else {
			all = append(all, m.Accuracy)
		}
	}
	return all
}

// text tells about the members, for the account of a run.
func (t *Together) text(task models.Task) string {
	name, format, scale := "accuracy", " %.2f %%", 100.
	if task.Targets == models.Values {
		name, format, scale = "RMSE", " %.3f", 1
	}
	text := fmt.Sprintf("\naverage of %d networks, which have by themselves %s", len(t.Members), name)
	for _, f := range t.figures(task) {
		text += fmt.Sprintf(format, f*scale)
	}
	return text + fmt.Sprintf("\nand differ by %.3g in what they predict (mean standard deviation)", t.meanSpread())
}
