package plots_test

import (
	"image"
	"testing"

	"perceptron/plots"
)

func TestDecisionShowsTheFunction(t *testing.T) {
	// P rises from 0 to 1 with x1 alone, so that the bands are upright stripes
	// and the line is in the middle of the map.
	d := plots.Decision{
		Points:      [][2]float64{{0, 0}, {1, 1}},
		Classes:     []int{0, 1},
		Probability: each(func(x, _ float64) float64 { return (x + 0.5) / 2 }),
	}
	img := drawn(t, d)
	first, last := find(img, 0x44, 0x01, 0x54), find(img, 0xFD, 0xE7, 0x25) // colours of P < 0.1 and P ≥ 0.9
	left, right := first.Min.X, endOf(img, last)
	y := first.Min.Y + 10 // near the top, where no point lies
	width := right - left
	for i := range 10 {
		want := [][3]uint8{{0x44, 0x01, 0x54}, {0x48, 0x28, 0x78}, {0x3E, 0x4A, 0x89}, {0x31, 0x68, 0x8E}, {0x26, 0x82, 0x8E},
			{0x1F, 0x9E, 0x89}, {0x35, 0xB7, 0x79}, {0x6D, 0xCD, 0x59}, {0xB4, 0xDE, 0x2C}, {0xFD, 0xE7, 0x25}}[i]
		x := left + width*(2*i+1)/20
		if !is(img, x, y, want[0], want[1], want[2]) {
			t.Errorf("P = %.2f is drawn as %v, want %v", float64(i)/10+0.05, img.At(x, y), want)
		}
	}
	for dx, want := range map[int]uint8{0: 0, 3: 0xFF, -3: 0xFF} { // black line, white casing
		if x := left + width/2 + dx; !is(img, x, y, want, want, want) {
			t.Errorf("%d pixels from the middle the line is %v, want grey %d", dx, img.At(x, y), want)
		}
	}
	// Points at a quarter and three quarters of either axis.
	height := first.Dy()
	if x, y := left+width/4, first.Max.Y-height/4; !is(img, x, y, 0xFF, 0xFF, 0xFF) {
		t.Errorf("no white circle at (0, 0) but %v", img.At(x, y))
	}
	if x, y := left+width*3/4, first.Min.Y+height/4; !is(img, x, y, 0xD5, 0x5E, 0x00) {
		t.Errorf("no vermillion triangle at (1, 1) but %v", img.At(x, y))
	}
}

// endOf returns where the map's last band ends: last holds the colour bar too.
func endOf(img image.Image, last image.Rectangle) int {
	y := last.Max.Y - 10
	x := last.Min.X
	for is(img, x, y, 0xFD, 0xE7, 0x25) {
		x++
	}
	return x
}

func TestDecisionIsUpright(t *testing.T) {
	d := plots.Decision{
		Points: [][2]float64{{0, 0}, {1, 1}}, Classes: []int{0, 1},
		Probability: each(func(_, y float64) float64 { return (y + 0.5) / 2 }),
	}
	img := drawn(t, d).(*image.RGBA).SubImage(image.Rect(0, 0, 780, 876)) // without the colour bar
	low, high := find(img, 0x44, 0x01, 0x54), find(img, 0xFD, 0xE7, 0x25)
	if low.Empty() || high.Empty() || low.Min.Y < high.Max.Y {
		t.Errorf("P = 0 at %v, P = 1 at %v: want x2 to rise upwards", low, high)
	}
}

func TestDecisionAsksOnce(t *testing.T) {
	calls := 0
	d := xor()
	inner := d.Probability
	d.Probability = func(points [][2]float64) ([]float64, error) {
		calls++
		for _, p := range points {
			if p[0] < -0.5 || p[0] > 1.5 || p[1] < -0.5 || p[1] > 1.5 {
				t.Fatalf("asked for %v, outside the map", p)
			}
		}
		return inner(points)
	}
	drawn(t, d)
	if calls != 1 {
		t.Errorf("Probability was called %d times, want once", calls)
	}
}
