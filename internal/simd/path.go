package simd

import (
	"fmt"
	"slices"
	"sync/atomic"
)

// path is one family of kernels, all written for the same instruction set.
type path int32

const (
	portable path = iota
	avx2          // and FMA
	avx512        // F, VL, DQ and BW: for matrix products; the rest as avx2
)

func (p path) String() string { return [...]string{"portable", "avx2", "avx512"}[p] }

// paths lists what this build and this processor can run, the fastest first.
var paths = available()

// active is the path in use.
var active atomic.Int32

func init() { active.Store(int32(paths[0])) }

func current() path { return path(active.Load()) }

// Path returns the name of the kernels in use: "avx512", "avx2" or "portable".
func Path() string { return current().String() }

// SetPath switches every kernel of the package to the named path. It returns
// an error, and changes nothing, if this build or this processor lacks it.
//
// It is meant for tests and benchmarks: calls already running keep the path
// they started with.
func SetPath(name string) error {
	i := slices.Index(Paths(), name)
	if i < 0 {
		return fmt.Errorf("simd: no kernel path %q here: choose one of %q", name, Paths())
	}
	active.Store(int32(paths[i]))
	return nil
}

// Paths returns the names that SetPath accepts here, the fastest first.
func Paths() []string {
	names := make([]string, len(paths))
	for i, p := range paths {
		names[i] = p.String()
	}
	return names
}
