package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// unrollK is how many steps along k one turn of the inner loop takes, if A is
// stored row by row and B comes from a packed panel.
const unrollK = 8

// hiddenChains is how many independent sums keep both multiply-add units busy:
// two units, four cycles of latency.
const hiddenChains = 8

// tiles emits the heart of the matrix product: a function that walks down the
// rows of A and computes, for each group of up to maxRows rows, a tile of C
// as wide as `vectors` vector registers. The sums of a tile stay in registers
// while k advances; every element adds its products in ascending k.
//
// With fetch, the function also fetches memory that will soon be packed into
// the next panel: in each turn of the inner loop the cache line at next, which
// then moves by nextStep bytes; after each tile it starts over nextTile bytes
// further on.
func (s *source) tiles(vectors, maxRows int, fetch bool) {
	t := &tileGen{source: s, vectors: vectors, maxRows: maxRows, fetch: fetch}
	width := vectors * s.lanes()
	name := fmt.Sprintf("%sTiles%d", s.name(), width)
	params := "rows, k int, a *float32, aRow, aCol int, b *float32, bRow int, c *float32, cRow, cols int, alpha, beta float32"
	if fetch {
		params += ", next *float32, nextStep, nextTile int"
	}
	s.function(name, "func("+params+")",
		fmt.Sprintf("%s computes C = alpha·A·B + beta·C for rows rows of A and the %d columns of", name, width),
		"one panel of B; k > 0. Strides are in elements. Only the first cols columns of C",
		"are read and written, and with beta = 0 none is read.")
	t.rows = s.load("rows")
	t.aTile, t.aRow, t.aCol = s.load("a"), s.stride("aRow"), s.stride("aCol")
	t.bRow = s.stride("bRow")
	t.cTile, t.cRow = s.load("c"), s.stride("cRow")
	if s.isa == avx512 {
		t.loadMask()
	}

	// Which tile comes next depends on the rows left.
	s.Label("next")
	enough := maxRows + t.minHeight() // rows for a full tile and another one
	s.CMPQ(t.rows, operand.Imm(uint64(enough)))
	s.JGE(operand.LabelRef(rowsLabel(maxRows)))
	for rows := enough - 1; rows >= 1; rows-- {
		s.CMPQ(t.rows, operand.Imm(uint64(rows)))
		s.JEQ(operand.LabelRef(rowsLabel(t.height(rows))))
	}
	s.end()
	for h := maxRows; h >= 1; h-- {
		t.tile(h)
	}
}

func rowsLabel(height int) string { return fmt.Sprintf("rows%d", height) }

type tileGen struct {
	*source
	vectors, maxRows int
	fetch            bool

	rows              reg.Register
	aTile, aRow, aCol reg.Register
	bRow              reg.Register
	cTile, cRow       reg.Register
	lastMask          reg.Register       // AVX-512: which columns of the last vector exist
	acc               [][]reg.VecVirtual // [row][vector]: the sums
}

// minHeight is the lowest tile that keeps the multiply-add units busy.
func (t *tileGen) minHeight() int { return (hiddenChains + t.vectors - 1) / t.vectors }

// height returns how many rows the next tile takes when rows are left. A last
// tile too low to hide the latency of its sums is avoided by halving.
func (t *tileGen) height(rows int) int {
	switch {
	case rows <= t.maxRows:
		return rows
	case rows < t.maxRows+t.minHeight():
		return (rows + 1) / 2
	}
	return t.maxRows
}

// down moves a pointer by height rows.
func (t *tileGen) down(p, stride reg.Register, height int) {
	d := t.GP64()
	t.IMUL3Q(operand.Imm(uint64(height)), stride, d)
	t.ADDQ(d, p)
}

// row addresses row i of a matrix given its pointers to rows 0, 3, 6, …
func row(bases []reg.Register, stride reg.Register, i int) operand.Mem {
	m := operand.Mem{Base: bases[i/3]}
	if i%3 > 0 {
		m.Index, m.Scale = stride, uint8(i%3)
	}
	return m
}

// bases returns registers that point at rows 0, 3, 6, … of height rows.
func (s *source) bases(start, stride reg.Register, height int) []reg.Register {
	var rs []reg.Register
	for i := 0; i < height; i += 3 {
		r := s.GP64()
		if i == 0 {
			s.MOVQ(start, r)
		} else {
			s.LEAQ(operand.Mem{Base: rs[len(rs)-1], Index: stride, Scale: 2}, r)
			s.ADDQ(stride, r)
		}
		rs = append(rs, r)
	}
	return rs
}

// tile emits the code for one tile of the given height.
func (t *tileGen) tile(height int) {
	name := func(s string) string { return fmt.Sprintf("%s%d", s, height) }
	t.Label(rowsLabel(height))

	t.acc = make([][]reg.VecVirtual, height)
	for i := range t.acc {
		for range t.vectors {
			v := t.vector()
			t.zero(v)
			t.acc[i] = append(t.acc[i], v)
		}
	}
	t.Comment("Fetch the tile of C while the sums are formed.")
	c := t.bases(t.cTile, t.cRow, height)
	for i := range height {
		for v := 0; v < t.vectors*t.lanes(); v += 16 {
			t.PREFETCHT0(row(c, t.cRow, i).Offset(4 * v))
		}
	}

	a := t.bases(t.aTile, t.aRow, height)
	b := t.load("b")
	count := t.load("k")
	var next, nextStep reg.Register
	if t.fetch {
		next, nextStep = t.load("next"), t.load("nextStep")
	}
	t.CMPQ(t.aCol, operand.Imm(4))
	t.JNE(operand.LabelRef(name("single")))
	t.CMPQ(t.bRow, operand.U32(uint32(t.panelRow())))
	t.JNE(operand.LabelRef(name("single")))
	t.SUBQ(operand.Imm(unrollK), count)
	t.JLT(operand.LabelRef(name("tail")))
	t.Label(name("loop"))
	if t.fetch {
		t.PREFETCHT1(mem(next, 0))
		t.ADDQ(nextStep, next)
	}
	for k := range unrollK {
		t.step(a, b, 4*k, t.panelRow()*k)
	}
	for _, p := range a {
		t.ADDQ(operand.Imm(4*unrollK), p)
	}
	t.ADDQ(operand.U32(uint32(t.panelRow()*unrollK)), b)
	t.SUBQ(operand.Imm(unrollK), count)
	t.JGE(operand.LabelRef(name("loop")))
	t.Label(name("tail"))
	t.ADDQ(operand.Imm(unrollK), count)
	t.JEQ(operand.LabelRef(name("write")))
	t.Label(name("single"))
	t.step(a, b, 0, 0)
	for _, p := range a {
		t.ADDQ(t.aCol, p)
	}
	t.ADDQ(t.bRow, b)
	t.DECQ(count)
	t.JNE(operand.LabelRef(name("single")))

	t.Label(name("write"))
	t.write(height, name)

	if t.fetch {
		start := t.load("next")
		t.ADDQ(t.param("nextTile"), start)
		t.MOVQ(start, t.param("next"))
	}
	t.down(t.aTile, t.aRow, height)
	t.down(t.cTile, t.cRow, height)
	t.SUBQ(operand.Imm(uint64(height)), t.rows)
	t.JMP(operand.LabelRef("next"))
}

// panelRow is the distance in bytes between two rows of a packed panel.
func (t *tileGen) panelRow() int {
	if t.isa == avx512 {
		return 4 * 48
	}
	return 4 * 16
}

// step emits one step along k, aDisp bytes past the pointers to A and bDisp
// bytes past the one to B: every sum takes one product.
func (t *tileGen) step(a []reg.Register, b reg.Register, aDisp, bDisp int) {
	bv := make([]reg.VecVirtual, t.vectors)
	for v := range bv {
		bv[v] = t.vector()
		t.VMOVUPS(mem(b, bDisp+4*t.lanes()*v), bv[v])
	}
	for i := range t.acc {
		av := t.vector()
		t.VBROADCASTSS(row(a, t.aRow, i).Offset(aDisp), av)
		for v := range bv {
			t.VFMADD231PS(bv[v], av, t.acc[i][v])
		}
	}
}
