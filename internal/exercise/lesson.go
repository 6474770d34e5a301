package exercise

import (
	"context"
	"fmt"
	"io"
	"slices"

	"perceptron/datasets"
	"perceptron/models"
	"perceptron/training"
)

// Lesson is one exercise of the course: its data, its task and its recipes.
type Lesson struct {
	Name     string // of the command and of its folder in results
	Title    string // what the network is to do, in a line
	About    string // what there is to see, for -help
	Examples []string
	Task     models.Task
	Recipes  []Recipe // at least one called default

	// A lesson has either a table, which is split into training and validation
	// rows, or two files of pictures.
	Table    func() (*datasets.Table, error) // the embedded one
	Schema   datasets.Schema                 // of one's own
	Pictures func(trainFile, validFile string) (train, valid *datasets.Dataset, err error)
}

// Recipe is a named set of settings.
type Recipe struct {
	Name     string
	About    string // in a line
	Settings Settings
}

// Settings are those of the named recipe, with seed 1.
func (l *Lesson) Settings(recipe string) (Settings, error) {
	var recipes []choice[Settings]
	for _, r := range l.Recipes {
		recipes = append(recipes, choice[Settings]{r.Name, r.Settings})
	}
	s, err := pick("recipe", recipe, recipes)
	if err != nil {
		return Settings{}, fmt.Errorf("%s: %w", l.Name, err)
	}
	s.Recipe, s.Seed = recipe, 1
	return s, nil
}

// Configure gives the settings of a recipe with changes from a lesson's command
// line, such as -lr 0.3. The recipe, the seed and what is done with files are not
// among them.
func (l *Lesson) Configure(recipe string, args []string) (Settings, error) {
	c, err := l.parse(args)
	if err != nil {
		return Settings{}, err
	}
	for _, name := range c.given {
		if slices.Contains([]string{"recipe", "seed", "load", "predict", "resume", "out", "quiet"}, name) {
			return Settings{}, fmt.Errorf("-%s is no change to a recipe: it belongs to the lesson's own command", name)
		}
	}
	if c, err = l.parse(append([]string{"-recipe", recipe}, args...)); err != nil {
		return Settings{}, err
	}
	return c.settings, nil
}

// Run goes through the whole lesson and touches no file but those that the
// settings name as data. Any number of runs may be under way at once.
func (l *Lesson) Run(ctx context.Context, s Settings, hooks ...training.Hook) (*Outcome, error) {
	run := &Run{Lesson: l, Settings: s, Hooks: hooks, Out: io.Discard}
	train, valid, err := run.data()
	if err != nil {
		return nil, err
	}
	net, err := run.Network(train)
	if err != nil {
		return nil, err
	}
	result, err := run.Fit(ctx, net, train, valid)
	if err != nil {
		return nil, err
	}
	return run.Evaluate(net, train, valid, result)
}
