// Package augment shows a network its training pictures a little changed each
// time: shifted, turned, stretched, slanted, or bent like writing on rubber.
// The network then learns that such changes don't change what the picture
// shows, which it can't know from single pixels. For a network without
// convolution nothing else helps as much.
//
//	change, err := augment.New(train.Features(), augment.Options{
//		Height: 28, Width: 28, Shift: 1.5, Rotate: 15, Scale: 0.15, Slant: 0.15, Seed: 1,
//	})
//	result, err := training.Fit(ctx, net, train, valid, training.Options{
//		Transform: change, Prefetch: true, // the next batch while a step runs
//	})
//
// What happens to a picture depends on the seed, the epoch and the picture's
// row in the data set alone, not on the batch it is in, on the batches before
// it or on the number of processors.
//
// All changes are made in one go, so that the picture is interpolated
// (bilinearly) only once. One of 28×28 takes some microseconds and allocates
// nothing.
package augment
