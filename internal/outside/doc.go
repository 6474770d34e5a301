// Package outside holds a module of its own, below testdata, that uses
// perceptron as other people's programs do: through a replace directive. Its
// test builds and runs what is in there.
package outside
