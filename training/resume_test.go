package training_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"perceptron/datasets"
	"perceptron/models"
	"perceptron/training"
)

// TestResume holds that a run that is interrupted after any step and resumed
// from the file ends like one that was not, to the bit, on any number of
// processors.
func TestResume(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	for name := range runs {
		t.Run(name, func(t *testing.T) {
			train, valid := flowers(t)
			net := restless(t)
			want, err := training.Fit(t.Context(), net, train, valid, options(name))
			if err != nil {
				t.Fatal(err)
			}
			after := 0
			if o := options(name); o.After != nil {
				after = o.After.Steps
			}
			for step := 1; step < want.Steps-after; step++ {
				o := options(name)
				o.Resume = interrupted(t, step, options(name))
				if o.Resume.Step != after+step {
					t.Fatalf("a checkpoint of step %d, wanted %d", o.Resume.Step, step)
				}
				again := restless(t)
				got, err := training.Fit(t.Context(), again, train, valid, o)
				if err != nil {
					t.Fatal(err)
				}
				if !same(got, want) {
					t.Errorf("resumed after step %d: %+v\nwanted %+v", step, got, want)
				}
				if !bytes.Equal(bytesOf(t, again), bytesOf(t, net)) {
					t.Errorf("resumed after step %d: another model", step)
				}
			}
		})
	}
}

// same compares two results; some of their figures may be NaN.
func same(a, b *training.Result) bool {
	text := func(r *training.Result) string {
		all := fmt.Sprintf("%+v %d %d", r.Stop, r.Epochs, r.Steps)
		for _, e := range r.History {
			valid := e.Valid
			if e.Valid = nil; valid != nil {
				all += fmt.Sprintf("%+v", *valid)
			}
			all += fmt.Sprintf("%+v", e)
		}
		return all
	}
	return text(a) == text(b)
}

// TestResumeFromAnyHook takes checkpoints in Begin, after each step and after
// each epoch; taking them changes nothing.
func TestResumeFromAnyHook(t *testing.T) {
	train, valid := flowers(t)
	for _, name := range []string{"early stopping", "AdamW, cosine"} {
		net := restless(t)
		want, err := training.Fit(t.Context(), net, train, valid, options(name))
		if err != nil {
			t.Fatal(err)
		}
		var taken []*training.Checkpoint
		take := func(p training.Progress) error {
			c, err := p.Checkpoint()
			taken = append(taken, c)
			return err
		}
		o := options(name)
		o.Hooks = []training.Hook{{Begin: take, Step: take, Epoch: take}}
		watched := restless(t)
		if _, err := training.Fit(t.Context(), watched, train, valid, o); err != nil || !bytes.Equal(bytesOf(t, watched), bytesOf(t, net)) {
			t.Errorf("%s: another model with checkpoints than without (error %v)", name, err)
		}
		if n := 1 + want.Steps + want.Epochs; len(taken) != n {
			t.Fatalf("%s: %d checkpoints, wanted %d", name, len(taken), n)
		}
		for i, c := range taken {
			o := options(name)
			o.Resume = c
			again := restless(t)
			got, err := training.Fit(t.Context(), again, train, valid, o)
			if err != nil || !same(got, want) || !bytes.Equal(bytesOf(t, again), bytesOf(t, net)) {
				t.Errorf("%s, checkpoint %d, after step %d: %+v, wanted %+v (error %v)", name, i, c.Step, got, want, err)
			}
		}
	}
}

// TestResumeLonger holds that a finished run has nothing left to do, and goes on
// where more epochs are asked for.
func TestResumeLonger(t *testing.T) {
	train, valid := flowers(t)
	last := func(o training.Options) *training.Checkpoint {
		path := filepath.Join(t.TempDir(), "run.safetensors")
		o.Hooks = []training.Hook{{Epoch: func(p training.Progress) error {
			c, err := p.Checkpoint()
			if err != nil {
				return err
			}
			return c.Save(path)
		}}}
		if _, err := training.Fit(t.Context(), restless(t), train, valid, o); err != nil {
			t.Fatal(err)
		}
		c, err := training.LoadCheckpoint(path)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	for _, longer := range []int{epochs, epochs + 2} {
		o := options("default")
		o.Epochs = longer
		net, again := restless(t), restless(t)
		want, err := training.Fit(t.Context(), net, train, valid, o)
		if err != nil {
			t.Fatal(err)
		}
		o = options("default")
		o.Epochs, o.Resume = longer, last(options("default"))
		got, err := training.Fit(t.Context(), again, train, valid, o)
		if err != nil || !same(got, want) || !bytes.Equal(bytesOf(t, again), bytesOf(t, net)) {
			t.Errorf("%d epochs, then to %d: %+v, wanted %+v (error %v)", epochs, longer, got, want, err)
		}
	}
}

// TestResumeRefuses holds that another run is told from the one that was
// interrupted, and that the model is then left alone.
func TestResumeRefuses(t *testing.T) {
	train, valid := flowers(t)
	fewer, err := train.Subset([]int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 20, 21, 30})
	if err != nil {
		t.Fatal(err)
	}
	shifted := make([]int, train.Rows())
	for i := range shifted {
		shifted[i] = (i + 1) % len(shifted)
	}
	moved, err := train.Subset(shifted)
	if err != nil {
		t.Fatal(err)
	}
	wider, err := models.New(models.Multiclass, models.Linear(4, 9), models.ReLU(), models.Linear(9, 3))
	if err != nil {
		t.Fatal(err)
	}
	c, cosine := interrupted(t, 7, options("default")), interrupted(t, 7, options("AdamW, cosine"))
	for _, test := range []struct {
		name   string
		change func(net **models.Model, train, valid **datasets.Dataset, o *training.Options)
		want   string
	}{
		{"layers", func(net **models.Model, _, _ **datasets.Dataset, _ *training.Options) { *net = wider },
			"model: now models.New(models.Multiclass, models.Linear(4, 9), models.ReLU(), models.Linear(9, 3), ), in the checkpoint models.New(models.Multiclass, models.Standardize(4), "},
		{"seed of the model", func(net **models.Model, _, _ **datasets.Dataset, _ *training.Options) {
			*net = restless(t, models.Seed(4))
		}, "seed of model: now 4, in the checkpoint 3"},
		{"label smoothing", func(net **models.Model, _, _ **datasets.Dataset, _ *training.Options) {
			*net = restless(t, models.LabelSmoothing(0.2))
		}, "loss: now CrossEntropyLoss(LabelSmoothing(0.2)), in the checkpoint CrossEntropyLoss(LabelSmoothing(0.1))"},
		{"rows", func(_ **models.Model, train, _ **datasets.Dataset, _ *training.Options) { *train = fewer }, "training rows: now 13 of 4 features"},
		{"order of rows", func(_ **models.Model, train, _ **datasets.Dataset, _ *training.Options) { *train = moved }, "training rows: now 46 of 4 features and checksum"},
		{"validation rows", func(_ **models.Model, _, valid **datasets.Dataset, _ *training.Options) { *valid = nil }, "validation rows: now none, in the checkpoint 20 of 4 features and checksum"},
		{"optimizer", func(_ **models.Model, _, _ **datasets.Dataset, o *training.Options) { o.Optimizer = training.SGD(1) }, "optimizer: now SGD, in the checkpoint Adam; optimizer's beta1: now unknown, in the checkpoint 0.9"},
		{"rate", func(_ **models.Model, _, _ **datasets.Dataset, o *training.Options) {
			o.Optimizer = training.Adam(0.002)
		}, "learning rate: now 0.002, in the checkpoint 0.001"},
		{"batch size", func(_ **models.Model, _, _ **datasets.Dataset, o *training.Options) { o.BatchSize = 11 }, "batch size: now 11, in the checkpoint 10"},
		{"two at once", func(_ **models.Model, _, _ **datasets.Dataset, o *training.Options) { o.DropLast, o.Seed = true, 1 },
			"drop last: now true, in the checkpoint false; seed of training: now 1, in the checkpoint 7: resume with the model, data and options of its beginning, or begin anew"},
		{"threshold", func(_ **models.Model, _, _ **datasets.Dataset, o *training.Options) { o.LossBelow = 1 }, "loss below: now 1, in the checkpoint 0"},
		{"patience", func(_ **models.Model, _, _ **datasets.Dataset, o *training.Options) { o.EarlyStopping.Patience = 1 }, "patience: now 1, in the checkpoint 0"},
		{"clipping", func(_ **models.Model, _, _ **datasets.Dataset, o *training.Options) { o.ClipValue = 1 }, "value clipped at: now 1, in the checkpoint 0"},
		{"adversarial rows", func(_ **models.Model, _, _ **datasets.Dataset, o *training.Options) { o.Adversarial = 0.1 }, "adversarial: now 0.1, in the checkpoint 0"},
		{"transform", func(_ **models.Model, _, _ **datasets.Dataset, o *training.Options) { o.Transform = shake }, "transform: now true, in the checkpoint false"},
		{"schedule", func(_ **models.Model, _, _ **datasets.Dataset, o *training.Options) {
			o.Schedule = training.StepDecay(6, 0.5)
		},
			"with this schedule and Epochs 4, the 7 steps so far would have had other learning rates"},
		{"epochs under a schedule", func(_ **models.Model, _, _ **datasets.Dataset, o *training.Options) {
			*o = options("AdamW, cosine")
			o.Epochs, o.Resume = epochs+1, cosine
		}, "with this schedule and Epochs 5, the 7 steps so far would have had other learning rates: resume with the schedule and the Epochs of the beginning, or begin anew"},
		{"too few epochs", func(_ **models.Model, _, _ **datasets.Dataset, o *training.Options) { o.Epochs = 1 },
			"already at step 7 (1 epoch finished), and Epochs 1 is the end at step 5: ask for more Epochs"},
	} {
		t.Run(test.name, func(t *testing.T) {
			net, train, valid, o := restless(t), train, valid, options("default")
			o.Resume = c
			test.change(&net, &train, &valid, &o)
			before := bytesOf(t, net)
			_, err := training.Fit(t.Context(), net, train, valid, o)
			if err == nil || !strings.HasPrefix(err.Error(), "training: resume: ") || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v\nwanted one with %s", err, test.want)
			}
			if !bytes.Equal(bytesOf(t, net), before) {
				t.Error("the model was changed")
			}
		})
	}
}
