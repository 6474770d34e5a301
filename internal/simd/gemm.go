package simd

import "fmt"

// Gemm computes C = alpha·op(A)·op(B) + beta·C, where op(A) is m×k, op(B) is
// k×n and C is m×n, all row-major. op(X) is X, or its transpose if the flag
// says so; a is then stored k×m and b n×k. lda, ldb and ldc are the distances,
// in elements, between the starts of two stored rows; what lies between a
// row's end and the next one's start is never touched.
//
// With beta = 0 the old contents of C are ignored, NaN and infinities
// included. With alpha = 0 or k = 0, C is only scaled and A and B are not
// read. C must not overlap A or B.
//
// Gemm returns an error, and writes nothing, if a size is negative, a leading
// dimension is shorter than a row or a slice is too short.
func Gemm(transA, transB bool, m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) error {
	if m < 0 || n < 0 || k < 0 {
		return fmt.Errorf("simd: Gemm: negative size: m = %d, n = %d, k = %d", m, n, k)
	}
	aRows, aCols := m, k
	if transA {
		aRows, aCols = k, m
	}
	bRows, bCols := k, n
	if transB {
		bRows, bCols = n, k
	}
	if !fits(len(a), aRows, aCols, lda) {
		return sizeError("a", len(a), aRows, aCols, lda)
	}
	if !fits(len(b), bRows, bCols, ldb) {
		return sizeError("b", len(b), bRows, bCols, ldb)
	}
	if !fits(len(c), m, n, ldc) {
		return sizeError("c", len(c), m, n, ldc)
	}
	if m == 0 || n == 0 {
		return nil
	}
	if k == 0 || alpha == 0 {
		scaleRows(m, n, beta, c, ldc)
		return nil
	}
	x := product{m: m, n: n, k: k, alpha: alpha, a: a, aRow: lda, aCol: 1, b: b, bRow: ldb, bCol: 1, beta: beta, c: c, cRow: ldc}
	if transA {
		x.aRow, x.aCol = 1, lda
	}
	if transB {
		x.bRow, x.bCol = 1, ldb
	}
	x.runOnAllProcs(current())
	return nil
}

// fits reports whether a matrix of rows×cols with the given leading dimension
// lies within length elements. The division keeps huge sizes from overflowing.
func fits(length, rows, cols, ld int) bool {
	if rows == 0 || cols == 0 {
		return true
	}
	return ld >= cols && length >= cols && (length-cols)/ld >= rows-1
}

func sizeError(name string, length, rows, cols, ld int) error {
	if ld < cols {
		return fmt.Errorf("simd: Gemm: ld%s = %d is shorter than a row of %s, which has %d columns", name, ld, name, cols)
	}
	return fmt.Errorf("simd: Gemm: %s has %d elements, too few for %d×%d with ld%s = %d", name, length, rows, cols, name, ld)
}

// scaleRows multiplies the m×n matrix c by beta; beta = 0 clears it, whatever
// it held.
func scaleRows(m, n int, beta float32, c []float32, ldc int) {
	if beta == 1 {
		return
	}
	for i := range m {
		row := c[i*ldc:][:n]
		if beta == 0 {
			clear(row)
			continue
		}
		for j := range row {
			row[j] *= beta
		}
	}
}
