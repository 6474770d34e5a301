package training_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"perceptron/datasets"
	"perceptron/models"
	"perceptron/training"
)

// flowers are 46 rows of iris to train on in batches of 10, the last of 6, and
// 20 to validate on.
func flowers(t testing.TB) (train, valid *datasets.Dataset) {
	t.Helper()
	iris, err := datasets.Iris()
	if err != nil {
		t.Fatal(err)
	}
	train, rest, err := iris.Split(46, 1)
	if err == nil {
		valid, err = rest.Subset([]int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19})
	}
	if err != nil {
		t.Fatal(err)
	}
	return train, valid
}

// restless is a network with all that is random or moves by itself.
func restless(t testing.TB, parts ...models.Part) *models.Model {
	t.Helper()
	net, err := models.New(models.Multiclass, append([]models.Part{models.Seed(3),
		models.Standardize([]float32{5, 3, 3, 1}, []float32{1, 1, 2, 1}), models.GaussianNoise(0.2),
		models.Linear(4, 8), models.BatchNorm1d(8), models.ReLU(), models.Dropout(0.3), models.Linear(8, 3), models.LabelSmoothing(0.1)}, parts...)...)
	if err != nil {
		t.Fatal(err)
	}
	return net
}

// shake changes a batch by what its place in the run decides.
func shake(b datasets.Batch) {
	for i, x := range b.X.Float32s() {
		b.X.Float32s()[i] = x + 0.01*float32((i+b.Epoch+3*b.Index)%5)
	}
}

const epochs = 4

// runs are all kinds of runs of those rows.
var runs = map[string]func() training.Options{
	"SGD": func() training.Options { return training.Options{Optimizer: training.SGD(0.1)} },
	"momentum": func() training.Options {
		return training.Options{Optimizer: training.Momentum(0.05, 0.9), DropLast: true}
	},
	"Nesterov": func() training.Options {
		return training.Options{Optimizer: training.Nesterov(0.05, 0.9), ClipNorm: 0.5}
	},
	"RMSprop": func() training.Options {
		return training.Options{Optimizer: training.RMSprop(0.01), Schedule: training.StepDecay(7, 0.5)}
	},
	"AdamW, cosine": func() training.Options {
		return training.Options{Optimizer: training.AdamW(0.01), Schedule: training.Warmup(0.2, training.Cosine())}
	},
	"Lion": func() training.Options {
		return training.Options{Optimizer: Lion(0.003, training.RateOf("fc1", 0.5), training.WeightDecayOf("*.weight", 0.1))}
	},
	"plateau": func() training.Options {
		return training.Options{Optimizer: training.SGD(2), Schedule: training.Warmup(0.2, training.Plateau{Patience: -1, Factor: 0.5}.Schedule())}
	},
	"rate of a hook": func() training.Options {
		return training.Options{Schedule: training.Cosine(), Hooks: []training.Hook{{Step: func(p training.Progress) error {
			if p.Step == 7 {
				p.Optimizer.SetLearningRate(0.05)
			}
			return nil
		}}}}
	},
	"unfreezing": func() training.Options {
		return training.Options{Optimizer: training.Adam(0.02), Hooks: []training.Hook{{
			Begin: func(p training.Progress) error {
				if p.Step > 0 {
					return nil // a resumed run has what was frozen
				}
				return p.Net.Freeze("fc1", "bn1")
			},
			Step: func(p training.Progress) error {
				if p.Step == 7 {
					return p.Net.Unfreeze("*")
				}
				return nil
			}}}}
	},
	"after another": func() training.Options {
		return training.Options{After: &training.Result{Steps: 13, Epochs: 2, History: []training.Epoch{{Epoch: 1}, {Epoch: 2}}},
			Schedule: training.StepDecay(6, 0.5)}
	},
	"default":   func() training.Options { return training.Options{} },
	"transform": func() training.Options { return training.Options{Transform: shake, Prefetch: true} },
	"adversarial": func() training.Options {
		return training.Options{Optimizer: training.AdamW(0.01), Adversarial: 0.1}
	},
	"early stopping": func() training.Options {
		return training.Options{Optimizer: training.Adam(0.3), EarlyStopping: training.EarlyStopping{Patience: 2}}
	},
	"loss below": func() training.Options { return training.Options{Optimizer: training.Adam(0.1), LossBelow: 0.8} },
}

func options(name string) training.Options {
	o := runs[name]()
	o.BatchSize, o.Epochs, o.Seed = 10, epochs, 7
	return o
}

// bytesOf is a model's file.
func bytesOf(t testing.TB, net *models.Model) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := net.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// interrupted trains until after a step and returns the checkpoint of then, by
// way of a file.
func interrupted(t testing.TB, step int, o training.Options) *training.Checkpoint {
	t.Helper()
	train, valid := flowers(t)
	ctx, cancel := context.WithCancel(t.Context())
	path := filepath.Join(t.TempDir(), "run.safetensors")
	after := 0
	if o.After != nil {
		after = o.After.Steps
	}
	o.Hooks = append(o.Hooks, training.Checkpoints{Path: path}.Hook(), training.Hook{Step: func(p training.Progress) error {
		if p.Step == after+step {
			cancel()
		}
		return nil
	}})
	if _, err := training.Fit(ctx, restless(t), train, valid, o); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, wanted one of the cancelled context", err)
	}
	c, err := training.LoadCheckpoint(path)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestNoCheckpoint holds where none can be had.
func TestNoCheckpoint(t *testing.T) {
	if _, err := (training.Progress{}).Checkpoint(); err == nil || !strings.Contains(err.Error(), "ask the Progress that a hook is given") {
		t.Errorf("of no run: error %v", err)
	}
	train, valid := flowers(t)
	o := options("default")
	o.Hooks = []training.Hook{{End: func(p training.Progress) error { _, err := p.Checkpoint(); return err }}}
	if _, err := training.Fit(t.Context(), restless(t), train, valid, o); err == nil || !strings.Contains(err.Error(), "no checkpoint of a run that has finished after 4 epochs") {
		t.Errorf("of a finished run: error %v", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	checkpoints := training.Checkpoints{Path: filepath.Join(file, "run.safetensors"), Soon: true}
	o.Hooks = []training.Hook{checkpoints.Hook()}
	if _, err := training.Fit(t.Context(), restless(t), train, valid, o); err == nil || !strings.Contains(err.Error(), "cannot make the folder of the checkpoint: ") {
		t.Errorf("into a file: error %v", err)
	}
	var warned []error
	checkpoints.Failed = func(err error) { warned = append(warned, err) }
	o.Hooks = []training.Hook{checkpoints.Hook()}
	if _, err := training.Fit(t.Context(), restless(t), train, valid, o); err != nil || len(warned) == 0 {
		t.Errorf("into a file, with %d warnings: error %v", len(warned), err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	path := filepath.Join(t.TempDir(), "run.safetensors")
	o.Hooks = []training.Hook{training.Checkpoints{Path: path}.Hook()}
	if _, err := training.Fit(ctx, restless(t), train, valid, o); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled before the first step: error %v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a run without a step left a checkpoint behind (error %v)", err)
	}
}

// TestCheckpointsAreThrottled holds that short runs do not write at all, and long
// ones little of the time.
func TestCheckpointsAreThrottled(t *testing.T) {
	train, valid := flowers(t)
	for _, soon := range []bool{false, true} {
		path := filepath.Join(t.TempDir(), "new", "run.safetensors")
		o := options("default")
		o.Hooks = []training.Hook{training.Checkpoints{Path: path, Note: "mine", Soon: soon}.Hook()}
		o.Epochs = 2
		start := time.Now()
		if _, err := training.Fit(t.Context(), restless(t), train, valid, o); err != nil {
			t.Fatal(err)
		}
		if time.Since(start) > 100*time.Millisecond {
			continue // the machine was busy with something else
		}
		c, err := training.LoadCheckpoint(path)
		if soon && (err != nil || c.Note != "mine" || len(c.History) != 1) || !soon && !errors.Is(err, os.ErrNotExist) {
			t.Errorf("soon %v: %+v (error %v)", soon, c, err)
		}
	}
}

const metadata = "perceptron.checkpoint"

// A checkpoint keeps what the run changes later.
func TestCheckpointIsACopy(t *testing.T) {
	train, valid := flowers(t)
	var first *training.Checkpoint
	texts := map[bool]string{}
	text := func() string {
		var b bytes.Buffer
		if err := first.Write(&b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	o := options("momentum")
	o.Hooks = []training.Hook{{Step: func(p training.Progress) (err error) {
		if p.Step == 6 {
			first, err = p.Checkpoint()
			first.Note = "as it was"
			texts[false] = text()
		}
		return err
	}}}
	if _, err := training.Fit(t.Context(), restless(t), train, valid, o); err != nil {
		t.Fatal(err)
	}
	if texts[true] = text(); texts[true] != texts[false] || !strings.Contains(texts[true], "as it was") {
		t.Error("the checkpoint of step 6 has changed by the end")
	}
}

// A run that saves its checkpoints, is interrupted and goes on.
func ExampleCheckpoints() {
	dir, err := os.MkdirTemp("", "run")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "run.safetensors")

	train := func(ctx context.Context, resume *training.Checkpoint, hooks ...training.Hook) (*training.Result, error) {
		xor, _ := datasets.XOR()
		data, _ := xor.Dataset()
		net, err := models.New(models.Binary, models.Seed(1), models.Linear(2, 8), models.Tanh(), models.Linear(8, 1))
		if err != nil {
			return nil, err
		}
		return training.Fit(ctx, net, data, nil, training.Options{
			Optimizer: training.Adam(0.05), Epochs: 200, Resume: resume,
			Hooks: append(hooks, training.Checkpoints{Path: path}.Hook()),
		})
	}

	ctx, cancel := context.WithCancel(context.Background())
	result, _ := train(ctx, nil, training.Hook{Epoch: func(p training.Progress) error {
		if p.Epoch == 130 {
			cancel() // as Ctrl-C may do, see signal.NotifyContext
		}
		return nil
	}})
	fmt.Println(result.Stop)

	checkpoint, err := training.LoadCheckpoint(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err = train(context.Background(), checkpoint)
	fmt.Println(result.Stop, err)
	// Output:
	// cancelled after 130 epochs
	// finished after 200 epochs <nil>
}
