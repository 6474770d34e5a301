package simd_test

import (
	"fmt"

	"perceptron/internal/simd"
)

// A linear layer: y = x·Wᵀ + b for two rows x, with W stored out × in.
func ExampleGemm() {
	x := []float32{1, 2, 3, 4, 5, 6} // 2×3
	w := []float32{1, 0, 1, 0, 1, 0} // 2×3
	y := []float32{10, 20, 10, 20}   // 2×2, the bias in every row
	if err := simd.Gemm(false, true, 2, 2, 3, 1, x, 3, w, 3, 1, y, 2); err != nil {
		fmt.Println(err)
	}
	fmt.Println(y)
	err := simd.Gemm(false, true, 2, 2, 3, 1, x, 2, w, 3, 1, y, 2)
	fmt.Println(err)
	// Output:
	// [14 22 20 25]
	// simd: Gemm: lda = 2 is shorter than a row of a, which has 3 columns
}

// One unit's weight, pulled down by a gradient of 0.5: the first step of Adam
// moves by the learning rate, whatever the gradient's size.
func ExampleAdam() {
	w, grad, m, v := []float32{1}, []float32{0.5}, []float32{0}, []float32{0}
	simd.Adam(w, grad, m, v, simd.AdamStep{
		LR: 0.01, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8,
		Bias1: 1 - 0.9, Bias2: 1 - 0.999,
	})
	fmt.Printf("%.4f\n", w[0])
	// Output: 0.9900
}

// Two rows of logits become probabilities; the second would overflow e¹⁰⁰⁰.
func ExampleSoftmaxRows() {
	logits := []float32{0, 0, 1000, 1000}
	p, logSums := make([]float32, 4), make([]float32, 2)
	simd.SoftmaxRows(p, logits, logSums, 2)
	fmt.Println(p)
	fmt.Printf("%.3f\n", logSums)
	// Output:
	// [0.5 0.5 0.5 0.5]
	// [0.693 1000.693]
}
