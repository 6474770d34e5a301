package models

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	G "gorgonia.org/gorgonia"

	"perceptron/internal/ops"
)

// child is a layer with its name in a model or in a layer around it.
type child struct {
	name  string
	layer Layer
}

// namer names layers by kind and number, each kind counted by itself.
type namer struct {
	count map[string]int
	taken map[string]bool
}

func (n *namer) name(l Layer) (child, error) {
	if n.count == nil {
		n.count, n.taken = map[string]int{}, map[string]bool{}
	}
	var name string
	if own, ok := l.(named); ok {
		name = own.name
	} else {
		stem := strings.ToLower(kindName(l))
		if s, ok := find[Stemmer](l); ok {
			stem = s.Stem()
		}
		n.count[stem]++
		name = stem + strconv.Itoa(n.count[stem])
	}
	if n.taken[name] {
		return child{}, fmt.Errorf("%v: two layers are called %s: give them different names", l, name)
	}
	n.taken[name] = true
	return child{name, l}, nil
}

// branch is a list of layers that run one after the other inside another layer.
type branch []child

func newBranch(layers []Layer) (branch, error) {
	var b branch
	var n namer
	for _, l := range layers {
		if l == nil {
			return nil, errNilPart
		}
		c, err := n.name(l)
		if err != nil {
			return nil, err
		}
		b = append(b, c)
	}
	return b, nil
}

func (b branch) String() string {
	text := make([]string, len(b))
	for i, c := range b {
		text[i] = c.layer.String()
	}
	return strings.Join(text, ", ")
}

// check is that of each layer. Those of targets belong at a model's end.
func (b branch) check() error {
	for _, c := range b {
		if _, target := find[TargetLayer](c.layer); target {
			return fmt.Errorf("%v inside another layer: it belongs at the end of a Regression model", c.layer)
		}
		if err := check(c.layer); err != nil {
			return err
		}
	}
	return nil
}

// shapes lists the shape of a row before each layer and behind the last.
func (b branch) shapes(in []int) ([][]int, error) {
	shapes := [][]int{in}
	for _, c := range b {
		out, err := c.layer.Shape(shapes[len(shapes)-1])
		if err != nil {
			return nil, fmt.Errorf("%s = %v: %w", c.name, c.layer, err)
		}
		shapes = append(shapes, out)
	}
	return shapes, nil
}

func (b branch) shape(in []int) ([]int, error) {
	shapes, err := b.shapes(in)
	if err != nil {
		return nil, err
	}
	return shapes[len(shapes)-1], nil
}

func (b branch) parameters(in []int) []Param {
	var all []Param
	shapes, _ := b.shapes(in) // which Shape has seen
	for i, c := range b {
		for _, p := range c.layer.Parameters(shapes[i]) {
			p.Name = c.name + "." + p.Name
			all = append(all, p)
		}
	}
	return all
}

func (b branch) forward(c *Context, x *G.Node) (*G.Node, error) {
	shapes, err := b.shapes(c.In)
	for i := 0; i < len(b) && err == nil; i++ {
		if x, err = b[i].layer.Forward(c.Inside(b[i].name, shapes[i]), x); err != nil {
			err = fmt.Errorf("%s: %w", b[i].name, err)
		}
	}
	return x, err
}

func (b branch) onnx(o *ONNX, x string) (string, error) {
	var err error
	for i := 0; i < len(b) && err == nil; i++ {
		x, err = o.inside(b[i].name).add(b[i].layer, x)
	}
	return x, err
}

// Layers lists the layers inside.
func (b branch) Layers() []Layer {
	all := make([]Layer, len(b))
	for i, c := range b {
		all[i] = c.layer
	}
	return all
}

func (b branch) inputs() int {
	for _, c := range b {
		if s, ok := find[Sizer](c.layer); ok && s.Inputs() > 0 {
			return s.Inputs()
		}
	}
	return 0
}

// sequential runs layers one after the other.
type sequential struct {
	branch
	err error
}

// Sequential puts layers together into one, whose parameters are named with its
// own name before theirs, as torch.nn.Sequential's are: sequential1.fc1.weight.
func Sequential(layers ...Layer) Layer {
	b, err := newBranch(layers)
	return sequential{b, err}
}

func readSequential(a *Args) (Layer, error) { return Sequential(a.Layers()...), nil }

func (l sequential) Kind() Kind                             { return Kind{Name: "Sequential", Layer: readSequential} }
func (l sequential) String() string                         { return "Sequential(" + l.branch.String() + ")" }
func (l sequential) Check() error                           { return checkBlock(l, l.branch, l.err) }
func (l sequential) Inputs() int                            { return l.inputs() }
func (l sequential) Shape(in []int) ([]int, error)          { return l.shape(in) }
func (l sequential) Parameters(in []int) []Param            { return l.parameters(in) }
func (l sequential) ONNX(o *ONNX, x string) (string, error) { return l.onnx(o, x) }

func (l sequential) Forward(c *Context, x *G.Node) (*G.Node, error) { return l.forward(c, x) }

func checkBlock(l Layer, b branch, err error) error {
	if err == nil && len(b) == 0 {
		err = errors.New("it has no layers: give one or more")
	}
	if err == nil {
		return b.check()
	}
	return fmt.Errorf("%v: %w", l, err)
}

// residual adds what layers make of their input to the input itself.
type residual struct{ sequential }

// Residual is x + f(x), where f runs layers one after the other (He et al.
// 2016). Rows must leave f in the shape in which they came.
func Residual(layers ...Layer) Layer {
	b, err := newBranch(layers)
	return residual{sequential{b, err}}
}

func readResidual(a *Args) (Layer, error) { return Residual(a.Layers()...), nil }

func (l residual) Kind() Kind     { return Kind{Name: "Residual", Layer: readResidual} }
func (l residual) String() string { return "Residual(" + l.branch.String() + ")" }
func (l residual) Check() error   { return checkBlock(l, l.branch, l.err) }

func (l residual) Shape(in []int) ([]int, error) {
	out, err := l.shape(in)
	if err == nil && !slices.Equal(in, out) {
		err = fmt.Errorf("its layers turn rows of shape %v into %v: they must keep it, for both are added", in, out)
	}
	return in, err
}

func (l residual) Forward(c *Context, x *G.Node) (*G.Node, error) {
	y, err := l.forward(c, x)
	if err != nil {
		return nil, err
	}
	return ops.Add(x, y)
}

func (l residual) ONNX(o *ONNX, x string) (string, error) {
	y, err := l.onnx(o, x)
	return o.Node("Add", "", []string{x, y}), err
}

// concat puts the results of several branches side by side.
type concat struct{ sequential }

// Concat gives its input to each of the branches and puts their results side by
// side. A branch of several layers is a Sequential. Results are lists of
// features, or pictures of one height and width, whose channels follow each
// other.
func Concat(branches ...Layer) Layer {
	b, err := newBranch(branches)
	return concat{sequential{b, err}}
}

func readConcat(a *Args) (Layer, error) { return Concat(a.Layers()...), nil }

func (l concat) Kind() Kind     { return Kind{Name: "Concat", Layer: readConcat} }
func (l concat) String() string { return "Concat(" + l.branch.String() + ")" }
func (l concat) Check() error   { return checkBlock(l, l.branch, l.err) }

func (l concat) Shape(in []int) ([]int, error) {
	var sum []int
	for _, c := range l.branch {
		out, err := c.layer.Shape(in)
		switch {
		case err != nil:
			return nil, fmt.Errorf("%s = %v: %w", c.name, c.layer, err)
		case sum == nil:
			sum = slices.Clone(out)
		case len(out) != len(sum) || !slices.Equal(out[1:], sum[1:]):
			return nil, fmt.Errorf("%s = %v: it gives rows of shape %v, the branch before it %v: only the first size may differ", c.name, c.layer, out, sum)
		default:
			sum[0] += out[0]
		}
	}
	return sum, nil
}

func (l concat) Parameters(in []int) []Param {
	var all []Param
	for i := range l.branch {
		all = append(all, l.branch[i:i+1].parameters(in)...)
	}
	return all
}

func (l concat) Forward(c *Context, x *G.Node) (*G.Node, error) {
	var results G.Nodes
	for i := range l.branch {
		y, err := l.branch[i:i+1].forward(c, x)
		if err != nil {
			return nil, err
		}
		results = append(results, y)
	}
	return ops.Concat(results...)
}

func (l concat) ONNX(o *ONNX, x string) (string, error) {
	var results []string
	for i := range l.branch {
		y, err := l.branch[i:i+1].onnx(o, x)
		if err != nil {
			return "", err
		}
		results = append(results, y)
	}
	return o.Node("Concat", "", results, ONNXInt("axis", 1)), nil
}

// named gives a layer a name of one's own.
type named struct {
	Layer
	name string
}

// Named calls a layer by a name of one's own in place of its kind and number, as
// an attribute of a PyTorch module would: Named("encoder", Linear(784, 32)) has
// the parameters encoder.weight and encoder.bias. A name is of letters, digits
// and underscores.
func Named(name string, layer Layer) Layer {
	if layer == nil {
		return invalid{fmt.Sprintf("Named(%q)", name), errNilPart}
	}
	return named{layer, name}
}

func readNamed(a *Args) (Layer, error) {
	name, layers := a.Text(0), a.Layers()
	if len(layers) != 1 {
		return nil, errors.New("it names one layer")
	}
	return Named(name, layers[0]), nil
}

func (l named) Kind() Kind      { return Kind{Name: "Named", Layer: readNamed} }
func (l named) String() string  { return fmt.Sprintf("Named(%q, %v)", l.name, l.Layer) }
func (l named) Unwrap() Layer   { return l.Layer }
func (l named) Layers() []Layer { return []Layer{l.Layer} }

func (l named) Check() error {
	allowed := func(r rune) bool {
		return r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
	}
	if l.name == "" || len(l.name) > 40 || strings.ContainsFunc(l.name, func(r rune) bool { return !allowed(r) }) {
		return fmt.Errorf("%v: a name is of 1 to 40 letters, digits and underscores", l)
	}
	return check(l.Layer)
}
