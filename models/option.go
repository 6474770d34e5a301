package models

import (
	"errors"
	"fmt"
)

var errNilPart = errors.New("a part is nil: wanted layers and options")

// Option is a Part that is no layer: a seed, an initialiser, a setting.
type Option func(*Model) error

func (o Option) add(m *Model) error {
	if o == nil {
		return errNilPart
	}
	return o(m)
}

// Seed sets the seed of the initial weights, dropout masks and input noise.
// Without it the seed is 0.
func Seed(seed uint64) Option {
	return func(m *Model) error { m.seed = seed; return nil }
}

// LabelSmoothing softens the targets of a Multiclass model: 1−s for the right
// class plus s/classes for every class (Szegedy et al. 2016).
func LabelSmoothing(s float64) Option {
	return func(m *Model) error {
		if m.task != Multiclass || !(s >= 0 && s < 1) {
			return fmt.Errorf("LabelSmoothing(%v): wanted 0 ≤ s < 1 in a Multiclass model", s)
		}
		m.smoothing = s
		return nil
	}
}

// Masks makes dropout layers take their masks from f instead of drawing them: 1
// where a unit stays, 0 where it rests. It serves to replay another library's
// training step for step.
func Masks(f func(layer string, mask []float32) error) Option {
	return func(m *Model) error { m.masks = f; return nil }
}
