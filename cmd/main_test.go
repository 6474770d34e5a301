// Package cmd_test runs the lessons as a reader does: as programs.
package cmd_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// programs is the folder with the built lessons.
var programs string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		var err error
		if programs, err = os.MkdirTemp("", "lessons"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(programs)
		// Without debugging tables linking takes half the time.
		build := exec.Command("go", "build", "-ldflags=-s -w", "-o", programs+string(filepath.Separator), "./xor", "./boston", "./iris", "./mnist", "./activations")
		if text, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "build the lessons: %v\n%s", err, text)
			return 1
		}
		return m.Run()
	}())
}

// A reader sees a lesson at a glance, in the order of the course.
func TestLessonsReadFromTopToBottom(t *testing.T) {
	for _, name := range []string{"xor", "boston", "iris", "mnist"} {
		text, err := os.ReadFile(filepath.Join(name, "main.go"))
		if err != nil {
			t.Fatal(err)
		}
		if lines := strings.Count(string(text), "\n"); lines > 120 {
			t.Errorf("%s/main.go has %d lines, more than 120", name, lines)
		}
		rest := string(text)
		for _, step := range []string{"1. Training data", "2. Preprocessing", "3. The network", "run.Network(", "4–8.", "run.Fit(", "run.Evaluate(", "run.Write("} {
			_, after, found := strings.Cut(rest, step)
			if !found {
				t.Errorf("%s/main.go: %q is missing or not in its place", name, step)
				continue
			}
			rest = after
		}
	}
}

// result is what a program left behind.
type result struct {
	code           int
	stdout, stderr string
}

// lesson is a command that runs in a folder of its own.
func lesson(t *testing.T, folder, name string, args ...string) *exec.Cmd {
	c := exec.CommandContext(t.Context(), filepath.Join(programs, name), args...)
	c.Dir = folder
	return c
}

func run(t *testing.T, folder, name string, args ...string) result {
	t.Helper()
	return finish(t, lesson(t, folder, name, args...))
}

func finish(t *testing.T, c *exec.Cmd) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	if err := c.Run(); err != nil {
		if _, exited := err.(*exec.ExitError); !exited {
			t.Fatal(err)
		}
	}
	return result{c.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// succeed runs a lesson that must not complain.
func succeed(t *testing.T, folder, name string, args ...string) string {
	t.Helper()
	r := run(t, folder, name, args...)
	if r.code != 0 || r.stderr != "" {
		t.Fatalf("%s %s: exit %d, standard error %q", name, strings.Join(args, " "), r.code, r.stderr)
	}
	return r.stdout
}

// contents reads all files below a folder; an absent folder has none.
func contents(t *testing.T, folder string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(folder, path)
		files[name] = string(text)
		return err
	})
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return files
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func packed(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func embedded(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "datasets", "data", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// digits is a made-up file of MNIST's layout: each digit is a bar of its own.
func digits(rows int) string {
	var b strings.Builder
	for row := range rows {
		digit := row % 10
		fmt.Fprint(&b, digit)
		for pixel := range 784 {
			ink := 0
			if x, y := pixel%28, pixel/28; y > 3 && y < 24 && x/2 == digit+2 {
				ink = 255 - (row*7+y)%100
			}
			fmt.Fprintf(&b, ",%d", ink)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func mkdir(t *testing.T, path string) {
	t.Helper()
	if err := os.MkdirAll(path, 0o755); err != nil {
		t.Fatal(err)
	}
}
