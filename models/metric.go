package models

// Metric is a figure that predictions are judged by.
type Metric struct {
	Name string // such as accuracy, as history and metrics.json have it
	Of   func(a Answers) float64
}

// Figure is a metric of certain predictions. NaN is a figure that they do not
// have, such as R² where all targets are equal.
type Figure struct {
	Name  string
	Value float64
}

// Answers are predictions beside the targets.
type Answers struct {
	Targets       TargetKind
	Rows, Outputs int
	Predicted     []float32 // rows × outputs, as Predict gives them
	Actual        []float32 // rows × outputs, or rows class indices
	Weights       []float32 // of the rows; nil: all count alike

	counts *[][3]float64 // see Shared
}
