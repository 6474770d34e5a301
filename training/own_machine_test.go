package training

import (
	"slices"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// TestOwnMachine holds that an optimizer serves a TapeMachine of one's own as
// Gorgonia's solvers do: gradients that the machine adds up are used once, and two
// weights may share one gradient.
func TestOwnMachine(t *testing.T) {
	for _, dual := range []bool{false, true} {
		g := G.NewGraph()
		a := G.NewVector(g, tensor.Float32, G.WithName("a"), G.WithShape(2), G.WithValue(vector(1, 2)))
		b := G.NewVector(g, tensor.Float32, G.WithName("b"), G.WithShape(2), G.WithValue(vector(3, 4)))
		weights := G.Nodes{a, b}
		loss := G.Must(G.Sum(G.Must(G.Square(G.Must(G.Add(a, b))))))
		if _, err := G.Grad(loss, weights...); err != nil {
			t.Fatal(err)
		}
		var options []G.VMOpt
		if dual {
			options = append(options, G.BindDualValues(weights...))
		}
		machine := G.NewTapeMachine(g, options...)
		defer machine.Close()
		o := SGD(0.125)
		for range 3 {
			if err := machine.RunAll(); err != nil {
				t.Fatal(err)
			}
			if err := o.Step(G.NodesToValueGrads(weights)); err != nil {
				t.Fatal(err)
			}
			machine.Reset()
		}
		// Each step takes 0.125·2·(a+b) from both, and so halves a+b: 4, 6 become
		// 0.5, 0.75.
		if got := a.Value().(*tensor.Dense).Float32s(); !slices.Equal(got, []float32{1 - 1.75, 2 - 2.625}) {
			t.Errorf("dual values %v: a is %v, wanted [-0.75 -0.625]", dual, got)
		}
		if got := b.Value().(*tensor.Dense).Float32s(); !slices.Equal(got, []float32{3 - 1.75, 4 - 2.625}) {
			t.Errorf("dual values %v: b is %v, wanted [1.25 1.375]", dual, got)
		}
	}
}
