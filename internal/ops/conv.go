package ops

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"perceptron/internal/simd"
)

// Conv is the geometry of a two-dimensional convolution; see simd.Conv.
type Conv = simd.Conv

// Conv2d slides square kernels over pictures (what signal processing calls a
// correlation). Rows of x are flat pictures, In × Height × Width; w is Out ×
// In/Groups × Kernel × Kernel, b is Out long, or nil. Rows of the result are Out ×
// OutHeight × OutWidth.
func Conv2d(x, w, b *G.Node, c Conv) (*G.Node, error) {
	if min(c.In, c.Out, c.Height, c.Width, c.Kernel, c.Stride, c.Dilation, c.Groups) < 1 || c.Padding < 0 || c.In%c.Groups+c.Out%c.Groups != 0 {
		return nil, fmt.Errorf("ops: Conv2d: %d to %d channels of %d×%d, kernel %d, stride %d, padding %d, dilation %d, groups %d: sizes must be positive, and groups divide channels",
			c.In, c.Out, c.Height, c.Width, c.Kernel, c.Stride, c.Padding, c.Dilation, c.Groups)
	}
	if c.OutHeight() < 1 || c.OutWidth() < 1 {
		return nil, fmt.Errorf("ops: Conv2d: a kernel of %d does not fit into %d×%d", c.Kernel, c.Height, c.Width)
	}
	if _, cols, err := matrix("Conv2d", "x", x); err != nil || cols != c.In*c.Height*c.Width {
		return nil, fmt.Errorf("ops: Conv2d: x has shape %v: wanted rows × %d", x.Shape(), c.In*c.Height*c.Width)
	}
	if want := (tensor.Shape{c.Out, c.In / c.Groups, c.Kernel, c.Kernel}); !w.Shape().Eq(want) {
		return nil, fmt.Errorf("ops: Conv2d: weight has shape %v: wanted %v", w.Shape(), want)
	}
	if b != nil {
		if err := sized("Conv2d", "bias", b, c.Out); err != nil {
			return nil, err
		}
	}
	return dispatch(x,
		func() (*G.Node, error) { return conv2d[float32](x, w, b, c) },
		func() (*G.Node, error) { return conv2d[float64](x, w, b, c) })
}

func conv2d[T Float](x, w, b *G.Node, c Conv) (*G.Node, error) {
	rows, positions := x.Shape()[0], c.OutHeight()*c.OutWidth()
	k := convKernelsFor[T](c)
	grad := func(_, dy *G.Node) (G.Nodes, error) {
		dx, err := apply("Conv2d/dx", x.Shape(), func(dx []T, v [][]T) error {
			k.inputGrad(rows, dx, v[0], v[1])
			return nil
		}, nil, dy, w)
		if err != nil {
			return nil, err
		}
		dw, err := apply("Conv2d/dw", w.Shape(), func(dw []T, v [][]T) error {
			k.weightGrad(rows, dw, v[0], v[1])
			return nil
		}, nil, x, dy)
		if err != nil || b == nil {
			return G.Nodes{dx, dw}, err
		}
		sums := make([]float64, c.Out)
		channels := kernelsFor[T](c.Out*positions, positions)
		db, err := apply("Conv2d/db", b.Shape(), func(db []T, v [][]T) error {
			channels.sums(sums, v[0])
			return narrow(db, sums)
		}, nil, dy)
		return G.Nodes{dx, dw, db}, err
	}
	inputs := G.Nodes{x, w}
	if b != nil {
		inputs = append(inputs, b)
	}
	return apply("Conv2d", tensor.Shape{rows, c.Out * positions}, func(y []T, v [][]T) error {
		var bias []T
		if b != nil {
			bias = v[2]
		}
		k.forward(rows, y, v[0], v[1], bias)
		return nil
	}, grad, inputs...)
}

// convKernels are the three computations of a convolution of n pictures.
type convKernels[T Float] struct {
	forward    func(n int, y, x, w, b []T)
	inputGrad  func(n int, dx, dy, w []T)
	weightGrad func(n int, dw, x, dy []T)
}

// convKernelsFor takes the vectorised kernels for float32, each with scratch
// memory of its own.
func convKernelsFor[T Float](c Conv) convKernels[T] {
	forward, inputGrad, weightGrad := c, c, c
	return convKernels[T]{
		forward: pick(forward.Forward, func(n int, y, x, w, b []T) {
			area := c.OutHeight() * c.OutWidth()
			for i := range y {
				if y[i] = 0; b != nil {
					y[i] = b[i/area%c.Out]
				}
			}
			eachProduct(c, n, func(y1, x1, w1 int) { y[y1] += x[x1] * w[w1] })
		}),
		inputGrad: pick(inputGrad.InputGrad, func(n int, dx, dy, w []T) {
			clear(dx)
			eachProduct(c, n, func(y1, x1, w1 int) { dx[x1] += dy[y1] * w[w1] })
		}),
		weightGrad: pick(weightGrad.WeightGrad, func(n int, dw, x, dy []T) {
			clear(dw)
			eachProduct(c, n, func(y1, x1, w1 int) { dw[w1] += dy[y1] * x[x1] })
		}),
	}
}

// eachProduct visits every product that a convolution of n pictures is made of,
// by the places of the result, the input and the weight in it.
func eachProduct(c Conv, n int, visit func(y, x, w int)) {
	in, out, height, width := c.In/c.Groups, c.Out/c.Groups, c.OutHeight(), c.OutWidth()
	for y := range n * c.Out * height * width {
		col, row, o, picture := y%width, y/width%height, y/width/height%c.Out, y/width/height/c.Out
		for w := range in * c.Kernel * c.Kernel {
			kx, ky, i := w%c.Kernel, w/c.Kernel%c.Kernel, w/c.Kernel/c.Kernel
			h, v := col*c.Stride+kx*c.Dilation-c.Padding, row*c.Stride+ky*c.Dilation-c.Padding
			if h < 0 || h >= c.Width || v < 0 || v >= c.Height {
				continue
			}
			channel := o/out*in + i
			visit(y, ((picture*c.In+channel)*c.Height+v)*c.Width+h, o*in*c.Kernel*c.Kernel+w)
		}
	}
}
