package datasets

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
	"gorgonia.org/tensor"
)

var (
	plants = Schema{Features: []string{"length", "width"}, Target: "kind", Kind: Classes}
	prices = Schema{Features: []string{"rooms", "age"}, Target: "price"}
)

func zipped(t testing.TB, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// wantError fails the test unless err contains all the texts.
func wantError(t *testing.T, what string, err error, texts ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: no error, want one that says %q", what, texts)
		return
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("%s: error %q doesn't say %q", what, err, text)
		}
	}
}

func TestRead(t *testing.T) {
	for _, test := range []struct{ name, text string }{
		{"as written", "length,width,kind\n1,2.5,rose\n-3e2,4,aster\n5,6,rose\n"},
		{"other order", "kind,width,length\nrose,2.5,1\naster,4,-3e2\nrose,6,5\n"},
		{"columns more", "id,length,,width,kind,note\nA,1,,2.5,rose,x\nB,-3e2,,4,aster,NaN\nC,5,,6,rose,\n"},
		{"byte order mark, CRLF", "\ufefflength,width,kind\r\n1,2.5,rose\r\n-3e2,4,aster\r\n5,6,rose"},
		{"blanks and quotes", " length, width ,\"kind\"\n 1,\"2.5\",rose \n\" -3e2 \", 4,\"aster\"\n5,6,\"rose\"\n"},
	} {
		for form, content := range map[string][]byte{"plain": []byte(test.text), "gzip": zipped(t, test.text)} {
			table, err := Read(bytes.NewReader(content), "plants.csv", plants)
			if err != nil {
				t.Errorf("%s, %s: %v", test.name, form, err)
				continue
			}
			d, err := table.Dataset()
			if err != nil {
				t.Errorf("%s, %s: %v", test.name, form, err)
				continue
			}
			if got, want := d.X().Float32s(), []float32{1, 2.5, -300, 4, 5, 6}; !slices.Equal(got, want) {
				t.Errorf("%s, %s: features %v, want %v", test.name, form, got, want)
			}
			if got, want := d.Y().Float32s(), []float32{1, 0, 1}; !slices.Equal(got, want) {
				t.Errorf("%s, %s: targets %v, want %v", test.name, form, got, want)
			}
			if want := []string{"aster", "rose"}; !slices.Equal(d.ClassNames, want) || !slices.Equal(table.ClassNames(), want) {
				t.Errorf("%s, %s: classes %q and %q, want %q", test.name, form, d.ClassNames, table.ClassNames(), want)
			}
			if d.Name != "plants.csv" || !slices.Equal(d.FeatureNames, plants.Features) || !slices.Equal(d.TargetNames, []string{"kind"}) {
				t.Errorf("%s, %s: name %q, features %q, targets %q", test.name, form, d.Name, d.FeatureNames, d.TargetNames)
			}
			if !slices.Equal(d.RowNumbers, []int{0, 1, 2}) || table.Rows() != 3 {
				t.Errorf("%s, %s: row numbers %v of %d rows", test.name, form, d.RowNumbers, table.Rows())
			}
		}
	}
}

func TestRowNumbersCountLines(t *testing.T) {
	table, err := Read(strings.NewReader("\nrooms,age,price\n\n1,2,3\n\n\n4,5,6\n"), "gaps.csv", prices)
	if err != nil {
		t.Fatal(err)
	}
	d, err := table.Dataset()
	if err != nil {
		t.Fatal(err)
	}
	if want := []int{1, 4}; !slices.Equal(d.RowNumbers, want) {
		t.Errorf("row numbers %v, want %v", d.RowNumbers, want)
	}
}

func TestFeaturesDefaultToAllButTheTarget(t *testing.T) {
	table, err := Read(strings.NewReader("b,price,a\n1,2,3\n"), "any.csv", Schema{Target: "price"})
	if err != nil {
		t.Fatal(err)
	}
	d, err := table.Dataset()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(d.FeatureNames, []string{"b", "a"}) || !slices.Equal(d.X().Float32s(), []float32{1, 3}) || d.Y().Float32s()[0] != 2 {
		t.Errorf("%v: %v, %v", d.FeatureNames, d.X(), d.Y())
	}
	if d.ClassNames != nil || d.ClassCounts() != nil || d.Classes() != 0 {
		t.Errorf("numbers have classes: %v", d.ClassNames)
	}
}

func TestClassOrder(t *testing.T) {
	read := func(labels string, names []string) (*Table, error) {
		text := "length,width,kind\n"
		for _, label := range strings.Fields(labels) {
			text += "1,2," + label + "\n"
		}
		schema := plants
		schema.ClassNames = names
		return Read(strings.NewReader(text), "order.csv", schema)
	}
	for _, test := range []struct {
		labels      string
		names, want []string
	}{
		{"c a b a", nil, []string{"a", "b", "c"}},
		{"10 9 -1 2.5 9", nil, []string{"-1", "2.5", "9", "10"}},
		{"word 10 9 Word", nil, []string{"9", "10", "Word", "word"}},
		{"a b", []string{"b", "never", "a"}, []string{"b", "never", "a"}},
	} {
		table, err := read(test.labels, test.names)
		if err != nil {
			t.Errorf("%s: %v", test.labels, err)
		} else if got := table.ClassNames(); !slices.Equal(got, test.want) {
			t.Errorf("%s: classes %v, want %v", test.labels, got, test.want)
		}
	}
	_, err := read("a b weed", []string{"a", "b"})
	wantError(t, "unknown class", err, `order.csv:4: column "kind": "weed" is none of the classes a, b: correct the cell`)
}

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	_, err := Open(filepath.Join(dir, "none.csv"), prices)
	wantError(t, "missing file", err, "none.csv: no such file or directory: check the path")
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing file: %v doesn't wrap fs.ErrNotExist", err)
	}
	_, err = OpenFeatures(filepath.Join(dir, "none.csv"), nil)
	wantError(t, "missing features", err, "none.csv: no such file or directory: check the path")
	path := filepath.Join(dir, "houses.csv.gz")
	if err := os.WriteFile(path, zipped(t, "price,age,rooms\n1,2,3\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	table, err := Open(path, prices)
	if err != nil {
		t.Fatal(err)
	}
	d, err := table.Dataset()
	if err != nil {
		t.Fatal(err)
	}
	if d.Name != path || !slices.Equal(d.X().Float32s(), []float32{3, 2}) {
		t.Errorf("%v: %v", d, d.X())
	}
	x, err := OpenFeatures(path, []string{"price"})
	if err != nil || x.Float32s()[0] != 1 {
		t.Errorf("features %v, %v", x, err)
	}
}

func TestFromFrame(t *testing.T) {
	frame := dataframe.New(
		series.New([]float64{1e-9, 2}, series.Float, "rooms"), // gota prints six decimals
		series.New([]int{3, 4}, series.Int, "age"),
		series.New([]string{"5", " 6"}, series.String, "price"),
	)
	table, err := FromFrame(frame, "frame", prices)
	if err != nil {
		t.Fatal(err)
	}
	d, err := table.Dataset()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := d.X().Float32s(), []float32{1e-9, 3, 2, 4}; !slices.Equal(got, want) {
		t.Errorf("features %v, want %v", got, want)
	}
	if got := d.Y().Float32s(); !slices.Equal(got, []float32{5, 6}) || !slices.Equal(d.RowNumbers, []int{0, 1}) {
		t.Errorf("targets %v of rows %v", got, d.RowNumbers)
	}
	if got := table.Frame(); !slices.Equal(got.Names(), []string{"rooms", "age", "price"}) || got.Nrow() != 2 {
		t.Errorf("frame of columns %v", got.Names())
	}
	_, err = FromFrame(frame, "frame", Schema{Target: "cost"})
	wantError(t, "no target", err, `frame: there is no column "cost"`)
	_, err = FromFrame(dataframe.DataFrame{Err: errors.New("broken")}, "frame", prices)
	wantError(t, "broken frame", err, "frame: the frame holds an error: broken")
	_, err = FromFrame(dataframe.DataFrame{}, "frame", prices)
	wantError(t, "empty frame", err, "the frame has no rows")
	nan := frame.Mutate(series.New([]string{"1", "x"}, series.Float, "age"))
	_, err = FromFrame(nan, "frame", prices)
	wantError(t, "NaN of gota's", err, `frame: row 1 (counted from 0): column "age": "NaN" is not a finite number`)
}

func TestReadFeatures(t *testing.T) {
	const text = "kind,width,length\nrose,1,2\n?,3,4\n"
	x, err := ReadFeatures(strings.NewReader(text), "new.csv", plants.Features)
	if err != nil {
		t.Fatal(err)
	}
	if !x.Shape().Eq(tensor.Shape{2, 2}) || !slices.Equal(x.Float32s(), []float32{2, 1, 4, 3}) {
		t.Errorf("features %v of shape %v", x.Float32s(), x.Shape())
	}
	x, err = ReadFeatures(strings.NewReader("a,b\n1,2\n"), "new.csv", nil)
	if err != nil || !slices.Equal(x.Float32s(), []float32{1, 2}) {
		t.Errorf("all columns: %v, %v", x, err)
	}
	for want, names := range map[string][]string{
		`new.csv:2: column "kind": "rose" is not a number`: {"kind"},
		`new.csv:1: there is no column "height"`:           {"width", "height"},
		"no feature columns":                               {},
	} {
		_, err := ReadFeatures(strings.NewReader(text), "new.csv", names)
		wantError(t, want, err, want)
	}
	_, err = ReadFeatures(strings.NewReader(""), "new.csv", nil)
	wantError(t, "empty", err, "new.csv: the file is empty")
	_, err = ReadFeatures(strings.NewReader("a,b\n"), "new.csv", nil)
	wantError(t, "header only", err, "no rows after the header")
}
