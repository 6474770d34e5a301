package tape

import (
	"errors"
	"fmt"
	"hash"
	"hash/fnv"
	"math"
	"strings"
	"testing"

	"github.com/chewxy/hm"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// reciprocal is 1/x of a scalar. It refuses 0 and panics on what is no number.
type reciprocal struct{}

func (reciprocal) Do(in ...G.Value) (G.Value, error) {
	x := float64(*in[0].(*G.F64))
	switch {
	case x == 0:
		return nil, errors.New("0 has no reciprocal")
	case math.IsNaN(x):
		panic("not a number")
	}
	y := G.F64(1 / x)
	return &y, nil
}

func (reciprocal) Type() hm.Type {
	a := hm.TypeVariable('a')
	return hm.NewFnType(a, a)
}
func (reciprocal) InferShape(...G.DimSizer) (tensor.Shape, error) { return tensor.ScalarShape(), nil }
func (reciprocal) Arity() int                                     { return 1 }
func (reciprocal) ReturnsPtr() bool                               { return false }
func (reciprocal) CallsExtern() bool                              { return false }
func (reciprocal) OverwritesInput() int                           { return -1 }
func (reciprocal) String() string                                 { return "Reciprocal" }
func (reciprocal) WriteHash(h hash.Hash)                          { fmt.Fprint(h, "Reciprocal") }
func (r reciprocal) Hashcode() uint32 {
	h := fnv.New32a()
	r.WriteHash(h)
	return h.Sum32()
}

// inverter returns a function that computes 1/x on a machine.
func inverter(t testing.TB) func(x float64) (float64, error) {
	t.Helper()
	g := G.NewGraph()
	x := G.NewScalar(g, G.Float64, G.WithName("x"))
	y, err := G.ApplyOp(reciprocal{}, x)
	if err != nil {
		t.Fatal(err)
	}
	m, err := Compile(g, G.Nodes{x}, G.Nodes{y})
	if err != nil {
		t.Fatal(err)
	}
	return func(v float64) (float64, error) {
		if err := G.Let(x, v); err != nil {
			return 0, err
		}
		if err := m.Run(); err != nil {
			return 0, err
		}
		return float64(*y.Value().(*G.F64)), nil
	}
}

// bothWays runs a test on the caller's goroutine and with RunAll.
func bothWays(t *testing.T, test func(t *testing.T)) {
	t.Run("direct", func(t *testing.T) {
		if !direct {
			t.Fatalf("Gorgonia's source is %s: not the release that direct.go knows", sourceOf(G.NewTapeMachine))
		}
		test(t)
	})
	t.Run("RunAll", func(t *testing.T) {
		direct = false
		defer func() { direct = true }()
		test(t)
	})
}

func TestRun(t *testing.T) {
	bothWays(t, func(t *testing.T) {
		invert := inverter(t)
		for _, x := range []float64{2, 4, -8} {
			if y, err := invert(x); err != nil || y != 1/x {
				t.Errorf("1/%v = %v, %v", x, y, err)
			}
		}
	})
}

func TestRunAfterError(t *testing.T) {
	bothWays(t, func(t *testing.T) {
		invert := inverter(t)
		if _, err := invert(0); err == nil || err.Error() != "0 has no reciprocal" {
			t.Errorf("1/0: %v: wanted the operation's own words", err)
		}
		if y, err := invert(2); err != nil || y != 0.5 {
			t.Errorf("after an error 1/2 = %v, %v", y, err)
		}
	})
}

func TestRunAfterPanic(t *testing.T) {
	invert := inverter(t)
	if _, err := invert(math.NaN()); err == nil || !strings.Contains(err.Error(), "not a number") {
		t.Errorf("1/NaN: %v: wanted what the operation said in its panic", err)
	}
	if y, err := invert(2); err != nil || y != 0.5 {
		t.Errorf("after a panic 1/2 = %v, %v", y, err)
	}
}

// BenchmarkRun is the cost of a run that computes next to nothing.
func BenchmarkRun(b *testing.B) {
	for _, way := range []string{"direct", "RunAll"} {
		b.Run(way, func(b *testing.B) {
			direct = way == "direct"
			defer func() { direct = true }()
			invert := inverter(b)
			for b.Loop() {
				if _, err := invert(2); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
