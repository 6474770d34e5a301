package safetensors

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

func marshal(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestWriteBytes pins the layout: sorted metadata, entries in the given order,
// the widest numbers first, a header that ends on a multiple of 8.
func TestWriteBytes(t *testing.T) {
	var b bytes.Buffer
	err := Write(&b, &File{
		Metadata: map[string]string{"b": "2", "a": "<1>"},
		Tensors: []Tensor{
			{Name: "w", Shape: []int{1, 2}, Data: []float32{1, -2}},
			{Name: "n", DType: I64, Ints: []int64{258}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	header := `{"__metadata__":{"a":"\u003c1\u003e","b":"2"},` +
		`"w":{"dtype":"F32","shape":[1,2],"data_offsets":[8,16]},` +
		`"n":{"dtype":"I64","shape":[],"data_offsets":[0,8]}}`
	header += strings.Repeat(" ", (8-len(header)%8)%8)
	want := raw(header, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0)
	if !bytes.Equal(b.Bytes(), want) {
		t.Errorf("wrote %q\nwant  %q", b.Bytes(), want)
	}
}

func TestRoundTrip(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	floats := make([]float32, 3*5000) // several of the writer's blocks
	for i := range floats {
		floats[i] = random.Float32() - 0.5
	}
	floats[0], floats[1], floats[2] = float32(math.Inf(-1)), math.MaxFloat32, math.SmallestNonzeroFloat32
	want := &File{
		Metadata: map[string]string{"classes": "[\"setosa\"]", "": "empty key", "中文": "\x00\n\u2028"},
		Tensors: []Tensor{
			{Name: "fc1.weight", DType: F32, Shape: []int{3, 5000}, Data: floats},
			{Name: "step", DType: I64, Shape: []int{2}, Ints: []int64{math.MinInt64, math.MaxInt64}},
			{Name: "exact", DType: F64, Shape: []int{1}, Float64s: []float64{math.Pi}, Data: []float32{math.Pi}},
			{Name: "scalar", DType: F32, Shape: []int{}, Data: []float32{7}},
			{Name: "偏置 \"quoted\"\n", DType: F32, Shape: []int{0, 4}, Data: []float32{}},
		},
	}
	for name, file := range map[string]*File{"full": want, "empty": {}} {
		t.Run(name, func(t *testing.T) {
			var first, second bytes.Buffer
			if err := Write(&first, file); err != nil {
				t.Fatal(err)
			}
			got, err := Read(bytes.NewReader(first.Bytes()))
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, file) {
				t.Errorf("read back %+v\nwrote %+v", got, file)
			}
			if err := Write(&second, got); err != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
				t.Errorf("writing twice gives other bytes, or error %v", err)
			}
		})
	}
}

func TestWriteRefuses(t *testing.T) {
	one := []float32{1}
	tests := map[string]struct {
		file File
		want string
	}{
		"no name":         {File{Tensors: []Tensor{{Data: one}}}, "neither empty"},
		"reserved name":   {File{Tensors: []Tensor{{Name: "__metadata__", Data: one}}}, "nor __metadata__"},
		"name not UTF-8":  {File{Tensors: []Tensor{{Name: "\xff", Data: one}}}, "valid UTF-8"},
		"name twice":      {File{Tensors: []Tensor{{Name: "w", Data: one}, {Name: "w", Data: one}}}, `two tensors are named "w"`},
		"too few numbers": {File{Tensors: []Tensor{{Name: "w", Shape: []int{2}, Data: one}}}, `tensor "w": shape [2] wants 2 numbers, but there are 1`},
		"wrong slice":     {File{Tensors: []Tensor{{Name: "w", DType: I64, Data: one}}}, "wants 1 numbers, but there are 0"},
		"negative":        {File{Tensors: []Tensor{{Name: "w", Shape: []int{-1, -1}, Data: one}}}, "dimension -1 is negative"},
		"overflow":        {File{Tensors: []Tensor{{Name: "w", Shape: []int{1 << 40, 1 << 40}}}}, "more elements"},
		"half":            {File{Tensors: []Tensor{{Name: "w", DType: F16, Data: one}}}, `type "F16" cannot be written: convert`},
		"metadata":        {File{Metadata: map[string]string{"k": "\xff"}}, `metadata "k": text is not valid UTF-8`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			err := Write(&b, &test.file)
			if err == nil || !strings.Contains(err.Error(), test.want) || b.Len() > 0 {
				t.Errorf("error %v after %d bytes, want %q after none", err, b.Len(), test.want)
			}
		})
	}
}

type brokenPipe struct{}

var errBroken = errors.New("broken pipe")

func (brokenPipe) Write([]byte) (int, error) { return 0, errBroken }
func (brokenPipe) Read([]byte) (int, error)  { return 0, errBroken }

func TestIOErrorsAreWrapped(t *testing.T) {
	if err := Write(brokenPipe{}, &File{}); !errors.Is(err, errBroken) {
		t.Errorf("Write returns %v, want %v", err, errBroken)
	}
	if _, err := Read(brokenPipe{}); !errors.Is(err, errBroken) {
		t.Errorf("Read returns %v, want %v", err, errBroken)
	}
}

// TestWriteAllocation: writing needs no second copy of the weights.
func TestWriteAllocation(t *testing.T) {
	f := &File{Tensors: []Tensor{{Name: "w", Shape: []int{1 << 20}, Data: make([]float32, 1<<20)}}}
	result := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			Write(io.Discard, f)
		}
	})
	if n := result.AllocedBytesPerOp(); n > 256<<10 {
		t.Errorf("writing 4 MB allocates %d bytes", n)
	}
}
