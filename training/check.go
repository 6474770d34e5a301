package training

import (
	"errors"
	"fmt"

	"perceptron/datasets"
	"perceptron/models"
)

// checkData tells whether a model can be trained on train and evaluated on
// valid, which may be nil.
func checkData(net *models.Model, train, valid *datasets.Dataset) error {
	if train == nil {
		return errors.New("no training rows: give a data set")
	}
	if err := fits(net, train); err != nil || valid == nil {
		return err
	}
	return fits(net, valid)
}

// fits compares a data set with what a model takes and gives.
func fits(net *models.Model, d *datasets.Dataset) error {
	if d.Features() != net.Inputs() {
		return fmt.Errorf("%s has %d features, the model takes %d: declare a first layer that fits", d.Name, d.Features(), net.Inputs())
	}
	switch net.Task() {
	case models.Regression:
		if d.Targets() != net.Outputs() {
			return fmt.Errorf("%s has %d target columns, the model gives %d: declare a last layer that fits", d.Name, d.Targets(), net.Outputs())
		}
	case models.Multiclass:
		if d.Classes() > net.Outputs() {
			return fmt.Errorf("%s has %d classes, the model tells %d apart: declare a last layer that fits", d.Name, d.Classes(), net.Outputs())
		}
	case models.Binary:
		if d.Targets() != net.Outputs() {
			return fmt.Errorf("%s has %d target columns, the model gives %d: declare a last layer that fits", d.Name, d.Targets(), net.Outputs())
		}
		for i, y := range d.Y().Float32s() {
			if y < 0 || y > 1 {
				return fmt.Errorf("%s, row %d: target %v: a Binary model wants 0, 1 or a probability between; Multiclass tells more classes apart",
					d.Name, d.RowNumbers[i/d.Targets()], y)
			}
		}
	}
	return nil
}
