package ops

import (
	"fmt"
	"math"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Pool is the geometry of a pooling layer: square windows over each channel of a
// picture. Padding is at most half the window.
type Pool struct {
	Channels, Height, Width         int
	Kernel, Stride, Padding, Dilate int
}

// OutHeight is the height of a result; below 1 if the window does not fit.
func (p Pool) OutHeight() int { return p.along(p.Height) }

// OutWidth is the width of a result; below 1 if the window does not fit.
func (p Pool) OutWidth() int { return p.along(p.Width) }

func (p Pool) along(size int) int {
	room := size + 2*p.Padding - p.Dilate*(p.Kernel-1) - 1
	if room < 0 {
		return 0
	}
	return room/p.Stride + 1
}

func (p Pool) check(op string, x *G.Node) error {
	if min(p.Channels, p.Height, p.Width, p.Kernel, p.Stride, p.Dilate) < 1 || p.Padding < 0 || 2*p.Padding > p.Kernel {
		return fmt.Errorf("ops: %s: window %d, stride %d, padding %d, dilation %d over %d×%d×%d: sizes must be positive, and padding at most half the window",
			op, p.Kernel, p.Stride, p.Padding, p.Dilate, p.Channels, p.Height, p.Width)
	}
	if p.OutHeight() < 1 || p.OutWidth() < 1 {
		return fmt.Errorf("ops: %s: a window of %d does not fit into %d×%d", op, p.Kernel, p.Height, p.Width)
	}
	if _, cols, err := matrix(op, "x", x); err != nil || cols != p.Channels*p.Height*p.Width {
		return fmt.Errorf("ops: %s: x has shape %v: wanted rows × %d", op, x.Shape(), p.Channels*p.Height*p.Width)
	}
	return nil
}

// window gives what is inside the picture of the window of a place of a plane of
// the result: rows from top to below bottom, columns from left to below right.
func (p Pool) window(row, col int) (top, bottom, left, right int) {
	clip := func(at, size int) (from, to int) {
		from = at*p.Stride - p.Padding
		to = min(from+p.Dilate*(p.Kernel-1)+1, size)
		for from < 0 {
			from += p.Dilate
		}
		return from, to
	}
	top, bottom = clip(row, p.Height)
	left, right = clip(col, p.Width)
	return
}

// MaxPool2d takes the largest number of each window; what is outside the picture
// does not count. The gradient goes to the first of equal ones, as in PyTorch.
func MaxPool2d(x *G.Node, p Pool) (*G.Node, error) {
	if err := p.check("MaxPool2d", x); err != nil {
		return nil, err
	}
	return dispatch(x,
		func() (*G.Node, error) { return maxPool2d[float32](x, p) },
		func() (*G.Node, error) { return maxPool2d[float64](x, p) })
}

func maxPool2d[T Float](x *G.Node, p Pool) (*G.Node, error) {
	rows, height, width, plane := x.Shape()[0], p.OutHeight(), p.OutWidth(), p.Height*p.Width
	places := make([]int32, rows*p.Channels*height*width) // of the largest, within its plane
	pairs := p.Kernel == 2 && p.Stride == 2 && p.Padding == 0 && p.Dilate == 1
	return apply("MaxPool2d", tensor.Shape{rows, p.Channels * height * width}, func(y []T, v [][]T) error {
		to := 0
		for from := 0; from < len(v[0]); from += plane {
			x := v[0][from : from+plane]
			for row := range height {
				y, places := y[to:to+width], places[to:to+width]
				to += width
				if pairs {
					maxOfPairs(y, places, x, 2*row*p.Width, p.Width)
					continue
				}
				for col := range y {
					top, bottom, left, right := p.window(row, col)
					best, place := T(math.Inf(-1)), min(top*p.Width+left, plane-1) // a dilated window may see nothing
					for i := top; i < bottom; i += p.Dilate {
						for j := left; j < right; j += p.Dilate {
							if x := x[i*p.Width+j]; x > best || x != x {
								best, place = x, i*p.Width+j
							}
						}
					}
					y[col], places[col] = best, int32(place)
				}
			}
		}
		return nil
	}, func(y, dy *G.Node) (G.Nodes, error) {
		dx, err := apply("MaxPool2d/dx", x.Shape(), func(dx []T, v [][]T) error {
			clear(dx)
			from := 0
			for at := 0; at < len(dx); at += plane {
				dx := dx[at : at+plane]
				for i, place := range places[from : from+height*width] {
					dx[place] += v[0][from+i]
				}
				from += height * width
			}
			return nil
		}, nil, dy, y) // y: only for the order, places come from there
		return G.Nodes{dx}, err
	}, x)
}

// maxOfPairs is a row of windows of 2×2 side by side, whose first number is x[at].
func maxOfPairs[T Float](y []T, places []int32, x []T, at, width int) {
	upper, lower := x[at:][:2*len(y)], x[at+width:][:2*len(y)]
	for col := range y {
		j := 2 * col
		best, place := upper[j], at+j
		if v := upper[j+1]; v > best || v != v {
			best, place = v, at+j+1
		}
		if v := lower[j]; v > best || v != v {
			best, place = v, at+width+j
		}
		if v := lower[j+1]; v > best || v != v {
			best, place = v, at+width+j+1
		}
		y[col], places[col] = best, int32(place)
	}
}

// AvgPool2d takes the mean of each window; what is outside the picture counts as
// zeros, as PyTorch's count_include_pad says.
func AvgPool2d(x *G.Node, p Pool) (*G.Node, error) {
	if p.Dilate != 1 {
		return nil, fmt.Errorf("ops: AvgPool2d: dilation %d: wanted 1", p.Dilate)
	}
	if err := p.check("AvgPool2d", x); err != nil {
		return nil, err
	}
	return dispatch(x,
		func() (*G.Node, error) { return avgPool2d[float32](x, p) },
		func() (*G.Node, error) { return avgPool2d[float64](x, p) })
}

func avgPool2d[T Float](x *G.Node, p Pool) (*G.Node, error) {
	rows, height, width, plane := x.Shape()[0], p.OutHeight(), p.OutWidth(), p.Height*p.Width
	count := T(p.Kernel * p.Kernel)
	// each visits the windows: their place in the result, and that of each of
	// their rows, from a column to below another.
	each := func(visit func(y, from, to int)) {
		for i := range rows * p.Channels * height * width {
			at := i / width / height * plane
			top, bottom, left, right := p.window(i/width%height, i%width)
			for row := top; row < bottom; row++ {
				visit(i, at+row*p.Width+left, at+row*p.Width+right)
			}
		}
	}
	return apply("AvgPool2d", tensor.Shape{rows, p.Channels * height * width}, func(y []T, v [][]T) error {
		clear(y)
		each(func(i, from, to int) {
			for _, x := range v[0][from:to] {
				y[i] += x
			}
		})
		for i := range y {
			y[i] /= count
		}
		return nil
	}, func(_, dy *G.Node) (G.Nodes, error) {
		dx, err := apply("AvgPool2d/dx", x.Shape(), func(dx []T, v [][]T) error {
			clear(dx)
			each(func(i, from, to int) {
				d := v[0][i] / count
				for j := from; j < to; j++ {
					dx[j] += d
				}
			})
			return nil
		}, nil, dy)
		return G.Nodes{dx}, err
	}, x)
}

// GlobalAvgPool2d takes the mean of each channel; a row's columns are channels ×
// positions.
func GlobalAvgPool2d(x *G.Node, channels int) (*G.Node, error) {
	_, cols, err := matrix("GlobalAvgPool2d", "x", x)
	if err != nil {
		return nil, err
	}
	if channels < 1 || cols%channels != 0 {
		return nil, fmt.Errorf("ops: GlobalAvgPool2d: %d columns do not divide into %d channels", cols, channels)
	}
	return dispatch(x,
		func() (*G.Node, error) { return globalAvgPool2d[float32](x, channels) },
		func() (*G.Node, error) { return globalAvgPool2d[float64](x, channels) })
}

func globalAvgPool2d[T Float](x *G.Node, channels int) (*G.Node, error) {
	rows, positions := x.Shape()[0], x.Shape()[1]/channels
	return apply("GlobalAvgPool2d", tensor.Shape{rows, channels}, func(y []T, v [][]T) error {
		for i := range y {
			y[i] = 0
			for _, x := range v[0][i*positions : (i+1)*positions] {
				y[i] += x
			}
			y[i] /= T(positions)
		}
		return nil
	}, func(_, dy *G.Node) (G.Nodes, error) {
		dx, err := apply("GlobalAvgPool2d/dx", x.Shape(), func(dx []T, v [][]T) error {
			for i := range dx {
				dx[i] = v[0][i/positions] / T(positions)
			}
			return nil
		}, nil, dy)
		return G.Nodes{dx}, err
	}, x)
}
