package mnist

import (
	"fmt"

	"github.com/go-gota/gota/dataframe"

	"perceptron/datasets"
)

// FromFrame makes a data set of a gota frame of the same layout: 785 columns of
// any names, the label first; name stands for it in messages. Rows are numbered
// from 0.
//
// Errors name the row, the column and the remedy, as those of [Open].
func FromFrame(df dataframe.DataFrame, name string) (*datasets.Dataset, error) {
	if df.Err != nil {
		return nil, fmt.Errorf("%s: the frame holds an error: %w", name, df.Err)
	}
	rows, columns := df.Dims()
	if rows == 0 || columns != Pixels+1 {
		return nil, fmt.Errorf("%s: a frame of %d rows and %d columns: give at least one row, and %d columns: a label, then %d×%d pixels",
			name, rows, columns, Pixels+1, Side, Side)
	}
	labels := make([]uint8, rows)
	pixels := make([]uint8, rows*Pixels)
	for j, column := range df.Names() {
		s := df.Col(column)
		most := 255.0
		if j == 0 {
			most = Classes - 1
		}
		for i, value := range s.Float() {
			// A cell that is no number has become NaN, and fails this too.
			if !(value >= 0 && value <= most && value == float64(uint8(value))) {
				return nil, fmt.Errorf("%s: row %d (counted from 0): column %d (%s): %q is not a whole number from 0 to %v: correct the cell or remove the row",
					name, i, j+1, column, s.Elem(i).String(), most)
			}
			if j == 0 {
				labels[i] = uint8(value)
			} else {
				pixels[i*Pixels+j-1] = uint8(value)
			}
		}
	}
	return newDataset(name, pixels, labels)
}
