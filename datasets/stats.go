package datasets

import "math"

// ColumnStats returns the mean and the standard deviation of each feature, for
// a layer that standardises them: (x − mean) / std. Call it with the training
// rows alone, as validation rows stand for what isn't known yet.
//
// The deviation is the population's (divided by the number of rows), as in
// scikit-learn's StandardScaler. A feature that never changes has 1, so that
// it becomes 0 and not NaN.
func ColumnStats(d *Dataset) (mean, std []float32) {
	return toFloat32(d.featureMoments())
}

// TargetStats returns the mean and the standard deviation of each target, as
// ColumnStats does for the features. It makes sense for numbers only.
func TargetStats(d *Dataset) (mean, std []float32) {
	return toFloat32(moments(d.targets, d.Targets()))
}

// OverallStats returns one mean and one standard deviation of all features
// together. That is the way to standardise pixels: those at the border hardly
// ever change, and a deviation of their own would blow up the rare ink there.
func OverallStats(d *Dataset) (mean, std float32) {
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
