package simd

import (
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
