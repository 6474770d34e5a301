package models

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"perceptron/internal/ops"
)

type batchNormLayer struct {
	channels      int
	images        bool // rows are channels × height × width
	eps, momentum float64
}

// BatchNormOption changes a BatchNorm1d or BatchNorm2d layer.
type BatchNormOption func(*batchNormLayer)

// Eps is what BatchNorm adds to a variance; 1e-5 without it.
func Eps(eps float64) BatchNormOption { return func(l *batchNormLayer) { l.eps = eps } }

// Momentum is the weight of the newest batch in BatchNorm's running statistics;
// 0.1 without it.
func Momentum(m float64) BatchNormOption { return func(l *batchNormLayer) { l.momentum = m } }

// BatchNorm1d normalises each feature over the batch to mean 0 and variance 1,
// then scales by weight and shifts by bias, both trained (Ioffe and Szegedy
// 2015). When the model predicts it uses running statistics instead: they move
// by momentum 0.1 a step towards the batch's mean and unbiased variance. Its
// parameters are weight, bias, running_mean, running_var (features) and
// num_batches_tracked. Training on a batch of one row is an error, unless the
// statistics are frozen: then training uses them too, and they stand still.
func BatchNorm1d(features int, options ...BatchNormOption) Layer {
	return newBatchNorm(features, false, options)
}

// BatchNorm2d is BatchNorm1d for pictures: rows of channels × height × width,
// as Unflatten makes them, normalised a channel at a time over the batch and
// all positions.
func BatchNorm2d(channels int, options ...BatchNormOption) Layer {
	return newBatchNorm(channels, true, options)
}

func newBatchNorm(channels int, images bool, options []BatchNormOption) Layer {
	l := batchNormLayer{channels, images, 1e-5, 0.1}
	for _, o := range options {
		if o == nil {
			return nilOption(l)
		}
		o(&l)
	}
	return l
}

func (l batchNormLayer) Kind() Kind {
	return Kind{Name: kindName(l), Layer: func(a *Args) (Layer, error) {
		a.Want(1)
		var options []BatchNormOption
		if eps, ok := a.Option("Eps"); ok {
			options = append(options, Eps(eps))
		}
		if momentum, ok := a.Option("Momentum"); ok {
			options = append(options, Momentum(momentum))
		}
		return newBatchNorm(a.Int(0), l.images, options), nil
	}}
}

func (l batchNormLayer) Check() error {
	switch {
	case l.channels < 1 || l.channels > maxWeights:
		return fmt.Errorf("%v: the size must be 1 or more", l)
	case !(l.eps > 0) || !(l.momentum >= 0 && l.momentum <= 1):
		return fmt.Errorf("%v: eps must be above 0 and momentum from 0 to 1", l)
	}
	return nil
}

func (l batchNormLayer) String() string {
	code := fmt.Sprintf("BatchNorm1d(%d", l.channels)
	if l.images {
		code = fmt.Sprintf("BatchNorm2d(%d", l.channels)
	}
	if l.eps != 1e-5 {
		code += fmt.Sprintf(", Eps(%v)", l.eps)
	}
	if l.momentum != 0.1 {
		code += fmt.Sprintf(", Momentum(%v)", l.momentum)
	}
	return code + ")"
}

func (l batchNormLayer) Stem() string { return "bn" }

func (l batchNormLayer) Inputs() int {
	if l.images {
		return 0
	}
	return l.channels
}

func (l batchNormLayer) Shape(in []int) ([]int, error) {
	if !l.images {
		return in, wantFeatures(l.channels, in)
	}
	return in, wantChannels(l.channels, in)
}

// wantChannels is the error of a layer for pictures that does not fit the one
// before it.
func wantChannels(want int, got []int) error {
	if len(got) != 3 {
		return fmt.Errorf("it takes rows of %d × height × width, but gets rows of shape %v: put Unflatten(%d, height, width) before it", want, got, want)
	}
	if got[0] != want {
		return fmt.Errorf("it takes %d channels, but gets %d", want, got[0])
	}
	return nil
}

func (l batchNormLayer) Parameters([]int) []Param {
	n := []int{l.channels}
	return []Param{
		{Name: "weight", Shape: n, Fill: 1, Trained: true},
		{Name: "bias", Shape: n, Trained: true},
		{Name: "running_mean", Shape: n},
		{Name: "running_var", Shape: n, Fill: 1, Bound: NonNegative},
		{Name: "num_batches_tracked", Counter: true},
	}
}

func (l batchNormLayer) Forward(c *Context, x *G.Node) (*G.Node, error) {
	config := ops.BatchNormConfig{Channels: l.channels, Eps: l.eps, Momentum: l.momentum}
	weight, bias := c.Node("weight"), c.Node("bias")
	if !c.Training || c.Frozen("running_mean") {
		return ops.BatchNormEval(x, weight, bias, c.Node("running_mean"), c.Node("running_var"), config)
	}
	var running ops.Running
	if !c.Trial {
		running = ops.Running{Mean: c.Value("running_mean"), Var: c.Value("running_var"), Batches: c.Value("num_batches_tracked")}
	}
	return ops.BatchNorm(x, weight, bias, running, config)
}

func (l batchNormLayer) ONNX(o *ONNX, x string) (string, error) {
	inputs := []string{x, o.Param("weight"), o.Param("bias"), o.Param("running_mean"), o.Param("running_var")}
	return o.Node("BatchNormalization", "", inputs, ONNXFloat("epsilon", float32(l.eps))), nil
}
