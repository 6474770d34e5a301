package main

import (
	"strconv"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// write emits C = alpha·sums + beta·C for one tile. On AVX-512 the last vector
// is always masked; on AVX2, where masked stores are slow, a tile that lacks
// columns has code of its own.
func (t *tileGen) write(height int, name func(string) string) {
	c := t.bases(t.cTile, t.cRow, height)
	alpha := t.vector()
	t.VBROADCASTSS(t.param("alpha"), alpha)
	for _, sums := range t.acc {
		for _, s := range sums {
			t.VMULPS(alpha, s, s)
		}
	}
	t.jumpIfZero("beta", name("store"))
	if t.isa == avx512 {
		t.addOldC(c, nil)
		t.Label(name("store"))
		t.store(c)
		return
	}
	full := operand.Imm(uint64(t.vectors * t.lanes()))
	t.CMPQ(t.param("cols"), full)
	t.JNE(operand.LabelRef(name("addpart")))
	t.addOldC(c, nil)
	t.Label(name("store"))
	t.CMPQ(t.param("cols"), full)
	t.JNE(operand.LabelRef(name("part")))
	t.store(c)
	t.JMP(operand.LabelRef(name("end")))
	t.Label(name("addpart"))
	t.addOldC(c, t.vectorMasks())
	t.Label(name("part"))
	t.storePart(c, name)
	t.Label(name("end"))
}

// addOldC adds beta times the old tile to the sums.
func (t *tileGen) addOldC(c []reg.Register, masks []reg.VecVirtual) {
	beta := t.vector()
	t.VBROADCASTSS(t.param("beta"), beta)
	for i, sums := range t.acc {
		for v, s := range sums {
			m := row(c, t.cRow, i).Offset(4 * t.lanes() * v)
			switch {
			case masks != nil:
				old := t.vector()
				t.VMASKMOVPS(m, masks[v], old)
				t.VFMADD231PS(old, beta, s)
			case t.isa == avx512 && v == t.vectors-1:
				old := t.vector()
				t.VMOVUPS_Z(m, t.lastMask, old)
				t.VFMADD231PS(old, beta, s)
			default:
				t.VFMADD231PS(m, beta, s)
			}
		}
	}
}

// store writes whole vectors of sums to C, but for AVX-512's masked last one.
func (t *tileGen) store(c []reg.Register) {
	for i, sums := range t.acc {
		for v, s := range sums {
			m := row(c, t.cRow, i).Offset(4 * t.lanes() * v)
			if t.isa == avx512 && v == t.vectors-1 {
				t.VMOVUPS(s, t.lastMask, m)
			} else {
				t.VMOVUPS(s, m)
			}
		}
	}
}

// storePart writes the first cols columns of an AVX2 tile, as 8 + 4 + 2 + 1 of
// them. What was written leaves the vectors, so that the rest is in front.
func (t *tileGen) storePart(c []reg.Register, name func(string) string) {
	cols := t.load("cols")
	part := func(bit int, store func(s reg.VecVirtual, m operand.Mem), shift func(sums []reg.VecVirtual)) {
		label := operand.LabelRef(name("without") + strconv.Itoa(bit) + "_")
		t.TESTQ(operand.U32(uint32(bit)), cols)
		t.JEQ(label)
		for i, sums := range t.acc {
			store(sums[0], row(c, t.cRow, i))
			shift(sums)
		}
		for _, p := range c {
			t.ADDQ(operand.Imm(uint64(4*bit)), p)
		}
		t.Label(string(label))
	}
	if t.vectors == 2 {
		part(8,
			func(s reg.VecVirtual, m operand.Mem) { t.VMOVUPS(s, m) },
			func(sums []reg.VecVirtual) { t.VMOVAPS(sums[1], sums[0]) })
	}
	part(4,
		func(s reg.VecVirtual, m operand.Mem) { t.VMOVUPS(s.AsX(), m) },
		func(sums []reg.VecVirtual) { t.VEXTRACTF128(operand.Imm(1), sums[0], sums[0].AsX()) })
	part(2,
		func(s reg.VecVirtual, m operand.Mem) { t.VMOVLPS(s.AsX(), m) },
		func(sums []reg.VecVirtual) { t.VPSRLDQ(operand.Imm(8), sums[0].AsX(), sums[0].AsX()) })
	part(1,
		func(s reg.VecVirtual, m operand.Mem) { t.VMOVSS(s.AsX(), m) },
		func([]reg.VecVirtual) {})
}

// vectorMasks loads, for AVX2, masks whose first cols lanes are set.
func (t *tileGen) vectorMasks() []reg.VecVirtual {
	p := t.maskPointer(t.param("cols"))
	masks := make([]reg.VecVirtual, t.vectors)
	for v := range masks {
		masks[v] = t.vector()
		t.VMOVUPS(mem(p, 4*t.lanes()*v), masks[v])
	}
	return masks
}

// loadMask sets, for AVX-512, the bits of the columns that the last vector has.
func (t *tileGen) loadMask() {
	cols := t.Load(t.Param("cols"), reg.RCX)
	t.SUBQ(operand.Imm(uint64((t.vectors-1)*t.lanes())), cols)
	bits := t.GP32()
	t.MOVL(operand.U32(1), bits)
	t.SHLL(reg.CL, bits)
	t.DECL(bits)
	k := t.K()
	t.KMOVW(bits, k)
	t.lastMask = k
}
