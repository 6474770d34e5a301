// Package simd holds the float32 kernels under the project's training and
// prediction: the general matrix product and the optimizer's update.
//
// Every kernel has a portable twin in plain Go. Which one runs is chosen at
// start from what the processor offers; [Path] tells the choice and [SetPath]
// changes it, so that a test can run them all. The build tag noasm leaves only
// the portable ones.
package simd

// The assembly and its declarations are written by the program in gen, a
// module of its own so that nobody who imports this package needs what it
// imports. gen/check.sh shows that they are up to date.

//go:generate sh -c "cd gen && go run ."
