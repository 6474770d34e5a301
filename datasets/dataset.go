package datasets

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"gorgonia.org/tensor"
)

// A Dataset is a table of numbers ready for a network: one row an example,
// with its features (what the network sees) and its targets (what it is to
// say). Class targets are indices into ClassNames, stored as 0, 1, 2, ….
//
// Tables, [New] and [FromBytes] make one. The numbers can't be changed
// afterwards, so a Dataset may be read
// from many goroutines at once. Features are held as float32 or, where they
// are all whole and in 0–255 as pixels are, as bytes, a quarter of the memory.
type Dataset struct {
	// Name tells where the rows come from, for messages: "iris", "my.csv".
	Name string
	// RowNumbers holds, for each row, the 0-based line of the source file,
	// counted after its header where it has one. It survives every split, so
	// that a prediction can be traced to the line it is about.
	RowNumbers []int
	// FeatureNames has a name a feature column, TargetNames one a target
	// column.
	FeatureNames, TargetNames []string
	// ClassNames has a name a class; it is nil if the targets are numbers.
	ClassNames []string
	// Weights says how much each row counts in a loss: finite, 0 or more, and
	// not all 0. nil means all alike. Every subset keeps the weights of its rows.
	Weights []float32

	rows   int
	header int // line number of the source file's header, from 1; 0 without a file
	// Features are in floats or in bytes, the other is nil: rows × features,
	// row-major, as are the targets.
	floats  []float32
	bytes   []uint8
	targets []float32
}

// New makes a Dataset of tensors: x is float32 of shape (rows, features), y
// float32 of shape (rows, targets). For classes, classNames lists their names
// and y has one column, of class indices; for numbers, classNames is nil.
// Features are named x1, x2, …, targets y or y1, y2, …; rows are numbered
// from 0. Assign the fields to name them otherwise.
//
// The tensors' memory is kept, not copied: leave it alone afterwards.
//
// Errors: a tensor of another type or shape, no rows, NaN or Inf, a class
// index that is no index into classNames.
func New(name string, x, y *tensor.Dense, classNames []string) (*Dataset, error) {
	xs, rows, features, err := matrix(x)
	if err != nil {
		return nil, fmt.Errorf("data set %s: features: %w", name, err)
	}
	ys, yRows, targets, err := matrix(y)
	if err != nil {
		return nil, fmt.Errorf("data set %s: targets: %w", name, err)
	}
	if rows != yRows {
		return nil, fmt.Errorf("data set %s: %d rows of features, but %d of targets: give each example one of both", name, rows, yRows)
	}
	d := &Dataset{Name: name, floats: xs, targets: ys, ClassNames: slices.Clone(classNames)}
	d.FeatureNames = numbered("x", features)
	d.TargetNames = []string{"y"}
	if targets > 1 {
		d.TargetNames = numbered("y", targets)
	}
	return d.finish(rows)
}

// FromBytes makes a Dataset of features that are whole numbers in 0–255, such
// as pixels: x has rows × len(featureNames) bytes, row-major, and classes the
// class index of each row. Both slices are kept, not copied.
//
// Errors: as for [New].
func FromBytes(name string, x []uint8, featureNames []string, classes []uint8, classNames []string) (*Dataset, error) {
	rows := len(classes)
	if rows == 0 || len(featureNames) == 0 || len(x) != rows*len(featureNames) {
		return nil, fmt.Errorf("data set %s: %d bytes for %d rows × %d features: give rows × features of them, and at least one row and feature",
			name, len(x), rows, len(featureNames))
	}
	if len(classNames) == 0 {
		return nil, fmt.Errorf("data set %s: no class names: list the classes that the targets are indices into", name)
	}
	d := &Dataset{Name: name, bytes: x, FeatureNames: slices.Clone(featureNames),
		TargetNames: []string{"class"}, ClassNames: slices.Clone(classNames)}
	d.targets = make([]float32, rows)
	convert(d.targets, classes)
	return d.finish(rows)
}

// finish numbers the rows and checks the targets.
func (d *Dataset) finish(rows int) (*Dataset, error) {
	d.rows, d.RowNumbers = rows, identity(rows)
	if d.ClassNames == nil {
		return d, nil
	}
	if d.Targets() != 1 {
		return nil, fmt.Errorf("data set %s: %d target columns for classes: give one, of class indices", d.Name, d.Targets())
	}
	for row, y := range d.targets {
		if y < 0 || int(y) >= len(d.ClassNames) || y != float32(int(y)) {
			return nil, fmt.Errorf("data set %s: row %d (counted from 0): target %v is none of the %d classes: give whole numbers from 0 to %d",
				d.Name, row, y, len(d.ClassNames), len(d.ClassNames)-1)
		}
	}
	return d, nil
}

// matrix returns the elements of a float32 tensor of two dimensions, row-major.
func matrix(t *tensor.Dense) (elements []float32, rows, cols int, err error) {
	switch {
	case t == nil || t.Dtype() == tensor.Dtype{}: // none, or new(tensor.Dense)
		return nil, 0, 0, fmt.Errorf("no tensor: give one of shape (rows, columns)")
	case t.Dtype() != tensor.Float32:
		return nil, 0, 0, fmt.Errorf("tensor of %v: give float32", t.Dtype())
	case t.Dims() != 2:
		return nil, 0, 0, fmt.Errorf("tensor of shape %v: give (rows, columns)", t.Shape())
	case t.RequiresIterator() || !t.DataOrder().IsRowMajor():
		return nil, 0, 0, fmt.Errorf("tensor is a view or not row-major: give a copy of it, row by row")
	}
	elements, rows, cols = t.Float32s(), t.Shape()[0], t.Shape()[1]
	if rows < 1 || cols < 1 || len(elements) != rows*cols {
		return nil, 0, 0, fmt.Errorf("tensor of shape %v with %d elements: give at least one row and column", t.Shape(), len(elements))
	}
	for i, v := range elements {
		if v != v || math.IsInf(float64(v), 0) {
			return nil, 0, 0, fmt.Errorf("row %d, column %d (both counted from 0): %v is not a finite number: correct or leave out the row", i/cols, i%cols, v)
		}
	}
	return elements, rows, cols, nil
}

// identity returns 0, 1, … n-1.
func identity(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = i
	}
	return s
}

// numbered returns prefix1, prefix2, … prefixN.
func numbered(prefix string, n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = prefix + strconv.Itoa(i+1)
	}
	return names
}

// Place tells where a row (0-based) comes from, to begin an error with: the line
// of its file, counted from 1 with the header, as in "iris.csv:12", or without a
// file its number, as in "made up: row 3 (counted from 0)".
func (d *Dataset) Place(row int) string {
	if row >= 0 && row < len(d.RowNumbers) {
		row = d.RowNumbers[row]
	}
	if d.header == 0 {
		return placeOfRow(d.Name, row)
	}
	return placeOfLine(d.Name, d.header+1+row)
}

// Rows returns the number of examples.
func (d *Dataset) Rows() int { return d.rows }

// Features returns the number of feature columns.
func (d *Dataset) Features() int { return (len(d.floats) + len(d.bytes)) / max(d.rows, 1) }

// Targets returns the number of target columns: 1 for classes.
func (d *Dataset) Targets() int { return len(d.targets) / max(d.rows, 1) }

// Classes returns the number of classes, 0 if the targets are numbers.
func (d *Dataset) Classes() int { return len(d.ClassNames) }

// X returns the features as a new float32 tensor of shape (rows, features).
// For tens of thousands of pictures that is a lot of memory: a [DataLoader]
// serves them in batches instead.
func (d *Dataset) X() *tensor.Dense {
	x := make([]float32, d.Rows()*d.Features())
	if d.bytes != nil {
		convert(x, d.bytes)
	} else {
		copy(x, d.floats)
	}
	return tensor.New(tensor.WithShape(d.Rows(), d.Features()), tensor.WithBacking(x))
}

// Y returns the targets as a new float32 tensor of shape (rows, targets).
func (d *Dataset) Y() *tensor.Dense {
	return tensor.New(tensor.WithShape(d.Rows(), d.Targets()), tensor.WithBacking(slices.Clone(d.targets)))
}

// Gather copies rows into x and y, one after the other: x must have room for
// len(rows) × features numbers, y for len(rows) × targets. Either may be nil
// to skip it. It allocates nothing.
func (d *Dataset) Gather(rows []int, x, y []float32) error {
	if x != nil && len(x) != len(rows)*d.Features() || y != nil && len(y) != len(rows)*d.Targets() {
		return fmt.Errorf("data set %s: gathering %d rows into %d features and %d targets: give %d and %d (or nil)",
			d.Name, len(rows), len(x), len(y), len(rows)*d.Features(), len(rows)*d.Targets())
	}
	if err := d.checkRows(rows); err != nil {
		return err
	}
	if x != nil {
		d.gatherX(x, rows)
	}
	if y != nil {
		gather(y, d.targets, rows)
	}
	return nil
}

// checkRows returns an error if one of rows is no row of the data set.
func (d *Dataset) checkRows(rows []int) error {
	for _, row := range rows {
		if row < 0 || row >= d.Rows() {
			return fmt.Errorf("data set %s: there is no row %d: give rows from 0 to %d", d.Name, row, d.Rows()-1)
		}
	}
	return nil
}

// Subset returns a new Dataset of the given rows, in the order given; a row
// may appear more than once. It keeps all class names, also of classes that
// have no row left.
//
// Errors: no rows, a row that isn't there.
func (d *Dataset) Subset(rows []int) (*Dataset, error) {
	if len(rows) == 0 {
		return nil, fmt.Errorf("data set %s: a subset of no rows: name at least one", d.Name)
	}
	if err := d.checkRows(rows); err != nil {
		return nil, err
	}
	s := *d
	s.rows = len(rows)
	s.RowNumbers = make([]int, len(rows))
	gather(s.RowNumbers, d.RowNumbers, rows)
	if d.Weights != nil {
		if err := d.checkWeights(); err != nil {
			return nil, err
		}
		s.Weights = make([]float32, len(rows))
		gather(s.Weights, d.Weights, rows)
	}
	s.targets = make([]float32, len(rows)*d.Targets())
	gather(s.targets, d.targets, rows)
	if d.bytes != nil {
		s.bytes = make([]uint8, len(rows)*d.Features())
		gather(s.bytes, d.bytes, rows)
	} else {
		s.floats = make([]float32, len(rows)*d.Features())
		gather(s.floats, d.floats, rows)
	}
	return &s, nil
}

// ClassCounts returns the number of rows of each class, nil if the targets
// are numbers.
func (d *Dataset) ClassCounts() []int {
	if d.ClassNames == nil {
		return nil
	}
	counts := make([]int, len(d.ClassNames))
	for _, class := range d.targets {
		counts[int(class)]++
	}
	return counts
}

// String describes the data set in a line:
// "iris: 70 rows × 4 features, 3 classes (setosa: 24, versicolor: 22, virginica: 24)".
func (d *Dataset) String() string {
	s := fmt.Sprintf("%s: %d rows × %d features", d.Name, d.Rows(), d.Features())
	if d.ClassNames == nil {
		return s + ", target " + strings.Join(d.TargetNames, ", ")
	}
	classes := slices.Clone(d.ClassNames)
	for i, count := range d.ClassCounts() {
		classes[i] += ": " + strconv.Itoa(count)
	}
	return fmt.Sprintf("%s, %d classes (%s)", s, len(classes), strings.Join(classes, ", "))
}
