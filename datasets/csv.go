package datasets

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"

	"perceptron/datasets/internal/lines"
)

// mostColumns bounds the width of a table: gota's bookkeeping of names takes
// time that grows with the square of their number.
const mostColumns = 10_000

// A gota frame takes some hundred bytes of memory a cell. Every cell of a plain
// file is two bytes of it or more; a gzip file may have cellsFree cells, and
// beyond them cellsPerByte a byte.
const (
	cellsFree    = 1 << 18
	cellsPerByte = 16
)

// A frame is a gota frame and where its rows come from.
type frame struct {
	dataframe.DataFrame
	name   string
	header int   // line number of the header, 0 if there is no file
	lines  []int // line number of each row; nil if there is no file
}

// place tells where row is, to begin an error with: "iris.csv:12".
func (f frame) place(row int) string {
	if f.lines == nil {
		return placeOfRow(f.name, row)
	}
	return placeOfLine(f.name, f.lines[row])
}

func placeOfRow(name string, row int) string {
	return fmt.Sprintf("%s: row %d (counted from 0)", name, row)
}

func placeOfLine(name string, line int) string { return name + ":" + strconv.Itoa(line) }

// readFrame reads a CSV file with a header into a gota frame of strings. gota
// gives NaN for what it can't read and renames equal columns, so the cells
// stay as they are written until they are checked, and the lines are
// counted and the rows compared with the header here.
func readFrame(r *lines.Reader) (frame, error) {
	f := frame{name: r.Name()}
	var records [][]string
	var line bytes.Reader
	// One line is one record: a quoted cell that runs over the end of its
	// line is a forgotten quote far more often than a cell of two lines.
	parser := csv.NewReader(&line)
	parser.FieldsPerRecord = -1
	for {
		text, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return frame{}, err
		}
		line.Reset(text)
		record, err := parser.Read()
		if err != nil {
			var bad *csv.ParseError
			if errors.As(err, &bad) {
				return frame{}, r.Errorf("character %d: %w: write a quote within a cell twice, and quotes around the cell", bad.Column, bad.Err)
			}
			return frame{}, r.Errorf("%w", err)
		}
		if records == nil {
			f.header = r.Line()
			if err := checkHeader(r, record); err != nil {
				return frame{}, err
			}
		} else {
			if len(record) != len(records[0]) {
				return frame{}, r.Errorf("%d cells, but the header has %d: give each row one cell a column", len(record), len(records[0]))
			}
			f.lines = append(f.lines, r.Line())
		}
		records = append(records, record)
		if int64(len(records))*int64(len(record)) > cellsFree+cellsPerByte*r.Size() {
			return frame{}, r.Errorf("the gzip file unpacks to far more cells than its size lets expect: if it is right, unpack it first")
		}
	}
	if len(records) == 0 {
		return frame{}, fmt.Errorf("%s: there is nothing but empty lines: give a header and rows", r.Name())
	}
	if len(records) == 1 {
		return frame{}, fmt.Errorf("%s: there are no rows after the header: add some", r.Name())
	}
	f.DataFrame = dataframe.LoadRecords(records,
		dataframe.DetectTypes(false), dataframe.DefaultType(series.String), dataframe.NaNValues(nil))
	if f.Err != nil {
		return frame{}, fmt.Errorf("%s: %w", r.Name(), f.Err)
	}
	return f, nil
}

// checkHeader trims the column names in place, names those without one
// unnamed_1, unnamed_2, … by their position, and refuses equal ones.
func checkHeader(r *lines.Reader, names []string) error {
	if len(names) > mostColumns {
		return r.Errorf("%d columns: a table may have up to %d", len(names), mostColumns)
	}
	if len(names) == 1 && strings.ContainsAny(names[0], ";\t") {
		return r.Errorf("the header is a single cell, %.80q: separate the cells by commas", names[0])
	}
	position := make(map[string]int, len(names))
	for i, name := range names {
		if name = strings.TrimSpace(name); name == "" {
			name = "unnamed_" + strconv.Itoa(i+1)
		}
		if first, ok := position[name]; ok {
			return r.Errorf("columns %d and %d are both called %q: rename one", first+1, i+1, name)
		}
		names[i], position[name] = name, i
	}
	return nil
}

// column returns the column called name.
func (f frame) column(name string) (series.Series, error) {
	s := f.Col(name)
	if s.Err != nil {
		where := f.name
		if f.header > 0 {
			where += ":" + strconv.Itoa(f.header)
		}
		return series.Series{}, fmt.Errorf("%s: there is no column %q; the columns are %s: rename one, or add it",
			where, name, list(f.Names()))
	}
	return s, nil
}

// list joins names, and leaves out the middle of a long list.
func list(names []string) string {
	if len(names) > 20 {
		names = slices.Concat(names[:10], []string{"…"}, names[len(names)-5:])
	}
	return strings.Join(names, ", ")
}

// A cellError is an error about one cell, kept apart from its place in order
// to report the first of a file.
type cellError struct {
	row          int
	column, cell string
	problem      string
}

// numbers returns a column as float64s that float32 can hold, or its first bad
// cell.
func numbers(s series.Series) ([]float64, *cellError) {
	values := make([]float64, s.Len())
	for row := range values {
		// gota writes a float with six decimals, hence no detour over the text
		// where the column has been typed.
		element := s.Elem(row)
		cell := strings.TrimSpace(element.String())
		values[row] = element.Float()
		if s.Type() == series.String {
			var err error
			if values[row], err = strconv.ParseFloat(cell, 64); err != nil && !errors.Is(err, strconv.ErrRange) {
				problem := "is not a number: correct the cell or remove the row"
				if cell == "" {
					problem = "is empty: fill the cell or remove the row"
				}
				return nil, &cellError{row, s.Name, cell, problem}
			}
		}
		// v-v is 0 for finite numbers alone.
		if v := float32(values[row]); v-v != 0 {
			return nil, &cellError{row, s.Name, cell, "is not a finite number that float32 can hold: correct the cell or remove the row"}
		}
	}
	return values, nil
}

// labels returns a column as class labels, or its first bad cell.
func labels(s series.Series) ([]string, *cellError) {
	values := s.Records()
	for row, label := range values {
		values[row] = strings.TrimSpace(label)
		if values[row] == "" || s.Elem(row).IsNA() {
			return nil, &cellError{row, s.Name, label, "is no class: fill the cell or remove the row"}
		}
	}
	return values, nil
}

// in returns e with its place in f; nil stays nil.
func (e *cellError) in(f frame) error {
	if e == nil {
		return nil
	}
	return fmt.Errorf("%s: column %q: %q %s", f.place(e.row), e.column, e.cell, e.problem)
}

// earlier returns the error of the lower row; nil is none.
func earlier(a, b *cellError) *cellError {
	if a == nil || b != nil && b.row < a.row {
		return b
	}
	return a
}
