package exercise

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"perceptron/datasets"
	"perceptron/models"
)

// say writes a part of the account for the reader: a heading and indented
// lines. An account that can't be written is no reason to stop training.
func say(w io.Writer, heading, text string) {
	indented := "  " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n  ")
	fmt.Fprintf(w, "\n%s\n%s\n", heading, indented)
}

func (r *Run) say(heading, text string) { say(r.Out, heading, text) }

func (r *Run) showData(train, valid *datasets.Dataset) {
	switch {
	case r.knowsAllByDesign():
		r.say("Data", fmt.Sprintf("%v; the network was trained on all of them", valid))
	case r.loaded != nil:
		r.say("Data", valid.String())
	case train == valid:
		r.say("Data", fmt.Sprintf("%v; all of them train and validate", train))
	default:
		r.say("Data", fmt.Sprintf("training    %v\nvalidation  %v", train, valid))
	}
}

func (r *Run) showNetwork(net *models.Model) {
	if r.loaded != nil {
		heading := "Network, loaded from " + r.load
		if n := len(r.others); n > 0 {
			heading += fmt.Sprintf(", the first of %d", n+1)
		}
		r.say(heading, net.Summary())
		return
	}
	heading := fmt.Sprintf("Network, recipe %s, seed %d", r.Recipe, r.Seed)
	if r.Ensemble > 1 {
		heading += fmt.Sprintf(", the first of %d", r.Ensemble)
	}
	r.say(heading, net.Summary()+r.Settings.trainingText(r.Lesson.Task))
}

// trainingText says how the network is trained.
func (s Settings) trainingText(task models.Task) string {
	batch := fmt.Sprintf("batches of %d rows", s.Batch)
	if s.Batch == 0 {
		batch = "all rows in one batch"
	}
	if s.Adversarial > 0 {
		batch += fmt.Sprintf(" and as many adversarial ones at %v", s.Adversarial)
	}
	text := "loss " + task.Loss.String()
	if s.LabelSmoothing > 0 {
		text += fmt.Sprintf(" with label smoothing %v", s.LabelSmoothing)
	}
	text += ", optimizer " + s.Optimizer
	if s.WeightDecay != nil {
		text += fmt.Sprintf(" with weight decay %v", *s.WeightDecay)
	}
	text += fmt.Sprintf("\nlearning rate %v (%s", s.LR, s.Schedule)
	if s.Warmup > 0 {
		text += fmt.Sprintf(", after a rise over %v of the steps", s.Warmup)
	}
	text += fmt.Sprintf("), %s, up to %d epochs", batch, s.Epochs)
	if s.LossBelow > 0 {
		text += fmt.Sprintf(" or until the loss is below %v", s.LossBelow)
	}
	if changes := s.augmentText(); changes != "" {
		text += "\npictures are changed each time: " + changes
	}
	return text
}

// named is a setting that is left out of texts where it is 0.
type named struct {
	name  string
	value float64
}

func listed(settings ...named) string {
	var all []string
	for _, s := range settings {
		if s.value != 0 {
			all = append(all, fmt.Sprintf("%s %v", s.name, s.value))
		}
	}
	return list(all)
}

// augmentText says how far pictures are changed.
func (s Settings) augmentText() string {
	a := s.Augment
	return listed(named{"shift", a.Shift}, named{"rotate", a.Rotate}, named{"scale", a.Scale}, named{"slant", a.Slant}, named{"elastic", a.Elastic})
}

// String lists the settings that make a recipe, as -help shows them.
func (s Settings) String() string {
	hidden := "none"
	if len(s.Hidden) > 0 {
		hidden = strings.ReplaceAll(strings.Trim(fmt.Sprint(s.Hidden), "[]"), " ", ",")
	}
	text := fmt.Sprintf("inputs %s", s.Inputs)
	if len(s.Logs) > 0 {
		text += " with the logarithm of " + list(s.Logs)
	}
	if len(s.Reciprocals) > 0 {
		text += ", the reciprocal of " + list(s.Reciprocals)
	}
	if len(s.Indicators) > 0 {
		text += ", the values of " + list(s.Indicators)
	}
	if s.Target != "" {
		text += fmt.Sprintf(", target %s", s.Target)
	}
	if s.Clamp {
		text += " within the training range"
	}
	text += fmt.Sprintf(", hidden %s %s, init %s", hidden, s.Activation, s.Init)
	if s.BatchNorm {
		text += ", batchnorm"
	}
	if s.PictureNorm {
		text += ", batchnorm2d"
	}
	for _, more := range []string{
		listed(named{"dropout", s.Dropout}, named{"noise", s.Noise}, named{"adversarial", s.Adversarial}, named{"label smoothing", s.LabelSmoothing},
			named{"warmup", s.Warmup}, named{"loss-below", s.LossBelow}, named{"ensemble", float64(s.Ensemble)}),
		s.augmentText(),
	} {
		if more != "" {
			text += ", " + more
		}
	}
	if s.WeightDecay != nil {
		text += fmt.Sprintf(", weight decay %v", *s.WeightDecay)
	}
	return fmt.Sprintf("%s, %s lr %v %s, batch %d, epochs %d", text, s.Optimizer, s.LR, s.Schedule, s.Batch, s.Epochs)
}

func (r *Run) showOutcome(o *Outcome) {
	if h := o.Result; h != nil {
		first, last := h.History[0].TrainLoss, h.History[len(h.History)-1].TrainLoss
		heading := "Training"
		if o.Together != nil {
			heading += " of the first network"
		}
		r.say(heading, fmt.Sprintf("%v, %d steps; the training loss went from %.4g to %.4g", h.Stop, h.Steps, first, last))
	}
	text := fmt.Sprintf("loss      %.4g   (%s, as trained)\n", o.Score.Loss, o.Lesson.Task.Loss.String())
	if o.Lesson.Task.Targets == models.Values {
		text += fmt.Sprintf("RMSE      %.3f   (root of the mean squared error)\nMAE       %.3f   (mean absolute error)\n", o.Score.RMSE, o.Score.MAE)
		if o.varies() {
			text += fmt.Sprintf("R²        %.3f   (share of the variance explained)", o.Score.R2)
		} else {
			text += "R²        none    (share of the variance explained, but all targets are equal)"
		}
	} else {
		right := 0
		actual, predicted := o.Classes()
		for i := range actual {
			if actual[i] == predicted[i] {
				right++
			}
		}
		text += fmt.Sprintf("accuracy  %.2f %%   (%d of %d right)", 100*o.Score.Accuracy, right, len(actual))
	}
	if o.Together != nil {
		text += o.Together.text(o.Lesson.Task)
	}
	r.say(fmt.Sprintf("Result on the %d validation rows", o.Valid.Rows()), text)
}

func showFiles(w io.Writer, folder string, files []resultFile) {
	var b strings.Builder
	for _, f := range files {
		fmt.Fprintf(&b, "%-18s %s\n", f.name, f.about)
	}
	say(w, "Files in "+filepath.Clean(folder), b.String())
}
