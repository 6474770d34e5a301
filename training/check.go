package training

import (
	"errors"
	"fmt"
	"math"

	"perceptron/datasets"
	"perceptron/models"
)

// checkData reports whether a model can be trained or evaluated on the rows of
// data, and on those of valid, which may be nil.
func checkData(net *models.Model, data, valid *datasets.Dataset) error {
	if net == nil {
		return errNoModel
	}
	if err := checkEvaluation(net, data); err != nil || valid == nil {
		return err
	}
	if err := fits(net, valid); err != nil {
		return err
	}
	return sameNames(namesOf(valid), namesOf(data))
}

// checkEvaluation reports whether a model can be evaluated on the rows of data.
func checkEvaluation(net models.Network, data *datasets.Dataset) error {
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
func fits(net models.Network, d *datasets.Dataset) error {
	if d.Features() != net.Inputs() {
		return fmt.Errorf("%s has %d features, the model takes %d: declare a first layer that fits", d.Name, d.Features(), net.Inputs())
	}
	targets := net.Outputs()
	if net.Task().Targets == models.Classes {
		targets = 1 // a class index
	}
	if d.Targets() != targets {
		return fmt.Errorf("%s has %d target columns, the model wants %d: declare a last layer that fits", d.Name, d.Targets(), targets)
	}
	if err := fitsTargets(net, d); err != nil {
		return err
	}
	return sameNames(namesOf(d), namesIn(net))
}

// fitsTargets reports whether targets are what a task is about. Numbers may be
// class indices or probabilities that nobody has named classes for, but classes
// are no numbers.
func fitsTargets(net models.Network, d *datasets.Dataset) error {
	const asClasses = "read the target as datasets.Classes, or declare a Regression model"
	classes := d.Classes()
	switch net.Task().Targets {
	case models.Values:
		if classes > 0 {
			return fmt.Errorf("the targets of %s are %d classes, a Regression model wants numbers: declare a Multiclass or Binary model, or read the target as datasets.Numbers", d.Name, classes)
		}
	case models.Classes:
		if classes > net.Outputs() {
			return fmt.Errorf("%s has %d classes, the model tells %d apart: declare a last layer that fits", d.Name, classes, net.Outputs())
		}
		if classes > 0 {
			return nil // whose indices the data set has checked
		}
		for i, y := range d.Y().Float32s() {
			if y < 0 || y >= float32(net.Outputs()) || y != float32(int(y)) {
				return fmt.Errorf("%s: target %v: this Multiclass model wants class indices from 0 to %d: %s", d.Place(i), y, net.Outputs()-1, asClasses)
			}
		}
	case models.Labels:
		if classes > 2 {
			return fmt.Errorf("%s has %d classes, a Binary model tells 2 apart: declare a Multiclass model of %d outputs", d.Name, classes, classes)
		}
		for i, y := range d.Y().Float32s() {
			if y < 0 || y > 1 {
				return fmt.Errorf("%s: target %v: a Binary model wants 0, 1 or a probability between: %s", d.Place(i/d.Targets()), y, asClasses)
			}
		}
	}
	return nil
}

// check reports whether the settings make sense by themselves.
func (o *Options) check() error {
	for _, bad := range []struct {
		is   bool
		text string
	}{
		{o.Epochs < 1, fmt.Sprintf("Epochs is %d: wanted 1 or more", o.Epochs)},
		{o.BatchSize < 0, fmt.Sprintf("BatchSize is %d: wanted 1 or more, or 0 for all rows", o.BatchSize)},
		{!(o.LossBelow >= 0), fmt.Sprintf("LossBelow is %v: wanted 0 or more", o.LossBelow)},
		{!(o.EarlyStopping.Patience >= 0), fmt.Sprintf("EarlyStopping.Patience is %d: wanted 0 or more", o.EarlyStopping.Patience)},
		{!(o.ClipNorm >= 0) || !(o.ClipValue >= 0), fmt.Sprintf("ClipNorm is %v and ClipValue %v: wanted 0 or more", o.ClipNorm, o.ClipValue)},
		{!(o.Adversarial >= 0) || math.IsInf(o.Adversarial, 0), fmt.Sprintf("Adversarial is %v: wanted a finite number of 0 or more", o.Adversarial)},
	} {
		if bad.is {
			return errors.New(bad.text)
		}
	}
	return nil
}
