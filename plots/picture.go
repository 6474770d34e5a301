package plots

import (
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"math"

	"perceptron/internal/atomicfile"
)

// A Picture can be drawn: every picture of this package is one.
type Picture interface {
	// Draw checks the numbers and draws them. Drawing the same numbers again
	// gives the same pixels.
	Draw() (image.Image, error)
}

// Save draws p and writes it to path as a PNG. A run that is killed
// meanwhile leaves the old file or the new one; if p cannot be drawn, no file
// is touched. The folder of path must exist.
func Save(path string, p Picture) error {
	img, err := drawn(p)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return atomicfile.Write(path, func(w io.Writer) error { return png.Encode(w, img) })
}

// WritePNG draws p and writes it to w as a PNG.
func WritePNG(w io.Writer, p Picture) error {
	img, err := drawn(p)
	if err != nil {
		return err
	}
	return png.Encode(w, img)
}

func drawn(p Picture) (image.Image, error) {
	if p == nil {
		return nil, errors.New("no picture to draw: give one, such as Loss")
	}
	return p.Draw()
}

// largest is the size up to which numbers can be drawn: their squares, and the
// width of an axis that holds them, are still far from overflowing.
const largest = 1e100

// checkFinite returns an error that names the first of values that cannot be
// drawn, counting from first; what and item say what the values are and what
// one of them belongs to.
func checkFinite(what, item string, first int, values []float64) error {
	for i, v := range values {
		if math.IsNaN(v) || math.Abs(v) > largest {
			return fmt.Errorf("%s of %s %d is %g: only finite numbers up to %g can be drawn", what, item, first+i, v, largest)
		}
	}
	return nil
}

// checkClasses returns an error that names the first class outside 0 to classes-1.
func checkClasses(what, item string, values []int, classes int) error {
	for i, v := range values {
		if v < 0 || v >= classes {
			return fmt.Errorf("%s of %s %d is %d: classes here are 0 to %d", what, item, i, v, classes-1)
		}
	}
	return nil
}
