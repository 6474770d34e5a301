package models

import (
	"fmt"
	"slices"

	G "gorgonia.org/gorgonia"

	"perceptron/internal/ops"
)

// appendLayer puts a function of some features behind all of them.
type appendLayer struct {
	kind     string // AppendLogs or AppendReciprocals
	features int
	columns  []int
}

// AppendLogs puts the natural logarithm of the given columns (0-based) behind
// the features. A number there that is not positive is an error.
func AppendLogs(features int, columns ...int) Layer {
	return appendLayer{"AppendLogs", features, slices.Clone(columns)}
}

// AppendReciprocals puts 1/x of the given columns (0-based) behind the features:
// of a distance, a nearness. A 0 there is an error.
func AppendReciprocals(features int, columns ...int) Layer {
	return appendLayer{"AppendReciprocals", features, slices.Clone(columns)}
}

func (l appendLayer) add(m *Model) error {
	for _, c := range l.columns {
		if c < 0 || c >= l.features {
			return fmt.Errorf("%v: column %d: wanted one from 0 to %d", l, c, l.features-1)
		}
	}
	if l.features < 1 || len(l.columns) == 0 {
		return fmt.Errorf("%v: it needs one column or more", l)
	}
	return m.addLayer(l)
}

func (l appendLayer) String() string {
	code := fmt.Sprintf("%s(%d", l.kind, l.features)
	for _, c := range l.columns {
		code += fmt.Sprintf(", %d", c)
	}
	return code + ")"
}

func (l appendLayer) stem() string {
	if l.kind == "AppendLogs" {
		return "logs"
	}
	return "reciprocals"
}

func (l appendLayer) inputs() int               { return l.features }
func (l appendLayer) parameters() []declaration { return nil }

func (l appendLayer) outShape(in []int) ([]int, error) {
	return []int{l.features + len(l.columns)}, wantFeatures(l.features, in)
}

func (l appendLayer) forward(_ scope, x *G.Node) (*G.Node, error) {
	if l.kind == "AppendLogs" {
		return ops.AppendLogs(x, l.columns)
	}
	return ops.AppendReciprocals(x, l.columns)
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

func (l indicatorLayer) add(m *Model) error {
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
	return m.addLayer(l)
}

func (l indicatorLayer) String() string {
	code := fmt.Sprintf("AppendIndicators(%d, %d", l.features, l.column)
	for _, v := range l.values {
		code += fmt.Sprintf(", %v", v)
	}
	return code + ")"
}

func (l indicatorLayer) stem() string              { return "indicators" }
func (l indicatorLayer) inputs() int               { return l.features }
func (l indicatorLayer) parameters() []declaration { return nil }

func (l indicatorLayer) outShape(in []int) ([]int, error) {
	return []int{l.features + len(l.values)}, wantFeatures(l.features, in)
}

func (l indicatorLayer) forward(_ scope, x *G.Node) (*G.Node, error) {
	return ops.AppendIndicators(x, l.column, l.values)
}
