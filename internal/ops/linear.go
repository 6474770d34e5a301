package ops

import (
	"fmt"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"perceptron/internal/simd"
)

// Linear is x·Wᵀ + b, with x (rows × in), w (out × in) and b (out) laid out as
// PyTorch does. A nil b leaves the bias out.
func Linear(x, w, b *G.Node) (*G.Node, error) {
	_, in, err := matrix("Linear", "x", x)
	if err != nil {
		return nil, err
	}
	out, wantIn, err := matrix("Linear", "weight", w)
	if err != nil {
		return nil, err
	}
	if in != wantIn {
		return nil, fmt.Errorf("ops: Linear: x has %d columns, the weight takes %d", in, wantIn)
	}
	if b != nil {
		if err := sized("Linear", "bias", b, out); err != nil {
			return nil, err
		}
	}
	return dispatch(x,
		func() (*G.Node, error) { return linear[float32](x, w, b) },
		func() (*G.Node, error) { return linear[float64](x, w, b) })
}

func linear[T Float](x, w, b *G.Node) (*G.Node, error) {
	rows, in, out := x.Shape()[0], x.Shape()[1], w.Shape()[0]
	grad := func(_, dy *G.Node) (G.Nodes, error) {
		dx, err := matMul[T]("Linear/dx", dy, false, w, false)
		if err != nil {
			return nil, err
		}
		dw, err := matMul[T]("Linear/dw", dy, true, x, false)
		if err != nil || b == nil {
			return G.Nodes{dx, dw}, err
		}
		db, err := columnSums[T]("Linear/db", dy)
		return G.Nodes{dx, dw, db}, err
	}
	shape := tensor.Shape{rows, out}
	if b == nil {
		return apply("Linear", shape, func(y []T, v [][]T) error {
			return gemm(false, true, rows, out, in, v[0], v[1], 0, y)
		}, grad, x, w)
	}
	return apply("Linear", shape, func(y []T, v [][]T) error {
		for r := range rows {
			copy(y[r*out:(r+1)*out], v[2])
		}
		return gemm(false, true, rows, out, in, v[0], v[1], 1, y)
	}, grad, x, w, b)
}

// matMul is op(a)·op(b), where op transposes or leaves its matrix alone.
func matMul[T Float](name string, a *G.Node, transA bool, b *G.Node, transB bool) (*G.Node, error) {
	m, k := a.Shape()[0], a.Shape()[1]
	if transA {
		m, k = k, m
	}
	n := b.Shape()[1]
	if transB {
		n = b.Shape()[0]
	}
	return apply(name, tensor.Shape{m, n}, func(c []T, v [][]T) error {
		return gemm(transA, transB, m, n, k, v[0], v[1], 0, c)
	}, nil, a, b)
}

// gemm is c = op(a)·op(b) + beta·c for dense row-major matrices.
func gemm[T Float](transA, transB bool, m, n, k int, a, b []T, beta T, c []T) error {
	lda, ldb := k, n
	if transA {
		lda = m
	}
	if transB {
		ldb = k
	}
	switch a := any(a).(type) {
	case []float32:
		return simd.Gemm(transA, transB, m, n, k, 1, a, lda, any(b).([]float32), ldb, float32(beta), any(c).([]float32), n)
	case []float64:
		gonum.Implementation{}.Dgemm(transpose(transA), transpose(transB), m, n, k, 1, a, lda, any(b).([]float64), ldb, float64(beta), any(c).([]float64), n)
	}
	return nil
}

func transpose(t bool) blas.Transpose {
	if t {
		return blas.Trans
	}
	return blas.NoTrans
}

// columnSums adds up each column of a matrix.
func columnSums[T Float](name string, a *G.Node) (*G.Node, error) {
	sum := pick(simd.ColumnSums, func(sums, a []T) {
		clear(sums)
		for i, x := range a {
			sums[i%len(sums)] += x
		}
	})
	return apply(name, tensor.Shape{a.Shape()[1]}, func(out []T, v [][]T) error {
		sum(out, v[0])
		return nil
	}, nil, a)
}
