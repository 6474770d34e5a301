package exercise

import (
	"fmt"
	"slices"
	"strings"

	"perceptron/datasets"
	"perceptron/datasets/augment"
	"perceptron/datasets/mnist"
	"perceptron/models"
	"perceptron/training"
)

// Settings is every knob of a lesson. A Recipe is a set of them; the flags
// change single ones.
type Settings struct {
	Recipe string // name of the recipe that the others come from
	Seed   uint64 // of everything random: split, initial weights, batches, dropout, noise

	// Data. An empty file name stands for the embedded data.
	Data         string // table of the lessons that have one
	Train, Valid string // files of MNIST's layout
	TrainRows    int    // rows of the table to train with; 0: all, and they validate too
	Sequential   bool   // the first rows train, instead of shuffled ones

	// Preprocessing, which becomes part of the network.
	Inputs      Inputs
	Logs        []string // features whose logarithm is one more feature, to Standardized inputs
	Reciprocals []string // those whose reciprocal is one more
	Indicators  []string // those of which each value has a feature of its own, 1 where it is and 0 elsewhere
	Noise       float64  // standard deviation of Gaussian noise on the inputs, while training
	Target      Target   // of regressions
	Clamp       bool     // predictions of regressions end where the training targets do

	// Adversarial is how far the preprocessed inputs of adversarial rows move; 0:
	// there are none.
	Adversarial float64

	// Augment is how far training pictures are changed each time they are shown.
	// The size and the seed in it are filled in.
	Augment augment.Options

	// Architecture.
	Hidden      []int // units of each hidden layer
	Activation  string
	BatchNorm   bool // before each activation
	PictureNorm bool // BatchNorm2d before the first layer, of pictures
	Dropout     float64
	Init        string

	// Loss, optimizer and training.
	LabelSmoothing float64
	Optimizer      string
	LR             float64
	WeightDecay    *float64 // nil: the optimizer's own, which is 0.01 for adamw and 0 for the others
	Schedule       string
	Warmup         float64 // share of all steps in which the rate rises before the schedule begins
	Batch          int     // rows of a step; 0: all at once
	Epochs         int
	LossBelow      float64 // stop once the training loss is below it; 0: never

	Ensemble int // networks to train and average; 0 and 1: a single one
}

// decayed sets WeightDecay.
func decayed(by float64) *float64 { return &by }

// Inputs is what is done to the features before the first layer.
type Inputs string

const (
	Raw          Inputs = "raw"          // nothing
	Standardized Inputs = "standardized" // each feature to mean 0, standard deviation 1
	Pixels       Inputs = "pixels"       // all features by one common mean and deviation
	Whitened     Inputs = "whitened"     // uncorrelated within the classes
)

// Target is what a regression learns.
type Target string

const (
	RawTarget          Target = "raw"          // the values as they are
	StandardizedTarget Target = "standardized" // to mean 0, standard deviation 1
	RootTarget         Target = "root"         // the same of their square roots
)

// A choice is something that is picked by name.
type choice[T any] struct {
	name string
	is   T
}

func names[T any](choices []choice[T]) []string {
	var all []string
	for _, c := range choices {
		all = append(all, c.name)
	}
	return all
}

// pick returns the choice of that name.
func pick[T any](what, name string, choices []choice[T]) (T, error) {
	i := slices.IndexFunc(choices, func(c choice[T]) bool { return c.name == name })
	if i < 0 {
		var none T
		return none, fmt.Errorf("unknown %s %q: wanted one of %s", what, name, strings.Join(names(choices), ", "))
	}
	return choices[i].is, nil
}

// activations are named as in torch.nn.functional.
var activations = []choice[func() models.Layer]{
	{"relu", models.ReLU},
	{"leaky_relu", func() models.Layer { return models.LeakyReLU(0.1) }},
	{"sigmoid", models.Sigmoid},
	{"tanh", models.Tanh},
	{"softplus", models.Softplus},
}

// hinged is the initialiser that needs to know the training rows.
const hinged = "hinged"

func initializerNames() []string {
	var all []string
	for _, i := range models.Initializers() {
		all = append(all, i.Name)
	}
	return append(all, hinged)
}

// options turns the settings into what training.Fit wants to know.
func (s Settings) options() (training.Options, error) {
	var decay []training.OptimizerOption
	if s.WeightDecay != nil {
		decay = []training.OptimizerOption{training.WeightDecay(*s.WeightDecay), training.DecayWeightsOnly()}
	}
	optimizer, err := training.OptimizerByName(s.Optimizer, s.LR, decay...)
	if err != nil {
		return training.Options{}, err
	}
	schedule, err := training.ScheduleByName(s.Schedule, s.Warmup)
	if err != nil {
		return training.Options{}, err
	}
	transform, err := s.transform()
	if err != nil {
		return training.Options{}, err
	}
	return training.Options{
		Optimizer: optimizer,
		Transform: transform,
		Prefetch:  transform != nil,
		Schedule:  schedule,
		BatchSize: s.Batch,
		Epochs:    s.Epochs,
		LossBelow: s.LossBelow,
		Seed:      s.Seed,

		Adversarial: s.Adversarial,
	}, nil
}

// transform changes training pictures while a step runs; nil to leave them alone.
func (s Settings) transform() (func(datasets.Batch), error) {
	limits := s.Augment
	if limits == (augment.Options{}) {
		return nil, nil
	}
	limits.Height, limits.Width, limits.Seed = mnist.Side, mnist.Side, s.Seed
	return augment.New(mnist.Pixels, limits)
}
