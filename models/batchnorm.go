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
// num_batches_tracked. Training on a batch of one row is an error.
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

func (l batchNormLayer) add(m *Model) error {
	switch {
	case l.channels < 1 || l.channels > maxWeights:
		return fmt.Errorf("%v: the size must be 1 or more", l)
	case !(l.eps > 0) || !(l.momentum >= 0 && l.momentum <= 1):
		return fmt.Errorf("%v: eps must be above 0 and momentum from 0 to 1", l)
	}
	return m.addLayer(l)
}

func (l batchNormLayer) String() string {
	kind := "BatchNorm1d"
	if l.images {
		kind = "BatchNorm2d"
	}
	code := fmt.Sprintf("%s(%d", kind, l.channels)
	if l.eps != 1e-5 {
		code += fmt.Sprintf(", Eps(%v)", l.eps)
	}
	if l.momentum != 0.1 {
		code += fmt.Sprintf(", Momentum(%v)", l.momentum)
	}
	return code + ")"
}

func (l batchNormLayer) stem() string { return "bn" }

func (l batchNormLayer) inputs() int {
	if l.images {
		return 0
	}
	return l.channels
}

func (l batchNormLayer) outShape(in []int) ([]int, error) {
	if !l.images {
		return in, wantFeatures(l.channels, in)
	}
	if len(in) != 3 {
		return nil, fmt.Errorf("it takes rows of %d × height × width, but gets rows of shape %v: put Unflatten(%d, height, width) before it", l.channels, in, l.channels)
	}
	if in[0] != l.channels {
		return nil, fmt.Errorf("it takes %d channels, but gets %d", l.channels, in[0])
	}
	return in, nil
}

func (l batchNormLayer) parameters() []declaration {
	n := []int{l.channels}
	return []declaration{
		{name: "weight", shape: n, fill: 1, trained: true},
		{name: "bias", shape: n, trained: true},
		{name: "running_mean", shape: n},
		{name: "running_var", shape: n, fill: 1},
		{name: "num_batches_tracked", counter: true},
	}
}

func (l batchNormLayer) forward(s scope, x *G.Node) (*G.Node, error) {
	config := ops.BatchNormConfig{Channels: l.channels, Eps: l.eps, Momentum: l.momentum}
	if !s.training {
		return ops.BatchNormEval(x, s.nodes[0], s.nodes[1], s.nodes[2], s.nodes[3], config)
	}
	var running ops.Running
	if !s.trial {
		running = ops.Running{Mean: s.params[2].Value, Var: s.params[3].Value, Batches: s.params[4].Value}
	}
	return ops.BatchNorm(x, s.nodes[0], s.nodes[1], running, config)
}

type reshapeLayer struct {
	shape []int // of a row; nil: one list
}

// Flatten turns rows of any shape into lists of features.
func Flatten() Layer { return reshapeLayer{} }

// Unflatten turns lists of features into rows of channels × height × width, for
// BatchNorm2d.
func Unflatten(channels, height, width int) Layer {
	return reshapeLayer{[]int{channels, height, width}}
}

func (l reshapeLayer) add(m *Model) error {
	for _, n := range l.shape {
		if n < 1 || n > 1<<15 {
			return fmt.Errorf("%v: sizes must be from 1 to 32768", l)
		}
	}
	return m.addLayer(l)
}

func (l reshapeLayer) String() string {
	if l.shape == nil {
		return "Flatten()"
	}
	return fmt.Sprintf("Unflatten(%d, %d, %d)", l.shape[0], l.shape[1], l.shape[2])
}

func (l reshapeLayer) stem() string {
	if l.shape == nil {
		return "flatten"
	}
	return "unflatten"
}

func (l reshapeLayer) inputs() int {
	if l.shape == nil {
		return 0
	}
	return size(l.shape)
}

func (l reshapeLayer) outShape(in []int) ([]int, error) {
	if l.shape == nil {
		return []int{size(in)}, nil
	}
	return l.shape, wantFeatures(size(l.shape), in)
}

func (l reshapeLayer) parameters() []declaration { return nil }

// forward leaves the node as it is: inside a graph every row is flat, and the
// layers that care know the shape.
func (l reshapeLayer) forward(_ scope, x *G.Node) (*G.Node, error) { return x, nil }

func size(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}
