package training_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"perceptron/internal/safetensors"
	"perceptron/training"
)

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
		{"newer", replace(`"version":2`, `"version":3`), `the checkpoint has format version 3, written by "perceptron `},
		{"older", replace(`"version":2`, `"version":1`), "end the run with the program it was begun with, or begin anew"},
		{"no version", replace(`"version":2`, `"version":0`), "format version 0"},
		{"an unknown key", replace(`"step":10`, `"step":10,"leap":1`), `unknown field "leap": the checkpoint is damaged`},
		{"an unknown fact", replace(`"run":{`, `"run":{"weather":"fair",`), "weather: now unknown, in the checkpoint fair"},
		{"no JSON", replace(`{`, `[`), "the checkpoint is damaged"},
		{"text for a number", replace(`"step":10`, `"step":"10"`), "the checkpoint is damaged"},
		{"negative step", replace(`"step":10`, `"step":-10`), "step -10"},
		{"a step of another epoch", replace(`"step":10`, `"step":4`), "the checkpoint is damaged: step 4 with 2 epochs finished"},
		{"a step too far", replace(`"step":10`, `"step":9000000000000000000`), "already at step 9000000000000000000"},
		{"best of the future", replace(`"best_epoch":`, `"best_epoch":5`), "the best of 2"},
		{"another run", replace(`"batch size":"10"`, `"batch size":"20"`), "batch size: now 10, in the checkpoint 20"},
		{"other rates", replace(`"factors":`, `"factors":1`), "other learning rates"},
		{"no history", remove("history"), "the history is missing"},
		{"history of one number", change("history", func(t *safetensors.Tensor) { t.Shape = []int{len(t.Float64s)} }), "history of type F64 and shape [40]"},
		{"history of other columns", change("history", func(t *safetensors.Tensor) { t.Shape = []int{20, 2} }), "history of type F64 and shape [20 2]"},
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
			h.Float64s = make([]float64, 20*20000)
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
