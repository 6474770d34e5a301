package training

import (
	"perceptron/datasets"
	"perceptron/models"
)

// learnNames gives a model the names of a data set's columns and classes where
// it has none and they fit, for whoever loads its file. What it tells of an
// earlier training is over.
func learnNames(net *models.Model, d *datasets.Dataset) error {
	info := net.Info()
	info.Trained = nil
	if len(info.Features) == 0 && len(d.FeatureNames) == net.Inputs() {
		info.Features = d.FeatureNames
	}
	outputs, wanted := d.TargetNames, net.Outputs()
	if d.Classes() > 0 {
		outputs = d.ClassNames
		if net.Task().Targets == models.Labels {
			wanted = 2
		}
	}
	if len(info.Outputs) == 0 && len(outputs) == wanted {
		info.Outputs = outputs
	}
	return net.SetInfo(info)
}

// account notes in the model how it was trained, once that is over. How its rows
// were chosen is for whoever chose them to say.
func (f *fit) account(net *models.Model, train *datasets.Dataset) error {
	info, history := net.Info(), f.progress.History
	loss := f.progress.Loss // a hook may have ended training within the first epoch
	if len(history) > 0 {
		loss = history[len(history)-1].TrainLoss
	}
	info.Trained = &models.Trained{
		Rows: train.Rows(), Checksum: train.Checksum(), Epochs: len(history), Steps: f.progress.Step,
		Stop: f.progress.Stop.String(), Loss: loss,
	}
	return net.SetInfo(info)
}
