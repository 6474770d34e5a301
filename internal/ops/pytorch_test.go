package ops

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"perceptron/internal/fixtures"
	"perceptron/internal/simd"
)

// Errors allowed beside PyTorch's float64 results; see fixtures.Set.Check.
const tight, loose = 1e-6, 1e-5

// pytorchCase runs one operation in float32 on a fixture's tensors.
type pytorchCase struct {
	t     *testing.T
	f     fixtures.Set
	graph *G.ExprGraph
}

func newPytorchCase(t *testing.T, f fixtures.Set) *pytorchCase {
	return &pytorchCase{t, f, G.NewGraph()}
}

// node puts a tensor of the fixture into the graph, in a shape of its own if
// one is given.
func (c *pytorchCase) node(name string, shape ...int) *G.Node {
	c.t.Helper()
	if shape == nil {
		shape = c.f.Tensor(name).Shape
	}
	value := tensor.New(tensor.WithShape(shape...), tensor.WithBacking(c.f.Floats(name)))
	return G.NewTensor(c.graph, tensor.Float32, len(shape), G.WithName(name), G.WithShape(shape...), G.WithValue(value))
}

// flat is node with everything behind the rows in one list of columns.
func (c *pytorchCase) flat(name string) *G.Node {
	c.t.Helper()
	shape := tensor.Shape(c.f.Tensor(name).Shape)
	return c.node(name, shape[0], shape.TotalSize()/shape[0])
}

// check runs the graph and compares y, and the gradients of the nodes in
// wrt, with the fixture. The gradient that arrives at y is dy.
func (c *pytorchCase) check(yName string, y *G.Node, err error, dy *G.Node, wrt map[string]*G.Node) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
	results := map[string]*G.Node{yName: y}
	var names []string
	var inputs G.Nodes
	for name, n := range wrt {
		names, inputs = append(names, name), append(inputs, n)
	}
	if len(inputs) > 0 {
		grads, err := G.Backpropagate(G.Nodes{y}, G.Nodes{dy}, inputs)
		if err != nil {
			c.t.Fatal(err)
		}
		for i, g := range grads {
			results[names[i]] = g
		}
	}
	m := G.NewTapeMachine(c.graph)
	defer m.Close()
	if err := m.RunAll(); err != nil {
		c.t.Fatal(err)
	}
	for name, n := range results {
		switch v := n.Value().(type) {
		case *tensor.Dense:
			c.f.Check(name, v.Float32s(), tight, loose)
		case *G.F32:
			c.f.Check(name, []float32{float32(*v)}, tight, loose)
		default:
			c.t.Errorf("%s is a %T", name, v)
		}
	}
}

// onEveryPath runs a test with each family of kernels that this processor has.
func onEveryPath(t *testing.T, test func(t *testing.T)) {
	before := simd.Path()
	t.Cleanup(func() { simd.SetPath(before) })
	for _, path := range simd.Paths() {
		if err := simd.SetPath(path); err != nil {
			t.Fatal(err)
		}
		t.Run(path, test)
	}
}

// TestLayersLikePyTorch compares each operation and its gradients with
// PyTorch's, on numbers of every size.
func TestLayersLikePyTorch(t *testing.T) { onEveryPath(t, testLayersLikePyTorch) }

func testLayersLikePyTorch(t *testing.T) {
	all := fixtures.Load(t, "layers")
	elementwise := map[string]func(*G.Node) (*G.Node, error){
		"sigmoid": Sigmoid, "tanh": Tanh, "relu": ReLU, "softplus": Softplus,
		"leaky_relu_0.1":  func(x *G.Node) (*G.Node, error) { return LeakyReLU(x, 0.1) },
		"leaky_relu_0.01": func(x *G.Node) (*G.Node, error) { return LeakyReLU(x, 0.01) },
		"softmax_1":       Softmax, "softmax_2": Softmax, "softmax_3": Softmax, "softmax_10": Softmax,
	}
	for _, name := range all.Groups() {
		t.Run(name, func(t *testing.T) {
			c := newPytorchCase(t, all.In(t, name))
			switch {
			case elementwise[name] != nil:
				x := c.node("x")
				y, err := elementwise[name](x)
				c.check("y", y, err, c.node("dy"), map[string]*G.Node{"dx": x})
			case strings.HasPrefix(name, "linear"):
				x, w := c.node("x"), c.node("weight")
				wrt := map[string]*G.Node{"dx": x, "dweight": w}
				var b *G.Node
				if c.f.Has("bias") {
					b = c.node("bias")
					wrt["dbias"] = b
				}
				y, err := Linear(x, w, b)
				c.check("y", y, err, c.node("dy"), wrt)
			case strings.HasPrefix(name, "dropout_"):
				p, err := strconv.ParseFloat(strings.TrimPrefix(name, "dropout_"), 64)
				if err != nil {
					t.Fatal(err)
				}
				mask := func(_ string, m []float32) error { copy(m, c.f.Floats("mask")); return nil }
				x := c.node("x")
				y, err := Dropout(x, p, &Noise{Masks: mask}, "dropout1")
				c.check("y", y, err, c.node("dy"), map[string]*G.Node{"dx": x})
			case strings.HasPrefix(name, "batchnorm"):
				testBatchNormLikePyTorch(t, c.f)
			case name == "flatten" || name == "unflatten":
				// A reshape moves no number: that is all the operations rely on.
				if x, y := c.f.Floats("x"), c.f.Floats("y"); !slices.Equal(x, y) {
					t.Error("PyTorch reorders the numbers of a flattened tensor")
				}
			default:
				t.Errorf("no operation for the fixture %s", name)
			}
		})
	}
}

// testBatchNormLikePyTorch trains three steps in a row on one set of running
// statistics, then predicts with them.
func testBatchNormLikePyTorch(t *testing.T, f fixtures.Set) {
	channels := len(f.Floats("weight"))
	config := BatchNormConfig{Channels: channels, Eps: 1e-5, Momentum: 0.1}
	ones := slices.Repeat([]float32{1}, channels)
	running := Running{
		Mean:    tensor.New(tensor.WithBacking(make([]float32, channels))),
		Var:     tensor.New(tensor.WithBacking(ones)),
		Batches: tensor.New(tensor.FromScalar(int64(0))),
	}
	for _, step := range []string{"0", "1", "2", "eval"} {
		c := newPytorchCase(t, f.In(t, step))
		x := c.flat("x")
		vector := func(name string, values []float32) *G.Node {
			return G.NewVector(c.graph, tensor.Float32, G.WithName(name), G.WithShape(channels),
				G.WithValue(tensor.New(tensor.WithBacking(values))))
		}
		gamma, beta := vector("weight", f.Floats("weight")), vector("bias", f.Floats("bias"))
		if step == "eval" {
			y, err := BatchNormEval(x, gamma, beta, vector("mean", running.Mean.Float32s()), vector("var", running.Var.Float32s()), config)
			c.check("y", y, err, nil, nil)
			continue
		}
		y, err := BatchNorm(x, gamma, beta, running, config)
		c.check("y", y, err, c.flat("dy"), map[string]*G.Node{"dx": x, "dweight": gamma, "dbias": beta})
		c.f.Check("running_mean", running.Mean.Float32s(), tight, loose)
		c.f.Check("running_var", running.Var.Float32s(), tight, loose)
		if got, want := running.Batches.Int64s()[0], c.f.Tensor("num_batches_tracked").Ints[0]; got != want {
			t.Errorf("step %s: %d batches tracked, PyTorch has %d", step, got, want)
		}
	}
}

// TestLossesLikePyTorch compares each loss and its gradient with PyTorch's, for
// each reduction, on logits up to ±1000 and probabilities of 0 and 1.
func TestLossesLikePyTorch(t *testing.T) { onEveryPath(t, testLossesLikePyTorch) }

func testLossesLikePyTorch(t *testing.T) {
	all := fixtures.Load(t, "losses")
	for _, name := range all.Groups() {
		for _, r := range []Reduction{Mean, Sum, None} {
			if r == None && name == "bce_logits_right" {
				continue // PyTorch's are 0 where ours are not
			}
			t.Run(name+" "+string(r), func(t *testing.T) { testLossLikePyTorch(t, name, all.In(t, name), r) })
		}
	}
}

func testLossLikePyTorch(t *testing.T, name string, f fixtures.Set, r Reduction) {
	c := newPytorchCase(t, f)
	z := c.node("z")
	var loss *G.Node
	var err error
	switch {
	case name == "mse":
		loss, err = MSE(z, c.node("y"), r)
	case strings.HasPrefix(name, "bce_logits"):
		loss, err = BCEWithLogits(z, c.node("y"), r)
	case strings.HasPrefix(name, "bce"):
		loss, err = BCE(z, c.node("y"), r)
	case strings.HasPrefix(name, "cross_entropy_"):
		var classes int
		var smoothing float64
		if _, err := fmt.Sscanf(strings.TrimSuffix(name, "_inner"), "cross_entropy_%d_%g", &classes, &smoothing); err != nil {
			t.Fatal(err)
		}
		loss, err = CrossEntropy(z, c.node("y", z.Shape()[0], 1), smoothing, r)
	default:
		t.Fatalf("no operation for the fixture %s", name)
	}
	prefix, dl := map[Reduction]string{Mean: "", Sum: "sum_", None: "none_"}[r], G.NewConstant(float32(1), G.In(c.graph))
	if r == None {
		dl = c.node("dloss")
	}
	c.check(prefix+"loss", loss, err, dl, map[string]*G.Node{prefix + "dz": z})
}
