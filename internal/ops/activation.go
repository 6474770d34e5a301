package ops

import (
	"math"

	G "gorgonia.org/gorgonia"
)

// Sigmoid is 1/(1+e⁻ˣ), element by element.
func Sigmoid(x *G.Node) (*G.Node, error) {
	return dispatch(x,
		func() (*G.Node, error) { return fromOutput("Sigmoid", x, sigmoid[float32], sigmoidSlope[float32]) },
		func() (*G.Node, error) { return fromOutput("Sigmoid", x, sigmoid[float64], sigmoidSlope[float64]) })
}

func sigmoid[T Float](x T) T {
	e := math.Exp(-math.Abs(float64(x))) // never overflows
	if x >= 0 {
		return T(1 / (1 + e))
	}
	return T(e / (1 + e))
}

func sigmoidSlope[T Float](y T) T { return y * (1 - y) }

// Tanh is the hyperbolic tangent, element by element.
func Tanh(x *G.Node) (*G.Node, error) {
	return dispatch(x,
		func() (*G.Node, error) { return fromOutput("Tanh", x, tanh[float32], tanhSlope[float32]) },
		func() (*G.Node, error) { return fromOutput("Tanh", x, tanh[float64], tanhSlope[float64]) })
}

func tanh[T Float](x T) T      { return T(math.Tanh(float64(x))) }
func tanhSlope[T Float](y T) T { return (1 - y) * (1 + y) } // 1−y² would lose digits near ±1

// ReLU is max(x, 0), element by element. Its slope at 0 is 0, as PyTorch's is.
func ReLU(x *G.Node) (*G.Node, error) {
	return dispatch(x,
		func() (*G.Node, error) { return fromOutput("ReLU", x, relu[float32], step[float32]) },
		func() (*G.Node, error) { return fromOutput("ReLU", x, relu[float64], step[float64]) })
}

func relu[T Float](x T) T { return max(x, 0) }

func step[T Float](y T) T {
	if y > 0 {
		return 1
	}
	return 0
}

// LeakyReLU is x for x > 0 and slope·x elsewhere. The slope counts at 0 too, as
// in PyTorch.
func LeakyReLU(x *G.Node, slope float64) (*G.Node, error) {
	return dispatch(x,
		func() (*G.Node, error) { return leakyReLU(x, float32(slope)) },
		func() (*G.Node, error) { return leakyReLU(x, slope) })
}

func leakyReLU[T Float](x *G.Node, slope T) (*G.Node, error) {
	factor := func(x T) T {
		if x > 0 {
			return 1
		}
		return slope
	}
	return fromInput("LeakyReLU", x, func(x T) T { return x * factor(x) }, factor)
}

// Softplus is log(1+eˣ), and x itself above 20, where the two are one in
// float32 (PyTorch's threshold).
func Softplus(x *G.Node) (*G.Node, error) {
	return dispatch(x,
		func() (*G.Node, error) { return fromInput("Softplus", x, softplus[float32], softplusSlope[float32]) },
		func() (*G.Node, error) { return fromInput("Softplus", x, softplus[float64], softplusSlope[float64]) })
}

const softplusThreshold = 20

func softplus[T Float](x T) T {
	if x > softplusThreshold {
		return x
	}
	return T(math.Log1p(math.Exp(float64(x))))
}

func softplusSlope[T Float](x T) T {
	if x > softplusThreshold {
		return 1
	}
	return sigmoid(x)
}

// fromOutput makes an elementwise operation whose slope follows from its result.
func fromOutput[T Float](name string, x *G.Node, f, slope func(T) T) (*G.Node, error) {
	return apply(name, x.Shape(), each(f), func(y, dy *G.Node) (G.Nodes, error) {
		dx, err := chain(name+"/dx", y, dy, slope)
		return G.Nodes{dx}, err
	}, x)
}

// fromInput makes an elementwise operation whose slope follows from its input.
func fromInput[T Float](name string, x *G.Node, f, slope func(T) T) (*G.Node, error) {
	return apply(name, x.Shape(), each(f), func(_, dy *G.Node) (G.Nodes, error) {
		dx, err := chain(name+"/dx", x, dy, slope)
		return G.Nodes{dx}, err
	}, x)
}

// chain is slope(at)·dy: the chain rule for one elementwise operation.
func chain[T Float](name string, at, dy *G.Node, slope func(T) T) (*G.Node, error) {
	return apply(name, at.Shape(), func(dx []T, v [][]T) error {
		at, dy := v[0], v[1]
		for i := range dx {
			dx[i] = slope(at[i]) * dy[i]
		}
		return nil
	}, nil, at, dy)
}

func each[T Float](f func(T) T) kernel[T] {
	return func(y []T, v [][]T) error {
		for i, x := range v[0] {
			y[i] = f(x)
		}
		return nil
	}
}

// Softmax turns each row of x (rows × classes) into probabilities,
// e^(x−max)/Σe^(x−max), which no logit can overflow.
func Softmax(x *G.Node) (*G.Node, error) {
	if _, _, err := matrix("Softmax", "x", x); err != nil {
		return nil, err
	}
	return dispatch(x,
		func() (*G.Node, error) { return softmax[float32](x) },
		func() (*G.Node, error) { return softmax[float64](x) })
}

func softmax[T Float](x *G.Node) (*G.Node, error) {
	cols := x.Shape()[1]
	run := func(y []T, v [][]T) error {
		copy(y, v[0])
		for row := range rowsOf(y, cols) {
			softmaxRow(row)
		}
		return nil
	}
	return apply("Softmax", x.Shape(), run, func(y, dy *G.Node) (G.Nodes, error) {
		dx, err := apply("Softmax/dx", x.Shape(), func(dx []T, v [][]T) error {
			y, dy := v[0], v[1]
			for i := 0; i < len(dx); i += cols {
				var dot T // Σ y·dy, the pull of every class on all others
				for j := i; j < i+cols; j++ {
					dot += y[j] * dy[j]
				}
				for j := i; j < i+cols; j++ {
					dx[j] = y[j] * (dy[j] - dot)
				}
			}
			return nil
		}, nil, y, dy)
		return G.Nodes{dx}, err
	}, x)
}

// softmaxRow replaces logits by probabilities and returns log Σeˣ.
func softmaxRow[T Float](row []T) (logSum T) {
	top := row[0]
	for _, x := range row {
		top = max(top, x)
	}
	var sum T
	for i, x := range row {
		row[i] = T(math.Exp(float64(x - top)))
		sum += row[i]
	}
	for i := range row {
		row[i] /= sum
	}
	return top + T(math.Log(float64(sum)))
}
