package safetensors

import (
	"encoding/binary"
	"math"
)

// decode sets the numbers of t from its bytes, whose count has been checked.
func (t *Tensor) decode(raw []byte) {
	n := len(raw) / t.DType.size()
	switch t.DType {
	case F64:
		t.Float64s, t.Data = make([]float64, n), make([]float32, n)
		for i := range n {
			t.Float64s[i] = math.Float64frombits(binary.LittleEndian.Uint64(raw[8*i:]))
			t.Data[i] = float32(t.Float64s[i])
		}
	case F32:
		t.Data = make([]float32, n)
		for i := range n {
			t.Data[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
		}
	case F16:
		t.Data = make([]float32, n)
		for i := range n {
			t.Data[i] = halfToFloat32(binary.LittleEndian.Uint16(raw[2*i:]))
		}
	case BF16:
		t.Data = make([]float32, n)
		for i := range n {
			t.Data[i] = math.Float32frombits(uint32(binary.LittleEndian.Uint16(raw[2*i:])) << 16)
		}
	default:
		t.Ints = make([]int64, n)
		for i := range n {
			switch t.DType {
			case I64:
				t.Ints[i] = int64(binary.LittleEndian.Uint64(raw[8*i:]))
			case I32:
				t.Ints[i] = int64(int32(binary.LittleEndian.Uint32(raw[4*i:])))
			case I16:
				t.Ints[i] = int64(int16(binary.LittleEndian.Uint16(raw[2*i:])))
			case I8:
				t.Ints[i] = int64(int8(raw[i]))
			case U8, BOOL:
				t.Ints[i] = int64(raw[i])
			}
		}
	}
}

// halfToFloat32 widens an IEEE 754 half: 1 sign, 5 exponent, 10 fraction bits.
func halfToFloat32(h uint16) float32 {
	sign, exponent, fraction := uint32(h>>15)<<31, uint32(h>>10)&31, uint32(h&1023)
	switch exponent {
	case 0: // zero and subnormals count in steps of 2^-24
		small := float32(fraction) / (1 << 24)
		return math.Float32frombits(sign | math.Float32bits(small))
	case 31: // infinities and NaN
		return math.Float32frombits(sign | 255<<23 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+127-15)<<23 | fraction<<13)
}
