package models

import (
	"sync"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"perceptron/internal/ops"
	"perceptron/internal/tape"
)

// runner is an evaluation graph with the machine that runs it.
type runner struct {
	kind    runnerKind
	graph   *Graph
	machine *tape.Machine

	x, y  ops.Input // what the graph is shown; empty while it is idle
	bound bool      // to the graph
}

type runnerKind struct {
	rows int
	loss bool
}

// runners keeps idle runners, since building one costs as much as many runs.
type runners struct {
	mu   sync.Mutex
	idle map[runnerKind][]*runner
}

// maxKinds bounds the sizes that are kept, for callers with ever new ones.
const maxKinds = 32

func (rs *runners) take(m *Model, kind runnerKind) (*runner, error) {
	rs.mu.Lock()
	if free := rs.idle[kind]; len(free) > 0 {
		r := free[len(free)-1]
		rs.idle[kind] = free[:len(free)-1]
		rs.mu.Unlock()
		return r, nil
	}
	rs.mu.Unlock()
	g, err := m.EvaluationGraph(kind.rows)
	if err != nil {
		return nil, err
	}
	in, out := G.Nodes{g.X}, G.Nodes{g.Output}
	if kind.loss {
		in, out = append(in, g.Y), append(out, g.Loss)
	}
	machine, err := tape.Compile(g.Expr, in, out)
	if err != nil {
		return nil, err
	}
	return &runner{kind: kind, graph: g, machine: machine}, nil
}

// show gives the graph features, and targets if it compares with some.
func (r *runner) show(x, y *tensor.Dense) error {
	r.x.Dense, r.y.Dense = x, y
	if r.bound {
		return nil
	}
	if err := G.Let(r.graph.X, &r.x); err != nil {
		return err
	}
	if r.kind.loss {
		if err := G.Let(r.graph.Y, &r.y); err != nil {
			return err
		}
	}
	r.bound = true
	return nil
}

// give puts a runner back, without the data that it has worked on.
func (rs *runners) give(r *runner) {
	r.x.Dense, r.y.Dense = nil, nil
	rs.mu.Lock()
	defer rs.mu.Unlock()
	if rs.idle == nil || (rs.idle[r.kind] == nil && len(rs.idle) >= maxKinds) {
		rs.idle = map[runnerKind][]*runner{}
	}
	rs.idle[r.kind] = append(rs.idle[r.kind], r)
}
