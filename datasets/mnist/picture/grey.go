package picture

import (
	"image"
	"image/draw"
)

// plane is a picture of one number a pixel, row by row.
type plane struct {
	width, height int
	v             []float32
}

func newPlane(width, height int) plane {
	return plane{width, height, make([]float32, width*height)}
}

// longestSide bounds the pictures that are worked on.
const longestSide = 512

// greyOf gives the brightness of each pixel, from 0 (black) to 255, averaged
// over squares that leave no side longer than longestSide.
func greyOf(img image.Image) plane {
	bounds := img.Bounds()
	square := (max(bounds.Dx(), bounds.Dy()) + longestSide - 1) / longestSide
	if square == 0 {
		return plane{}
	}
	p := newPlane((bounds.Dx()+square-1)/square, (bounds.Dy()+square-1)/square)
	through := make([]float32, len(p.v)) // how transparent
	count := make([]float32, len(p.v))
	line := image.NewRGBA(image.Rect(0, 0, bounds.Dx(), 1))
	var light, opaque float32
	for y := range bounds.Dy() {
		draw.Draw(line, line.Rect, img, image.Pt(bounds.Min.X, bounds.Min.Y+y), draw.Src)
		for x := range bounds.Dx() {
			c := line.Pix[4*x : 4*x+4 : 4*x+4]
			i := y/square*p.width + x/square
			p.v[i] += 0.299*float32(c[0]) + 0.587*float32(c[1]) + 0.114*float32(c[2])
			through[i] += 255 - float32(c[3])
			count[i]++
		}
	}
	for i := range p.v {
		p.v[i] /= count[i]
		through[i] /= count[i]
		light += p.v[i]
		opaque += 255 - through[i]
	}
	// What shows through is paper: white under a dark digit, black under a
	// light one.
	if light < opaque/2 {
		for i := range p.v {
			p.v[i] += through[i]
		}
	}
	return p
}

// turned undoes how a camera was held: the number is Exif's, from 1 (upright)
// to 8.
func (p plane) turned(orientation int) plane {
	if orientation < 2 || orientation > 8 {
		return p
	}
	t := newPlane(p.width, p.height)
	if orientation >= 5 { // on its side
		t = newPlane(p.height, p.width)
	}
	right, bottom := p.width-1, p.height-1
	for y := range t.height {
		for x := range t.width {
			from := [...][2]int{2: {right - x, y}, 3: {right - x, bottom - y}, 4: {x, bottom - y},
				5: {y, x}, 6: {y, bottom - x}, 7: {right - y, bottom - x}, 8: {right - y, x}}[orientation]
			t.v[y*t.width+x] = p.v[from[1]*p.width+from[0]]
		}
	}
	return t
}
