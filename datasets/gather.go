package datasets

import (
	"encoding/binary"
)

// gather copies rows of src into dst, one after the other. The length of a
// row is len(dst)/len(rows).
func gather[T any](dst, src []T, rows []int) {
	if len(rows) == 0 {
		return
	}
	cols := len(dst) / len(rows)
	for i, row := range rows {
		copy(dst[i*cols:(i+1)*cols], src[row*cols:])
	}
}

// gatherX copies the features of rows into dst as float32.
func (d *Dataset) gatherX(dst []float32, rows []int) {
	if d.bytes == nil {
		gather(dst, d.floats, rows)
		return
	}
	cols := d.Features()
	for i, row := range rows {
		convert(dst[i*cols:(i+1)*cols], d.bytes[row*cols:(row+1)*cols])
	}
}

// convert sets dst to the numbers in src, of the same length. Pictures are
// mostly background, so eight zero bytes are recognised as one word.
func convert(dst []float32, src []uint8) {
	dst = dst[:len(src)]
	i := 0
	for ; i+8 <= len(src); i += 8 {
		s, d := src[i:i+8:i+8], dst[i:i+8:i+8]
		if binary.LittleEndian.Uint64(s) == 0 {
			clear(d)
			continue
		}
		for j, v := range s {
			d[j] = float32(v)
		}
	}
	for ; i < len(src); i++ {
		dst[i] = float32(src[i])
	}
}
