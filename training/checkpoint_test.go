package training_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"perceptron/datasets"
	"perceptron/internal/safetensors"
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
	o.Hooks = []training.Hook{training.SaveCheckpoints(path, epochs+1), {Step: func(p training.Progress) error {
		if p.Step == step {
			cancel()
		}
		return nil
	}}}
	if _, err := training.Fit(ctx, restless(t), train, valid, o); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, wanted one of the cancelled context", err)
	}
	c, err := training.LoadCheckpoint(path)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

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
			for step := 1; step < want.Steps; step++ {
				o := options(name)
				o.Resume = interrupted(t, step, options(name))
				if o.Resume.Step != step {
					t.Fatalf("a checkpoint of step %d, wanted %d", o.Resume.Step, step)
				}
				again := restless(t)
				got, err := training.Fit(t.Context(), again, train, valid, o)
				if err != nil {
					t.Fatal(err)
				}
				if !reflect.DeepEqual(got, want) {
					t.Errorf("resumed after step %d: %+v\nwanted %+v", step, got, want)
				}
				if !bytes.Equal(bytesOf(t, again), bytesOf(t, net)) {
					t.Errorf("resumed after step %d: another model", step)
				}
			}
		})
	}
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
			if err != nil || !reflect.DeepEqual(got, want) || !bytes.Equal(bytesOf(t, again), bytesOf(t, net)) {
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
		o.Hooks = []training.Hook{training.SaveCheckpoints(path, 1)}
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
		if err != nil || !reflect.DeepEqual(got, want) || !bytes.Equal(bytesOf(t, again), bytesOf(t, net)) {
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
		}, "label smoothing: now 0.2, in the checkpoint 0.1"},
		{"rows", func(_ **models.Model, train, _ **datasets.Dataset, _ *training.Options) { *train = fewer }, "training rows: now 13 of 4 features"},
		{"order of rows", func(_ **models.Model, train, _ **datasets.Dataset, _ *training.Options) { *train = moved }, "training rows: now 46 of 4 features and checksum"},
		{"validation rows", func(_ **models.Model, _, valid **datasets.Dataset, _ *training.Options) { *valid = nil }, "validation rows: now none, in the checkpoint 20 of 4 features and checksum"},
		{"optimizer", func(_ **models.Model, _, _ **datasets.Dataset, o *training.Options) { o.Optimizer = training.SGD(1) }, "optimizer: now {name:SGD lr:1"},
		{"rate", func(_ **models.Model, _, _ **datasets.Dataset, o *training.Options) {
			o.Optimizer = training.Adam(0.002)
		}, "optimizer: now {name:Adam lr:0.002"},
		{"batch size", func(_ **models.Model, _, _ **datasets.Dataset, o *training.Options) { o.BatchSize = 11 }, "batch size: now 11, in the checkpoint 10"},
		{"two at once", func(_ **models.Model, _, _ **datasets.Dataset, o *training.Options) { o.DropLast, o.Seed = true, 1 },
			"drop last: now true, in the checkpoint false; seed of training: now 1, in the checkpoint 7: resume with the model, data and options of its beginning, or begin anew"},
		{"threshold", func(_ **models.Model, _, _ **datasets.Dataset, o *training.Options) { o.LossBelow = 1 }, "loss below: now 1, in the checkpoint 0"},
		{"patience", func(_ **models.Model, _, _ **datasets.Dataset, o *training.Options) { o.EarlyStopping.Patience = 1 }, "early stopping: now {Patience:1"},
		{"clipping", func(_ **models.Model, _, _ **datasets.Dataset, o *training.Options) { o.ClipValue = 1 }, "clipping: now norm 0, value 1, in the checkpoint norm 0, value 0"},
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

// TestResumeOfOld holds that a checkpoint from before there were adversarial rows
// is of a run without them.
func TestResumeOfOld(t *testing.T) {
	train, valid := flowers(t)
	f := file(t)
	text := strings.Replace(f.Metadata[metadata], `"adversarial":"0",`, "", 1)
	if text == f.Metadata[metadata] {
		t.Fatalf("nothing to take out of %s", text)
	}
	f.Metadata[metadata] = text
	var b bytes.Buffer
	if err := safetensors.Write(&b, f); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "old.safetensors")
	if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, eps := range []float64{0, 0.1} {
		o := options("early stopping")
		o.Adversarial = eps
		var err error
		if o.Resume, err = training.LoadCheckpoint(path); err != nil {
			t.Fatal(err)
		}
		_, err = training.Fit(t.Context(), restless(t), train, valid, o)
		if eps == 0 && err != nil || eps > 0 && (err == nil || !strings.Contains(err.Error(), "adversarial: now 0.1, in the checkpoint 0")) {
			t.Errorf("resumed with eps %v: error %v", eps, err)
		}
	}
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
	path := filepath.Join(t.TempDir(), "absent", "run.safetensors")
	o.Hooks = []training.Hook{training.SaveCheckpoints(path, 1)}
	if _, err := training.Fit(t.Context(), restless(t), train, valid, o); err == nil || !strings.Contains(err.Error(), "cannot write "+path) {
		t.Errorf("into no folder: error %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	path = filepath.Join(t.TempDir(), "run.safetensors")
	o.Hooks = []training.Hook{training.SaveCheckpoints(path, 1)}
	if _, err := training.Fit(ctx, restless(t), train, valid, o); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled before the first step: error %v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a run without a step left a checkpoint behind (error %v)", err)
	}
}

// file is a checkpoint's file, taken apart.
func file(t testing.TB) *safetensors.File {
	t.Helper()
	var b bytes.Buffer
	if err := interrupted(t, 10, options("early stopping")).Write(&b); err != nil {
		t.Fatal(err)
	}
	f, err := safetensors.Parse(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return f
}

const metadata = "perceptron.checkpoint"

// TestDamagedCheckpoint holds that a file is refused with the reason, by
// LoadCheckpoint or, where it is only of another run, by Fit.
func TestDamagedCheckpoint(t *testing.T) {
	replace := func(from, to string) func(*safetensors.File) {
		return func(f *safetensors.File) {
			text := f.Metadata[metadata]
			if !strings.Contains(text, from) {
				t.Fatalf("no %s in %s", from, text)
			}
			f.Metadata[metadata] = strings.Replace(text, from, to, 1)
		}
	}
	change := func(name string, f func(*safetensors.Tensor)) func(*safetensors.File) {
		return func(file *safetensors.File) { f(file.Lookup(name)) }
	}
	remove := func(name string) func(*safetensors.File) {
		return func(f *safetensors.File) {
			for i, t := range f.Tensors {
				if t.Name == name {
					f.Tensors = append(f.Tensors[:i], f.Tensors[i+1:]...)
					return
				}
			}
			t.Fatalf("no tensor %s", name)
		}
	}
	train, valid := flowers(t)
	for _, c := range []struct {
		name   string
		damage func(*safetensors.File)
		want   string
	}{
		{"another kind", func(f *safetensors.File) { f.Metadata = nil }, "the file is no checkpoint"},
		{"newer", replace(`"version":1`, `"version":2`), `the checkpoint has format version 2, written by "perceptron `},
		{"no version", replace(`"version":1`, `"version":0`), "format version 0"},
		{"no JSON", replace(`{`, `[`), "the checkpoint is damaged"},
		{"text for a number", replace(`"step":10`, `"step":"10"`), "the checkpoint is damaged"},
		{"negative step", replace(`"step":10`, `"step":-10`), "step -10"},
		{"a step of another epoch", replace(`"step":10`, `"step":4`), "the checkpoint is damaged: step 4 with 2 epochs finished"},
		{"a step too far", replace(`"step":10`, `"step":9000000000000000000`), "already at step 9000000000000000000"},
		{"best of the future", replace(`"best_epoch":`, `"best_epoch":5`), "the best of 2"},
		{"another run", replace(`"batch size":"10"`, `"batch size":"20"`), "batch size: now 10, in the checkpoint 20"},
		{"other rates", replace(`"factors":`, `"factors":1`), "other learning rates"},
		{"no history", remove("history"), "the history is missing"},
		{"history of one number", change("history", func(t *safetensors.Tensor) { t.Shape = []int{len(t.Float64s)} }), "history of type F64 and shape [18]"},
		{"history of other columns", change("history", func(t *safetensors.Tensor) { t.Shape = []int{9, 2} }), "history of type F64 and shape [9 2]"},
		{"a stray tensor", change("history", func(t *safetensors.Tensor) {
			t.Name, t.DType, t.Shape, t.Data = "future", "F32", []int{1}, []float32{1}
		}), `tensor "future" belongs to no part`},
		{"no weight", remove("model.fc1.weight"), "fc1.weight is missing"},
		{"no best weight", remove("best.fc1.weight"), "the best weights so far: models: the state dict does not fit this model:\n  fc1.weight is missing"},
		{"a weight of another shape", change("model.fc1.weight", func(t *safetensors.Tensor) { t.Shape = []int{4, 8} }), "fc1.weight has shape (4, 8): wanted (8, 4)"},
		{"a weight of another type", change("model.fc1.bias", func(t *safetensors.Tensor) { t.DType, t.Float64s = "F64", make([]float64, 8) }), "type F64 and shape [8]"},
		{"no memory", remove("optimizer.1.fc2.bias"), "0 numbers in the optimizer's 1.fc2.bias: wanted 3"},
		{"memory of another type", change("optimizer.0.fc2.bias", func(t *safetensors.Tensor) { t.DType, t.Shape, t.Ints = "I64", []int{}, []int64{1} }), "0 numbers in the optimizer's 0.fc2.bias: wanted 3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := file(t)
			c.damage(f)
			path := filepath.Join(t.TempDir(), "damaged.safetensors")
			w, err := os.Create(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(safetensors.Write(w, f), w.Close()); err != nil {
				t.Fatal(err)
			}
			o := options("early stopping")
			if o.Resume, err = training.LoadCheckpoint(path); err == nil {
				_, err = training.Fit(t.Context(), restless(t), train, valid, o)
			} else if !strings.HasPrefix(err.Error(), "training: "+path+": ") {
				t.Errorf("error %q does not name the file", err)
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v\nwanted one with %s", err, c.want)
			}
		})
	}
	if _, err := training.LoadCheckpoint("absent.safetensors"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("absent file: error %v", err)
	}
}

// TestCutCheckpoint reads files that end too early: each is refused, and costs
// little memory.
func TestCutCheckpoint(t *testing.T) {
	var b bytes.Buffer
	if err := safetensors.Write(&b, file(t)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "cut.safetensors")
	for n := 0; n < b.Len(); n += 37 {
		if err := os.WriteFile(path, b.Bytes()[:n], 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := training.LoadCheckpoint(path); err == nil || !strings.Contains(err.Error(), "or begin the training anew") {
			t.Fatalf("cut after %d bytes: error %v", n, err)
		}
	}
}

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

// loadWithin loads a file, which must cost no more than a small multiple of its
// size in memory.
func loadWithin(t *testing.T, path string, data []byte) (*training.Checkpoint, error) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	c, err := training.LoadCheckpoint(path)
	runtime.ReadMemStats(&after)
	if used, most := after.TotalAlloc-before.TotalAlloc, uint64(1<<20+50*len(data)); used > most {
		t.Errorf("a file of %d bytes took %d bytes of memory, more than %d", len(data), used, most)
	}
	return c, err
}

func TestHostileCheckpoint(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hostile.safetensors")
	for name, spoil := range map[string]func(*safetensors.File){
		"many tensors": func(f *safetensors.File) {
			for i := range 20000 {
				f.Tensors = append(f.Tensors, safetensors.Tensor{Name: fmt.Sprint("model.", i), Shape: []int{1}, Data: []float32{1}})
			}
		},
		"many epochs": func(f *safetensors.File) {
			h := f.Lookup("history")
			h.Float64s = make([]float64, 9*20000)
			h.Shape[0] = 20000
		},
		"many facts": func(f *safetensors.File) {
			text := f.Metadata[metadata]
			at := strings.Index(text, `"run":{`) + len(`"run":{`)
			var facts strings.Builder
			for i := range 20000 {
				fmt.Fprintf(&facts, `"%d":"",`, i)
			}
			f.Metadata[metadata] = text[:at] + facts.String() + text[at:]
		},
		"deep brackets": func(f *safetensors.File) { f.Metadata[metadata] = strings.Repeat("[", 1<<20) },
	} {
		t.Run(name, func(t *testing.T) {
			f := file(t)
			spoil(f)
			var b bytes.Buffer
			if err := safetensors.Write(&b, f); err != nil {
				t.Fatal(err)
			}
			c, err := loadWithin(t, path, b.Bytes())
			if err != nil {
				return
			}
			train, valid := flowers(t)
			o := options("early stopping")
			o.Resume = c
			if _, err := training.Fit(t.Context(), restless(t), train, valid, o); (err == nil) != (name == "many facts") {
				t.Errorf("error %v", err)
			}
		})
	}
}

// FuzzLoadCheckpoint holds that no file makes LoadCheckpoint or Fit panic, or
// take much memory.
func FuzzLoadCheckpoint(f *testing.F) {
	var b bytes.Buffer
	if err := safetensors.Write(&b, file(f)); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add(b.Bytes()[:1000])
	train, valid := flowers(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		o := options("early stopping")
		var err error
		if o.Resume, err = loadWithin(t, filepath.Join(t.TempDir(), "fuzz.safetensors"), data); err != nil {
			return
		}
		if r, err := training.Fit(t.Context(), restless(t), train, valid, o); err == nil && r.Epochs > epochs {
			t.Errorf("%d epochs", r.Epochs)
		}
	})
}

// A run that saves its checkpoints, is interrupted and goes on.
func ExampleSaveCheckpoints() {
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
			Hooks: append(hooks, training.SaveCheckpoints(path, 100)),
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
