package ops

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Gradients adds the gradients of a scalar loss by some nodes to their graph.
//
// Gorgonia's Grad would use a constant that all graphs of the process share, and
// two models could not be prepared at the same time. A bound value also costs less
// than a constant, which is computed anew in each run. Its name must differ from
// that of any other in the graph, or else the two would merge.
func Gradients(loss *G.Node, name string, by G.Nodes) (G.Nodes, error) {
	var one any = float32(1)
	if loss.Dtype() == tensor.Float64 {
		one = float64(1)
	}
	seed := G.NewScalar(loss.Graph(), loss.Dtype(), G.WithName(name), G.WithValue(one))
	nodes, err := G.Backpropagate(G.Nodes{loss}, G.Nodes{seed}, by)
	if err != nil {
		return nil, fmt.Errorf("differentiate: %w", err)
	}
	return nodes, nil
}
