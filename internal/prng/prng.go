// Package prng derives independent random streams from one seed.
//
// A program has a single seed, yet many things in it are random: the split,
// the initial weights of each layer, the order of each epoch's batches, the
// dropout masks. If they all drew from one generator, a layer more would
// change the split. Here each use has a stream of its own, named by a purpose
// and numbered by an index:
//
//	rng := prng.New(seed, "split", 0)
//	rng = prng.New(seed, "shuffle", uint64(epoch))
//
// A stream depends on its three inputs and on nothing else: not on the order
// in which streams are made, not on the goroutine, the machine or the clock.
// So epoch 7 can be shuffled without shuffling epochs 0–6 before it.
package prng

import (
	"hash/fnv"
	"math/bits"
	"math/rand/v2"
)

// New returns the stream numbered index of the given purpose: always the same
// one for the same three values. It is not safe for concurrent use; goroutines
// take a stream each.
func New(seed uint64, purpose string, index uint64) *rand.Rand {
	return rand.New(rand.NewPCG(State(seed, purpose, index)))
}

// State returns the two words with which [New] seeds its PCG generator. A
// caller that needs streams in a hot path keeps one rand.PCG and re-seeds it
// with these, which allocates nothing.
func State(seed uint64, purpose string, index uint64) (hi, lo uint64) {
	h := fnv.New64a()
	h.Write([]byte(purpose)) // never fails
	// Mixing between the additions keeps (seed 1, index 2) and (seed 2,
	// index 1) apart, as it does neighbouring seeds.
	hi = mix(mix(mix(seed)+h.Sum64()) + index)
	return hi, mix(hi)
}

// mix is the output function of SplitMix64 (Steele, Lea, Flood: "Fast
// Splittable Pseudorandom Number Generators", 2014): a bijection under which a
// change of one input bit changes about half of the output bits.
func mix(z uint64) uint64 {
	z += 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Shuffle permutes s in place, each order equally likely (Fisher and Yates).
// It draws whole words from the source and nothing else, so that the order
// for a given state never changes, whatever the Go release. s may have any
// length; the source is advanced by len(s)-1 draws.
func Shuffle[T any](source rand.Source, s []T) {
	for i := len(s) - 1; i > 0; i-- {
		// The high word of the product is uniform on 0…i up to a bias of
		// i/2⁶⁴, far below what any experiment can see.
		j, _ := bits.Mul64(source.Uint64(), uint64(i+1))
		s[i], s[j] = s[j], s[i]
	}
}
