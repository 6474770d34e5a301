package datasets

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"
)

// WithinClassWhitening returns the mean of the features, and the matrix w of
// shape (features, features) that makes w·(x − mean) white within the classes:
// the features, less their class's mean, then have variance 1 and no
// correlation. What is left to tell the classes apart by is the plain distance,
// as in linear discriminant analysis. Call it with the training rows alone.
//
// With V the diagonal and R the correlations of the pooled covariance Σ (the sum
// over all rows of (x−μ)(x−μ)ᵀ, μ the mean of the row's class, divided by rows
// − classes), w = R^(−1/2)·V^(−1/2). Of all matrices that whiten, this one
// changes the standardised features least, and their units don't matter:
// "ZCA-cor" in A. Kessy, A. Lewin, K. Strimmer, "Optimal Whitening and
// Decorrelation", 2018.
//
// Errors: no rows; targets that are no classes; too few rows; a feature that is constant
// within every class, or that others determine.
func WithinClassWhitening(d *Dataset) (mean []float32, w *tensor.Dense, err error) {
	if err := d.needRows(); err != nil {
		return nil, nil, err
	}
	if d.Classes() == 0 {
		return nil, nil, fmt.Errorf("data set %s: whitening within classes, but the targets are numbers: standardise with ColumnStats", d.Name)
	}
	n := d.Features()
	covariance, err := pooledCovariance(d)
	if err != nil {
		return nil, nil, fmt.Errorf("data set %s: %w", d.Name, err)
	}
	correlation := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			correlation.SetSym(i, j, covariance.At(i, j)/math.Sqrt(covariance.At(i, i)*covariance.At(j, j)))
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(correlation, true) {
		return nil, nil, fmt.Errorf("data set %s: the correlations have no eigenvalues: standardise with ColumnStats", d.Name)
	}
	// The eigenvalues of correlations add up to n; one of next to nothing
	// means that a feature is, within the classes, a sum of others.
	values := eigen.Values(nil)
	if values[0] < 1e-9 {
		return nil, nil, fmt.Errorf("data set %s: within the classes some features are sums of others, or there are too few rows: leave features out or add rows", d.Name)
	}
	var vectors, scaled, root mat.Dense
	eigen.VectorsTo(&vectors)
	scaled.Apply(func(_, j int, v float64) float64 { return v / math.Sqrt(values[j]) }, &vectors)
	root.Mul(&scaled, vectors.T())
	elements := make([]float32, n*n)
	for i := range n {
		for j := range n {
			elements[i*n+j] = float32(root.At(i, j) / math.Sqrt(covariance.At(j, j)))
		}
	}
	mean, _ = ColumnStats(d)
	return mean, tensor.New(tensor.WithShape(n, n), tensor.WithBacking(elements)), nil
}

// pooledCovariance returns the covariance of the features within the classes,
// all of it positive on the diagonal.
func pooledCovariance(d *Dataset) (*mat.SymDense, error) {
	n := d.Features()
	counts, present := d.ClassCounts(), 0
	means := make([][]float64, len(counts)) // of the classes that have rows
	first := make([][]float32, len(counts))
	deviations := mat.NewDense(d.Rows(), n, nil)
	for i := range d.Rows() {
		x := make([]float32, n)
		d.gatherX(x, []int{i})
		class := int(d.targets[i])
		if first[class] == nil {
			first[class], means[class] = x, make([]float64, n)
			present++
		}
		// As in moments, differences from a first row are exact for a
		// feature that never changes.
		for j, v := range x {
			difference := float64(v) - float64(first[class][j])
			means[class][j] += difference / float64(counts[class])
			deviations.Set(i, j, difference)
		}
	}
	if d.Rows() == present {
		return nil, errors.New("no class has a second row to differ from the first: add rows")
	}
	for i := range d.Rows() {
		floats.Sub(deviations.RawRowView(i), means[int(d.targets[i])])
	}
	var covariance mat.SymDense
	covariance.SymOuterK(1/float64(d.Rows()-present), deviations.T())
	for j := range n {
		if covariance.At(j, j) == 0 {
			return nil, fmt.Errorf("feature %s never changes within a class: leave it out", d.featureName(j))
		}
	}
	return &covariance, nil
}
