package exercise

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"perceptron/internal/atomicfile"
	"perceptron/models"
	"perceptron/plots"
)

// Picture is a picture of the results, with the name of its file.
type Picture struct {
	Name  string
	About string // what it shows, in a line
	plots.Picture
}

// resultFile is one file of the results.
type resultFile struct {
	name, about string
	write       func(io.Writer) error
}

// Write puts the results into the folder of -out, with the pictures of the
// lesson among them.
func (r *Run) Write(o *Outcome, pictures ...Picture) error {
	files := o.files(pictures)
	if err := writeAll(r.folder, files); err != nil {
		return err
	}
	if o.Result != nil { // the run is over
		if err := r.removeCheckpoints(); err != nil {
			return err
		}
	}
	showFiles(r.Out, r.folder, files)
	return nil
}

// writeAll writes files into a folder. All of them are made up before the first
// one is written, so that one that can't be leaves the folder as it was. Where
// writing itself fails, or is killed, some files are new and the others old, but
// each is whole.
func writeAll(folder string, files []resultFile) error {
	contents := make([]bytes.Buffer, len(files))
	for i, f := range files {
		if err := f.write(&contents[i]); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return fmt.Errorf("cannot make the folder of the results: %w", err)
	}
	for _, f := range files {
		path := filepath.Join(folder, f.name)
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			return fmt.Errorf("%s is a folder: remove it, or name another folder with -out", path)
		}
	}
	for i, f := range files {
		if err := atomicfile.Write(filepath.Join(folder, f.name), func(w io.Writer) error {
			_, err := contents[i].WriteTo(w)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// files lists the results. A network that was loaded has no training to tell of.
func (o *Outcome) files(pictures []Picture) []resultFile {
	var files []resultFile
	if o.Result != nil {
		files = append(files,
			resultFile{"model.safetensors", "the trained network, for -load", o.Net.Write},
			resultFile{"model.onnx", "the same, for ONNX Runtime", o.Net.WriteONNX},
			resultFile{"history.csv", "loss and metric of each epoch", o.writeHistory})
		pictures = append([]Picture{{"loss.png", "loss and metric by epoch, drawn", o.lossPicture()}}, pictures...)
	}
	files = append(files,
		resultFile{"metrics.json", "the figures above, for programs", o.writeMetrics},
		resultFile{"predictions.csv", "what the network says for each validation row", o.writePredictions})
	return append(files, pictureFiles(pictures)...)
}

func pictureFiles(pictures []Picture) []resultFile {
	var files []resultFile
	for _, p := range pictures {
		files = append(files, resultFile{p.Name, p.About, func(w io.Writer) error { return plots.WritePNG(w, p) }})
	}
	return files
}

// checkFolder tells whether files can be written into dir, which need not exist
// yet, and leaves everything as it was.
func checkFolder(dir string) error {
	fail := func(err error) error {
		return fmt.Errorf("cannot write results into %s: %w: name another folder with -out", dir, err)
	}
	existing := filepath.Clean(dir)
	for {
		info, err := os.Stat(existing)
		if err == nil && !info.IsDir() {
			return fail(fmt.Errorf("%s is a file", existing))
		}
		if err == nil {
			break
		}
		parent := filepath.Dir(existing)
		if !errors.Is(err, fs.ErrNotExist) || parent == existing {
			return fail(err)
		}
		existing = parent
	}
	// What a kill at this moment leaves behind, the end of the next run removes.
	if err := atomicfile.Check(checkpointIn(existing, 0)); err != nil {
		return fail(err)
	}
	return nil
}

func (o *Outcome) writeMetrics(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(o.Metrics())
}

func (o *Outcome) writeHistory(w io.Writer) error {
	name, metric := o.metric()
	lines := [][]string{{"epoch", "train_loss", "valid_loss", name, "lr"}}
	for i, e := range o.Result.History {
		lines = append(lines, []string{strconv.Itoa(e.Epoch), number64(e.TrainLoss), number64(e.Valid.Loss), number64(metric[i]), number64(e.Rate)})
	}
	return csv.NewWriter(w).WriteAll(lines)
}

// metric is the figure that the task is judged by, after each epoch.
func (o *Outcome) metric() (name string, byEpoch []float64) {
	name = "accuracy"
	if o.Lesson.Task.Targets == models.Values {
		name = "rmse"
	}
	for _, e := range o.Result.History {
		if name == "rmse" {
			byEpoch = append(byEpoch, e.Valid.RMSE)
		} else {
			byEpoch = append(byEpoch, e.Valid.Accuracy)
		}
	}
	return name, byEpoch
}

func (o *Outcome) lossPicture() plots.Loss {
	name, metric := o.metric()
	if name == "rmse" {
		name = "RMSE"
	}
	short, _, _ := strings.Cut(o.Lesson.Title, ":")
	title := short + ": loss by epoch"
	switch o.Settings.Target { // the loss is of these, the RMSE of the targets themselves
	case StandardizedTarget:
		title += ", as trained on standardised targets"
	case RootTarget:
		title += ", as trained on standardised roots"
	}
	if o.Lesson.Task.Targets == models.Values {
		name += " of " + list(o.Valid.TargetNames)
	}
	l := plots.Loss{Title: title, Metric: plots.Curve{Name: "validation " + name, Values: metric}}
	for _, e := range o.Result.History {
		l.Train, l.Valid = append(l.Train, e.TrainLoss), append(l.Valid, e.Valid.Loss)
	}
	return l
}

func (o *Outcome) writePredictions(w io.Writer) error {
	header := []string{"row", "actual", "predicted"}
	for _, class := range o.Valid.ClassNames {
		header = append(header, "p_"+class)
	}
	spread := o.Together != nil && o.Lesson.Task.Targets == models.Values
	if spread {
		header = append(header, "spread")
	}
	lines := [][]string{header}
	if o.Lesson.Task.Targets == models.Values {
		y, p := o.Valid.Y().Float32s(), o.Score.Predictions.Float32s()
		for i, row := range o.Valid.RowNumbers {
			line := []string{strconv.Itoa(row), number32(y[i]), number32(p[i])}
			if spread {
				line = append(line, number32(o.Together.Spread[i]))
			}
			lines = append(lines, line)
		}
		return csv.NewWriter(w).WriteAll(lines)
	}
	actual, predicted := o.Classes()
	for i, row := range o.Valid.RowNumbers {
		line := []string{strconv.Itoa(row), o.Valid.ClassNames[actual[i]], o.Valid.ClassNames[predicted[i]]}
		for _, p := range o.Probabilities(i) {
			line = append(line, number32(p))
		}
		lines = append(lines, line)
	}
	return csv.NewWriter(w).WriteAll(lines)
}

// number64 and number32 write the shortest text that reads back as the same
// number.
func number64(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
func number32(x float32) string { return strconv.FormatFloat(float64(x), 'g', -1, 32) }
