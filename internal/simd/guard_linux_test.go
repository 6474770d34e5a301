package simd

import (
	"math/rand/v2"
	"syscall"
	"testing"
	"unsafe"
)

// guarded returns n float32 values that end where an unreadable page begins
// (or, if atStart, begin where one ends), so that a stray access is a crash.
func guarded(t *testing.T, n int, atStart bool) []float32 {
	t.Helper()
	page := syscall.Getpagesize()
	size := (4*n + page - 1) / page * page
	mem, err := syscall.Mmap(-1, 0, size+2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Skip("no guarded memory: ", err)
	}
	t.Cleanup(func() { syscall.Munmap(mem) })
	for _, guard := range [][]byte{mem[:page], mem[page+size:]} {
		if err := syscall.Mprotect(guard, syscall.PROT_NONE); err != nil {
			t.Skip("no guarded memory: ", err)
		}
	}
	all := unsafe.Slice((*float32)(unsafe.Pointer(&mem[page])), size/4)
	if atStart {
		return all[:n:n]
	}
	return all[len(all)-n:]
}

func TestGemmStaysWithinItsSlices(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	space := [3][2][]float32{}
	const most = 60
	for i := range space {
		space[i] = [2][]float32{guarded(t, most*most, false), guarded(t, most*most, true)}
	}
	// take returns a rows×cols matrix at the end or the start of its memory.
	take := func(which, side, size int) []float32 {
		s := space[which][side]
		if side == 0 {
			return s[len(s)-size:]
		}
		return s[:size]
	}
	onEveryPath(t, func(t *testing.T) {
		for range 3000 {
			m, n, k := 1+r.IntN(most), 1+r.IntN(most), 1+r.IntN(most)
			tA, tB, side := r.IntN(2) == 0, r.IntN(2) == 0, r.IntN(2)
			lda, ldb := k, n
			if tA {
				lda = m
			}
			if tB {
				ldb = k
			}
			err := Gemm(tA, tB, m, n, k, 1, take(0, side, m*k), lda, take(1, side, k*n), ldb, float32(r.IntN(2)), take(2, side, m*n), n)
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}
