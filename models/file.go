package models

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"gorgonia.org/tensor"

	"perceptron"
	"perceptron/internal/atomicfile"
	"perceptron/internal/safetensors"
)

// formatVersion is the version of the description below. A reader refuses a
// newer one. Version 1 has no loss, input and frozen parameters, and is written
// where there are none, for older readers.
const formatVersion = 2

// program is what a file says it was written by.
const program = "perceptron " + perceptron.Version

// metadataKey is where a safetensors file keeps the description.
const metadataKey = "perceptron"

// description is what a file says about its model besides the state dict.
type description struct {
	Version   int      `json:"version"`
	Program   string   `json:"program,omitempty"` // what wrote the file
	Task      string   `json:"task"`
	Layers    []string `json:"layers"` // each layer's String
	Seed      uint64   `json:"seed"`
	Smoothing float64  `json:"label_smoothing,omitempty"` // in version 1, of CrossEntropyLoss
	Loss      string   `json:"loss,omitempty"`            // its String; "" for the task's own
	Input     []int    `json:"input,omitempty"`           // InputShape's
	Frozen    []string `json:"frozen,omitempty"`          // names of parameters that stand still
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
	d := description{Version: 1, Program: program, Task: m.task.Name, Seed: m.seed, Info: m.Info()}
	for i, u := range m.units {
		if err := storable(u.layer); err != nil {
			return fmt.Errorf("models: %s: %w", m.place(i), err)
		}
		d.Layers = append(d.Layers, u.layer.String())
	}
	if err := d.describeLoss(m.task.Loss); err != nil {
		return fmt.Errorf("models: %w", err)
	}
	d.Input, d.Frozen = m.input, m.FrozenNames()
	if d.Loss != "" || d.Input != nil || d.Frozen != nil {
		d.Version = formatVersion
	}
	text, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("models: describe the model: %w", err)
	}
	return safetensors.Write(w, m.StateDict().file(map[string]string{metadataKey: string(text)}))
}

// storable reports an error if a file cannot hold a layer, or one inside it.
func storable(l Layer) error {
	if s, ok := l.(Storer); !ok || s.Kind().Name == "" || s.Kind().Name != kindName(l) || s.Kind().Layer == nil {
		return fmt.Errorf("%v can't be written to a file: give it a method Kind, as Storer has it, or save the state dict alone", l)
	}
	if c, ok := l.(Container); ok {
		for _, inner := range c.Layers() {
			if err := storable(inner); err != nil {
				return err
			}
		}
	}
	return nil
}

// describeLoss notes a loss that is not the one that every task of this name has.
func (d *description) describeLoss(l Loss) error {
	if usual := kinds()[d.Task].Task; usual == nil || l.String() == usual.Loss.String() {
		return nil // a task of one's own is handed to Load with its loss
	}
	if c, ok := l.(crossEntropy); ok {
		d.Smoothing = c.smoothing
		return nil
	}
	if s, ok := l.(LossStorer); !ok || s.Kind().Loss == nil {
		return fmt.Errorf("the loss %v can't be written to a file: give it a method Kind, as LossStorer has it, or make it part of a task of its own", l)
	}
	d.Loss = l.String()
	return nil
}

// Load declares the model that Save wrote, with its weights. The file alone is
// enough. It is not trusted: memory stays a small multiple of its size, and one
// that is damaged, or of a newer format, is an error that says where and why. kinds are
// those of layers, losses and tasks from other packages that the file names.
func Load(path string, kinds ...Kind) (*Model, error) {
	f, err := open(path)
	if err != nil {
		return nil, err
	}
	m, err := rebuild(f, kinds)
	if err != nil {
		return nil, fmt.Errorf("models: %s: %w", path, err)
	}
	return m, nil
}

// Read declares the model that Write wrote, as Load does.
func Read(r io.Reader, kinds ...Kind) (*Model, error) {
	f, err := safetensors.Read(r)
	if err != nil {
		return nil, fmt.Errorf("models: %w", err)
	}
	m, err := rebuild(f, kinds)
	if err != nil {
		return nil, fmt.Errorf("models: %w", err)
	}
	return m, nil
}

// ReadStateDict reads the state dict from a safetensors file, whoever wrote it.
// Weights of 16 or 64 bits become float32.
func ReadStateDict(path string) (StateDict, error) {
	f, err := open(path)
	if err != nil {
		return nil, err
	}
	sd, err := stateDict(f)
	if err != nil {
		return nil, fmt.Errorf("models: %s: %w", path, err)
	}
	return sd, nil
}

func open(path string) (*safetensors.File, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("models: %w", err)
	}
	f, err := safetensors.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("models: %s: %w", path, err)
	}
	return f, nil
}

// rebuild makes the model that a file describes and holds.
func rebuild(f *safetensors.File, kinds []Kind) (*Model, error) {
	text, ok := f.Metadata[metadataKey]
	if _, several := f.Metadata[ensembleKey]; several && !ok {
		return nil, errors.New("the file holds an ensemble: use LoadEnsemble")
	}
	if !ok {
		return nil, errors.New("the file holds weights but no description of a model: declare the model and use ReadStateDict and LoadStateDict")
	}
	d, err := parseDescription([]byte(text))
	if err != nil {
		return nil, err
	}
	m, err := d.declare(numbers(f), kinds)
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, damaged)
	}
	sd, err := stateDict(f)
	if err == nil {
		err = m.loadStateDict(sd)
	}
	if err == nil {
		err = m.checkNumbers()
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, damaged)
	}
	return m, nil
}

// damaged is what to do about a file that makes no sense.
const damaged = "the file is damaged or of a newer program: take another copy, use that program, or train and save again"

func parseDescription(text []byte) (*description, error) {
	if err := checkVersion(text); err != nil {
		return nil, err
	}
	var d description
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields() // or else a damaged key would be overlooked
	if err := decoder.Decode(&d); err != nil {
		return nil, fmt.Errorf("the description of the model: %w: %s", err, damaged)
	}
	return &d, nil
}

// checkVersion comes first: in a newer format all the rest may differ.
func checkVersion(text []byte) error {
	var d struct {
		Version int    `json:"version"`
		Program string `json:"program"`
	}
	if err := json.Unmarshal(text, &d); err != nil {
		return fmt.Errorf("the description in the file: %w: %s", err, damaged)
	}
	if d.Version > formatVersion {
		return fmt.Errorf("the file has format version %d, written by %.80q, and this program reads up to %d: use a newer program", d.Version, d.Program, formatVersion)
	}
	if d.Version < 1 {
		return fmt.Errorf("the description in the file has no version: %s", damaged)
	}
	return nil
}

// declare makes the model, all zeros. Its file holds so many numbers, and
// nothing larger is made.
func (d *description) declare(numbers int, more []Kind) (*Model, error) {
	kinds, err := withKinds(more)
	if err != nil {
		return nil, err
	}
	task := kinds[d.Task].Task
	if task == nil {
		return nil, fmt.Errorf("unknown task %q: wanted Regression, Binary, Multiclass or one that is handed to Load", d.Task)
	}
	parts := []Part{Seed(d.Seed), WithInfo(d.Info), Init(Zeros()), Option(func(m *Model) error {
		m.most = numbers
		return nil
	})}
	switch {
	case d.Smoothing != 0 && d.Loss == "":
		parts = append(parts, LabelSmoothing(d.Smoothing))
	case d.Loss != "":
		l, err := parseLoss(d.Loss, kinds)
		if err != nil {
			return nil, err
		}
		parts = append(parts, WithLoss(l))
	}
	if d.Input != nil {
		parts = append(parts, InputShape(d.Input...))
	}
	if len(d.Layers) > maxLayers {
		return nil, fmt.Errorf("it has %d layers: the most is %d", len(d.Layers), maxLayers)
	}
	for _, code := range d.Layers {
		l, err := parseLayer(code, kinds)
		if err != nil {
			return nil, err
		}
		parts = append(parts, l)
	}
	m, err := declare(*task, parts...)
	if err != nil {
		return nil, err
	}
	return m, m.freezeNames(d.Frozen)
}

// checkNumbers makes sure that predictions can be finite.
func (m *Model) checkNumbers() error {
	for _, p := range m.Parameters() {
		if err := p.checkNumbers(); err != nil {
			return err
		}
	}
	return nil
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
func stateDict(f *safetensors.File) (StateDict, error) {
	var sd StateDict
	for _, t := range f.Tensors {
		if strings.ContainsFunc(t.Name, func(r rune) bool { return !unicode.IsPrint(r) }) || len(t.Name) > maxName {
			return nil, fmt.Errorf("tensor %.80q: a name must be up to %d printable characters", t.Name, maxName)
		}
		if len(t.Data)+len(t.Ints) == 0 {
			return nil, fmt.Errorf("tensor %s of shape %v holds no numbers", t.Name, t.Shape)
		}
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
	return sd, nil
}

// maxName bounds the name of a tensor.
const maxName = 200
