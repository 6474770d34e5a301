package models

import (
	"fmt"
	"strings"
	"text/tabwriter"
)

// String is the model's declaration in short, for people: its task and its layers,
// each as its own String. It leaves out the other options of New, and the numbers
// of layers that hold some. A run's checkpoint is recognised by it.
func (m *Model) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "models.New(models.%v,\n", m.task)
	for _, u := range m.units {
		fmt.Fprintf(&b, "\tmodels.%v,\n", u.layer)
	}
	return b.String() + ")"
}

// Summary is a table of the layers with the shape of their results for N rows
// and the numbers they own, trained ones and buffers.
func (m *Model) Summary() string {
	var b strings.Builder
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "name\tlayer\toutput\tparameters")
	fmt.Fprintf(t, "x\tinput\t%s\t0\n", rowShape(m.units[0].in))
	trained, buffers := 0, 0
	for _, u := range m.units {
		own := 0
		for _, p := range u.params {
			if n := p.Value.Shape().TotalSize(); p.Trained {
				own += n
			} else {
				buffers += n
			}
		}
		trained += own
		fmt.Fprintf(t, "%s\t%v\t%s\t%d\n", u.name, u.layer, rowShape(u.out), own)
	}
	t.Flush() // a strings.Builder never fails
	fmt.Fprintf(&b, "%v: %d trained parameters, %d numbers in buffers\n", m.task, trained, buffers)
	return b.String()
}

func rowShape(shape []int) string {
	text := "(N"
	for _, n := range shape {
		text += fmt.Sprintf(", %d", n)
	}
	return text + ")"
}

// DOT draws the network in Graphviz's language: input, layers, and what the
// task puts behind them. The same model always gives the same text.
func (m *Model) DOT() string {
	var b strings.Builder
	b.WriteString("digraph network {\n\trankdir=LR\n\tnode [shape=box, fontname=\"sans-serif\"]\n")
	fmt.Fprintf(&b, "\tinput [label=\"input\\n%s\", shape=ellipse]\n", rowShape(m.units[0].in))
	last := "input"
	for _, u := range m.units {
		fmt.Fprintf(&b, "\t%s [label=\"%s\\n%v\\n%s\"]\n\t%s -> %s\n", u.name, u.name, u.layer, rowShape(u.out), last, u.name)
		last = u.name
	}
	after := "value"
	if m.task.Activation != nil {
		after = kindName(m.task.Activation)
	}
	fmt.Fprintf(&b, "\toutput [label=\"%s\", shape=ellipse]\n\t%s -> output\n}\n", after, last)
	return b.String()
}
