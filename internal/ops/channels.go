package ops

import "perceptron/internal/simd"

// channelKernels are what batch normalisation does with a row-major matrix
// whose columns are channels × positions. Sums are float64 in either type.
type channelKernels[T Float] struct {
	sums      func(sums []float64, a []T)       // Σa
	squares   func(sums []float64, a, mean []T) // Σ(a−mean)²
	products  func(sums []float64, a, b []T)    // Σa·b
	normalize func(z, y, x, mean, inverse, gamma, beta []T)
	gradient  func(dx, dy, z, scale, dGamma, dBeta []T, count T)
}

// kernelsFor takes the vectorised kernels where a channel is one column, and
// loops over the positions of one channel of one row elsewhere.
func kernelsFor[T Float](cols, positions int) channelKernels[T] {
	// runs visits the positions of each channel of each row of n numbers.
	runs := func(n int, visit func(ch, from, to int)) {
		for from, ch := 0, 0; from < n; from += positions {
			visit(ch, from, from+positions)
			if ch++; ch == cols/positions {
				ch = 0
			}
		}
	}
	k := channelKernels[T]{
		sums: func(sums []float64, a []T) {
			clear(sums)
			runs(len(a), func(ch, from, to int) { sums[ch] += sumOf(a[from:to]) })
		},
		squares: func(sums []float64, a, mean []T) {
			clear(sums)
			runs(len(a), func(ch, from, to int) { sums[ch] += squaresOf(a[from:to], mean[ch]) })
		},
		products: func(sums []float64, a, b []T) {
			clear(sums)
			runs(len(a), func(ch, from, to int) { sums[ch] += productsOf(a[from:to], b[from:to]) })
		},
		normalize: func(z, y, x, mean, inverse, gamma, beta []T) {
			runs(len(x), func(ch, from, to int) {
				z, y, m, i, g, b := z[from:to], y[from:to], mean[ch], inverse[ch], gamma[ch], beta[ch]
				for j, x := range x[from:to] {
					n := (x - m) * i
					z[j] = n
					y[j] = n*g + b
				}
			})
		},
		gradient: func(dx, dy, z, scale, dGamma, dBeta []T, count T) {
			runs(len(dx), func(ch, from, to int) {
				dx, z, s, g, b := dx[from:to], z[from:to], scale[ch], dGamma[ch], dBeta[ch]
				for j, d := range dy[from:to] {
					dx[j] = s * (d - (b+z[j]*g)/count)
				}
			})
		},
	}
	if positions == 1 {
		k.sums = pick(simd.ColumnSums64, k.sums)
		k.squares = pick(simd.ColumnSquares64, k.squares)
		k.products = pick(simd.ColumnProducts64, k.products)
		k.normalize = pick(simd.NormalizeColumns, k.normalize)
		k.gradient = pick(simd.NormalizeColumnsGrad, k.gradient)
		return k
	}
	// A channel of a row is a row by itself, whose columns have the same numbers.
	same := make([]float32, 4*positions)
	spread := func(values ...float32) (a, b, c, d []float32) {
		for i, v := range values {
			for j := i * positions; j < (i+1)*positions; j++ {
				same[j] = v
			}
		}
		return same[:positions], same[positions : 2*positions], same[2*positions : 3*positions], same[3*positions:]
	}
	k.normalize = pick(func(z, y, x, mean, inverse, gamma, beta []float32) {
		for ch := range cols / positions {
			m, i, g, b := spread(mean[ch], inverse[ch], gamma[ch], beta[ch])
			for at := ch * positions; at < len(x); at += cols {
				simd.NormalizeColumns(z[at:at+positions], y[at:at+positions], x[at:at+positions], m, i, g, b)
			}
		}
	}, k.normalize)
	k.gradient = pick(func(dx, dy, z, scale, dGamma, dBeta []float32, count float32) {
		for ch := range cols / positions {
			s, g, b, _ := spread(scale[ch], dGamma[ch], dBeta[ch])
			for at := ch * positions; at < len(dx); at += cols {
				simd.NormalizeColumnsGrad(dx[at:at+positions], dy[at:at+positions], z[at:at+positions], s, g, b, count)
			}
		}
	}, k.gradient)
	return k
}

// sumOf, squaresOf and productsOf keep four sums, for a processor to add at the
// same time.
func sumOf[T Float](a []T) float64 {
	var s [4]float64
	for ; len(a) >= 4; a = a[4:] {
		s[0] += float64(a[0])
		s[1] += float64(a[1])
		s[2] += float64(a[2])
		s[3] += float64(a[3])
	}
	for _, x := range a {
		s[0] += float64(x)
	}
	return s[0] + s[1] + (s[2] + s[3])
}

func squaresOf[T Float](a []T, mean T) float64 {
	var s [4]float64
	for ; len(a) >= 4; a = a[4:] {
		d0, d1, d2, d3 := float64(a[0]-mean), float64(a[1]-mean), float64(a[2]-mean), float64(a[3]-mean)
		s[0] += d0 * d0
		s[1] += d1 * d1
		s[2] += d2 * d2
		s[3] += d3 * d3
	}
	for _, x := range a {
		d := float64(x - mean)
		s[0] += d * d
	}
	return s[0] + s[1] + (s[2] + s[3])
}

func productsOf[T Float](a, b []T) float64 {
	var s [4]float64
	for b = b[:len(a)]; len(a) >= 4 && len(b) >= 4; a, b = a[4:], b[4:] {
		s[0] += float64(a[0]) * float64(b[0])
		s[1] += float64(a[1]) * float64(b[1])
		s[2] += float64(a[2]) * float64(b[2])
		s[3] += float64(a[3]) * float64(b[3])
	}
	for i, x := range a {
		s[0] += float64(x) * float64(b[i])
	}
	return s[0] + s[1] + (s[2] + s[3])
}
