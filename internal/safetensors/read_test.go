package safetensors

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

// raw joins a header and data into a file.
func raw(header string, data ...byte) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), data...)
}

// refused are files that Parse must refuse, with a part of the reason.
var refused = map[string]struct {
	file []byte
	want string
}{
	"empty":             {nil, "0 bytes are too few"},
	"half a length":     {[]byte{1, 2, 3}, "3 bytes are too few"},
	"header of 2^60":    {append(binary.LittleEndian.AppendUint64(nil, 1<<60), "{}"...), "claims 1152921504606846976 bytes, but only 2 follow"},
	"header of 2^64-1":  {binary.LittleEndian.AppendUint64(nil, math.MaxUint64), "claims 18446744073709551615 bytes"},
	"no header":         {raw(""), "not a JSON object"},
	"header a list":     {raw("[]"), "not a JSON object"},
	"leading space":     {raw(" {}"), "not a JSON object"},
	"header cut short":  {raw(`{"w":{"dtype":"F32"`), "not a JSON object"},
	"two headers":       {raw(`{}{}`), "not a JSON object"},
	"not UTF-8":         {raw("{\"\xff\":{}}"), "not a JSON object"},
	"deep brackets":     {raw(`{"w":` + strings.Repeat("[", 1<<20)), "not a JSON object"},
	"tensor a number":   {raw(`{"w":1}`), `tensor "w": found "1" where an object belongs`},
	"empty entry":       {raw(`{"w":{}}`), "needs dtype, shape and data_offsets"},
	"no shape":          {raw(`{"w":{"dtype":"F32","data_offsets":[0,4]}}`, 0, 0, 0, 0), "needs dtype, shape and data_offsets"},
	"field twice":       {raw(`{"w":{"dtype":"F32","dtype":"F32","data_offsets":[0,4]}}`, 0, 0, 0, 0), `names "dtype" twice`},
	"unknown field":     {raw(`{"w":{"DType":"F32","shape":[1],"data_offsets":[0,4]}}`, 0, 0, 0, 0), `unknown field "DType"`},
	"type a number":     {raw(`{"w":{"dtype":32,"shape":[1],"data_offsets":[0,4]}}`, 0, 0, 0, 0), `found "32" where a string belongs`},
	"unknown type":      {raw(`{"w":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}`, 0, 0, 0, 0), `type "F8_E4M3" is not supported`},
	"NaN shape":         {raw(`{"w":{"dtype":"F32","shape":[NaN],"data_offsets":[0,4]}}`, 0, 0, 0, 0), "not a JSON object"},
	"shape a string":    {raw(`{"w":{"dtype":"F32","shape":"1","data_offsets":[0,4]}}`, 0, 0, 0, 0), "where a list of whole numbers belongs"},
	"shape null":        {raw(`{"w":{"dtype":"F32","shape":null,"data_offsets":[0,4]}}`, 0, 0, 0, 0), "where a list of whole numbers belongs"},
	"shape of words":    {raw(`{"w":{"dtype":"F32","shape":["NaN"],"data_offsets":[0,4]}}`, 0, 0, 0, 0), `"\"NaN\"" is not a size`},
	"shape of null":     {raw(`{"w":{"dtype":"F32","shape":[null],"data_offsets":[0,4]}}`, 0, 0, 0, 0), `"null" is not a size`},
	"negative shape":    {raw(`{"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}`, 0, 0, 0, 0), `"-1" is not a size`},
	"fractional shape":  {raw(`{"w":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}`, 0, 0, 0, 0), `"1.5" is not a size`},
	"shape past int64":  {raw(`{"w":{"dtype":"F32","shape":[18446744073709551617],"data_offsets":[0,4]}}`, 0, 0, 0, 0), `is not a size`},
	"huge shape":        {raw(`{"w":{"dtype":"F32","shape":[1000000000,1000000000],"data_offsets":[0,4]}}`, 0, 0, 0, 0), "take 4000000000000000000 bytes, but data_offsets give 4"},
	"overflowing shape": {raw(`{"w":{"dtype":"F32","shape":[4294967296,4294967296,4],"data_offsets":[0,4]}}`, 0, 0, 0, 0), "more elements than any file"},
	"65 dimensions":     {raw(`{"w":{"dtype":"F32","shape":[`+strings.Repeat("1,", 64)+`1],"data_offsets":[0,4]}}`, 0, 0, 0, 0), "more than 64 numbers"},
	"shape too small":   {raw(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}`, 0, 0, 0, 0, 0, 0, 0, 0), "1 numbers of type F32 take 4 bytes, but data_offsets give 8"},
	"type too wide":     {raw(`{"w":{"dtype":"F64","shape":[1],"data_offsets":[0,4]}}`, 0, 0, 0, 0), "1 numbers of type F64 take 8 bytes"},
	"one offset":        {raw(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[4]}}`, 0, 0, 0, 0), "data_offsets [4] are not [begin, end]"},
	"three offsets":     {raw(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}`, 0, 0, 0, 0), "are not [begin, end]"},
	"offsets backward":  {raw(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}`, 0, 0, 0, 0), "data_offsets [4 0] are not [begin, end]"},
	"negative offset":   {raw(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}`, 0, 0, 0, 0), `"-4" is not a size`},
	"overlap":           {raw(`{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}`, 0, 0, 0, 0, 0, 0), `tensor "b" begins at byte 2 of the data, inside the tensor before it`},
	"shared bytes":      {raw(`{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}`, 0, 0, 0, 0), "inside the tensor before it"},
	"gap":               {raw(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}`, 0, 0, 0), `tensor "b" begins at byte 2 of the data, but the one before it ends at 1`},
	"gap at the start":  {raw(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}`, 0, 0), "begins at byte 1"},
	"data cut short":    {raw(`{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 0, 0, 0, 0), "ends at byte 8 of the data, but the file has only 4"},
	"trailing bytes":    {raw(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 0, 0, 0, 0, 9, 9), "2 bytes follow the last tensor"},
	"data unnamed":      {raw(`{}`, 1), "1 bytes follow the last tensor"},
	"name twice":        {raw(`{"w":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"w":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}`), `names "w" twice`},
	"escaped twin":      {raw(`{"w":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\u0077":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}`), `names "w" twice`},
	"metadata twice":    {raw(`{"__metadata__":{},"__metadata__":{}}`), `names "__metadata__" twice`},
	"metadata a number": {raw(`{"__metadata__":{"epoch":3}}`), `metadata "epoch": found "3" where a string belongs`},
	"metadata null":     {raw(`{"__metadata__":null}`), "where an object belongs"},
	"long name":         {raw(`{"` + strings.Repeat("n", 1<<20) + `":1}`), `nnn": found "1"`},
}

func TestParseRefuses(t *testing.T) {
	for name, test := range refused {
		t.Run(name, func(t *testing.T) {
			f, err := Parse(test.file)
			if err == nil {
				t.Fatalf("no error; read %d tensors", len(f.Tensors))
			}
			text := err.Error()
			if !strings.HasPrefix(text, "safetensors: ") || !strings.Contains(text, test.want) || strings.Contains(text, "\n") || len(text) > 500 {
				t.Errorf("error %.500q\nwants %q, in one line", text, test.want)
			}
		})
	}
}

// TestParseRemedies holds that an error tells what to do about this file.
func TestParseRemedies(t *testing.T) {
	for name, test := range map[string]struct {
		file []byte
		want string
	}{
		"torch.save": {append([]byte("PK\x03\x04"), make([]byte, 100)...), "a zip archive, such as torch.save writes: save the state dict as safetensors instead, see docs/interchange.md"},
		"a type":     {raw(`{"w":{"dtype":"C64","shape":[1],"data_offsets":[0,8]}}`, 0, 0, 0, 0, 0, 0, 0, 0), `tensor "w": type "C64" is not supported: save the file again, its weights as F32`},
		"damage":     {raw(`{}`, 1), "the file is damaged or of another kind: take another copy, or save it again"},
	} {
		if _, err := Parse(test.file); err == nil || !strings.HasSuffix(err.Error(), test.want) {
			t.Errorf("%s: error %v: wanted one that ends with %q", name, err, test.want)
		}
	}
}

// TestParseMemory holds that memory follows the bytes that are there, not those
// that the header claims.
func TestParseMemory(t *testing.T) {
	entry := `{"dtype":"F32","shape":[` + strings.Repeat("1,", 63) + `0],"data_offsets":[0,0]}`
	crowd := `{"a":` + entry
	for i := range 2000 {
		crowd += `,"` + string(rune(0x4e00+i)) + `":` + entry
	}
	files := map[string][]byte{"crowd": raw(crowd + "}"), "halves": raw(`{"h":{"dtype":"F16","shape":[500000],"data_offsets":[0,1000000]}}`, make([]byte, 1e6)...)}
	for name, test := range refused {
		files[name] = test.file
	}
	for name, file := range files {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		Parse(file)
		runtime.ReadMemStats(&after)
		// TotalAlloc also counts what was freed in between; 32 KB are encoding/json's own.
		if used, allowed := after.TotalAlloc-before.TotalAlloc, uint64(24*len(file)+32<<10); used > allowed {
			t.Errorf("%s: %d bytes allocated for a file of %d", name, used, len(file))
		}
	}
}

func TestParseTypes(t *testing.T) {
	tests := []struct {
		name, dtype string
		data        []byte
		want        Tensor
	}{
		{"F32", "F32", []byte{0, 0, 0x80, 0xbf}, Tensor{Data: []float32{-1}}},
		{"F64", "F64", []byte{0x9a, 0x99, 0x99, 0x99, 0x99, 0x99, 0xb9, 0x3f}, Tensor{Data: []float32{0.1}, Float64s: []float64{0.1}}},
		{"BF16", "BF16", []byte{0x80, 0x3f, 0x49, 0xc0}, Tensor{Data: []float32{1, -3.140625}}},
		{"F16 normal", "F16", []byte{0x00, 0x3c, 0x00, 0xc0, 0xff, 0x7b}, Tensor{Data: []float32{1, -2, 65504}}},
		{"F16 small", "F16", []byte{0x00, 0x00, 0x01, 0x00, 0xff, 0x83, 0x00, 0x04}, Tensor{Data: []float32{0, 0x1p-24, -1023 * 0x1p-24, 0x1p-14}}},
		{"F16 infinite", "F16", []byte{0x00, 0x7c, 0x00, 0xfc}, Tensor{Data: []float32{float32(math.Inf(1)), float32(math.Inf(-1))}}},
		{"I64", "I64", []byte{0xfe, 255, 255, 255, 255, 255, 255, 255}, Tensor{Ints: []int64{-2}}},
		{"I32", "I32", []byte{0xfe, 255, 255, 255}, Tensor{Ints: []int64{-2}}},
		{"I16", "I16", []byte{0xfe, 255}, Tensor{Ints: []int64{-2}}},
		{"I8", "I8", []byte{0xfe, 3}, Tensor{Ints: []int64{-2, 3}}},
		{"U8", "U8", []byte{0xfe, 3}, Tensor{Ints: []int64{254, 3}}},
		{"BOOL", "BOOL", []byte{1, 0}, Tensor{Ints: []int64{1, 0}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			size := DType(test.dtype).size()
			want := test.want
			want.Name, want.DType, want.Shape = "w", DType(test.dtype), []int{len(test.data) / size}
			entry := struct {
				W entry `json:"w"`
			}{entry{want.DType, want.Shape, [2]int{0, len(test.data)}}}
			f, err := Parse(raw(marshal(t, entry), test.data...))
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(f.Tensors, []Tensor{want}) {
				t.Errorf("read %+v\nwant %+v", f.Tensors, want)
			}
		})
	}
	nan, err := Parse(raw(`{"w":{"dtype":"F16","shape":[],"data_offsets":[0,2]}}`, 0x01, 0x7e))
	if err != nil || nan.Tensors[0].Data[0] == nan.Tensors[0].Data[0] {
		t.Errorf("half NaN reads as %v, %v", nan, err)
	}
}

// TestParseReference reads a file that the reference implementation, the Python
// package safetensors 0.8.0, wrote.
func TestParseReference(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "python.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	if want := map[string]string{"format": "pt", "note": "größer > \"kleiner\""}; !reflect.DeepEqual(f.Metadata, want) {
		t.Errorf("metadata %q, want %q", f.Metadata, want)
	}
	wants := map[string]Tensor{
		"fc1.weight":              {DType: F32, Shape: []int{2, 3}, Data: []float32{0, 0.5, 1, 1.5, 2, 2.5}},
		"fc1.bias":                {DType: F32, Shape: []int{3}, Data: []float32{-1, 1e-30, 3e38}},
		"bn1.num_batches_tracked": {DType: I64, Shape: []int{}, Ints: []int64{-3}},
		"double":                  {DType: F64, Shape: []int{1, 1}, Data: []float32{0.1}, Float64s: []float64{0.1}},
		"half":                    {DType: F16, Shape: []int{2}, Data: []float32{1.5, -0x1p-24}},
		"mask":                    {DType: BOOL, Shape: []int{3}, Ints: []int64{1, 0, 1}},
		"none":                    {DType: F32, Shape: []int{0, 7}, Data: []float32{}},
	}
	if len(f.Tensors) != len(wants) {
		t.Errorf("%d tensors, want %d", len(f.Tensors), len(wants))
	}
	for name, want := range wants {
		want.Name = name
		if got := f.Lookup(name); got == nil || !reflect.DeepEqual(*got, want) {
			t.Errorf("read %+v\nwant %+v", got, want)
		}
	}
}
