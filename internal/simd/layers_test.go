package simd

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestActivationsAtSpecialPoints(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	x := []float32{-2, -0.5, float32(math.Copysign(0, -1)), 0, 0.5, 3, nan, inf, -inf}
	dy := []float32{7, 7, 7, 7, 7, 7, 7, 7, 7}
	y := make([]float32, len(x))
	onEveryPath(t, func(t *testing.T) {
		for _, tc := range []struct {
			name string
			run  func()
			want []float32
		}{
			{"ReLU", func() { ReLU(y, x) }, []float32{0, 0, 0, 0, 0.5, 3, nan, inf, 0}},
			{"ReLUGrad", func() { ReLUGrad(y, x, dy) }, []float32{0, 0, 0, 0, 7, 7, 7, 7, 0}},
			{"LeakyReLU", func() { LeakyReLU(y, x, 0.5) }, []float32{-1, -0.25, float32(math.Copysign(0, -1)), 0, 0.5, 3, nan, inf, -inf}},
			{"LeakyReLUGrad", func() { LeakyReLUGrad(y, x, dy, 0.5) }, []float32{3.5, 3.5, 3.5, 3.5, 7, 7, 3.5, 7, 3.5}},
		} {
			tc.run()
			for i := range y {
				if !same(y[i], tc.want[i]) {
					t.Errorf("%s at %v = %v, want %v", tc.name, x[i], y[i], tc.want[i])
				}
			}
		}
	})
}

// ulps is the distance from want in units of the last place of a float32.
func ulps(got float32, want float64) float64 {
	_, exp := math.Frexp(want)
	return math.Abs(float64(got)-want) / math.Ldexp(1, max(exp-24, -149))
}

func TestExpAccuracy(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		const n = 1 << 20
		x, y := make([]float32, n), make([]float32, n)
		r := rand.New(rand.NewPCG(1, 1))
		worst, at := 0.0, float32(0)
		for round := range 4 {
			for i := range x {
				switch round {
				case 0:
					x[i] = -103 + 191.7*float32(i)/n // the whole range
				case 1:
					x[i] = -10 * r.Float32() // what softmax meets most
				case 2:
					x[i] = (r.Float32() - 0.5) * 1e-3
				case 3:
					x[i] = float32(math.Ldexp(r.Float64()-0.5, -r.IntN(60)))
				}
			}
			Exp(y, x)
			for i := range x {
				if e := ulps(y[i], math.Exp(float64(x[i]))); e > worst {
					worst, at = e, x[i]
				}
			}
		}
		if worst > 2 {
			t.Errorf("off by %.2f units in the last place at %v", worst, at)
		}
		t.Logf("worst error %.2f units in the last place, at %v", worst, at)
		special := []float32{float32(math.Inf(-1)), -200, -104, 0, 88.72283, 88.72284, 1000, float32(math.Inf(1))}
		Exp(y, special)
		want := []float32{0, 0, 0, 1, float32(math.Exp(float64(special[4]))), float32(math.Inf(1)), float32(math.Inf(1)), float32(math.Inf(1))}
		for i, w := range want {
			if y[i] != w && math.Abs(float64(y[i]-w)) > 1e-6*float64(w) {
				t.Errorf("e^%v = %v, want %v", special[i], y[i], w)
			}
		}
	})
}

func TestSoftmaxRows(t *testing.T) {
	x := []float32{1, 2, 3, 1000, 1001, 1002, -1000, -1000, -1000, 0, 0, 500}
	y, logSums := make([]float32, len(x)), make([]float32, 4)
	onEveryPath(t, func(t *testing.T) {
		SoftmaxRows(y, x, logSums, 3)
		for i, want := range [][3]float64{{0.09003057, 0.24472847, 0.66524096}, {0.09003057, 0.24472847, 0.66524096}, {1. / 3, 1. / 3, 1. / 3}, {0, 0, 1}} {
			for j, w := range want {
				if math.Abs(float64(y[3*i+j])-w) > 1e-7 {
					t.Errorf("row %d: %v, want %v", i, y[3*i:3*i+3], want)
				}
			}
		}
		for i, want := range []float64{3.4076059644, 1002.4076059644, -1000 + math.Log(3), 500} {
			if math.Abs(float64(logSums[i])-want) > 1e-7*math.Abs(want) {
				t.Errorf("row %d: log of the sum %v, want %v", i, logSums[i], want)
			}
		}
	})
}

func TestDropoutFactors(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		const n = 1 << 20
		whole, part := make([]float32, n), make([]float32, 1000)
		for _, p := range []float64{0, 0.1, 0.2, 0.5, 0.9} {
			var previous []float32
			for key := range uint64(4) {
				DropoutFactors(whole, key<<32|key, 0, p)
				kept, together, again := 0, 0, 0
				for i, f := range whole {
					switch {
					case f == float32(1/(1-p)):
						kept++
						if i > 0 && whole[i-1] != 0 {
							together++
						}
						if previous != nil && previous[i] != 0 {
							again++
						}
					case f != 0:
						t.Fatalf("p = %v: factor %v", p, f)
					}
				}
				// Five standard deviations of a binomial count.
				check := func(what string, count int, share float64) {
					if sd := math.Sqrt(n * share * (1 - share)); math.Abs(float64(count)-n*share) > 5*sd+1 {
						t.Errorf("p = %v, key %d: %s %d times of %d, want about %.0f ± %.0f", p, key, what, count, n, n*share, sd)
					}
				}
				check("kept", kept, 1-p)
				check("two neighbours kept", together, (1-p)*(1-p))
				if previous != nil {
					check("kept again with the next key", again, (1-p)*(1-p))
				}
				previous = append(previous[:0], whole...)
				DropoutFactors(part, key<<32|key, 1234, p)
				for i, f := range part {
					if f != whole[1234+i] {
						t.Fatalf("place %d differs when a part is drawn", 1234+i)
					}
				}
			}
		}
	})
}
