//go:build !noasm

package simd

import "golang.org/x/sys/cpu"

// available lists the paths that this processor can run, the fastest first.
func available() []path {
	x := cpu.X86
	switch {
	case !x.HasAVX2 || !x.HasFMA:
		return []path{portable}
	case !x.HasAVX512F || !x.HasAVX512VL || !x.HasAVX512DQ || !x.HasAVX512BW:
		return []path{avx2, portable}
	}
	return []path{avx512, avx2, portable}
}
