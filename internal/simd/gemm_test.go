package simd

import "testing"

func TestGemmTransposes(t *testing.T) {
	// A = [1 2 3; 4 5 6], B = [1 2; 3 4; 5 6], A·B = [22 28; 49 64].
	a, aT := []float32{1, 2, 3, 4, 5, 6}, []float32{1, 4, 2, 5, 3, 6}
	b, bT := []float32{1, 2, 3, 4, 5, 6}, []float32{1, 3, 5, 2, 4, 6}
	want := [4]float32{2*22 + 3, 2*28 + 3, 2*49 + 3, 2*64 + 3}
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
}
