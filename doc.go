// Package perceptron is the root of a deep-learning course that runs: the
// exercises of a university deck on multilayer networks, and the small
// library under them, built on Gorgonia's symbolic expression graph.
//
// Programs import the packages below it: models declares a network as layers,
// datasets reads tables and serves mini-batches, training fits a model and
// plots draws what came of it.
package perceptron
