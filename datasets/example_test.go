package datasets_test

import (
	"fmt"
	"strings"

	"gorgonia.org/tensor"

	"perceptron/datasets"
)

// The deck's iris exercise: 70 rows to train with, the rest to validate with.
func Example() {
	iris, err := datasets.Iris()
	if err != nil {
		fmt.Println(err)
		return
	}
	train, valid, err := iris.Split(70, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(train)
	fmt.Println(valid)

	loader, err := datasets.NewLoader(train, datasets.LoaderOptions{BatchSize: 32, Shuffle: true, Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	for batch := range loader.Epoch(0) {
		fmt.Println(batch.Index, batch.X.Shape(), batch.Y.Shape())
	}
	// Output:
	// iris: 70 rows × 4 features, 3 classes (setosa: 24, versicolor: 23, virginica: 23)
	// iris: 80 rows × 4 features, 3 classes (setosa: 26, versicolor: 27, virginica: 27)
	// 0 (32, 4) (32, 1)
	// 1 (32, 4) (32, 1)
	// 2 (6, 4) (6, 1)
}

// The first 70 rows of iris.csv hold two species of three.
func ExampleTable_SplitSequential() {
	iris, err := datasets.Iris()
	if err != nil {
		fmt.Println(err)
		return
	}
	_, _, err = iris.SplitSequential(70)
	fmt.Println(err)
	// Output:
	// iris: the 70 training rows have no virginica, which could then never be predicted: split with shuffling, as the rows seem to be sorted by class
}

// A table of one's own: columns are found by name, and a bad cell by its place.
func ExampleRead() {
	schema := datasets.Schema{
		Features: []string{"weight", "ears"},
		Target:   "animal",
		Kind:     datasets.Classes,
	}
	table, err := datasets.Read(strings.NewReader("animal,ears,weight\ncat,6.5,4\nhare,12,3.5\n"), "animals.csv", schema)
	if err != nil {
		fmt.Println(err)
		return
	}
	d, err := table.Dataset()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(d)
	fmt.Println(d.X().Float32s(), d.Y().Float32s())

	_, err = datasets.Read(strings.NewReader("animal,ears,weight\ncat,long,4\n"), "animals.csv", schema)
	fmt.Println(err)
	// Output:
	// animals.csv: 2 rows × 2 features, 2 classes (cat: 1, hare: 1)
	// [4 6.5 3.5 12] [0 1]
	// animals.csv:2: column "ears": "long" is not a number: correct the cell or remove the row
}

// A data set of numbers that a program has made itself.
func ExampleNew() {
	x := tensor.New(tensor.WithShape(3, 2), tensor.WithBacking([]float32{1, 10, 2, 20, 3, 60}))
	y := tensor.New(tensor.WithShape(3, 1), tensor.WithBacking([]float32{0, 1, 1}))
	d, err := datasets.New("made up", x, y, []string{"small", "large"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(d)
	fmt.Println(datasets.ColumnStats(d))
	// Output:
	// made up: 3 rows × 2 features, 2 classes (small: 1, large: 2)
	// [2 30] [0.8164966 21.602468]
}

// A test set's classes are numbered as those of a model, by their names.
func ExampleDataset_WithClasses() {
	x := tensor.New(tensor.WithShape(2, 1), tensor.WithBacking([]float32{1, 2}))
	y := tensor.New(tensor.WithShape(2, 1), tensor.WithBacking([]float32{0, 1}))
	test, err := datasets.New("test", x, y, []string{"birch", "cedar"})
	if err != nil {
		fmt.Println(err)
		return
	}
	test, err = test.WithClasses([]string{"ash", "birch", "cedar"}) // the model's
	fmt.Println(test.Y().Float32s(), err)
	// Output: [1 2] <nil>
}

// Two species of three, and then one against the rest.
func ExampleDataset_RenameClasses() {
	table, err := datasets.Iris()
	if err != nil {
		fmt.Println(err)
		return
	}
	all, err := table.Dataset()
	if err != nil {
		fmt.Println(err)
		return
	}
	two, err := all.OnlyClasses("versicolor", "virginica")
	fmt.Println(two, err)
	rest, err := all.RenameClasses(map[string]string{"versicolor": "other", "virginica": "other"})
	fmt.Println(rest, err)
	// Output:
	// iris: 100 rows × 4 features, 2 classes (versicolor: 50, virginica: 50) <nil>
	// iris: 150 rows × 4 features, 2 classes (setosa: 50, other: 100) <nil>
}
