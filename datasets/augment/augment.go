package augment

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"perceptron/datasets"
	"perceptron/internal/prng"
)

// Options say how far pictures may be changed. Each number is drawn anew for
// each picture and epoch, evenly from −limit to +limit; a limit of 0 leaves
// that change out.
type Options struct {
	Height, Width int // of a picture, in pixels; features are its rows, one after the other

	Shift  float64 // pixels, to the side and up or down, each by itself
	Rotate float64 // degrees
	Scale  float64 // share of the width and of the height, each by itself; below 1
	Slant  float64 // pixels to the side for each pixel up, like italics

	// Elastic is the standard deviation, in pixels, of a displacement that
	// varies smoothly over the picture: elastic distortion (Simard, Steinkraus
	// and Platt 2003). Spacing is how many pixels it is smooth over: the
	// distance between random displacements that a cubic B-spline joins; 7
	// if it is 0, about the same as Simard's Gaussian of 4 pixels.
	Elastic float64
	Spacing int

	Background float32 // what lies outside the picture
	Seed       uint64
}

// New returns a function that changes every picture of a batch in place: a
// Transform for datasets.LoaderOptions or training.Options. Features are those of
// the data set, Height × Width of them; rows of another length are left as they
// are. The function keeps room to work in, so it serves one loader; make one for
// each.
//
// Errors: a limit that is out of range, features that are not one for each pixel.
func New(features int, o Options) (func(datasets.Batch), error) {
	if o.Spacing == 0 {
		o.Spacing = 7
	}
	for _, check := range []struct {
		ok         bool
		name, want string
		got        any
	}{
		{o.Height >= 1 && o.Width >= 1 && o.Height <= maxSide && o.Width <= maxSide, "size", "1 to 4096 pixels a side", [2]int{o.Height, o.Width}},
		{o.Shift >= 0 && o.Shift <= maxSide, "Shift", "0 or more pixels", o.Shift},
		{o.Rotate >= 0 && o.Rotate <= 180, "Rotate", "0 to 180 degrees", o.Rotate},
		{o.Scale >= 0 && o.Scale < 1, "Scale", "at least 0 and below 1", o.Scale},
		{o.Slant >= 0 && o.Slant <= 10, "Slant", "0 to 10", o.Slant},
		{o.Elastic >= 0 && o.Elastic <= maxSide, "Elastic", "0 or more pixels", o.Elastic},
		{o.Spacing >= 1 && o.Spacing <= maxSide, "Spacing", "1 or more pixels", o.Spacing},
		{!math.IsNaN(float64(o.Background)) && !math.IsInf(float64(o.Background), 0), "Background", "a finite number", o.Background},
	} {
		if !check.ok {
			return nil, fmt.Errorf("augment: %s is %v: wanted %s", check.name, check.got, check.want)
		}
	}
	if features != o.Height*o.Width {
		return nil, fmt.Errorf("augment: the data have %d features, a picture of %d×%d has %d pixels: give the size of their pictures", features, o.Height, o.Width, o.Height*o.Width)
	}
	return newChanger(o).batch, nil
}

// maxSide bounds a picture's height and width, so that a pixel's place can be
// held in a float32 to a fraction of a pixel.
const maxSide = 4096

// changer is New's function with its room to work in.
type changer struct {
	Options
	source  []float32 // the picture with a frame of background one pixel wide
	inked   box       // the part of source that is not background
	elastic *field    // nil without
	dx, dy  []float32 // its displacements of one row of pixels; else zeros
	random  rand.PCG
}

// box is a part of source: from (left, top) to (right, bottom), not included.
type box struct{ left, top, right, bottom int }

func newChanger(o Options) *changer {
	c := &changer{
		Options: o, source: make([]float32, (o.Height+2)*(o.Width+2)),
		dx: make([]float32, o.Width), dy: make([]float32, o.Width),
	}
	for i := range c.source {
		c.source[i] = o.Background
	}
	if o.Elastic > 0 {
		c.elastic = newField(o.Height, o.Width, o.Spacing, o.Elastic)
	}
	return c
}

func (c *changer) batch(b datasets.Batch) {
	size := c.Height * c.Width
	if b.X == nil || b.X.Dtype() != tensor.Float32 || !b.X.Shape().Eq(tensor.Shape{len(b.Rows), size}) {
		return // no pictures of this data set
	}
	x := b.X.Float32s()
	for i, row := range b.Rows {
		c.random.Seed(prng.State(c.Seed, "datasets.augment", uint64(b.Epoch)<<32^uint64(row)))
		c.picture(x[i*size : (i+1)*size])
	}
}

// uniform draws a number from −limit to limit.
func (c *changer) uniform(limit float64) float64 {
	return limit * (float64(c.random.Uint64()>>11)/(1<<52) - 1)
}

// affine maps a place in the changed picture, relative to the middle, to the
// place that its colour comes from: x = xx·x + xy·y + x0, and so for y.
type affine struct{ xx, xy, x0, yx, yy, y0 float32 }

// draw draws a map: slant, then stretch, then turn, then shift.
func (c *changer) draw() affine {
	sin, cos := math.Sincos(c.uniform(c.Rotate) * math.Pi / 180)
	wide, high, slant := 1+c.uniform(c.Scale), 1+c.uniform(c.Scale), c.uniform(c.Slant)
	return affine{
		xx: float32(cos * wide), xy: float32(cos*wide*slant - sin*high), x0: float32(c.uniform(c.Shift)),
		yx: float32(sin * wide), yy: float32(sin*wide*slant + cos*high), y0: float32(c.uniform(c.Shift)),
	}
}

// picture changes one picture in place.
func (c *changer) picture(p []float32) {
	c.keep(p)
	m := c.draw()
	if c.elastic != nil {
		c.elastic.draw(c.uniform)
	}
	middleX, middleY := float32(c.Width-1)/2, float32(c.Height-1)/2
	for y := range c.Height {
		if c.elastic != nil {
			c.elastic.row(y, c.dx, c.dy)
		}
		// Places in source are one more than in the picture, for the frame.
		fromX, fromY := -middleX, float32(y)-middleY
		c.sample(p[y*c.Width:(y+1)*c.Width],
			m.xx*fromX+m.xy*fromY+m.x0+middleX+1, m.xx,
			m.yx*fromX+m.yy*fromY+m.y0+middleY+1, m.yx)
	}
}

// keep copies a picture to source and finds the ink in it.
func (c *changer) keep(p []float32) {
	c.inked = box{left: c.Width + 1}
	for y := range c.Height {
		row := p[y*c.Width : (y+1)*c.Width]
		copy(c.source[(y+1)*(c.Width+2)+1:], row)
		first, last := 0, len(row)-1
		for first <= last && row[first] == c.Background {
			first++
		}
		if first > last {
			continue
		}
		for row[last] == c.Background {
			last--
		}
		if c.inked.bottom == 0 {
			c.inked.top = y + 1
		}
		c.inked.bottom = y + 2
		c.inked.left, c.inked.right = min(c.inked.left, first+1), max(c.inked.right, last+2)
	}
}

// sample gives a row of pixels their colours. The first comes from (x, y) in
// source, the others from places one step further each, all displaced by dx
// and dy.
func (c *changer) sample(out []float32, x, stepX, y, stepY float32) {
	// Only within a pixel of the ink is there anything but background. Most of
	// a picture of a digit is farther away.
	left, right := float32(c.inked.left-1), float32(c.inked.right)
	top, bottom := float32(c.inked.top-1), float32(c.inked.bottom)
	stride, dx, dy := c.Width+2, c.dx[:len(out)], c.dy[:len(out)]
	for i := range out {
		at, down := x+float32(i)*stepX+dx[i], y+float32(i)*stepY+dy[i]
		if !(at >= left && at < right && down >= top && down < bottom) {
			out[i] = c.Background
			continue
		}
		column, row := int(at), int(down)
		at -= float32(column)
		down -= float32(row)
		upper := c.source[row*stride+column:]
		lower := upper[stride:]
		a := upper[0] + at*(upper[1]-upper[0])
		b := lower[0] + at*(lower[1]-lower[0])
		out[i] = a + down*(b-a)
	}
}
