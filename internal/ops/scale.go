package ops

import (
	"math"

	G "gorgonia.org/gorgonia"

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

// Clamp is x, but low below low and high above high, element by element, as
// torch.clamp. Its slope is 1 from low to high and 0 beyond.
func Clamp(x *G.Node, low, high float32) (*G.Node, error) {
	return dispatch(x,
		func() (*G.Node, error) { return clamp[float32](x, low, high) },
		func() (*G.Node, error) { return clamp[float64](x, low, high) })
}

func clamp[T Float](x *G.Node, low, high float32) (*G.Node, error) {
	least, most := T(low), T(high)
	return fromInput("Clamp", x,
		each(func(x T) T { return max(least, min(most, x)) }),
		chain(func(x T) T {
			if x < least || x > most {
				return 0
			}
			return 1
		}))
}
