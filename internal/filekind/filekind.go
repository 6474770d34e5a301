// Package filekind recognises what kind of file something is by its first
// bytes, so that a reader which gets another kind than it wants can say what it
// got and what to do. It depends on nothing and refuses nothing itself.
package filekind

import (
	"bytes"
	"strings"
)

// A Kind is a kind of file.
type Kind int

// The kinds that are recognised. Text is what shows no sign of being anything
// else; Binary is what is no text and nothing that is known here.
const (
	Empty Kind = iota
	Text
	UTF16LE
	UTF16BE
	HTML
	JSON
	ARFF
	LFS
	Gzip
	Zip
	Workbook
	PyTorch
	Numpy
	OldExcel
	Pickle
	HDF5
	IDX
	ONNX
	SafeTensors
	Parquet
	SQLite
	PDF
	Picture
	Compressed
	Binary
)

var kinds = [...]struct{ what, remedy string }{
	Empty:       {"an empty file", "check where it comes from"},
	Text:        {"a text", "check where it comes from"},
	UTF16LE:     {"a text in UTF-16", "save it as UTF-8"},
	UTF16BE:     {"a text in UTF-16", "save it as UTF-8"},
	HTML:        {"a web page", "download the file itself (a site often calls it raw)"},
	JSON:        {"JSON", "turn it into CSV"},
	ARFF:        {"an ARFF file of Weka's", "export it as CSV"},
	LFS:         {"a pointer of Git LFS, not the file it stands for", "run git lfs pull"},
	Gzip:        {"a gzip file", "unpack it with gunzip"},
	Zip:         {"a zip archive", "unpack it and take the file within"},
	Workbook:    {"a spreadsheet's workbook (.xlsx or .ods)", "open it and save the sheet as CSV"},
	PyTorch:     {"a file of torch.save", "save the tensors as safetensors"},
	Numpy:       {"arrays of NumPy's (.npy or .npz)", "write them with numpy.savetxt as CSV"},
	OldExcel:    {"an old Office document (.xls)", "open it and save the sheet as CSV"},
	Pickle:      {"a pickle of Python's", "write CSV or safetensors instead: reading a pickle can run any program"},
	HDF5:        {"an HDF5 file, as Keras writes (.h5)", "write the arrays as safetensors or CSV"},
	IDX:         {"an IDX file, as MNIST comes in", "convert it to CSV with a label and the pixels in each line"},
	ONNX:        {"an ONNX model, which is written here but not read", "load the model.safetensors beside it"},
	SafeTensors: {"a safetensors file", "name it where a model is asked for"},
	Parquet:     {"a Parquet file", "write it as CSV"},
	SQLite:      {"a SQLite database", "export the table as CSV"},
	PDF:         {"a PDF document", "find the data as CSV"},
	Picture:     {"a picture", "name it where a picture is asked for"},
	Compressed:  {"a compressed file (bzip2, xz, zstd or 7z)", "unpack it first"},
	Binary:      {"a binary file of no kind that is known here", "check where it comes from"},
}

// String says what the kind is, with its article: "a zip archive".
func (k Kind) String() string { return kinds[k].what }

// Remedy says what to do with a file of the kind to make it of use:
// "unpack it and take the file within".
func (k Kind) Remedy() string { return kinds[k].remedy }

var magics = []struct {
	magic string
	kind  Kind
}{
	{"\x1f\x8b", Gzip},
	{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OldExcel},
	{"\x89HDF\r\n\x1a\n", HDF5},
	{"\x93NUMPY", Numpy},
	{"PAR1", Parquet},
	{"SQLite format 3\x00", SQLite},
	{"%PDF-", PDF},
	{"\x89PNG\r\n\x1a\n", Picture},
	{"\xff\xd8\xff", Picture},
	{"GIF8", Picture},
	{"BZh", Compressed},
	{"\xfd7zXZ\x00", Compressed},
	{"\x28\xb5\x2f\xfd", Compressed},
	{"7z\xbc\xaf\x27\x1c", Compressed},
	{"version https://git-lfs.github.com/", LFS},
	{"\xff\xfe", UTF16LE},
	{"\xfe\xff", UTF16BE},
}

// Of returns the kind of the file that begins with head: some thousand bytes of
// it, or all if it has fewer.
func Of(head []byte) Kind {
	if len(head) == 0 {
		return Empty
	}
	for _, m := range magics {
		if bytes.HasPrefix(head, []byte(m.magic)) {
			return m.kind
		}
	}
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return zipped(head)
	case len(head) > 4 && string(head[:2]) == "\x00\x00" && idxType(head[2]) && head[3] >= 1 && head[3] <= 4:
		return IDX
	case len(head) > 8 && head[8] == '{' && bytes.Equal(head[4:8], make([]byte, 4)):
		return SafeTensors
	case head[0] == 0x80 && len(head) > 2 && head[1] <= 5:
		return Pickle
	case head[0] == 0x08 && len(head) > 8 && head[1] < 0x20 && (head[2] == 0x12 || head[2] == 0x3a):
		return ONNX // its version, then the producer or the graph
	case bytes.IndexByte(head, 0) >= 0:
		return withZeros(head)
	}
	return text(head)
}

// zipped looks at the names of an archive's first files.
func zipped(head []byte) Kind {
	switch {
	case bytes.Contains(head, []byte("/data.pkl")):
		return PyTorch
	case bytes.Contains(head, []byte("[Content_Types].xml")), bytes.Contains(head, []byte("xl/")),
		bytes.Contains(head, []byte("opendocument.spreadsheet")):
		return Workbook
	case len(head) > 30 && bytes.Contains(head[:min(len(head), 100)], []byte(".npy")):
		return Numpy
	}
	return Zip
}

func idxType(b byte) bool { return b == 0x08 || b == 0x09 || b >= 0x0b && b <= 0x0e }

// withZeros tells UTF-16 without a byte order mark, in which every other byte
// of most texts is 0, from what is no text.
func withZeros(head []byte) Kind {
	var zeros [2]int
	for i, b := range head {
		if b == 0 {
			zeros[i%2]++
		}
	}
	switch most := len(head) * 2 / 5; {
	case zeros[1] > most && zeros[0] == 0:
		return UTF16LE
	case zeros[0] > most && zeros[1] == 0:
		return UTF16BE
	}
	return Binary
}

// text tells texts apart.
func text(head []byte) Kind {
	control := 0
	for _, b := range head {
		if b < ' ' && b != '\t' && b != '\n' && b != '\r' && b != '\f' && b != 0x1b {
			control++
		}
	}
	if control*20 > len(head) {
		return Binary
	}
	start := strings.ToLower(strings.TrimLeft(strings.TrimPrefix(string(head[:min(len(head), 200)]), "\ufeff"), " \t\r\n"))
	switch {
	case strings.HasPrefix(start, "<!doctype"), strings.HasPrefix(start, "<html"), strings.HasPrefix(start, "<?xml"), strings.HasPrefix(start, "<head"):
		return HTML
	case strings.HasPrefix(start, "{\""), strings.HasPrefix(start, "[{"), strings.HasPrefix(start, "{\n"), strings.HasPrefix(start, "{\r\n"):
		return JSON
	case strings.HasPrefix(start, "@relation"):
		return ARFF
	}
	return Text
}
