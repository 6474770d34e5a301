package exercise

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"perceptron/datasets/augment"
	"perceptron/training"
)

// command is what a command line asks for.
type command struct {
	settings Settings
	given    []string // the flags of the command line
	changes  []change // those of them that change a recipe
	out      string
	load     string
	predict  []string
	resume   bool
	quiet    bool
}

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

// parse reads a lesson's command line. Its errors are one line that names the
// flag, the value and what is allowed; flag.ErrHelp asks for the usage text.
func (l *Lesson) parse(args []string) (*command, error) {
	c := &command{out: defaultFolder(l)}
	recipe := "default"
	f := l.flags(c, &recipe)
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	f.Visit(func(g *flag.Flag) { c.given = append(c.given, g.Name) })
	if c.predict != nil {
		return c, l.checkPredict(c, f.Args())
	}
	if err := noArguments(f.FlagSet); err != nil {
		return nil, err
	}
	if c.load != "" {
		for _, name := range c.given {
			if !slices.Contains(withLoad, name) {
				return nil, fmt.Errorf("-%s does not go with -load: the saved network is used as it is", name)
			}
		}
	}
	var err error
	if c.settings, err = l.Settings(recipe); err != nil {
		return nil, err
	}
	c.changes = f.changes
	for _, change := range c.changes {
		change.apply(&c.settings)
	}
	if c.settings.Sequential && c.settings.TrainRows == 0 {
		return nil, errors.New("-sequential does not go with -train-rows 0: where all rows train and validate, nothing is split")
	}
	return c, nil
}

// checkPredict is about a command line with -predict, after which more files may
// follow.
func (l *Lesson) checkPredict(c *command, more []string) error {
	for _, file := range more {
		if strings.HasPrefix(file, "-") {
			return fmt.Errorf("%s comes after the files of -predict: put flags before them", file)
		}
	}
	if c.load == "" {
		return errors.New("-predict needs -load, the saved network to ask")
	}
	for _, name := range c.given {
		if !slices.Contains([]string{"load", "predict", "quiet"}, name) {
			return fmt.Errorf("-%s does not go with -predict: the saved network is asked about new data, and no file is written", name)
		}
	}
	if c.predict = append(c.predict, more...); l.Pictures == nil && len(c.predict) > 1 {
		return fmt.Errorf("-predict with %d files: give one table", len(c.predict))
	}
	return nil
}

// withLoad are the flags that mean something for a network that is trained.
var withLoad = []string{"load", "seed", "data", "valid", "train-rows", "sequential", "out", "quiet"}

// flags declares the flags of the lesson.
func (l *Lesson) flags(c *command, recipe *string) *flags {
	f := &flags{FlagSet: newFlagSet(l.Name)}

	f.Func("recipe", "named `set` of settings, see below (default \"default\")", func(text string) (err error) {
		*recipe, err = oneOf(l.recipeNames())(text)
		return err
	})
	knob(f, "seed", "`number` that everything random comes from: the split, the initial weights,\nthe order of the rows, dropout (default 1; with -load that of the saved network)",
		seed, func(s *Settings) *uint64 { return &s.Seed })

	knob(f, "hidden", "units of the hidden layers, as in `64,64`; none for a network without",
		sizes, func(s *Settings) *[]int { return &s.Hidden })
	knob(f, "activation", "`function` behind each hidden layer: "+list(names(activations)),
		oneOf(names(activations)), func(s *Settings) *string { return &s.Activation })
	f.BoolFunc("batchnorm", "put BatchNorm1d behind each hidden layer; -batchnorm=false takes it away", func(text string) error {
		on, err := strconv.ParseBool(text)
		f.change("batchnorm", func(s *Settings) { s.BatchNorm = on })
		return wanted(err == nil, "true or false")
	})
	knob(f, "dropout", "`share` of the hidden units that rest in each step, from 0 to below 1",
		number("at least 0 and below 1", func(p float64) bool { return p >= 0 && p < 1 }), func(s *Settings) *float64 { return &s.Dropout })
	knob(f, "init", "`initialiser` of the weights: "+list(initializerNames()),
		oneOf(initializerNames()), func(s *Settings) *string { return &s.Init })

	knob(f, "optimizer", "`rule` that updates the weights: "+list(training.OptimizerNames()),
		oneOf(training.OptimizerNames()), func(s *Settings) *string { return &s.Optimizer })
	knob(f, "lr", "learning `rate`",
		number("above 0", func(r float64) bool { return r > 0 }), func(s *Settings) *float64 { return &s.LR })
	knob(f, "schedule", "`course` of the learning rate: "+list(training.ScheduleNames()),
		oneOf(training.ScheduleNames()), func(s *Settings) *string { return &s.Schedule })
	knob(f, "warmup", "`share` of all steps in which the learning rate rises first",
		number("at least 0 and below 1", func(p float64) bool { return p >= 0 && p < 1 }), func(s *Settings) *float64 { return &s.Warmup })
	knob(f, "weight-decay", "`strength` of the pull of all weights to 0; 0 for the optimizer's own",
		number("0 or more", func(x float64) bool { return x >= 0 }), func(s *Settings) *float64 { return &s.WeightDecay })
	knob(f, "noise", "standard `deviation` of normal noise on the preprocessed inputs, while training",
		number("0 or more", func(x float64) bool { return x >= 0 }), func(s *Settings) *float64 { return &s.Noise })
	knob(f, "adversarial", "train on as many rows again, whose preprocessed inputs have moved by this `distance`\neach to raise the loss (FGSM); 0 for none",
		number("0 or more", func(x float64) bool { return x >= 0 }), func(s *Settings) *float64 { return &s.Adversarial })
	knob(f, "ensemble", "so many `networks` to train, which differ in the seed, and to average",
		whole(1), func(s *Settings) *int { return &s.Ensemble })
	knob(f, "batch", "`rows` of a step; 0 for all at once",
		whole(0), func(s *Settings) *int { return &s.Batch })
	knob(f, "epochs", "so many `passes` over the training rows, at the most",
		whole(1), func(s *Settings) *int { return &s.Epochs })
	knob(f, "loss-below", "stop after an epoch with a training `loss` below this; 0 for never",
		number("0 or more", func(x float64) bool { return x >= 0 }), func(s *Settings) *float64 { return &s.LossBelow })

	if l.Pictures != nil {
		knob(f, "train", "`file` to train with, CSV of a label and 784 pixels a line, plain or .gz (default: the embedded 60,000)",
			fileName, func(s *Settings) *string { return &s.Train })
		knob(f, "valid", "`file` to validate with (default: the embedded 10,000)",
			fileName, func(s *Settings) *string { return &s.Valid })
		f.BoolFunc("batchnorm2d", "put BatchNorm2d before the first layer, over the pixels of all pictures of a batch", func(text string) error {
			on, err := strconv.ParseBool(text)
			f.change("batchnorm2d", func(s *Settings) { s.PictureNorm = on })
			return wanted(err == nil, "true or false")
		})
		f.BoolFunc("augment", "change training pictures as the recipe says; -augment=false leaves them alone", func(text string) error {
			on, err := strconv.ParseBool(text)
			f.change("augment", func(s *Settings) {
				if !on {
					s.Augment = augment.Options{}
				}
			})
			return wanted(err == nil, "true or false")
		})
		knob(f, "label-smoothing", "`share` of the target that goes to all classes alike",
			number("at least 0 and below 1", func(p float64) bool { return p >= 0 && p < 1 }), func(s *Settings) *float64 { return &s.LabelSmoothing })
	} else {
		knob(f, "data", fmt.Sprintf("CSV `file` with the columns %s and %s, plain or .gz (default: the embedded table)", list(l.Schema.Features), l.Schema.Target),
			fileName, func(s *Settings) *string { return &s.Data })
		knob(f, "train-rows", "`rows` of the table to train with, the others validate; 0: all do both",
			whole(0), func(s *Settings) *int { return &s.TrainRows })
		f.BoolFunc("sequential", "train with the first rows of the table instead of shuffled ones", func(text string) error {
			on, err := strconv.ParseBool(text)
			f.change("sequential", func(s *Settings) { s.Sequential = on })
			return wanted(err == nil, "true or false")
		})
	}
	pathFlag(f.FlagSet, "out", "`folder` for the results (default \"results/"+l.Name+"\")", &c.out)
	pathFlag(f.FlagSet, "load", "`file` of a saved network to evaluate and draw, without training", &c.load)
	data := "CSV `file` with the columns " + list(l.Schema.Features)
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

// newFlagSet is silent, since Main says what is wrong.
func newFlagSet(name string) *flag.FlagSet {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.Usage = func() {}
	return f
}

// finish reads the arguments, all of which must be flags.
func finish(f *flag.FlagSet, args []string) error {
	if err := f.Parse(args); err != nil {
		return err
	}
	return noArguments(f)
}

func noArguments(f *flag.FlagSet) error {
	if f.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q: flags begin with - and a list has no blanks in it", f.Arg(0))
	}
	return nil
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

// usage writes the text of -help.
func (l *Lesson) usage(w io.Writer) {
	fmt.Fprintf(w, "%s\n\n%s\n\nExamples:\n", l.Title, l.About)
	for _, e := range l.Examples {
		fmt.Fprintf(w, "  %s\n", e)
	}
	fmt.Fprint(w, "\nRecipes:\n")
	for _, r := range l.Recipes {
		fmt.Fprintf(w, "  %-8s %s\n           %s\n", r.Name, r.About, r.Settings.String())
	}
	fmt.Fprint(w, "\nFlags, which win over the recipe:\n")
	f := l.flags(&command{}, new(string))
	f.SetOutput(w)
	f.PrintDefaults()
}

// wanted is the error of a flag's value; package flag puts the value before it.
func wanted(ok bool, what string) error {
	if ok {
		return nil
	}
	return errors.New("wanted " + what)
}

func list(names []string) string { return strings.Join(names, ", ") }

func fileName(text string) (string, error) { return text, wanted(text != "", "a name") }

func oneOf(names []string) func(string) (string, error) {
	return func(text string) (string, error) {
		return text, wanted(slices.Contains(names, text), "one of "+list(names))
	}
}

func number(what string, ok func(float64) bool) func(string) (float64, error) {
	return func(text string) (float64, error) {
		x, err := strconv.ParseFloat(text, 64)
		return x, wanted(err == nil && ok(x) && !math.IsInf(x, 0), "a number "+what)
	}
}

func whole(least int) func(string) (int, error) {
	return func(text string) (int, error) {
		n, err := strconv.Atoi(text)
		return n, wanted(err == nil && n >= least && n <= math.MaxInt32, fmt.Sprintf("a whole number of %d or more", least))
	}
}

func seed(text string) (uint64, error) {
	n, err := strconv.ParseUint(text, 10, 64)
	return n, wanted(err == nil, "a whole number from 0 to 18446744073709551615")
}

// most bounds the units of a layer and the hidden layers.
const (
	mostUnits  = 65536
	mostLayers = 100
)

func sizes(text string) ([]int, error) {
	if text == "none" {
		return nil, nil
	}
	var all []int
	for cell := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(cell)
		if err != nil || n < 1 || n > mostUnits || len(all) == mostLayers {
			return nil, wanted(false, fmt.Sprintf("up to %d sizes from 1 to %d with commas between them, as in 64,64, or none", mostLayers, mostUnits))
		}
		all = append(all, n)
	}
	return all, nil
}
