package ops

import (
	"fmt"
	"math"
	"slices"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// AppendLogs puts the natural logarithm of the given columns of x behind its
// other columns. The values there must be positive.
func AppendLogs(x *G.Node, columns []int) (*G.Node, error) {
	return appendColumns("AppendLogs", x, columns, appended{
		value:  math.Log,
		slope:  func(x float64) float64 { return 1 / x },
		allows: func(x float64) bool { return x > 0 },
		rule:   "only a positive number has a logarithm",
	})
}

// AppendReciprocals puts 1/x of the given columns of x behind its other columns.
// The values there must not be 0.
func AppendReciprocals(x *G.Node, columns []int) (*G.Node, error) {
	return appendColumns("AppendReciprocals", x, columns, appended{
		value:  func(x float64) float64 { return 1 / x },
		slope:  func(x float64) float64 { return -1 / (x * x) },
		allows: func(x float64) bool { return x != 0 && !math.IsNaN(x) },
		rule:   "0 has no reciprocal",
	})
}

// appended is a function of one column, and which numbers it takes.
type appended struct {
	value, slope func(float64) float64
	allows       func(float64) bool
	rule         string
}

func appendColumns(name string, x *G.Node, columns []int, f appended) (*G.Node, error) {
	_, cols, err := matrix(name, "x", x)
	if err != nil {
		return nil, err
	}
	for _, c := range columns {
		if c < 0 || c >= cols {
			return nil, fmt.Errorf("ops: %s: column %d: wanted one from 0 to %d", name, c, cols-1)
		}
	}
	columns = slices.Clone(columns)
	return dispatch(x,
		func() (*G.Node, error) { return appendTyped[float32](name, x, columns, f) },
		func() (*G.Node, error) { return appendTyped[float64](name, x, columns, f) })
}

func appendTyped[T Float](name string, x *G.Node, columns []int, f appended) (*G.Node, error) {
	rows, cols := x.Shape()[0], x.Shape()[1]
	wide, raw := cols+len(columns), x.Op() == nil
	run := func(y []T, v [][]T) error {
		x := v[0]
		for r := range rows {
			in, out := x[r*cols:(r+1)*cols], y[r*wide:(r+1)*wide]
			copy(out, in)
			for i, c := range columns {
				if !f.allows(float64(in[c])) {
					return &RowError{r, c, raw, fmt.Sprintf("is %v: %s", in[c], f.rule)}
				}
				out[cols+i] = T(f.value(float64(in[c])))
			}
		}
		return nil
	}
	return apply(name, tensor.Shape{rows, wide}, run, func(_, dy *G.Node) (G.Nodes, error) {
		dx, err := apply(name+"/dx", x.Shape(), func(dx []T, v [][]T) error {
			x, dy := v[0], v[1]
			for r := range rows {
				in, up, out := x[r*cols:(r+1)*cols], dy[r*wide:(r+1)*wide], dx[r*cols:(r+1)*cols]
				copy(out, up)
				for i, c := range columns {
					out[c] += up[cols+i] * T(f.slope(float64(in[c])))
				}
			}
			return nil
		}, nil, x, dy)
		return G.Nodes{dx}, err
	}, x)
}

// AppendIndicators puts behind the columns of x one for each value: 1 in the rows
// that have exactly it in the given column, 0 in the others.
func AppendIndicators(x *G.Node, column int, values []float32) (*G.Node, error) {
	_, cols, err := matrix("AppendIndicators", "x", x)
	if err != nil {
		return nil, err
	}
	if column < 0 || column >= cols {
		return nil, fmt.Errorf("ops: AppendIndicators: column %d: wanted one from 0 to %d", column, cols-1)
	}
	values = slices.Clone(values)
	return dispatch(x,
		func() (*G.Node, error) { return appendIndicators[float32](x, column, values) },
		func() (*G.Node, error) { return appendIndicators[float64](x, column, values) })
}

func appendIndicators[T Float](x *G.Node, column int, values []float32) (*G.Node, error) {
	rows, cols := x.Shape()[0], x.Shape()[1]
	wide := cols + len(values)
	run := func(y []T, v [][]T) error {
		for r := range rows {
			in, out := v[0][r*cols:(r+1)*cols], y[r*wide:(r+1)*wide]
			copy(out, in)
			for i, value := range values {
				out[cols+i] = 0
				if in[column] == T(value) {
					out[cols+i] = 1
				}
			}
		}
		return nil
	}
	return apply("AppendIndicators", tensor.Shape{rows, wide}, run, func(_, dy *G.Node) (G.Nodes, error) {
		dx, err := apply("AppendIndicators/dx", x.Shape(), func(dx []T, v [][]T) error {
			for r := range rows { // an indicator is flat wherever it has a slope
				copy(dx[r*cols:(r+1)*cols], v[0][r*wide:])
			}
			return nil
		}, nil, dy)
		return G.Nodes{dx}, err
	}, x)
}
