package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
)

// peakChains independent sums are more than enough to hide the latency.
const peakChains = 12

// peak emits a loop of independent multiply-adds that touch no memory. It
// measures what the processor can do at best.
func (s *source) peak() {
	name := s.name() + "Peak"
	s.function(name, "func(turns int)",
		fmt.Sprintf("%s does turns × %d independent vector multiply-adds.", name, peakChains))
	turns := s.load("turns")
	one := s.vector()
	s.zero(one)
	sums := make([]operand.Op, peakChains)
	for i := range sums {
		v := s.vector()
		s.zero(v)
		sums[i] = v
	}
	s.Label("loop")
	for _, v := range sums {
		s.VFMADD231PS(one, one, v)
	}
	s.DECQ(turns)
	s.JNE(operand.LabelRef("loop"))
	s.end()
}
