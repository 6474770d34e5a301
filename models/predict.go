package models

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"perceptron/internal/ops"
)

// chunkRows is how many rows one evaluation graph takes: enough to use the
// matrix kernels fully, few enough for the layers' results to stay in cache.
const chunkRows = 256

// Predict gives the predictions for any number of rows: x is (rows × Inputs),
// float32, and the result (rows × Outputs). Regression gives values in the
// targets' units, Binary the probability of 1, Multiclass one probability per
// class. Any number of goroutines may call it at once.
//
// A feature that is NaN or infinite is no error here, as in PyTorch, unless
// AppendLogs or AppendReciprocals meets it. NaN makes the predictions of its own
// row NaN, infinity makes them NaN or what the layers make of it; other rows are
// as without it.
// Classify refuses to choose among such numbers.
func (m *Model) Predict(x *tensor.Dense) (*tensor.Dense, error) {
	out, _, err := m.evaluate(x, nil)
	return out, err
}

// Evaluate gives the predictions for x as Predict does, and their mean loss
// against the targets y.
func (m *Model) Evaluate(x, y *tensor.Dense) (predictions *tensor.Dense, loss float64, err error) {
	if y == nil {
		return nil, 0, fmt.Errorf("models: Evaluate: no targets")
	}
	return m.evaluate(x, y)
}

func (m *Model) evaluate(x, y *tensor.Dense) (*tensor.Dense, float64, error) {
	rows, err := m.checkMatrix("features", x, m.Inputs(), -1)
	if err == nil && y != nil {
		err = m.checkTargets(y, rows)
	}
	if err != nil {
		return nil, 0, err
	}
	out := tensor.New(tensor.Of(m.dtype), tensor.WithShape(rows, m.Outputs()))
	chunks := (rows + chunkRows - 1) / chunkRows
	losses := make([]float64, chunks)
	m.mu.RLock() // once for all chunks: every row sees the same weights
	defer m.mu.RUnlock()
	err = inParallel(chunks, func(i int) error {
		from, to := i*chunkRows, min((i+1)*chunkRows, rows)
		part := slicePart(x, from, to)
		var truth *tensor.Dense
		if y != nil {
			truth = slicePart(y, from, to)
		}
		loss, err := m.evaluateChunk(part, truth, out, from)
		losses[i] = loss * float64(to-from)
		return m.rowError(err, from)
	})
	if err != nil {
		return nil, 0, fmt.Errorf("models: %w", err)
	}
	sum := 0.0
	for _, l := range losses {
		sum += l
	}
	return out, sum / float64(rows), nil
}

// rowError makes an error about a row of a chunk one about the caller's row, and
// about a feature by name where there is one.
func (m *Model) rowError(err error, from int) error {
	if err == nil {
		return nil
	}
	var bad *ops.RowError
	if !errors.As(err, &bad) {
		return err
	}
	row := *bad
	row.Row += from
	if row.Raw && row.Column >= 0 && row.Column < len(m.info.Features) {
		return fmt.Errorf("row %d (counted from 0): feature %q %s", row.Row, m.info.Features[row.Column], row.Problem)
	}
	return &row
}

// CheckBatch reports whether the model can be trained on features x (rows ×
// Inputs) with targets y (rows × Outputs, or rows × 1 of class indices).
func (m *Model) CheckBatch(x, y *tensor.Dense) error {
	rows, err := m.checkMatrix("features", x, m.Inputs(), -1)
	if err != nil {
		return err
	}
	return m.checkTargets(y, rows)
}

func (m *Model) checkTargets(y *tensor.Dense, rows int) error {
	_, err := m.checkMatrix("targets", y, m.task.columns(m.Outputs()), rows)
	return err
}

// checkMatrix checks a tensor's type and shape; wantRows < 0 allows any number.
func (m *Model) checkMatrix(what string, t *tensor.Dense, cols, wantRows int) (rows int, err error) {
	switch {
	case empty(t):
		return 0, fmt.Errorf("models: no %s", what)
	case t.Dtype() != m.dtype:
		return 0, fmt.Errorf("models: %s hold %v: wanted %v", what, t.Dtype(), m.dtype)
	case t.Dims() != 2 || t.Shape()[1] != cols || (wantRows >= 0 && t.Shape()[0] != wantRows):
		want := fmt.Sprintf("(rows, %d)", cols)
		if wantRows >= 0 {
			want = fmt.Sprintf("(%d, %d)", wantRows, cols)
		}
		return 0, fmt.Errorf("models: %s have shape %v: wanted %s", what, t.Shape(), want)
	case t.Shape()[0] == 0:
		return 0, fmt.Errorf("models: %s have no rows", what)
	case !t.DataOrder().IsRowMajor() || t.RequiresIterator():
		return 0, fmt.Errorf("models: %s are a view or column-major: wanted dense rows, as Clone or Materialize makes them", what)
	}
	return t.Shape()[0], nil
}

// slicePart is rows from…to−1 of a dense matrix, without copying.
func slicePart(t *tensor.Dense, from, to int) *tensor.Dense {
	if from == 0 && to == t.Shape()[0] {
		return t
	}
	cols := t.Shape()[1]
	var backing any
	if t.Dtype() == tensor.Float32 {
		backing = t.Float32s()[from*cols : to*cols]
	} else {
		backing = t.Float64s()[from*cols : to*cols]
	}
	return tensor.New(tensor.WithShape(to-from, cols), tensor.WithBacking(backing))
}

// evaluateChunk predicts up to chunkRows rows into out, from row from on.
func (m *Model) evaluateChunk(x, y, out *tensor.Dense, from int) (loss float64, err error) {
	r, err := m.runners.take(m, runnerKind{x.Shape()[0], y != nil})
	if err != nil {
		return 0, err
	}
	defer m.runners.give(r)
	if err := r.show(x, y); err != nil {
		return 0, err
	}
	if err := r.machine.Run(); err != nil {
		return 0, err
	}
	result, ok := r.graph.Output.Value().(*tensor.Dense)
	if !ok {
		result = x // no layer changes it
	}
	at := from * m.Outputs()
	if m.dtype == tensor.Float32 {
		copy(out.Float32s()[at:], result.Float32s())
	} else {
		copy(out.Float64s()[at:], result.Float64s())
	}
	if y != nil {
		loss = ScalarValue(r.graph.Loss)
	}
	return loss, nil
}

// ScalarValue reads a scalar node, such as a Graph's Loss, after a run; NaN if
// the node is nil, no scalar, or has no value yet.
func ScalarValue(n *G.Node) float64 {
	if n == nil {
		return math.NaN()
	}
	switch v := n.Value().(type) {
	case *G.F32:
		return float64(*v)
	case *G.F64:
		return float64(*v)
	}
	return math.NaN()
}

// inParallel calls f(0) … f(n−1) on as many goroutines as there are processors
// to use, and returns the first error in the order of the calls.
func inParallel(n int, f func(i int) error) error {
	workers := min(n, runtime.GOMAXPROCS(0))
	if workers == 1 {
		for i := range n {
			if err := f(i); err != nil {
				return err
			}
		}
		return nil
	}
	errs := make([]error, n)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < n; i += workers {
				errs[i] = f(i)
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
