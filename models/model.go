package models

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"gorgonia.org/tensor"

	"perceptron/internal/ops"
	"perceptron/internal/prng"
)

// Part is something New puts a model together from: a Layer or an Option.
type Part interface {
	add(*Model) error
}

// Model is a network: its layers, its task and the parameters they own. New,
// Load and Read make one; its zero value cannot be used.
type Model struct {
	task      Task
	units     []*unit
	named     map[string]int // layers of each kind
	seed      uint64
	init      Initializer
	smoothing float64
	info      Info
	dtype     tensor.Dtype
	noise     *ops.Noise
	masks     func(layer string, mask []float32) error

	mu      sync.RWMutex // held to write while parameters change
	runners runners
}

// unit is a layer in its place in a model.
type unit struct {
	name    string
	layer   Layer
	in, out []int // the shape of one row before and after
	params  []*Parameter
}

// Parameter is a named tensor that a layer owns: trained, or a buffer that
// training leaves alone (a running mean) or moves by itself.
type Parameter struct {
	Name    string // as in PyTorch's state dict: fc1.weight
	Value   *tensor.Dense
	Trained bool // an optimizer changes it
	Decays  bool // it is a weight proper: weight decay on weights only applies to it
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
	m := &Model{task: task, named: map[string]int{}, init: PyTorchInit(), dtype: tensor.Float32}
	if !task.valid() {
		return nil, fmt.Errorf("task %v: wanted Regression, Binary or Multiclass", task)
	}
	for _, p := range parts {
		if p == nil {
			return nil, errNilPart
		}
		if err := p.add(m); err != nil {
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
	return m, m.initialize()
}

// maxLayers bounds a model.
const maxLayers = 1000

// addLayer names a layer by its kind and number.
func (m *Model) addLayer(l Layer) error {
	if len(m.units) == maxLayers {
		return fmt.Errorf("%v is one layer too many: the most is %d", l, maxLayers)
	}
	stem := l.stem()
	m.named[stem]++
	m.units = append(m.units, &unit{name: stem + strconv.Itoa(m.named[stem]), layer: l})
	return nil
}

// connect works out the shape of a row between all layers and makes their
// parameters.
func (m *Model) connect() error {
	shape := m.inputShape()
	if shape == nil {
		return errors.New("no layer says how many features a row has: declare one that does, such as Linear(4, 16)")
	}
	for i, u := range m.units {
		out, err := u.layer.outShape(shape)
		if err != nil {
			return fmt.Errorf("%s: %w", m.place(i), err)
		}
		if isTarget(u) && (m.task != Regression || slices.ContainsFunc(m.units[i:], isNoTarget)) {
			return fmt.Errorf("%s: it belongs at the end of a Regression model", m.place(i))
		}
		if n := size(out); n > maxWeights {
			return fmt.Errorf("%s: rows of %d numbers: the most is %d", m.place(i), n, int64(maxWeights))
		}
		u.in, u.out = slices.Clone(shape), out
		for _, d := range u.layer.parameters() {
			u.params = append(u.params, d.parameter(u.name, m.dtype))
		}
		shape = out
	}
	if len(shape) != 1 {
		return fmt.Errorf("%s gives rows of shape %v: add Flatten() to end with a list of outputs", m.place(len(m.units)-1), shape)
	}
	if m.task == Multiclass && shape[0] < 2 {
		return fmt.Errorf("%s gives 1 output: Multiclass wants one for each of two or more classes (Binary wants 1)", m.place(len(m.units)-1))
	}
	return nil
}

// inputShape asks the first layer that knows for the features of a row. Layers
// that take any width, such as Dropout, may stand before it.
func (m *Model) inputShape() []int {
	for _, u := range m.units {
		if n := u.layer.inputs(); n > 0 {
			return []int{n}
		}
	}
	return nil
}

// place describes a layer for a message: "layer 3, fc2 = Linear(16, 3)".
func (m *Model) place(i int) string {
	return fmt.Sprintf("layer %d, %s = %v", i+1, m.units[i].name, m.units[i].layer)
}

// initialize draws the initial weights, each layer from a stream of its own.
func (m *Model) initialize() error {
	var linear []*unit
	for _, u := range m.units {
		if _, ok := u.layer.(linearLayer); ok {
			linear = append(linear, u)
		}
	}
	for i, u := range linear {
		l := u.layer.(linearLayer)
		fill := Fill{
			In: l.in, Out: l.out, First: i == 0, Last: i == len(linear)-1,
			Weight: make([]float32, l.in*l.out), Rand: prng.New(m.seed, "init "+u.name, 0),
		}
		if l.bias {
			fill.Bias = make([]float32, l.out)
		}
		if err := m.init.Fill(fill); err != nil {
			return fmt.Errorf("%s: %w", u.name, err)
		}
		u.params[0].set(fill.Weight)
		if l.bias {
			u.params[1].set(fill.Bias)
		}
	}
	return nil
}

// Task says what the model predicts.
func (m *Model) Task() Task { return m.task }

// Seed is what the initial weights, dropout masks and input noise came from.
func (m *Model) Seed() uint64 { return m.seed }

// LabelSmoothing is the share of the targets that goes to all classes alike.
func (m *Model) LabelSmoothing() float64 { return m.smoothing }

// Inputs is the number of features of a row, Outputs of predictions.
func (m *Model) Inputs() int { return m.units[0].in[0] }

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

// Count is the number of trained numbers.
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
	c, err := New(m.task, m.parts()...)
	if err != nil {
		return nil, err
	}
	return c, c.LoadStateDict(m.StateDict())
}

// parts is what New needs to declare the model again.
func (m *Model) parts() []Part {
	parts := []Part{Seed(m.seed), WithInfo(m.Info()), Option(func(c *Model) error {
		c.init, c.smoothing, c.dtype, c.masks = m.init, m.smoothing, m.dtype, m.masks
		return nil
	})}
	for _, u := range m.units {
		parts = append(parts, u.layer)
	}
	return parts
}

// SetStep tells the random layers which training step comes next. What they
// draw depends on the seed and the step alone, so a run that goes on at step
// 500 draws what an uninterrupted one would.
func (m *Model) SetStep(step int) { m.noise.Step = uint64(step) }
