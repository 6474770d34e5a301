// Package tape compiles part of a Gorgonia graph for a TapeMachine and runs it
// over and over.
package tape

import (
	"fmt"
	"unsafe"

	G "gorgonia.org/gorgonia"
)

// Machine runs one compiled graph. One goroutine at a time may use it.
type Machine struct {
	vm interface {
		RunAll() error
		Reset()
	}
	self   unsafe.Pointer // vm again, for execute
	failed chan error
	done   chan struct{}
}

// Compile prepares what outputs need, computed from inputs and bound values.
// Nodes that no output needs, such as the gradient of a network's input, are
// left out; that is a quarter of an MNIST step. Every input must be needed.
func Compile(g *G.ExprGraph, inputs, outputs G.Nodes) (*Machine, error) {
	program, locations, err := G.CompileFunction(g, inputs, outputs)
	if err != nil {
		return nil, fmt.Errorf("compile the graph: %w", err)
	}
	vm := G.NewTapeMachine(g, G.WithPrecompiled(program, locations))
	return &Machine{vm: vm, self: unsafe.Pointer(vm), failed: make(chan error, 1), done: make(chan struct{}, 1)}, nil
}

// Run computes every output from the values now bound to the inputs. Results
// are in the output nodes until the next Run.
func (m *Machine) Run() error {
	defer m.vm.Reset() // without it the next run would silently do nothing
	var err error
	if direct {
		err = m.runHere()
	} else {
		err = m.vm.RunAll()
	}
	if err != nil {
		return cause(err)
	}
	return nil
}

// cause unwraps Gorgonia's account of instructions and registers, which says
// nothing to a user, down to the operation's own error.
func cause(err error) error {
	for {
		switch wrapped := err.(type) {
		case interface{ Err() error }: // the machine's
			err = wrapped.Err()
		case interface{ Cause() error }: // github.com/pkg/errors's
			err = wrapped.Cause()
		default:
			return err
		}
	}
}
