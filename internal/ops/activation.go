package ops

import (
	"math"
	"slices"

	G "gorgonia.org/gorgonia"

	"perceptron/internal/simd"
)

// Sigmoid is 1/(1+e⁻ˣ), element by element.
func Sigmoid(x *G.Node) (*G.Node, error) {
	return dispatch(x,
		func() (*G.Node, error) {
			return fromOutput("Sigmoid", x, each(sigmoid[float32]), chain(sigmoidSlope[float32]))
		},
		func() (*G.Node, error) {
			return fromOutput("Sigmoid", x, each(sigmoid[float64]), chain(sigmoidSlope[float64]))
		})
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
		func() (*G.Node, error) { return fromOutput("Tanh", x, each(tanh[float32]), chain(tanhSlope[float32])) },
		func() (*G.Node, error) { return fromOutput("Tanh", x, each(tanh[float64]), chain(tanhSlope[float64])) })
}

func tanh[T Float](x T) T      { return T(math.Tanh(float64(x))) }
func tanhSlope[T Float](y T) T { return (1 - y) * (1 + y) } // 1−y² would lose digits near ±1

// ReLU is max(x, 0), element by element. Its slope at 0 is 0, as PyTorch's is.
func ReLU(x *G.Node) (*G.Node, error) {
	return dispatch(x,
		func() (*G.Node, error) { return fromOutput("ReLU", x, simd.ReLU, simd.ReLUGrad) },
		func() (*G.Node, error) { return fromOutput("ReLU", x, each(relu), chain(step)) })
}

func relu(x float64) float64 { return max(x, 0) }

func step(y float64) float64 {
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
	grad := pick(func(dx, x, dy []float32) { simd.LeakyReLUGrad(dx, x, dy, float32(slope)) }, chain(func(x T) T {
		if x > 0 {
			return 1
		}
		return slope
	}))
	// The function is its own slope times x, at 0 too.
	return fromInput("LeakyReLU", x, func(y, x []T) { grad(y, x, x) }, grad)
}

// Softplus is log(1+eˣ), and x itself above 20, where the two are one in
// float32 (PyTorch's threshold).
func Softplus(x *G.Node) (*G.Node, error) {
	return dispatch(x,
		func() (*G.Node, error) {
			return fromInput("Softplus", x, each(softplus[float32]), chain(softplusSlope[float32]))
		},
		func() (*G.Node, error) {
			return fromInput("Softplus", x, each(softplus[float64]), chain(softplusSlope[float64]))
		})
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

// mapping computes y from x element by element.
type mapping[T Float] = func(y, x []T)

// chaining applies the chain rule to one elementwise operation: dx is its slope
// at a place, known by the operation's input or result there, times dy.
type chaining[T Float] = func(dx, at, dy []T)

// fromOutput makes an elementwise operation whose slope follows from its result.
func fromOutput[T Float](name string, x *G.Node, f mapping[T], slope chaining[T]) (*G.Node, error) {
	return apply(name, x.Shape(), mapped(f), func(y, dy *G.Node) (G.Nodes, error) {
		dx, err := apply(name+"/dx", x.Shape(), chained(slope), nil, y, dy)
		return G.Nodes{dx}, err
	}, x)
}

// fromInput makes an elementwise operation whose slope follows from its input.
func fromInput[T Float](name string, x *G.Node, f mapping[T], slope chaining[T]) (*G.Node, error) {
	return apply(name, x.Shape(), mapped(f), func(_, dy *G.Node) (G.Nodes, error) {
		dx, err := apply(name+"/dx", x.Shape(), chained(slope), nil, x, dy)
		return G.Nodes{dx}, err
	}, x)
}

func mapped[T Float](f mapping[T]) kernel[T] {
	return func(y []T, v [][]T) error { f(y, v[0]); return nil }
}

func chained[T Float](f chaining[T]) kernel[T] {
	return func(dx []T, v [][]T) error { f(dx, v[0], v[1]); return nil }
}

func each[T Float](f func(T) T) mapping[T] {
	return func(y, x []T) {
		for i, x := range x {
			y[i] = f(x)
		}
	}
}

func chain[T Float](slope func(T) T) chaining[T] {
	return func(dx, at, dy []T) {
		for i, at := range at {
			dx[i] = slope(at) * dy[i]
		}
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
	logSums := make([]T, x.Shape()[0])
	run := func(y []T, v [][]T) error {
		softmaxRows(y, v[0], logSums, cols)
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

// softmaxRows turns each row of x into probabilities and gives log Σeˣ of each.
func softmaxRows[T Float](y, x, logSums []T, cols int) {
	pick(simd.SoftmaxRows, plainSoftmaxRows[T])(y, x, logSums, cols)
}

func plainSoftmaxRows[T Float](y, x, logSums []T, cols int) {
	for r := range logSums {
		in, out := x[r*cols:(r+1)*cols], y[r*cols:(r+1)*cols]
		top := slices.Max(in)
		var sum T
		for i, x := range in {
			out[i] = T(math.Exp(float64(x - top)))
			sum += out[i]
		}
		for i := range out {
			out[i] /= sum
		}
		logSums[r] = top + T(math.Log(float64(sum)))
	}
}
