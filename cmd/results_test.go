package cmd_test

import (
	"encoding/json"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"perceptron/internal/exercise"
)

// wanted are the files of a training, and those of a saved network alone.
var wanted = map[string]struct{ trained, loaded string }{
	"xor":    {"decision.png history.csv loss.png metrics.json model.onnx model.safetensors predictions.csv", "decision.png metrics.json predictions.csv"},
	"boston": {"comparison.png history.csv loss.png metrics.json model.onnx model.safetensors predicted.png predictions.csv", "comparison.png metrics.json predicted.png predictions.csv"},
	"iris":   {"confusion.png history.csv loss.png metrics.json model.onnx model.safetensors predictions.csv", "confusion.png metrics.json predictions.csv"},
	"mnist":  {"confusion.png history.csv loss.png metrics.json mistakes.png model.onnx model.safetensors predictions.csv", "confusion.png metrics.json mistakes.png predictions.csv"},
}

// arguments of a lesson that trains it in full, but MNIST on made-up pictures.
func arguments(t *testing.T, name string) []string {
	if name != "mnist" {
		return []string{"-quiet"}
	}
	dir := t.TempDir()
	train, valid := filepath.Join(dir, "train.csv"), filepath.Join(dir, "valid.csv.gz")
	write(t, train, digits(200))
	write(t, valid, packed(t, digits(50)))
	return []string{"-quiet", "-train", train, "-valid", valid, "-epochs", "10", "-hidden", "16", "-batchnorm", "-batchnorm2d", "-dropout", "0.1"}
}

// Every lesson twice, with one and with two processors: the same bytes. Then the
// saved network again: the same figures, predictions and pictures.
func TestLessons(t *testing.T) {
	least := map[string]float64{"xor": 1, "iris": 0.93, "mnist": 0.9} // of made-up digits, for MNIST
	for name, files := range wanted {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := arguments(t, name)
			dir := t.TempDir()
			var results [2]map[string]string
			for i, processors := range []string{"GOMAXPROCS=1", "GOMAXPROCS=2"} {
				c := lesson(t, dir, name, args...)
				c.Env = append(os.Environ(), processors)
				if r := finish(t, c); r.code != 0 || r.stderr != "" {
					t.Fatalf("%s: exit %d, standard error %q", processors, r.code, r.stderr)
				}
				results[i] = contents(t, filepath.Join(dir, "results", name))
			}
			same(t, results[1], results[0])
			names := slices.Sorted(maps.Keys(results[0]))
			if got := strings.Join(names, " "); got != files.trained {
				t.Errorf("files %s\nwant  %s", got, files.trained)
			}
			for _, file := range names {
				if strings.HasSuffix(file, ".png") {
					if _, err := png.Decode(strings.NewReader(results[0][file])); err != nil {
						t.Errorf("%s: %v", file, err)
					}
				}
			}
			var metrics struct{ Accuracy, RMSE float64 }
			if err := json.Unmarshal([]byte(results[0]["metrics.json"]), &metrics); err != nil {
				t.Fatal(err)
			}
			if name == "boston" && !(metrics.RMSE > 0 && metrics.RMSE <= 3.6) || metrics.Accuracy < least[name] {
				t.Errorf("metrics %+v are worse than they should be", metrics)
			}

			again := []string{"-quiet", "-load", filepath.Join("results", name, "model.safetensors"), "-out", "again"}
			if name == "mnist" {
				again = append(again, args[3:5]...) // -valid
			}
			succeed(t, dir, name, again...)
			loaded := contents(t, filepath.Join(dir, "again"))
			if got := strings.Join(slices.Sorted(maps.Keys(loaded)), " "); got != files.loaded {
				t.Errorf("files with -load %s\nwant %s", got, files.loaded)
			}
			if name == "mnist" { // which can't leave training rows out of a file by itself
				r := run(t, dir, name, append(again[:5:5], "-valid", args[2])...)
				if r.code != 0 || !strings.Contains(r.stderr, "was trained on all of the 200 validation rows") {
					t.Errorf("validated with the training file: exit %d, standard error %q", r.code, r.stderr)
				}
			}
			for file := range results[0] {
				if _, ok := loaded[file]; !ok {
					delete(results[0], file)
				}
			}
			same(t, loaded, results[0])
		})
	}
}

func same(t *testing.T, got, want map[string]string) {
	t.Helper()
	for file := range want {
		if got[file] != want[file] {
			t.Errorf("%s differs", file)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d files, want %d", len(got), len(want))
	}
}

func TestActivations(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, out := range []string{"a", "b"} {
		succeed(t, dir, "activations", "-quiet", "-out", out)
	}
	files := contents(t, filepath.Join(dir, "a"))
	if got := slices.Sorted(maps.Keys(files)); !slices.Equal(got, []string{"activations.png", "derivatives.png"}) {
		t.Errorf("files %v", got)
	}
	same(t, contents(t, filepath.Join(dir, "b")), files)
}

// A copy of the embedded table, plain or packed, gives what the table gives.
func TestOwnData(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"xor", "boston", "iris"} {
		dir := t.TempDir()
		write(t, filepath.Join(dir, "own.csv"), embedded(t, name+".csv"))
		write(t, filepath.Join(dir, "own.csv.gz"), packed(t, embedded(t, name+".csv")))
		short := []string{"-quiet", "-epochs", "2", "-out"}
		succeed(t, dir, name, append(short, "embedded")...)
		want := contents(t, filepath.Join(dir, "embedded"))
		for _, file := range []string{"own.csv", "own.csv.gz"} {
			succeed(t, dir, name, append(short, "out", "-data", file)...)
			same(t, contents(t, filepath.Join(dir, "out")), want)
		}
	}
}

// The last rows of the Boston table are from towns of their own.
func TestSequential(t *testing.T) {
	dir := t.TempDir()
	succeed(t, dir, "boston", "-quiet", "-epochs", "2", "-sequential", "-out", "out")
	lines := strings.Split(contents(t, filepath.Join(dir, "out"))["predictions.csv"], "\n")
	if !strings.HasPrefix(lines[1], "400,") || !strings.HasPrefix(lines[106], "505,") {
		t.Errorf("validation rows from %q to %q: want 400 to 505", lines[1], lines[106])
	}
	// The saved network remembers it.
	succeed(t, dir, "boston", "-quiet", "-load", filepath.Join("out", "model.safetensors"), "-out", "again")
	if got := contents(t, filepath.Join(dir, "again"))["predictions.csv"]; got != strings.Join(lines, "\n") {
		t.Error("-load validates on other rows than the training")
	}
}

// The steps of main.go are those of Lesson.Run, which other programs call. (That
// this test imports the lessons also lets go test notice when they change,
// since the programs are built behind its back.)
func TestInProcess(t *testing.T) {
	dir := t.TempDir()
	for _, l := range []*exercise.Lesson{exercise.XOR(), exercise.Iris()} {
		settings, err := l.Settings("deck")
		if err != nil {
			t.Fatal(err)
		}
		settings.Epochs, settings.Seed = 10, 3
		outcome, err := l.Run(t.Context(), settings)
		if err != nil {
			t.Fatal(err)
		}
		var model strings.Builder
		if err := outcome.Net.Write(&model); err != nil {
			t.Fatal(err)
		}
		succeed(t, dir, l.Name, "-quiet", "-recipe", "deck", "-epochs", "10", "-seed", "3")
		if contents(t, filepath.Join(dir, "results", l.Name))["model.safetensors"] != model.String() {
			t.Errorf("%s: the command and Lesson.Run trained different networks", l.Name)
		}
	}
}

// What a reader sees.
func TestStandardOutput(t *testing.T) {
	dir := t.TempDir()
	r := run(t, dir, "iris", "-epochs", "20", "-recipe", "deck")
	for _, want := range []string{"iris: 70 rows × 4 features", "iris: 80 rows", "Network, recipe deck, seed 1", "Linear(4, 16)", "131 trained parameters",
		"CrossEntropyLoss", "adam", "finished after 20 epochs, 100 steps", "80 validation rows", "accuracy", filepath.Join("results", "iris"), "confusion.png"} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("standard output lacks %q:\n%s", want, r.stdout)
		}
	}
	if lines := strings.Count(r.stderr, "\n"); lines != 10 || !strings.HasPrefix(r.stderr, "epoch 2 of 20: training loss ") {
		t.Errorf("%d lines of progress, want 10:\n%s", lines, r.stderr)
	}
	if text := succeed(t, dir, "iris", "-help"); !strings.Contains(text, "Examples:") || !strings.Contains(text, "-hidden 64,64") {
		t.Errorf("-help says:\n%s", text)
	}
}
