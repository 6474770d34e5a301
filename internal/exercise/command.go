package exercise

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
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
