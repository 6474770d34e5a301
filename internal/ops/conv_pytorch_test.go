package ops

import (
	"fmt"
	"math"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"perceptron/internal/fixtures"
)

// TestPicturesLikePyTorch compares convolution and pooling, and their gradients,
// with PyTorch's.
func TestPicturesLikePyTorch(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		all := fixtures.Load(t, "pictures")
		for _, name := range all.Groups() {
			if name != "small" { // which is a network: see package models
				t.Run(name, func(t *testing.T) { testPictureLikePyTorch(t, name, all.In(t, name)) })
			}
		}
	})
}

func testPictureLikePyTorch(t *testing.T, name string, f fixtures.Set) {
	c := newPytorchCase(t, f)
	x, shape := c.flat("x"), f.Tensor("x").Shape
	wrt, names := G.Nodes{x}, []string{"dx"}
	var y *G.Node
	var err error
	if strings.HasPrefix(name, "conv") {
		conv := Conv{In: shape[1], Out: f.Tensor("weight").Shape[0], Height: shape[2], Width: shape[3]}
		if _, err := fmt.Sscanf(name, "conv_k%d_s%d_p%d_d%d_g%d", &conv.Kernel, &conv.Stride, &conv.Padding, &conv.Dilation, &conv.Groups); err != nil {
			t.Fatal(err)
		}
		var b *G.Node
		w := c.node("weight")
		wrt, names = append(wrt, w), append(names, "dweight")
		if f.Has("bias") {
			b = c.node("bias")
			wrt, names = append(wrt, b), append(names, "dbias")
		}
		y, err = Conv2d(x, w, b, conv)
	} else {
		pool, of := Pool{Channels: shape[1], Height: shape[2], Width: shape[3], Dilate: 1}, MaxPool2d
		format := "max_k%d_s%d_p%d_d%d"
		if strings.HasPrefix(name, "avg") {
			format, of = "avg_k%d_s%d_p%d_d%d", AvgPool2d
		}
		if _, err := fmt.Sscanf(name, format, &pool.Kernel, &pool.Stride, &pool.Padding, &pool.Dilate); err != nil {
			t.Fatal(err)
		}
		y, err = of(x, pool)
	}
	if err != nil {
		t.Fatal(err)
	}
	grads, err := G.Backpropagate(G.Nodes{y}, G.Nodes{c.flat("dy")}, wrt)
	if err != nil {
		t.Fatal(err)
	}
	m := G.NewTapeMachine(c.graph)
	defer m.Close()
	if err := m.RunAll(); err != nil {
		t.Fatal(err)
	}
	withinLargest(t, f, "y", y)
	for i, g := range grads {
		withinLargest(t, f, names[i], g)
	}
}

// withinLargest allows an error of a millionth of the largest number: sums of
// products of both signs have no digits of their own to compare near 0.
func withinLargest(t *testing.T, f fixtures.Set, name string, n *G.Node) {
	t.Helper()
	want, got := f.Tensor(name+"@64").Float64s, n.Value().(*tensor.Dense).Float32s()
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, PyTorch has %d", name, len(got), len(want))
	}
	largest := 0.0
	for _, w := range want {
		largest = max(largest, math.Abs(w))
	}
	for i, w := range want {
		if !(math.Abs(float64(got[i])-w) <= 1e-6*largest) {
			t.Fatalf("%s[%d] is %v, PyTorch has %v", name, i, got[i], w)
		}
	}
}

// TestPictureErrors holds that what does not fit is told when the graph is built.
func TestPictureErrors(t *testing.T) {
	g := G.NewGraph()
	x := G.NewMatrix(g, tensor.Float32, G.WithName("x"), G.WithShape(2, 16))
	w := G.NewTensor(g, tensor.Float32, 4, G.WithName("w"), G.WithShape(3, 1, 3, 3))
	fits := Conv{In: 1, Out: 3, Height: 4, Width: 4, Kernel: 3, Stride: 1, Dilation: 1, Groups: 1}
	for want, c := range map[string]func() (*G.Node, error){
		"groups divide channels": func() (*G.Node, error) { c := fits; c.Groups = 2; return Conv2d(x, w, nil, c) },
		"does not fit into 4×4":  func() (*G.Node, error) { c := fits; c.Kernel = 5; return Conv2d(x, w, nil, c) },
		"wanted rows × 20":       func() (*G.Node, error) { c := fits; c.Width = 5; return Conv2d(x, w, nil, c) },
		"wanted (4, 1, 3, 3)":    func() (*G.Node, error) { c := fits; c.Out = 4; return Conv2d(x, w, nil, c) },
		"at most half":           func() (*G.Node, error) { return MaxPool2d(x, Pool{1, 4, 4, 2, 2, 2, 1}) },
		"a window of 5":          func() (*G.Node, error) { return AvgPool2d(x, Pool{1, 4, 4, 5, 1, 0, 1}) },
	} {
		if _, err := c(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, wanted one with %q", err, want)
		}
	}
}
