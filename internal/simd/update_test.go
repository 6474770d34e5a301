package simd

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

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
