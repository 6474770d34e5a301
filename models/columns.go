package models

import (
	"fmt"
	"slices"
	"strings"

	G "gorgonia.org/gorgonia"

	"perceptron/internal/ops"
)

// columnsLayer puts a function of some features behind all of them.
type columnsLayer struct {
	name     string // AppendLogs or AppendReciprocals
	features int
	columns  []int
}

// AppendLogs puts the natural logarithm of the given columns (0-based) behind
// the features. A number there that is not positive is an error.
func AppendLogs(features int, columns ...int) Layer {
	return columnsLayer{"AppendLogs", features, slices.Clone(columns)}
}

// AppendReciprocals puts 1/x of the given columns (0-based) behind the features:
// of a distance, a nearness. A 0 there is an error.
func AppendReciprocals(features int, columns ...int) Layer {
	return columnsLayer{"AppendReciprocals", features, slices.Clone(columns)}
}

func (l columnsLayer) Kind() Kind {
	return Kind{Name: l.name, Layer: func(a *Args) (Layer, error) {
		a.WantAtLeast(2)
		read := columnsLayer{name: l.name, features: a.Int(0)}
		for i := 1; i < a.Numbers(); i++ {
			read.columns = append(read.columns, a.Int(i))
		}
		return read, nil
	}}
}

func (l columnsLayer) Check() error {
	for _, c := range l.columns {
		if c < 0 || c >= l.features {
			return fmt.Errorf("%v: column %d: wanted one from 0 to %d", l, c, l.features-1)
		}
	}
	if l.features < 1 || len(l.columns) == 0 {
		return fmt.Errorf("%v: it needs one column or more", l)
	}
	return nil
}

func (l columnsLayer) String() string {
	code := fmt.Sprintf("%s(%d", l.name, l.features)
	for _, c := range l.columns {
		code += fmt.Sprintf(", %d", c)
	}
	return code + ")"
}

func (l columnsLayer) Stem() string             { return strings.ToLower(strings.TrimPrefix(l.name, "Append")) }
func (l columnsLayer) Inputs() int              { return l.features }
func (l columnsLayer) Prepares() bool           { return true }
func (l columnsLayer) Parameters([]int) []Param { return nil }

func (l columnsLayer) Shape(in []int) ([]int, error) {
	return []int{l.features + len(l.columns)}, wantFeatures(l.features, in)
}

func (l columnsLayer) Forward(_ *Context, x *G.Node) (*G.Node, error) {
	if l.name == "AppendLogs" {
		return ops.AppendLogs(x, l.columns)
	}
	return ops.AppendReciprocals(x, l.columns)
}

func (l columnsLayer) ONNX(o *ONNX, x string) (string, error) {
	picked := pick(o, x, l.columns)
	function, name := "Log", "log"
	if l.name == "AppendReciprocals" {
		function, name = "Reciprocal", "reciprocal"
	}
	return o.Node("Concat", "", []string{x, o.Node(function, name, []string{picked})}, ONNXInt("axis", 1)), nil
}

// pick adds the columns of x that a layer needs.
func pick(o *ONNX, x string, columns []int) string {
	indices := make([]int64, len(columns))
	for i, c := range columns {
		indices[i] = int64(c)
	}
	return o.Node("Gather", "columns", []string{x, o.Ints("indices", indices...)}, ONNXInt("axis", 1))
}

// indicatorLayer tells values of one feature apart.
type indicatorLayer struct {
	features, column int
	values           []float32
}

// AppendIndicators puts behind the features one for each of the values: 1 in
// rows that have exactly it in the given column (0-based), 0 in the others; a row
// with another value has 0 in all. It suits a feature whose numbers are codes
// (one-hot encoding), and one that jumps between few values.
func AppendIndicators(features, column int, values ...float32) Layer {
	return indicatorLayer{features, column, slices.Clone(values)}
}

func readIndicators(a *Args) (Layer, error) {
	a.WantAtLeast(3)
	l := indicatorLayer{features: a.Int(0), column: a.Int(1)}
	for i := 2; i < a.Numbers(); i++ {
		l.values = append(l.values, float32(a.Float(i)))
	}
	return l, nil
}

func (l indicatorLayer) Kind() Kind { return Kind{Name: "AppendIndicators", Layer: readIndicators} }

func (l indicatorLayer) Check() error {
	if l.column < 0 || l.column >= l.features {
		return fmt.Errorf("%v: column %d: wanted one from 0 to %d", l, l.column, l.features-1)
	}
	if len(l.values) == 0 {
		return fmt.Errorf("%v: it needs one value or more", l)
	}
	for i, v := range l.values {
		if !finite(v) || slices.Contains(l.values[:i], v) {
			return fmt.Errorf("%v: value %v: they must be finite and differ", l, v)
		}
	}
	return nil
}

func (l indicatorLayer) String() string {
	code := fmt.Sprintf("AppendIndicators(%d, %d", l.features, l.column)
	for _, v := range l.values {
		code += fmt.Sprintf(", %v", v)
	}
	return code + ")"
}

func (l indicatorLayer) Stem() string             { return "indicators" }
func (l indicatorLayer) Inputs() int              { return l.features }
func (l indicatorLayer) Prepares() bool           { return true }
func (l indicatorLayer) Parameters([]int) []Param { return nil }

func (l indicatorLayer) Shape(in []int) ([]int, error) {
	return []int{l.features + len(l.values)}, wantFeatures(l.features, in)
}

func (l indicatorLayer) Forward(_ *Context, x *G.Node) (*G.Node, error) {
	return ops.AppendIndicators(x, l.column, l.values)
}

func (l indicatorLayer) ONNX(o *ONNX, x string) (string, error) { // the column once for each value, compared with them
	picked := pick(o, x, slices.Repeat([]int{l.column}, len(l.values)))
	equal := o.Node("Equal", "equal", []string{picked, o.Floats("values", []int{len(l.values)}, l.values)})
	const float = 1 // among ONNX's element types
	return o.Node("Concat", "", []string{x, o.Node("Cast", "cast", []string{equal}, ONNXInt("to", float))}, ONNXInt("axis", 1)), nil
}
