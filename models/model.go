package models

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	"gorgonia.org/tensor"

	"perceptron/internal/ops"
)

// Model is a network: its layers, its task and the parameters they own. New,
// Load and Read make one; its zero value cannot be used.
type Model struct {
	task   Task
	units  []*unit
	namer  namer
	input  []int // shape of a row, if an option says so
	seed   uint64
	init   Initializer
	info   Info
	dtype  tensor.Dtype
	noise  *ops.Noise
	masks  func(layer string, mask []float32) error
	most   int // numbers that the layers may own
	after  []func() error
	frozen uint64 // counts the changes of what is frozen

	mu      sync.RWMutex // held to write while parameters change
	byName  map[string]*Parameter
	runners runners
}

// unit is a layer in its place in a model.
type unit struct {
	child
	in, out []int // the shape of one row before and after
	params  []*Parameter
}

// New declares a model. Layers run in the order given; options may stand
// anywhere among them. A layer that does not fit the one before it is an error
// that names the layer, what it wanted and what it got.
func New(task Task, parts ...Part) (*Model, error) {
	m, err := declare(task, parts...)
	if err != nil {
		return nil, fmt.Errorf("models: %w", err)
	}
	return m, nil
}

func declare(task Task, parts ...Part) (*Model, error) {
	m := &Model{task: task, init: PyTorchInit(), most: math.MaxInt, dtype: tensor.Float32, byName: map[string]*Parameter{}}
	if err := task.check(); err != nil {
		return nil, err
	}
	for _, p := range parts {
		if err := m.add(p); err != nil {
			return nil, err
		}
	}
	m.noise = &ops.Noise{Seed: m.seed, Masks: m.masks}
	if err := m.connect(); err != nil {
		return nil, err
	}
	if err := m.checkInfo(m.info); err != nil {
		return nil, err
	}
	if err := m.initialize(); err != nil {
		return nil, err
	}
	for _, f := range m.after {
		if err := f(); err != nil {
			return nil, err
		}
	}
	m.after = nil
	return m, nil
}

func (m *Model) add(p Part) error {
	switch p := p.(type) {
	case nil:
		return errNilPart
	case Option:
		if p == nil {
			return errNilPart
		}
		return p(m)
	case Layer:
		return m.addLayer(p)
	}
	return fmt.Errorf("%v is no layer and no option: it lacks methods of Layer", p)
}

// maxLayers bounds a model.
const maxLayers = 1000

// addLayer names a layer by its kind and number.
func (m *Model) addLayer(l Layer) error {
	if err := check(l); err != nil {
		return err
	}
	if len(m.units) == maxLayers {
		return fmt.Errorf("%v is one layer too many: the most is %d", l, maxLayers)
	}
	c, err := m.namer.name(l)
	m.units = append(m.units, &unit{child: c})
	return err
}

// connect works out the shape of a row between all layers and makes their
// parameters.
func (m *Model) connect() error {
	shape := m.inputShape()
	if shape == nil {
		return errors.New("no layer says how many features a row has: declare one that does, such as Linear(4, 16), or give InputShape(4)")
	}
	numbers := 0
	for i, u := range m.units {
		out, err := u.layer.Shape(slices.Clone(shape))
		if err != nil {
			return fmt.Errorf("%s: %w", m.place(i), err)
		}
		if _, target := find[TargetLayer](u.layer); target && (m.task.Targets != Values || slices.ContainsFunc(m.units[i:], isNoTarget)) {
			return fmt.Errorf("%s: it belongs at the end of a Regression model", m.place(i))
		}
		if n := size(out); n < 1 || n > maxWeights {
			return fmt.Errorf("%s: rows of %d numbers: wanted 1 to %d", m.place(i), n, int64(maxWeights))
		}
		u.in, u.out = slices.Clone(shape), slices.Clone(out)
		declared := u.layer.Parameters(u.in)
		for _, d := range declared {
			numbers += max(1, size(d.Shape))
		}
		if numbers > m.most {
			return fmt.Errorf("layer %v: the file holds %d numbers, fewer than its layers need", u.layer, m.most)
		}
		for _, d := range declared {
			p, err := newParameter(d, u.name+"."+d.Name, m.dtype)
			if err == nil && m.byName[p.Name] != nil {
				err = fmt.Errorf("two parameters are called %s", p.Name)
			}
			if err != nil {
				return fmt.Errorf("%s: %w", m.place(i), err)
			}
			m.byName[p.Name] = p
			u.params = append(u.params, p)
		}
		shape = u.out
	}
	return m.checkEnd(shape)
}

// checkEnd holds that the last layer gives what the task needs.
func (m *Model) checkEnd(shape []int) error {
	if len(m.units) == 0 {
		return errors.New("no layers: give one or more")
	}
	last := m.units[len(m.units)-1]
	place := m.place(len(m.units) - 1)
	switch {
	case len(shape) != 1:
		return fmt.Errorf("%s gives rows of shape %v: add Flatten() to end with a list of outputs", place, shape)
	case m.task.Targets == Classes && shape[0] < 2:
		return fmt.Errorf("%s gives 1 output: %v wants one for each of two or more classes (Binary wants 1)", place, m.task)
	case m.task.Activation != nil && kindName(last.layer) == kindName(m.task.Activation):
		return fmt.Errorf("%s: a %v model puts %v behind its last layer itself: leave it out", place, m.task, m.task.Activation)
	}
	return nil
}

// inputShape asks the first layer that knows for the features of a row. Layers
// that take any width, such as Dropout, may stand before it.
func (m *Model) inputShape() []int {
	if m.input != nil {
		return m.input
	}
	for _, u := range m.units {
		if s, ok := find[Sizer](u.layer); ok && s.Inputs() > 0 {
			return []int{s.Inputs()}
		}
	}
	return nil
}

// place describes a layer for a message: "layer 3, fc2 = Linear(16, 3)".
func (m *Model) place(i int) string {
	return fmt.Sprintf("layer %d, %s = %v", i+1, m.units[i].name, m.units[i].layer)
}

// Task says what the model predicts.
func (m *Model) Task() Task { return m.task }

// Seed is what the initial weights, dropout masks and input noise came from.
func (m *Model) Seed() uint64 { return m.seed }

// Inputs is the number of features of a row, Outputs of predictions.
func (m *Model) Inputs() int { return size(m.units[0].in) }

// Outputs is the number of predictions for a row: 1 for Binary, the number of
// classes for Multiclass.
func (m *Model) Outputs() int { return m.units[len(m.units)-1].out[0] }

// Parameters lists what the layers own, in the order of the layers. The values
// are the model's own; change them inside Update only.
func (m *Model) Parameters() []*Parameter {
	var all []*Parameter
	for _, u := range m.units {
		all = append(all, u.params...)
	}
	return all
}

// Count is the number of trained numbers, frozen ones among them.
func (m *Model) Count() int {
	n := 0
	for _, p := range m.Parameters() {
		if p.Trained {
			n += p.Value.Shape().TotalSize()
		}
	}
	return n
}

// Update runs f while no prediction reads the parameters: training changes
// them inside it.
func (m *Model) Update(f func() error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return f()
}

// Clone copies a model, its parameters included. The copy shares nothing with
// the original that either of them changes.
func (m *Model) Clone() (*Model, error) {
	parts := []Part{Seed(m.seed), WithInfo(m.Info()), Option(func(c *Model) error {
		c.init, c.dtype, c.masks, c.input = m.init, m.dtype, m.masks, m.input
		return nil
	})}
	for _, u := range m.units {
		parts = append(parts, u.layer)
	}
	c, err := New(m.task, parts...)
	if err != nil {
		return nil, err
	}
	for i, p := range m.Parameters() {
		c.Parameters()[i].Frozen = p.Frozen
	}
	return c, c.LoadStateDict(m.StateDict())
}

// SetStep tells the random layers which training step comes next. What they
// draw depends on the seed and the step alone, so a run that goes on at step
// 500 draws what an uninterrupted one would.
func (m *Model) SetStep(step int) { m.noise.Step = uint64(step) }
