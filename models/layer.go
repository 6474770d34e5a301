package models

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Part is something New puts a model together from: a Layer or an Option.
type Part interface{ String() string }

// Layer is one step of a network. It is a declaration only: the numbers belong
// to the model, so one Layer may be used in many places. Every layer of this
// package is written against this interface alone, and so can be those of other
// packages.
//
// A layer says more about itself, where there is more to say, by further
// methods: those of Checker, Sizer, Stemmer, Preparer, TargetLayer, Container,
// Storer and Exporter.
type Layer interface {
	// String describes the layer in the words of its declaration, without the
	// package's name and the numbers that it holds: Linear(4, 16, NoBias).
	String() string

	// Shape gives the shape of a row of the result, for one of the input. It
	// returns an error that says what the layer takes if that does not fit.
	Shape(in []int) ([]int, error)

	// Parameters lists what the layer owns, for rows that Shape has accepted.
	Parameters(in []int) []Param

	// Forward adds the layer to a graph. Rows are flat inside a graph: x is
	// (rows × numbers of a row of shape c.In), and so must be the result. What
	// it composes of Gorgonia's operations is differentiated symbolically.
	Forward(c *Context, x *G.Node) (*G.Node, error)
}

// Param describes a parameter, or a buffer that is not trained, before its model
// exists.
type Param struct {
	Name  string // within the layer: weight
	Shape []int

	// The initial numbers: Values, or what Draw makes of a random stream that
	// belongs to this parameter, or what the model's Initializer draws for a
	// Drawn one, or else Fill everywhere. An Initializer takes a Drawn parameter
	// of two or more dimensions as a weight (outputs × inputs × positions), and
	// a Drawn vector right behind it as that weight's bias.
	Values []float32
	Draw   func(r *rand.Rand, values []float32)
	Drawn  bool
	Fill   float32

	Trained bool  // an optimizer changes it
	Decays  bool  // weight decay that is meant for weights applies to it
	Counter bool  // an int64 without dimensions, in place of all of the above
	Bound   Bound // of what a file may hold
}

// Bound is what the numbers of a parameter must be besides finite.
type Bound int

const (
	Unbounded   Bound = iota
	NonNegative       // a variance
	Positive          // a divisor
)

// Checker is a Layer that can tell whether its own settings make sense.
type Checker interface{ Check() error }

// Sizer is a Layer that knows how many numbers a row has that it takes; the
// first one in a model decides how many features the model has. 0: any number.
type Sizer interface{ Inputs() int }

// Stemmer is a Layer that chooses the name that the model numbers: fc for fc1,
// fc2. Others are called after the first word of their String, in lower case.
type Stemmer interface{ Stem() string }

// Preparer is a Layer that prepares features with fixed numbers. Those at a
// model's front are what adversarial rows are made behind.
type Preparer interface{ Prepares() bool }

// TargetLayer is a Layer behind the last trained one of a regression: a loss
// compares what goes into it with targets that Target has transformed, and a
// prediction is what comes out of it. There may be several, one behind the
// other.
type TargetLayer interface {
	Layer
	Target(c *Context, y *G.Node) (*G.Node, error)
}

// Storer is a Layer that a model's file can hold: the file has its String, which
// its Kind reads back.
type Storer interface{ Kind() Kind }

// Container is a Layer that is made of others.
type Container interface{ Layers() []Layer }

// Exporter is a Layer that has an ONNX form: it adds to o the nodes that do to x
// what the layer does when the model predicts, and returns the name of the
// result.
type Exporter interface {
	ONNX(o *ONNX, x string) (string, error)
}

// find looks for a further method of a layer, in those around it too.
func find[T any](l Layer) (T, bool) {
	for {
		if t, ok := l.(T); ok {
			return t, true
		}
		outer, ok := l.(interface{ Unwrap() Layer })
		if !ok {
			var none T
			return none, false
		}
		l = outer.Unwrap()
	}
}

func check(l Layer) error {
	if c, ok := find[Checker](l); ok {
		return c.Check()
	}
	return nil
}

// kindName is the first word of a layer's description.
func kindName(l Layer) string {
	name, _, _ := strings.Cut(l.String(), "(")
	return name
}

// Context is what a layer sees of the graph that it is added to.
type Context struct {
	Name     string // of the layer in its model: fc1, or residual1.fc2
	In       []int  // shape of a row that comes in
	Training bool   // or the model predicts
	Trial    bool   // training, but only for a look: running statistics must stay as they are

	pass *pass
}

// Node is the graph's node of a parameter of the layer; nil for a counter, and
// for a name that it has not declared.
func (c *Context) Node(parameter string) *G.Node { return c.pass.graph.nodes[c.Name+"."+parameter] }

// Value is the model's own tensor of a parameter of the layer, for what a pass
// is to change, such as running statistics; nil for a name that it has not
// declared.
func (c *Context) Value(parameter string) *tensor.Dense {
	if p := c.pass.model.byName[c.Name+"."+parameter]; p != nil {
		return p.Value
	}
	return nil
}

// Inside is the Context of a layer inside this one, which has given that layer a
// name, and whose parameters it has declared with that name and a dot before
// their own.
func (c *Context) Inside(name string, in []int) *Context {
	return c.pass.context(c.Name+"."+name, in)
}

// wantFeatures is the error of a layer that does not fit the one before it.
func wantFeatures(want int, got []int) error {
	if len(got) != 1 {
		return fmt.Errorf("it takes rows of %d features, but gets rows of shape %v: put Flatten() before it", want, got)
	}
	if got[0] != want {
		return fmt.Errorf("it takes %d features, but gets %d", want, got[0])
	}
	return nil
}

// maxWeights bounds one layer: 4 GiB of float32.
const maxWeights = 1 << 30

func finite(x float32) bool { return !math.IsNaN(float64(x)) && !math.IsInf(float64(x), 0) }

func size(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// invalid stands for a layer that could not be declared.
type invalid struct {
	code string
	err  error
}

// nilOption is a layer that was given an option of nil.
func nilOption(l Layer) Layer {
	return invalid{l.String(), fmt.Errorf("%v: an option is nil: leave it out", l)}
}

func (l invalid) String() string                             { return l.code }
func (l invalid) Check() error                               { return l.err }
func (l invalid) Shape([]int) ([]int, error)                 { return nil, l.err }
func (l invalid) Parameters([]int) []Param                   { return nil }
func (l invalid) Forward(*Context, *G.Node) (*G.Node, error) { return nil, l.err }
