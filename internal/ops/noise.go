package ops

import (
	"fmt"
	"math"

	G "gorgonia.org/gorgonia"

	"perceptron/internal/simd"
)

// Noise is what the random operations of one model share: where their numbers
// come from. A number depends on the seed, the step, the layer and its place in
// the batch alone, so a resumed run draws what an uninterrupted one would.
type Noise struct {
	Seed uint64
	Step uint64 // moved on by whoever trains, once a step

	// Masks, when set, supplies a dropout layer's mask instead: 1 where a unit
	// stays, 0 where it rests. It is for replaying another library's run.
	Masks func(layer string, mask []float32) error
}

// at gives 64 random bits for a place in a layer at the present step.
func (n *Noise) key(layer string) uint64 {
	h := uint64(14695981039346656037) // FNV-1a
	for i := range len(layer) {
		h = (h ^ uint64(layer[i])) * 1099511628211
	}
	return mix(mix(mix(n.Seed)^h) ^ n.Step)
}

// mix is SplitMix64's finaliser (Steele, Lea and Flood 2014).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Dropout sets a share p of the elements to 0 and scales the others by 1/(1−p)
// (Srivastava et al. 2014). Each run draws a mask for the noise's present step;
// layer keeps two dropouts apart.
func Dropout(x *G.Node, p float64, noise *Noise, layer string) (*G.Node, error) {
	if !(p >= 0 && p < 1) {
		return nil, fmt.Errorf("ops: Dropout: share %v: wanted 0 ≤ p < 1", p)
	}
	return dispatch(x,
		func() (*G.Node, error) { return dropout[float32](x, p, x.Shape()[1], noise, layer) },
		func() (*G.Node, error) { return dropout[float64](x, p, x.Shape()[1], noise, layer) })
}

// Dropout2d is Dropout of whole channels: a row's columns are channels ×
// positions.
func Dropout2d(x *G.Node, p float64, channels int, noise *Noise, layer string) (*G.Node, error) {
	_, cols, err := matrix("Dropout2d", "x", x)
	if err != nil {
		return nil, err
	}
	if !(p >= 0 && p < 1) || channels < 1 || cols%channels != 0 {
		return nil, fmt.Errorf("ops: Dropout2d: share %v of %d channels of %d columns: wanted 0 ≤ p < 1, and columns that divide into channels", p, channels, cols)
	}
	return dispatch(x,
		func() (*G.Node, error) { return dropout[float32](x, p, channels, noise, layer) },
		func() (*G.Node, error) { return dropout[float64](x, p, channels, noise, layer) })
}

// dropout rests units, of which a row has so many, each of some columns side by
// side.
func dropout[T Float](x *G.Node, p float64, units int, noise *Noise, layer string) (*G.Node, error) {
	factors := make([]T, x.Shape()[0]*units) // 0 or 1/(1−p)
	positions := x.Shape()[1] / units
	drawn, same := any(factors).([]float32)
	if !same {
		drawn = make([]float32, len(factors))
	}
	draw := func() error {
		if noise.Masks != nil {
			if err := noise.Masks(layer, drawn); err != nil {
				return err
			}
			for i, m := range drawn {
				drawn[i] = m / float32(1-p)
			}
		} else {
			simd.DropoutFactors(drawn, noise.key(layer), 0, p)
		}
		if !same {
			for i, f := range drawn {
				factors[i] = T(f)
			}
		}
		return nil
	}
	multiply := pick(simd.Multiply, func(z, x, y []T) {
		for i := range z {
			z[i] = x[i] * y[i]
		}
	})
	times := func(y []T, v [][]T) error {
		if positions == 1 {
			multiply(y, v[0], factors)
			return nil
		}
		for i, f := range factors {
			for j := i * positions; j < (i+1)*positions; j++ {
				y[j] = v[0][j] * f
			}
		}
		return nil
	}
	run := func(y []T, v [][]T) error {
		if err := draw(); err != nil {
			return err
		}
		return times(y, v)
	}
	return apply("Dropout", x.Shape(), run, func(y, dy *G.Node) (G.Nodes, error) {
		dx, err := apply("Dropout/dx", x.Shape(), times, nil, dy, y) // y: only for the order
		return G.Nodes{dx}, err
	}, x)
}

// GaussianNoise adds to every element a normal number of the given standard
// deviation, drawn anew for each step of the noise.
func GaussianNoise(x *G.Node, sd float64, noise *Noise, layer string) (*G.Node, error) {
	if !(sd >= 0) || math.IsInf(sd, 0) {
		return nil, fmt.Errorf("ops: GaussianNoise: standard deviation %v: wanted 0 or more", sd)
	}
	return dispatch(x,
		func() (*G.Node, error) { return gaussianNoise[float32](x, sd, noise, layer) },
		func() (*G.Node, error) { return gaussianNoise[float64](x, sd, noise, layer) })
}

func gaussianNoise[T Float](x *G.Node, sd float64, noise *Noise, layer string) (*G.Node, error) {
	return apply("GaussianNoise", x.Shape(), func(y []T, v [][]T) error {
		key := noise.key(layer)
		for i, x := range v[0] {
			y[i] = x + T(sd*normal(mix(key+uint64(i))))
		}
		return nil
	}, func(_, dy *G.Node) (G.Nodes, error) { return G.Nodes{dy}, nil }, x)
}

// normal turns 64 random bits into a standard normal number (Box and Muller 1958).
func normal(bits uint64) float64 {
	u := (float64(bits>>32) + 0.5) / (1 << 32)
	v := float64(uint32(bits)) / (1 << 32)
	return math.Sqrt(-2*math.Log(u)) * math.Cos(2*math.Pi*v)
}
