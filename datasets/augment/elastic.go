package augment

import "math"

// field is a displacement of pixels that varies smoothly over the picture.
// Random displacements on a coarse grid are joined by a cubic B-spline, which
// looks like smoothing a random displacement of every pixel with a Gaussian,
// and costs a tenth of it.
type field struct {
	spacing int          // pixels from one grid point to the next
	cols    int          // of the grid
	limit   float64      // of the displacement of a grid point
	weights [][4]float32 // of the four grid points around a pixel, by how far it is past the second

	x, y         []float32 // of the grid points, to the side and down
	lineX, lineY []float32 // at the grid's columns, for one row of pixels
}

func newField(height, width, spacing int, sd float64) *field {
	points := func(pixels int) int { return (pixels-1)/spacing + 4 }
	f := &field{spacing: spacing, cols: points(width), weights: make([][4]float32, spacing)}
	f.x, f.y = make([]float32, points(height)*f.cols), make([]float32, points(height)*f.cols)
	f.lineX, f.lineY = make([]float32, f.cols), make([]float32, f.cols)
	share := 0.0 // of a grid point's variance that joining along one axis leaves, on average
	for i := range f.weights {
		for k, w := range bspline(float64(i) / float64(spacing)) {
			f.weights[i][k] = float32(w)
			share += w * w / float64(spacing)
		}
	}
	f.limit = sd * math.Sqrt(3) / share // an even draw from ±limit has deviation limit/√3
	return f
}

// bspline is the weight of the four points around a place that lies t, from 0
// to 1, between the second and the third of them.
func bspline(t float64) [4]float64 {
	return [4]float64{
		(1 - t) * (1 - t) * (1 - t) / 6,
		(3*t*t*t - 6*t*t + 4) / 6,
		(-3*t*t*t + 3*t*t + 3*t + 1) / 6,
		t * t * t / 6,
	}
}

// draw draws the displacements of the grid points.
func (f *field) draw(uniform func(limit float64) float64) {
	for i := range f.x {
		f.x[i], f.y[i] = float32(uniform(f.limit)), float32(uniform(f.limit))
	}
}

// row gives the displacements of the pixels in row y.
func (f *field) row(y int, dx, dy []float32) {
	w, first := &f.weights[y%f.spacing], y/f.spacing*f.cols
	f.join(f.lineX, f.x[first:], w)
	f.join(f.lineY, f.y[first:], w)
	for cell := 0; cell*f.spacing < len(dx); cell++ {
		a, b := [4]float32(f.lineX[cell:]), [4]float32(f.lineY[cell:])
		for x := cell * f.spacing; x < min((cell+1)*f.spacing, len(dx)); x++ {
			w := &f.weights[x-cell*f.spacing]
			dx[x] = w[0]*a[0] + w[1]*a[1] + w[2]*a[2] + w[3]*a[3]
			dy[x] = w[0]*b[0] + w[1]*b[1] + w[2]*b[2] + w[3]*b[3]
		}
	}
}

// join weighs four rows of grid points.
func (f *field) join(line, points []float32, w *[4]float32) {
	for c := range line {
		line[c] = w[0]*points[c] + w[1]*points[c+f.cols] + w[2]*points[c+2*f.cols] + w[3]*points[c+3*f.cols]
	}
}
