package exercise

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestPredictionsFile(t *testing.T) {
	for _, c := range []struct {
		lesson *Lesson
		header string
	}{
		{XOR(), "row,actual,predicted,p_0,p_1"},
		{Boston(), "row,actual,predicted"},
		{Iris(), "row,actual,predicted,p_setosa,p_versicolor,p_virginica"},
	} {
		o, err := c.lesson.Run(t.Context(), small(t, c.lesson))
		if err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		if err := o.writePredictions(&text); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(text.String()), "\n")
		if lines[0] != c.header || len(lines) != o.Valid.Rows()+1 {
			t.Errorf("%s: %d lines under %q, want %d under %q", c.lesson.Name, len(lines)-1, lines[0], o.Valid.Rows(), c.header)
		}
		source, err := os.ReadFile(filepath.Join("..", "..", "datasets", "data", c.lesson.Name+".csv"))
		if err != nil {
			t.Fatal(err)
		}
		rows := strings.Split(string(source), "\n")[1:]
		for i, line := range lines[1:] {
			cells := strings.Split(line, ",")
			row := rows[o.Valid.RowNumbers[i]]
			if actual := row[strings.LastIndex(row, ",")+1:]; cells[1] != strings.TrimSpace(actual) {
				t.Fatalf("%s: line %d is %q, but row %s of the source is %q", c.lesson.Name, i+2, line, cells[0], row)
			}
		}
	}
}

func TestCheckFolder(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, ok := range []string{dir, filepath.Join(dir, "a"), filepath.Join(dir, "a", "b", "c")} {
		if err := checkFolder(ok); err != nil {
			t.Errorf("checkFolder(%s): %v", ok, err)
		}
	}
	refused := []string{file, filepath.Join(file, "a"), filepath.Join(file, "a", "b")}
	if runtime.GOOS == "linux" {
		refused = append(refused, "/proc/perceptron") // nobody may make files there
	}
	for _, bad := range refused {
		if err := checkFolder(bad); err == nil || !strings.Contains(err.Error(), "name another folder with -out") {
			t.Errorf("checkFolder(%s): error %v", bad, err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("checkFolder left %v behind, error %v", entries, err)
	}
}

// A failure among the results leaves every file as it was.
func TestWriteAllOrNothing(t *testing.T) {
	dir := t.TempDir()
	text := func(name, content string) resultFile {
		return resultFile{name: name, write: func(w io.Writer) error { _, err := io.WriteString(w, content); return err }}
	}
	if err := writeAll(filepath.Join(dir, "new", "folder"), []resultFile{text("a", "1"), text("b", "2")}); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(dir, "new", "folder")
	broken := resultFile{name: "b", write: func(io.Writer) error { return errors.New("no ink") }}
	if err := writeAll(folder, []resultFile{text("a", "other"), broken}); err == nil || err.Error() != "b: no ink" {
		t.Errorf("error %v", err)
	}
	if err := os.Mkdir(filepath.Join(folder, "c"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := writeAll(folder, []resultFile{text("a", "other"), text("c", "3")}); err == nil || !strings.Contains(err.Error(), "is a folder") {
		t.Errorf("error %v", err)
	}
	if a, err := os.ReadFile(filepath.Join(folder, "a")); err != nil || string(a) != "1" {
		t.Errorf("a holds %q, error %v: want what it held before the failures", a, err)
	}
}
