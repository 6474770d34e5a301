package prng_test

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"testing"

	"perceptron/internal/prng"
)

func ExampleNew() {
	rng := prng.New(1, "split", 0)
	fmt.Println(rng.Perm(8))
	// Output: [1 5 7 0 4 3 2 6]
}

func TestSameInputsSameStream(t *testing.T) {
	a, b := prng.New(7, "dropout", 3), prng.New(7, "dropout", 3)
	for i := range 100 {
		if x, y := a.Uint64(), b.Uint64(); x != y {
			t.Fatalf("draw %d: %d and %d", i, x, y)
		}
	}
}

func TestEveryInputMatters(t *testing.T) {
	seen := map[[2]uint64]string{}
	for seed := range uint64(20) {
		for _, purpose := range []string{"", "a", "b", "ab", "split", "shuffle"} {
			for index := range uint64(20) {
				name := fmt.Sprintf("(%d, %q, %d)", seed, purpose, index)
				hi, lo := prng.State(seed, purpose, index)
				if other, ok := seen[[2]uint64{hi, lo}]; ok {
					t.Errorf("%s and %s share a stream", name, other)
				}
				seen[[2]uint64{hi, lo}] = name
			}
		}
	}
}

// Streams of neighbouring seeds and indices must not resemble one another:
// the share of equal bits in their draws is that of independent coin flips.
func TestNeighboursAreUnrelated(t *testing.T) {
	base := prng.New(1, "shuffle", 1)
	neighbours := []*rand.Rand{
		prng.New(2, "shuffle", 1), prng.New(0, "shuffle", 1),
		prng.New(1, "shuffle", 2), prng.New(1, "shuffle", 0), prng.New(1, "shufflf", 1),
	}
	const draws = 4096
	differing := make([]int, len(neighbours))
	for range draws {
		x := base.Uint64()
		for i, n := range neighbours {
			differing[i] += bits.OnesCount64(x ^ n.Uint64())
		}
	}
	for i, n := range differing {
		// 64·4096 fair flips have a standard deviation of 0.1%: allow five.
		if share := float64(n) / (64 * draws); share < 0.495 || share > 0.505 {
			t.Errorf("neighbour %d differs in a share %.4f of the bits, want 0.5", i, share)
		}
	}
}

func TestStateAllocatesNothing(t *testing.T) {
	pcg := rand.NewPCG(0, 0)
	epoch := uint64(0)
	if n := testing.AllocsPerRun(100, func() {
		pcg.Seed(prng.State(1, "shuffle", epoch))
		epoch++
	}); n != 0 {
		t.Errorf("re-seeding allocates %v times", n)
	}
}

// Over many shuffles each value must come to lie at each place equally often.
func TestShuffleIsUniform(t *testing.T) {
	const n, rounds = 5, 20000
	var at [n][n]int
	rng := prng.New(1, "test", 0)
	for range rounds {
		s := [n]int{0, 1, 2, 3, 4}
		prng.Shuffle(rng, s[:])
		for place, value := range s {
			at[value][place]++
		}
	}
	for value := range at {
		for place, count := range at[value] {
			// 4000 expected, standard deviation 57: allow five of them.
			if count < 3715 || count > 4285 {
				t.Errorf("value %d lies at place %d %d times of %d, want about 4000", value, place, count, rounds)
			}
		}
	}
}

func TestShuffleOfNothing(t *testing.T) {
	prng.Shuffle(prng.New(1, "test", 0), []int(nil))
	one := []int{7}
	prng.Shuffle(prng.New(1, "test", 0), one)
	if one[0] != 7 {
		t.Errorf("one element became %d", one[0])
	}
}
