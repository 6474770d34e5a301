// Package mnist holds the MNIST database of handwritten digits, and reads
// pictures laid out like it: one line a picture, the label first, then 784
// pixels from 0 (paper) to 255 (ink), row by row of 28×28, separated by commas.
//
//	7,0,0,0,0,0,0,0,0,0,0,0,0,84,185,159,…
//
// The 60,000 + 10,000 pictures are embedded as gzipped CSV, 15 MB that only
// programs with a call of [Load] carry. Pixels stay the raw 0–255: scaling
// them is a model's first layer.
//
// The reader goes over the bytes of a file once, in about 0.2 s for the 110
// MB of the training file, and is as strict as [datasets.Open]; a gota frame
// of the same layout is accepted by [FromFrame], but takes a hundred times as
// long to make.
//
// Source: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of
// handwritten digits", 1998.
package mnist

import (
	_ "embed"
	"errors"
	"strconv"
	"strings"
	"sync"

	"perceptron/datasets"
	"perceptron/datasets/internal/lines"
)

const (
	Side    = 28          // rows and columns of a picture
	Pixels  = Side * Side // features of a picture
	Classes = 10          // the digits 0–9
)

//go:embed data/mnist_train.csv.gz
var trainCSV string

//go:embed data/mnist_valid.csv.gz
var validCSV string

// Load returns the embedded 60,000 pictures to train with and 10,000 to
// validate with, by other writers. It unpacks them anew at each call, on two
// processors where there are two.
func Load() (train, valid *datasets.Dataset, err error) {
	var validErr error
	var both sync.WaitGroup
	both.Go(func() { valid, validErr = load(validCSV, "mnist_valid.csv.gz", 10_000) })
	train, err = load(trainCSV, "mnist_train.csv.gz", 60_000)
	both.Wait()
	if err = errors.Join(err, validErr); err != nil {
		return nil, nil, err
	}
	return train, valid, nil
}

func load(packed, name string, rows int) (*datasets.Dataset, error) {
	r, err := lines.New(strings.NewReader(packed), name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return read(r, rows)
}

// newDataset makes a data set of pictures that have been checked.
func newDataset(name string, pixels, labels []uint8) (*datasets.Dataset, error) {
	features := make([]string, Pixels)
	for i := range features {
		features[i] = "pixel" + strconv.Itoa(i)
	}
	classes := strings.Split("0123456789", "")
	d, err := datasets.FromBytes(name, pixels, features, labels, classes)
	if err != nil {
		return nil, err
	}
	d.TargetNames = []string{"label"}
	return d, nil
}
