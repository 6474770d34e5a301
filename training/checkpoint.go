package training

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"gorgonia.org/tensor"

	"perceptron/datasets"
	"perceptron/models"
)

// Checkpoint is a training run between two steps: all that it needs to go on as
// if it had never been interrupted. A Hook takes one with Progress.Checkpoint,
// Save keeps it in a file, and Options.Resume goes on from it.
//
// What is random in training depends on seeds and the number of the epoch, the
// batch or the step alone, so the position stands for the state of every
// generator.
type Checkpoint struct {
	// Note is for the program that trains: what it must know to prepare the same
	// run again, such as its own settings.
	Note string

	Step    int              // steps made
	History []Epoch          // epochs finished
	Model   models.StateDict // weights and BatchNorm's statistics, after that step

	memory models.StateDict // the optimizer's, one entry for each number it keeps of a parameter
	best   models.StateDict // EarlyStopping's; nil before the first epoch and without it
	at     position
}

// position is what else a run must remember.
type position struct {
	Run            map[string]string `json:"run"`             // see identity
	Loss           float64           `json:"loss"`            // of the last step
	LossSum        float64           `json:"loss_sum"`        // of the epoch under way
	WeightSum      float64           `json:"weight_sum"`      // of the epoch under way
	Frozen         []string          `json:"frozen"`          // which a hook may have changed
	Rate           float64           `json:"rate"`            // that the schedule multiplies
	Factors        uint64            `json:"factors"`         // of the schedule so far
	OptimizerSteps map[string]int    `json:"optimizer_steps"` // of each parameter, those of earlier runs included
	BestEpoch      int               `json:"best_epoch,omitempty"`
	BestLoss       float64           `json:"best_loss,omitempty"`
}

// Checkpoint takes a checkpoint of the run that a Hook watches: after a step,
// after an epoch, or in End if the run was cancelled. It copies the state, and
// changes nothing.
func (p Progress) Checkpoint() (*Checkpoint, error) {
	switch {
	case p.run == nil:
		return nil, errors.New("training: no run to take a checkpoint of: ask the Progress that a hook is given")
	case p.Stop.Reason != 0 && p.Stop.Reason != Cancelled:
		return nil, fmt.Errorf("training: no checkpoint of a run that has %v: there is nothing to go on with", p.Stop)
	}
	return p.run.checkpoint(), nil
}

func (f *fit) checkpoint() *Checkpoint {
	f.noticeRate()
	memory, steps := f.options.Optimizer.memory(f.progress.Net)
	c := &Checkpoint{
		Step: f.progress.Step, History: slices.Clip(f.progress.History), Model: f.progress.Net.StateDict(), memory: memory,
		at: position{Run: f.identity(), Loss: f.progress.Loss, LossSum: f.lossSum, WeightSum: f.weightSum, Frozen: f.progress.Net.FrozenNames(), Rate: f.rate, Factors: f.factors, OptimizerSteps: steps},
	}
	if f.early != nil && f.early.best != nil {
		c.best, c.at.BestEpoch, c.at.BestLoss = f.early.best, f.early.bestEpoch, f.early.bestLoss
	}
	return c
}

// resume puts a run where a checkpoint was taken.
func (f *fit) resume(c *Checkpoint) error {
	if err := f.agrees(c); err != nil {
		return fmt.Errorf("training: resume: %w", err)
	}
	if err := f.options.Optimizer.remember(f.progress.Net, c.memory, c.at.OptimizerSteps); err != nil {
		return fmt.Errorf("training: resume: %w", err)
	}
	if c.best != nil { // loaded to see that it fits
		if err := f.progress.Net.LoadStateDict(c.best); err != nil {
			return fmt.Errorf("training: resume: the best weights so far: %w", err)
		}
	}
	if err := f.progress.Net.LoadStateDict(c.Model); err != nil {
		return fmt.Errorf("training: resume: %w", err)
	}
	if !slices.Equal(c.at.Frozen, f.progress.Net.FrozenNames()) {
		if err := f.progress.Net.Unfreeze("*"); err != nil {
			return fmt.Errorf("training: resume: %w", err)
		}
		if err := f.progress.Net.Freeze(c.at.Frozen...); err != nil {
			return fmt.Errorf("training: resume: %w", err)
		}
	}
	if f.early != nil && c.best != nil {
		f.early.best, f.early.bestEpoch, f.early.bestLoss = c.best, c.at.BestEpoch, c.at.BestLoss
	}
	f.trainer.steps = c.Step
	f.progress.Step, f.progress.Epoch, f.progress.History = c.Step, len(c.History), slices.Clip(c.History)
	f.progress.Loss, f.lossSum, f.weightSum, f.factors = c.at.Loss, c.at.LossSum, c.at.WeightSum, c.at.Factors
	f.rate, f.setTo = c.at.Rate, c.at.Rate
	if c.Step > f.before.Steps { // the rate of the last step, for a history that lacks only its last line
		f.factor = f.scheduledAgain(c, c.Step-1)
		f.setTo = f.rate * f.factor
	}
	f.options.Optimizer.SetLearningRate(f.setTo)
	return nil
}

// agrees reports whether this run, from its beginning, would have come to the
// checkpoint.
func (f *fit) agrees(c *Checkpoint) error {
	run := f.identity()
	var differences []string
	all := maps.Clone(c.at.Run)
	maps.Copy(all, run)
	for _, what := range slices.Sorted(maps.Keys(all)) {
		if is, was := cmp.Or(run[what], "unknown"), cmp.Or(c.at.Run[what], "unknown"); is != was {
			differences = append(differences, fmt.Sprintf("%s: now %s, in the checkpoint %s", what, is, was))
		}
	}
	if len(differences) > 0 {
		return fmt.Errorf("the checkpoint is of another run: %s: resume with the model, data and options of its beginning, or begin anew", strings.Join(differences, "; "))
	}
	if c.Step > f.progress.Steps {
		return fmt.Errorf("the checkpoint is already at step %d (%s finished), and Epochs %d is the end at step %d: ask for more Epochs",
			c.Step, count(len(c.History), "epoch"), f.options.Epochs, f.progress.Steps)
	}
	if first := f.before.Steps + (len(c.History)-len(f.before.History))*f.train.Batches(); len(c.History) < len(f.before.History) || c.Step < first || c.Step > first+f.train.Batches() {
		return fmt.Errorf("the checkpoint is damaged: step %d with %s finished", c.Step, count(len(c.History), "epoch"))
	}
	factors := uint64(0)
	for step := f.before.Steps; step < c.Step; step++ {
		factors = addFactor(factors, f.scheduledAgain(c, step))
	}
	if factors != c.at.Factors {
		return fmt.Errorf("with this schedule and Epochs %d, the %s so far would have had other learning rates: resume with the schedule and the Epochs of the beginning, or begin anew",
			f.options.Epochs, count(c.Step, "step"))
	}
	return nil
}

// scheduledAgain is what the schedule said of a step before the checkpoint.
func (f *fit) scheduledAgain(c *Checkpoint, step int) float64 {
	finished := len(f.before.History) + (step-f.before.Steps)/f.train.Batches()
	return f.scheduled(step, c.History[:min(finished, len(c.History))])
}

// addFactor sums up the factors of a schedule, to see whether those of another
// one are the same. They are rounded first: one that goes through math.Cos may
// differ between processors in the last bit.
func addFactor(sum uint64, factor float64) uint64 {
	const prime = 1099511628211 // FNV-1a's
	return (sum ^ uint64(math.Float32bits(float32(factor))) ^ 1<<32) * prime
}

// identity names what decides a run's results, but for its length and schedule.
// Functions cannot be compared, so of a Transform it is only known whether there
// is one.
func (f *fit) identity() map[string]string {
	if f.facts != nil {
		return f.facts
	}
	net, o := f.progress.Net, &f.options
	facts := o.Optimizer.facts()
	maps.Copy(facts, map[string]string{
		"model":            strings.Join(strings.Fields(net.String()), " "),
		"seed of model":    fmt.Sprint(net.Seed()),
		"loss":             net.Task().Loss.String(),
		"frozen":           f.firstFrozen,
		"learning rate":    fmt.Sprint(f.firstRate),
		"goes on after":    fmt.Sprintf("%s and %s", count(len(f.before.History), "epoch"), count(f.before.Steps, "step")),
		"batch size":       fmt.Sprint(f.train.BatchSize()),
		"drop last":        fmt.Sprint(o.DropLast),
		"loss below":       fmt.Sprint(o.LossBelow),
		"seed of training": fmt.Sprint(o.Seed),
		"patience":         fmt.Sprint(o.EarlyStopping.Patience),
		"held-back share":  fmt.Sprint(o.EarlyStopping.Share),
		"least progress":   fmt.Sprint(o.EarlyStopping.MinDelta),
		"stops on valid":   fmt.Sprint(o.EarlyStopping.OnValid),
		"norm clipped at":  fmt.Sprint(o.ClipNorm),
		"value clipped at": fmt.Sprint(o.ClipValue),
		"adversarial":      fmt.Sprint(o.Adversarial),
		"transform":        fmt.Sprint(o.Transform != nil),
		"training rows":    fingerprint(f.train.Data()),
		"validation rows":  "none",
		"held-back rows":   "none",
	})
	if f.valid != nil {
		facts["validation rows"] = fingerprint(f.valid.loader.Data())
	}
	if f.early != nil && f.early.held != nil {
		facts["held-back rows"] = fingerprint(f.early.held.loader.Data())
	}
	f.facts = facts
	return facts
}

// fingerprint tells data sets apart, by their numbers and not by their names.
func fingerprint(d *datasets.Dataset) string {
	return fmt.Sprintf("%d of %d features and checksum %08x", d.Rows(), d.Features(), d.Checksum())
}

// memory copies what the optimizer remembers of a model's parameters, and how
// many steps each has made.
func (o *Optimizer) memory(net *models.Model) (sd models.StateDict, steps map[string]int) {
	steps = map[string]int{}
	for _, p := range net.Parameters() {
		s := o.states[p.Value]
		if s == nil {
			continue // it has made no step
		}
		steps[p.Name] = s.steps
		for j, numbers := range s.memory {
			sd = append(sd, models.State{Name: memoryName(j, p), Value: tensor.New(
				tensor.WithShape(p.Value.Shape()...), tensor.WithBacking(slices.Clone(numbers)))})
		}
	}
	return sd, steps
}

// remember takes the place of the steps that made such a memory.
func (o *Optimizer) remember(net *models.Model, sd models.StateDict, steps map[string]int) error {
	numbers := map[string][]float32{}
	for _, s := range sd {
		if s.Value.Dtype() == tensor.Float32 {
			numbers[s.Name] = s.Value.Float32s()
		}
	}
	states, most := map[*tensor.Dense]*state{}, 0
	for _, p := range net.Parameters() {
		if steps[p.Name] <= 0 {
			continue
		}
		most = max(most, steps[p.Name])
		s := o.newState(p.Name, p.Decays, p.Value.Shape().TotalSize())
		s.steps = steps[p.Name]
		for j, memory := range s.memory {
			name := memoryName(j, p)
			if len(numbers[name]) != len(memory) {
				return fmt.Errorf("the checkpoint is damaged: %d numbers in the optimizer's %s: wanted %d", len(numbers[name]), name, len(memory))
			}
			copy(memory, numbers[name])
		}
		states[p.Value] = s
	}
	o.states, o.steps = states, most
	return nil
}

func memoryName(j int, p *models.Parameter) string { return fmt.Sprintf("%d.%s", j, p.Name) }
