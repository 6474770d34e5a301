package simd

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// elementwise lists the kernels over slices. run gets rows·cols elements in each
// matrix and cols in each row, both input and output, and returns what it wrote.
var elementwise = []struct {
	name string
	run  func(m, row [][]float32) [][]float32
}{
	{"Adam", func(m, _ [][]float32) [][]float32 {
		for i, v := range m[3] {
			m[3][i] = float32(math.Abs(float64(v)))
		}
		Adam(m[0], m[1], m[2], m[3], AdamStep{LR: 1e-3, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, WeightDecay: 0.01, L2: 0.1, Bias1: 0.1, Bias2: 1e-3})
		return m
	}},
	{"Descend", func(m, _ [][]float32) [][]float32 { Descend(m[0], m[1], 0.1, 0.01); return m }},
	{"DescendWithMomentum", func(m, _ [][]float32) [][]float32 {
		DescendWithMomentum(m[0], m[1], m[2], 0.1, 0.01, 0.9, false)
		return m
	}},
	{"Nesterov", func(m, _ [][]float32) [][]float32 {
		DescendWithMomentum(m[0], m[1], m[2], 0.1, 0.01, 0.9, true)
		return m
	}},
	{"Multiply", func(m, _ [][]float32) [][]float32 { Multiply(m[0], m[1], m[2]); return m }},
	{"Multiply in place", func(m, _ [][]float32) [][]float32 { Multiply(m[0], m[0], m[2]); return m }},
	{"ReLU", func(m, _ [][]float32) [][]float32 { ReLU(m[0], m[1]); return m }},
	{"ReLUGrad", func(m, _ [][]float32) [][]float32 { ReLUGrad(m[0], m[1], m[2]); return m }},
	{"LeakyReLU", func(m, _ [][]float32) [][]float32 { LeakyReLU(m[0], m[1], 0.1); return m }},
	{"LeakyReLUGrad", func(m, _ [][]float32) [][]float32 { LeakyReLUGrad(m[0], m[1], m[2], 0.1); return m }},
	{"AddRow", func(m, row [][]float32) [][]float32 { AddRow(m[0], row[0]); return m }},
	{"ColumnSums", func(m, row [][]float32) [][]float32 { ColumnSums(row[0], m[0]); return row }},
	{"StandardizeColumns", func(m, row [][]float32) [][]float32 { StandardizeColumns(m[0], m[1], row[0], row[1]); return m }},
	{"NormalizeColumns", func(m, row [][]float32) [][]float32 {
		NormalizeColumns(m[0], m[1], m[2], row[0], row[1], row[2], row[3])
		return m
	}},
	{"NormalizeColumns in place", func(m, row [][]float32) [][]float32 {
		NormalizeColumns(m[1], m[1], m[1], row[0], row[1], row[2], row[3])
		return m
	}},
	{"NormalizeColumnsGrad", func(m, row [][]float32) [][]float32 {
		NormalizeColumnsGrad(m[0], m[1], m[2], row[0], row[1], row[2], 64)
		return m
	}},
	{"Exp", func(m, _ [][]float32) [][]float32 { Exp(m[0], m[1]); return m }},
	{"DropoutFactors", func(m, _ [][]float32) [][]float32 { DropoutFactors(m[0], 1<<40|77, 12, 0.3); return m }},
	{"ColumnSums64", func(m, row [][]float32) [][]float32 {
		sums := make([]float64, len(row[0]))
		ColumnSums64(sums, m[0])
		return bits64(sums)
	}},
	{"ColumnSquares64", func(m, row [][]float32) [][]float32 {
		sums := make([]float64, len(row[0]))
		ColumnSquares64(sums, m[0], row[0])
		return bits64(sums)
	}},
	{"ColumnProducts64", func(m, row [][]float32) [][]float32 {
		sums := make([]float64, len(row[0]))
		ColumnProducts64(sums, m[0], m[1])
		return bits64(sums)
	}},
	{"SoftmaxRows", func(m, row [][]float32) [][]float32 {
		SoftmaxRows(m[0], m[1], m[2][:len(m[0])/max(1, len(row[0]))], len(row[0]))
		return m
	}},
}

// bits64 splits numbers into halves so that all results are of one type.
func bits64(sums []float64) [][]float32 {
	var out []float32
	for _, s := range sums {
		if s != s {
			s = math.NaN()
		}
		b := math.Float64bits(s)
		out = append(out, math.Float32frombits(uint32(b>>32)), math.Float32frombits(uint32(b)))
	}
	return [][]float32{out}
}

// values draws n numbers, the last of a longer slice whose rest is sentinels,
// so that a kernel that goes too far shows.
func values(r *rand.Rand, n int) []float32 {
	special := []float32{0, float32(math.Copysign(0, -1)), float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), 1e-40, -1e-40, 1e38, 88.8, -104}
	s := make([]float32, n+8)
	for i := range s {
		s[i] = float32(r.NormFloat64())
		if r.IntN(12) == 0 {
			s[i] = special[r.IntN(len(special))]
		}
		if i >= n {
			s[i] = sentinel
		}
	}
	return s[:n]
}

func same(a, b float32) bool {
	return a != a && b != b || math.Float32bits(a) == math.Float32bits(b)
}

// Every path gives the same bits, for every length and for special values, and
// writes nothing past the end.
func TestElementwisePathsAgree(t *testing.T) {
	defer SetPath(Path())
	for _, kernel := range elementwise {
		t.Run(kernel.name, func(t *testing.T) {
			for seed := range uint64(400) {
				var want [][]float32
				for _, name := range []string{"portable", "avx2", "avx512"} {
					if SetPath(name) != nil {
						continue
					}
					r := rand.New(rand.NewPCG(seed, 1))
					cols, rows := r.IntN(40), 1+r.IntN(5)
					m, row := make([][]float32, 4), make([][]float32, 4)
					for i := range m {
						m[i], row[i] = values(r, rows*cols), values(r, cols)
					}
					got := kernel.run(m, row)
					if want == nil {
						want = got
					}
					for i := range got {
						for j := range got[i] {
							if !same(got[i][j], want[i][j]) {
								t.Fatalf("%s, seed %d, %d×%d: result %d element %d is %v, portable gives %v", name, seed, rows, cols, i, j, got[i][j], want[i][j])
							}
						}
					}
					for i := range m {
						for _, s := range [][]float32{m[i], row[i]} {
							for _, v := range s[len(s):cap(s)] {
								if math.Float32bits(v) != math.Float32bits(sentinel) {
									t.Fatalf("%s, seed %d: wrote past the end", name, seed)
								}
							}
						}
					}
				}
			}
		})
	}
}

// Slices of different lengths are an error of the caller's, not a crash.
func TestElementwiseStopsAtTheShortest(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	onEveryPath(t, func(t *testing.T) {
		for _, kernel := range elementwise {
			if kernel.name == "SoftmaxRows" || kernel.name == "AddRow" {
				continue // their row lengths are explicit
			}
			for range 200 {
				m, row := make([][]float32, 4), make([][]float32, 4)
				for i := range m {
					m[i], row[i] = values(r, r.IntN(60)), values(r, r.IntN(20))
				}
				kernel.run(m, row)
			}
		}
	})
}

func TestElementwiseDoNotAllocate(t *testing.T) {
	m, row := make([][]float32, 4), make([][]float32, 4)
	for i := range m {
		m[i], row[i] = make([]float32, 640), make([]float32, 10)
	}
	sums := make([]float64, 10)
	onEveryPath(t, func(t *testing.T) {
		allocs := testing.AllocsPerRun(10, func() {
			for _, kernel := range elementwise {
				if kernel.name[:min(len(kernel.name), 6)] != "Column" { // the wrappers of these allocate
					kernel.run(m, row)
				}
			}
			ColumnSums(row[0], m[0])
			ColumnSums64(sums, m[0])
			ColumnSquares64(sums, m[0], row[0])
			ColumnProducts64(sums, m[0], m[1])
		})
		if allocs != 0 {
			t.Errorf("%v allocations", allocs)
		}
	})
}

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

// reference is one step of PyTorch's Adam and AdamW for one weight in float64.
func (s AdamStep) reference(w, g, m, v float64) (w1, m1, v1 float64) {
	g += s.L2 * w
	w *= 1 - s.LR*s.WeightDecay
	m = s.Beta1*m + (1-s.Beta1)*g
	v = s.Beta2*v + (1-s.Beta2)*g*g
	return w - s.LR/s.Bias1*m/(math.Sqrt(v)/math.Sqrt(s.Bias2)+s.Eps), m, v
}

func TestAdamFollowsTheFormula(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		for _, decay := range [][2]float64{{0, 0}, {0.01, 0}, {0, 0.01}} {
			t.Run(fmt.Sprint(decay), func(t *testing.T) {
				r := rand.New(rand.NewPCG(5, 6))
				const n = 1003
				w, g, m, v := make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n)
				for i := range w {
					w[i] = float32(r.NormFloat64())
				}
				for step := 1; step <= 50; step++ {
					s := AdamStep{
						LR: 1e-2, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, WeightDecay: decay[0], L2: decay[1],
						Bias1: 1 - math.Pow(0.9, float64(step)), Bias2: 1 - math.Pow(0.999, float64(step)),
					}
					for i := range g {
						g[i] = float32(r.NormFloat64())
					}
					before := [3][]float32{append([]float32{}, w...), append([]float32{}, m...), append([]float32{}, v...)}
					Adam(w, g, m, v, s)
					for i := range w {
						w1, m1, v1 := s.reference(float64(before[0][i]), float64(g[i]), float64(before[1][i]), float64(before[2][i]))
						// Terms may cancel: errors count against the largest of them.
						size := math.Abs(float64(before[0][i])) + math.Abs(w1-float64(before[0][i]))
						gSize := math.Abs(float64(g[i])) + s.L2*math.Abs(float64(before[0][i]))
						mSize := math.Abs(float64(before[1][i])) + gSize
						vSize := float64(before[2][i]) + (1-s.Beta2)*gSize*gSize
						for _, c := range [][3]float64{{float64(w[i]), w1, size}, {float64(m[i]), m1, mSize}, {float64(v[i]), v1, vSize}} {
							if math.Abs(c[0]-c[1]) > 1e-6*c[2] {
								t.Fatalf("step %d, weight %d: got %v, want %v", step, i, c[0], c[1])
							}
						}
					}
				}
			})
		}
	})
}
