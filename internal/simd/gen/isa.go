package main

import (
	"math"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// isa is an instruction set that kernels are generated for.
type isa int

const (
	avx2 isa = iota // with FMA
	avx512
)

func (i isa) name() string { return [...]string{"avx2", "avx512"}[i] }

// lanes is how many float32 values a vector register holds.
func (i isa) lanes() int { return [...]int{8, 16}[i] }

// source is one file of assembly in the making.
type source struct {
	*build.Context
	isa
	maskTable operand.Mem
	tables    map[string]operand.Mem
}

// function starts a function; doc is its comment.
func (s *source) function(name, signature string, doc ...string) {
	s.Function(name)
	s.Attributes(attr.NOSPLIT)
	s.Pragma("noescape")
	s.Doc(doc...)
	s.SignatureExpr(signature)
}

// vector returns a fresh vector register.
func (s *source) vector() reg.VecVirtual {
	if s.isa == avx512 {
		return s.ZMM()
	}
	return s.YMM()
}

// zero clears a vector register.
func (s *source) zero(v reg.VecVirtual) { s.VXORPS(v, v, v) }

// param addresses a parameter of the function on the stack.
func (s *source) param(name string) operand.Mem {
	b, err := s.Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return b.Addr
}

// load copies a parameter into a fresh register.
func (s *source) load(name string) reg.Register {
	return s.Load(s.Param(name), s.GP64())
}

// stride loads a distance given in elements and turns it into bytes.
func (s *source) stride(name string) reg.Register {
	r := s.load(name)
	s.SHLQ(operand.Imm(2), r)
	return r
}

// jumpIfZero jumps if a float32 parameter is 0 or -0.
func (s *source) jumpIfZero(param, label string) {
	bits := s.GP32()
	s.MOVL(s.param(param), bits)
	s.SHLL(operand.Imm(1), bits) // drops the sign
	s.JEQ(operand.LabelRef(label))
}

// end closes a function that used vector registers.
func (s *source) end() {
	s.VZEROUPPER()
	s.RET()
}

// maskLanes is the widest run of lanes that the mask table serves.
const maskLanes = 16

// declareMasks adds the table behind maskPointer to the file: maskLanes times
// all ones, then as many zeros.
func (s *source) declareMasks() {
	words := make([]uint32, 2*maskLanes)
	for i := range maskLanes {
		words[i] = ^uint32(0)
	}
	s.maskTable = s.table("masks", words)
}

// table adds a read-only table to the file, once, and returns its address.
func (s *source) table(name string, words []uint32) operand.Mem {
	if m, ok := s.tables[name]; ok {
		return m
	}
	m := s.StaticGlobal(name)
	s.DataAttributes(attr.RODATA | attr.NOPTR)
	for i, w := range words {
		s.AddDatum(4*i, operand.U32(w))
	}
	if s.tables == nil {
		s.tables = map[string]operand.Mem{}
	}
	s.tables[name] = m
	return m
}

// constant returns a vector of one value in all lanes.
func (s *source) constant(name string, value float32) vec {
	return s.broadcast(s.table(name, []uint32{math.Float32bits(value)}))
}

// maskPointer returns the address of a lane mask whose first n lanes are set,
// 0 ≤ n ≤ maskLanes.
func (s *source) maskPointer(n operand.Op) reg.Register {
	skip, p := s.GP64(), s.GP64()
	s.MOVQ(operand.U32(maskLanes), skip)
	s.SUBQ(n, skip)
	s.LEAQ(s.maskTable, p)
	s.LEAQ(operand.Mem{Base: p, Index: skip, Scale: 4}, p)
	return p
}

// mem addresses disp bytes past base.
func mem(base reg.Register, disp int) operand.Mem {
	return operand.Mem{Base: base, Disp: disp}
}
