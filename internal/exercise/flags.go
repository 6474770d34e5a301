package exercise

import (
	"flag"
	"fmt"
	"strconv"

	"perceptron/datasets/augment"
	"perceptron/models"
	"perceptron/training"
)

// flags collects changes to a recipe, which is known only after all of them.
type flags struct {
	*flag.FlagSet
	changes []change
}

// change is what a flag does to the settings of a recipe.
type change struct {
	flag  string
	apply func(*Settings)
}

func (f *flags) change(flag string, apply func(*Settings)) {
	f.changes = append(f.changes, change{flag, apply})
}

// knob adds a flag for one setting, which wins over the recipe's. parse checks
// the value and says in its error what is allowed.
func knob[T any](f *flags, name, usage string, parse func(string) (T, error), field func(*Settings) *T) {
	f.Func(name, usage, func(text string) error {
		value, err := parse(text)
		if err != nil {
			return err
		}
		f.change(name, func(s *Settings) { *field(s) = value })
		return nil
	})
}

// toggle declares a flag that is true or false.
func toggle(f *flags, name, usage string, set func(s *Settings, on bool)) {
	f.BoolFunc(name, usage, func(text string) error {
		on, err := strconv.ParseBool(text)
		f.change(name, func(s *Settings) { set(s, on) })
		return wanted(err == nil, "true or false")
	})
}

// flags declares the flags of the lesson.
func (l *Lesson) flags(c *command, recipe *string) *flags {
	f := &flags{FlagSet: newFlagSet(l.Name)}

	f.Func("recipe", "named `set` of settings, of those above (default \"default\")", func(text string) (err error) {
		*recipe, err = oneOf(l.recipeNames())(text)
		return err
	})
	knob(f, "seed", "`number` that everything random comes from: the split, the initial weights,\nthe order of the rows, dropout (default 1; with -load that of the saved network)",
		seed, func(s *Settings) *uint64 { return &s.Seed })

	knob(f, "hidden", "units of the hidden layers, as in `64,64`; none for a network without",
		sizes, func(s *Settings) *[]int { return &s.Hidden })
	knob(f, "activation", "`function` behind each hidden layer: "+list(names(activations)),
		oneOf(names(activations)), func(s *Settings) *string { return &s.Activation })
	toggle(f, "batchnorm", "put BatchNorm1d behind each hidden layer; -batchnorm=false takes it away", func(s *Settings, on bool) { s.BatchNorm = on })
	knob(f, "dropout", "`share` of the hidden units that rest in each step, from 0 to below 1",
		number("at least 0 and below 1", func(p float64) bool { return p >= 0 && p < 1 }), func(s *Settings) *float64 { return &s.Dropout })
	knob(f, "init", "`initialiser` of the weights: "+list(initializerNames()),
		oneOf(initializerNames()), func(s *Settings) *string { return &s.Init })

	knob(f, "optimizer", "`rule` that updates the weights: "+list(training.OptimizerNames()),
		oneOf(training.OptimizerNames()), func(s *Settings) *string { return &s.Optimizer })
	knob(f, "lr", "learning `rate`",
		number("above 0", func(r float64) bool { return r > 0 }), func(s *Settings) *float64 { return &s.LR })
	knob(f, "schedule", "`course` of the learning rate: "+list(training.ScheduleNames()),
		oneOf(append(training.ScheduleNames(), "warmup", "warmup-linear", "warmup-cosine")), func(s *Settings) *string { return &s.Schedule })
	knob(f, "warmup", "`share` of all steps in which the learning rate rises first",
		number("at least 0 and below 1", func(p float64) bool { return p >= 0 && p < 1 }), func(s *Settings) *float64 { return &s.Warmup })
	knob(f, "weight-decay", "`strength` of the pull of all weights to 0 (default the recipe's, if it has one,\nor the optimizer's: 0.01 for adamw, 0 for the others)",
		func(text string) (*float64, error) {
			x, err := number("0 or more", func(x float64) bool { return x >= 0 })(text)
			return &x, err
		}, func(s *Settings) **float64 { return &s.WeightDecay })
	knob(f, "noise", "standard `deviation` of normal noise on the preprocessed inputs, while training",
		number("0 or more", func(x float64) bool { return x >= 0 }), func(s *Settings) *float64 { return &s.Noise })
	knob(f, "adversarial", "train on as many rows again, whose preprocessed inputs have moved by this `distance`\neach to raise the loss (FGSM); 0 for none",
		number("0 or more", func(x float64) bool { return x >= 0 }), func(s *Settings) *float64 { return &s.Adversarial })
	knob(f, "ensemble", "so many `networks` to train, which differ in the seed, and to average; what the\nresults tell of training (history, loss, steps) is the first one's",
		whole(1), func(s *Settings) *int { return &s.Ensemble })
	knob(f, "batch", "`rows` of a step; 0 for all at once",
		whole(0), func(s *Settings) *int { return &s.Batch })
	knob(f, "epochs", "so many `passes` over the training rows, at the most",
		whole(1), func(s *Settings) *int { return &s.Epochs })
	knob(f, "loss-below", "stop after an epoch with a training `loss` below this; 0 for never",
		number("0 or more", func(x float64) bool { return x >= 0 }), func(s *Settings) *float64 { return &s.LossBelow })

	if l.Task.Targets == models.Values {
		l.regressionFlags(f)
	}
	if l.Pictures != nil {
		knob(f, "train", "`file` to train with, CSV of a label and 784 pixels a line, plain or .gz (default: the embedded 60,000)",
			fileName, func(s *Settings) *string { return &s.Train })
		knob(f, "valid", "`file` to validate with (default: the embedded 10,000)",
			fileName, func(s *Settings) *string { return &s.Valid })
		toggle(f, "batchnorm2d", "put BatchNorm2d before the first layer, over the pixels of all pictures of a batch", func(s *Settings, on bool) { s.PictureNorm = on })
		toggle(f, "augment", "change training pictures as the recipe says; -augment=false leaves them alone", func(s *Settings, on bool) {
			if !on {
				s.Augment = augment.Options{}
			}
		})
		knob(f, "label-smoothing", "`share` of the target that goes to all classes alike",
			number("at least 0 and below 1", func(p float64) bool { return p >= 0 && p < 1 }), func(s *Settings) *float64 { return &s.LabelSmoothing })
	} else {
		knob(f, "data", fmt.Sprintf("CSV `file` with the columns %s and %s, plain or .gz (default: the embedded table)", list(l.Schema.Features), l.Schema.Target),
			fileName, func(s *Settings) *string { return &s.Data })
		knob(f, "train-rows", "`rows` of the table to train with, the others validate; 0: all do both",
			whole(0), func(s *Settings) *int { return &s.TrainRows })
		toggle(f, "sequential", "train with the first rows of the table instead of shuffled ones", func(s *Settings, on bool) { s.Sequential = on })
	}
	pathFlag(f.FlagSet, "out", "`folder` for the results (default \"results/"+l.Name+"\")", &c.out)
	pathFlag(f.FlagSet, "load", "`file` of a saved network to evaluate and draw, without training", &c.load)
	data := "CSV `file` with the columns " + list(l.Schema.Features) + " (- for standard input)"
	if l.Pictures != nil {
		data = "PNG, JPEG or GIF `file` with a digit, and more files behind it,"
	}
	f.Func("predict", data+"\nto show to the saved network of -load; prints what it says as CSV", func(file string) error {
		c.predict = append(c.predict, file)
		return wanted(file != "", "a name")
	})
	f.BoolVar(&c.resume, "resume", false, "go on with the interrupted run in the folder of -out, with its settings;\n-epochs may ask for more, if the schedule is constant")
	f.BoolVar(&c.quiet, "quiet", false, "show no progress")
	return f
}

func pathFlag(f *flag.FlagSet, name, usage string, field *string) {
	f.Func(name, usage, func(text string) (err error) {
		*field, err = fileName(text)
		return err
	})
}

func (l *Lesson) recipeNames() []string {
	var all []string
	for _, r := range l.Recipes {
		all = append(all, r.Name)
	}
	return all
}
