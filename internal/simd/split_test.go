package simd

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"
)

func TestGemmIsTheSameOnAnyNumberOfProcs(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	onEveryPath(t, func(t *testing.T) {
		for _, size := range [][3]int{{64, 200, 784}, {700, 150, 100}, {1, 3000, 3000}, {3000, 10, 300}, {129, 513, 140}} {
			m, n, k := size[0], size[1], size[2]
			a, lda := randomMatrix(r, false, m, k)
			b, ldb := randomMatrix(r, true, k, n)
			var want []float32
			for _, procs := range []int{1, 2, 3, 8} {
				runtime.GOMAXPROCS(procs)
				for range 5 {
					c := make([]float32, m*n)
					if err := Gemm(false, true, m, n, k, 1, a, lda, b, ldb, 0, c, n); err != nil {
						t.Fatal(err)
					}
					if want == nil {
						want = c
					}
					for i := range c {
						if math.Float32bits(c[i]) != math.Float32bits(want[i]) {
							t.Fatalf("%v on %d procs: element %d is %v, on one %v", size, procs, i, c[i], want[i])
						}
					}
				}
			}
		}
	})
}

func TestAdamIsTheSameOnAnyNumberOfProcs(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	const n = 3*splitUpdate + 5
	step := AdamStep{LR: 0.01, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, Bias1: 0.1, Bias2: 0.001}
	onEveryPath(t, func(t *testing.T) {
		var want []float32
		for _, procs := range []int{1, 2, 3, 8} {
			runtime.GOMAXPROCS(procs)
			w, m, v := slices.Clone(randoms(n)), make([]float32, n), make([]float32, n)
			Adam(w, randoms(n), m, v, step)
			got := slices.Concat(w, m, v)
			if want == nil {
				want = got
			}
			if !slices.Equal(got, want) {
				t.Errorf("%d procs give other numbers than one", procs)
			}
		}
	})
}

// Large products and updates of several goroutines get in each other's way, but
// their results do not.
func TestManyCallersShareTheCrew(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	const size = 200
	a, b, want := randoms(size*size), randoms(size*size+1), make([]float32, size*size)
	multiply := func(c []float32) error {
		return Gemm(false, true, size, size, size, 1, a, size, b, size, 0, c, size)
	}
	if err := multiply(want); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 25 {
				c := make([]float32, size*size)
				if err := multiply(c); err != nil || !slices.Equal(c, want) {
					t.Errorf("another product than alone (%v)", err)
					return
				}
			}
		})
		wg.Go(func() {
			w, m, v := make([]float32, splitUpdate), make([]float32, splitUpdate), make([]float32, splitUpdate)
			for range 25 {
				Adam(w, randoms(splitUpdate), m, v, AdamStep{LR: 1, Beta1: 0.9, Beta2: 0.9, Eps: 1, Bias1: 1, Bias2: 1})
			}
		})
	}
	wg.Wait()
}
