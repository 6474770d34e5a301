package models

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"perceptron/internal/ops"
)

// noiseLayer changes its input at random while the model trains, and leaves it
// alone when the model predicts.
type noiseLayer struct {
	name   string // Dropout or GaussianNoise
	amount float64
}

// Dropout lets a share p of the units rest in each training step and scales
// the others by 1/(1−p); it does nothing when the model predicts (Srivastava
// et al. 2014).
func Dropout(p float64) Layer { return noiseLayer{"Dropout", p} }

// GaussianNoise adds normal noise of standard deviation sd in each training
// step and nothing when the model predicts. On standardised inputs it
// regularises much as weight decay does (Bishop 1995).
func GaussianNoise(sd float64) Layer { return noiseLayer{"GaussianNoise", sd} }

func (l noiseLayer) String() string { return describe(l.name, l.amount) }

func (l noiseLayer) Check() error {
	if l.name == "Dropout" && !(l.amount >= 0 && l.amount < 1) {
		return fmt.Errorf("%v: the share that rests must be at least 0 and below 1", l)
	}
	if !(l.amount >= 0 && l.amount <= 1e6) {
		return fmt.Errorf("%v: the standard deviation must be 0 or more", l)
	}
	return nil
}

func (l noiseLayer) Kind() Kind {
	return Kind{Name: l.name, Layer: func(a *Args) (Layer, error) {
		a.Want(1)
		return noiseLayer{l.name, a.Float(0)}, nil
	}}
}

func (l noiseLayer) Shape(in []int) ([]int, error) { return in, nil }
func (l noiseLayer) Parameters([]int) []Param      { return nil }

func (l noiseLayer) Forward(c *Context, x *G.Node) (*G.Node, error) {
	switch {
	case !c.Training || l.amount == 0:
		return x, nil
	case l.name == "Dropout":
		return ops.Dropout(x, l.amount, c.noise(), c.Name)
	}
	return ops.GaussianNoise(x, l.amount, c.noise(), c.Name)
}

func (l noiseLayer) ONNX(_ *ONNX, x string) (string, error) { return x, nil }

// noise is where the model's random numbers come from. Those of a layer depend
// on the seed, the step and the layer's name alone.
func (c *Context) noise() *ops.Noise { return c.pass.model.noise }

// Uniform is a node of the shape of x, whose numbers are drawn anew in each
// training step, uniform from 0 to below 1: what a random layer is made of. They
// depend on the model's seed, the number of the step and the layer's name alone,
// so a run that is resumed draws what an uninterrupted one would.
func (c *Context) Uniform(x *G.Node) (*G.Node, error) { return ops.Uniform(x, c.noise(), c.Name) }
