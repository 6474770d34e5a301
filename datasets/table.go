package datasets

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
	"gorgonia.org/tensor"

	"perceptron/datasets/internal/lines"
)

// A TargetKind says what a target column holds.
type TargetKind int

const (
	Numbers TargetKind = iota // something measured, for regression
	Classes                   // the name of a class, for classification
)

// A Schema says what the columns of a table are. Columns are found by name:
// their order in the file doesn't matter, and those that the schema doesn't
// mention are ignored, whatever they hold.
type Schema struct {
	// Features are the columns that a network sees, in the order in which it
	// sees them. nil means all columns but the target, in the file's order.
	Features []string
	// Target is the column that it is to say.
	Target string
	// Kind says what the target is: Numbers or Classes.
	Kind TargetKind
	// ClassNames are the classes in the order of their indices; any other
	// label is an error. nil means those that occur in the table, sorted (as
	// numbers if all of them are).
	ClassNames []string
}

// A Table is a checked gota frame with a [Schema]: every feature is a finite
// number, every target a number or a class. It becomes a [Dataset], or two.
type Table struct {
	frame   frame
	schema  Schema
	classes map[string]int // index of each class name
}

// Open reads the CSV file at path, plain or gzipped: one header line, one line
// a row, cells separated by commas and quoted where need be. A byte order
// mark, CRLF line ends, empty lines and blanks around cells are tolerated.
//
// Errors name the file, the line (counted from 1 with the header), the column,
// the cell and the remedy: a file that is missing, empty, without rows, cut
// short or no gzip though it is called so; a row of more or fewer cells than
// the header; two columns of one name; a column of the schema that isn't there;
// an empty cell, a word, NaN or Inf where a number belongs; an unknown class.
func Open(path string, schema Schema) (*Table, error) {
	r, err := lines.Open(path)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return readTable(r, schema)
}

// Read is [Open] for a file that is already open; name stands for it in
// messages, and may end in .gz only if the content is gzipped.
func Read(source io.Reader, name string, schema Schema) (*Table, error) {
	r, err := lines.New(source, name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return readTable(r, schema)
}

func readTable(r *lines.Reader, schema Schema) (*Table, error) {
	f, err := readFrame(r)
	if err != nil {
		return nil, err
	}
	return newTable(f, schema)
}

// FromFrame makes a Table of a gota frame that the caller has read or made;
// name stands for it in messages. Errors are those of [Open] that aren't about
// a file, and name the row, counted from 0.
func FromFrame(df dataframe.DataFrame, name string, schema Schema) (*Table, error) {
	if df.Err != nil {
		return nil, fmt.Errorf("%s: the frame holds an error: %w", name, df.Err)
	}
	if df.Nrow() == 0 {
		return nil, fmt.Errorf("%s: the frame has no rows: add some", name)
	}
	return newTable(frame{DataFrame: df, name: name}, schema)
}

// newTable checks f and reduces it to the columns of the schema, typed.
func newTable(f frame, schema Schema) (*Table, error) {
	target, err := f.column(schema.Target)
	if err != nil {
		return nil, err
	}
	if schema.Features == nil {
		schema.Features = slices.DeleteFunc(f.Names(), func(name string) bool { return name == schema.Target })
	}
	if slices.Contains(schema.Features, schema.Target) {
		return nil, fmt.Errorf("%s: the target %q is among the features too: leave it out there", f.name, schema.Target)
	}
	features, bad, err := f.numberColumns(schema.Features)
	if err != nil {
		return nil, err
	}
	t := &Table{frame: f, schema: schema}
	switch schema.Kind {
	case Numbers:
		values, badTarget := numbers(target)
		bad = earlier(bad, badTarget)
		target = series.New(values, series.Float, schema.Target)
	case Classes:
		values, badTarget := labels(target)
		if badTarget == nil {
			badTarget = t.indexClasses(values)
		}
		bad = earlier(bad, badTarget)
		target = series.New(values, series.String, schema.Target)
	default:
		return nil, fmt.Errorf("%s: target kind %d: give Numbers or Classes", f.name, schema.Kind)
	}
	if err := bad.in(f); err != nil {
		return nil, err
	}
	t.frame.DataFrame = dataframe.New(append(features, target)...)
	if t.frame.Err != nil {
		return nil, fmt.Errorf("%s: %w", f.name, t.frame.Err)
	}
	return t, nil
}

// numberColumns returns the named columns as floats, or the first bad cell.
func (f frame) numberColumns(names []string) (columns []series.Series, bad *cellError, err error) {
	if len(names) == 0 {
		return nil, nil, fmt.Errorf("%s: no feature columns: name at least one", f.name)
	}
	seen := make(map[string]bool, len(names))
	for _, name := range names {
		if seen[name] {
			return nil, nil, fmt.Errorf("%s: the column %q is asked for twice: name it once", f.name, name)
		}
		seen[name] = true
		column, err := f.column(name)
		if err != nil {
			return nil, nil, err
		}
		values, badCell := numbers(column)
		bad = earlier(bad, badCell)
		columns = append(columns, series.New(values, series.Float, name))
	}
	return columns, bad, nil
}

// indexClasses settles the class names and returns the first label that is
// none of them.
func (t *Table) indexClasses(labels []string) *cellError {
	if t.schema.ClassNames == nil {
		t.schema.ClassNames = slices.Clone(labels)
		slices.SortFunc(t.schema.ClassNames, compareLabels)
		t.schema.ClassNames = slices.Compact(t.schema.ClassNames)
	}
	t.classes = make(map[string]int, len(t.schema.ClassNames))
	for i, name := range slices.Backward(t.schema.ClassNames) {
		t.classes[name] = i // of equal names the first counts
	}
	for row, label := range labels {
		if _, ok := t.classes[label]; !ok {
			return &cellError{row, t.schema.Target, label,
				"is none of the classes " + list(t.schema.ClassNames) + ": correct the cell or remove the row"}
		}
	}
	return nil
}

// compareLabels orders labels: numbers by value, before words by spelling.
func compareLabels(a, b string) int {
	number := func(s string) float64 {
		if v, err := strconv.ParseFloat(s, 64); err == nil && v == v {
			return v
		}
		return math.Inf(1)
	}
	return cmp.Or(cmp.Compare(number(a), number(b)), strings.Compare(a, b))
}

// Frame returns a copy of the table as a gota frame: the feature columns as
// floats in the schema's order, then the target, as floats or strings.
func (t *Table) Frame() dataframe.DataFrame { return t.frame.Copy() }

// Rows returns the number of rows.
func (t *Table) Rows() int { return t.frame.Nrow() }

// ClassNames returns the names of the classes in the order of their indices,
// nil if the target is numbers.
func (t *Table) ClassNames() []string { return slices.Clone(t.schema.ClassNames) }

// Dataset returns all rows.
func (t *Table) Dataset() (*Dataset, error) {
	return t.subset(identity(t.Rows()))
}

// subset takes the given rows of the frame, and makes tensors of them.
func (t *Table) subset(rows []int) (*Dataset, error) {
	part := t.frame.Subset(rows)
	if part.Err != nil {
		return nil, fmt.Errorf("%s: %w", t.frame.name, part.Err)
	}
	x := make([]float32, len(rows)*len(t.schema.Features))
	for j, name := range t.schema.Features {
		for i, v := range part.Col(name).Float() {
			x[i*len(t.schema.Features)+j] = float32(v)
		}
	}
	y := make([]float32, len(rows))
	target := part.Col(t.schema.Target)
	for i := range y {
		if t.schema.Kind == Classes {
			y[i] = float32(t.classes[target.Elem(i).String()])
		} else {
			y[i] = float32(target.Elem(i).Float())
		}
	}
	d, err := New(t.frame.name,
		tensor.New(tensor.WithShape(len(rows), len(t.schema.Features)), tensor.WithBacking(x)),
		tensor.New(tensor.WithShape(len(rows), 1), tensor.WithBacking(y)), t.schema.ClassNames)
	if err != nil {
		return nil, err
	}
	d.FeatureNames = slices.Clone(t.schema.Features)
	d.TargetNames = []string{t.schema.Target}
	d.header = t.frame.header
	for i, row := range rows {
		d.RowNumbers[i] = row
		if t.frame.lines != nil {
			d.RowNumbers[i] = t.frame.lines[row] - t.frame.header - 1
		}
	}
	return d, nil
}

// ReadFeatures reads the rows that a trained network is to predict: a CSV file
// as for [Open], of which only the columns in featureNames are looked at, in
// this order; a target column, if there is one, is ignored. nil means all
// columns. It returns a float32 tensor of shape (rows, features).
func ReadFeatures(source io.Reader, name string, featureNames []string) (*tensor.Dense, error) {
	r, err := lines.New(source, name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return readFeatures(r, featureNames)
}

// OpenFeatures is [ReadFeatures] for the file at path.
func OpenFeatures(path string, featureNames []string) (*tensor.Dense, error) {
	r, err := lines.Open(path)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return readFeatures(r, featureNames)
}

func readFeatures(r *lines.Reader, names []string) (*tensor.Dense, error) {
	f, err := readFrame(r)
	if err != nil {
		return nil, err
	}
	if names == nil {
		names = f.Names()
	}
	columns, bad, err := f.numberColumns(names)
	if err = errors.Join(err, bad.in(f)); err != nil {
		return nil, err
	}
	x := make([]float32, f.Nrow()*len(columns))
	for j, column := range columns {
		for i, v := range column.Float() {
			x[i*len(columns)+j] = float32(v)
		}
	}
	return tensor.New(tensor.WithShape(f.Nrow(), len(columns)), tensor.WithBacking(x)), nil
}
