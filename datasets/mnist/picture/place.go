package picture

import "math"

const (
	side = 28  // of MNIST's field
	box  = 20  // of the box in it that a digit fills
	edge = 0.2 // ink from which on a pixel belongs to the digit's outline
)

// place crops ink, scales it into the box and centres it by mass in a field of
// 28×28, from 0 to 255.
func (p plane) place() []float32 {
	left, top, right, bottom := p.outline()
	width, height := right-left, bottom-top
	longer := float64(max(width, height))
	digit := newPlane(fraction(float64(width)/longer), fraction(float64(height)/longer))
	stepX, stepY := float64(width)/float64(digit.width), float64(height)/float64(digit.height)
	var mass, massX, massY float64
	var peak float32
	for y := range digit.height {
		for x := range digit.width {
			centreX, centreY := float64(left)+(float64(x)+0.5)*stepX, float64(top)+(float64(y)+0.5)*stepY
			v := p.average(centreX, centreY, max(stepX, 1), max(stepY, 1))
			digit.v[y*digit.width+x] = float32(v)
			mass += v
			massX += v * (float64(x) + 0.5)
			massY += v * (float64(y) + 0.5)
			peak = max(peak, float32(v))
		}
	}
	field := make([]float32, side*side)
	toX, toY := offset(massX/mass, digit.width), offset(massY/mass, digit.height)
	for i, v := range digit.v {
		x, y := toX+i%digit.width, toY+i/digit.width
		field[y*side+x] = float32(math.Round(float64(255 * v / peak))) // a thin line is still ink
	}
	return field
}

// fraction is a share of the box in whole pixels.
func fraction(share float64) int { return max(1, int(math.Round(box*share))) }

// offset puts a centre of mass where the data set has it: in the middle of
// pixel 14, counted from 0.
func offset(centre float64, length int) int {
	return min(max(int(math.Round(side/2+0.5-centre)), 0), side-length)
}

// outline is the smallest rectangle with all pixels of ink; right and bottom are
// outside. Without any it is the whole plane.
func (p plane) outline() (left, top, right, bottom int) {
	left, top = p.width, p.height
	for i, v := range p.v {
		if v > edge {
			x, y := i%p.width, i/p.width
			left, right = min(left, x), max(right, x+1)
			top, bottom = min(top, y), max(bottom, y+1)
		}
	}
	if left >= right {
		return 0, 0, p.width, p.height
	}
	return left, top, right, bottom
}

// average is the mean over a rectangle, given by centre and size; outside the
// plane there is paper. A rectangle of 1×1 interpolates between pixels.
func (p plane) average(centreX, centreY, width, height float64) float64 {
	x0, x1, y0, y1 := centreX-width/2, centreX+width/2, centreY-height/2, centreY+height/2
	sum := 0.0
	for y := max(int(math.Floor(y0)), 0); y < min(int(math.Ceil(y1)), p.height); y++ {
		rowShare := math.Min(y1, float64(y+1)) - math.Max(y0, float64(y))
		for x := max(int(math.Floor(x0)), 0); x < min(int(math.Ceil(x1)), p.width); x++ {
			sum += float64(p.v[y*p.width+x]) * rowShare * (math.Min(x1, float64(x+1)) - math.Max(x0, float64(x)))
		}
	}
	return sum / (width * height)
}
