package training

import (
	"errors"
	"fmt"

	"perceptron/datasets"
	"perceptron/models"
)

// checkData tells whether a model can be trained or evaluated on the rows of
// data, and on those of valid, which may be nil.
func checkData(net *models.Model, data, valid *datasets.Dataset) error {
	if net == nil {
		return errNoModel
	}
	if err := checkEvaluation(net, data); err != nil || valid == nil {
		return err
	}
	return fits(net, valid)
}

// checkEvaluation tells whether a model can be evaluated on the rows of data.
func checkEvaluation(net Predictor, data *datasets.Dataset) error {
	if net == nil || net == (*models.Model)(nil) || net == (*models.Ensemble)(nil) {
		return errNoModel
	}
	if data == nil {
		return errors.New("no rows: give a data set")
	}
	return fits(net, data)
}

var errNoModel = errors.New("no model: declare one with models.New")

// fits compares a data set with what a model takes and gives.
func fits(net Predictor, d *datasets.Dataset) error {
	if d.Features() != net.Inputs() {
		return fmt.Errorf("%s has %d features, the model takes %d: declare a first layer that fits", d.Name, d.Features(), net.Inputs())
	}
	targets := net.Outputs()
	if net.Task() == models.Multiclass {
		targets = 1 // a class index
		if d.Classes() > net.Outputs() {
			return fmt.Errorf("%s has %d classes, the model tells %d apart: declare a last layer that fits", d.Name, d.Classes(), net.Outputs())
		}
	}
	if d.Targets() != targets {
		return fmt.Errorf("%s has %d target columns, the model wants %d: declare a last layer that fits", d.Name, d.Targets(), targets)
	}
	if net.Task() == models.Binary {
		for i, y := range d.Y().Float32s() {
			if y < 0 || y > 1 {
				return fmt.Errorf("%s: target %v: a Binary model wants 0, 1 or a probability between; Multiclass tells more classes apart",
					d.Place(i/targets), y)
			}
		}
	}
	return nil
}
