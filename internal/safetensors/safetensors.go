package safetensors

import (
	"fmt"
	"math"
)

// A File is the content of a safetensors file.
type File struct {
	// Metadata is the file's "__metadata__"; nil if it has none.
	Metadata map[string]string
	// Tensors are in the order in which the header names them.
	Tensors []Tensor
}

// Lookup returns the tensor of that name, or nil if the file has none.
func (f *File) Lookup(name string) *Tensor {
	for i := range f.Tensors {
		if f.Tensors[i].Name == name {
			return &f.Tensors[i]
		}
	}
	return nil
}

// A Tensor is a named array of numbers, rows first. Its DType tells which slice
// holds them:
//
//	F32                           Data
//	F16, BF16                     Data, widened without loss
//	F64                           Float64s, and rounded in Data
//	I64, I32, I16, I8, U8, BOOL   Ints
//
// The slices have one number for each cell of Shape, so exactly one for the
// empty shape of a scalar.
type Tensor struct {
	Name     string
	DType    DType // the zero value stands for F32
	Shape    []int
	Data     []float32
	Float64s []float64
	Ints     []int64
}

// DType names how one number is stored, as the format spells it.
type DType string

// The types that [Read] understands. [Write] writes F32, F64 and I64.
const (
	F64  DType = "F64"
	F32  DType = "F32"
	F16  DType = "F16"
	BF16 DType = "BF16" // the upper half of a float32
	I64  DType = "I64"
	I32  DType = "I32"
	I16  DType = "I16"
	I8   DType = "I8"
	U8   DType = "U8"
	BOOL DType = "BOOL" // one byte, 0 or 1
)

// size returns the bytes that one number takes, or 0 for an unknown type.
func (d DType) size() int {
	switch d {
	case F64, I64:
		return 8
	case F32, I32:
		return 4
	case F16, BF16, I16:
		return 2
	case I8, U8, BOOL:
		return 1
	}
	return 0
}

// metadataKey is the one header key that is no tensor's name.
const metadataKey = "__metadata__"

// elements returns how many numbers a shape holds.
func elements(shape []int) (int, error) {
	n := 1
	for _, dim := range shape {
		if dim < 0 {
			return 0, fmt.Errorf("dimension %d is negative", dim)
		}
		if dim > 0 && n > math.MaxInt/8/dim { // leaves room to count in bytes
			return 0, fmt.Errorf("shape has more elements than any file can hold")
		}
		n *= dim
	}
	return n, nil
}
