package datasets

import (
	"fmt"
	"strings"

	"perceptron/internal/prng"
)

// Split draws trainRows rows at random to train with, and leaves the rest to
// validate with. The rows are taken from the gota frame; the seed alone
// decides which.
//
// Errors: less than one row for either part; a class of the table without a
// row in the training part.
func (t *Table) Split(trainRows int, seed uint64) (train, valid *Dataset, err error) {
	return split(t.frame.name, shuffled(t.Rows(), seed), trainRows, t.subset,
		"ask for more training rows or take another seed")
}

// SplitSequential takes the first trainRows rows to train with, and the rest
// to validate with. That is fair only if the order of the rows means nothing;
// in iris.csv, for one, the species come one after the other.
//
// Errors: as for [Table.Split].
func (t *Table) SplitSequential(trainRows int) (train, valid *Dataset, err error) {
	return split(t.frame.name, identity(t.Rows()), trainRows, t.subset,
		"split with shuffling, as the rows seem to be sorted by class")
}

// Split divides the data set as [Table.Split] does a table: to keep, say, some
// of the training rows back to decide when to stop.
func (d *Dataset) Split(trainRows int, seed uint64) (train, valid *Dataset, err error) {
	return split(d.Name, shuffled(d.Rows(), seed), trainRows, d.Subset,
		"ask for more training rows or take another seed")
}

// shuffled returns 0, 1, … rows-1 in an order that seed decides.
func shuffled(rows int, seed uint64) []int {
	order := identity(rows)
	prng.Shuffle(prng.New(seed, "datasets.split", 0), order)
	return order
}

// split makes one data set of the first trainRows rows of order and another
// of the rest. The remedy is for a class that is missing from the first.
func split(name string, order []int, trainRows int, subset func(rows []int) (*Dataset, error), remedy string) (train, valid *Dataset, err error) {
	if trainRows < 1 || trainRows >= len(order) {
		return nil, nil, fmt.Errorf("%s: %d training rows of %d: ask for 1 to %d, to leave at least one for validation",
			name, trainRows, len(order), len(order)-1)
	}
	if train, err = subset(order[:trainRows]); err != nil {
		return nil, nil, err
	}
	if valid, err = subset(order[trainRows:]); err != nil {
		return nil, nil, err
	}
	var missing []string
	inValid := valid.ClassCounts()
	for class, count := range train.ClassCounts() {
		if count == 0 && inValid[class] > 0 {
			missing = append(missing, train.ClassNames[class])
		}
	}
	if missing != nil {
		return nil, nil, fmt.Errorf("%s: the %d training rows have no %s, which could then never be predicted: %s",
			name, trainRows, strings.Join(missing, " and no "), remedy)
	}
	return train, valid, nil
}
