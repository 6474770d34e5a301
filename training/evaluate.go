package training

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"perceptron/datasets"
	"perceptron/internal/tape"
	"perceptron/models"
)

// Evaluation is how a model does on a data set.
type Evaluation struct {
	Rows int
	Loss float64 // the mean of the model's loss over the rows

	// Predictions is (rows × outputs), in the order of the data set.
	Predictions *tensor.Dense

	// Figures are what the task's metrics come to, in their order, and then
	// precision, recall and F1 of each class (precision:setosa), or of several
	// numbers each one's own (rmse:price). NaN is one that is not defined.
	Figures []models.Figure

	// Accuracy, of classes, and RMSE, MAE and R2, of numbers, are those of Figures,
	// or 0 where there is none of that name.
	Accuracy      float64
	RMSE, MAE, R2 float64
}

// Figure is the figure of a name, NaN if there is none.
func (e *Evaluation) Figure(name string) float64 {
	for _, f := range e.Figures {
		if f.Name == name {
			return f.Value
		}
	}
	return math.NaN()
}

// name sets the fields that repeat a figure.
func (e *Evaluation) name() {
	for _, f := range e.Figures {
		switch f.Name {
		case models.Accuracy.Name:
			e.Accuracy = f.Value
		case models.RMSE.Name:
			e.RMSE = f.Value
		case models.MAE.Name:
			e.MAE = f.Value
		case models.R2.Name:
			e.R2 = f.Value
		}
	}
}

// evaluationRows is how many rows Evaluate hands to the model at a time.
const evaluationRows = 2048

// Evaluate predicts every row of a data set, without dropout and with
// BatchNorm's running statistics, and compares with the targets.
func Evaluate(net models.Network, d *datasets.Dataset) (*Evaluation, error) {
	if err := checkEvaluation(net, d); err != nil {
		return nil, fmt.Errorf("training: %w", err)
	}
	e, err := newEvaluator(net, d)
	if err != nil {
		return nil, err
	}
	return e.evaluate()
}

// evaluator evaluates a model on the same rows again and again.
type evaluator struct {
	net     models.Network
	loader  *datasets.DataLoader
	metrics []models.Metric
	targets []float32
}

func newEvaluator(net models.Network, d *datasets.Dataset) (*evaluator, error) {
	loader, err := datasets.NewLoader(d, datasets.LoaderOptions{BatchSize: evaluationRows})
	if err != nil {
		return nil, fmt.Errorf("training: %w", err)
	}
	return &evaluator{net, loader, metricsFor(net, d), d.Y().Float32s()}, nil
}

// metricsFor are the task's, and those of each class or number by itself.
func metricsFor(net models.Network, d *datasets.Dataset) []models.Metric {
	metrics := slices.Clone(net.Task().Metrics)
	add := func(names []string, i int, each ...func(int, string) models.Metric) {
		name := strconv.Itoa(i)
		if i < len(names) {
			name = names[i]
		}
		for _, of := range each {
			metrics = append(metrics, of(i, name))
		}
	}
	n := net.Outputs()
	switch kind := net.Task().Targets; {
	case kind == models.Values && n > 1:
		for _, m := range net.Task().Metrics {
			for i := range n {
				add(d.TargetNames, i, func(i int, name string) models.Metric { return models.OfOutput(m, i, name) })
			}
		}
	case kind == models.Labels && n > 1:
		for i := range n {
			add(d.TargetNames, i, models.PrecisionOf, models.RecallOf, models.F1Of)
		}
	case kind != models.Values:
		for i := range max(n, 2) {
			add(d.ClassNames, i, models.PrecisionOf, models.RecallOf, models.F1Of)
		}
	}
	return metrics
}

func (v *evaluator) evaluate() (*Evaluation, error) {
	data, outputs := v.loader.Data(), v.net.Outputs()
	e := &Evaluation{Rows: data.Rows()}
	predictions := make([]float32, 0, e.Rows*outputs)
	total := float64(e.Rows)
	if data.Weights != nil {
		total = 0
		for _, w := range data.Weights {
			total += float64(w)
		}
	}
	for b := range v.loader.Epoch(0) {
		p, loss, err := v.net.Evaluate(b.X, b.Y)
		if err != nil {
			return nil, fmt.Errorf("training: evaluate %s: %w", data.Name, err)
		}
		if b.W != nil {
			if loss, err = v.weightedLoss(b); err != nil {
				return nil, fmt.Errorf("training: evaluate %s: %w", data.Name, err)
			}
		}
		e.Loss += loss * weightOf(b) / total
		predictions = append(predictions, p.Float32s()...)
	}
	if math.IsNaN(e.Loss) || math.IsInf(e.Loss, 0) {
		return nil, fmt.Errorf("training: evaluate %s: the loss is %v: lower the learning rate, or look for extreme values in the data", data.Name, e.Loss)
	}
	e.Predictions = tensor.New(tensor.WithShape(e.Rows, outputs), tensor.WithBacking(predictions))
	answers := models.Answers{
		Targets: v.net.Task().Targets, Rows: e.Rows, Outputs: outputs, Predicted: predictions, Actual: v.targets, Weights: data.Weights,
	}.Shared()
	e.Figures = make([]models.Figure, len(v.metrics))
	for i, m := range v.metrics {
		e.Figures[i] = models.Figure{Name: m.Name, Value: m.Of(answers)}
	}
	e.name()
	return e, nil
}

// weightedLoss is the weighted mean of the losses of a batch's rows; of an ensemble
// the mean over its members.
func (v *evaluator) weightedLoss(b datasets.Batch) (float64, error) {
	if weightOf(b) == 0 {
		return 0, nil
	}
	members := []*models.Model{}
	switch net := v.net.(type) {
	case *models.Model:
		members = append(members, net)
	case interface{ Members() []*models.Model }:
		members = net.Members()
	default:
		return 0, fmt.Errorf("rows with weights can't be judged by a %T: leave out the weights", net)
	}
	sum := 0.0
	for _, m := range members {
		g, err := m.Graph(models.GraphOptions{Rows: b.X.Shape()[0], Weighted: true})
		if err != nil {
			return 0, err
		}
		machine, err := tape.Compile(g.Expr, G.Nodes{g.X, g.Y, g.W}, G.Nodes{g.Loss})
		for _, input := range []struct {
			node  *G.Node
			value *tensor.Dense
		}{{g.X, b.X}, {g.Y, b.Y}, {g.W, b.W}} {
			if err == nil {
				err = G.Let(input.node, input.value)
			}
		}
		if err == nil {
			err = m.Update(machine.Run) // no training step meanwhile
		}
		if err != nil {
			return 0, err
		}
		sum += models.ScalarValue(g.Loss)
	}
	return sum / float64(len(members)), nil
}

// Class is the class that a row of predictions speaks for; see models.Likeliest.
func Class(p []float32) int { return models.Likeliest(p) }
