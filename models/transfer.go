package models

import (
	"fmt"
	"slices"
	"strings"

	"gorgonia.org/tensor"
)

// First makes the first n layers of a saved model those of a new one, with
// their weights and under their names, and takes over the names of its features.
// Layers of the new model's own follow; Freeze keeps training away from the old
// ones.
//
//	net, err := models.New(models.Regression, models.First(saved, 4), models.Linear(32, 1))
func First(saved *Model, n int) Option {
	return func(m *Model) error {
		if saved == nil || n < 1 || n > len(saved.units) {
			return fmt.Errorf("First: %d layers: wanted 1 or more of a model that has so many", n)
		}
		if len(m.units) > 0 {
			return fmt.Errorf("First: layers stand before it: it takes the model's front")
		}
		for _, u := range saved.units[:n] {
			if err := m.addLayer(u.layer); err != nil {
				return err
			}
		}
		m.input = slices.Clone(saved.units[0].in)
		if m.info.Features == nil {
			m.info.Features = saved.Info().Features
		}
		old := saved.StateDict()
		m.after = append(m.after, func() error {
			for _, s := range old {
				if p := m.byName[s.Name]; p != nil && slices.ContainsFunc(m.units[:n], func(u *unit) bool { return slices.Contains(u.params, p) }) {
					if err := tensor.Copy(p.Value, s.Value); err != nil {
						return fmt.Errorf("First: %s: %w", s.Name, err)
					}
				}
			}
			return nil
		})
		return nil
	}
}

// Matched is what LoadPartial found.
type Matched struct {
	Loaded     []string // parameters that have the state dict's numbers now
	Missing    []string // parameters that it has no entry for
	Unexpected []string // entries that no parameter is called like
	Misshapen  []string // parameters whose entry has another shape or type
}

// String tells it in a line.
func (m *Matched) String() string {
	text := fmt.Sprintf("%d loaded", len(m.Loaded))
	for _, part := range []struct {
		what  string
		names []string
	}{{"missing", m.Missing}, {"unexpected", m.Unexpected}, {"of another shape", m.Misshapen}} {
		if len(part.names) > 0 {
			text += fmt.Sprintf(", %d %s (%s)", len(part.names), part.what, strings.Join(part.names, ", "))
		}
	}
	return text
}

// LoadPartial replaces the parameters and buffers that a state dict has an entry
// of the same name, shape and type for, leaves the others alone, and reports
// what matched. A state dict of which nothing fits is an error.
func (m *Model) LoadPartial(sd StateDict) (*Matched, error) {
	report := &Matched{}
	var fitting StateDict
	for _, s := range sd {
		p := m.byName[s.Name]
		switch {
		case p == nil:
			report.Unexpected = append(report.Unexpected, s.Name)
		case empty(s.Value) || !slices.Equal(s.Value.Shape(), p.Value.Shape()) || s.Value.Dtype() != p.Value.Dtype():
			report.Misshapen = append(report.Misshapen, s.Name)
		default:
			fitting = append(fitting, s)
			report.Loaded = append(report.Loaded, s.Name)
		}
	}
	for _, name := range m.parameterNames() {
		if !slices.ContainsFunc(sd, func(s State) bool { return s.Name == name }) {
			report.Missing = append(report.Missing, name)
		}
	}
	if len(fitting) == 0 {
		return report, fmt.Errorf("models: nothing of the state dict fits this model%s: %v", sd.prefixHint(), report)
	}
	return report, m.Update(func() error {
		for _, s := range fitting {
			if err := tensor.Copy(m.byName[s.Name].Value, s.Value); err != nil {
				return fmt.Errorf("models: %s: %w", s.Name, err)
			}
		}
		return nil
	})
}

// Prefix is what all names begin with, up to a dot, such as the "module." and
// "_orig_mod." of wrapped PyTorch modules; "" if they have nothing in common.
func (sd StateDict) Prefix() string {
	if len(sd) < 2 {
		return ""
	}
	common := sd[0].Name
	for _, s := range sd {
		for !strings.HasPrefix(s.Name, common) {
			common = common[:len(common)-1]
		}
	}
	return common[:strings.LastIndexByte(common, '.')+1]
}

// TrimPrefix is the state dict with a prefix taken off the names that have it.
func (sd StateDict) TrimPrefix(prefix string) StateDict {
	trimmed := slices.Clone(sd)
	for i := range trimmed {
		trimmed[i].Name = strings.TrimPrefix(trimmed[i].Name, prefix)
	}
	return trimmed
}

// prefixHint is the remedy for names that all begin alike.
func (sd StateDict) prefixHint() string {
	if p := sd.Prefix(); p != "" {
		return fmt.Sprintf(" (all names begin with %q: take it off with TrimPrefix)", p)
	}
	return ""
}
