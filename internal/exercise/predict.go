package exercise

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"strconv"

	"gorgonia.org/tensor"

	"perceptron/datasets"
	"perceptron/datasets/mnist"
	"perceptron/datasets/mnist/picture"
	"perceptron/models"
	"perceptron/training"
)

// predict shows new data to the saved network and writes what it says as CSV: a
// header and a line for each row of a table of features, in its order, or for
// each picture. Nothing is written if any of them is bad.
//
//	row,predicted,p_setosa,p_versicolor,p_virginica     rows count from 0 after the header
//	file,predicted,p_0,p_1,…
//	row,predicted                                       of a regression
//	row,predicted,spread                                of an ensemble's: the standard deviation between its members
func (l *Lesson) predict(w io.Writer, saved string, files []string) error {
	net, err := models.LoadEnsemble(saved)
	if err != nil {
		return err
	}
	if net.Task().Name != l.Task.Name {
		return fmt.Errorf("%s: the saved network's task is %v, the lesson's is %v: load one of this lesson", saved, net.Task(), l.Task)
	}
	if l.Pictures != nil {
		return predictPictures(w, net, saved, files)
	}
	return predictTable(w, net, files[0]) // parse lets no other through
}

func predictTable(w io.Writer, net *models.Ensemble, file string) error {
	open := datasets.OpenFeatures
	if file == "-" {
		file = "standard input"
		open = func(name string, features []string) (*tensor.Dense, error) {
			return datasets.ReadFeatures(os.Stdin, name, features)
		}
	}
	x, err := open(file, net.Info().Features)
	if err != nil {
		return err
	}
	if cols := x.Shape()[1]; cols != net.Inputs() {
		return fmt.Errorf("%s: %d columns: the network takes %d features", file, cols, net.Inputs())
	}
	rows := make([]string, x.Shape()[0])
	for i := range rows {
		rows[i] = strconv.Itoa(i)
	}
	if err := predictRows(w, net, x, "row", rows); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

func predictPictures(w io.Writer, net *models.Ensemble, saved string, files []string) error {
	if net.Inputs() != mnist.Pixels {
		return fmt.Errorf("%s: the saved network takes %d features, a picture has %d pixels: load one of this lesson", saved, net.Inputs(), mnist.Pixels)
	}
	var x []float32
	for _, file := range files {
		pixels, err := picture.Open(file)
		if err != nil {
			return err
		}
		x = append(x, pixels...)
	}
	return predictRows(w, net, tensor.New(tensor.WithShape(len(files), mnist.Pixels), tensor.WithBacking(x)), "file", files)
}

// predictRows writes a line for each row of x, which begins with its label.
func predictRows(w io.Writer, net *models.Ensemble, x *tensor.Dense, label string, labels []string) error {
	y, spread, err := net.PredictSpread(x)
	if err != nil {
		return err
	}
	header := []string{label, "predicted"}
	classes := net.ClassNames()
	for _, c := range classes {
		header = append(header, "p_"+c)
	}
	withSpread := classes == nil && len(net.Members()) > 1
	if withSpread {
		header = append(header, "spread")
	}
	lines := [][]string{header}
	for i, label := range labels {
		said := y.Float32s()[i*net.Outputs() : (i+1)*net.Outputs()]
		line := []string{label}
		if classes == nil {
			line = append(line, number32(said[0]))
		} else {
			line = append(line, classes[training.Class(said)])
			for _, p := range probabilities(said) {
				line = append(line, number32(p))
			}
		}
		if withSpread {
			line = append(line, number32(spread.Float32s()[i]))
		}
		lines = append(lines, line)
	}
	return csv.NewWriter(w).WriteAll(lines)
}

// probabilities of all classes. A single output is the probability of class 1.
func probabilities(said []float32) []float32 {
	if len(said) == 1 {
		return []float32{1 - said[0], said[0]}
	}
	return said
}
