package exercise

import (
	"fmt"
	"slices"

	"perceptron/datasets"
	"perceptron/models"
)

// added is features made of others, behind those of the table.
type added struct {
	layers   []models.Part // that make them
	mean, sd []float32     // to standardise them by
}

// addedFeatures makes the Logs, Reciprocals and Indicators.
func (s Settings) addedFeatures(train *datasets.Dataset) (*added, error) {
	a, err := s.functions(train)
	if err != nil {
		return nil, err
	}
	columns, err := columnsOf(train, s.Indicators, "indicators")
	if err != nil {
		return nil, err
	}
	for _, c := range columns {
		values, shares, err := datasets.Values(train, c)
		if err != nil {
			return nil, err
		}
		if len(values) > mostIndicators {
			return nil, fmt.Errorf("feature %s has %d values, and indicators of at most %d are made: leave it out of -indicators",
				train.FeatureNames[c], len(values), mostIndicators)
		}
		a.layers = append(a.layers, models.AppendIndicators(train.Features()+len(a.mean), c, values...))
		// Centred, but not divided by their deviation, which would make the
		// indicators of rare values large.
		a.mean, a.sd = append(a.mean, shares...), append(a.sd, repeat(1, len(values))...)
	}
	return a, nil
}

// functions makes the Logs and Reciprocals, or tells which row has a number that
// has none.
func (s Settings) functions(d *datasets.Dataset) (*added, error) {
	a := &added{}
	for _, kind := range []struct {
		names []string
		what  string
		layer func(features int, columns ...int) models.Layer
		stats func(*datasets.Dataset, ...int) (mean, sd []float32, err error)
	}{
		{s.Logs, "logarithm", models.AppendLogs, datasets.LogStats},
		{s.Reciprocals, "reciprocal", models.AppendReciprocals, datasets.ReciprocalStats},
	} {
		if len(kind.names) == 0 {
			continue
		}
		columns, err := columnsOf(d, kind.names, kind.what)
		if err != nil {
			return nil, err
		}
		mean, sd, err := kind.stats(d, columns...)
		if err != nil {
			return nil, err
		}
		a.layers = append(a.layers, kind.layer(d.Features()+len(a.mean), columns...))
		a.mean, a.sd = append(a.mean, mean...), append(a.sd, sd...)
	}
	return a, nil
}

// mostIndicators bounds the values of one feature: with more of them, few rows
// are left to learn from about each.
const mostIndicators = 100

// columnsOf finds features by their names.
func columnsOf(train *datasets.Dataset, names []string, what string) ([]int, error) {
	var columns []int
	for _, name := range names {
		i := slices.Index(train.FeatureNames, name)
		if i < 0 {
			return nil, fmt.Errorf("no feature is called %q, whose %s the recipe takes: add it", name, what)
		}
		columns = append(columns, i)
	}
	return columns, nil
}
