package models

import (
	"errors"
	"fmt"
	"slices"

	"gorgonia.org/tensor"
)

var errNilPart = errors.New("a part is nil: wanted layers and options")

// Option is a Part that is no layer: a seed, an initialiser, a setting.
type Option func(*Model) error

// String says that it is an option.
func (o Option) String() string { return "an option" }

// Seed sets the seed of the initial weights, dropout masks and input noise.
// Without it the seed is 0.
func Seed(seed uint64) Option {
	return func(m *Model) error { m.seed = seed; return nil }
}

// InputShape says what shape a row of features has, where no layer does, as in a
// model that begins with a Func. Without it the first layer that knows decides.
func InputShape(shape ...int) Option {
	return func(m *Model) error {
		if len(shape) == 0 || slices.Min(shape) < 1 || size(shape) > maxWeights {
			return fmt.Errorf("InputShape%v: wanted sizes of 1 or more", shape)
		}
		m.input = slices.Clone(shape)
		return nil
	}
}

// Masks makes dropout layers take their masks from f instead of drawing them: 1
// where a unit stays, 0 where it rests. It serves to replay another library's
// training step for step.
func Masks(f func(layer string, mask []float32) error) Option {
	return func(m *Model) error { m.masks = f; return nil }
}

// Float64 makes the model compute in float64, which gradients are checked in.
// Such a model takes and gives float64 tensors, and no optimizer trains it.
func Float64() Option {
	return func(m *Model) error { m.dtype = tensor.Float64; return nil }
}
