package simd

// The kernels of batch normalisation (Ioffe and Szegedy 2015) work on matrices
// of whole rows, one channel a column. Their sums are float64 and go from the
// first row to the last.

// ColumnSums64 sets sums to the sum of each column of a; a has as many columns
// as sums has elements.
func ColumnSums64(sums []float64, a []float32) {
	clear(sums)
	cols := len(sums)
	for ; cols > 0 && len(a) >= cols; a = a[cols:] {
		if current() != portable {
			avx2Sum64(cols, &sums[0], &a[0])
			continue
		}
		for j := range sums {
			sums[j] += float64(a[j])
		}
	}
}

// ColumnSquares64 sets sums to the sum over each column of a of (a-mean)², mean
// being one number for each column. The difference is rounded to float32.
func ColumnSquares64(sums []float64, a, mean []float32) {
	clear(sums)
	cols := min(len(sums), len(mean))
	for ; cols > 0 && len(a) >= cols; a = a[cols:] {
		if current() != portable {
			avx2Squares64(cols, &sums[0], &a[0], &mean[0])
			continue
		}
		for j := range cols {
			d := float64(a[j] - mean[j])
			sums[j] += d * d
		}
	}
}

// ColumnProducts64 sets sums to the sum over each column of a·b.
func ColumnProducts64(sums []float64, a, b []float32) {
	clear(sums)
	cols := len(sums)
	for ; cols > 0 && min(len(a), len(b)) >= cols; a, b = a[cols:], b[cols:] {
		if current() != portable {
			avx2Products64(cols, &sums[0], &a[0], &b[0])
			continue
		}
		for j := range sums {
			sums[j] += float64(a[j]) * float64(b[j])
		}
	}
}

// NormalizeColumns sets z = (x-mean)·inverse and y = z·gamma + beta, for x, y and
// z of one size; the others have one element for each column. z may be y, if
// only y is wanted.
func NormalizeColumns(z, y, x, mean, inverse, gamma, beta []float32) {
	cols := min(len(mean), len(inverse), len(gamma), len(beta))
	for ; cols > 0 && min(len(x), len(y), len(z)) >= cols; z, y, x = z[cols:], y[cols:], x[cols:] {
		if current() != portable {
			avx2Normalize(cols, &z[0], &y[0], &x[0], &mean[0], &inverse[0], &gamma[0], &beta[0])
			continue
		}
		for j := range cols {
			normal := (x[j] - mean[j]) * inverse[j]
			z[j] = normal
			y[j] = float32(normal*gamma[j]) + beta[j]
		}
	}
}

// NormalizeColumnsGrad is the gradient of NormalizeColumns with the batch's own
// mean and variance:
//
//	dx = scale·(dy - (dBeta + z·dGamma)/count)
//
// with scale = gamma·inverse, and count the number of rows that the statistics
// were taken over. dx, dy and z are of one size; the others have one element
// for each column.
func NormalizeColumnsGrad(dx, dy, z, scale, dGamma, dBeta []float32, count float32) {
	cols := min(len(scale), len(dGamma), len(dBeta))
	for ; cols > 0 && min(len(dx), len(dy), len(z)) >= cols; dx, dy, z = dx[cols:], dy[cols:], z[cols:] {
		if current() != portable {
			avx2NormalizeGrad(cols, &dx[0], &dy[0], &z[0], &scale[0], &dGamma[0], &dBeta[0], count)
			continue
		}
		for j := range cols {
			pull := (dBeta[j] + float32(z[j]*dGamma[j])) / count
			dx[j] = scale[j] * (dy[j] - pull)
		}
	}
}
