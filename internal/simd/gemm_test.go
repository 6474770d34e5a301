package simd

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// onEveryPath runs f once for each kernel path that this machine offers.
func onEveryPath(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	defer SetPath(Path())
	for _, name := range Paths() {
		t.Run(name, func(t *testing.T) {
			if err := SetPath(name); err != nil {
				t.Fatal(err)
			}
			f(t)
		})
	}
}

func TestGemmTransposes(t *testing.T) {
	// A = [1 2 3; 4 5 6], B = [1 2; 3 4; 5 6], A·B = [22 28; 49 64].
	a, aT := []float32{1, 2, 3, 4, 5, 6}, []float32{1, 4, 2, 5, 3, 6}
	b, bT := []float32{1, 2, 3, 4, 5, 6}, []float32{1, 3, 5, 2, 4, 6}
	want := [4]float32{2*22 + 3, 2*28 + 3, 2*49 + 3, 2*64 + 3}
	onEveryPath(t, func(t *testing.T) {
		for _, tc := range []struct {
			name   string
			tA, tB bool
			a      []float32
			lda    int
			b      []float32
			ldb    int
		}{
			{"A·B", false, false, a, 3, b, 2},
			{"Aᵀ·B", true, false, aT, 2, b, 2},
			{"A·Bᵀ", false, true, a, 3, bT, 3},
			{"Aᵀ·Bᵀ", true, true, aT, 2, bT, 3},
		} {
			c := [4]float32{1, 1, 1, 1}
			if err := Gemm(tc.tA, tc.tB, 2, 2, 3, 2, tc.a, tc.lda, tc.b, tc.ldb, 3, c[:], 2); err != nil {
				t.Fatalf("%s: %v", tc.name, err)
			}
			if c != want {
				t.Errorf("%s = %v, want %v", tc.name, c, want)
			}
		}
	})
}

func TestGemmErrors(t *testing.T) {
	const huge = math.MaxInt
	s := func(n int) []float32 { return make([]float32, n) }
	for _, tc := range []struct {
		name       string
		tA, tB     bool
		m, n, k    int
		a          []float32
		lda        int
		b          []float32
		ldb        int
		c          []float32
		ldc        int
		wantInText string
	}{
		{"negative m", false, false, -1, 2, 2, s(4), 2, s(4), 2, s(4), 2, "m = -1"},
		{"negative n", false, false, 2, -1, 2, s(4), 2, s(4), 2, s(4), 2, "n = -1"},
		{"negative k", false, false, 2, 2, -1, s(4), 2, s(4), 2, s(4), 2, "k = -1"},
		{"lda too small", false, false, 2, 2, 3, s(9), 2, s(6), 2, s(4), 2, "lda = 2"},
		{"lda too small, Aᵀ", true, false, 3, 2, 2, s(9), 2, s(6), 2, s(6), 2, "lda = 2"},
		{"ldb zero", false, false, 2, 2, 2, s(4), 2, s(4), 0, s(4), 2, "ldb = 0"},
		{"ldb negative", false, true, 2, 2, 2, s(4), 2, s(4), -2, s(4), 2, "ldb = -2"},
		{"ldc too small", false, false, 2, 2, 2, s(4), 2, s(4), 2, s(4), 1, "ldc = 1"},
		{"short a", false, false, 2, 2, 2, s(3), 2, s(4), 2, s(4), 2, "a has 3 elements"},
		{"short b", false, true, 2, 2, 2, s(4), 2, s(4), 3, s(4), 2, "b has 4 elements"},
		{"nil c", false, false, 2, 2, 2, s(4), 2, s(4), 2, nil, 2, "c has 0 elements"},
		{"short c, k = 0", false, false, 2, 2, 0, nil, 0, nil, 0, s(3), 2, "c has 3 elements"},
		{"huge m", false, false, huge, 2, 2, s(4), 2, s(4), 2, s(4), 2, "a has 4 elements"},
		{"huge everything", true, true, huge, huge, huge, s(4), huge, s(4), huge, s(4), huge, "a has 4 elements"},
	} {
		err := Gemm(tc.tA, tc.tB, tc.m, tc.n, tc.k, 1, tc.a, tc.lda, tc.b, tc.ldb, 0, tc.c, tc.ldc)
		if err == nil || !strings.Contains(err.Error(), tc.wantInText) {
			t.Errorf("%s: error %v, want one with %q", tc.name, err, tc.wantInText)
		}
	}
}

// An element must not depend on the rows and columns computed along with it:
// predictions are then the same for any batch size and any split of the work.
func TestGemmElementsAreIndependent(t *testing.T) {
	const m, n, k = 300, 140, 600
	r := rand.New(rand.NewPCG(1, 2))
	onEveryPath(t, func(t *testing.T) {
		for _, trans := range [][2]bool{{false, false}, {false, true}, {true, false}, {true, true}} {
			a, lda := randomMatrix(r, trans[0], m, k)
			b, ldb := randomMatrix(r, trans[1], k, n)
			whole := make([]float32, m*n)
			if err := Gemm(trans[0], trans[1], m, n, k, 1, a, lda, b, ldb, 0, whole, n); err != nil {
				t.Fatal(err)
			}
			for range 100 {
				i, j := r.IntN(m), r.IntN(n)
				rows, cols := 1+r.IntN(min(20, m-i)), 1+r.IntN(n-j)
				part := make([]float32, rows*cols)
				err := Gemm(trans[0], trans[1], rows, cols, k, 1, a[index(trans[0], i, 0, lda):], lda, b[index(trans[1], 0, j, ldb):], ldb, 0, part, cols)
				if err != nil {
					t.Fatal(err)
				}
				for p := range rows {
					for q := range cols {
						if got, want := part[p*cols+q], whole[(i+p)*n+j+q]; got != want {
							t.Fatalf("%v: C(%d, %d) = %v alone in %d×%d, %v within %d×%d", trans, i+p, j+q, got, rows, cols, want, m, n)
						}
					}
				}
			}
		}
	})
}

func TestGemmDoesNotAllocate(t *testing.T) {
	a, b, c := make([]float32, 300*300), make([]float32, 300*300), make([]float32, 300*300)
	onEveryPath(t, func(t *testing.T) {
		for _, size := range []int{3, 17, 140} {
			for _, trans := range [][2]bool{{false, false}, {false, true}, {true, false}} {
				allocs := testing.AllocsPerRun(20, func() {
					if err := Gemm(trans[0], trans[1], size, size, size, 1, a, 300, b, 300, 0, c, 300); err != nil {
						t.Fatal(err)
					}
				})
				if allocs != 0 {
					t.Errorf("size %d, transposes %v: %v allocations a call", size, trans, allocs)
				}
			}
		}
	})
}
