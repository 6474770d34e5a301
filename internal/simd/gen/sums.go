package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// sum describes a function that adds a row of float32 values, or what term
// makes of two rows, to a row of float64 sums.
type sum struct {
	name, doc string
	reads     []string
	add       func(s *source, sums vec, in []vec)
}

var sums = []sum{
	{
		name: "Sum64", doc: "adds x to sums.", reads: []string{"x"},
		add: func(s *source, sums vec, in []vec) {
			s.VADDPD(s.widen(in[0]), sums, sums)
		},
	},
	{
		name: "Squares64", doc: "adds (x-mean)² to sums.", reads: []string{"x", "mean"},
		add: func(s *source, sums vec, in []vec) {
			d := s.XMM()
			s.VSUBPS(in[1].AsX(), in[0].AsX(), d)
			wide := s.YMM()
			s.VCVTPS2PD(d, wide)
			s.VFMADD231PD(wide, wide, sums) // the product is exact: fused or not is one
		},
	},
	{
		name: "Products64", doc: "adds x·y to sums.", reads: []string{"x", "y"},
		add: func(s *source, sums vec, in []vec) {
			s.VFMADD231PD(s.widen(in[0]), s.widen(in[1]), sums)
		},
	},
}

// widen turns the four float32 in the lower half of a vector into float64.
func (s *source) widen(v vec) vec {
	wide := s.YMM()
	s.VCVTPS2PD(v.AsX(), wide)
	return wide
}

// emitSums emits the functions, four sums a turn and a masked turn at the end.
func (s *source) emitSums(list []sum) {
	s.declareMasks()
	for _, f := range list {
		params := "n int, sums *float64"
		for _, r := range f.reads {
			params += ", " + r + " *float32"
		}
		s.function("avx2"+f.name, "func("+params+")", "avx2"+f.name+" "+f.doc)
		n := s.load("n")
		acc := s.load("sums")
		var rows []reg.Register
		for _, r := range f.reads {
			rows = append(rows, s.load(r))
		}
		i := s.GP64()
		s.XORQ(i, i)
		accAt := operand.Mem{Base: acc, Index: i, Scale: 8}
		in := make([]vec, len(rows))

		s.SUBQ(operand.Imm(4), n)
		s.JLT(operand.LabelRef("tail"))
		s.Label("loop")
		total := s.YMM()
		s.VMOVUPD(accAt, total)
		for j, r := range rows {
			in[j] = s.YMM()
			s.VBROADCASTF128(operand.Mem{Base: r, Index: i, Scale: 4}, in[j])
		}
		f.add(s, total, in)
		s.VMOVUPD(total, accAt)
		s.ADDQ(operand.Imm(4), i)
		s.SUBQ(operand.Imm(4), n)
		s.JGE(operand.LabelRef("loop"))

		s.Label("tail")
		s.ADDQ(operand.Imm(4), n)
		s.JEQ(operand.LabelRef("done"))
		narrow, wide := s.YMM(), s.YMM()
		s.VMOVUPS(mem(s.maskPointer(n), 0), narrow)
		s.ADDQ(n, n) // a float64 takes two lanes of the table
		s.VMOVUPS(mem(s.maskPointer(n), 0), wide)
		total = s.YMM()
		s.VMASKMOVPD(accAt, wide, total)
		for j, r := range rows {
			in[j] = s.YMM()
			s.VMASKMOVPS(operand.Mem{Base: r, Index: i, Scale: 4}, narrow, in[j])
		}
		f.add(s, total, in)
		s.VMASKMOVPD(total, wide, accAt)
		s.Label("done")
		s.end()
	}
}
