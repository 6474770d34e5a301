package models

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
)

// Fill is one layer with weights to be initialised, such as Linear.
type Fill struct {
	In, Out      int       // numbers that an output is made of, and outputs
	Positions    int       // of a convolution's kernel, which are among In; 1 for Linear
	First, Last  bool      // its place among the model's layers with weights
	Weight, Bias []float32 // to be filled: weight is Out × In; Bias is nil without one
	Rand         *rand.Rand
}

// Initializer draws a model's initial weights.
type Initializer struct {
	Name string
	Fill func(Fill) error
}

// Init sets how layers with weights start; PyTorchInit without it.
func Init(i Initializer) Option {
	return func(m *Model) error {
		if i.Fill == nil {
			return fmt.Errorf("Init: initializer %q has no Fill function", i.Name)
		}
		m.init = i
		return nil
	}
}

// PyTorchInit is what torch.nn.Linear starts with: weights and biases uniform
// within ±1/√inputs (Kaiming uniform with a = √5).
func PyTorchInit() Initializer {
	return Initializer{"pytorch", func(f Fill) error {
		bound := 1 / math.Sqrt(float64(f.In))
		uniform(f.Rand, f.Weight, bound)
		uniform(f.Rand, f.Bias, bound)
		return nil
	}}
}

// HeUniform draws weights within ±√(6/inputs); biases are 0 (He et al. 2015).
func HeUniform() Initializer {
	return weights("he-uniform", func(f Fill) { uniform(f.Rand, f.Weight, math.Sqrt(6/float64(f.In))) })
}

// HeNormal draws weights of standard deviation √(2/inputs); biases are 0 (He et
// al. 2015).
func HeNormal() Initializer {
	return weights("he-normal", func(f Fill) { gaussian(f.Rand, f.Weight, math.Sqrt(2/float64(f.In))) })
}

// GlorotUniform draws weights within ±√(6/(inputs+outputs)); biases are 0
// (Glorot and Bengio 2010).
func GlorotUniform() Initializer {
	return weights("glorot-uniform", func(f Fill) { uniform(f.Rand, f.Weight, math.Sqrt(6/float64(f.In+f.Out*max(1, f.Positions)))) })
}

// GlorotNormal draws weights of standard deviation √(2/(inputs+outputs));
// biases are 0 (Glorot and Bengio 2010).
func GlorotNormal() Initializer {
	return weights("glorot-normal", func(f Fill) { gaussian(f.Rand, f.Weight, math.Sqrt(2/float64(f.In+f.Out*max(1, f.Positions)))) })
}

// Zeros starts everything at 0. A network with hidden layers never leaves it:
// it is there to be tried.
func Zeros() Initializer { return weights("zeros", func(f Fill) { clear(f.Weight) }) }

// Initializers lists the initialisers that need no data.
func Initializers() []Initializer {
	return []Initializer{PyTorchInit(), HeUniform(), HeNormal(), GlorotUniform(), GlorotNormal(), Zeros()}
}

// InitByName finds one of Initializers by its name, such as "he-normal".
func InitByName(name string) (Initializer, error) {
	all := Initializers()
	i := slices.IndexFunc(all, func(i Initializer) bool { return i.Name == name })
	if i < 0 {
		names := make([]string, len(all))
		for i, a := range all {
			names[i] = a.Name
		}
		return Initializer{}, fmt.Errorf("models: unknown initialiser %q: wanted one of %s", name, strings.Join(names, ", "))
	}
	return all[i], nil
}

func weights(name string, fill func(Fill)) Initializer {
	return Initializer{name, func(f Fill) error {
		fill(f)
		clear(f.Bias)
		return nil
	}}
}

func uniform(r *rand.Rand, s []float32, bound float64) {
	for i := range s {
		s[i] = float32((2*r.Float64() - 1) * bound)
	}
}

func gaussian(r *rand.Rand, s []float32, sd float64) {
	for i := range s {
		s[i] = float32(r.NormFloat64() * sd)
	}
}
