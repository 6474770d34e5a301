package onnx

import (
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// largest bounds a file: protocol buffers end at 2 GiB.
const largest = 1<<31 - 1<<20

// Write writes the model. It checks before it writes a byte that every name
// read is given earlier, that none is given twice, that constants fit their
// shapes and that the whole stays below protobuf's limit of 2 GiB.
func Write(w io.Writer, m *Model) error {
	if err := m.Graph.check(); err != nil {
		return fmt.Errorf("onnx: %w", err)
	}
	if _, err := w.Write(m.encode()); err != nil {
		return fmt.Errorf("onnx: cannot write: %w", err)
	}
	return nil
}

func (g *Graph) check() error {
	given := map[string]bool{}
	give := func(name string) error {
		if name == "" || given[name] {
			return fmt.Errorf("the name %q is empty or given twice", name)
		}
		given[name] = true
		return nil
	}
	for _, v := range g.Inputs {
		if err := give(v.Name); err != nil {
			return err
		}
	}
	bytes := 0
	for _, t := range g.Constants {
		n := 1
		for _, d := range t.Shape {
			n *= d
		}
		if n != len(t.Floats)+len(t.Ints) {
			return fmt.Errorf("constant %s has %d numbers for shape %v", t.Name, len(t.Floats)+len(t.Ints), t.Shape)
		}
		if bytes += 4*len(t.Floats) + 8*len(t.Ints); bytes > largest {
			return fmt.Errorf("the weights take more than the 2 GiB that a protocol buffer holds: keep the model as safetensors")
		}
		if err := give(t.Name); err != nil {
			return err
		}
	}
	for _, n := range g.Nodes {
		for _, in := range n.Inputs {
			if !given[in] {
				return fmt.Errorf("node %s reads %q, which nothing before it gives", n.Name, in)
			}
		}
		if err := give(n.Output); err != nil {
			return err
		}
	}
	for _, v := range g.Outputs {
		if !given[v.Name] {
			return fmt.Errorf("nothing gives the output %q", v.Name)
		}
	}
	return nil
}

// message is a protocol buffer message under construction.
type message []byte

func (m *message) int(field protowire.Number, value int64) {
	*m = protowire.AppendVarint(protowire.AppendTag(*m, field, protowire.VarintType), uint64(value))
}

func (m *message) float(field protowire.Number, value float32) {
	*m = protowire.AppendFixed32(protowire.AppendTag(*m, field, protowire.Fixed32Type), math.Float32bits(value))
}

func (m *message) text(field protowire.Number, value string) {
	*m = protowire.AppendString(protowire.AppendTag(*m, field, protowire.BytesType), value)
}

// nested adds a message, or bytes, within the message.
func (m *message) nested(field protowire.Number, value []byte) {
	*m = protowire.AppendBytes(protowire.AppendTag(*m, field, protowire.BytesType), value)
}

// Numbers of the specification's enums.
const (
	typeFloat32    = 1 // TensorProto.DataType
	typeInt64      = 7
	attributeFloat = 1 // AttributeProto.AttributeType
	attributeInt   = 2
	attributeInts  = 7
)

// encode gives a ModelProto.
func (m *Model) encode() message {
	var out message
	out.int(1, IRVersion)
	out.text(2, m.Producer)
	out.text(3, m.ProducerVersion)
	out.nested(7, m.Graph.encode(m.Name))
	var opset message // OperatorSetIdProto; without a domain it means the standard operators
	opset.int(2, OpsetVersion)
	out.nested(8, opset)
	for _, key := range slices.Sorted(maps.Keys(m.Metadata)) {
		var entry message // StringStringEntryProto
		entry.text(1, key)
		entry.text(2, m.Metadata[key])
		out.nested(14, entry)
	}
	return out
}

// encode gives a GraphProto.
func (g *Graph) encode(name string) message {
	var out message
	for _, n := range g.Nodes {
		out.nested(1, n.encode())
	}
	out.text(2, name)
	for _, t := range g.Constants {
		out.nested(5, t.encode())
	}
	for _, v := range g.Inputs {
		out.nested(11, v.encode())
	}
	for _, v := range g.Outputs {
		out.nested(12, v.encode())
	}
	return out
}

// encode gives a NodeProto.
func (n *Node) encode() message {
	var out message
	for _, in := range n.Inputs {
		out.text(1, in)
	}
	out.text(2, n.Output)
	out.text(3, n.Name)
	out.text(4, n.Op)
	for _, a := range n.Attributes {
		out.nested(5, a.encode())
	}
	return out
}

// encode gives an AttributeProto.
func (a *Attribute) encode() message {
	var out message
	out.text(1, a.Name)
	switch v := a.Value.(type) {
	case float32:
		out.float(2, v)
		out.int(20, attributeFloat)
	case int:
		out.int(3, int64(v))
		out.int(20, attributeInt)
	case []int:
		for _, n := range v {
			out.int(8, int64(n))
		}
		out.int(20, attributeInts)
	}
	return out
}

// encode gives a TensorProto, its numbers as raw little-endian bytes.
func (t *Tensor) encode() message {
	var out message
	for _, d := range t.Shape {
		out.int(1, int64(d))
	}
	var raw []byte
	if t.Ints != nil {
		out.int(2, typeInt64)
		for _, v := range t.Ints {
			raw = binary.LittleEndian.AppendUint64(raw, uint64(v))
		}
	} else {
		out.int(2, typeFloat32)
		raw = make([]byte, 0, 4*len(t.Floats))
		for _, v := range t.Floats {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
		}
	}
	out.text(8, t.Name)
	out.nested(9, raw)
	return out
}

// encode gives a ValueInfoProto of a float32 tensor.
func (v *Value) encode() message {
	var shape message // TensorShapeProto
	for _, d := range v.Shape {
		var dim message // TensorShapeProto.Dimension
		if d.Name != "" {
			dim.text(2, d.Name)
		} else {
			dim.int(1, int64(d.Size))
		}
		shape.nested(1, dim)
	}
	var tensor, kind, out message
	tensor.int(1, typeFloat32) // TypeProto.Tensor
	tensor.nested(2, shape)
	kind.nested(1, tensor) // TypeProto
	out.text(1, v.Name)
	out.nested(2, kind)
	return out
}
