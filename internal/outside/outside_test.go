// Package outside builds programs in modules of their own that use this one, as
// other people's would.
package outside

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestPrograms runs each program of testdata in a new module that requires this
// one by a replace directive.
func TestPrograms(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	// What a tidy module that uses this one requires: the same modules, and this one.
	module, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	module = bytes.Replace(module, []byte("module perceptron\n"), []byte("module outside\n"), 1)
	module = fmt.Appendf(module, "\nrequire perceptron v0.0.0\n\nreplace perceptron => %q\n", root)
	for name, content := range map[string][]byte{"go.mod": module, "go.sum": sums} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct{ program, input, want string }{
		{"species", "5.1 3.5 1.4 0.2", "setosa\n"},
		{"species", "6.5 3 5.8 2.2", "virginica\n"},
		{"train", "", "a true\n"},
	} {
		source, err := os.ReadFile(filepath.Join("testdata", test.program, "main.go"))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "main.go"), source, 0o600); err != nil {
			t.Fatal(err)
		}
		build := exec.Command("go", "build", "-o", test.program, ".")
		build.Dir = dir
		build.Env = append(os.Environ(), "GOPROXY=off", "GOWORK=off", "GOFLAGS=") // what is built here is downloaded already
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", test.program, err, out)
		}
		run := exec.Command(filepath.Join(dir, test.program))
		run.Dir, run.Stdin = root, strings.NewReader(test.input)
		got, err := run.CombinedOutput()
		if err != nil || string(got) != test.want {
			t.Errorf("%s < %q: %v, printed %q: wanted %q", test.program, test.input, err, got, test.want)
		}
	}
}
