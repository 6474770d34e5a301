package simd

// Multiply sets z = x·y, element by element. Here and in the other functions
// over slices of one length, the shortest one decides how much is done, and z
// may be x or y.
func Multiply(z, x, y []float32) {
	n := min(len(z), len(x), len(y))
	if n > 0 && current() != portable {
		avx2Mul(n, &z[0], &x[0], &y[0])
		return
	}
	for i := range n {
		z[i] = x[i] * y[i]
	}
}

// ReLU sets y = max(x, 0). NaN stays NaN.
func ReLU(y, x []float32) {
	n := min(len(y), len(x))
	if n > 0 && current() != portable {
		avx2ReLU(n, &y[0], &x[0])
		return
	}
	for i := range n {
		y[i] = max(x[i], 0)
	}
}

// ReLUGrad sets dx = dy where ReLU gave y > 0, and 0 elsewhere: the gradient at
// 0 is 0, as in PyTorch.
func ReLUGrad(dx, y, dy []float32) {
	n := min(len(dx), len(y), len(dy))
	if n > 0 && current() != portable {
		avx2ReLUGrad(n, &dx[0], &y[0], &dy[0])
		return
	}
	for i := range n {
		if y[i] <= 0 {
			dx[i] = 0
		} else {
			dx[i] = dy[i]
		}
	}
}

// LeakyReLU sets y = x where x > 0, and slope·x elsewhere.
func LeakyReLU(y, x []float32, slope float32) { LeakyReLUGrad(y, x, x, slope) }

// LeakyReLUGrad sets dx = dy where x > 0, and slope·dy elsewhere, at 0 too.
func LeakyReLUGrad(dx, x, dy []float32, slope float32) {
	n := min(len(dx), len(x), len(dy))
	if n > 0 && current() != portable {
		avx2LeakyReLUGrad(n, &dx[0], &x[0], &dy[0], slope)
		return
	}
	for i := range n {
		if x[i] > 0 {
			dx[i] = dy[i]
		} else {
			dx[i] = slope * dy[i]
		}
	}
}

// AddRow adds row to every row of the matrix a, which has as many columns as
// row has elements.
func AddRow(a, row []float32) {
	for ; len(row) > 0 && len(a) >= len(row); a = a[len(row):] {
		add(a[:len(row)], row)
	}
}

// ColumnSums sets sums to the sum of each column of a, taken from the first row
// to the last; a has as many columns as sums has elements.
func ColumnSums(sums, a []float32) {
	clear(sums)
	for ; len(sums) > 0 && len(a) >= len(sums); a = a[len(sums):] {
		add(sums, a[:len(sums)])
	}
}

// add adds x to y, which is no longer.
func add(y, x []float32) {
	x = x[:len(y)]
	if current() != portable {
		avx2Add(len(y), &y[0], &x[0])
		return
	}
	for i := range y {
		y[i] += x[i]
	}
}

// StandardizeColumns sets y = (x-mean)/sd; mean and sd have one element for each
// column of x and y.
func StandardizeColumns(y, x, mean, sd []float32) {
	cols := min(len(mean), len(sd))
	for ; cols > 0 && min(len(y), len(x)) >= cols; y, x = y[cols:], x[cols:] {
		if current() != portable {
			avx2Standardize(cols, &y[0], &x[0], &mean[0], &sd[0])
			continue
		}
		for j := range cols {
			y[j] = (x[j] - mean[j]) / sd[j]
		}
	}
}
