package ops

import (
	"fmt"
	"math"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// BatchNormConfig says how columns form channels and how statistics run on.
type BatchNormConfig struct {
	Channels int     // columns are channels × positions, a channel's positions side by side
	Eps      float64 // added to the variance
	Momentum float64 // weight of the newest batch in the running statistics
}

// Running is what BatchNorm keeps between batches, of the graph's element type.
// Without a Mean it keeps nothing.
type Running struct {
	Mean, Var *tensor.Dense
	Batches   *tensor.Dense // an int64 that counts them; nil: not counted
}

// BatchNorm normalises each channel of x over the batch (and its positions) to
// mean 0 and variance 1 (biased), then scales by gamma and shifts by beta, each
// of length Channels (Ioffe and Szegedy 2015). Every run also moves the running
// statistics towards the batch's mean and
// unbiased variance. One value a channel is an error, as in PyTorch.
func BatchNorm(x, gamma, beta *G.Node, running Running, c BatchNormConfig) (*G.Node, error) {
	rows, positions, err := channels("BatchNorm", x, gamma, beta, c)
	if err != nil {
		return nil, err
	}
	if rows*positions < 2 {
		return nil, fmt.Errorf("ops: BatchNorm: more than one value a channel is needed to train, a batch of one row has none to spare: use a larger batch, or drop the last short one")
	}
	return dispatch(x,
		func() (*G.Node, error) { return batchNorm[float32](x, gamma, beta, running, c) },
		func() (*G.Node, error) { return batchNorm[float64](x, gamma, beta, running, c) })
}

func channels(op string, x, gamma, beta *G.Node, c BatchNormConfig) (rows, positions int, err error) {
	rows, cols, err := matrix(op, "x", x)
	if err != nil {
		return 0, 0, err
	}
	if c.Channels < 1 || cols%c.Channels != 0 {
		return 0, 0, fmt.Errorf("ops: %s: %d columns do not divide into %d channels", op, cols, c.Channels)
	}
	if err := sized(op, "weight", gamma, c.Channels); err != nil {
		return 0, 0, err
	}
	return rows, cols / c.Channels, sized(op, "bias", beta, c.Channels)
}

func batchNorm[T Float](x, gamma, beta *G.Node, running Running, c BatchNormConfig) (*G.Node, error) {
	rows, cols := x.Shape()[0], x.Shape()[1]
	positions := cols / c.Channels
	count := float64(rows * positions)
	normal := make([]T, rows*cols)   // (x−mean)/sd, for the gradients
	inverse := make([]T, c.Channels) // 1/sd
	mean := make([]T, c.Channels)
	sums := make([]float64, c.Channels) // scratch
	scale := make([]T, c.Channels)      // scratch: gamma/sd
	k := kernelsFor[T](cols, positions)
	run := func(y []T, v [][]T) error {
		x, gamma, beta := v[0], v[1], v[2]
		var oldMean, oldVar []T
		if running.Mean != nil {
			oldMean, oldVar = elements[T](running.Mean), elements[T](running.Var)
		}
		if running.Batches != nil {
			running.Batches.Int64s()[0]++
		}
		k.sums(sums, x)
		for ch, s := range sums {
			mean[ch] = T(s / count)
		}
		k.squares(sums, x, mean)
		for ch, s := range sums {
			inverse[ch] = T(1 / math.Sqrt(s/count+c.Eps))
			if oldMean == nil {
				continue
			}
			oldMean[ch] += T(c.Momentum) * (mean[ch] - oldMean[ch])
			oldVar[ch] += T(c.Momentum) * (T(s/(count-1)) - oldVar[ch])
		}
		k.normalize(normal, y, x, mean, inverse, gamma, beta)
		return nil
	}
	return apply("BatchNorm", x.Shape(), run, func(y, dy *G.Node) (G.Nodes, error) {
		per := tensor.Shape{c.Channels}
		dBeta, err := apply("BatchNorm/dbeta", per, func(out []T, v [][]T) error {
			k.sums(sums, v[0])
			return narrow(out, sums)
		}, nil, dy)
		if err != nil {
			return nil, err
		}
		dGamma, err := apply("BatchNorm/dgamma", per, func(out []T, v [][]T) error {
			k.products(sums, v[0], normal)
			return narrow(out, sums)
		}, nil, dy, y) // y: only for the order, normal comes from there
		if err != nil {
			return nil, err
		}
		dx, err := apply("BatchNorm/dx", x.Shape(), func(dx []T, v [][]T) error {
			dy, gamma, dBeta, dGamma := v[0], v[1], v[2], v[3]
			for ch := range scale {
				scale[ch] = gamma[ch] * inverse[ch]
			}
			k.gradient(dx, dy, normal, scale, dGamma, dBeta, T(count))
			return nil
		}, nil, dy, gamma, dBeta, dGamma)
		return G.Nodes{dx, dGamma, dBeta}, err
	}, x, gamma, beta)
}

// BatchNormEval normalises with the running statistics, as a trained network
// does when it predicts: (x−mean)/√(var+eps)·gamma + beta.
func BatchNormEval(x, gamma, beta, runningMean, runningVar *G.Node, c BatchNormConfig) (*G.Node, error) {
	if _, _, err := channels("BatchNormEval", x, gamma, beta, c); err != nil {
		return nil, err
	}
	if err := sized("BatchNormEval", "running mean", runningMean, c.Channels); err != nil {
		return nil, err
	}
	if err := sized("BatchNormEval", "running variance", runningVar, c.Channels); err != nil {
		return nil, err
	}
	return dispatch(x,
		func() (*G.Node, error) { return batchNormEval[float32](x, gamma, beta, runningMean, runningVar, c) },
		func() (*G.Node, error) { return batchNormEval[float64](x, gamma, beta, runningMean, runningVar, c) })
}

func batchNormEval[T Float](x, gamma, beta, runningMean, runningVar *G.Node, c BatchNormConfig) (*G.Node, error) {
	rows, cols := x.Shape()[0], x.Shape()[1]
	positions := cols / c.Channels
	inverse := make([]T, c.Channels)
	k := kernelsFor[T](cols, positions)
	invert := func(variance []T) {
		for ch := range inverse {
			inverse[ch] = T(1 / math.Sqrt(float64(variance[ch])+c.Eps))
		}
	}
	return apply("BatchNormEval", x.Shape(), func(y []T, v [][]T) error {
		x, gamma, beta, mean, variance := v[0], v[1], v[2], v[3], v[4]
		invert(variance)
		k.normalize(y, y, x, mean, inverse, gamma, beta)
		return nil
	}, func(_, dy *G.Node) (G.Nodes, error) { // of frozen statistics
		per := tensor.Shape{c.Channels}
		sums := make([]float64, c.Channels)
		normal, unused := make([]T, rows*cols), make([]T, rows*cols)
		dBeta, err := apply("BatchNormEval/dbeta", per, func(out []T, v [][]T) error {
			k.sums(sums, v[0])
			return narrow(out, sums)
		}, nil, dy)
		if err != nil {
			return nil, err
		}
		dGamma, err := apply("BatchNormEval/dgamma", per, func(out []T, v [][]T) error {
			dy, x, mean, variance := v[0], v[1], v[2], v[3]
			invert(variance)
			k.normalize(normal, unused, x, mean, inverse, mean, mean) // only the first result counts
			k.products(sums, dy, normal)
			return narrow(out, sums)
		}, nil, dy, x, runningMean, runningVar)
		if err != nil {
			return nil, err
		}
		dx, err := apply("BatchNormEval/dx", x.Shape(), func(dx []T, v [][]T) error {
			dy, gamma, variance := v[0], v[1], v[2]
			invert(variance)
			for i := range dx {
				ch := i % cols / positions
				dx[i] = dy[i] * gamma[ch] * inverse[ch]
			}
			return nil
		}, nil, dy, gamma, runningVar)
		return G.Nodes{dx, dGamma, dBeta, nil, nil}, err
	}, x, gamma, beta, runningMean, runningVar)
}

func narrow[T Float](out []T, sums []float64) error {
	for i, s := range sums {
		out[i] = T(s)
	}
	return nil
}
