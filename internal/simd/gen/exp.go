package main

import (
	"math"

	"github.com/mmcloughlin/avo/operand"
)

// exp is the exponential function, in the steps of expPortable.
var exp = elementwise{
	name: "Exp", doc: "is y = expPortable(x).",
	writes: []string{"y"}, reads: []string{"x"},
	body: func(s *source, in map[string]vec) map[string]vec {
		// The operand order makes both bounds pass NaN on.
		x := s.YMM()
		s.VMINPS(in["x"], s.constant("expMost", 89), x)
		s.VMAXPS(x, s.constant("expLeast", -104), x)
		n := s.YMM()
		s.VROUNDPS(operand.Imm(0), s.mul(x, s.constant("log2e", math.Log2E)), n) // 0: to nearest, ties to even
		r := s.sub(x, s.mul(n, s.constant("ln2Hi", 0.693359375)))
		r = s.sub(r, s.mul(n, s.constant("ln2Lo", -2.12194440e-4)))
		p := s.constant("exp5", 1.9875691500e-4)
		for i, c := range []float32{1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1} {
			p = s.add(s.mul(p, r), s.constant("exp"+string(rune('4'-i)), c))
		}
		p = s.add(s.add(s.mul(p, s.mul(r, r)), r), s.constant("one", 1))

		// 2ⁿ as two factors, each within the range of normal numbers.
		whole, half := s.YMM(), s.YMM()
		s.VCVTPS2DQ(n, whole)
		s.VPSRAD(operand.Imm(1), whole, half)
		s.VPSUBD(half, whole, whole)
		return map[string]vec{"y": s.mul(s.mul(p, s.power2(half)), s.power2(whole))}
	},
}

// power2 returns 2ⁿ for whole numbers n, by writing the exponent's bits.
func (s *source) power2(n vec) vec {
	v, bias := s.YMM(), s.YMM()
	s.VBROADCASTSS(s.table("bias", []uint32{127}), bias)
	s.VPADDD(bias, n, v)
	s.VPSLLD(operand.Imm(23), v, v)
	return v
}
