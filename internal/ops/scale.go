package ops

import (
	"fmt"
	"math"
	"slices"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"perceptron/internal/simd"
)

// Standardize is (x−mean)/sd column by column, for x (rows × columns) and mean
// and sd (columns). Only x has a gradient.
func Standardize(x, mean, sd *G.Node) (*G.Node, error) {
	return dispatch(x,
		func() (*G.Node, error) {
			return perColumn("Standardize", x, mean, sd, simd.StandardizeColumns, reciprocal[float32])
		},
		func() (*G.Node, error) {
			return perColumn("Standardize", x, mean, sd, columnwise(standardize), reciprocal[float64])
		})
}

// Unstandardize is x·sd + mean column by column: Standardize undone.
func Unstandardize(x, mean, sd *G.Node) (*G.Node, error) {
	return dispatch(x,
		func() (*G.Node, error) {
			return perColumn("Unstandardize", x, mean, sd, columnwise(unstandardize[float32]), same[float32])
		},
		func() (*G.Node, error) {
			return perColumn("Unstandardize", x, mean, sd, columnwise(unstandardize[float64]), same[float64])
		})
}

func standardize(x, mean, sd float64) float64 { return (x - mean) / sd }
func reciprocal[T Float](sd T) T              { return 1 / sd }
func unstandardize[T Float](x, mean, sd T) T  { return x*sd + mean }
func same[T Float](sd T) T                    { return sd }

// columnwise applies f to every row with the mean and sd of each column.
func columnwise[T Float](f func(x, mean, sd T) T) func(y, x, mean, sd []T) {
	return func(y, x, mean, sd []T) {
		for i := 0; i < len(x); i += len(mean) {
			for j := range mean {
				y[i+j] = f(x[i+j], mean[j], sd[j])
			}
		}
	}
}

// perColumn applies f to x, mean and sd; its derivative by x is slope(sd).
func perColumn[T Float](name string, x, mean, sd *G.Node, f func(y, x, mean, sd []T), slope func(sd T) T) (*G.Node, error) {
	_, cols, err := matrix(name, "x", x)
	if err != nil {
		return nil, err
	}
	if err := sized(name, "mean", mean, cols); err != nil {
		return nil, err
	}
	if err := sized(name, "standard deviation", sd, cols); err != nil {
		return nil, err
	}
	run := func(y []T, v [][]T) error {
		f(y, v[0], v[1], v[2])
		return nil
	}
	return apply(name, x.Shape(), run, func(_, dy *G.Node) (G.Nodes, error) {
		dx, err := apply(name+"/dx", x.Shape(), func(dx []T, v [][]T) error {
			dy, sd := v[0], v[1]
			for i := 0; i < len(dx); i += cols {
				for j := range cols {
					dx[i+j] = dy[i+j] * slope(sd[j])
				}
			}
			return nil
		}, nil, dy, sd)
		return G.Nodes{dx, nil, nil}, err
	}, x, mean, sd)
}

// Sqrt is √x, element by element, for x > 0.
func Sqrt(x *G.Node) (*G.Node, error) {
	return dispatch(x,
		func() (*G.Node, error) { return fromOutput("Sqrt", x, each(root[float32]), chain(rootSlope[float32])) },
		func() (*G.Node, error) { return fromOutput("Sqrt", x, each(root[float64]), chain(rootSlope[float64])) })
}

func root[T Float](x T) T      { return T(math.Sqrt(float64(x))) }
func rootSlope[T Float](y T) T { return 1 / (2 * y) }

// Square is x², element by element.
func Square(x *G.Node) (*G.Node, error) {
	return dispatch(x,
		func() (*G.Node, error) {
			return fromInput("Square", x, each(square[float32]), chain(squareSlope[float32]))
		},
		func() (*G.Node, error) {
			return fromInput("Square", x, each(square[float64]), chain(squareSlope[float64]))
		})
}

func square[T Float](x T) T      { return x * x }
func squareSlope[T Float](x T) T { return 2 * x }

// AppendLogs puts the natural logarithm of the given columns of x behind its
// other columns. The values there must be positive.
func AppendLogs(x *G.Node, columns []int) (*G.Node, error) {
	_, cols, err := matrix("AppendLogs", "x", x)
	if err != nil {
		return nil, err
	}
	for _, c := range columns {
		if c < 0 || c >= cols {
			return nil, fmt.Errorf("ops: AppendLogs: column %d: wanted one from 0 to %d", c, cols-1)
		}
	}
	columns = slices.Clone(columns)
	return dispatch(x,
		func() (*G.Node, error) { return appendLogs[float32](x, columns) },
		func() (*G.Node, error) { return appendLogs[float64](x, columns) })
}

func appendLogs[T Float](x *G.Node, columns []int) (*G.Node, error) {
	rows, cols := x.Shape()[0], x.Shape()[1]
	wide := cols + len(columns)
	run := func(y []T, v [][]T) error {
		x := v[0]
		for r := range rows {
			in, out := x[r*cols:(r+1)*cols], y[r*wide:(r+1)*wide]
			copy(out, in)
			for i, c := range columns {
				if !(in[c] > 0) {
					return &RowError{r, c, fmt.Sprintf("is %v: only a positive number has a logarithm", in[c])}
				}
				out[cols+i] = T(math.Log(float64(in[c])))
			}
		}
		return nil
	}
	return apply("AppendLogs", tensor.Shape{rows, wide}, run, func(_, dy *G.Node) (G.Nodes, error) {
		dx, err := apply("AppendLogs/dx", x.Shape(), func(dx []T, v [][]T) error {
			x, dy := v[0], v[1]
			for r := range rows {
				in, up, out := x[r*cols:(r+1)*cols], dy[r*wide:(r+1)*wide], dx[r*cols:(r+1)*cols]
				copy(out, up)
				for i, c := range columns {
					out[c] += up[cols+i] / in[c]
				}
			}
			return nil
		}, nil, x, dy)
		return G.Nodes{dx}, err
	}, x)
}
