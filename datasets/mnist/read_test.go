package mnist

import (
	"bytes"
	"compress/gzip"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"

	"perceptron/datasets/internal/lines"
)

var long = flag.Bool("long", false, "compare the readers on all 70,000 pictures, which takes a minute")

// picture returns a line of a label and 784 pixels, of which the first are
// given and the others 0.
func picture(label string, pixels ...string) string {
	cells := slices.Repeat([]string{"0"}, Pixels+1)
	cells[0] = label
	copy(cells[1:], pixels)
	return strings.Join(cells, ",")
}

func zipped(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestRead(t *testing.T) {
	first, second := picture("7", "0", "255", "9", "0", "10", "99", "100"), picture("0")
	second = strings.TrimSuffix(second, "0") + "128" // the last pixel
	quoted := `"7", "0" ,255,"9",0, 10,"99",100` + strings.TrimPrefix(first, "7,0,255,9,0,10,99,100")
	header := "label,pixel0" + strings.Repeat(",x", Pixels-1)
	for _, test := range []struct {
		name, text string
		rows       []int
	}{
		{"plain", first + "\n" + second + "\n", []int{0, 1}},
		{"no newline at the end", first + "\n" + second, []int{0, 1}},
		{"CRLF and byte order mark", "\ufeff" + first + "\r\n" + second + "\r\n", []int{0, 1}},
		{"quotes and blanks", quoted + "\n" + second + " \n", []int{0, 1}},
		{"leading zeros", "007,00,0255" + strings.TrimPrefix(first, "7,0,255") + "\n" + second, []int{0, 1}},
		{"header", header + "\n" + first + "\n" + second, []int{0, 1}},
		{"header and empty lines", "\n" + header + "\n\n" + first + "\n\n" + second + "\n\n", []int{1, 3}},
	} {
		for form, text := range map[string]string{"plain": test.text, "gzip": zipped(t, test.text)} {
			d, err := Read(strings.NewReader(text), "digits.csv")
			if err != nil {
				t.Errorf("%s, %s: %v", test.name, form, err)
				continue
			}
			x := d.X().Float32s()
			if got, want := x[:8], []float32{0, 255, 9, 0, 10, 99, 100, 0}; !slices.Equal(got, want) {
				t.Errorf("%s, %s: pixels %v, want %v", test.name, form, got, want)
			}
			sum := float32(0)
			for _, v := range x {
				sum += v
			}
			if sum != 255+9+10+99+100+128 || x[len(x)-1] != 128 {
				t.Errorf("%s, %s: pixels add up to %v, the last is %v", test.name, form, sum, x[len(x)-1])
			}
			if got := d.Y().Float32s(); !slices.Equal(got, []float32{7, 0}) || !slices.Equal(d.RowNumbers, test.rows) {
				t.Errorf("%s, %s: labels %v of rows %v, want 7, 0 of %v", test.name, form, got, d.RowNumbers, test.rows)
			}
			if d.Name != "digits.csv" || d.FeatureNames[783] != "pixel783" || d.ClassNames[9] != "9" || d.TargetNames[0] != "label" {
				t.Errorf("%s, %s: name %s, last feature %s, last class %s, target %v",
					test.name, form, d.Name, d.FeatureNames[783], d.ClassNames[9], d.TargetNames)
			}
		}
	}
}

func TestBadFiles(t *testing.T) {
	good := picture("7") + "\n"
	const remedy = "correct the cell or remove the line"
	for _, test := range []struct{ name, text, want string }{
		{"empty file", "", "bad.csv: the file is empty"},
		{"only empty lines", "\n\n", "bad.csv: there are no pictures"},
		{"header only", picture("label", "pixel0") + "\n", "bad.csv: there are no pictures"},
		{"784 columns", good + strings.TrimSuffix(picture("7"), ",0") + "\n", "bad.csv:2: 784 columns, want 785: a label, then 28×28 pixels"},
		{"786 columns", good + good + picture("7") + ",0\n", "bad.csv:3: 786 columns, want 785"},
		{"comma at the end", picture("7") + ",\n", "bad.csv:1: 786 columns"},
		{"label alone", "7\n", "bad.csv:1: 1 columns"},
		{"label 10", good + picture("10") + "\n", `bad.csv:2: column 1 (label): "10" is not a whole number from 0 to 9: ` + remedy},
		{"no label", good + picture("") + "\n", `bad.csv:2: column 1 (label): ""`},
		{"label a word", picture("seven") + "\n", `bad.csv:1: column 1 (label): "seven"`},
		{"second header", good + picture("label", "pixel0") + "\n", `bad.csv:2: column 1 (label): "label"`},
		{"pixel 256", picture("7", "0", "256") + "\n", `bad.csv:1: column 3 (pixel1): "256" is not a whole number from 0 to 255: ` + remedy},
		{"pixel 1000", picture("7", "1000") + "\n", `bad.csv:1: column 2 (pixel0): "1000"`},
		{"pixel beyond 64 bits", picture("7", "99999999999999999999") + "\n", `"99999999999999999999" is not`},
		{"negative pixel", picture("7", "-1") + "\n", `bad.csv:1: column 2 (pixel0): "-1"`},
		{"fraction", picture("7", "0.5") + "\n", `column 2 (pixel0): "0.5"`},
		{"word", picture("7", "0", "0", "0", "ink") + "\n", `bad.csv:1: column 5 (pixel3): "ink"`},
		{"NaN", picture("7", "NaN") + "\n", `column 2 (pixel0): "NaN"`},
		{"empty cell", picture("7", "0", "") + "\n", `bad.csv:1: column 3 (pixel1): ""`},
		{"last cell empty", strings.TrimSuffix(picture("7"), "0") + "\n", `bad.csv:1: column 785 (pixel783): ""`},
		{"last cell a word", picture("7") + "x\n", `bad.csv:1: column 785 (pixel783): "0x"`},
		{"endless line", strings.Repeat("0,", 1<<20), "bad.csv:1: the line is longer than"},
		{"gzip of zeros", zipped(t, strings.Repeat(good, 4000)), "unpacks to more than 100 times its size"},
		{"cut gzip", validCSV[:len(validCSV)/2], "the gzip file is cut short"},
		{"cut gzip header", validCSV[:4], "the gzip file is cut short"},
		{"damaged gzip", validCSV[:len(validCSV)-8] + "\x00\x00\x00\x00" + validCSV[len(validCSV)-4:], "after line 10000: the gzip file is damaged"},
	} {
		_, err := Read(strings.NewReader(test.text), "bad.csv")
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want one that says %q", test.name, err, test.want)
		}
	}
}

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(filepath.Join(dir, "none.csv")); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "check the path") {
		t.Errorf("missing file: %v", err)
	}
	text := picture("3") + "\n" + picture("5")
	for name, content := range map[string]string{"a.csv": text, "a.csv.gz": zipped(t, text)} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		d, err := Open(path)
		if err != nil || !slices.Equal(d.Y().Float32s(), []float32{3, 5}) {
			t.Errorf("%s: %v, %v", name, d, err)
		}
	}
	path := filepath.Join(dir, "b.csv.gz")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); err == nil || !strings.Contains(err.Error(), "not a gzip file") {
		t.Errorf("plain file called .gz: %v", err)
	}
}

// frameOf lets gota read rows of text.
func frameOf(t testing.TB, rows []byte) dataframe.DataFrame {
	t.Helper()
	return dataframe.ReadCSV(bytes.NewReader(rows), dataframe.HasHeader(false),
		dataframe.DetectTypes(false), dataframe.DefaultType(series.Float))
}

// The streaming reader and gota must agree on the real files: by default on a
// part of them, as gota takes its time.
func TestReadersAgree(t *testing.T) {
	const block = 500 // rows; more at once make gota slower
	files, most := map[string]string{"valid": validCSV}, 4*block
	if testing.Short() {
		most = block
	}
	if *long {
		files["train"], most = trainCSV, 60_000
	}
	for name, packed := range files {
		for i, rows := range slices.Collect(slices.Chunk(bytes.SplitAfter(unpack(t, packed), []byte("\n")), block)) {
			text := bytes.Join(rows, nil)
			if i*block >= most || len(text) == 0 {
				break
			}
			streamed, err := Read(bytes.NewReader(text), name)
			if err != nil {
				t.Fatal(err)
			}
			framed, err := FromFrame(frameOf(t, text), name)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(streamed.X().Float32s(), framed.X().Float32s()) ||
				!slices.Equal(streamed.Y().Float32s(), framed.Y().Float32s()) ||
				!slices.Equal(streamed.RowNumbers, framed.RowNumbers) ||
				!slices.Equal(streamed.FeatureNames, framed.FeatureNames) {
				t.Fatalf("%s: the readers differ in block %d", name, i)
			}
		}
	}
}

func TestFromFrameErrors(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"word", picture("7") + "\n" + picture("7", "0", "ink"), `bad: row 1 (counted from 0): column 3 (X2): "NaN" is not a whole number from 0 to 255`},
		{"label 10", picture("10"), `bad: row 0 (counted from 0): column 1 (X0): "10.000000" is not a whole number from 0 to 9`},
		{"pixel 256", picture("7", "256"), `"256.000000" is not`},
		{"pixel 0.5", picture("7", "0.5"), `"0.500000" is not`},
		{"pixel -1", picture("7", "-1"), `"-1.000000" is not`},
		{"786 columns", picture("7") + ",0", "bad: a frame of 1 rows and 786 columns"},
		{"ragged", picture("7") + "\n1,2", "bad: the frame holds an error: "},
	} {
		_, err := FromFrame(frameOf(t, []byte(test.text)), "bad")
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want one that says %q", test.name, err, test.want)
		}
	}
}

// FuzzMNIST feeds both ways to read a line the same bytes: the fast one may
// decline what the strict one accepts, and otherwise they must agree.
func FuzzMNIST(f *testing.F) {
	f.Add([]byte(picture("7", "0", "255", "9", "0", "10", "99", "100")), 0)
	f.Add([]byte("7,0,0,0,0,1"), Pixels-5)
	f.Add([]byte("7,\"0\", 1 ,256"), Pixels-3)
	f.Add([]byte("7,12"), Pixels-1)
	f.Add([]byte("label,pixel0\n7,1"), Pixels-1)
	f.Add([]byte(zipped(f, picture("7"))), 0)
	f.Fuzz(func(t *testing.T, content []byte, zeros int) {
		// So many zeros more in each line save the fuzzer from finding 784 cells.
		if zeros > 0 && zeros <= Pixels {
			tail := []byte(strings.Repeat(",0", zeros))
			content = append(bytes.ReplaceAll(content, []byte("\n"), append(tail, '\n')), tail...)
		}
		d, err := Read(bytes.NewReader(content), "fuzz.csv")
		if (d == nil) == (err == nil) {
			t.Fatalf("data set %v, error %v", d, err)
		}
		if d != nil && (d.Rows() == 0 || d.Features() != Pixels || d.X().Float32s()[0] < 0) {
			t.Errorf("accepted, but: %v", d)
		}
		line, _, _ := bytes.Cut(content, []byte("\n"))
		var fast, strict [Pixels]uint8
		if label, ok := parse(line, &fast); ok {
			r, err := lines.New(strings.NewReader("for its name"), "fuzz.csv")
			if err != nil {
				t.Fatal(err)
			}
			if strictLabel, err := parseStrictly(r, line, &strict); err != nil || label != strictLabel || fast != strict {
				t.Errorf("%q: the fast reader says %d, the strict one %d, %v", line, label, strictLabel, err)
			}
		}
	})
}

// Every byte is read for what it is at every place, among zeros and others.
func TestParse(t *testing.T) {
	for shift := range 512 {
		var want, got [Pixels]uint8
		cells := make([]string, Pixels)
		for p := range want {
			if p*p%7*shift%3 < 2 { // runs of zeros of many lengths
				want[p] = uint8(p + shift)
			}
			cells[p] = strconv.Itoa(int(want[p]))
		}
		label, ok := parse([]byte(picture("4", cells...)), &got)
		if !ok || label != 4 || got != want {
			t.Fatalf("line %d: label %d, ok %v, pixels %v, want %v", shift, label, ok, got, want)
		}
	}
}

func ExampleRead() {
	line := "3" + strings.Repeat(",0", 300) + ",255" + strings.Repeat(",0", 482) + ",256\n"
	_, err := Read(strings.NewReader(line), "digits.csv")
	os.Stdout.WriteString(err.Error())
	// Output:
	// digits.csv:1: column 785 (pixel783): "256" is not a whole number from 0 to 255: correct the cell or remove the line
}
