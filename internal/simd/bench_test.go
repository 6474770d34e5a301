package simd

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// shape is one matrix product of a training step or a prediction.
type shape struct {
	net            string
	m, n, k        int
	transA, transB bool
}

func (s shape) String() string {
	kind := map[[2]bool]string{{false, true}: "forward", {true, false}: "dW", {false, false}: "dX"}[[2]bool{s.transA, s.transB}]
	return fmt.Sprintf("%s/%s/%dx%dx%d", s.net, kind, s.m, s.k, s.n)
}

// layer returns the three products of a linear layer: y = x·Wᵀ, dW = dyᵀ·x
// and dx = dy·W.
func layer(net string, batch, in, out int) []shape {
	return []shape{
		{net, batch, out, in, false, true},
		{net, out, in, batch, true, false},
		{net, batch, in, out, false, false},
	}
}

func shapes() []shape {
	var s []shape
	add := func(net string, batch int, sizes ...int) {
		for i := range len(sizes) - 1 {
			s = append(s, layer(net, batch, sizes[i], sizes[i+1])...)
		}
	}
	add("xor", 4, 2, 3, 1)
	add("iris", 16, 4, 16, 3)
	add("boston", 32, 13, 64, 64, 1)
	add("mnist", 64, 784, 128, 10)
	add("mnist-bn", 128, 784, 512, 256, 10)
	add("mnist-wide", 128, 784, 1024, 1024, 10)
	for _, rows := range []int{1, 256, 10000} {
		net := fmt.Sprintf("predict%d", rows)
		for _, l := range [][2]int{{784, 128}, {128, 10}, {784, 512}, {512, 256}, {784, 1024}, {1024, 1024}} {
			s = append(s, shape{net, rows, l[1], l[0], false, true})
		}
	}
	return s
}

func randoms(n int) []float32 {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	s := make([]float32, n)
	for i := range s {
		s[i] = r.Float32() - 0.5
	}
	return s
}

// peakGFLOPS measures the multiply-add units of one core.
func peakGFLOPS() float64 {
	run, lanes := avx2Peak, 8
	switch current() {
	case portable:
		return math.NaN() // nothing to measure with
	case avx512:
		run, lanes = avx512Peak, 16
	}
	const turns = 200_000
	best := time.Duration(1 << 62)
	for range 15 {
		t := time.Now()
		run(turns)
		best = min(best, time.Since(t))
	}
	return float64(turns*12*lanes*2) / float64(best.Nanoseconds())
}

var kernels = flag.String("kernels", "", "the path to time: avx512, avx2 or portable; the fastest without it")

func BenchmarkGemm(b *testing.B) {
	if *kernels != "" {
		defer SetPath(Path())
		if err := SetPath(*kernels); err != nil {
			b.Fatal(err)
		}
	}
	for _, s := range shapes() {
		b.Run(s.String(), func(b *testing.B) {
			peak := peakGFLOPS()
			x, y, z := randoms(s.m*s.k), randoms(s.k*s.n), make([]float32, s.m*s.n)
			lda, ldb := s.k, s.n
			if s.transA {
				lda = s.m
			}
			if s.transB {
				ldb = s.k
			}
			for b.Loop() {
				if err := Gemm(s.transA, s.transB, s.m, s.n, s.k, 1, x, lda, y, ldb, 0, z, s.n); err != nil {
					b.Fatal(err)
				}
			}
			rate := 2 * float64(s.m) * float64(s.n) * float64(s.k) * float64(b.N) / float64(b.Elapsed().Nanoseconds())
			b.ReportMetric(rate, "GFLOP/s")
			b.ReportMetric(100*rate/peak, "%peak")
		})
	}
}

// BenchmarkPeak measures the multiply-add units alone, the limit of all products.
func BenchmarkPeak(b *testing.B) {
	var peak float64
	for b.Loop() {
		peak = peakGFLOPS()
	}
	b.ReportMetric(peak, "GFLOP/s")
}

// BenchmarkElementwise runs the other kernels on the sizes of the MNIST networks.
func BenchmarkElementwise(b *testing.B) {
	const n, cols = 128 * 512, 512
	p := make([][]float32, 4)
	for i := range p {
		p[i] = randoms(784*128 + 128 + 128*10 + 10)
	}
	x, y, z, row := randoms(n), randoms(n), randoms(n), randoms(cols)
	sums := make([]float64, cols)
	step := AdamStep{LR: 1e-9, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, Bias1: 1, Bias2: 1}
	for _, bench := range []struct {
		name string
		n    int
		run  func()
	}{
		{"Adam", len(p[0]), func() { Adam(p[0], p[1], p[2], p[3], step) }},
		{"DescendWithMomentum", len(p[0]), func() { DescendWithMomentum(p[0], p[1], p[2], 1e-9, 0, 0.9, false) }},
		{"ReLU", n, func() { ReLU(y, x) }},
		{"ReLUGrad", n, func() { ReLUGrad(z, y, x) }},
		{"ColumnSums", n, func() { ColumnSums(row, x) }},
		{"ColumnSquares64", n, func() { ColumnSquares64(sums, x, row) }},
		{"NormalizeColumns", n, func() { NormalizeColumns(z, y, x, row, row, row, row) }},
		{"NormalizeColumnsGrad", n, func() { NormalizeColumnsGrad(z, y, x, row, row, row, 128) }},
		{"DropoutFactors", n, func() { DropoutFactors(y, 1, 0, 0.2) }},
		{"Exp", n, func() { Exp(y, x) }},
		{"SoftmaxRows", 1280, func() { SoftmaxRows(y, x, z[:128], 10) }},
		{"StandardizeColumns", n, func() { StandardizeColumns(y, x, row, row) }},
	} {
		b.Run(bench.name, func(b *testing.B) {
			for b.Loop() {
				bench.run()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(bench.n), "ns/element")
		})
	}
}
