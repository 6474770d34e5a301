package outside_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	// The module is built outside go test, which would not notice otherwise
	// that these have changed, and repeat an old result.
	_ "perceptron/datasets"
	_ "perceptron/models"
	_ "perceptron/training"
)

// TestOutsideModule builds the programs of a module that requires perceptron
// and runs them. Nothing is downloaded: they need no module but perceptron's
// own, whose go.sum is theirs too.
func TestOutsideModule(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	module := filepath.Join(t.TempDir(), "outside")
	if err := os.CopyFS(module, os.DirFS(filepath.Join("testdata", "outside"))); err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(module, "go.sum"), sums, 0o644); err != nil {
		t.Fatal(err)
	}
	command := func(t *testing.T, name string, args ...string) string {
		t.Helper()
		c := exec.CommandContext(t.Context(), name, args...)
		c.Dir = module
		c.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off", "CGO_ENABLED=0")
		text, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", strings.Join(c.Args, " "), err, text)
		}
		return string(text)
	}
	command(t, "go", "mod", "edit", "-replace", "perceptron="+root)
	command(t, "go", "build", "-ldflags=-s -w", "-o", "bin"+string(filepath.Separator), "./...")

	t.Run("train", func(t *testing.T) {
		if got, want := command(t, filepath.Join(module, "bin", "train")), "early stop true, 60 of 60 right\napple\nbanana\nlemon\n"; got != want {
			t.Errorf("output %q, want %q", got, want)
		}
	})
	t.Run("predict", func(t *testing.T) {
		saved := filepath.Join(root, "results", "iris", "model.safetensors")
		for lengths, want := range map[string]string{"5.1 3.5 1.4 0.2": "setosa", "5.9 2.8 4.2 1.3": "versicolor", "6.6 3.0 5.7 2.1": "virginica"} {
			args := append([]string{saved}, strings.Fields(lengths)...)
			if got := command(t, filepath.Join(module, "bin", "predict"), args...); got != want+"\n" {
				t.Errorf("%s: %q, want %q", lengths, got, want)
			}
		}
	})
}
