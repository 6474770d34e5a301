package exercise

import (
	"encoding/json"
	"math"
	"slices"

	"perceptron/datasets"
	"perceptron/models"
	"perceptron/training"
)

// Outcome is what came of a run.
type Outcome struct {
	Lesson   *Lesson
	Settings Settings

	Train, Valid *datasets.Dataset
	Net          Network
	TrainSeed    uint64               // of the first network of an ensemble
	Result       *training.Result     // of the first network of an ensemble; nil for one that was loaded
	Score        *training.Evaluation // on the validation rows
	Together     *Together            // of an ensemble; nil for a single network
}

// Classes are the actual and the predicted class of each validation row.
func (o *Outcome) Classes() (actual, predicted []int) {
	y, p, n := o.Valid.Y().Float32s(), o.Score.Predictions.Float32s(), o.Net.Outputs()
	for row := range y {
		actual = append(actual, int(y[row]))
		predicted = append(predicted, training.Class(p[row*n:(row+1)*n]))
	}
	return actual, predicted
}

// Values are the actual and the predicted value of each validation row.
func (o *Outcome) Values() (actual, predicted []float64) {
	y, p := o.Valid.Y().Float32s(), o.Score.Predictions.Float32s()
	for row := range y {
		actual = append(actual, float64(y[row]))
		predicted = append(predicted, float64(p[row]))
	}
	return actual, predicted
}

// varies tells whether the actual values differ at all: without a variance no
// share of it can be explained, as of a single row.
func (o *Outcome) varies() bool {
	actual, _ := o.Values()
	return slices.Min(actual) < slices.Max(actual)
}

// Probabilities of the classes for a validation row. A single output is the
// probability of class 1.
func (o *Outcome) Probabilities(row int) []float32 {
	n := o.Net.Outputs()
	p := o.Score.Predictions.Float32s()[row*n : (row+1)*n]
	if n == 1 {
		return []float32{1 - p[0], p[0]}
	}
	return p
}

// Metrics are the figures of metrics.json, in its order. How a saved network was
// trained may not be known: those figures are then null. Of an ensemble they are
// the first network's.
type Metrics struct {
	Lesson     string   `json:"lesson"`
	Recipe     string   `json:"recipe"`
	Seed       *uint64  `json:"seed"` // that the network was trained with
	TrainRows  *int     `json:"train_rows"`
	ValidRows  int      `json:"valid_rows"`
	Parameters int      `json:"parameters"` // trained ones
	Epochs     *int     `json:"epochs"`
	Steps      *int     `json:"steps"`
	Stop       string   `json:"stop"`
	TrainLoss  *float64 `json:"train_loss"` // mean of the last epoch
	ValidLoss  float64  `json:"valid_loss"`
	Accuracy   *float64 `json:"accuracy,omitempty"` // share from 0 to 1, of classes
	RMSE       *float64 `json:"rmse,omitempty"`     // these three of numbers
	MAE        *float64 `json:"mae,omitempty"`
	R2         *Figure  `json:"r2,omitempty"`

	// Of a saved network whose validation rows were drawn with another seed.
	SplitSeed *uint64 `json:"split_seed,omitempty"`

	// Of an ensemble: the rmse or accuracy of each network by itself, and the
	// mean over all predictions of the standard deviation between them.
	Members []float64 `json:"members,omitempty"`
	Spread  *float64  `json:"spread,omitempty"`
}

// Figure is a number of metrics.json; NaN, which JSON lacks, becomes null.
type Figure float64

func (f Figure) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(f)) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(f))
}

// Metrics sums up the outcome. What concerns training comes from the model,
// which remembers it, so that a loaded one has the figures of its own training.
func (o *Outcome) Metrics() Metrics {
	m := Metrics{
		Lesson: o.Lesson.Name, Recipe: o.Settings.Recipe,
		ValidRows: o.Valid.Rows(), Parameters: o.Net.Count(), ValidLoss: o.Score.Loss, Stop: "unknown",
	}
	if t := o.Net.Info().Trained; t != nil {
		m.Seed, m.TrainRows, m.Epochs, m.Steps, m.Stop, m.TrainLoss = &o.TrainSeed, &t.Rows, &t.Epochs, &t.Steps, t.Stop, &t.Loss
	}
	if split := o.Settings; split.TrainRows > 0 && !split.Sequential && (m.Seed == nil || *m.Seed != split.Seed) {
		m.SplitSeed = &split.Seed
	}
	if o.Lesson.Task.Targets == models.Values {
		r2 := Figure(o.Score.R2)
		if !o.varies() {
			r2 = Figure(math.NaN())
		}
		m.RMSE, m.MAE, m.R2 = &o.Score.RMSE, &o.Score.MAE, &r2
	} else {
		m.Accuracy = &o.Score.Accuracy
	}
	if o.Together != nil {
		spread := o.Together.meanSpread()
		m.Members, m.Spread = o.Together.figures(o.Lesson.Task), &spread
	}
	return m
}
