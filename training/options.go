package training

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// OptimizerOption changes a setting of an Optimizer. One that the optimizer
// does not have, or a value out of range, is an error of its first use: Fit,
// NewTrainer and Step return it.
type OptimizerOption func(*Optimizer) error

// WeightDecay adds d·w to the gradient of each parameter w, or for AdamW shrinks
// w itself by the factor 1 − rate·d in each step.
func WeightDecay(d float64) OptimizerOption {
	return func(o *Optimizer) error {
		if !(d >= 0) || math.IsInf(d, 0) {
			return fmt.Errorf("weight decay %v: wanted 0 or more", d)
		}
		o.decay = d
		return nil
	}
}

// DecayWeightsOnly spares biases and BatchNorm's parameters from weight decay.
// PyTorch decays them all.
func DecayWeightsOnly() OptimizerOption {
	return func(o *Optimizer) error { o.weightsOnly = true; return nil }
}

// WithMomentum gives SGD or RMSprop a velocity that keeps the share mu of itself
// from step to step, from 0 to below 1. It is 0 without the option.
func WithMomentum(mu float64) OptimizerOption {
	return func(o *Optimizer) error {
		if !(mu >= 0 && mu < 1) {
			return fmt.Errorf("momentum %v: wanted at least 0 and below 1", mu)
		}
		o.momentum = mu
		return o.settingOf("momentum", "SGD", "RMSprop")
	}
}

// Betas are the shares that Adam's and AdamW's running means of the gradient
// and of its square keep from step to step, 0.9 and 0.999 without the option.
func Betas(beta1, beta2 float64) OptimizerOption {
	return func(o *Optimizer) error {
		if !(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1) {
			return fmt.Errorf("betas %v and %v: wanted at least 0 and below 1", beta1, beta2)
		}
		o.beta1, o.beta2 = beta1, beta2
		return o.settingOf("betas", "Adam", "AdamW")
	}
}

// Alpha is the share that RMSprop's running mean of the squared gradient keeps
// from step to step, 0.99 without the option.
func Alpha(alpha float64) OptimizerOption {
	return func(o *Optimizer) error {
		if !(alpha >= 0 && alpha < 1) {
			return fmt.Errorf("alpha %v: wanted at least 0 and below 1", alpha)
		}
		o.alpha = alpha
		return o.settingOf("alpha", "RMSprop")
	}
}

// Eps is what Adam, AdamW and RMSprop add to the number they divide by, 1e-8
// without the option.
func Eps(eps float64) OptimizerOption {
	return func(o *Optimizer) error {
		if !(eps >= 0) || math.IsInf(eps, 0) {
			return fmt.Errorf("eps %v: wanted 0 or more", eps)
		}
		o.eps = eps
		return o.settingOf("eps", "Adam", "AdamW", "RMSprop")
	}
}

var errNilOption = errors.New("an option is nil: leave it out")

// settingOf is an error unless the optimizer is one of those named.
func (o *Optimizer) settingOf(setting string, names ...string) error {
	if slices.Contains(names, o.name) {
		return nil
	}
	return fmt.Errorf("it has no %s, as %s would: leave out the option", setting, strings.Join(names, " or "))
}

// newOptimizer checks settings and applies options to them. A bad one is
// remembered and returned later, so that a constructor can stand inside a
// struct literal.
func newOptimizer(s settings, options []OptimizerOption, makeRule func(settings) rule) *Optimizer {
	o := &Optimizer{settings: s}
	if !(o.lr >= 0) || math.IsInf(o.lr, 0) {
		o.err = fmt.Errorf("training: %s: learning rate %v: wanted 0 or more", o.name, o.lr)
	}
	for _, option := range options {
		err := errNilOption
		if option != nil {
			err = option(o)
		}
		if err != nil && o.err == nil {
			o.err = fmt.Errorf("training: %s: %w", o.name, err)
		}
	}
	o.rule = makeRule(o.settings)
	return o
}
