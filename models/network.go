package models

import (
	"io"

	"gorgonia.org/tensor"
)

// Network is what a Model and an Ensemble of them have in common: all that
// evaluates, predicts, saves and tells about itself.
type Network interface {
	Task() Task
	Inputs() int  // features of a row
	Outputs() int // predictions for a row
	Count() int   // trained numbers
	Info() Info
	ClassNames() []string
	String() string
	Summary() string

	Predict(x *tensor.Dense) (*tensor.Dense, error)
	PredictRow(features ...float32) ([]float32, error)
	Classify(features ...float32) ([]Class, error)
	Evaluate(x, y *tensor.Dense) (predictions *tensor.Dense, loss float64, err error)

	Write(w io.Writer) error
	WriteONNX(w io.Writer) error
}
