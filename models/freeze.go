package models

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// Freeze makes parameters stand still until Unfreeze: training passes over
// trained ones, and BatchNorm's statistics are used as they are and do not move.
// A pattern is the name of a parameter (fc1.weight), of a layer (fc1, for all
// that it owns), or either with the wildcards of path.Match (fc*, bn1.running_*).
// One that matches nothing is an error, and then nothing is frozen. A model's
// file keeps what is frozen.
func (m *Model) Freeze(patterns ...string) error { return m.setFrozen(true, patterns) }

// Unfreeze undoes Freeze for the parameters that the patterns match.
func (m *Model) Unfreeze(patterns ...string) error { return m.setFrozen(false, patterns) }

// FrozenNames lists the parameters that are frozen; nil if none is.
func (m *Model) FrozenNames() []string {
	var names []string
	for _, p := range m.Parameters() {
		if p.Frozen {
			names = append(names, p.Name)
		}
	}
	return names
}

// Revision changes whenever parameters are frozen or unfrozen. Training graphs
// that were built before are then out of date.
func (m *Model) Revision() uint64 { return m.frozen }

func (m *Model) setFrozen(frozen bool, patterns []string) error {
	var all []*Parameter
	for _, pattern := range patterns {
		matched := slices.Collect(m.matching(pattern))
		if len(matched) == 0 {
			return fmt.Errorf("models: no parameter matches %q: wanted one of %s, or the name of a layer", pattern, strings.Join(m.parameterNames(), ", "))
		}
		all = append(all, matched...)
	}
	return m.Update(func() error {
		for _, p := range all {
			p.Frozen = frozen
		}
		m.frozen++
		return nil
	})
}

// matching lists the parameters that a pattern matches, by their own name or
// that of a layer around them.
func (m *Model) matching(pattern string) func(yield func(*Parameter) bool) {
	return func(yield func(*Parameter) bool) {
		for _, p := range m.Parameters() {
			for name := p.Name; name != ""; name = name[:max(0, strings.LastIndexByte(name, '.'))] {
				if ok, err := path.Match(pattern, name); err == nil && ok {
					if !yield(p) {
						return
					}
					break
				}
			}
		}
	}
}

func (m *Model) parameterNames() []string {
	var names []string
	for _, p := range m.Parameters() {
		names = append(names, p.Name)
	}
	return names
}

// freezeNames is for a file that lists them.
func (m *Model) freezeNames(names []string) error {
	for _, name := range names {
		p := m.byName[name]
		if p == nil {
			return fmt.Errorf("%q is frozen, but no parameter is called so", name)
		}
		p.Frozen = true
	}
	return nil
}

// Frozen reports whether a parameter of the layer is frozen.
func (c *Context) Frozen(parameter string) bool {
	p := c.pass.model.byName[c.Name+"."+parameter]
	return p != nil && p.Frozen
}
