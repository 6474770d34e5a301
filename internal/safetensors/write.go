package safetensors

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"
)

// entry is a tensor's line in the header.
type entry struct {
	DType   DType  `json:"dtype"`
	Shape   []int  `json:"shape"`
	Offsets [2]int `json:"data_offsets"`
}

// Write writes f: the metadata with sorted keys, then the tensors in their
// order. Their numbers lie widest type first, and the header is padded with
// spaces to a multiple of 8 bytes, so that every tensor is aligned for programs
// that map the file into memory.
//
// It checks f before it writes a byte. A tensor without a name, a name used
// twice, a shape that does not fit the numbers, text that is not UTF-8 and a type
// other than F32, F64 and I64 are errors; so is what w returns.
func Write(w io.Writer, f *File) error {
	header, tensors, err := layOut(f)
	if err != nil {
		return fmt.Errorf("safetensors: cannot write: %w", err)
	}
	buffered := bufio.NewWriterSize(w, 1<<16)
	buffered.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(header))))
	buffered.Write(header)
	for _, t := range tensors {
		switch t.DType {
		case F64:
			writeNumbers(buffered, t.Float64s)
		case I64:
			writeNumbers(buffered, t.Ints)
		default:
			writeNumbers(buffered, t.Data)
		}
	}
	// A bufio.Writer keeps its first error and returns it here.
	if err := buffered.Flush(); err != nil {
		return fmt.Errorf("safetensors: cannot write: %w", err)
	}
	return nil
}

// layOut returns the padded header and the tensors in the order of their data.
func layOut(f *File) (header []byte, tensors []*Tensor, err error) {
	entries := make(map[string]entry, len(f.Tensors))
	for i := range f.Tensors {
		t := &f.Tensors[i]
		if _, twice := entries[t.Name]; twice {
			return nil, nil, fmt.Errorf("two tensors are named %q", t.Name)
		}
		if err := t.checkWritable(); err != nil {
			return nil, nil, fmt.Errorf("tensor %q: %w", t.Name, err)
		}
		entries[t.Name] = entry{DType: cmp.Or(t.DType, F32), Shape: append([]int{}, t.Shape...)}
		tensors = append(tensors, t)
	}
	slices.SortStableFunc(tensors, func(a, b *Tensor) int {
		return cmp.Compare(entries[b.Name].DType.size(), entries[a.Name].DType.size())
	})
	end := 0
	for _, t := range tensors {
		e, begin := entries[t.Name], end
		n, _ := elements(t.Shape) // checkWritable has seen it
		end += n * e.DType.size()
		e.Offsets = [2]int{begin, end}
		entries[t.Name] = e
	}

	var b bytes.Buffer
	b.WriteByte('{')
	if len(f.Metadata) > 0 {
		for key, value := range f.Metadata {
			if !utf8.ValidString(key) || !utf8.ValidString(value) {
				return nil, nil, fmt.Errorf("metadata %q: text is not valid UTF-8", key)
			}
		}
		appendField(&b, metadataKey, f.Metadata) // encoding/json sorts the keys
	}
	for i := range f.Tensors {
		appendField(&b, f.Tensors[i].Name, entries[f.Tensors[i].Name])
	}
	b.WriteByte('}')
	for b.Len()%8 != 0 {
		b.WriteByte(' ')
	}
	return b.Bytes(), tensors, nil
}

// checkWritable tells whether a tensor can stand in a file.
func (t *Tensor) checkWritable() error {
	if t.Name == "" || t.Name == metadataKey || !utf8.ValidString(t.Name) {
		return errors.New("a name must be valid UTF-8, neither empty nor " + metadataKey)
	}
	want, err := elements(t.Shape)
	if err != nil {
		return err
	}
	var have int
	switch t.DType {
	case "", F32:
		have = len(t.Data)
	case F64:
		have = len(t.Float64s)
	case I64:
		have = len(t.Ints)
	default:
		return fmt.Errorf("type %q cannot be written: convert to F32, F64 or I64", t.DType)
	}
	if have != want {
		return fmt.Errorf("shape %v wants %d numbers, but there are %d", t.Shape, want, have)
	}
	return nil
}

// appendField appends `"key":value`, after a comma where one is due.
func appendField(b *bytes.Buffer, key string, value any) {
	if b.Len() > 1 {
		b.WriteByte(',')
	}
	// Strings, whole numbers and maps of strings always have a JSON form.
	name, _ := json.Marshal(key)
	text, _ := json.Marshal(value)
	b.Write(name)
	b.WriteByte(':')
	b.Write(text)
}

// writeNumbers writes numbers little-endian through a small reused buffer.
func writeNumbers[T float32 | float64 | int64](w io.Writer, numbers []T) {
	var scratch [1 << 13]byte
	for block := range slices.Chunk(numbers, len(scratch)/8) {
		bytes, _ := binary.Append(scratch[:0], binary.LittleEndian, block) // fails for other types only
		w.Write(bytes)
	}
}
