package models

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"gorgonia.org/tensor"

	"perceptron"
	"perceptron/internal/atomicfile"
	"perceptron/internal/onnx"
)

// The names of the one input and the one output of every ONNX file.
const (
	onnxInput  = "features"    // float32, rows × Inputs, raw as Predict takes them
	onnxOutput = "predictions" // float32, rows × Outputs, as Predict gives them
)

// SaveONNX writes the model to an ONNX file, for runtimes of other languages;
// see WriteONNX. A file of that name is replaced whole or not at all.
func (m *Model) SaveONNX(path string) error {
	return atomicfile.Write(path, m.WriteONNX)
}

// WriteONNX writes what Predict computes as an ONNX model: preprocessing,
// layers, the task's activation and the way back to the targets' units. Its
// input is called "features" (rows × Inputs) and its output "predictions" (rows
// × Outputs), both float32, for any number of rows. The metadata holds the task
// and, as JSON, the names of features and outputs. The same model always gives
// the same bytes. A layer without an ONNX form is an error that names it.
//
// Unlike Predict, a runtime reports no error where AppendLogs meets a number
// that is not positive or AppendReciprocals a 0: what the row's predictions are
// then is undefined, NaN or infinite as a rule.
func (m *Model) WriteONNX(w io.Writer) error {
	m.mu.RLock()
	defer m.mu.RUnlock()
	g := newONNX(m)
	if err := m.addONNX(g, "", onnxOutput); err != nil {
		return err
	}
	return writeONNX(w, g, m.task, m.info)
}

// SaveONNX writes the ensemble to an ONNX file; see WriteONNX.
func (e *Ensemble) SaveONNX(path string) error {
	return atomicfile.Write(path, e.WriteONNX)
}

// WriteONNX writes what Predict computes as one ONNX model with all members in
// it, as a Model's WriteONNX does.
func (e *Ensemble) WriteONNX(w io.Writer) error {
	g := newONNX(e.members[0])
	var said []string
	for i, m := range e.members {
		m.mu.RLock()
		defer m.mu.RUnlock()
		said = append(said, memberPrefix(i)+onnxOutput)
		if err := m.addONNX(g, memberPrefix(i), said[i]); err != nil {
			return err
		}
	}
	g.Node("Mean", onnxOutput, said)
	return writeONNX(w, g, e.Task(), e.members[0].info)
}

// newONNX is a graph without nodes, with the inputs and outputs of a model.
func newONNX(m *Model) *onnx.Graph {
	return &onnx.Graph{
		Inputs:  []onnx.Value{onnxMatrix(onnxInput, m.Inputs())},
		Outputs: []onnx.Value{onnxMatrix(onnxOutput, m.Outputs())},
	}
}

func writeONNX(w io.Writer, g *onnx.Graph, task Task, info Info) error {
	metadata := map[string]string{"task": task.String()}
	for key, names := range map[string][]string{"features": info.Features, "outputs": info.Outputs} {
		if names == nil {
			continue
		}
		text, err := json.Marshal(names)
		if err != nil {
			return fmt.Errorf("models: %s: %w", key, err)
		}
		metadata[key] = string(text)
	}
	if info.Recipe != "" {
		metadata["recipe"] = info.Recipe
	}
	err := onnx.Write(w, &onnx.Model{
		Name: "network", Producer: "perceptron", ProducerVersion: perceptron.Version,
		Metadata: metadata, Graph: *g,
	})
	if err != nil {
		return fmt.Errorf("models: %w", err)
	}
	return nil
}

func onnxMatrix(name string, columns int) onnx.Value {
	return onnx.Value{Name: name, Shape: []onnx.Dim{{Name: "rows"}, {Size: columns}}}
}

// addONNX adds the layers and the task's activation to a graph. Their names get
// a prefix, the predictions the given name.
func (m *Model) addONNX(g *onnx.Graph, prefix, output string) error {
	x := onnxInput
	for i, u := range m.units {
		for _, p := range u.params {
			if p.Value.Dtype() != tensor.Int64 {
				g.Floats(prefix+p.Name, p.Value.Shape(), p.float32s())
			}
		}
		o := &ONNX{graph: g, Name: prefix + u.name}
		var err error
		if x, err = o.add(u.layer, x); err != nil {
			return fmt.Errorf("models: %s: %w", m.place(i), err)
		}
	}
	if m.task.Activation == nil {
		g.Node("Identity", output, []string{x})
		return nil
	}
	if _, err := (&ONNX{graph: g, Name: output}).add(m.task.Activation, x); err != nil {
		return fmt.Errorf("models: the task's %v: %w", m.task.Activation, err)
	}
	return nil
}

// errNoONNX is of a layer that has no ONNX form.
var errNoONNX = errors.New("it has no ONNX form: leave the layer out, or give it a method ONNX")

// ONNX is an ONNX graph to which an Exporter adds its nodes.
type ONNX struct {
	Name string // the layer's, and its result's

	graph *onnx.Graph
}

// add adds a layer.
func (o *ONNX) add(l Layer, x string) (string, error) {
	e, ok := find[Exporter](l)
	if !ok {
		return "", errNoONNX
	}
	return e.ONNX(o, x)
}

// inside is for a layer of that name inside this one.
func (o *ONNX) inside(name string) *ONNX { return &ONNX{Name: o.Name + "." + name, graph: o.graph} }

// Param is the name of one of the layer's parameters.
func (o *ONNX) Param(name string) string { return o.Name + "." + name }

// Node adds an operation of ONNX's, and returns the name of its result. The
// layer's last one has no name of its own, the others a word.
func (o *ONNX) Node(op, name string, inputs []string, attributes ...ONNXAttribute) string {
	if name = "." + name; name == "." {
		name = ""
	}
	return o.graph.Node(op, o.Name+name, inputs, attributes...)
}

// Floats adds a constant of that shape and returns its name.
func (o *ONNX) Floats(name string, shape []int, values []float32) string {
	return o.graph.Floats(o.Name+"."+name, shape, values)
}

// Ints adds a list of whole numbers and returns its name.
func (o *ONNX) Ints(name string, values ...int64) string {
	return o.graph.Ints(o.Name+"."+name, values...)
}

// ONNXAttribute is a setting of an operation: see ONNXInt, ONNXInts and ONNXFloat.
type ONNXAttribute = onnx.Attribute

// ONNXInt is an attribute that holds a whole number.
func ONNXInt(name string, value int) ONNXAttribute { return onnx.Int(name, value) }

// ONNXInts is an attribute that holds a list of whole numbers.
func ONNXInts(name string, values ...int) ONNXAttribute { return onnx.Ints(name, values...) }

// ONNXFloat is an attribute that holds a number.
func ONNXFloat(name string, value float32) ONNXAttribute { return onnx.Float(name, value) }
