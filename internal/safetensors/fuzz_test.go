package safetensors

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// FuzzRead: no bytes make Read panic; what it accepts and Write can write
// comes back the same. Its committed corpus is in testdata/fuzz.
func FuzzRead(f *testing.F) {
	for _, test := range refused {
		if len(test.file) < 1<<10 {
			f.Add(test.file)
		}
	}
	if reference, err := os.ReadFile(filepath.Join("testdata", "python.safetensors")); err == nil {
		f.Add(reference)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		total := 0
		for _, tensor := range file.Tensors {
			n, err := elements(tensor.Shape)
			if err != nil || max(len(tensor.Data), len(tensor.Ints)) != n {
				t.Fatalf("accepted %q with shape %v and %d numbers", tensor.Name, tensor.Shape, len(tensor.Data)+len(tensor.Ints))
			}
			total += n * tensor.DType.size()
		}
		if total > len(data) {
			t.Fatalf("%d bytes of numbers from a file of %d", total, len(data))
		}
		var first, second bytes.Buffer
		if Write(&first, file) != nil {
			return // a type that is only read, or an empty name
		}
		again, err := Parse(first.Bytes())
		if err != nil {
			t.Fatalf("Write wrote what Parse refuses: %v", err)
		}
		if err := Write(&second, again); err != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Fatalf("a second round trip differs (error %v)", err)
		}
	})
}
