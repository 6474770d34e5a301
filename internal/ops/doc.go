// Package ops holds the operations that networks here are made of: nodes for
// Gorgonia's expression graph, each with its symbolic gradient.
//
// Gorgonia's own operations are not used, because several of them are wrong
// (SoftMax overflows, Dropout scales its gradient by the wrong factor,
// BatchNorm forgets its statistics) and the rest allocate on every run.
//
// # How an operation is made
//
// An exported function such as ReLU checks shapes when the graph is built, where
// an error can still name the layer that does not fit. It then calls its
// generic twin for the node's type: float32 for work, float64 for
// checking gradients by finite differences. The twin hands apply a forward
// kernel, which reads and writes plain row-major slices, and a function that
// builds the gradient nodes out of operations of the same kind.
//
// # Rules they keep
//
//   - An operation owns its result and reuses it, so a run allocates nothing.
//   - It never returns or changes one of its inputs.
//   - It never merges with another node: each hashes by its own identity.
//   - A gradient operation takes the forward result as an input where it
//     relies on what the forward pass stored, which fixes their order.
//
// Because results are reused, a graph belongs to one machine, and one machine
// runs at a time.
package ops
