// Package simd holds the float32 kernels under the project's training and
// prediction: the general matrix product and the optimizer's update.
//
// Every kernel has a portable twin in plain Go. Which one runs is chosen at
// start from what the processor offers; [Path] tells the choice and [SetPath]
// changes it, so that a test can run them all.
package simd
