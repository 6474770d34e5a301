package training

import (
	"fmt"
	"path"
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
		o.decay = d
		return Setting{Name: "weight decay", Value: &d}.check()
	}
}

// DecayWeightsOnly spares biases and BatchNorm's parameters from weight decay.
// PyTorch decays them all.
func DecayWeightsOnly() OptimizerOption {
	return func(o *Optimizer) error { o.weightsOnly = true; return nil }
}

// RateOf multiplies the learning rate of some parameters by a factor: those whose
// name matches a pattern, as path.Match has it, or lies below it: fc1 stands for
// fc1.weight and fc1.bias. Of several patterns the last one that matches counts;
// one that matches no parameter of the model is an error of NewTrainer and Fit.
//
//	training.Adam(1e-3, training.RateOf("*", 0.1), training.RateOf("fc3", 1)) // layers before fc3 learn slowly
func RateOf(pattern string, factor float64) OptimizerOption {
	return func(o *Optimizer) error {
		o.rates = append(o.rates, own{pattern, factor})
		return checkOwn("factor of the rate", pattern, factor)
	}
}

// WeightDecayOf gives some parameters a weight decay of their own, whatever
// WeightDecay and DecayWeightsOnly say. Patterns are those of RateOf.
func WeightDecayOf(pattern string, d float64) OptimizerOption {
	return func(o *Optimizer) error {
		o.decays = append(o.decays, own{pattern, d})
		return checkOwn("weight decay", pattern, d)
	}
}

func checkOwn(what, pattern string, value float64) error {
	if _, err := path.Match(pattern, ""); err != nil {
		return fmt.Errorf("pattern %q: %w", pattern, err)
	}
	return Setting{Name: fmt.Sprintf("%s of %q", what, pattern), Value: &value}.check()
}

// matches reports whether a pattern stands for a parameter, or for a layer that
// it belongs to.
func matches(pattern, name string) bool {
	for end := len(name); end > 0; end = strings.LastIndexByte(name[:end], '.') {
		if ok, _ := path.Match(pattern, name[:end]); ok {
			return true
		}
	}
	return false
}

// checkNames reports patterns that stand for no parameter.
func (o *Optimizer) checkNames(names []string) error {
	for _, all := range [][]own{o.rates, o.decays} {
		for _, own := range all {
			found := false
			for _, name := range names {
				found = found || matches(own.pattern, name)
			}
			if !found {
				return fmt.Errorf("training: %s: pattern %q matches no parameter: they are %s", o.Name(), own.pattern, strings.Join(names, ", "))
			}
		}
	}
	return nil
}

// WithMomentum gives SGD or RMSprop a velocity that keeps the share mu of itself
// from step to step, from 0 to below 1. It is 0 without the option.
func WithMomentum(mu float64) OptimizerOption { return set("momentum", mu) }

// Betas are the shares that Adam's and AdamW's running means of the gradient
// and of its square keep from step to step, 0.9 and 0.999 without the option.
func Betas(beta1, beta2 float64) OptimizerOption {
	return func(o *Optimizer) error {
		if err := set("beta1", beta1)(o); err != nil {
			return err
		}
		return set("beta2", beta2)(o)
	}
}

// Alpha is the share that RMSprop's running mean of the squared gradient keeps
// from step to step, 0.99 without the option.
func Alpha(alpha float64) OptimizerOption { return set("alpha", alpha) }

// Eps is what Adam, AdamW and RMSprop add to the number they divide by, 1e-8
// without the option.
func Eps(eps float64) OptimizerOption { return set("eps", eps) }

// set is an option for a setting of the optimizer's rule.
func set(name string, value float64) OptimizerOption {
	return func(o *Optimizer) error {
		for _, s := range o.rule.Settings() {
			if s.Name == name {
				*s.Value = value
				return s.check()
			}
		}
		return fmt.Errorf("it has no %s: leave out the option", name)
	}
}

// facts names what the optimizer is, for a checkpoint to compare, but for its
// learning rate.
func (o *Optimizer) facts() map[string]string {
	facts := map[string]string{
		"optimizer":    o.Name(),
		"weight decay": fmt.Sprint(o.decay),
		"decays":       "all parameters",
	}
	if o.weightsOnly {
		facts["decays"] = "weights only"
	}
	for _, s := range o.rule.Settings() {
		facts["optimizer's "+s.Name] = fmt.Sprint(*s.Value)
	}
	for what, all := range map[string][]own{"rates of their own": o.rates, "decays of their own": o.decays} {
		text := "none"
		for i, own := range all {
			if i == 0 {
				text = ""
			}
			text += fmt.Sprintf("%s %v ", own.pattern, own.value)
		}
		facts[what] = strings.TrimSpace(text)
	}
	return facts
}
