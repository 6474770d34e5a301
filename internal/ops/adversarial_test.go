package ops

import (
	"math"
	"slices"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// bound is a float32 matrix in a graph.
func bound(g *G.ExprGraph, name string, rows, cols int, values ...float32) *G.Node {
	return G.NewMatrix(g, tensor.Float32, G.WithName(name), G.WithShape(rows, cols),
		G.WithValue(tensor.New(tensor.WithShape(rows, cols), tensor.WithBacking(values))))
}

// TestSignStep holds that an input moves by eps, whatever the size of its
// slope, and stays where that is 0; and that its row comes under the others.
func TestSignStep(t *testing.T) {
	g := G.NewGraph()
	x := bound(g, "x", 1, 5, 1, 2, 3, 4, 5)
	dx := bound(g, "dx", 1, 5, 1e-30, -1e30, 0, float32(math.Copysign(0, -1)), float32(math.Inf(1)))
	moved, err := SignStep(x, dx, 0.5)
	if err != nil {
		t.Fatal(err)
	}
	both, err := StackRows(x, moved)
	if err != nil {
		t.Fatal(err)
	}
	m := G.NewTapeMachine(g)
	defer m.Close()
	if err := m.RunAll(); err != nil {
		t.Fatal(err)
	}
	got := both.Value().(*tensor.Dense)
	if want := []float32{1, 2, 3, 4, 5, 1.5, 1.5, 3, 4, 5.5}; !slices.Equal(got.Float32s(), want) || !got.Shape().Eq(tensor.Shape{2, 5}) {
		t.Errorf("%v of shape %v, wanted %v", got.Float32s(), got.Shape(), want)
	}
}

func TestSignStepRefuses(t *testing.T) {
	g := G.NewGraph()
	x, narrow := bound(g, "x", 1, 2, 1, 2), bound(g, "narrow", 1, 1, 1)
	for _, eps := range []float64{-1, math.NaN(), math.Inf(1)} {
		if _, err := SignStep(x, x, eps); err == nil || !strings.Contains(err.Error(), "wanted a finite number of 0 or more") {
			t.Errorf("eps %v: error %v", eps, err)
		}
	}
	if _, err := SignStep(x, narrow, 1); err == nil || !strings.Contains(err.Error(), "differ") {
		t.Errorf("two shapes: error %v", err)
	}
	if _, err := StackRows(x, narrow); err == nil || !strings.Contains(err.Error(), "rows of 2 and of 1 columns") {
		t.Errorf("two widths: error %v", err)
	}
}
