// Package atomicfile replaces files whole: whoever reads the target, and
// whoever kills the writer at any moment, finds the old file or the new one,
// never a part of one.
//
// The content goes to a hidden temporary beside the target, because only a
// rename within one folder is atomic. A run that is killed while writing
// leaves that temporary, named ".<target>.tmp-<pid>-<random>", behind. Nothing
// ever reads it, and the next Write of the same target removes it.
package atomicfile

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// Write replaces the file at path, or creates it, with what write puts into
// its argument. The argument is not buffered. If write or the disk fails, or
// write panics, the file at path stays as it was.
//
// The folder must exist. The new file has mode 0644 less the umask; a symbolic
// link at path is replaced, not followed. Concurrent writers of one path are
// safe, and the last to finish wins. Errors read "cannot write PATH: cause"
// and wrap the cause.
func Write(path string, write func(io.Writer) error) error {
	temporary := temporaryFor(path)
	if err := writeAndRename(temporary, path, write); err != nil {
		return fmt.Errorf("cannot write %s: %w", path, cause(err, temporary))
	}
	removeLeftovers(path)
	return nil
}

// Check tells whether Write could create a file at path, and leaves everything
// as it was.
func Check(path string) error {
	temporary := temporaryFor(path)
	file, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return cause(err, temporary)
	}
	return errors.Join(file.Close(), os.Remove(temporary))
}

// Remove removes the file at path, if there is one, and the temporaries that
// killed writers of it have left.
func Remove(path string) error {
	removeLeftovers(path)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("cannot remove %s: %w", path, err)
	}
	return nil
}

func writeAndRename(temporary, path string, write func(io.Writer) error) error {
	// os.CreateTemp would make the file unreadable to others, whatever the umask.
	file, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	renamed := false
	defer func() {
		if !renamed {
			file.Close() // a second Close does no harm
			os.Remove(temporary)
		}
	}()
	if err := write(file); err != nil {
		return err
	}
	// Without Sync, a power cut after the rename could leave an empty file.
	if err := file.Sync(); err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	if err := os.Rename(temporary, path); err != nil {
		return err
	}
	renamed = true
	return nil
}

func temporaryFor(path string) string {
	return filepath.Join(filepath.Dir(path), prefix(path)+strconv.Itoa(os.Getpid())+"-"+rand.Text()[:10])
}

// prefix is how the names of all temporaries of one target begin.
func prefix(path string) string { return "." + filepath.Base(path) + ".tmp-" }

// cause strips from an error of package os the temporary's name, which means
// nothing to the reader. An error about another file is left as it is.
func cause(err error, temporary string) error {
	switch e := err.(type) {
	case *fs.PathError:
		if e.Path == temporary {
			return e.Err
		}
	case *os.LinkError:
		if e.Old == temporary {
			return e.Err
		}
	}
	return err
}

// removeLeftovers deletes temporaries of path whose process has ended. It is
// housekeeping, so its own failures do not matter.
func removeLeftovers(path string) {
	dir := filepath.Dir(path)
	entries, _ := os.ReadDir(dir)
	for _, entry := range entries {
		rest, ok := strings.CutPrefix(entry.Name(), prefix(path))
		if !ok {
			continue
		}
		digits, _, _ := strings.Cut(rest, "-")
		if pid, err := strconv.Atoi(digits); err == nil && pid > 0 && !running(pid) {
			os.Remove(filepath.Join(dir, entry.Name()))
		}
	}
}

func running(pid int) bool {
	process, err := os.FindProcess(pid)
	if err != nil { // Windows: no such process
		return false
	}
	defer process.Release()
	return !errors.Is(process.Signal(syscall.Signal(0)), os.ErrProcessDone)
}
