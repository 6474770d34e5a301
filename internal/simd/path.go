package simd

import (
	"fmt"
	"slices"
	"sync/atomic"
)

// path is one family of kernels, all written for the same instruction set.
type path struct {
	name string
}

var portable = &path{name: "portable"}

// paths lists what this build and this processor can run, the fastest first.
var paths = []*path{portable}

var active atomic.Pointer[path]

func init() { active.Store(paths[0]) }

// Path returns the name of the kernels in use: "avx512", "avx2" or "portable".
func Path() string { return active.Load().name }

// SetPath switches every kernel of the package to the named path. It returns
// an error, and changes nothing, if this build or this processor lacks it.
//
// It is meant for tests and benchmarks: calls already running keep the path
// they started with.
func SetPath(name string) error {
	i := slices.IndexFunc(paths, func(p *path) bool { return p.name == name })
	if i < 0 {
		return fmt.Errorf("simd: no kernel path %q here: choose one of %q", name, Paths())
	}
	active.Store(paths[i])
	return nil
}

// Paths returns the names that SetPath accepts here, the fastest first.
func Paths() []string {
	names := make([]string, len(paths))
	for i, p := range paths {
		names[i] = p.name
	}
	return names
}
