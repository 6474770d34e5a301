package models

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"gorgonia.org/tensor"

	"perceptron/internal/atomicfile"
	"perceptron/internal/safetensors"
)

// formatVersion is the version of the description below. A reader refuses a
// newer one.
const formatVersion = 1

// metadataKey is where a safetensors file keeps the description.
const metadataKey = "perceptron"

// description is what a file says about its model besides the state dict.
type description struct {
	Version   int      `json:"version"`
	Task      string   `json:"task"`
	Layers    []string `json:"layers"` // the code that declares them
	Seed      uint64   `json:"seed"`
	Smoothing float64  `json:"label_smoothing,omitempty"`
	Info
}

// Save writes the model to a safetensors file: the state dict under PyTorch's
// names, and in the metadata all that Load needs to declare the model again.
// A file of that name is replaced whole or not at all.
func (m *Model) Save(path string) error {
	return atomicfile.Write(path, m.Write)
}

// Write writes what Save puts into a file.
func (m *Model) Write(w io.Writer) error {
	d := description{Version: formatVersion, Task: m.task.String(), Seed: m.seed, Smoothing: m.smoothing, Info: m.Info()}
	for _, u := range m.units {
		d.Layers = append(d.Layers, u.layer.String())
	}
	text, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("models: describe the model: %w", err)
	}
	return safetensors.Write(w, m.StateDict().file(map[string]string{metadataKey: string(text)}))
}

// Load declares the model that Save wrote, with its weights.
func Load(path string) (*Model, error) {
	f, err := open(path)
	if err != nil {
		return nil, err
	}
	m, err := rebuild(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

// Read declares the model that Write wrote.
func Read(r io.Reader) (*Model, error) {
	f, err := safetensors.Read(r)
	if err != nil {
		return nil, fmt.Errorf("models: %w", err)
	}
	return rebuild(f)
}

// ReadStateDict reads the state dict from a safetensors file, whoever wrote it.
func ReadStateDict(path string) (StateDict, error) {
	f, err := open(path)
	if err != nil {
		return nil, err
	}
	return stateDict(f), nil
}

func open(path string) (*safetensors.File, error) {
	in, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("models: %w", err)
	}
	defer in.Close()
	f, err := safetensors.Read(in)
	if err != nil {
		return nil, fmt.Errorf("models: %s: %w", path, err)
	}
	return f, nil
}

func rebuild(f *safetensors.File) (*Model, error) {
	text, ok := f.Metadata[metadataKey]
	if !ok {
		return nil, fmt.Errorf("models: the file holds weights but no description of a model: declare the model and use ReadStateDict and LoadStateDict")
	}
	var d description
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		return nil, fmt.Errorf("models: the description of the model is damaged: %w", err)
	}
	if d.Version < 1 || d.Version > formatVersion {
		return nil, fmt.Errorf("models: the file has format version %d, this program reads up to %d: use a newer program", d.Version, formatVersion)
	}
	task, err := parseTask(d.Task)
	if err != nil {
		return nil, err
	}
	parts := []Part{Seed(d.Seed), WithInfo(d.Info), Init(Zeros())}
	if d.Smoothing != 0 {
		parts = append(parts, LabelSmoothing(d.Smoothing))
	}
	weights := 0
	for _, code := range d.Layers {
		l, err := parseLayer(code)
		if err != nil {
			return nil, err
		}
		// Before anything of that size is made, the file must hold it.
		for _, p := range l.parameters() {
			weights += size(p.shape)
		}
		if weights > numbers(f) {
			return nil, fmt.Errorf("models: layer %s: the file holds fewer weights than its layers need", code)
		}
		parts = append(parts, l)
	}
	m, err := New(task, parts...)
	if err != nil {
		return nil, err
	}
	return m, m.LoadStateDict(stateDict(f))
}

func numbers(f *safetensors.File) int {
	n := 0
	for _, t := range f.Tensors {
		n += max(len(t.Data), len(t.Ints))
	}
	return n
}

func (sd StateDict) file(metadata map[string]string) *safetensors.File {
	f := &safetensors.File{Metadata: metadata}
	for _, s := range sd {
		t := safetensors.Tensor{Name: s.Name, Shape: []int(s.Value.Shape())}
		switch s.Value.Dtype() {
		case tensor.Int64:
			t.DType, t.Ints = safetensors.I64, s.Value.Int64s()
		case tensor.Float64:
			t.DType, t.Float64s = safetensors.F64, s.Value.Float64s()
		default:
			t.DType, t.Data = safetensors.F32, s.Value.Float32s()
		}
		f.Tensors = append(f.Tensors, t)
	}
	return f
}

// stateDict takes the tensors of a file: numbers of any float type as float32,
// integers as int64.
func stateDict(f *safetensors.File) StateDict {
	var sd StateDict
	for _, t := range f.Tensors {
		var v *tensor.Dense
		switch {
		case t.Ints != nil && len(t.Shape) == 0:
			v = tensor.New(tensor.FromScalar(t.Ints[0]))
		case t.Ints != nil:
			v = tensor.New(tensor.WithShape(t.Shape...), tensor.WithBacking(t.Ints))
		case len(t.Shape) == 0:
			v = tensor.New(tensor.FromScalar(t.Data[0]))
		default:
			v = tensor.New(tensor.WithShape(t.Shape...), tensor.WithBacking(t.Data))
		}
		sd = append(sd, State{t.Name, v})
	}
	return sd
}
