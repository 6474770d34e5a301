// Package safetensors reads and writes the safetensors file format, in which
// PyTorch users keep the weights of a network without running code on loading.
//
// A file is three things one after the other:
//
//	8 bytes       the length of the header, little-endian
//	the header    JSON: {"__metadata__": {"key": "value", …},
//	                     "fc1.weight": {"dtype": "F32", "shape": [4, 16], "data_offsets": [0, 256]}, …}
//	the data      the numbers of all tensors, little-endian, rows first, without gaps
//
// data_offsets are the first byte and the byte after the last, counted from
// where the data begins. The metadata maps strings to strings.
//
// [Write] is deterministic: equal files give equal bytes. [Read] and [Parse]
// trust nothing: whatever the bytes claim, memory stays a small multiple of the
// bytes that are really there, and the first fault found is the error.
package safetensors
