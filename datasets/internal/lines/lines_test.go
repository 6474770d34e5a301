package lines

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

func packed(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// readAll returns each line as "number:text".
func readAll(r *Reader) (all []string, err error) {
	for {
		line, err := r.Next()
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		all = append(all, fmt.Sprintf("%d:%s", r.Line(), line))
	}
}

func TestNext(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"lines", "a\nb\n", []string{"1:a", "2:b"}},
		{"no newline at the end", "a\nb", []string{"1:a", "2:b"}},
		{"CRLF", "a\r\nb\r\n", []string{"1:a", "2:b"}},
		{"byte order mark", "\ufeffa\nb", []string{"1:a", "2:b"}},
		{"CR", "a\rb\r\rc", []string{"1:a", "2:b", "4:c"}},
		{"UTF-16", "\xff\xfea\x00\n\x00\xe9\x00\r\x00\n\x00", []string{"1:a", "2:é"}},
		{"UTF-16, high byte first", "\xfe\xff\x00a\x00\n\x00\xe9", []string{"1:a", "2:é"}},
		{"UTF-16 unmarked", "a\x00,\x00b\x00\n\x00", []string{"1:a,b"}},
		{"blank lines", "a\n  \t\n b\n", []string{"1:a", "3: b"}},
		{"empty lines are skipped and counted", "\na\n\r\n\nb\n\n", []string{"2:a", "5:b"}},
		{"only empty lines", "\n\n", nil},
		{"only a byte order mark", "\ufeff", nil},
		{"one byte", "a", []string{"1:a"}},
		{"longest line", strings.Repeat("a", longest-1) + "\nb", []string{"1:" + strings.Repeat("a", longest-1), "2:b"}},
	} {
		for form, text := range map[string]string{"plain": test.text, "packed": packed(t, test.text)} {
			r, err := New(iotest.HalfReader(strings.NewReader(text)), "a.csv")
			if err != nil {
				t.Fatalf("%s, %s: %v", test.name, form, err)
			}
			got, err := readAll(r)
			if err != nil || !slices.Equal(got, test.want) {
				t.Errorf("%s, %s: %.100q, %v; want %.100q", test.name, form, got, err, test.want)
			}
			if err := r.Close(); err != nil {
				t.Errorf("%s, %s: Close: %v", test.name, form, err)
			}
		}
	}
}

func TestErrors(t *testing.T) {
	whole := packed(t, strings.Repeat("0,1,2,3\n", 1000)+strings.Repeat("5,6,7\n", 10))
	flipped := []byte(whole)
	flipped[len(flipped)-6] ^= 1 // in the checksum
	garbled := []byte(whole)
	for i := 12; i < 20; i++ {
		garbled[i] = 0xff
	}
	for _, test := range []struct{ name, text, want string }{
		{"a.csv", "", "a.csv: the file is empty"},
		{"a.csv.gz", "", "a.csv.gz: the file is empty"},
		{"a.csv.gz", "x,y\n1,2\n", "a.csv.gz: not a gzip file"},
		{"a.csv.gz", whole[:5], "cut short"},
		{"a.csv", whole[:15], "a.csv: after line 0: the gzip file is cut short"},
		{"a.csv.gz", whole[:len(whole)-9], "cut short"},
		{"a.csv.gz", whole[:len(whole)-4], "after line 1010: the gzip file is cut short"},
		{"a.csv.gz", string(flipped), "after line 1010: the gzip file is damaged"},
		{"a.csv.gz", string(garbled), "the gzip file is damaged"},
		{"a.csv.gz", "\x1f\x8b\x07" + whole[3:], "the gzip file is damaged"},
		{"a.csv", "a\n" + strings.Repeat("b", longest) + "\n", "a.csv:2: the line is longer than"},
		{"a.csv.gz", packed(t, strings.Repeat(strings.Repeat("0,", 5000)+"\n", 600)), "unpacks to more than 100 times"},
	} {
		r, err := New(strings.NewReader(test.text), test.name)
		if err == nil {
			_, err = readAll(r)
			r.Close()
		}
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%.30q: error %v, want one that says %q", test.text, err, test.want)
		}
	}
}

func TestFailingSource(t *testing.T) {
	broken := errors.New("disk on fire")
	if _, err := New(iotest.ErrReader(broken), "a.csv"); !errors.Is(err, broken) {
		t.Errorf("New: %v, want %v", err, broken)
	}
	r, err := New(io.MultiReader(strings.NewReader("a\nb"), iotest.ErrReader(broken)), "a.csv")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := readAll(r); !errors.Is(err, broken) || !strings.HasPrefix(err.Error(), "a.csv: after line 1: ") {
		t.Errorf("Next: %v, want %v after line 1", err, broken)
	}
}

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(filepath.Join(dir, "none.csv")); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "check the path") {
		t.Errorf("missing file: %v", err)
	}
	if _, err := Open(dir); err == nil || !strings.HasPrefix(err.Error(), dir+": ") {
		t.Errorf("a folder: %v", err)
	}
	if _, err := Open("a\x00b"); err == nil || !strings.Contains(err.Error(), "check the path") {
		t.Errorf("an impossible name: %v", err)
	}
	path := filepath.Join(dir, "a.csv.gz")
	if err := os.WriteFile(path, []byte(packed(t, strings.Repeat("a\nb\n", 1<<19))), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if line, err := r.Next(); string(line) != "a" || err != nil {
		t.Errorf("first line: %q, %v", line, err)
	}
	if info, err := os.Stat(path); err != nil || r.Size() == 0 || r.Size() > info.Size() {
		t.Errorf("%d bytes read", r.Size())
	}
	if r.Name() != path || r.Errorf("bad %d", 7).Error() != path+":1: bad 7" {
		t.Errorf("name %s, error %v", r.Name(), r.Errorf("bad %d", 7))
	}
	if err := r.Close(); err != nil { // long before the last line
		t.Errorf("Close: %v", err)
	}
}

func TestNoText(t *testing.T) {
	for want, text := range map[string]string{
		"this is a zip archive, not a table as text: unpack it":    "PK\x03\x04aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"this is a web page, not a table as text: download":        "<!doctype html>",
		"this is an IDX file, as MNIST comes in, not a table":      "\x00\x00\x08\x03\x00\x00\x00\x01",
		"this is a pointer of Git LFS, not the file it stands for": "version https://git-lfs.github.com/spec/v1\n",
	} {
		for form, text := range map[string]string{"plain": text, "packed": packed(t, text)} {
			_, err := New(strings.NewReader(text), "a.csv")
			if err == nil || !strings.HasPrefix(err.Error(), "a.csv: "+want) {
				t.Errorf("%s, %s: %v", want, form, err)
			}
		}
	}
}
