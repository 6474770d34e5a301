package training

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"gorgonia.org/tensor"

	"perceptron"
	"perceptron/internal/atomicfile"
	"perceptron/internal/safetensors"
	"perceptron/models"
)

// A checkpoint's file is a safetensors file. Its tensors are
//
//	model.fc1.weight …         the state dict
//	best.fc1.weight …          that of EarlyStopping's best epoch
//	optimizer.0.fc1.weight …   what the optimizer remembers: its first number of each weight,
//	optimizer.1.fc1.weight …   and its second
//	history                    float64, a row for each finished epoch
//
// and its metadata has the rest as JSON.
const (
	checkpointKey     = "perceptron.checkpoint"
	checkpointVersion = 2

	modelPrefix, bestPrefix, memoryPrefix = "model.", "best.", "optimizer."
	historyName                           = "history"
)

// header is the JSON in the metadata.
type header struct {
	Version int      `json:"version"`
	Program string   `json:"program"` // what wrote the file
	Note    string   `json:"note,omitempty"`
	Step    int      `json:"step"`
	Figures []string `json:"figures,omitempty"` // names of the last columns of the history
	position
}

// Save keeps the checkpoint in a file, which is replaced whole or not at all.
func (c *Checkpoint) Save(path string) error { return atomicfile.Write(path, c.Write) }

// Write writes what Save puts into a file.
func (c *Checkpoint) Write(w io.Writer) error {
	figures := figureNames(c.History)
	text, err := json.Marshal(header{checkpointVersion, "perceptron " + perceptron.Version, c.Note, c.Step, figures, c.at})
	if err != nil {
		return fmt.Errorf("training: describe the checkpoint: %w", err)
	}
	f := &safetensors.File{Metadata: map[string]string{checkpointKey: string(text)}}
	for _, part := range []struct {
		prefix string
		state  models.StateDict
	}{{modelPrefix, c.Model}, {bestPrefix, c.best}, {memoryPrefix, c.memory}} {
		for _, s := range part.state {
			t := safetensors.Tensor{Name: part.prefix + s.Name, Shape: s.Value.Shape()}
			if s.Value.Dtype() == tensor.Int64 {
				t.DType, t.Ints = safetensors.I64, s.Value.Int64s()
			} else {
				t.Data = s.Value.Float32s()
			}
			f.Tensors = append(f.Tensors, t)
		}
	}
	f.Tensors = append(f.Tensors, historyTensor(c.History, figures))
	return safetensors.Write(w, f)
}

// LoadCheckpoint reads the file that Save wrote. It is not trusted: memory stays
// a small multiple of its size, and one that is damaged, of another kind or of a
// newer format is an error that says why. Whether it fits a run is for Fit to
// tell.
func LoadCheckpoint(path string) (*Checkpoint, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("training: %w", err)
	}
	c, err := parseCheckpoint(data)
	if err != nil {
		return nil, fmt.Errorf("training: %s: %w", path, err)
	}
	return c, nil
}

func parseCheckpoint(data []byte) (*Checkpoint, error) {
	const damaged = "the checkpoint is damaged: take another copy, or begin the training anew"
	f, err := safetensors.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%w, or begin the training anew", err)
	}
	text, ok := f.Metadata[checkpointKey]
	if !ok {
		return nil, errors.New("the file is no checkpoint: give one that a training run has saved")
	}
	var version struct {
		Version int
		Program string
	}
	if err := json.Unmarshal([]byte(text), &version); err != nil {
		return nil, fmt.Errorf("%w: %s", err, damaged)
	}
	if version.Version > checkpointVersion { // all the rest may differ
		return nil, fmt.Errorf("the checkpoint has format version %d, written by %.80q, and this program reads up to %d: use a newer program",
			version.Version, version.Program, checkpointVersion)
	}
	if version.Version == 1 {
		return nil, fmt.Errorf("the checkpoint has format version 1, written by %.80q, and this program reads version %d: end the run with the program it was begun with, or begin anew",
			version.Program, checkpointVersion)
	}
	var h header
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields() // what it means might change the run
	if err := d.Decode(&h); err != nil {
		return nil, fmt.Errorf("%w: %s", err, damaged)
	}
	c := &Checkpoint{Note: h.Note, Step: h.Step, at: h.position}
	if err := c.take(f.Tensors, h.Figures); err != nil {
		return nil, fmt.Errorf("%w: %s", err, damaged)
	}
	if h.Version < 1 || c.Step < 0 || c.at.BestEpoch < 0 || c.at.BestEpoch > len(c.History) || (c.at.BestEpoch > 0) != (c.best != nil) {
		return nil, fmt.Errorf("format version %d, step %d, epoch %d the best of %d: %s",
			h.Version, c.Step, c.at.BestEpoch, len(c.History), damaged)
	}
	return c, nil
}

// take sorts a file's tensors.
func (c *Checkpoint) take(tensors []safetensors.Tensor, figures []string) error {
	found := false
	for _, t := range tensors {
		if t.Name == historyName {
			found = true
			var err error
			if c.History, err = parseHistory(t, figures); err != nil {
				return err
			}
			continue
		}
		value, err := denseOf(t)
		if err != nil {
			return fmt.Errorf("tensor %.80q: %w", t.Name, err)
		}
		prefix, name, _ := strings.Cut(t.Name, ".")
		s := models.State{Name: name, Value: value}
		switch prefix + "." {
		case modelPrefix:
			c.Model = append(c.Model, s)
		case bestPrefix:
			c.best = append(c.best, s)
		case memoryPrefix:
			c.memory = append(c.memory, s)
		default:
			return fmt.Errorf("tensor %.80q belongs to no part of a checkpoint", t.Name)
		}
	}
	if !found {
		return errors.New("the history is missing")
	}
	return nil
}

// denseOf takes the types and shapes that a state dict has.
func denseOf(t safetensors.Tensor) (*tensor.Dense, error) {
	scalar := len(t.Shape) == 0
	switch {
	case t.DType == safetensors.I64 && scalar:
		return tensor.New(tensor.FromScalar(t.Ints[0])), nil
	case t.DType != safetensors.F32 || scalar || len(t.Data) == 0:
		return nil, fmt.Errorf("type %s and shape %v: wanted float32 numbers, or one int64", t.DType, t.Shape)
	}
	return tensor.New(tensor.WithShape(t.Shape...), tensor.WithBacking(t.Data)), nil
}

// The columns of the history, those of Valid only with validation rows; its figures
// follow.
const (
	epochColumns = 3
	validColumns = 2
)

// figureNames lists what a history has figures of, of several Fits in the order in
// which they come.
func figureNames(history []Epoch) (names []string) {
	known := map[string]bool{}
	for _, e := range history {
		if e.Valid == nil {
			continue
		}
		for _, f := range e.Valid.Figures {
			if !known[f.Name] {
				names, known[f.Name] = append(names, f.Name), true
			}
		}
	}
	return names
}

func historyTensor(history []Epoch, figures []string) safetensors.Tensor {
	columns := epochColumns
	if slices.ContainsFunc(history, func(e Epoch) bool { return e.Valid != nil }) {
		columns += validColumns + len(figures)
	}
	t := safetensors.Tensor{Name: historyName, DType: safetensors.F64, Shape: []int{len(history), columns}, Float64s: make([]float64, 0, len(history)*columns)}
	for _, e := range history {
		t.Float64s = append(t.Float64s, e.TrainLoss, e.HeldBack, e.Rate)
		if v := e.Valid; v != nil {
			t.Float64s = append(t.Float64s, float64(v.Rows), v.Loss)
			for _, name := range figures {
				t.Float64s = append(t.Float64s, v.Figure(name))
			}
		} else if columns > epochColumns { // an epoch of an earlier Fit, without validation rows
			t.Float64s = append(t.Float64s, make([]float64, columns-epochColumns)...)
		}
	}
	return t
}

func parseHistory(t safetensors.Tensor, figures []string) ([]Epoch, error) {
	if all := epochColumns + validColumns + len(figures); t.DType != safetensors.F64 || len(t.Shape) != 2 || (t.Shape[1] != epochColumns && t.Shape[1] != all) {
		return nil, fmt.Errorf("history of type %s and shape %v: wanted F64 with %d or %d columns", t.DType, t.Shape, epochColumns, all)
	}
	var history []Epoch
	for line := range slices.Chunk(t.Float64s, t.Shape[1]) {
		e := Epoch{Epoch: len(history) + 1, TrainLoss: line[0], HeldBack: line[1], Rate: line[2]}
		if v := line[epochColumns:]; len(v) > 0 && v[0] > 0 {
			e.Valid = &Evaluation{Rows: int(v[0]), Loss: v[1], Figures: make([]models.Figure, len(figures))}
			for i, name := range figures {
				e.Valid.Figures[i] = models.Figure{Name: name, Value: v[validColumns+i]}
			}
			e.Valid.name()
		}
		history = append(history, e)
	}
	return history, nil
}
