package ops

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Add is a + b, element by element; both have one shape.
func Add(a, b *G.Node) (*G.Node, error) {
	if err := sameShape("Add", a, b); err != nil {
		return nil, err
	}
	return dispatch(a,
		func() (*G.Node, error) { return add[float32](a, b) },
		func() (*G.Node, error) { return add[float64](a, b) })
}

func add[T Float](a, b *G.Node) (*G.Node, error) {
	return apply("Add", a.Shape(), func(y []T, v [][]T) error {
		for i := range y {
			y[i] = v[0][i] + v[1][i]
		}
		return nil
	}, func(_, dy *G.Node) (G.Nodes, error) { return G.Nodes{dy, dy}, nil }, a, b)
}

// Concat puts matrices of one number of rows side by side.
func Concat(parts ...*G.Node) (*G.Node, error) {
	if len(parts) == 0 {
		return nil, fmt.Errorf("ops: Concat: nothing to put side by side")
	}
	for _, p := range parts {
		rows, _, err := matrix("Concat", "a part", p)
		if err != nil {
			return nil, err
		}
		if rows != parts[0].Shape()[0] {
			return nil, fmt.Errorf("ops: Concat: parts of %d and %d rows", parts[0].Shape()[0], rows)
		}
	}
	return dispatch(parts[0],
		func() (*G.Node, error) { return concat[float32](parts) },
		func() (*G.Node, error) { return concat[float64](parts) })
}

func concat[T Float](parts []*G.Node) (*G.Node, error) {
	rows, wide := parts[0].Shape()[0], 0
	for _, p := range parts {
		wide += p.Shape()[1]
	}
	run := func(y []T, v [][]T) error {
		from := 0
		for _, part := range v {
			cols := len(part) / rows
			for r := range rows {
				copy(y[r*wide+from:], part[r*cols:(r+1)*cols])
			}
			from += cols
		}
		return nil
	}
	return apply("Concat", tensor.Shape{rows, wide}, run, func(_, dy *G.Node) (G.Nodes, error) {
		var grads G.Nodes
		from := 0
		for _, p := range parts {
			start, cols := from, p.Shape()[1]
			from += cols
			d, err := apply("Concat/dx", p.Shape(), func(dx []T, v [][]T) error {
				for r := range rows {
					copy(dx[r*cols:(r+1)*cols], v[0][r*wide+start:])
				}
				return nil
			}, nil, dy)
			if err != nil {
				return nil, err
			}
			grads = append(grads, d)
		}
		return grads, nil
	}, parts...)
}

// WeightedMean is Σw·l/Σw for the losses of rows (rows) or of their elements
// (rows × outputs), whose mean a row counts by, and weights w (rows × 1). Only
// the losses have a gradient. Weights that are all 0 give a mean of 0.
func WeightedMean(losses, w *G.Node) (*G.Node, error) {
	if losses.IsScalar() || losses.Shape()[0] != w.Shape()[0] {
		return nil, fmt.Errorf("ops: WeightedMean: losses of shape %v and weights of %v: wanted a loss, or some, for each row", losses.Shape(), w.Shape())
	}
	return dispatch(losses,
		func() (*G.Node, error) { return weightedMean[float32](losses, w) },
		func() (*G.Node, error) { return weightedMean[float64](losses, w) })
}

func weightedMean[T Float](losses, w *G.Node) (*G.Node, error) {
	rows := w.Shape()[0]
	cols := losses.Shape().TotalSize() / rows
	// scale is what a row's losses count, for each unit of its weight.
	scale := func(w []T) float64 {
		sum := 0.0
		for _, w := range w {
			sum += float64(w)
		}
		if sum == 0 {
			return 0
		}
		return 1 / (sum * float64(cols))
	}
	run := func(out []T, v [][]T) error {
		l, w := v[0], v[1]
		sum := 0.0
		for r, w := range w {
			for _, l := range l[r*cols : (r+1)*cols] {
				sum += float64(w) * float64(l)
			}
		}
		out[0] = T(sum * scale(w))
		return nil
	}
	return apply("WeightedMean", nil, run, func(_, dy *G.Node) (G.Nodes, error) {
		dl, err := apply("WeightedMean/dl", losses.Shape(), func(dl []T, v [][]T) error {
			w, dy := v[0], v[1]
			s := scale(w) * float64(dy[0])
			for i := range dl {
				dl[i] = T(float64(w[i/cols]) * s)
			}
			return nil
		}, nil, w, dy)
		return G.Nodes{dl, nil}, err
	}, losses, w)
}

// ClassWeights gives each row the weight of its class, times its own in w
// (rows × 1) if there is one. y is (rows × 1): class indices, or for two weights
// a probability of class 1, between which the weights are mixed.
func ClassWeights(y *G.Node, weights []float32, w *G.Node) (*G.Node, error) {
	if _, cols, err := matrix("ClassWeights", "targets", y); err != nil || cols != 1 {
		return nil, fmt.Errorf("ops: ClassWeights: targets of shape %v: wanted one column", y.Shape())
	}
	return dispatch(y,
		func() (*G.Node, error) { return classWeights[float32](y, weights, w) },
		func() (*G.Node, error) { return classWeights[float64](y, weights, w) })
}

func classWeights[T Float](y *G.Node, weights []float32, w *G.Node) (*G.Node, error) {
	inputs := G.Nodes{y}
	if w != nil {
		inputs = append(inputs, w)
	}
	return apply("ClassWeights", y.Shape(), func(out []T, v [][]T) error {
		for r, y := range v[0] {
			lower := min(max(0, int(y)), len(weights)-1)
			upper := min(lower+1, len(weights)-1)
			share := y - T(lower)
			out[r] = (1-share)*T(weights[lower]) + share*T(weights[upper])
			if len(v) > 1 {
				out[r] *= v[1][r]
			}
		}
		return nil
	}, func(_, _ *G.Node) (G.Nodes, error) { return make(G.Nodes, len(inputs)), nil }, inputs...)
}

// Uniform has the shape of x and numbers drawn anew for each step of the noise,
// uniform from 0 to below 1. It has no gradient.
func Uniform(x *G.Node, noise *Noise, layer string) (*G.Node, error) {
	return dispatch(x,
		func() (*G.Node, error) { return uniform[float32](x, noise, layer) },
		func() (*G.Node, error) { return uniform[float64](x, noise, layer) })
}

func uniform[T Float](x *G.Node, noise *Noise, layer string) (*G.Node, error) {
	return apply("Uniform", x.Shape(), func(y []T, _ [][]T) error {
		key := noise.key(layer)
		for i := range y {
			y[i] = T(float64(mix(key+uint64(i))>>40) / (1 << 24))
		}
		return nil
	}, func(_, _ *G.Node) (G.Nodes, error) { return make(G.Nodes, 1), nil }, x)
}
