package datasets

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
)

// ColumnStats returns the mean and the standard deviation of each feature, for
// a layer that standardises them: (x − mean) / std. Call it with the training
// rows alone, as validation rows stand for what isn't known yet.
//
// The deviation is the population's (divided by the number of rows), as in
// scikit-learn's StandardScaler. A feature that never changes has 1, so that
// it becomes 0 and not NaN. Without rows both results are nil.
func ColumnStats(d *Dataset) (mean, std []float32) {
	if d.needRows() != nil {
		return nil, nil
	}
	return toFloat32(d.featureMoments())
}

// TargetStats returns the mean and the standard deviation of each target, as
// ColumnStats does for the features. It makes sense for numbers only.
func TargetStats(d *Dataset) (mean, std []float32) {
	if d.needRows() != nil {
		return nil, nil
	}
	return toFloat32(moments(d.targets, d.Targets()))
}

// RootTargetStats returns the mean and the standard deviation of the square root
// of each target, for a network that is trained on standardised roots.
//
// Errors: no rows, a target below 0.
func RootTargetStats(d *Dataset) (mean, std []float32, err error) {
	if err := d.needRows(); err != nil {
		return nil, nil, err
	}
	roots := make([]float32, len(d.targets))
	for i, y := range d.targets {
		if y < 0 {
			return nil, nil, fmt.Errorf("%s: the target %v has no square root: correct the row, or scale the targets as they are with TargetStats",
				d.Place(i/d.Targets()), y)
		}
		roots[i] = float32(math.Sqrt(float64(y)))
	}
	mean, std = toFloat32(moments(roots, d.Targets()))
	return mean, std, nil
}

// TargetRange returns the smallest and the largest of all targets, 0 and 0
// without rows.
func TargetRange(d *Dataset) (low, high float32) {
	if d.needRows() != nil {
		return 0, 0
	}
	return slices.Min(d.targets), slices.Max(d.targets)
}

// LogStats returns the mean and the standard deviation of the natural logarithm
// of each of the given features (0-based), for a layer that standardises them.
//
// Errors: no rows, a feature that isn't there, a number in it that is not above 0.
func LogStats(d *Dataset, features ...int) (mean, std []float32, err error) {
	return d.statsOf(features, math.Log, func(x float32) string {
		if x > 0 {
			return ""
		}
		return "only a number above 0 has a logarithm: correct the row, or take no logarithm of this feature"
	})
}

// ReciprocalStats returns the mean and the standard deviation of 1/x of each of
// the given features (0-based), for a layer that standardises them.
//
// Errors: no rows, a feature that isn't there, a 0 in it.
func ReciprocalStats(d *Dataset, features ...int) (mean, std []float32, err error) {
	return d.statsOf(features, func(x float64) float64 { return 1 / x }, func(x float32) string {
		if x != 0 {
			return ""
		}
		return "0 has no reciprocal: correct the row, or take no reciprocal of this feature"
	})
}

// statsOf is about a function of features; fault says what is wrong with a
// number that it does not take.
func (d *Dataset) statsOf(features []int, f func(float64) float64, fault func(float32) string) (mean, std []float32, err error) {
	if err := d.needRows(); err != nil {
		return nil, nil, err
	}
	values := make([]float32, 0, d.Rows()*len(features))
	row := make([]float32, d.Features())
	for i := range d.Rows() {
		d.gatherX(row, []int{i})
		for _, j := range features {
			if err := d.hasFeature(j); err != nil {
				return nil, nil, err
			}
			if wrong := fault(row[j]); wrong != "" {
				return nil, nil, fmt.Errorf("%s: feature %s is %v, and %s", d.Place(i), d.featureName(j), row[j], wrong)
			}
			values = append(values, float32(f(float64(row[j]))))
		}
	}
	if len(features) > 0 {
		mean, std = toFloat32(moments(values, len(features)))
	}
	return mean, std, nil
}

// Values returns the different values of a feature (0-based), from the smallest
// to the largest, and the share of the rows that has each.
//
// Errors: no rows, a feature that isn't there.
func Values(d *Dataset, feature int) (values, shares []float32, err error) {
	if err := d.needRows(); err != nil {
		return nil, nil, err
	}
	if err := d.hasFeature(feature); err != nil {
		return nil, nil, err
	}
	counts := map[float32]int{}
	row := make([]float32, d.Features())
	for i := range d.Rows() {
		d.gatherX(row, []int{i})
		counts[row[feature]]++
	}
	values = slices.Sorted(maps.Keys(counts))
	for _, v := range values {
		shares = append(shares, float32(counts[v])/float32(d.Rows()))
	}
	return values, shares, nil
}

func (d *Dataset) hasFeature(j int) error {
	if j >= 0 && j < d.Features() {
		return nil
	}
	return fmt.Errorf("data set %s: there is no feature %d: give features from 0 to %d", d.Name, j, d.Features()-1)
}

// OverallStats returns one mean and one standard deviation of all features
// together. That is the way to standardise pixels: those at the border hardly
// ever change, and a deviation of their own would blow up the rare ink there.
// Without rows they are 0 and 1.
func OverallStats(d *Dataset) (mean, std float32) {
	if d.needRows() != nil {
		return 0, 1
	}
	means, variances := d.featureMoments()
	var center, spread float64
	for _, m := range means {
		center += m / float64(len(means))
	}
	// The variance within the columns, and that between them.
	for i, v := range variances {
		spread += (v + (means[i]-center)*(means[i]-center)) / float64(len(means))
	}
	m, s := toFloat32([]float64{center}, []float64{spread})
	return m[0], s[0]
}

// needRows is an error about a data set that there are no statistics of.
func (d *Dataset) needRows() error {
	if d == nil || d.rows == 0 {
		return errors.New("no data set, or one without rows: give one with at least one row")
	}
	return nil
}

// featureName is a feature's name, or its number if it has none.
func (d *Dataset) featureName(j int) string {
	if j < len(d.FeatureNames) {
		return strconv.Quote(d.FeatureNames[j])
	}
	return strconv.Itoa(j)
}

func (d *Dataset) featureMoments() (mean, variance []float64) {
	if d.bytes != nil {
		return moments(d.bytes, d.Features())
	}
	return moments(d.floats, d.Features())
}

// moments returns the mean and the population variance of each column.
func moments[T float32 | uint8](values []T, cols int) (mean, variance []float64) {
	rows := len(values) / cols
	mean, variance = make([]float64, cols), make([]float64, cols)
	// Summing differences from the first row is exact for a column that never
	// changes, and its variance is exactly 0.
	first := make([]float64, cols)
	for j, v := range values[:cols] {
		first[j] = float64(v)
	}
	for i := range rows {
		for j, v := range values[i*cols : (i+1)*cols] {
			mean[j] += float64(v) - first[j]
		}
	}
	for j := range mean {
		mean[j] = first[j] + mean[j]/float64(rows)
	}
	for i := range rows {
		for j, v := range values[i*cols : (i+1)*cols] {
			deviation := float64(v) - mean[j]
			variance[j] += deviation * deviation
		}
	}
	for j := range variance {
		variance[j] /= float64(rows)
	}
	return mean, variance
}

// toFloat32 rounds means, and turns variances into deviations, 1 for none.
func toFloat32(mean, variance []float64) (mean32, std32 []float32) {
	mean32, std32 = make([]float32, len(mean)), make([]float32, len(mean))
	for j := range mean {
		mean32[j], std32[j] = float32(mean[j]), float32(math.Sqrt(variance[j]))
		if std32[j] == 0 {
			std32[j] = 1
		}
	}
	return mean32, std32
}
