package atomicfile_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"perceptron/internal/atomicfile"
)

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

func TestCheck(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.txt")
	if err := atomicfile.Write(path, text("x")); err != nil {
		t.Fatal(err)
	}
	if err := atomicfile.Check(path); err != nil {
		t.Error(err)
	}
	only(t, dir, "a.txt", "x")
	if err := atomicfile.Check(filepath.Join(dir, "absent", "a.txt")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no folder: error %v", err)
	}
	if err := atomicfile.Check(filepath.Join(path, "b.txt")); err == nil || strings.Contains(err.Error(), "tmp-") {
		t.Errorf("a file for a folder: error %v", err)
	}
}

func TestRemove(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.txt")
	ended := exec.Command("true")
	if err := ended.Run(); err != nil {
		t.Skip(err)
	}
	leftover := filepath.Join(dir, fmt.Sprintf(".a.txt.tmp-%d-X", ended.Process.Pid))
	for range 2 { // with and without the file
		if err := os.WriteFile(leftover, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := atomicfile.Write(filepath.Join(dir, "b.txt"), text("x")); err != nil {
			t.Fatal(err)
		}
		if err := atomicfile.Remove(path); err != nil {
			t.Error(err)
		}
		only(t, dir, "b.txt", "x")
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := atomicfile.Remove(dir + "/b.txt/c"); err == nil || !strings.HasPrefix(err.Error(), "cannot remove ") {
		t.Errorf("below a file: error %v", err)
	}
}

// only fails the test unless dir holds exactly one file, name, with content want.
func only(t *testing.T, dir, name, want string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 || entries[0].Name() != name {
		t.Errorf("folder holds %v, want only %s", entries, name)
	}
	if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != want {
		t.Errorf("%s holds %q, %v; want %q", name, got, err, want)
	}
}

func TestWriteCreatesAndReplaces(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.txt")
	for _, content := range []string{"first, and rather long", "second", ""} {
		if err := atomicfile.Write(path, text(content)); err != nil {
			t.Fatal(err)
		}
		only(t, dir, "a.txt", content)
	}
}

func TestWriteIntoTheWorkingFolder(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := atomicfile.Write("a.txt", text("x")); err != nil {
		t.Fatal(err)
	}
	only(t, dir, "a.txt", "x")
}

func TestModeIsThatOfAnOrdinaryFile(t *testing.T) {
	dir := t.TempDir()
	ordinary, ours := filepath.Join(dir, "ordinary"), filepath.Join(dir, "ours")
	if err := os.WriteFile(ordinary, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := atomicfile.Write(ours, text("x")); err != nil {
		t.Fatal(err)
	}
	want, _ := os.Stat(ordinary)
	got, _ := os.Stat(ours)
	if got.Mode() != want.Mode() {
		t.Errorf("mode %v, want %v", got.Mode(), want.Mode())
	}
}

func TestOldFileSurvivesAFailingWriter(t *testing.T) {
	failure := errors.New("the disk caught fire")
	half := func(end func() error) func(io.Writer) error {
		return func(w io.Writer) error {
			io.WriteString(w, "half of the n")
			return end()
		}
	}
	for name, write := range map[string]func(io.Writer) error{
		"error":                half(func() error { return failure }),
		"panic":                half(func() error { panic(failure) }),
		"another file's error": half(func() error { return &fs.PathError{Op: "open", Path: "source", Err: failure} }),
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "a.txt")
			if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
				t.Fatal(err)
			}
			var err error
			func() {
				defer func() {
					if r := recover(); r != nil {
						err = fmt.Errorf("%s: panic: %w", path, r.(error))
					}
				}()
				err = atomicfile.Write(path, write)
			}()
			if !errors.Is(err, failure) || !strings.Contains(err.Error(), path) {
				t.Errorf("error %v, want one that names %s and wraps %q", err, path, failure)
			}
			if name == "another file's error" && !strings.Contains(err.Error(), "source") {
				t.Errorf("error %q does not name the other file", err)
			}
			only(t, dir, "a.txt", "old")
		})
	}
}

func TestErrorsNameTheTarget(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	folder := filepath.Join(dir, "folder")
	locked := filepath.Join(dir, "locked")
	if err := errors.Join(os.WriteFile(file, nil, 0o644), os.Mkdir(folder, 0o755), os.Mkdir(locked, 0o555)); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		path string
		want error // nil: any
	}{
		"missing folder":          {filepath.Join(dir, "none", "a"), fs.ErrNotExist},
		"a file as folder":        {filepath.Join(file, "a"), nil},
		"a folder as target":      {folder, nil},
		"folder without w":        {filepath.Join(locked, "a"), fs.ErrPermission},
		"no name":                 {"", nil},
		"a name with a NUL in it": {filepath.Join(dir, "a\x00b"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			if c.want == fs.ErrPermission && os.Geteuid() == 0 {
				t.Skip("root may write everywhere")
			}
			err := atomicfile.Write(c.path, text("x"))
			if err == nil || c.want != nil && !errors.Is(err, c.want) {
				t.Fatalf("error %v, want %v", err, c.want)
			}
			if !strings.HasPrefix(err.Error(), "cannot write "+c.path+": ") || strings.Contains(err.Error(), ".tmp-") {
				t.Errorf("error %q should name the target alone", err)
			}
		})
	}
	for _, d := range []string{dir, folder} {
		if left, _ := filepath.Glob(filepath.Join(d, ".*")); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	}
}

func TestConcurrentWritersLeaveOneWholeFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.bin")
	const writers, size = 16, 100_000
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			for range 5 {
				content := bytes.Repeat([]byte{byte('a' + i)}, size)
				if err := atomicfile.Write(path, text(string(content))); err != nil {
					t.Error(err)
				}
				got, err := os.ReadFile(path)
				if err != nil || len(got) != size || bytes.Count(got, got[:1]) != size {
					t.Errorf("read a mixed or short file of %d bytes, %v", len(got), err)
				}
			}
		})
	}
	wg.Wait()
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("folder holds %v, want only a.bin", entries)
	}
}

// TestKilledWriter runs this test binary once more as a writer that hangs
// after half of its content, and kills it.
func TestKilledWriter(t *testing.T) {
	const variable = "ATOMICFILE_TEST_HANG"
	if path := os.Getenv(variable); path != "" {
		err := atomicfile.Write(path, func(w io.Writer) error {
			io.WriteString(w, "half of the n")
			fmt.Println("half")
			time.Sleep(time.Minute)
			return nil
		})
		t.Fatal("not killed:", err)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "a.txt")
	if err := atomicfile.Write(path, text("old")); err != nil {
		t.Fatal(err)
	}
	child := exec.Command(os.Args[0], "-test.run=^TestKilledWriter$")
	child.Env = append(os.Environ(), variable+"="+path)
	output, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(output, make([]byte, len("half"))); err != nil {
		t.Fatal(err)
	}
	if err := atomicfile.Write(path, text("older")); err != nil {
		t.Fatal(err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 2 {
		t.Errorf("folder holds %v, want the target and the living writer's temporary", entries)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	child.Wait()
	if got, _ := os.ReadFile(path); string(got) != "older" {
		t.Errorf("after the kill the file holds %q, want %q", got, "older")
	}
	neighbour := filepath.Join(dir, ".a.txt.tmp-notes")
	if err := os.WriteFile(neighbour, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := atomicfile.Write(path, text("new")); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(neighbour); err != nil {
		t.Errorf("a file that is no temporary was removed: %v", err)
	}
	only(t, dir, "a.txt", "new")
}
