package ops

import (
	"fmt"
	"math"
	"slices"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Reduction says what a loss makes of the losses of single elements, in PyTorch's
// words. The functions below speak of Mean.
type Reduction string

const (
	Mean Reduction = "mean"
	Sum  Reduction = "sum"
	None Reduction = "none" // it leaves them as they are
)

// of tells whether each of n losses is a result by itself, and what the sum of
// them is divided by if not.
func (r Reduction) of(n int) (each bool, divisor int, err error) {
	switch r {
	case Mean:
		return false, n, nil
	case Sum, None:
		return r == None, 1, nil
	}
	return false, 0, fmt.Errorf("ops: unknown reduction %q: wanted %q, %q or %q", string(r), Mean, Sum, None)
}

// shape is that of the result, where each loss is one; else it is a scalar.
func (r Reduction) shape(losses ...int) tensor.Shape {
	if r == None {
		return losses
	}
	return nil
}

// MSE is the mean over all elements of (z−y)²; z and y have one shape.
func MSE(z, y *G.Node, r Reduction) (*G.Node, error) {
	return dispatch(z,
		func() (*G.Node, error) {
			return pointwise("MSE", r, z, y, squaredError[float32], squaredErrorSlope[float32])
		},
		func() (*G.Node, error) {
			return pointwise("MSE", r, z, y, squaredError[float64], squaredErrorSlope[float64])
		})
}

func squaredError[T Float](z, y T) T      { return (z - y) * (z - y) }
func squaredErrorSlope[T Float](z, y T) T { return 2 * (z - y) }

// BCEWithLogits is the mean binary cross entropy of logits z against targets y
// in [0, 1]: softplus(z) − y·z, exact for logits of any size.
func BCEWithLogits(z, y *G.Node, r Reduction) (*G.Node, error) {
	return dispatch(z,
		func() (*G.Node, error) {
			return pointwise("BCEWithLogits", r, z, y, logitEntropy[float32], logitSlope[float32])
		},
		func() (*G.Node, error) {
			return pointwise("BCEWithLogits", r, z, y, logitEntropy[float64], logitSlope[float64])
		})
}

func logitEntropy[T Float](z, y T) T {
	return max(z, 0) - z*y + T(math.Log1p(math.Exp(-math.Abs(float64(z)))))
}

func logitSlope[T Float](z, y T) T { return sigmoid(z) - y }

// BCE is the mean binary cross entropy of probabilities p against targets y in
// [0, 1]. Logarithms stop at −100 and denominators at 1e-12, as in PyTorch, so
// that p = 0 and p = 1 stay finite. Prefer BCEWithLogits, which loses nothing.
func BCE(p, y *G.Node, r Reduction) (*G.Node, error) {
	return dispatch(p,
		func() (*G.Node, error) { return pointwise("BCE", r, p, y, entropy[float32], entropySlope[float32]) },
		func() (*G.Node, error) { return pointwise("BCE", r, p, y, entropy[float64], entropySlope[float64]) })
}

func entropy[T Float](p, y T) T {
	log := func(x float64) float64 { return max(math.Log(x), -100) }
	return T(-float64(y)*log(float64(p)) - (1-float64(y))*math.Max(math.Log1p(-float64(p)), -100))
}

func entropySlope[T Float](p, y T) T { return (p - y) / max(p*(1-p), 1e-12) }

// pointwise is the mean over all elements of loss(z, y), with slope ∂loss/∂z.
func pointwise[T Float](name string, r Reduction, z, y *G.Node, loss, slope func(z, y T) T) (*G.Node, error) {
	if err := sameShape(name, z, y); err != nil {
		return nil, err
	}
	each, divisor, err := r.of(z.Shape().TotalSize())
	if err != nil {
		return nil, err
	}
	run := func(out []T, v [][]T) error {
		z, y := v[0], v[1]
		var sum float64
		for i := range z {
			l := loss(z[i], y[i])
			if sum += float64(l); each {
				out[i] = l
			}
		}
		if !each {
			out[0] = T(sum / float64(divisor))
		}
		return nil
	}
	return apply(name, r.shape(z.Shape()...), run, func(_, dl *G.Node) (G.Nodes, error) {
		dz, err := apply(name+"/dz", z.Shape(), func(dz []T, v [][]T) error {
			z, y, dl := v[0], v[1], v[2]
			scale := dl[0] / T(divisor)
			for i := range dz {
				if each {
					scale = dl[i]
				}
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
func CrossEntropy(z, y *G.Node, smoothing float64, r Reduction) (*G.Node, error) {
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
		func() (*G.Node, error) { return crossEntropy(z, y, float32(smoothing), r) },
		func() (*G.Node, error) { return crossEntropy(z, y, smoothing, r) })
}

// rowLoss is the loss of one row, computed in the type of logSum, which is the
// logarithm of the sum of e to its logits.
func rowLoss[T, F Float](row []T, class int, logSum, smoothing F) F {
	loss := (1 - smoothing) * (logSum - F(row[class]))
	if smoothing > 0 {
		for _, x := range row {
			loss += smoothing / F(len(row)) * (logSum - F(x))
		}
	}
	return loss
}

func logSumExp[T Float](row []T) float64 {
	top, sum := float64(slices.Max(row)), 0.0
	for _, x := range row {
		sum += math.Exp(float64(x) - top)
	}
	return top + math.Log(sum)
}

func crossEntropy[T Float](z, y *G.Node, smoothing T, r Reduction) (*G.Node, error) {
	rows, classes := z.Shape()[0], z.Shape()[1]
	each, divisor, err := r.of(rows)
	if err != nil {
		return nil, err
	}
	probabilities := make([]T, rows*classes) // of the forward pass, for the gradient
	logSums := make([]T, rows)
	run := func(out []T, v [][]T) error {
		z, y := v[0], v[1]
		softmaxRows(probabilities, z, logSums, classes)
		var sum float64
		for r, logSum := range logSums {
			class := int(y[r])
			if class < 0 || class >= classes || T(class) != y[r] {
				return &RowError{r, -1, false, fmt.Sprintf("has class %v: wanted an integer from 0 to %d", y[r], classes-1)}
			}
			row := z[r*classes : (r+1)*classes]
			if each { // a small loss has few digits left in float32, and no sum to vanish in
				out[r] = T(rowLoss(row, class, logSumExp(row), float64(smoothing)))
				continue
			}
			sum += float64(rowLoss(row, class, logSum, smoothing))
		}
		if !each {
			out[0] = T(sum / float64(divisor))
		}
		return nil
	}
	return apply("CrossEntropy", r.shape(rows), run, func(loss, dl *G.Node) (G.Nodes, error) {
		dz, err := apply("CrossEntropy/dz", z.Shape(), func(dz []T, v [][]T) error {
			y, dl := v[0], v[1]
			scale := dl[0] / T(divisor)
			for r := range rows {
				if each {
					scale = dl[r]
				}
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
