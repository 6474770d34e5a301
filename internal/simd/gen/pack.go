package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// packWidth is how many columns of B a packing function handles at a time.
const packWidth = 16

// packRows emits the copy of packWidth columns of B into a panel.
func (s *source) packRows() {
	s.function("avx2PackRows16",
		"func(k int, b *float32, bRow, cols int, panel *float32, panelRow int)",
		"avx2PackRows16 copies k rows of cols ≤ 16 columns from b to panel, where a row",
		"has 16 columns; those past cols become 0. Strides are in elements.")
	k := s.load("k")
	src, srcRow := s.load("b"), s.stride("bRow")
	dst, dstRow := s.load("panel"), s.stride("panelRow")
	lo, hi := s.YMM(), s.YMM()
	next := func(loop string) {
		s.VMOVUPS(lo, mem(dst, 0))
		s.VMOVUPS(hi, mem(dst, 32))
		s.ADDQ(srcRow, src)
		s.ADDQ(dstRow, dst)
		s.DECQ(k)
		s.JNE(operand.LabelRef(loop))
	}
	s.CMPQ(s.param("cols"), operand.Imm(packWidth))
	s.JNE(operand.LabelRef("part"))
	s.Label("full")
	s.VMOVUPS(mem(src, 0), lo)
	s.VMOVUPS(mem(src, 32), hi)
	next("full")
	s.end()

	s.Label("part")
	mask := s.maskPointer(s.param("cols"))
	maskLo, maskHi := s.YMM(), s.YMM()
	s.VMOVUPS(mem(mask, 0), maskLo)
	s.VMOVUPS(mem(mask, 32), maskHi)
	s.Label("masked")
	s.VMASKMOVPS(mem(src, 0), maskLo, lo)
	s.VMASKMOVPS(mem(src, 32), maskHi, hi)
	next("masked")
	s.end()
}

// packColumns emits the transposing copy: packWidth rows of a stored Bᵀ become
// the columns of a panel. Eight rows are turned at a time, four steps of k in
// one turn of the loop.
func (s *source) packColumns() {
	s.function("avx2PackColumns16",
		"func(k int, b *float32, bCol, cols int, panel *float32, panelRow int)",
		"avx2PackColumns16 fills the k rows and 16 columns (8 if cols ≤ 8) of panel from the rows of b:",
		"panel(p, j) = b[j·bCol + p]. Columns past cols repeat the last one. Up to three",
		"rows of panel past the k-th are overwritten. Strides are in elements.")
	stride := s.stride("bCol")
	dstRow := s.stride("panelRow")
	for half := range packWidth / 8 {
		if half == 1 {
			s.CMPQ(s.param("cols"), operand.Imm(8))
			s.JLE(operand.LabelRef("end"))
		}
		name := func(l string) string { return l + string(rune('0'+half)) }
		rows := s.rowPointers(half*8, stride)
		dst := s.load("panel")
		s.ADDQ(operand.Imm(uint64(32*half)), dst)
		k := s.load("k")
		s.SUBQ(operand.Imm(4), k)
		s.JLT(operand.LabelRef(name("tail")))
		s.Label(name("loop"))
		s.write4(s.turn(func(i int) reg.VecVirtual {
			v := s.YMM()
			s.VBROADCASTF128(mem(rows[i], 0), v)
			s.VINSERTF128(operand.Imm(1), mem(rows[i+4], 0), v, v)
			return v
		}), dst, dstRow)
		for _, r := range rows {
			s.ADDQ(operand.Imm(16), r)
		}
		s.SUBQ(operand.Imm(4), k)
		s.JGE(operand.LabelRef(name("loop")))
		s.Label(name("tail"))
		s.ADDQ(operand.Imm(4), k)
		s.JEQ(operand.LabelRef(name("done")))
		mask := s.YMM() // k < 4 here: the upper half is clear
		s.VMOVUPS(mem(s.maskPointer(k), 0), mask)
		s.write4(s.turn(func(i int) reg.VecVirtual {
			v, upper := s.YMM(), s.YMM()
			s.VMASKMOVPS(mem(rows[i], 0), mask, v)
			s.VMASKMOVPS(mem(rows[i+4], 0), mask, upper)
			s.VINSERTF128(operand.Imm(1), upper.AsX(), v, v)
			return v
		}), dst, dstRow)
		s.Label(name("done"))
	}
	s.Label("end")
	s.end()
}

// rowTimesColumns emits the product of one row with a stored Bᵀ. Each turn of
// the loop transposes four steps of k in registers and uses them up at once,
// which is quicker than a panel that only one row would read.
func (s *source) rowTimesColumns() {
	s.function("avx2RowTimesColumns16",
		"func(k int, a *float32, aCol int, b *float32, bCol int, c *float32, alpha, beta float32)",
		"avx2RowTimesColumns16 computes c = alpha·a·B + beta·c for one row a of k elements",
		"and 16 columns of B, column j at b[j·bCol:], with the sums and rounding of the",
		"tile kernels; k is a multiple of 4. Strides are in elements.")
	k := s.load("k")
	a, aCol := s.load("a"), s.stride("aCol")
	stride := s.stride("bCol")
	rows := s.bases(s.load("b"), stride, packWidth)
	var sums [2]reg.VecVirtual
	for half := range sums {
		sums[half] = s.YMM()
		s.zero(sums[half])
	}
	s.Label("loop")
	var columns [2][4]reg.VecVirtual
	for half := range columns {
		columns[half] = s.turn(func(i int) reg.VecVirtual {
			v := s.YMM()
			s.VBROADCASTF128(row(rows, stride, 8*half+i), v)
			s.VINSERTF128(operand.Imm(1), row(rows, stride, 8*half+i+4), v, v)
			return v
		})
	}
	for step := range 4 {
		v := s.YMM()
		s.VBROADCASTSS(mem(a, 0), v)
		s.ADDQ(aCol, a)
		for half := range sums {
			s.VFMADD231PS(columns[half][step], v, sums[half])
		}
	}
	for _, r := range rows {
		s.ADDQ(operand.Imm(16), r)
	}
	s.SUBQ(operand.Imm(4), k)
	s.JNE(operand.LabelRef("loop"))
	c := s.load("c")
	alpha, beta := s.YMM(), s.YMM()
	s.VBROADCASTSS(s.param("alpha"), alpha)
	s.VBROADCASTSS(s.param("beta"), beta)
	for half := range sums {
		s.VMULPS(alpha, sums[half], sums[half])
	}
	s.jumpIfZero("beta", "store")
	for half := range sums {
		s.VFMADD231PS(mem(c, 32*half), beta, sums[half])
	}
	s.Label("store")
	for half := range sums {
		s.VMOVUPS(sums[half], mem(c, 32*half))
	}
	s.end()
}

// rowPointers returns pointers to rows first … first+7 of b, none of them past
// the last row.
func (s *source) rowPointers(first int, stride reg.Register) []reg.Register {
	last := s.load("cols")
	s.DECQ(last)
	rows := make([]reg.Register, 8)
	for i := range rows {
		j := s.GP64()
		s.MOVQ(operand.U32(uint32(first+i)), j)
		s.CMPQ(j, last)
		s.CMOVQGT(last, j)
		s.IMULQ(stride, j)
		s.ADDQ(s.param("b"), j)
		rows[i] = j
	}
	return rows
}

// turn emits the transposition of eight rows by four columns. load(i) returns
// four values of row i in the lower half of a vector and four of row i+4 in
// the upper; the result is four columns of eight values.
func (s *source) turn(load func(i int) reg.VecVirtual) (columns [4]reg.VecVirtual) {
	r0, r1, r2, r3 := load(0), load(1), load(2), load(3)
	lo01, hi01, lo23, hi23 := s.YMM(), s.YMM(), s.YMM(), s.YMM()
	s.VUNPCKLPS(r1, r0, lo01)
	s.VUNPCKHPS(r1, r0, hi01)
	s.VUNPCKLPS(r3, r2, lo23)
	s.VUNPCKHPS(r3, r2, hi23)
	for i := range columns {
		columns[i] = s.YMM()
	}
	s.VUNPCKLPD(lo23, lo01, columns[0])
	s.VUNPCKHPD(lo23, lo01, columns[1])
	s.VUNPCKLPD(hi23, hi01, columns[2])
	s.VUNPCKHPD(hi23, hi01, columns[3])
	return columns
}

// write4 stores four vectors at dst, dst + stride, … and moves dst past them.
func (s *source) write4(columns [4]reg.VecVirtual, dst, stride reg.Register) {
	for _, v := range columns {
		s.VMOVUPS(v, mem(dst, 0))
		s.ADDQ(stride, dst)
	}
}
