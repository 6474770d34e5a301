package exercise

import (
	"fmt"

	"perceptron/datasets"
	"perceptron/datasets/mnist"
	"perceptron/models"
)

// network declares the network of the settings for the training rows:
//
//	preprocessing, noise, for pictures BatchNorm2d if asked for,
//	for each hidden layer: Linear, BatchNorm1d, activation, Dropout,
//	Linear to the outputs, and for a scaled regression Unscale, for a bounded one Clamp.
//
// What preprocessing needs to know, such as means, comes from these rows alone.
func (s Settings) network(task models.Task, train *datasets.Dataset) (*models.Model, error) {
	activation, err := pick("activation", s.Activation, activations)
	if err != nil {
		return nil, err
	}
	parts, center, err := s.preprocessing(train)
	if err != nil {
		return nil, orDeck(err)
	}
	initializer, err := s.initializer(center)
	if err != nil {
		return nil, err
	}
	if err := s.checkBatches(train.Rows()); err != nil {
		return nil, err
	}
	if s.PictureNorm {
		parts = append(parts, models.Unflatten(1, mnist.Side, mnist.Side), models.BatchNorm2d(1), models.Flatten())
	}
	width := len(center)
	for _, units := range s.Hidden {
		parts = append(parts, models.Linear(width, units))
		if s.BatchNorm {
			parts = append(parts, models.BatchNorm1d(units))
		}
		parts = append(parts, activation())
		if s.Dropout > 0 {
			parts = append(parts, models.Dropout(s.Dropout))
		}
		width = units
	}
	info := models.Info{Features: train.FeatureNames, Outputs: outputNames(train), Recipe: s.Recipe}
	switch task.Targets {
	case models.Classes:
		parts = append(parts, models.Linear(width, train.Classes()), models.LabelSmoothing(s.LabelSmoothing))
	case models.Labels:
		parts = append(parts, models.Linear(width, 1))
	default:
		parts = append(parts, models.Linear(width, train.Targets()))
		switch s.Target {
		case StandardizedTarget:
			parts = append(parts, models.Unscale(datasets.TargetStats(train)))
		case RootTarget:
			mean, sd, err := datasets.RootTargetStats(train)
			if err != nil {
				return nil, orDeck(err)
			}
			parts = append(parts, models.UnscaleSquare(mean, sd))
		}
		if s.Clamp {
			parts = append(parts, models.Clamp(datasets.TargetRange(train)))
		}
	}
	parts = append(parts, models.Seed(s.Seed), models.Init(initializer), models.WithInfo(info))
	return models.New(task, parts...)
}

// orDeck adds a remedy to the error of data that a recipe's preprocessing can't
// take: the deck's recipe, which asks nothing of them.
func orDeck(err error) error {
	return fmt.Errorf("%w; -recipe deck does without this", err)
}

// checkBatches refuses batches of a single row where BatchNorm1d has to learn
// from what differs between rows.
func (s Settings) checkBatches(rows int) error {
	batch := s.Batch
	if batch == 0 || batch > rows {
		batch = rows
	}
	if !s.BatchNorm || len(s.Hidden) == 0 || batch > 1 && rows%batch != 1 {
		return nil
	}
	return fmt.Errorf("-batch %d makes a batch of one row out of %d training rows, and BatchNorm1d needs two or more to train: choose another -batch, or -batchnorm=false", s.Batch, rows)
}

// preprocessing is the layers before the first trained one, and the mean of
// each feature as they leave it.
func (s Settings) preprocessing(train *datasets.Dataset) (parts []models.Part, center []float32, err error) {
	center = make([]float32, train.Features())
	switch s.Inputs {
	case Raw:
		center, _ = datasets.ColumnStats(train)
	case Standardized:
		added, err := s.addedFeatures(train)
		if err != nil {
			return nil, nil, err
		}
		mean, sd := datasets.ColumnStats(train)
		parts = append(added.layers, models.Standardize(append(mean, added.mean...), append(sd, added.sd...)))
		center = make([]float32, len(center)+len(added.mean))
	case Pixels:
		mean, sd := datasets.OverallStats(train)
		parts = append(parts, models.Standardize(repeat(mean, train.Features()), repeat(sd, train.Features())))
	case Whitened:
		mean, w, err := datasets.WithinClassWhitening(train)
		if err != nil {
			return nil, nil, err
		}
		parts = append(parts, models.Whiten(mean, w))
	default:
		return nil, nil, fmt.Errorf("unknown preprocessing %q of the inputs", s.Inputs)
	}
	if s.Noise > 0 {
		parts = append(parts, models.GaussianNoise(s.Noise))
	}
	return parts, center, nil
}

// initializer draws the initial weights for inputs around a center.
func (s Settings) initializer(center []float32) (models.Initializer, error) {
	if s.Init != hinged {
		return models.InitByName(s.Init)
	}
	return models.Hinged(center), nil
}

func repeat(v float32, n int) []float32 {
	s := make([]float32, n)
	for i := range s {
		s[i] = v
	}
	return s
}

// outputNames is what a network's outputs stand for: classes or targets.
func outputNames(d *datasets.Dataset) []string {
	if d.Classes() > 0 {
		return d.ClassNames
	}
	return d.TargetNames
}
