package training

import (
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"perceptron/datasets"
	"perceptron/models"
)

// TestProgressBar holds that the bar keeps to one line of a terminal, tells loss
// and metric, and ends with a line end.
func TestProgressBar(t *testing.T) {
	var out strings.Builder
	train := table(t, 20)
	fitted(t, declared(t, models.Binary, models.Linear(2, 1)), train, train,
		Options{BatchSize: 5, Epochs: 100, LossBelow: 0.5, Optimizer: Adam(0.01), Hooks: []Hook{progressBar(&out, 0)}})
	text := out.String()
	if strings.Count(text, "\n") != 1 || !strings.HasSuffix(text, "\n") {
		t.Errorf("%d line ends, the last characters are %q", strings.Count(text, "\n"), text[len(text)-5:])
	}
	pictures := strings.Split(strings.TrimSpace(text), "\r")
	for _, p := range pictures {
		if n := len([]rune(p)); n >= 80 {
			t.Errorf("%d columns: %q", n, p)
		}
	}
	for _, want := range []string{"epoch 1/100 loss 0.", "epoch 2/100 loss 0.", " accuracy ", "%", "█"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is never shown", want)
		}
	}
}

// TestProgressBarOfALongRun holds that the bar keeps to less than 80 columns
// however large its numbers are, and its text to less than 50.
func TestProgressBarOfALongRun(t *testing.T) {
	var out strings.Builder
	hook := progressBar(&out, 0)
	p := Progress{Net: identity(t, models.Regression), Epoch: 99999, Epochs: 100000, Step: 123456789, Steps: 200000000, Loss: 1.2345678e-30,
		History: []Epoch{{Valid: &Evaluation{Figures: []models.Figure{{Name: "rmse", Value: 1.2345678e-30}}}}}}
	for _, do := range []func(Progress) error{hook.Begin, hook.Step, hook.End} {
		if err := do(p); err != nil {
			t.Fatal(err)
		}
	}
	for _, picture := range strings.Split(strings.TrimSpace(out.String()), "\r") {
		if n := len([]rune(picture)); n >= 80 {
			t.Errorf("%d columns: %q", n, picture)
		}
	}
	if text := p.String(); !strings.HasPrefix(text, "epoch 99999/100000 loss 1.235e-30 RMSE 1.235e-30") || len(text) >= 80 {
		t.Errorf("%d columns: %s", len(text), text)
	}
}

// TestProgressWithoutTerminal holds that a log gets ten lines, or one an epoch
// where there are fewer.
func TestProgressWithoutTerminal(t *testing.T) {
	for epochs, lines := range map[int]int{1: 1, 7: 7, 25: 10, 300: 10} {
		var out strings.Builder
		fitted(t, identity(t, models.Regression), noiseColumn(t), noiseColumn(t),
			Options{Epochs: epochs, Optimizer: SGD(0), Hooks: []Hook{ProgressBar(&out)}})
		if got := strings.Count(out.String(), "\n"); got != lines || !strings.HasPrefix(strings.TrimSpace(out.String()), "epoch ") {
			t.Errorf("%d epochs: %d lines, wanted %d:\n%s", epochs, got, lines, &out)
		}
		if !strings.Contains(out.String(), " RMSE ") {
			t.Errorf("no metric in\n%s", &out)
		}
	}
}

// TestProgressBarSurvives holds that neither a writer that fails nor training that
// never begins is an error of the bar's.
func TestProgressBarSurvives(t *testing.T) {
	fitted(t, identity(t, models.Regression), noiseColumn(t), nil, Options{Epochs: 1, Hooks: []Hook{progressBar(broken{}, 0), ProgressBar(broken{})}})
	var out strings.Builder
	stop := errors.New("stop")
	_, err := Fit(t.Context(), identity(t, models.Regression), noiseColumn(t), nil, Options{Epochs: 1,
		Hooks: []Hook{{Begin: func(Progress) error { return stop }}, progressBar(&out, 0)}})
	if !errors.Is(err, stop) || out.Len() > 0 {
		t.Errorf("error %v, shown %q", err, &out)
	}
	if err := progressBar(&out, 0).End(Progress{}); err != nil {
		t.Error(err)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// TestIsTerminal looks at what is surely none.
func TestIsTerminal(t *testing.T) {
	f, err := os.CreateTemp(t.TempDir(), "log")
	if err != nil {
		t.Fatal(err)
	}
	if isTerminal(f) || isTerminal(&strings.Builder{}) {
		t.Error("a file or a string passes for a terminal")
	}
	f.Close()
	if isTerminal(f) {
		t.Error("a closed file passes for a terminal")
	}
}

func noiseColumn(t testing.TB) *datasets.Dataset {
	return dataset(t, datasets.Batch{X: matrix(3, 1, 1, 2, 3), Y: matrix(3, 1, 1, 2, 4)})
}
