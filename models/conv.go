package models

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"perceptron/internal/ops"
)

// window is what convolution and pooling slide over a picture.
type window struct{ kernel, stride, padding, dilation int }

// WindowOption changes a Conv2d, MaxPool2d or AvgPool2d layer.
type WindowOption func(*window)

// Stride is how far apart windows lie; 1 without it in Conv2d, and the window's
// size in pooling.
func Stride(n int) WindowOption { return func(w *window) { w.stride = n } }

// Padding is how many rows and columns are added on each side of a picture; none
// without it. They are zeros, but for MaxPool2d, which overlooks them.
func Padding(n int) WindowOption { return func(w *window) { w.padding = n } }

// Dilation is how far apart the positions of one window lie; 1 without it.
func Dilation(n int) WindowOption { return func(w *window) { w.dilation = n } }

// options gives those that differ from the usual ones.
func (w window) options(stride int) string {
	text := ""
	if w.stride != stride {
		text += fmt.Sprintf(", Stride(%d)", w.stride)
	}
	if w.padding != 0 {
		text += fmt.Sprintf(", Padding(%d)", w.padding)
	}
	if w.dilation != 1 {
		text += fmt.Sprintf(", Dilation(%d)", w.dilation)
	}
	return text
}

func readWindow(a *Args) (options []WindowOption) {
	for _, o := range []struct {
		name string
		make func(int) WindowOption
	}{{"Stride", Stride}, {"Padding", Padding}, {"Dilation", Dilation}} {
		if a.Has(o.name) {
			options = append(options, o.make(a.OptionInt(o.name)))
		}
	}
	return options
}

func (w window) check(l Layer) error {
	const largest = 1 << 15
	if min(w.kernel, w.stride, w.dilation) < 1 || w.padding < 0 || max(w.kernel, w.stride, w.dilation, w.padding) > largest {
		return fmt.Errorf("%v: kernel, stride and dilation must be from 1 to %d, padding from 0", l, largest)
	}
	return nil
}

// along is the number of windows along a side.
func (w window) along(size int) int {
	return (size+2*w.padding-w.dilation*(w.kernel-1)-1)/w.stride + 1
}

// over gives the shape of a result of so many channels for pictures.
func (w window) over(in []int, channels int) ([]int, error) {
	reach := w.dilation*(w.kernel-1) + 1
	for i, side := range []string{"height", "width"} {
		if in[i+1]+2*w.padding < reach {
			return nil, fmt.Errorf("its kernel covers %d positions, but the %s is %d with padding of %d on both sides: use a smaller kernel or more padding", reach, side, in[i+1], w.padding)
		}
	}
	return []int{channels, w.along(in[1]), w.along(in[2])}, nil
}

func (w window) onnx() []ONNXAttribute {
	return []ONNXAttribute{ONNXInts("kernel_shape", w.kernel, w.kernel), ONNXInts("strides", w.stride, w.stride),
		ONNXInts("pads", w.padding, w.padding, w.padding, w.padding)}
}

type convLayer struct {
	window
	in, out, groups int
	bias            bool
}

// ConvOption changes a Conv2d layer: a WindowOption, Groups or NoBias.
type ConvOption interface{ changeConv(*convLayer) (ok bool) }

type groups int

// Groups cuts the channels into groups that are convolved by themselves; 1
// without it.
func Groups(n int) ConvOption { return groups(n) }

func (g groups) changeConv(l *convLayer) bool {
	l.groups = int(g)
	return true
}

func (o WindowOption) changeConv(l *convLayer) bool {
	if o != nil {
		o(&l.window)
	}
	return o != nil
}

func (o LinearOption) changeConv(l *convLayer) bool {
	if o != nil {
		linear := linearLayer{bias: l.bias}
		o(&linear)
		l.bias = linear.bias
	}
	return o != nil
}

// Conv2d slides square kernels over pictures, rows of in channels × height ×
// width, and gives pictures of out channels (LeCun et al. 1998). Put Unflatten
// before the first one. Its parameters are weight (out × in/groups × kernel ×
// kernel) and bias (out).
func Conv2d(in, out, kernel int, options ...ConvOption) Layer {
	l := convLayer{window{kernel, 1, 0, 1}, in, out, 1, true}
	for _, o := range options {
		if o == nil || !o.changeConv(&l) {
			return nilOption(l)
		}
	}
	return l
}

func readConv(a *Args) (Layer, error) {
	a.Want(3)
	var options []ConvOption
	for _, o := range readWindow(a) {
		options = append(options, o)
	}
	if a.Has("Groups") {
		options = append(options, Groups(a.OptionInt("Groups")))
	}
	if a.Has("NoBias") {
		options = append(options, NoBias)
	}
	return Conv2d(a.Int(0), a.Int(1), a.Int(2), options...), nil
}

func (l convLayer) Kind() Kind   { return Kind{Name: "Conv2d", Layer: readConv} }
func (l convLayer) Stem() string { return "conv" }

func (l convLayer) String() string {
	code := fmt.Sprintf("Conv2d(%d, %d, %d%s", l.in, l.out, l.kernel, l.options(1))
	if l.groups != 1 {
		code += fmt.Sprintf(", Groups(%d)", l.groups)
	}
	if !l.bias {
		code += ", NoBias"
	}
	return code + ")"
}

func (l convLayer) Check() error {
	if err := l.window.check(l); err != nil {
		return err
	}
	if l.in < 1 || l.out < 1 || l.groups < 1 || l.in%l.groups != 0 || l.out%l.groups != 0 {
		return fmt.Errorf("%v: channels must be 1 or more, and multiples of the groups", l)
	}
	if l.in/l.groups > maxWeights/l.out/l.kernel/l.kernel {
		return fmt.Errorf("%v: more than %d weights", l, int64(maxWeights))
	}
	return nil
}

func (l convLayer) Shape(in []int) ([]int, error) {
	if err := wantChannels(l.in, in); err != nil {
		return nil, err
	}
	return l.over(in, l.out)
}

func (l convLayer) Parameters([]int) []Param {
	p := []Param{{Name: "weight", Shape: []int{l.out, l.in / l.groups, l.kernel, l.kernel}, Drawn: true, Trained: true, Decays: true}}
	if l.bias {
		p = append(p, Param{Name: "bias", Shape: []int{l.out}, Drawn: true, Trained: true})
	}
	return p
}

func (l convLayer) Forward(c *Context, x *G.Node) (*G.Node, error) {
	return ops.Conv2d(x, c.Node("weight"), c.Node("bias"), ops.Conv{In: l.in, Out: l.out, Height: c.In[1], Width: c.In[2],
		Kernel: l.kernel, Stride: l.stride, Padding: l.padding, Dilation: l.dilation, Groups: l.groups})
}

func (l convLayer) ONNX(o *ONNX, x string) (string, error) {
	inputs := []string{x, o.Param("weight")}
	if l.bias {
		inputs = append(inputs, o.Param("bias"))
	}
	return o.Node("Conv", "", inputs, append(l.onnx(), ONNXInts("dilations", l.dilation, l.dilation), ONNXInt("group", l.groups))...), nil
}
