package main

import "github.com/mmcloughlin/avo/operand"

// dropout emits the generator of dropout factors: eight places a turn.
func (s *source) dropout() {
	s.declareMasks()
	s.function("avx2Dropout",
		"func(n int, factors *float32, first, key0, key1, limit uint32, keep float32)",
		"avx2Dropout is dropoutPortable.")
	n, dst := s.load("n"), s.load("factors")
	place := s.broadcast(s.param("first"))
	s.VPADDD(s.table("lanes", []uint32{0, 1, 2, 3, 4, 5, 6, 7}), place, place)
	s.VPADDD(s.broadcast(s.param("key0")), place, place)
	eight := s.broadcast(s.table("eight", []uint32{8}))
	key1 := s.broadcast(s.param("key1"))
	limit := s.broadcast(s.param("limit"))
	keep := s.broadcast(s.param("keep"))
	mul0 := s.broadcast(s.table("mul0", []uint32{0x21f0aaad}))
	mul1 := s.broadcast(s.table("mul1", []uint32{0x735a2d97}))
	h, t := s.YMM(), s.YMM()
	xorShift := func(from vec, bits uint64) {
		s.VPSRLD(operand.Imm(bits), from, t)
		s.VPXOR(t, from, h)
	}
	turn := func() {
		xorShift(place, 16)
		s.VPMULLD(mul0, h, h)
		xorShift(h, 15)
		s.VPADDD(key1, h, h)
		s.VPMULLD(mul1, h, h)
		xorShift(h, 15)
		s.VPMAXUD(limit, h, t)
		s.VPCMPEQD(t, h, h) // h ≥ limit, unsigned
		s.VANDPS(keep, h, h)
	}
	s.SUBQ(operand.Imm(8), n)
	s.JLT(operand.LabelRef("tail"))
	s.Label("loop")
	turn()
	s.VMOVUPS(h, mem(dst, 0))
	s.VPADDD(eight, place, place)
	s.ADDQ(operand.Imm(32), dst)
	s.SUBQ(operand.Imm(8), n)
	s.JGE(operand.LabelRef("loop"))
	s.Label("tail")
	s.ADDQ(operand.Imm(8), n)
	s.JEQ(operand.LabelRef("done"))
	turn()
	mask := s.YMM()
	s.VMOVUPS(mem(s.maskPointer(n), 0), mask)
	s.VMASKMOVPS(h, mask, mem(dst, 0))
	s.Label("done")
	s.end()
}

// broadcast copies one 32-bit value to all lanes.
func (s *source) broadcast(m operand.Mem) vec {
	v := s.YMM()
	s.VBROADCASTSS(m, v)
	return v
}
