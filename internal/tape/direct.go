package tape

import (
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"unsafe"

	G "gorgonia.org/gorgonia"
)

// execute is the loop of Gorgonia's TapeMachine: it runs the program's
// instructions and then sends to one of the two channels.
//
// The machine's own RunAll starts execute on a goroutine and waits for it with
// its thread locked, as CUDA wants it. On a CPU that costs two wake-ups of
// another thread a run, 10 to 40 µs, several times the work of a small network
// (BenchmarkRun), and a panic in an operation kills the process.
//
//go:linkname execute gorgonia.org/gorgonia.(*tapeMachine).runall
func execute(machine unsafe.Pointer, failed chan error, done chan struct{})

// direct says whether execute may be called: whether this is the release whose
// execute has the signature above. With another one, or in a program built from
// a vendor folder, whose files do not tell, RunAll does the same work.
var direct = strings.Contains(sourceOf(G.NewTapeMachine), "gorgonia.org/gorgonia@v0.9.18/")

// sourceOf returns the name of the file that a function was compiled from.
func sourceOf(function any) string {
	file, _ := runtime.FuncForPC(reflect.ValueOf(function).Pointer()).FileLine(0)
	return file
}

// runHere is RunAll on the caller's own goroutine.
func (m *Machine) runHere() (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("an operation of the graph panicked: %v", r)
		}
	}()
	execute(m.self, m.failed, m.done)
	select {
	case err = <-m.failed:
	case <-m.done:
	}
	return err
}
