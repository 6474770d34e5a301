package main

import (
	"slices"
	"strings"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// vec is a vector of eight values.
type vec = reg.VecVirtual

// elementwise describes a function over slices of one length: it loads a vector
// from each of the slices in `reads`, forms new ones with body, and stores those
// in `writes`, until all elements are done. What is in both is updated in place.
type elementwise struct {
	name          string
	doc           string
	reads, writes []string
	scalars       []string
	body          func(s *source, in map[string]vec) (out map[string]vec)
}

// emitElementwise emits the function: a loop over whole vectors and a masked
// turn for the rest.
func (s *source) emitElementwise(e elementwise) {
	names := append([]string{}, e.writes...)
	for _, r := range e.reads {
		if !slices.Contains(names, r) {
			names = append(names, r)
		}
	}
	params := "n int, " + strings.Join(names, ", ") + " *float32"
	if len(e.scalars) > 0 {
		params += ", " + strings.Join(e.scalars, ", ") + " float32"
	}
	s.function("avx2"+e.name, "func("+params+")", "avx2"+e.name+" "+e.doc)
	n := s.load("n")
	pointers := map[string]reg.Register{}
	for _, name := range names {
		pointers[name] = s.load(name)
	}
	constants := map[string]vec{}
	for _, name := range e.scalars {
		constants[name] = s.YMM()
		s.VBROADCASTSS(s.param(name), constants[name])
	}
	i := s.GP64()
	s.XORQ(i, i)
	at := func(name string) operand.Mem { return operand.Mem{Base: pointers[name], Index: i, Scale: 4} }
	turn := func(load func(name string, v vec), store func(name string, v vec)) {
		in := map[string]vec{}
		for name, c := range constants {
			in[name] = c
		}
		for _, name := range e.reads {
			in[name] = s.YMM()
			load(name, in[name])
		}
		out := e.body(s, in)
		for _, name := range e.writes {
			store(name, out[name])
		}
	}
	s.SUBQ(operand.Imm(8), n)
	s.JLT(operand.LabelRef("tail"))
	s.Label("loop")
	turn(
		func(name string, v vec) { s.VMOVUPS(at(name), v) },
		func(name string, v vec) { s.VMOVUPS(v, at(name)) })
	s.ADDQ(operand.Imm(8), i)
	s.SUBQ(operand.Imm(8), n)
	s.JGE(operand.LabelRef("loop"))
	s.Label("tail")
	s.ADDQ(operand.Imm(8), n)
	s.JEQ(operand.LabelRef("done"))
	mask := s.maskPointer(n)
	turn(
		func(name string, v vec) {
			s.VMOVUPS(mem(mask, 0), v)
			s.VMASKMOVPS(at(name), v, v)
		},
		func(name string, v vec) {
			m := s.YMM()
			s.VMOVUPS(mem(mask, 0), m)
			s.VMASKMOVPS(v, m, at(name))
		})
	s.Label("done")
	s.end()
}

// emitAll emits the functions of one file.
func (s *source) emitAll(list []elementwise) {
	s.declareMasks()
	for _, e := range list {
		s.emitElementwise(e)
	}
}

// The arithmetic of a body. Sums and products stay apart, as in plain Go, so
// that every path gives the same bits.

func (s *source) add(a, b vec) vec { v := s.YMM(); s.VADDPS(b, a, v); return v }
func (s *source) sub(a, b vec) vec { v := s.YMM(); s.VSUBPS(b, a, v); return v }
func (s *source) mul(a, b vec) vec { v := s.YMM(); s.VMULPS(b, a, v); return v }
func (s *source) div(a, b vec) vec { v := s.YMM(); s.VDIVPS(b, a, v); return v }
func (s *source) sqrt(a vec) vec   { v := s.YMM(); s.VSQRTPS(a, v); return v }
func (s *source) and(a, b vec) vec { v := s.YMM(); s.VANDPS(b, a, v); return v }

func (s *source) zeros() vec { v := s.YMM(); s.zero(v); return v }

// Predicates of VCMPPS.
const (
	greater        = 0x1e // a > b; false for NaN
	notLessOrEqual = 0x16 // !(a ≤ b); true for NaN
)

// compare returns all ones in the lanes where the predicate holds.
func (s *source) compare(predicate uint64, a, b vec) vec {
	v := s.YMM()
	s.VCMPPS(operand.Imm(predicate), b, a, v)
	return v
}

// choose returns a where mask is set and b elsewhere.
func (s *source) choose(mask, a, b vec) vec {
	v := s.YMM()
	s.VBLENDVPS(mask, a, b, v)
	return v
}
