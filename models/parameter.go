package models

import (
	"fmt"
	"strings"

	"gorgonia.org/tensor"

	"perceptron/internal/prng"
)

// Parameter is a named tensor that a layer owns: trained, or a buffer that
// training leaves alone (a running mean) or moves by itself.
type Parameter struct {
	Name    string // as in PyTorch's state dict: fc1.weight
	Value   *tensor.Dense
	Trained bool // an optimizer changes it, unless it is frozen
	Decays  bool // weight decay that is meant for weights applies to it
	Frozen  bool // it stands still: see Model.Freeze

	declared Param
}

// newParameter makes a parameter with the numbers that do not depend on chance.
func newParameter(d Param, name string, dtype tensor.Dtype) (*Parameter, error) {
	p := &Parameter{Name: name, Trained: d.Trained, Decays: d.Decays, declared: d}
	if d.Counter {
		p.Value, p.Trained = tensor.New(tensor.FromScalar(int64(0))), false
		return p, nil
	}
	if len(d.Shape) == 0 || size(d.Shape) < 1 {
		return nil, fmt.Errorf("%s has shape %v: wanted sizes of 1 or more", name, d.Shape)
	}
	p.Value = tensor.New(tensor.Of(dtype), tensor.WithShape(d.Shape...))
	switch {
	case d.Values == nil && d.Fill != 0:
		p.set(filled(size(d.Shape), d.Fill))
	case d.Values != nil && len(d.Values) != size(d.Shape):
		return nil, fmt.Errorf("%s has %d numbers for shape %v", name, len(d.Values), d.Shape)
	case d.Values != nil:
		p.set(d.Values)
	}
	return p, nil
}

// set copies values into a parameter of either element type.
func (p *Parameter) set(values []float32) {
	if p.Value.Dtype() == tensor.Float32 {
		copy(p.Value.Float32s(), values)
		return
	}
	for i, v := range values {
		p.Value.Float64s()[i] = float64(v)
	}
}

// float32s gives a parameter's numbers, rounded if the model computes in
// float64.
func (p *Parameter) float32s() []float32 {
	if p.Value.Dtype() == tensor.Float32 {
		return p.Value.Float32s()
	}
	values := make([]float32, len(p.Value.Float64s()))
	for i, v := range p.Value.Float64s() {
		values[i] = float32(v)
	}
	return values
}

// checkNumbers makes sure that predictions can be finite.
func (p *Parameter) checkNumbers() error {
	if p.Value.Dtype() != tensor.Float32 {
		return nil
	}
	above := [...]string{Unbounded: "", NonNegative: " of 0 or more", Positive: " above 0"}[p.declared.Bound]
	for i, v := range p.Value.Float32s() {
		if !finite(v) || p.declared.Bound == NonNegative && v < 0 || p.declared.Bound == Positive && v <= 0 {
			return fmt.Errorf("%s: number %d is %v: wanted a finite one%s", p.Name, i, v, above)
		}
	}
	return nil
}

func filled(n int, value float32) []float32 {
	s := make([]float32, n)
	for i := range s {
		s[i] = value
	}
	return s
}

// owner is the name of the layer that a parameter belongs to.
func (p *Parameter) owner() string { return p.Name[:strings.LastIndexByte(p.Name, '.')] }

// initialize draws the initial numbers, those of each layer from a stream of its
// own.
func (m *Model) initialize() error {
	var weights []int // indices of what the Initializer takes as weights
	parameters := m.Parameters()
	for i, p := range parameters {
		if p.declared.Drawn && len(p.declared.Shape) > 1 {
			weights = append(weights, i)
		}
		if draw := p.declared.Draw; draw != nil {
			values := make([]float32, p.Value.Shape().TotalSize())
			draw(prng.New(m.seed, "init "+p.Name, 0), values)
			p.set(values)
		}
	}
	for n, i := range weights {
		weight := parameters[i]
		shape := weight.declared.Shape
		fill := Fill{
			In: size(shape[1:]), Out: shape[0], Positions: size(shape[2:]), First: n == 0, Last: n == len(weights)-1,
			Weight: make([]float32, size(shape)), Rand: prng.New(m.seed, "init "+weight.owner(), 0),
		}
		var bias *Parameter
		if i+1 < len(parameters) && parameters[i+1].declared.Drawn && len(parameters[i+1].declared.Shape) == 1 {
			bias = parameters[i+1]
			fill.Bias = make([]float32, size(bias.declared.Shape))
		}
		if err := m.init.Fill(fill); err != nil {
			return fmt.Errorf("%s: %w", weight.owner(), err)
		}
		weight.set(fill.Weight)
		if bias != nil {
			bias.set(fill.Bias)
		}
	}
	return nil
}
