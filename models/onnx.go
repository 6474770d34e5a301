package models

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"

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
// the same bytes.
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
		e := onnxLayer{g, prefix + u.name, nil}
		for _, p := range u.params {
			if p.Value.Dtype() != tensor.Int64 {
				e.params = append(e.params, g.Floats(prefix+p.Name, p.Value.Shape(), p.float32s()))
			}
		}
		var err error
		if x, err = e.add(u.layer, x); err != nil {
			return fmt.Errorf("models: %s: %w", m.place(i), err)
		}
	}
	switch m.task {
	case Binary:
		g.Node("Sigmoid", output, []string{x})
	case Multiclass:
		g.Node("Softmax", output, []string{x}, onnx.Int("axis", 1))
	default:
		g.Node("Identity", output, []string{x})
	}
	return nil
}

// onnxLayer is a layer on its way into a graph.
type onnxLayer struct {
	*onnx.Graph
	name   string
	params []string // the layer's constants
}

// add adds the nodes that do to x what the layer does when the model predicts.
func (e onnxLayer) add(l Layer, x string) (string, error) {
	p := e.params
	switch l := l.(type) {
	case linearLayer, whitenLayer: // x·Wᵀ + b
		return e.Node("Gemm", e.name, append([]string{x}, p...), onnx.Int("transB", 1)), nil
	case batchNormLayer:
		return e.Node("BatchNormalization", e.name, append([]string{x}, p...), onnx.Float("epsilon", float32(l.eps))), nil
	case reshapeLayer:
		if l.shape == nil {
			return e.Node("Flatten", e.name, []string{x}, onnx.Int("axis", 1)), nil
		}
		shape := e.Ints(e.name+".shape", 0, int64(l.shape[0]), int64(l.shape[1]), int64(l.shape[2])) // 0: as many rows as there are
		return e.Node("Reshape", e.name, []string{x, shape}), nil
	case scaleLayer: // (x − mean)/sd
		centred := e.Node("Sub", e.name+".centred", []string{x, p[0]})
		return e.Node("Div", e.name, []string{centred, p[1]}), nil
	case targetScale: // x·sd + mean, squared or not
		wide := e.Node("Mul", e.name+".scaled", []string{x, p[1]})
		if l.kind == "Unscale" {
			return e.Node("Add", e.name, []string{wide, p[0]}), nil
		}
		root := e.Node("Add", e.name+".root", []string{wide, p[0]})
		return e.Node("Mul", e.name, []string{root, root}), nil
	case clampLayer:
		least := e.Node("Max", e.name+".least", []string{x, e.Floats(e.name+".low", []int{1}, []float32{l.low})})
		return e.Node("Min", e.name, []string{least, e.Floats(e.name+".high", []int{1}, []float32{l.high})}), nil
	case appendLayer:
		picked := e.pick(x, l.columns)
		function, name := "Log", ".log"
		if l.kind == "AppendReciprocals" {
			function, name = "Reciprocal", ".reciprocal"
		}
		return e.Node("Concat", e.name, []string{x, e.Node(function, e.name+name, []string{picked})}, onnx.Int("axis", 1)), nil
	case indicatorLayer: // the column once for each value, compared with them
		picked := e.pick(x, slices.Repeat([]int{l.column}, len(l.values)))
		equal := e.Node("Equal", e.name+".equal", []string{picked, e.Floats(e.name+".values", []int{len(l.values)}, l.values)})
		const float = 1 // among ONNX's element types
		return e.Node("Concat", e.name, []string{x, e.Node("Cast", e.name+".cast", []string{equal}, onnx.Int("to", float))}, onnx.Int("axis", 1)), nil
	case elementwise:
		return e.addElementwise(l, x)
	}
	return "", fmt.Errorf("ONNX export does not know this layer")
}

// pick adds the columns of x that a layer needs.
func (e onnxLayer) pick(x string, columns []int) string {
	indices := make([]int64, len(columns))
	for i, c := range columns {
		indices[i] = int64(c)
	}
	return e.Node("Gather", e.name+".columns", []string{x, e.Ints(e.name+".indices", indices...)}, onnx.Int("axis", 1))
}

func (e onnxLayer) addElementwise(l elementwise, x string) (string, error) {
	c, err := parseCall(l.code)
	if err != nil {
		return "", err
	}
	switch c.name {
	case "Dropout", "GaussianNoise": // only in training
		return x, nil
	case "LeakyReLU":
		return e.Node("LeakyRelu", e.name, []string{x}, onnx.Float("alpha", float32(c.float()))), nil
	case "ReLU":
		return e.Node("Relu", e.name, []string{x}), nil
	case "Sigmoid", "Tanh", "Softplus":
		return e.Node(c.name, e.name, []string{x}), nil
	}
	return "", fmt.Errorf("ONNX export does not know this activation")
}

// float32s gives a parameter's numbers, rounded if the model computes in
// float64.
func (p *Parameter) float32s() []float32 {
	if p.Value.Dtype() == tensor.Float32 {
		return p.Value.Float32s()
	}
	values := make([]float32, len(p.Value.Float64s()))
	for i, v := range p.Value.Float64s() {
		values[i] = float32(v)
	}
	return values
}
