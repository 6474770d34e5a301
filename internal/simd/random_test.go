package simd

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// product64 is a random product with its expected result.
type product64 struct {
	transA, transB bool
	m, n, k        int
	alpha, beta    float32
	a, b           []float32 // with NaN wherever no element lies
	lda, ldb, ldc  int
	c              []float32 // what C holds before, with sentinels around each row
	cStart         int       // where C begins in c
	want, bound    []float64 // m×n: exact result and how far rounding may lead
}

// sentinel marks memory that must stay as it is.
var sentinel = math.Float32frombits(0x7fc0beef)

func randomProduct(r *rand.Rand) *product64 {
	p := &product64{transA: r.IntN(2) == 0, transB: r.IntN(2) == 0}
	p.m, p.n, p.k = randomSize(r, 300), randomSize(r, 150), randomSize(r, 700)
	if r.IntN(50) == 0 { // wide enough for A to be copied
		p.n, p.k = copyColsPlain-20+r.IntN(100), p.k%300
	}
	scalars := []float32{0, 1, -1, 0.5, float32(r.NormFloat64())}
	p.alpha, p.beta = scalars[r.IntN(len(scalars))], scalars[r.IntN(len(scalars))]
	if r.IntN(2) == 0 {
		p.alpha, p.beta = 1, float32(r.IntN(2))
	}
	p.a, p.lda = randomMatrix(r, p.transA, p.m, p.k)
	p.b, p.ldb = randomMatrix(r, p.transB, p.k, p.n)
	p.ldc = p.n + r.IntN(4)
	p.cStart = r.IntN(20)
	p.c = make([]float32, p.cStart+p.m*p.ldc+20)
	for i := range p.c {
		p.c[i] = sentinel
	}
	p.want, p.bound = make([]float64, p.m*p.n), make([]float64, p.m*p.n)

	// A product passes through at most k+1 roundings in its block's sum
	// (one as a product, where that is not fused, k as a partial sum), one
	// by alpha and one as each block is added to C, of which there are
	// fewer than k. The old C passes through one by beta and the latter.
	// Each rounding errs by a factor of at most 1 ± 2⁻²⁴.
	roundings := float64(p.k + 2 + (p.k+kBlock-1)/kBlock)
	unit := roundings * 0x1p-24 / (1 - roundings*0x1p-24)
	special := []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1))}
	for i := range p.m {
		for j := range p.n {
			old := float32(r.NormFloat64())
			if p.beta == 0 && r.IntN(3) == 0 {
				old = special[r.IntN(3)]
			}
			p.c[p.cStart+i*p.ldc+j] = old
			var sum, abs float64
			for q := range p.k {
				x := float64(p.a[index(p.transA, i, q, p.lda)]) * float64(p.b[index(p.transB, q, j, p.ldb)])
				sum += x
				abs += math.Abs(x)
			}
			sum *= float64(p.alpha)
			abs *= math.Abs(float64(p.alpha))
			if p.beta != 0 {
				sum += float64(p.beta) * float64(old)
				abs += math.Abs(float64(p.beta) * float64(old))
			}
			p.want[i*p.n+j], p.bound[i*p.n+j] = sum, abs*unit
		}
	}
	return p
}

// randomSize draws mostly small sizes, now and then one of up to most.
func randomSize(r *rand.Rand, most int) int {
	switch r.IntN(20) {
	case 0:
		return r.IntN(most + 1)
	case 1, 2, 3:
		return r.IntN(70)
	case 4, 5, 6, 7, 8:
		return r.IntN(20)
	}
	return r.IntN(8)
}

func index(trans bool, i, j, ld int) int {
	if trans {
		i, j = j, i
	}
	return i*ld + j
}

// randomMatrix draws a rows×cols matrix, stored transposed if trans, between
// NaNs that spoil the result if they are used.
func randomMatrix(r *rand.Rand, trans bool, rows, cols int) (s []float32, ld int) {
	if trans {
		rows, cols = cols, rows
	}
	ld = cols + r.IntN(4)
	s = make([]float32, rows*ld)
	for i := range s {
		s[i] = float32(math.NaN())
		if i%max(ld, 1) < cols {
			s[i] = float32(r.NormFloat64())
		}
	}
	if rows > 0 && ld > cols && r.IntN(2) == 0 {
		s = s[:(rows-1)*ld+cols] // the last row may end where its elements do
	}
	return s, ld
}

// check computes the product on the current path and compares.
func (p *product64) check(t *testing.T) {
	t.Helper()
	c := append([]float32(nil), p.c...)
	err := Gemm(p.transA, p.transB, p.m, p.n, p.k, p.alpha, p.a, p.lda, p.b, p.ldb, p.beta, c[p.cStart:], p.ldc)
	if err != nil {
		t.Fatalf("%v: %v", p, err)
	}
	at := 0
	for i := range p.m {
		row := p.cStart + i*p.ldc
		p.untouched(t, c[at:row])
		for j := range p.n {
			got, want := float64(c[row+j]), p.want[i*p.n+j]
			if !(math.Abs(got-want) <= p.bound[i*p.n+j]) {
				t.Fatalf("%v: C(%d, %d) = %v, want %v ± %v", p, i, j, got, want, p.bound[i*p.n+j])
			}
		}
		at = row + p.n
	}
	p.untouched(t, c[at:])
}

func (p *product64) untouched(t *testing.T, s []float32) {
	t.Helper()
	for _, v := range s {
		if math.Float32bits(v) != math.Float32bits(sentinel) {
			t.Fatalf("%v: %v was written outside C", p, v)
		}
	}
}

func (p *product64) String() string {
	return fmt.Sprintf("m=%d n=%d k=%d transA=%t transB=%t alpha=%v beta=%v lda=%d ldb=%d ldc=%d",
		p.m, p.n, p.k, p.transA, p.transB, p.alpha, p.beta, p.lda, p.ldb, p.ldc)
}

var randomCases = flag.Int("cases", 10_000, "random matrix products to test")

func TestGemmRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 2))
	cases := *randomCases
	if testing.Short() {
		cases /= 10
	}
	products := make([]*product64, cases)
	for i := range products {
		products[i] = randomProduct(r)
	}
	onEveryPath(t, func(t *testing.T) {
		for _, p := range products {
			p.check(t)
		}
	})
}

// Both vector paths add in the same order, so they agree to the last bit.
func TestGemmVectorPathsAgree(t *testing.T) {
	defer SetPath(Path())
	if SetPath("avx512") != nil {
		t.Skip("only one vector path here")
	}
	r := rand.New(rand.NewPCG(8, 8))
	for range *randomCases / 20 {
		p := randomProduct(r)
		var results [2][]float32
		for i, name := range []string{"avx2", "avx512"} {
			if err := SetPath(name); err != nil {
				t.Fatal(err)
			}
			results[i] = append([]float32(nil), p.c...)
			err := Gemm(p.transA, p.transB, p.m, p.n, p.k, p.alpha, p.a, p.lda, p.b, p.ldb, p.beta, results[i][p.cStart:], p.ldc)
			if err != nil {
				t.Fatal(err)
			}
		}
		for i, v := range results[0] {
			if !same(v, results[1][i]) {
				t.Fatalf("%v: element %d is %v with AVX2, %v with AVX-512", p, i, v, results[1][i])
			}
		}
	}
}
