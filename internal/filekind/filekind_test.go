package filekind

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"
	"unicode/utf16"
)

// archive has empty files of these names.
func archive(t *testing.T, names ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range names {
		if _, err := w.Create(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// wide is text in UTF-16, the low byte first or last.
func wide(text string, low int) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(text)) {
		pair := [2]byte{}
		pair[low], pair[1-low] = byte(u), byte(u>>8)
		b = append(b, pair[:]...)
	}
	return string(b)
}

func TestOf(t *testing.T) {
	for _, test := range []struct {
		name, head string
		want       Kind
	}{
		{"nothing", "", Empty},
		{"table", "a,b\n1,2\n", Text},
		{"one letter", "a", Text},
		{"number", "0", Text},
		{"accents", "größe,prénom\n", Text},
		{"escape sequence", "\x1b[31mred,b\n1,2\n", Text},
		{"brace in a header", "{a},b\n1,2\n", Text},
		{"marked UTF-16", "\xff\xfe" + wide("a,b", 0), UTF16LE},
		{"marked UTF-16, high byte first", "\xfe\xff" + wide("a,b", 1), UTF16BE},
		{"UTF-16", wide("a,b\r\n1,2\r\n", 0), UTF16LE},
		{"UTF-16, high byte first", wide("a,b\r\n1,2\r\n", 1), UTF16BE},
		{"page", "\ufeff \n<!DOCTYPE html><html>", HTML},
		{"JSON", `{"a": 1}`, JSON},
		{"Weka", "@RELATION iris\n", ARFF},
		{"Git LFS", "version https://git-lfs.github.com/spec/v1\noid sha256:1\n", LFS},
		{"gzip", "\x1f\x8b\x08", Gzip},
		{"zip", archive(t, "iris.csv"), Zip},
		{"workbook", archive(t, "[Content_Types].xml", "xl/workbook.xml"), Workbook},
		{"torch.save", archive(t, "archive/data.pkl", "archive/data/0"), PyTorch},
		{"npz", archive(t, "x.npy"), Numpy},
		{"old Excel", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00", OldExcel},
		{"pickle", "\x80\x04\x95\x10\x00", Pickle},
		{"Keras", "\x89HDF\r\n\x1a\n\x00", HDF5},
		{"MNIST's pictures", "\x00\x00\x08\x03\x00\x00\xea\x60", IDX},
		{"ONNX", "\x08\x08\x12\x0aperceptron\x1a\x050.1.0:", ONNX},
		{"safetensors", "\x40\x00\x00\x00\x00\x00\x00\x00{\"a\":{}}", SafeTensors},
		{"PNG", "\x89PNG\r\n\x1a\n\x00", Picture},
		{"zeros", strings.Repeat("\x00", 100), Binary},
		{"noise", "\x01\x02\x03\x04\x05\x06\x07abc", Binary},
	} {
		if got := Of([]byte(test.head)); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
	for k := Empty; k <= Binary; k++ {
		if k.String() == "" || k.Remedy() == "" {
			t.Errorf("kind %d has no name or remedy", int(k))
		}
	}
}
