package models

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"perceptron/internal/ops"
)

// poolLayer is MaxPool2d or AvgPool2d.
type poolLayer struct {
	window
	mean bool
}

// MaxPool2d takes the largest number of each window of each channel of a picture.
// Windows are kernel × kernel, side by side unless Stride says otherwise.
func MaxPool2d(kernel int, options ...WindowOption) Layer { return newPool(kernel, false, options) }

// AvgPool2d takes the mean of each window of each channel of a picture, as
// MaxPool2d does the largest number. It knows no Dilation.
func AvgPool2d(kernel int, options ...WindowOption) Layer { return newPool(kernel, true, options) }

func newPool(kernel int, mean bool, options []WindowOption) Layer {
	l := poolLayer{window{kernel, kernel, 0, 1}, mean}
	for _, o := range options {
		if o == nil {
			return nilOption(l)
		}
		o(&l.window)
	}
	return l
}

func (l poolLayer) Kind() Kind {
	return Kind{Name: kindName(l), Layer: func(a *Args) (Layer, error) {
		a.Want(1)
		return newPool(a.Int(0), l.mean, readWindow(a)), nil
	}}
}

func (l poolLayer) Stem() string { return "pool" }

func (l poolLayer) String() string {
	name := "MaxPool2d"
	if l.mean {
		name = "AvgPool2d"
	}
	return fmt.Sprintf("%s(%d%s)", name, l.kernel, l.options(l.kernel))
}

func (l poolLayer) Check() error {
	if l.mean && l.dilation != 1 {
		return fmt.Errorf("%v: it knows no dilation", l)
	}
	if 2*l.padding > l.kernel {
		return fmt.Errorf("%v: padding must be at most half the kernel", l)
	}
	return l.window.check(l)
}

func (l poolLayer) Shape(in []int) ([]int, error) {
	if err := wantPicture(in); err != nil {
		return nil, err
	}
	return l.over(in, in[0])
}

// wantPicture is the error of a layer for pictures of any number of channels.
func wantPicture(in []int) error {
	if len(in) != 3 {
		return fmt.Errorf("it takes rows of channels × height × width, but gets rows of shape %v: put Unflatten(channels, height, width) before it", in)
	}
	return nil
}

func (l poolLayer) Parameters([]int) []Param { return nil }

func (l poolLayer) Forward(c *Context, x *G.Node) (*G.Node, error) {
	pool := ops.Pool{Channels: c.In[0], Height: c.In[1], Width: c.In[2], Kernel: l.kernel, Stride: l.stride, Padding: l.padding, Dilate: l.dilation}
	if l.mean {
		return ops.AvgPool2d(x, pool)
	}
	return ops.MaxPool2d(x, pool)
}

func (l poolLayer) ONNX(o *ONNX, x string) (string, error) {
	if l.mean {
		return o.Node("AveragePool", "", []string{x}, append(l.onnx(), ONNXInt("count_include_pad", 1))...), nil
	}
	return o.Node("MaxPool", "", []string{x}, append(l.onnx(), ONNXInts("dilations", l.dilation, l.dilation))...), nil
}

type globalPoolLayer struct{}

// GlobalAvgPool2d takes the mean of each channel of a picture: what comes out is
// channels × 1 × 1 (Lin et al. 2014), and Flatten makes features of it.
func GlobalAvgPool2d() Layer { return globalPoolLayer{} }

func (l globalPoolLayer) Kind() Kind {
	return Kind{Name: "GlobalAvgPool2d", Layer: func(a *Args) (Layer, error) {
		a.Want(0)
		return l, nil
	}}
}

func (l globalPoolLayer) Stem() string             { return "pool" }
func (l globalPoolLayer) String() string           { return "GlobalAvgPool2d()" }
func (l globalPoolLayer) Parameters([]int) []Param { return nil }

func (l globalPoolLayer) Shape(in []int) ([]int, error) {
	if err := wantPicture(in); err != nil {
		return nil, err
	}
	return []int{in[0], 1, 1}, nil
}

func (l globalPoolLayer) Forward(c *Context, x *G.Node) (*G.Node, error) {
	return ops.GlobalAvgPool2d(x, c.In[0])
}

func (l globalPoolLayer) ONNX(o *ONNX, x string) (string, error) {
	return o.Node("GlobalAveragePool", "", []string{x}), nil
}

type channelDropoutLayer struct{ p float64 }

// Dropout2d lets a share p of the channels of each picture rest in each training
// step and scales the others by 1/(1−p); it does nothing when the model predicts
// (Tompson et al. 2015).
func Dropout2d(p float64) Layer { return channelDropoutLayer{p} }

func (l channelDropoutLayer) Kind() Kind {
	return Kind{Name: "Dropout2d", Layer: func(a *Args) (Layer, error) {
		a.Want(1)
		return Dropout2d(a.Float(0)), nil
	}}
}

func (l channelDropoutLayer) Stem() string                  { return "dropout" }
func (l channelDropoutLayer) String() string                { return describe("Dropout2d", l.p) }
func (l channelDropoutLayer) Check() error                  { return Dropout(l.p).(noiseLayer).Check() }
func (l channelDropoutLayer) Shape(in []int) ([]int, error) { return in, wantPicture(in) }
func (l channelDropoutLayer) Parameters([]int) []Param      { return nil }

func (l channelDropoutLayer) Forward(c *Context, x *G.Node) (*G.Node, error) {
	if !c.Training || l.p == 0 {
		return x, nil
	}
	return ops.Dropout2d(x, l.p, c.In[0], c.noise(), c.Name)
}

func (l channelDropoutLayer) ONNX(_ *ONNX, x string) (string, error) { return x, nil }
