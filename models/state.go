package models

import (
	"fmt"
	"slices"
	"strings"

	"gorgonia.org/tensor"
)

// StateDict is what a model has learned: its parameters and buffers by name, in
// the order of the layers.
type StateDict []State

// State is one entry of a StateDict. Value is float32, or an int64 scalar for
// BatchNorm's num_batches_tracked.
type State struct {
	Name  string
	Value *tensor.Dense
}

// StateDict copies the parameters and buffers out of the model.
func (m *Model) StateDict() StateDict {
	m.mu.RLock()
	defer m.mu.RUnlock()
	var sd StateDict
	for _, p := range m.Parameters() {
		sd = append(sd, State{p.Name, p.Value.Clone().(*tensor.Dense)})
	}
	return sd
}

// String lists the entries, one a line: name, shape and the first numbers.
func (sd StateDict) String() string {
	var b strings.Builder
	for _, s := range sd {
		if empty(s.Value) {
			fmt.Fprintf(&b, "%-24s no value\n", s.Name)
			continue
		}
		fmt.Fprintf(&b, "%-24s %-12s %s\n", s.Name, shapeText(s.Value.Shape()), firstNumbers(s.Value))
	}
	return b.String()
}

// empty tells whether there is no tensor, or one that nobody has filled.
func empty(t *tensor.Dense) bool { return t == nil || t.Dtype() == tensor.Dtype{} }

func firstNumbers(t *tensor.Dense) string {
	const shown = 4
	switch t.Dtype() {
	case tensor.Int64:
		return fmt.Sprint(t.Int64s()[0])
	case tensor.Float32:
		numbers, more := t.Float32s(), ""
		if len(numbers) > shown {
			numbers, more = numbers[:shown], " …"
		}
		return strings.Trim(fmt.Sprintf("%.4f", numbers), "[]") + more
	}
	return t.Dtype().String()
}

// LoadStateDict replaces every parameter and buffer by the entry of its name.
// Missing entries, unexpected ones and wrong shapes are all listed in one
// error, and then nothing is changed.
func (m *Model) LoadStateDict(sd StateDict) error {
	if err := m.loadStateDict(sd); err != nil {
		return fmt.Errorf("models: %w", err)
	}
	return nil
}

func (m *Model) loadStateDict(sd StateDict) error {
	given := map[string]*tensor.Dense{}
	var problems []string
	problem := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	for _, s := range sd {
		if given[s.Name] != nil {
			problem("%s is given twice", s.Name)
		}
		given[s.Name] = s.Value
	}
	own := m.Parameters()
	known := map[string]bool{}
	for _, p := range own {
		known[p.Name] = true
		v := given[p.Name]
		switch {
		case empty(v):
			problem("%s is missing", p.Name)
		case !slices.Equal(v.Shape(), p.Value.Shape()):
			problem("%s has shape %s: wanted %s", p.Name, shapeText(v.Shape()), shapeText(p.Value.Shape()))
		case v.Dtype() != p.Value.Dtype():
			problem("%s holds %v: wanted %v", p.Name, v.Dtype(), p.Value.Dtype())
		}
	}
	for _, s := range sd {
		if !known[s.Name] {
			problem("%s is unexpected", s.Name)
		}
	}
	if len(problems) > 0 {
		return fmt.Errorf("the state dict does not fit this model%s:\n  %s", sd.prefixHint(), strings.Join(problems, "\n  "))
	}
	return m.Update(func() error {
		for _, p := range own {
			if err := tensor.Copy(p.Value, given[p.Name]); err != nil {
				return fmt.Errorf("%s: %w", p.Name, err)
			}
		}
		return nil
	})
}

// shapeText writes a shape as PyTorch does: (16, 4), (3,), ().
func shapeText(s tensor.Shape) string {
	if len(s) == 1 {
		return fmt.Sprintf("(%d,)", s[0])
	}
	text := make([]string, len(s))
	for i, n := range s {
		text[i] = fmt.Sprint(n)
	}
	return "(" + strings.Join(text, ", ") + ")"
}
