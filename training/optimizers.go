package training

import (
	"fmt"
	"strings"
)

// optimizers are those that OptimizerByName knows, in the order of their story.
var optimizers = []struct {
	name string
	make func(rate float64, options ...OptimizerOption) *Optimizer
}{
	{"sgd", SGD},
	{"momentum", func(rate float64, options ...OptimizerOption) *Optimizer { return Momentum(rate, 0.9, options...) }},
	{"nesterov", func(rate float64, options ...OptimizerOption) *Optimizer { return Nesterov(rate, 0.9, options...) }},
	{"rmsprop", RMSprop},
	{"adam", Adam},
	{"adamw", AdamW},
}

// OptimizerByName makes an optimizer from its name: sgd, momentum and nesterov
// (both with momentum 0.9), rmsprop, adam or adamw.
func OptimizerByName(name string, rate float64, options ...OptimizerOption) (*Optimizer, error) {
	for _, o := range optimizers {
		if o.name == name {
			made := o.make(rate, options...)
			if made.err != nil {
				return nil, made.err
			}
			return made, nil
		}
	}
	return nil, fmt.Errorf("training: unknown optimizer %q: wanted one of %s", name, strings.Join(OptimizerNames(), ", "))
}

// OptimizerNames lists what OptimizerByName knows.
func OptimizerNames() []string {
	names := make([]string, len(optimizers))
	for i, o := range optimizers {
		names[i] = o.name
	}
	return names
}
