package datasets

import (
	"fmt"
	"slices"
	"strings"
)

// WithClasses returns the data set with its classes renumbered in the order of
// names, so that the indices of a test set agree with those of a model or of
// the training rows. names may list classes that have no row here. The features
// are shared, not copied.
//
// Errors: targets that are numbers; a class with rows that is not in names, or
// names that are listed twice. The error lists what differs on both sides.
func (d *Dataset) WithClasses(names []string) (*Dataset, error) {
	if err := d.needClasses(); err != nil {
		return nil, err
	}
	if i := repeated(names); i >= 0 {
		return nil, fmt.Errorf("data set %s: the class %q is listed twice: name it once", d.Name, names[i])
	}
	var unknown []string
	to := make([]int, len(d.ClassNames))
	counts := d.ClassCounts()
	for i, name := range d.ClassNames {
		if to[i] = slices.Index(names, name); to[i] < 0 && counts[i] > 0 {
			unknown = append(unknown, name)
		}
	}
	if unknown != nil {
		message := fmt.Sprintf("data set %s: its classes %s are none of %s", d.Name, quoted(unknown), quoted(names))
		if len(unknown) == 1 {
			message = fmt.Sprintf("data set %s: its class %s is none of %s", d.Name, quoted(unknown), quoted(names))
		}
		var absent []string
		for _, name := range names {
			if !slices.Contains(d.ClassNames, name) {
				absent = append(absent, name)
			}
		}
		if absent != nil {
			message += fmt.Sprintf(" (of which it has no %s)", quoted(absent))
		}
		return nil, fmt.Errorf("%s: rename the classes with RenameClasses, or leave out their rows with OnlyClasses", message)
	}
	return d.relabelled(names, to), nil
}

// OnlyClasses returns the rows of the named classes alone, numbered in this
// order.
//
// Errors: targets that are numbers, a class that the data set doesn't have, no
// row of any of them.
func (d *Dataset) OnlyClasses(names ...string) (*Dataset, error) {
	if err := d.needClasses(); err != nil {
		return nil, err
	}
	for _, name := range names {
		if !slices.Contains(d.ClassNames, name) {
			return nil, fmt.Errorf("data set %s: there is no class %q; the classes are %s", d.Name, name, quoted(d.ClassNames))
		}
	}
	var rows []int
	for row, class := range d.targets {
		if slices.Contains(names, d.ClassNames[int(class)]) {
			rows = append(rows, row)
		}
	}
	kept, err := d.Subset(rows)
	if err != nil {
		return nil, err
	}
	return kept.WithClasses(names)
}

// RenameClasses returns the data set with other names for its classes: renamed
// holds the new name of an old one, and those that it doesn't mention keep
// theirs. Classes that get the same name become one. They are numbered in the
// order in which the names first come up.
//
// Errors: targets that are numbers, an old name that the data set doesn't have.
func (d *Dataset) RenameClasses(renamed map[string]string) (*Dataset, error) {
	if err := d.needClasses(); err != nil {
		return nil, err
	}
	var unknown []string
	for old := range renamed {
		if !slices.Contains(d.ClassNames, old) {
			unknown = append(unknown, old)
		}
	}
	if unknown != nil {
		slices.Sort(unknown)
		return nil, fmt.Errorf("data set %s: there is no class %s to rename; the classes are %s", d.Name, quoted(unknown), quoted(d.ClassNames))
	}
	var names []string
	to := make([]int, len(d.ClassNames))
	for i, name := range d.ClassNames {
		if other, ok := renamed[name]; ok {
			name = other
		}
		if to[i] = slices.Index(names, name); to[i] < 0 {
			to[i] = len(names)
			names = append(names, name)
		}
	}
	return d.relabelled(names, to), nil
}

// relabelled is d with the classes names, of which to[i] is the old class i.
func (d *Dataset) relabelled(names []string, to []int) *Dataset {
	s := *d
	s.ClassNames = slices.Clone(names)
	s.targets = make([]float32, len(d.targets))
	for row, class := range d.targets {
		s.targets[row] = float32(to[int(class)])
	}
	return &s
}

func (d *Dataset) needClasses() error {
	if d.ClassNames == nil {
		return fmt.Errorf("data set %s: its targets are numbers, not classes", d.Name)
	}
	return nil
}

// repeated returns the index of the first name that came before, -1 for none.
func repeated(names []string) int {
	seen := make(map[string]bool, len(names))
	for i, name := range names {
		if seen[name] {
			return i
		}
		seen[name] = true
	}
	return -1
}

// quoted joins names in quotes, and leaves out the middle of a long list.
func quoted(names []string) string {
	var q []string
	for _, name := range names {
		q = append(q, fmt.Sprintf("%.60q", name))
	}
	return strings.ReplaceAll(list(q), `"…"`, "…")
}
