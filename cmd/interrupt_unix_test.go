//go:build unix

package cmd_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// A second Ctrl-C ends at once, here while the first one waits for data that
// never come.
func TestInterruptTwice(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe.csv")
	if err := syscall.Mkfifo(pipe, 0o644); err != nil {
		t.Skip(err)
	}
	c := lesson(t, dir, "xor", "-data", pipe)
	shown := make(chan string, 1)
	c.Stdout = firstWrites{shown}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	<-shown
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	for tries := 0; ; tries++ {
		select {
		case <-ended:
			if s := c.ProcessState.Sys().(syscall.WaitStatus); !s.Signaled() || s.Signal() != syscall.SIGINT || tries < 2 {
				t.Errorf("%v after %d signals, want an end by the second", c.ProcessState, tries)
			}
			return
		case <-time.After(200 * time.Millisecond):
			c.Process.Signal(os.Interrupt)
		}
	}
}

// firstWrites tells when something is written for the first time.
type firstWrites struct{ to chan string }

func (f firstWrites) Write(p []byte) (int, error) {
	select {
	case f.to <- string(p):
	default:
	}
	return len(p), nil
}
