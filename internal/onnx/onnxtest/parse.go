// Package onnxtest reads ONNX files and runs them, slowly and plainly, so that
// tests need no runtime. It understands what package onnx writes and follows
// the operators' specification, not package models.
package onnxtest

import (
	"encoding/binary"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"

	"perceptron/internal/onnx"
)

// Parse reads a ModelProto back. A field that package onnx never writes is an
// error.
func Parse(file []byte) (*onnx.Model, error) {
	m := &onnx.Model{Metadata: map[string]string{}}
	err := fields(file, map[protowire.Number]func(value) error{
		1: want(onnx.IRVersion),
		2: text(&m.Producer),
		3: text(&m.ProducerVersion),
		7: func(v value) error { return parseGraph(v.bytes, m) },
		8: func(v value) error {
			return fields(v.bytes, map[protowire.Number]func(value) error{2: want(onnx.OpsetVersion)})
		},
		14: func(v value) error {
			var key, val string
			err := fields(v.bytes, map[protowire.Number]func(value) error{1: text(&key), 2: text(&val)})
			m.Metadata[key] = val
			return err
		},
	})
	return m, err
}

func parseGraph(b []byte, m *onnx.Model) error {
	g := &m.Graph
	return fields(b, map[protowire.Number]func(value) error{
		1:  each(&g.Nodes, parseNode),
		2:  text(&m.Name),
		5:  each(&g.Constants, parseTensor),
		11: each(&g.Inputs, parseValue),
		12: each(&g.Outputs, parseValue),
	})
}

func parseNode(b []byte, n *onnx.Node) error {
	return fields(b, map[protowire.Number]func(value) error{
		1: func(v value) error { n.Inputs = append(n.Inputs, string(v.bytes)); return nil },
		2: text(&n.Output),
		3: text(&n.Name),
		4: text(&n.Op),
		5: each(&n.Attributes, parseAttribute),
	})
}

func parseAttribute(b []byte, a *onnx.Attribute) error {
	var name string
	var list []int
	return fields(b, map[protowire.Number]func(value) error{
		1: text(&name),
		2: func(v value) error { *a = onnx.Float(name, math.Float32frombits(uint32(v.number))); return nil },
		3: func(v value) error { *a = onnx.Int(name, int(v.number)); return nil },
		8: func(v value) error {
			list = append(list, int(v.number))
			*a = onnx.Ints(name, list...)
			return nil
		},
		20: func(value) error { return nil },
	})
}

func parseTensor(b []byte, t *onnx.Tensor) error {
	kind := 0
	return fields(b, map[protowire.Number]func(value) error{
		1: func(v value) error { t.Shape = append(t.Shape, int(v.number)); return nil },
		2: func(v value) error { kind = int(v.number); return nil },
		8: text(&t.Name),
		9: func(v value) error {
			for raw := v.bytes; len(raw) > 0; {
				if kind == 7 {
					t.Ints = append(t.Ints, int64(binary.LittleEndian.Uint64(raw)))
					raw = raw[8:]
				} else {
					t.Floats = append(t.Floats, math.Float32frombits(binary.LittleEndian.Uint32(raw)))
					raw = raw[4:]
				}
			}
			return nil
		},
	})
}

func parseValue(b []byte, v *onnx.Value) error {
	within := func(field protowire.Number, f func([]byte) error) map[protowire.Number]func(value) error {
		return map[protowire.Number]func(value) error{field: func(v value) error { return f(v.bytes) }}
	}
	shape := func(b []byte) error {
		return fields(b, within(1, func(b []byte) error {
			var d onnx.Dim
			v.Shape = append(v.Shape, d)
			last := &v.Shape[len(v.Shape)-1]
			return fields(b, map[protowire.Number]func(value) error{
				1: func(v value) error { last.Size = int(v.number); return nil },
				2: text(&last.Name),
			})
		}))
	}
	return fields(b, map[protowire.Number]func(value) error{
		1: text(&v.Name),
		2: func(v value) error {
			return fields(v.bytes, within(1, func(b []byte) error {
				return fields(b, map[protowire.Number]func(value) error{
					1: want(1), // float32
					2: func(v value) error { return shape(v.bytes) },
				})
			}))
		},
	})
}

// value is a field's content: a number or bytes.
type value struct {
	number uint64
	bytes  []byte
}

// fields calls for each field of a message the function of its number.
func fields(b []byte, handle map[protowire.Number]func(value) error) error {
	for len(b) > 0 {
		field, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			return protowire.ParseError(n)
		}
		b = b[n:]
		var v value
		switch kind {
		case protowire.VarintType:
			v.number, n = protowire.ConsumeVarint(b)
		case protowire.Fixed32Type:
			var x uint32
			x, n = protowire.ConsumeFixed32(b)
			v.number = uint64(x)
		case protowire.BytesType:
			v.bytes, n = protowire.ConsumeBytes(b)
		default:
			return fmt.Errorf("field %d has wire type %d", field, kind)
		}
		if n < 0 {
			return protowire.ParseError(n)
		}
		b = b[n:]
		f := handle[field]
		if f == nil {
			return fmt.Errorf("unexpected field %d", field)
		}
		if err := f(v); err != nil {
			return fmt.Errorf("field %d: %w", field, err)
		}
	}
	return nil
}

func text(s *string) func(value) error {
	return func(v value) error { *s = string(v.bytes); return nil }
}

func want(number uint64) func(value) error {
	return func(v value) error {
		if v.number != number {
			return fmt.Errorf("%d instead of %d", v.number, number)
		}
		return nil
	}
}

// each appends an element for each field and parses it.
func each[T any](list *[]T, parse func([]byte, *T) error) func(value) error {
	return func(v value) error {
		var element T
		err := parse(v.bytes, &element)
		*list = append(*list, element)
		return err
	}
}
