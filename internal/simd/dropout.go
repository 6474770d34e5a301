package simd

import "math"

// DropoutFactors sets the factors by which dropout multiplies the units from
// place first on: 0 for a share p of them, 0 ≤ p < 1, and 1/(1-p) for the rest.
//
// A factor depends on the key, the place and p alone. Places count modulo 2³².
func DropoutFactors(factors []float32, key uint64, first int, p float64) {
	limit := uint32(min(math.Round(p*(1<<32)), math.MaxUint32))
	keep := float32(1 / (1 - p))
	key0, key1 := uint32(key), uint32(key>>32)
	if len(factors) > 0 && current() != portable {
		avx2Dropout(len(factors), &factors[0], uint32(first), key0, key1, limit, keep)
		return
	}
	dropoutPortable(factors, uint32(first), key0, key1, limit, keep)
}

// dropoutPortable hashes key and place to 32 bits. The shifts and multipliers
// are those of a mixing function with very low bias, found by search (C.
// Wellons, hash-prospector, 2018 and later).
func dropoutPortable(factors []float32, first, key0, key1, limit uint32, keep float32) {
	for i := range factors {
		h := first + uint32(i) + key0
		h ^= h >> 16
		h *= 0x21f0aaad
		h ^= h >> 15
		h += key1
		h *= 0x735a2d97
		h ^= h >> 15
		factors[i] = 0
		if h >= limit {
			factors[i] = keep
		}
	}
}
