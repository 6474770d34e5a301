package ops

import (
	"fmt"
	"hash"
	"hash/fnv"

	"github.com/chewxy/hm"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Float is the element type of a graph.
type Float interface{ float32 | float64 }

// kernel computes a result from the operation's inputs, all row-major. A
// scalar is a slice of one.
type kernel[T Float] func(out []T, in [][]T) error

// gradient builds one node per input of an operation from the operation's
// result and the gradient that reaches it; nil for an input that has none.
type gradient func(out, grad *G.Node) (G.Nodes, error)

// operation is the one implementation of gorgonia.Op and gorgonia.SDOp.
type operation[T Float] struct {
	name  string
	types hm.Type
	shape tensor.Shape
	run   kernel[T]
	grad  gradient
	arity int

	in     [][]T // scratch for Do
	out    []T
	result G.Value // wraps out
	scalar func(T) // copies out[0] into a scalar result; nil for tensors
}

// dispatch calls the twin of an operation that fits the node's element type.
func dispatch(n *G.Node, f32, f64 func() (*G.Node, error)) (*G.Node, error) {
	switch n.Dtype() {
	case tensor.Float32:
		return f32()
	case tensor.Float64:
		return f64()
	}
	return nil, fmt.Errorf("ops: node %v holds %v: wanted float32 or float64", n.Name(), n.Dtype())
}

// pick returns the float32 kernel where T is float32 and the generic one
// otherwise.
func pick[F any](fast any, generic F) F {
	if f, ok := fast.(F); ok {
		return f
	}
	return generic
}

// apply adds an operation to the graph of its inputs. An empty shape makes the
// result a scalar; a nil gradient makes the operation the end of the line.
func apply[T Float](name string, shape tensor.Shape, run kernel[T], grad gradient, inputs ...*G.Node) (*G.Node, error) {
	element := hm.TypeVariable('a')
	typeOf := func(s tensor.Shape) hm.Type {
		if s.IsScalar() {
			return element
		}
		return G.TensorType{Dims: s.Dims(), Of: element}
	}
	signature := make([]hm.Type, 0, len(inputs)+1)
	for _, n := range inputs {
		if n.Dtype() != tensorType[T]() {
			return nil, fmt.Errorf("ops: %s: node %s holds %v, the first one %v", name, n.Name(), n.Dtype(), tensorType[T]())
		}
		signature = append(signature, typeOf(n.Shape()))
	}
	op := &operation[T]{
		name: name, types: hm.NewFnType(append(signature, typeOf(shape))...), shape: shape.Clone(),
		run: run, grad: grad, arity: len(inputs), in: make([][]T, len(inputs)),
	}
	for i, n := range inputs {
		if n.Shape().IsScalar() {
			op.in[i] = make([]T, 1)
		}
	}
	op.allocate()
	return G.ApplyOp(op, inputs...)
}

func (op *operation[T]) allocate() {
	if !op.shape.IsScalar() {
		op.out = make([]T, op.shape.TotalSize())
		op.result = tensor.New(tensor.WithShape(op.shape...), tensor.WithBacking(op.out))
		return
	}
	op.out = make([]T, 1)
	switch any(op.out).(type) {
	case []float32:
		v := new(G.F32)
		op.result, op.scalar = v, func(x T) { *v = G.F32(x) }
	default:
		v := new(G.F64)
		op.result, op.scalar = v, func(x T) { *v = G.F64(x) }
	}
}

// Input is a value for a graph's input whose tensor is exchanged between runs:
// binding another value allocates, and Gorgonia never unbinds one.
type Input struct{ *tensor.Dense }

// RowError is what a kernel says about one row of its input.
type RowError struct {
	Row     int  // from 0
	Column  int  // from 0; -1 if the row is meant as a whole
	Raw     bool // the column is one of the graph's input
	Problem string
}

func (e *RowError) Error() string {
	if e.Column < 0 {
		return fmt.Sprintf("row %d (counted from 0) %s", e.Row, e.Problem)
	}
	return fmt.Sprintf("row %d, column %d (both counted from 0) %s", e.Row, e.Column, e.Problem)
}

// Do runs the kernel on the inputs' backing slices.
func (op *operation[T]) Do(values ...G.Value) (G.Value, error) {
	for i, v := range values {
		switch v := v.(type) {
		case *tensor.Dense:
			op.in[i] = elements[T](v)
		case *Input:
			op.in[i] = elements[T](v.Dense)
		case *G.F32:
			op.in[i][0] = T(*v)
		case *G.F64:
			op.in[i][0] = T(*v)
		default:
			return nil, fmt.Errorf("ops: %s: input %d is a %T: wanted a dense tensor or a scalar", op.name, i, v)
		}
	}
	err := op.run(op.out, op.in)
	for i, v := range values {
		if _, changes := v.(*Input); changes {
			op.in[i] = nil // a graph that is kept does not keep its last data
		}
	}
	if err != nil {
		return nil, fmt.Errorf("ops: %s: %w", op.name, err)
	}
	if op.scalar != nil {
		op.scalar(op.out[0])
	}
	return op.result, nil
}

// elements gives a tensor's backing slice. Dense.Data would allocate.
func elements[T Float](d *tensor.Dense) []T {
	var out []T
	switch p := any(&out).(type) {
	case *[]float32:
		*p = d.Float32s()
	case *[]float64:
		*p = d.Float64s()
	}
	return out
}

func tensorType[T Float]() tensor.Dtype {
	var zero T
	if _, ok := any(zero).(float32); ok {
		return tensor.Float32
	}
	return tensor.Float64
}

// DiffWRT says that every input has a gradient, or none where the operation
// has none. Gradients nobody asks for are pruned when the graph is compiled.
func (op *operation[T]) DiffWRT(inputs int) []bool {
	wrt := make([]bool, inputs)
	for i := range wrt {
		wrt[i] = op.grad != nil
	}
	return wrt
}

// SymDiff builds the gradient nodes. An input without a gradient (a target, a
// running statistic) gets a node of zeros, since Gorgonia wants one for each.
func (op *operation[T]) SymDiff(inputs G.Nodes, output, grad *G.Node) (G.Nodes, error) {
	if op.grad == nil {
		return nil, fmt.Errorf("ops: %s has no gradient", op.name)
	}
	grads, err := op.grad(output, grad)
	if err != nil {
		return nil, err
	}
	for i, g := range grads {
		if g == nil {
			none := func([]T, [][]T) error { return nil }
			if grads[i], err = apply(op.name+"/none", inputs[i].Shape(), none, nil, inputs[i]); err != nil {
				return nil, err
			}
		}
	}
	return grads, nil
}

func (op *operation[T]) Arity() int                                     { return op.arity }
func (op *operation[T]) Type() hm.Type                                  { return op.types }
func (op *operation[T]) InferShape(...G.DimSizer) (tensor.Shape, error) { return op.shape.Clone(), nil }
func (op *operation[T]) ReturnsPtr() bool                               { return false }
func (op *operation[T]) CallsExtern() bool                              { return false }
func (op *operation[T]) OverwritesInput() int                           { return -1 }
func (op *operation[T]) String() string                                 { return op.name }

// WriteHash writes the operation's identity: two operations are never the same.
func (op *operation[T]) WriteHash(h hash.Hash) { fmt.Fprintf(h, "%s %p", op.name, op) }

// Hashcode hashes the operation's identity.
func (op *operation[T]) Hashcode() uint32 {
	h := fnv.New32a()
	op.WriteHash(h)
	return h.Sum32()
}

// matrix checks that a node is a rows × columns matrix.
func matrix(op, what string, n *G.Node) (rows, cols int, err error) {
	if n.Dims() != 2 {
		return 0, 0, fmt.Errorf("ops: %s: %s has shape %v: wanted rows × columns", op, what, n.Shape())
	}
	return n.Shape()[0], n.Shape()[1], nil
}

// sized checks that a node has as many elements along its only axis.
func sized(op, what string, n *G.Node, want int) error {
	if n.Dims() != 1 || n.Shape()[0] != want {
		return fmt.Errorf("ops: %s: %s has shape %v: wanted (%d)", op, what, n.Shape(), want)
	}
	return nil
}

// sameShape checks that two nodes have one shape.
func sameShape(op string, a, b *G.Node) error {
	if !a.Shape().Eq(b.Shape()) {
		return fmt.Errorf("ops: %s: shapes %v and %v differ", op, a.Shape(), b.Shape())
	}
	return nil
}
