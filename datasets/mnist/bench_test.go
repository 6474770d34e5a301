package mnist

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"
)

func unpack(t testing.TB, packed string) []byte {
	t.Helper()
	r, err := gzip.NewReader(strings.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// BenchmarkRead reads the plain training file from memory.
func BenchmarkRead(b *testing.B) {
	text := unpack(b, trainCSV)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Read(bytes.NewReader(text), "mnist_train.csv"); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLoad unpacks and reads both embedded files.
func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := Load(); err != nil {
			b.Fatal(err)
		}
	}
}
