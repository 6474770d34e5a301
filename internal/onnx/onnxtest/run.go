package onnxtest

import (
	"fmt"
	"math"

	"perceptron/internal/onnx"
)

// array is a tensor during a run.
type array struct {
	shape []int
	data  []float64
	ints  []int64
}

// Run computes the model's one output for its one input of so many rows, in
// float64.
func Run(m *onnx.Model, x []float32, rows int) ([]float64, error) {
	g := &m.Graph
	if len(g.Inputs) != 1 || len(g.Outputs) != 1 {
		return nil, fmt.Errorf("%d inputs and %d outputs: wanted one each", len(g.Inputs), len(g.Outputs))
	}
	values := map[string]array{g.Inputs[0].Name: {shape: []int{rows, len(x) / rows}, data: widen(x)}}
	for _, c := range g.Constants {
		values[c.Name] = array{c.Shape, widen(c.Floats), c.Ints}
	}
	for _, n := range g.Nodes {
		in := make([]array, len(n.Inputs))
		for i, name := range n.Inputs {
			in[i] = values[name]
		}
		out, err := run(n, in)
		if err != nil {
			return nil, fmt.Errorf("node %s: %w", n.Name, err)
		}
		values[n.Output] = out
	}
	return values[g.Outputs[0].Name].data, nil
}

func widen(values []float32) []float64 {
	wide := make([]float64, len(values))
	for i, v := range values {
		wide[i] = float64(v)
	}
	return wide
}

var elementwise = map[string]func(float64) float64{
	"Identity": func(x float64) float64 { return x },
	"Relu":     func(x float64) float64 { return max(x, 0) },
	"Sigmoid":  func(x float64) float64 { return 1 / (1 + math.Exp(-x)) },
	"Tanh":     math.Tanh,
	"Softplus": func(x float64) float64 { return math.Log1p(math.Exp(x)) },
	"Log":      math.Log,

	"Cast":       func(x float64) float64 { return x }, // truth, which is 1 here, to a number
	"Reciprocal": func(x float64) float64 { return 1 / x },
}

var pairwise = map[string]func(a, b float64) float64{
	"Add": func(a, b float64) float64 { return a + b },
	"Sub": func(a, b float64) float64 { return a - b },
	"Mul": func(a, b float64) float64 { return a * b },
	"Div": func(a, b float64) float64 { return a / b },
	"Max": math.Max, // of two; the operator takes more
	"Min": math.Min,
	"Equal": func(a, b float64) float64 {
		if a == b {
			return 1
		}
		return 0
	},
}

func run(n onnx.Node, in []array) (array, error) {
	x := in[0]
	if f := elementwise[n.Op]; f != nil {
		return mapped(x, func(_ int, v float64) float64 { return f(v) }), nil
	}
	if f := pairwise[n.Op]; f != nil { // the second is of the same shape or one number a column
		return mapped(x, func(i int, v float64) float64 { return f(v, in[1].data[i%len(in[1].data)]) }), nil
	}
	lists, whole, real := map[string][]int{}, map[string]int{}, map[string]float64{} // attributes
	for _, a := range n.Attributes {
		switch v := a.Value.(type) {
		case []int:
			lists[a.Name] = v
		case int:
			whole[a.Name] = v
		case float32:
			real[a.Name] = float64(v)
		}
	}
	if axis, ok := whole["axis"]; ok && axis != 1 {
		return array{}, fmt.Errorf("only axis = 1 is known")
	}
	rows, cols := x.shape[0], len(x.data)/x.shape[0]
	switch n.Op {
	case "Conv", "MaxPool", "AveragePool", "GlobalAveragePool":
		return slide(n.Op, in, lists, whole)
	case "Mean":
		return mapped(x, func(i int, _ float64) float64 {
			sum := 0.0
			for _, a := range in {
				sum += a.data[i]
			}
			return sum / float64(len(in))
		}), nil
	case "LeakyRelu":
		return mapped(x, func(_ int, v float64) float64 { return max(v, 0) + real["alpha"]*min(v, 0) }), nil
	case "Gemm":
		if whole["transB"] != 1 {
			return array{}, fmt.Errorf("only transB = 1 is known")
		}
		out := array{shape: []int{rows, in[1].shape[0]}}
		for r := range rows {
			for o := range in[1].shape[0] {
				sum := 0.0
				for j, w := range in[1].data[o*cols : (o+1)*cols] {
					sum += w * x.data[r*cols+j]
				}
				if len(in) > 2 {
					sum += in[2].data[o]
				}
				out.data = append(out.data, sum)
			}
		}
		return out, nil
	case "BatchNormalization":
		channels := x.shape[1]
		return mapped(x, func(i int, v float64) float64 {
			c := i % cols / (cols / channels)
			return (v-in[3].data[c])/math.Sqrt(in[4].data[c]+real["epsilon"])*in[1].data[c] + in[2].data[c]
		}), nil
	case "Reshape":
		shape := []int{rows}
		for _, d := range in[1].ints[1:] {
			shape = append(shape, int(d))
		}
		return array{shape: shape, data: x.data}, nil
	case "Flatten":
		return array{shape: []int{rows, cols}, data: x.data}, nil
	case "Gather":
		out := array{shape: []int{rows, len(in[1].ints)}}
		for r := range rows {
			for _, c := range in[1].ints {
				out.data = append(out.data, x.data[r*cols+int(c)])
			}
		}
		return out, nil
	case "Concat":
		more := in[1].shape[1]
		out := array{shape: []int{rows, cols + more}}
		for r := range rows {
			out.data = append(out.data, x.data[r*cols:(r+1)*cols]...)
			out.data = append(out.data, in[1].data[r*more:(r+1)*more]...)
		}
		return out, nil
	case "Softmax":
		out := mapped(x, func(_ int, v float64) float64 { return math.Exp(v) })
		for r := range rows {
			row, sum := out.data[r*cols:(r+1)*cols], 0.0
			for _, v := range row {
				sum += v
			}
			for i := range row {
				row[i] /= sum
			}
		}
		return out, nil
	}
	return array{}, fmt.Errorf("unknown operator %s", n.Op)
}

// mapped applies f to each number and its index.
func mapped(x array, f func(i int, v float64) float64) array {
	out := array{shape: x.shape, data: make([]float64, len(x.data))}
	for i, v := range x.data {
		out.data[i] = f(i, v)
	}
	return out
}
