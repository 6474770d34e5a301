package models

import (
	"fmt"
	"slices"
)

// Info is what a model knows about the data it was made for. It travels with
// the model's file.
type Info struct {
	Features []string `json:"features,omitempty"` // names of the input columns, in order
	Outputs  []string `json:"outputs,omitempty"`  // names of the outputs: classes (both of them for Binary), or target columns
	Recipe   string   `json:"recipe,omitempty"`   // how it was trained, in a word
	Trained  *Trained `json:"trained,omitempty"`  // how that went; training.Fit says so
}

// Trained is how a model was trained, in figures.
type Trained struct {
	Rows     int     `json:"rows"`               // training rows, those held back for early stopping included
	Split    string  `json:"split,omitempty"`    // how they were chosen, in a word, if whoever chose them says so
	Checksum uint32  `json:"checksum,omitempty"` // of the training rows, as datasets.Dataset has it; 0: unknown
	Epochs   int     `json:"epochs"`             // passes over them
	Steps    int     `json:"steps"`
	Stop     string  `json:"stop"` // why training stopped, in words
	Loss     float64 `json:"loss"` // mean training loss of the last epoch
}

// clone copies the names too, so that nobody else can change them.
func (i Info) clone() Info {
	i.Features, i.Outputs = slices.Clone(i.Features), slices.Clone(i.Outputs)
	if i.Trained != nil {
		trained := *i.Trained
		i.Trained = &trained
	}
	return i
}

// WithInfo records what the model knows about its data. Names that are not as
// many as the features and outputs are an error.
func WithInfo(info Info) Option {
	return func(m *Model) error { m.info = info.clone(); return nil }
}

// Info tells what the model knows about its data. The caller may change it: it
// is a copy.
func (m *Model) Info() Info {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.info.clone()
}

// SetInfo replaces what the model knows about its data, after training for one.
// Names that are not as many as the features and outputs are an error, and then
// nothing is replaced.
func (m *Model) SetInfo(info Info) error {
	if err := m.checkInfo(info); err != nil {
		return fmt.Errorf("models: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.info = info.clone()
	return nil
}

// checkInfo compares what is known about the data with the model's shape.
func (m *Model) checkInfo(info Info) error {
	if n := len(info.Features); n > 0 && n != m.Inputs() {
		return fmt.Errorf("%d names of features, but the model takes %d: give each one name", n, m.Inputs())
	}
	n, want := len(info.Outputs), m.Outputs()
	twoClasses := m.task.Targets == Labels && want == 1 && n == 2
	if n > 0 && n != want && !twoClasses {
		return fmt.Errorf("%d names of outputs, but the model has %d: give each one name", n, want)
	}
	return nil
}
