package ops

import (
	"fmt"
	"math"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// MSE is the mean over all elements of (z−y)²; z and y have one shape.
func MSE(z, y *G.Node) (*G.Node, error) {
	return dispatch(z,
		func() (*G.Node, error) {
			return pointwise("MSE", z, y, squaredError[float32], squaredErrorSlope[float32])
		},
		func() (*G.Node, error) {
			return pointwise("MSE", z, y, squaredError[float64], squaredErrorSlope[float64])
		})
}

func squaredError[T Float](z, y T) T      { return (z - y) * (z - y) }
func squaredErrorSlope[T Float](z, y T) T { return 2 * (z - y) }

// BCEWithLogits is the mean binary cross entropy of logits z against targets y
// in [0, 1]: softplus(z) − y·z, exact for logits of any size.
func BCEWithLogits(z, y *G.Node) (*G.Node, error) {
	return dispatch(z,
		func() (*G.Node, error) {
			return pointwise("BCEWithLogits", z, y, logitEntropy[float32], logitSlope[float32])
		},
		func() (*G.Node, error) {
			return pointwise("BCEWithLogits", z, y, logitEntropy[float64], logitSlope[float64])
		})
}

func logitEntropy[T Float](z, y T) T {
	return max(z, 0) - z*y + T(math.Log1p(math.Exp(-math.Abs(float64(z)))))
}

func logitSlope[T Float](z, y T) T { return sigmoid(z) - y }

// BCE is the mean binary cross entropy of probabilities p against targets y in
// [0, 1]. Logarithms stop at −100 and denominators at 1e-12, as in PyTorch, so
// that p = 0 and p = 1 stay finite. Prefer BCEWithLogits, which loses nothing.
func BCE(p, y *G.Node) (*G.Node, error) {
	return dispatch(p,
		func() (*G.Node, error) { return pointwise("BCE", p, y, entropy[float32], entropySlope[float32]) },
		func() (*G.Node, error) { return pointwise("BCE", p, y, entropy[float64], entropySlope[float64]) })
}

func entropy[T Float](p, y T) T {
	log := func(x float64) float64 { return max(math.Log(x), -100) }
	return T(-float64(y)*log(float64(p)) - (1-float64(y))*math.Max(math.Log1p(-float64(p)), -100))
}

func entropySlope[T Float](p, y T) T { return (p - y) / max(p*(1-p), 1e-12) }

// pointwise is the mean over all elements of loss(z, y), with slope ∂loss/∂z.
func pointwise[T Float](name string, z, y *G.Node, loss, slope func(z, y T) T) (*G.Node, error) {
	if err := sameShape(name, z, y); err != nil {
		return nil, err
	}
	n := z.Shape().TotalSize()
	run := func(out []T, v [][]T) error {
		z, y := v[0], v[1]
		var sum float64
		for i := range z {
			sum += float64(loss(z[i], y[i]))
		}
		out[0] = T(sum / float64(n))
		return nil
	}
	return apply(name, nil, run, func(_, dl *G.Node) (G.Nodes, error) {
		dz, err := apply(name+"/dz", z.Shape(), func(dz []T, v [][]T) error {
			z, y, scale := v[0], v[1], v[2][0]/T(n)
			for i := range dz {
				dz[i] = slope(z[i], y[i]) * scale
			}
			return nil
		}, nil, z, y, dl)
		return G.Nodes{dz, nil}, err
	}, z, y)
}

// CrossEntropy is the mean over rows of −log softmax(z)[y], for logits z
// (rows × classes) and class indices y (rows × 1). Label smoothing s in [0, 1)
// replaces the target by 1−s on the right class plus s/classes on every class.
func CrossEntropy(z, y *G.Node, smoothing float64) (*G.Node, error) {
	rows, classes, err := matrix("CrossEntropy", "logits", z)
	if err != nil {
		return nil, err
	}
	if want := (tensor.Shape{rows, 1}); !y.Shape().Eq(want) {
		return nil, fmt.Errorf("ops: CrossEntropy: class indices have shape %v: wanted %v", y.Shape(), want)
	}
	if classes < 2 {
		return nil, fmt.Errorf("ops: CrossEntropy: %d class: wanted two or more columns of logits", classes)
	}
	if !(smoothing >= 0 && smoothing < 1) {
		return nil, fmt.Errorf("ops: CrossEntropy: label smoothing %v: wanted 0 ≤ s < 1", smoothing)
	}
	return dispatch(z,
		func() (*G.Node, error) { return crossEntropy(z, y, float32(smoothing)) },
		func() (*G.Node, error) { return crossEntropy(z, y, smoothing) })
}

func crossEntropy[T Float](z, y *G.Node, smoothing T) (*G.Node, error) {
	rows, classes := z.Shape()[0], z.Shape()[1]
	probabilities := make([]T, rows*classes) // of the forward pass, for the gradient
	logSums := make([]T, rows)
	run := func(out []T, v [][]T) error {
		z, y := v[0], v[1]
		softmaxRows(probabilities, z, logSums, classes)
		var sum float64
		for r, logSum := range logSums {
			class := int(y[r])
			if class < 0 || class >= classes || T(class) != y[r] {
				return &RowError{r, -1, fmt.Sprintf("has class %v: wanted an integer from 0 to %d", y[r], classes-1)}
			}
			row := z[r*classes : (r+1)*classes]
			loss := (1 - smoothing) * (logSum - row[class])
			if smoothing > 0 {
				for _, x := range row {
					loss += smoothing / T(classes) * (logSum - x)
				}
			}
			sum += float64(loss)
		}
		out[0] = T(sum / float64(rows))
		return nil
	}
	return apply("CrossEntropy", nil, run, func(loss, dl *G.Node) (G.Nodes, error) {
		dz, err := apply("CrossEntropy/dz", z.Shape(), func(dz []T, v [][]T) error {
			y, scale := v[0], v[1][0]/T(rows)
			for r := range rows {
				for j := r * classes; j < (r+1)*classes; j++ {
					dz[j] = (probabilities[j] - smoothing/T(classes)) * scale
				}
				dz[r*classes+int(y[r])] -= (1 - smoothing) * scale
			}
			return nil
		}, nil, y, dl, loss) // loss: only for the order, probabilities come from there
		return G.Nodes{dz, nil}, err
	}, z, y)
}
