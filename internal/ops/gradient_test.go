package ops

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// value is an input of an operation under test: its shape and numbers.
type value struct {
	name  string
	shape tensor.Shape
	data  []float64
	fixed bool // has no gradient: a target, a statistic
}

func randomValue(name string, seed uint64, shape ...int) value {
	rng := rand.New(rand.NewPCG(seed, 1))
	v := value{name: name, shape: shape, data: make([]float64, tensor.Shape(shape).TotalSize())}
	for i := range v.data {
		v.data[i] = rng.NormFloat64()
	}
	return v
}

func (v value) mapped(f func(float64) float64) value {
	for i, x := range v.data {
		v.data[i] = f(x)
	}
	return v
}

func (v value) without() value { v.fixed = true; return v }

// build makes the operation from nodes in the order of its values.
type build func(in []*G.Node) (*G.Node, error)

// evaluate runs the operation in float64 and reduces a tensor result to a
// scalar with fixed weights, so that every element counts differently. With
// wantGrads it also returns the symbolic gradients.
func evaluate(t *testing.T, b build, values []value, wantGrads bool) (float64, [][]float64) {
	t.Helper()
	g := G.NewGraph()
	var in, wrt G.Nodes
	for _, v := range values {
		n := G.NewTensor(g, tensor.Float64, v.shape.Dims(), G.WithName(v.name), G.WithShape(v.shape...))
		if err := G.Let(n, tensor.New(tensor.WithShape(v.shape...), tensor.WithBacking(append([]float64(nil), v.data...)))); err != nil {
			t.Fatal(err)
		}
		in = append(in, n)
		if !v.fixed {
			wrt = append(wrt, n)
		}
	}
	out, err := b(in)
	if err != nil {
		t.Fatal(err)
	}
	if !out.IsScalar() {
		weights := randomValue("weights", 99, out.Shape()...)
		if out, err = dot(out, weights.data); err != nil {
			t.Fatal(err)
		}
	}
	var grads G.Nodes
	if wantGrads {
		if grads, err = G.Grad(out, wrt...); err != nil {
			t.Fatal(err)
		}
	}
	m := G.NewTapeMachine(g)
	defer m.Close()
	if err := m.RunAll(); err != nil {
		t.Fatal(err)
	}
	var result [][]float64
	for _, n := range grads {
		result = append(result, append([]float64(nil), n.Value().(*tensor.Dense).Float64s()...))
	}
	return float64(*out.Value().(*G.F64)), result
}

// dot is Σ x·w for fixed weights w.
func dot(x *G.Node, w []float64) (*G.Node, error) {
	return apply("dot", nil, func(out []float64, v [][]float64) error {
		out[0] = 0
		for i, x := range v[0] {
			out[0] += x * w[i]
		}
		return nil
	}, func(_, dl *G.Node) (G.Nodes, error) {
		dx, err := apply("dot/dx", x.Shape(), func(dx []float64, v [][]float64) error {
			for i := range dx {
				dx[i] = w[i] * v[0][0]
			}
			return nil
		}, nil, dl)
		return G.Nodes{dx}, err
	}, x)
}

// checkGradients compares the symbolic gradient of every input element with
// the central difference.
func checkGradients(t *testing.T, b build, values ...value) {
	t.Helper()
	const h = 1e-5
	_, grads := evaluate(t, b, values, true)
	g := 0
	for _, v := range values {
		if v.fixed {
			continue
		}
		for i, x := range v.data {
			v.data[i] = x + h
			up, _ := evaluate(t, b, values, false)
			v.data[i] = x - h
			down, _ := evaluate(t, b, values, false)
			v.data[i] = x
			want := (up - down) / (2 * h)
			if got := grads[g][i]; math.Abs(got-want) > 1e-7*math.Max(1, math.Abs(want)) {
				t.Errorf("d/d%s[%d] = %v, finite difference %v", v.name, i, got, want)
			}
		}
		g++
	}
}

func unary(f func(*G.Node) (*G.Node, error)) build {
	return func(in []*G.Node) (*G.Node, error) { return f(in[0]) }
}

func positive(x float64) float64 { return math.Abs(x) + 0.5 }

// classes are targets of four rows.
var classes = value{name: "y", shape: tensor.Shape{4, 1}, data: []float64{2, 0, 1, 2}, fixed: true}

func TestLossGradients(t *testing.T) {
	truth := value{name: "y", shape: tensor.Shape{4, 2}, data: []float64{0, 1, 1, 0, 0.3, 1, 0, 1}, fixed: true}
	crossEntropy := func(smoothing float64) func(z, y *G.Node, r Reduction) (*G.Node, error) {
		return func(z, y *G.Node, r Reduction) (*G.Node, error) { return CrossEntropy(z, y, smoothing, r) }
	}
	for _, c := range []struct {
		name string
		loss func(z, y *G.Node, r Reduction) (*G.Node, error)
		z, y value
	}{
		{"MSE", MSE, randomValue("z", 1, 4, 2), truth},
		{"BCEWithLogits", BCEWithLogits, randomValue("z", 1, 4, 2), truth},
		{"BCE", BCE, randomValue("p", 1, 4, 2).mapped(sigmoid[float64]), truth},
		{"CrossEntropy", crossEntropy(0), randomValue("z", 1, 4, 3), classes},
		{"CrossEntropy smoothed", crossEntropy(0.1), randomValue("z", 1, 4, 3), classes},
	} {
		for _, r := range []Reduction{Mean, Sum, None} {
			t.Run(c.name+" "+string(r), func(t *testing.T) {
				checkGradients(t, func(in []*G.Node) (*G.Node, error) { return c.loss(in[0], in[1], r) }, c.z, c.y)
			})
		}
	}
}

func TestGradients(t *testing.T) {
	x := func(shape ...int) value { return randomValue("x", 1, shape...) }
	config := BatchNormConfig{Channels: 3, Eps: 1e-5, Momentum: 0.1}
	batchNorm := func(in []*G.Node) (*G.Node, error) {
		return BatchNorm(in[0], in[1], in[2], Running{
			Mean: tensor.New(tensor.WithBacking(make([]float64, 3))), Var: tensor.New(tensor.WithBacking([]float64{1, 1, 1})),
		}, config)
	}
	pair := func(f func(a, b *G.Node) (*G.Node, error)) build {
		return func(in []*G.Node) (*G.Node, error) { return f(in[0], in[1]) }
	}
	triple := func(f func(a, b, c *G.Node) (*G.Node, error)) build {
		return func(in []*G.Node) (*G.Node, error) { return f(in[0], in[1], in[2]) }
	}
	noise := &Noise{Seed: 7}

	for _, c := range []struct {
		name   string
		build  build
		values []value
	}{
		{"Linear", triple(Linear), []value{x(5, 3), randomValue("w", 2, 4, 3), randomValue("b", 3, 4)}},
		{"Linear without bias", pair(func(x, w *G.Node) (*G.Node, error) { return Linear(x, w, nil) }),
			[]value{x(5, 3), randomValue("w", 2, 4, 3)}},
		{"Sigmoid", unary(Sigmoid), []value{x(3, 4)}},
		{"Tanh", unary(Tanh), []value{x(3, 4)}},
		{"ReLU", unary(ReLU), []value{x(3, 4)}},
		{"LeakyReLU", unary(func(x *G.Node) (*G.Node, error) { return LeakyReLU(x, 0.1) }), []value{x(3, 4)}},
		{"Softplus", unary(Softplus), []value{x(3, 4)}},
		{"Softmax", unary(Softmax), []value{x(4, 3)}},
		{"Sqrt", unary(Sqrt), []value{x(3, 4).mapped(positive)}},
		{"Square", unary(Square), []value{x(3, 4)}},
		{"AppendLogs", unary(func(x *G.Node) (*G.Node, error) { return AppendLogs(x, []int{2, 0}) }),
			[]value{x(3, 4).mapped(positive)}},
		{"AppendReciprocals", unary(func(x *G.Node) (*G.Node, error) { return AppendReciprocals(x, []int{2, 0}) }),
			[]value{x(3, 4).mapped(positive)}},
		{"AppendIndicators", unary(func(x *G.Node) (*G.Node, error) { return AppendIndicators(x, 2, []float32{1, 7}) }),
			[]value{x(3, 4)}},
		{"Clamp", unary(func(x *G.Node) (*G.Node, error) { return Clamp(x, -0.4, 0.6) }), []value{x(3, 4)}},
		{"Standardize", triple(Standardize), []value{x(3, 4), randomValue("mean", 2, 4).without(),
			randomValue("sd", 3, 4).mapped(positive).without()}},
		{"Unstandardize", triple(Unstandardize), []value{x(3, 4), randomValue("mean", 2, 4).without(),
			randomValue("sd", 3, 4).mapped(positive).without()}},
		{"BatchNorm", batchNorm, []value{x(5, 3), randomValue("gamma", 2, 3), randomValue("beta", 3, 3)}},
		{"BatchNorm with positions", batchNorm, []value{x(2, 12), randomValue("gamma", 2, 3), randomValue("beta", 3, 3)}},
		{"Dropout", unary(func(x *G.Node) (*G.Node, error) { return Dropout(x, 0.2, noise, "dropout1") }), []value{x(6, 5)}},
		{"GaussianNoise", unary(func(x *G.Node) (*G.Node, error) { return GaussianNoise(x, 0.3, noise, "noise1") }), []value{x(6, 5)}},
		{"two layers", func(in []*G.Node) (*G.Node, error) {
			h, err := Linear(in[0], in[1], in[2])
			if err != nil {
				return nil, err
			}
			if h, err = Tanh(h); err != nil {
				return nil, err
			}
			if h, err = Linear(h, in[3], nil); err != nil {
				return nil, err
			}
			return CrossEntropy(h, in[4], 0, Mean)
		}, []value{x(4, 3), randomValue("w1", 2, 5, 3), randomValue("b1", 3, 5), randomValue("w2", 4, 3, 5), classes}},
	} {
		t.Run(c.name, func(t *testing.T) { checkGradients(t, c.build, c.values...) })
	}
}

func ExampleReLU() {
	g := G.NewGraph()
	x := G.NewVector(g, tensor.Float32, G.WithName("x"), G.WithShape(3),
		G.WithValue(tensor.New(tensor.WithBacking([]float32{-1, 0, 2}))))
	y, err := ReLU(x)
	if err != nil {
		fmt.Println(err)
		return
	}
	m := G.NewTapeMachine(g)
	defer m.Close()
	if err := m.RunAll(); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(y.Value().Data())
	// Output: [0 0 2]
}
