package training

import (
	"fmt"
	"math"

	"gorgonia.org/tensor"

	"perceptron/datasets"
	"perceptron/models"
)

// Evaluation is how a model does on a data set.
type Evaluation struct {
	Rows int
	Loss float64 // the mean of the model's loss over the rows

	// Predictions is (rows × outputs), in the order of the data set.
	Predictions *tensor.Dense

	// Accuracy is the share of rows whose class is predicted: of classes.
	Accuracy float64
	// RMSE and MAE are the root mean squared and the mean absolute error, in
	// the units of the targets; R2 is 1 − Σ(y−ŷ)²/Σ(y−ȳ)², and 0 where all
	// targets are equal: of numbers, those of several outputs taken together.
	RMSE, MAE, R2 float64
}

// evaluationRows is how many rows Evaluate hands to the model at a time.
const evaluationRows = 2048

// Predictor is what can be evaluated: a *models.Model or a *models.Ensemble.
type Predictor interface {
	Task() models.Task
	Inputs() int
	Outputs() int
	Info() models.Info
	Evaluate(x, y *tensor.Dense) (predictions *tensor.Dense, loss float64, err error)
}

// Evaluate predicts every row of a data set, without dropout and with
// BatchNorm's running statistics, and compares with the targets.
func Evaluate(net Predictor, d *datasets.Dataset) (*Evaluation, error) {
	if err := checkEvaluation(net, d); err != nil {
		return nil, fmt.Errorf("training: %w", err)
	}
	loader, err := evaluationLoader(d)
	if err != nil {
		return nil, err
	}
	return evaluate(net, loader)
}

func evaluationLoader(d *datasets.Dataset) (*datasets.DataLoader, error) {
	loader, err := datasets.NewLoader(d, datasets.LoaderOptions{BatchSize: evaluationRows})
	if err != nil {
		return nil, fmt.Errorf("training: %w", err)
	}
	return loader, nil
}

func evaluate(net Predictor, loader *datasets.DataLoader) (*Evaluation, error) {
	rows := loader.Data().Rows()
	e := &Evaluation{Rows: rows}
	outputs := net.Outputs()
	predictions := make([]float32, 0, rows*outputs)
	var score scores
	for b := range loader.Epoch(0) {
		p, loss, err := net.Evaluate(b.X, b.Y)
		if err != nil {
			return nil, fmt.Errorf("training: evaluate %s: %w", loader.Data().Name, err)
		}
		n := b.X.Shape()[0]
		e.Loss += loss * float64(n) / float64(rows)
		score.add(net.Task(), p.Float32s(), b.Y.Float32s(), n)
		predictions = append(predictions, p.Float32s()...)
	}
	if math.IsNaN(e.Loss) || math.IsInf(e.Loss, 0) {
		return nil, fmt.Errorf("training: evaluate %s: the loss is %v: lower the learning rate, or look for extreme values in the data", loader.Data().Name, e.Loss)
	}
	e.Predictions = tensor.New(tensor.WithShape(rows, outputs), tensor.WithBacking(predictions))
	score.finish(e)
	return e, nil
}

// scores adds up what the metrics are made of.
type scores struct {
	right, count           int
	squares, absolutes     float64
	targets, targetSquares float64 // relative to first, against cancellation
	first                  float64
}

func (s *scores) add(task models.Task, p, y []float32, rows int) {
	if task != models.Regression {
		for r := range rows {
			if int(y[r*len(y)/rows]) == Class(p[r*len(p)/rows:(r+1)*len(p)/rows]) {
				s.right++
			}
		}
		s.count += rows
		return
	}
	if s.count == 0 {
		s.first = float64(y[0])
	}
	for i := range y {
		d, t := float64(p[i])-float64(y[i]), float64(y[i])-s.first
		s.squares += d * d
		s.absolutes += math.Abs(d)
		s.targets += t
		s.targetSquares += t * t
	}
	s.count += len(y)
}

func (s *scores) finish(e *Evaluation) {
	n := float64(s.count)
	e.Accuracy = float64(s.right) / n
	e.RMSE = math.Sqrt(s.squares / n)
	e.MAE = s.absolutes / n
	if spread := s.targetSquares - s.targets*s.targets/n; spread > 0 {
		e.R2 = 1 - s.squares/spread
	}
}

// Class is the class that a row of predictions speaks for: the most probable
// one (the first of equals), or for a single probability whether it is above ½.
func Class(p []float32) int {
	if len(p) == 1 {
		if p[0] > 0.5 {
			return 1
		}
		return 0
	}
	best := 0
	for i, x := range p {
		if x > p[best] {
			best = i
		}
	}
	return best
}
