// Package picture turns a picture of one handwritten digit, a photograph or a
// scan, into a row of pixels like MNIST's.
//
// A network that sees flattened pixels knows nothing of position, size or
// lighting: it recognises a digit only where and as it has seen digits. So a
// picture is brought into the form in which the data set was made (LeCun et al.
// 1998: "fit in a 20×20 box, centred by centre of mass in a 28×28 field"):
//
//  1. It is read: PNG, JPEG or GIF, of any size up to 25 million pixels; a
//     phone's note of how it was held is heeded ([Decode]).
//  2. It becomes grey, shrunk to at most 512 pixels a side (grey.go).
//  3. Uneven lighting is evened out, dark on light is inverted, noise and specks
//     go: what is left is ink, from 0 (paper) to 1 (ink.go).
//  4. The ink is cropped, scaled by area averaging into 20×20 with its
//     proportions kept, and put into 28×28 with its centre of mass in the
//     middle (place.go).
//
// There must be one digit, on a background without lines or edges, upright.
package picture
