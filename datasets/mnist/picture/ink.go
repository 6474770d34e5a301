package picture

import (
	"slices"

	"gonum.org/v1/gonum/mat"
)

const (
	leastContrast = 12   // of 255: less is not ink but what paper and cameras do
	noiseLimit    = 5    // in standard deviations: no noise gets that far
	speck         = 0.04 // of the largest stroke: less is dust
	faint         = 0.1  // of full ink: does not join strokes
)

// ink turns brightness into ink, from 0 (paper) to 1; false means there is
// none. Either may be the darker one.
//
// The paper is found in rounds: its brightness is a smooth surface through what
// is not yet known to be ink, and ink is what stands out from it.
func (p plane) ink() (plane, bool) {
	if len(p.v) == 0 {
		return plane{}, false
	}
	isPaper := make([]bool, len(p.v))
	for i := range isPaper {
		isPaper[i] = true
	}
	out := newPlane(p.width, p.height)
	for round := range 4 {
		terms := 6
		if round == 0 {
			terms = 3 // where a bold digit fills the picture, a bent surface would follow it
		}
		surface := p.surface(isPaper, terms)
		for i, v := range p.v {
			out.v[i] = surface[i] - v
		}
		limit := out.raise() / 4
		if round > 0 {
			limit = min(limit, max(out.noise(isPaper), 4)) // leave out the soft rims of the strokes, too
		}
		for i, v := range out.v {
			isPaper[i] = v < limit
		}
	}
	noise := out.noise(isPaper)
	full, ok := out.contrast(noise)
	if !ok {
		return plane{}, false
	}
	low := min(noise, full/2)
	for i, v := range out.v {
		out.v[i] = min(max((v-low)/(full-low), 0), 1)
	}
	out.removeSpecks()
	return out, true
}

// raise shifts and turns p so that paper, which is what most of the picture's
// edge shows, is around 0 and ink positive. It returns the strongest ink.
func (p plane) raise() (most float32) {
	level := median(p.edge())
	var above, below float32
	for i := range p.v {
		p.v[i] -= level
		above, below = max(above, p.v[i]), max(below, -p.v[i])
	}
	if below > above {
		for i := range p.v {
			p.v[i] = -p.v[i]
		}
	}
	return max(above, below)
}

// noise is how far the paper's noise can reach.
func (p plane) noise(isPaper []bool) float32 {
	var sizes []float32
	for i := 0; i < len(p.v); i += p.stride() {
		if isPaper[i] {
			sizes = append(sizes, max(p.v[i], -p.v[i]))
		}
	}
	return noiseLimit * 1.4826 * median(sizes) // 1.4826: of a normal distribution
}

// contrast is how strong full ink is; false means that nothing stands out.
func (p plane) contrast(noise float32) (full float32, ok bool) {
	var strong []float32
	for _, v := range p.v {
		if v > max(noise, leastContrast) {
			strong = append(strong, v)
		}
	}
	return quantile(strong, 0.75), len(strong) > 0
}

// stride picks enough pixels, all over the plane, to know the paper by.
func (p plane) stride() int { return len(p.v)/(1<<14) + 1 }

func (p plane) edge() []float32 {
	edge := slices.Concat(p.v[:p.width], p.v[len(p.v)-p.width:])
	for y := range p.height {
		edge = append(edge, p.v[y*p.width], p.v[(y+1)*p.width-1])
	}
	return edge
}

func median(s []float32) float32 { return quantile(s, 0.5) }

// quantile sorts s, and is 0 for none.
func quantile(s []float32, share float64) float32 {
	if len(s) == 0 {
		return 0
	}
	slices.Sort(s)
	return s[int(share*float64(len(s)-1))]
}

// surface is the polynomial in x and y that comes nearest to the chosen pixels
// (least squares), at every pixel: a plane with 3 terms, of second degree with 6.
func (p plane) surface(chosen []bool, terms int) []float32 {
	const most = 6
	at := func(i int) [most]float64 {
		x := 2*(float64(i%p.width)+0.5)/float64(p.width) - 1
		y := 2*(float64(i/p.width)+0.5)/float64(p.height) - 1
		return [most]float64{1, x, y, x * x, x * y, y * y}
	}
	squares, right := make([]float64, terms*terms), make([]float64, terms)
	for i := 0; i < len(chosen); i += p.stride() {
		if !chosen[i] {
			continue
		}
		t := at(i)
		for a := range terms {
			for b := range terms {
				squares[a*terms+b] += t[a] * t[b]
			}
			right[a] += t[a] * float64(p.v[i])
		}
	}
	for a := range terms {
		squares[a*terms+a] += 1e-3 // solvable for a single pixel, too
	}
	var c mat.VecDense
	if err := c.SolveVec(mat.NewDense(terms, terms, squares), mat.NewVecDense(terms, right)); err != nil {
		c = *mat.NewVecDense(terms, nil) // ill-conditioned: the lighting stays as it is
	}
	out := make([]float32, len(p.v))
	for i := range out {
		t, sum := at(i), 0.0
		for a := range terms {
			sum += c.AtVec(a) * t[a]
		}
		out[i] = float32(sum)
	}
	return out
}

// removeSpecks erases what hangs together and holds little ink.
func (p plane) removeSpecks() {
	label := make([]int, len(p.v)) // 0: none yet
	var ink []float64              // of each, from label 1 on
	var open []int
	for start, v := range p.v {
		if v <= faint || label[start] != 0 {
			continue
		}
		ink = append(ink, 0)
		label[start] = len(ink)
		for open = append(open, start); len(open) > 0; {
			i := open[len(open)-1]
			open = open[:len(open)-1]
			ink[len(ink)-1] += float64(p.v[i])
			for y := max(i/p.width-1, 0); y <= min(i/p.width+1, p.height-1); y++ {
				for x := max(i%p.width-1, 0); x <= min(i%p.width+1, p.width-1); x++ {
					if j := y*p.width + x; p.v[j] > faint && label[j] == 0 {
						label[j] = len(ink)
						open = append(open, j)
					}
				}
			}
		}
	}
	least := speck * slices.Max(append(ink, 0))
	for i, l := range label {
		if l > 0 && ink[l-1] < least {
			p.v[i] = 0
		}
	}
}
