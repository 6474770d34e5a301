//go:build !race

package training

import (
	"math"
	"runtime"
	"testing"
)

// TestStepAllocations bounds what a step leaves to the garbage collector. Nearly
// all of it is Gorgonia's: its machine starts a goroutine with two channels and
// boxes a few numbers for each instruction.
func TestStepAllocations(t *testing.T) {
	for _, n := range networks {
		testStepAllocations(t, n, 0)
	}
	for _, n := range networks[:5] { // three passes in place of one
		n.name, n.allocs = n.name+" adversarial", 2*n.allocs
		testStepAllocations(t, n, 0.1)
	}
}

func testStepAllocations(t *testing.T, n network, eps float64) {
	t.Run(n.name, func(t *testing.T) {
		trainer, batch := n.trainer(t), n.data(n.batch)
		trainer.Adversarial = eps
		if _, err := trainer.Step(batch); err != nil { // builds the graph
			t.Fatal(err)
		}
		step := func() {
			if _, err := trainer.Step(batch); err != nil {
				t.Fatal(err)
			}
		}
		if got := testing.AllocsPerRun(5, step); got > float64(n.allocs) {
			t.Errorf("a step allocates %v times, at most %d are allowed", got, n.allocs)
		}
		if got := bytesOf(step); got > 16<<10 {
			t.Errorf("a step allocates %d bytes, at most 16 KB are allowed", got)
		}
	})
}

// bytesOf is what f allocates: the least of a few runs, since a garbage
// collection takes pooled buffers away, and the next run makes them anew.
func bytesOf(f func()) uint64 {
	least := uint64(math.MaxUint64)
	for range 4 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		least = min(least, after.TotalAlloc-before.TotalAlloc)
	}
	return least
}
