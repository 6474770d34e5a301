// Check lays out models for check.py, which runs them in ONNX Runtime: every
// network of the zoo on random rows, and every lesson's model.onnx on the
// validation rows that its predictions.csv names. From the root of the module:
//
//	go run ./internal/onnx/check -out /tmp/onnx
//	python3 internal/onnx/check/check.py /tmp/onnx
//
// Each folder of the output holds model.onnx, the features and what Predict
// makes of them, as little-endian float32, row by row.
package main

import (
	"encoding/binary"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"

	"gorgonia.org/tensor"

	"perceptron/datasets"
	"perceptron/datasets/mnist"
	"perceptron/internal/zoo"
	"perceptron/models"
)

func main() {
	results := flag.String("results", "results", "`folder` of the lessons' results")
	out := flag.String("out", "", "`folder` to write to")
	flag.Parse()
	if *out == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := errors.Join(layOutZoo(*out), layOutLessons(*results, *out)); err != nil {
		fmt.Fprintln(os.Stderr, "check:", err)
		os.Exit(1)
	}
}

// network is a Model or an Ensemble.
type network interface {
	Predict(*tensor.Dense) (*tensor.Dense, error)
	SaveONNX(path string) error
}

func layOutZoo(out string) error {
	networks, err := zoo.Networks(1)
	if err != nil {
		return err
	}
	others, err := zoo.Networks(2)
	if err != nil {
		return err
	}
	for i, n := range networks {
		both, err := models.NewEnsemble(n.Model, others[i].Model)
		if err != nil {
			return err
		}
		for name, net := range map[string]network{"zoo-" + n.Name: n.Model, "ensemble-" + n.Name: both} {
			folder := filepath.Join(out, name)
			if err := layOut(folder, net, n.Inputs(2500, 1)); err != nil {
				return err
			}
			if err := net.SaveONNX(filepath.Join(folder, "model.onnx")); err != nil {
				return err
			}
		}
	}
	return nil
}

// lessons open the rows that a lesson validates on, as its source file has
// them.
var lessons = []struct {
	name string
	open func() (*datasets.Dataset, error)
}{
	{"xor", table(datasets.XOR)},
	{"boston", table(datasets.Boston)},
	{"iris", table(datasets.Iris)},
	{"mnist", func() (*datasets.Dataset, error) { _, valid, err := mnist.Load(); return valid, err }},
}

func table(open func() (*datasets.Table, error)) func() (*datasets.Dataset, error) {
	return func() (*datasets.Dataset, error) {
		t, err := open()
		if err != nil {
			return nil, err
		}
		return t.Dataset()
	}
}

func layOutLessons(results, out string) error {
	for _, l := range lessons {
		from, folder := filepath.Join(results, l.name), filepath.Join(out, l.name)
		net, err := models.LoadEnsemble(filepath.Join(from, "model.safetensors"))
		if err != nil {
			return err
		}
		file, err := os.ReadFile(filepath.Join(from, "model.onnx"))
		if err != nil {
			return err
		}
		rows, err := predictedRows(filepath.Join(from, "predictions.csv"))
		if err != nil {
			return err
		}
		data, err := l.open()
		if err != nil {
			return err
		}
		if data, err = data.Subset(rows); err != nil {
			return err
		}
		if err := layOut(folder, net, data.X()); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, "model.onnx"), file, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// predictedRows reads the column called row.
func predictedRows(path string) ([]int, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	records, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(records) == 0 || records[0][0] != "row" {
		return nil, fmt.Errorf("%s: the first column is not called row", path)
	}
	var rows []int
	for _, record := range records[1:] {
		row, err := strconv.Atoi(record[0])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// layOut writes features and predictions.
func layOut(folder string, net network, x *tensor.Dense) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	y, err := net.Predict(x)
	if err != nil {
		return err
	}
	for name, t := range map[string]*tensor.Dense{"features.f32": x, "predictions.f32": y} {
		var raw []byte
		for _, v := range t.Float32s() {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
		}
		if err := os.WriteFile(filepath.Join(folder, name), raw, 0o644); err != nil {
			return err
		}
	}
	return nil
}
