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

// kernelsFor takes the vectorised kernels where a channel is one column.
func kernelsFor[T Float](cols, positions int) channelKernels[T] {
	// over visits every element with its channel.
	over := func(a []T, visit func(ch, i int)) {
		for start := 0; start < len(a); start += cols {
			for j := range cols {
				visit(j/positions, start+j)
			}
		}
	}
	k := channelKernels[T]{
		sums: func(sums []float64, a []T) {
			clear(sums)
			over(a, func(ch, i int) { sums[ch] += float64(a[i]) })
		},
		squares: func(sums []float64, a, mean []T) {
			clear(sums)
			over(a, func(ch, i int) {
				d := float64(a[i] - mean[ch])
				sums[ch] += d * d
			})
		},
		products: func(sums []float64, a, b []T) {
			clear(sums)
			over(a, func(ch, i int) { sums[ch] += float64(a[i]) * float64(b[i]) })
		},
		normalize: func(z, y, x, mean, inverse, gamma, beta []T) {
			over(x, func(ch, i int) {
				z[i] = (x[i] - mean[ch]) * inverse[ch]
				y[i] = z[i]*gamma[ch] + beta[ch]
			})
		},
		gradient: func(dx, dy, z, scale, dGamma, dBeta []T, count T) {
			over(dx, func(ch, i int) {
				dx[i] = scale[ch] * (dy[i] - (dBeta[ch]+z[i]*dGamma[ch])/count)
			})
		},
	}
	if positions == 1 {
		k.sums = pick(simd.ColumnSums64, k.sums)
		k.squares = pick(simd.ColumnSquares64, k.squares)
		k.products = pick(simd.ColumnProducts64, k.products)
		k.normalize = pick(simd.NormalizeColumns, k.normalize)
		k.gradient = pick(simd.NormalizeColumnsGrad, k.gradient)
	}
	return k
}
