package datasets

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"testing"
)

func TestEmbedded(t *testing.T) {
	for _, test := range []struct {
		name, content, sum string
		open               func() (*Table, error)
		description        string
	}{
		{"xor", xorCSV, "b3a10b3c47ea3129ab5a26aa86525cb18e348995b9ab55c5bb527e51db884235", XOR,
			"xor: 4 rows × 2 features, 2 classes (0: 2, 1: 2)"},
		{"iris", irisCSV, "91eb642c3adbc7bad8e99c930c11fa3a5cc8a07262c7a753b4e6ecf405f2e05e", Iris,
			"iris: 150 rows × 4 features, 3 classes (setosa: 50, versicolor: 50, virginica: 50)"},
		{"boston", bostonCSV, "79ac716620024011b03c0c44d2bf99069b8173649181926d9109c25475a3804c", Boston,
			"boston: 506 rows × 13 features, target MEDV"},
	} {
		sum := sha256.Sum256([]byte(test.content))
		if got := hex.EncodeToString(sum[:]); got != test.sum {
			t.Errorf("%s: SHA-256 %s, want %s", test.name, got, test.sum)
		}
		table, err := test.open()
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		d, err := table.Dataset()
		if err != nil || d.String() != test.description {
			t.Errorf("got %v, %v; want %s", d, err, test.description)
		}
	}
}

func TestSplit(t *testing.T) {
	iris, err := Iris()
	if err != nil {
		t.Fatal(err)
	}
	all, err := iris.Dataset()
	if err != nil {
		t.Fatal(err)
	}
	splits := map[string]func(int, uint64) (*Dataset, *Dataset, error){"table": iris.Split, "data set": all.Split}
	for name, split := range splits {
		train, valid, err := split(70, 1)
		if err != nil {
			t.Fatal(err)
		}
		if train.Rows() != 70 || valid.Rows() != 80 {
			t.Errorf("%s: %d and %d rows", name, train.Rows(), valid.Rows())
		}
		rows := slices.Concat(train.RowNumbers, valid.RowNumbers)
		if slices.IsSorted(rows) {
			t.Errorf("%s: the rows aren't shuffled", name)
		}
		if !slices.Equal(slices.Sorted(slices.Values(rows)), identity(150)) {
			t.Errorf("%s: the parts don't make up the whole: %v", name, rows)
		}
		for _, part := range []*Dataset{train, valid} {
			for i, row := range part.RowNumbers {
				if !slices.Equal(part.X().Float32s()[4*i:4*i+4], all.X().Float32s()[4*row:4*row+4]) ||
					part.Y().Float32s()[i] != all.Y().Float32s()[row] {
					t.Fatalf("%s: row %d isn't the one of the file", name, row)
				}
			}
		}
		again, _, _ := split(70, 1)
		other, _, _ := split(70, 2)
		if !slices.Equal(train.RowNumbers, again.RowNumbers) || slices.Equal(train.RowNumbers, other.RowNumbers) {
			t.Errorf("%s: the split doesn't follow the seed", name)
		}
	}
	train, valid, err := iris.SplitSequential(101)
	if err != nil || !slices.Equal(train.RowNumbers, identity(101)) || valid.RowNumbers[0] != 101 {
		t.Errorf("sequential split: %v, %v, %v", train, valid, err)
	}
}

func TestSplitErrors(t *testing.T) {
	iris, err := Iris()
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = iris.SplitSequential(70)
	wantError(t, "first 70 rows", err, "iris: the 70 training rows have no virginica, which could then never be predicted: split with shuffling")
	_, _, err = iris.SplitSequential(50)
	wantError(t, "first 50 rows", err, "no versicolor and no virginica")
	_, _, err = iris.Split(2, 1)
	wantError(t, "two rows", err, "the 2 training rows have no ", "ask for more training rows or take another seed")
	for _, rows := range []int{-1, 0, 150, 151} {
		_, _, err = iris.Split(rows, 1)
		wantError(t, "bad number of rows", err, " training rows of 150: ask for 1 to 149, to leave at least one for validation")
	}
}
