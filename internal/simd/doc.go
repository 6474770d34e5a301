// Package simd holds the float32 kernels under the project's training and
// prediction: the general matrix product [Gemm], the optimizers' steps, and what
// layers do element by element or column by column.
//
// # Paths
//
// Every kernel exists in plain Go and in assembly for amd64. Which one runs is
// chosen at start from what the processor offers; [Path] tells the choice and
// [SetPath] changes it, so that a test can run them all:
//
//   - avx512: matrix products with AVX-512 (F, VL, DQ, BW), the rest as avx2
//   - avx2: AVX2 and FMA
//   - portable: plain Go, for every other machine, and all there is if the
//     program is built with the tag noasm
//
// The avx512 path was tested and timed on AMD Zen 5, the avx2 path on Zen 3 and
// Zen 5, the portable one on amd64 and, emulated, on arm64.
//
// # Promises
//
// Nothing allocates once the scratch memory of the first calls is there.
// Nothing reads or writes outside the slices given, whatever their lengths.
//
// An element of a matrix product sums its products in ascending k, in blocks
// whose size depends on k alone. It is therefore the same, bit by bit, for any
// number of rows and columns computed along with it, for either way of storing
// A and B, and on any number of processors. The product differs between the
// portable path, which rounds every product, and the others, which do not.
//
// All other kernels give the same bits on every path.
//
// # The matrix product
//
// The scheme is that of Goto and van de Geijn (Anatomy of high-performance
// matrix multiplication, 2008), simplified. A kernel holds a tile of C in
// registers while k advances: 6×16 on AVX2, 8×48 on AVX-512, or 12×32 where
// there are no more rows than that. It reads B from a packed panel as wide as
// the tile, which stays in the first-level cache while all rows of A pass, and
// A from where it lies, one value at a time for all columns. A is copied only
// if many panels share the cost. Packing turns Bᵀ over on the way, so that the
// kernel knows one layout only.
//
// Large products, and large updates by Adam, are cut into chunks for as many
// goroutines as there are processors to use. A helper looks out for more for
// 100 µs before it goes, since between two products of a training step it is
// quicker to wait than to be woken.
package simd

// The assembly and its declarations are written by the program in gen, a
// module of its own so that nobody who imports this package needs what it
// imports. gen/check.sh shows that they are up to date.

//go:generate sh -c "cd gen && go run ."
