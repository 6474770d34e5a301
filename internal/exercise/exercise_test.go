package exercise

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// small is a plain network that is trained in no time.
func small(t *testing.T, l *Lesson) Settings {
	t.Helper()
	s, err := l.Settings("deck")
	if err != nil {
		t.Fatal(err)
	}
	s.Epochs = 3
	return s
}

func lessons() []*Lesson { return []*Lesson{XOR(), Boston(), Iris(), MNIST()} }

func TestNetwork(t *testing.T) {
	for _, c := range []struct {
		lesson *Lesson
		change func(*Settings)
		want   []string // layers
	}{
		{XOR(), func(s *Settings) {}, []string{"Linear(2, 3)", "ReLU()", "Linear(3, 1)"}},
		{XOR(), func(s *Settings) { s.Hidden = nil }, []string{"Linear(2, 1)"}},
		{Boston(), func(s *Settings) { s.Activation, s.Hidden = "softplus", []int{7} },
			[]string{"Standardize(13)", "Linear(13, 7)", "Softplus()", "Linear(7, 1)"}},
		{Boston(), func(s *Settings) { s.Logs, s.Target, s.Hidden = []string{"CRIM", "LSTAT"}, StandardizedTarget, nil },
			[]string{"AppendLogs(13, 0, 12)", "Standardize(15)", "Linear(15, 1)", "Unscale(1)"}},
		{Boston(), func(s *Settings) {
			s.Reciprocals, s.Indicators, s.Target, s.Hidden, s.Clamp = []string{"DIS"}, []string{"RAD", "CHAS"}, RootTarget, nil, true
		}, []string{"AppendReciprocals(13, 7)", "AppendIndicators(14, 8, 1, 2, 3, 4, 5, 6, 7, 8, 24)", "AppendIndicators(23, 3, 0, 1)",
			"Standardize(25)", "Linear(25, 1)", "UnscaleSquare(1)", "Clamp(5, 50)"}},
		{Boston(), func(s *Settings) { s.Target, s.Hidden = RootTarget, nil }, []string{"Standardize(13)", "Linear(13, 1)", "UnscaleSquare(1)"}},
		{Boston(), func(s *Settings) { s.Inputs, s.Target, s.Hidden = Raw, RawTarget, nil }, []string{"Linear(13, 1)"}},
		{Iris(), func(s *Settings) {
			s.Inputs, s.Noise, s.BatchNorm, s.Dropout, s.Activation = Whitened, 0.5, true, 0.2, "leaky_relu"
		}, []string{"Whiten(4)", "GaussianNoise(0.5)", "Linear(4, 16)", "BatchNorm1d(16)", "LeakyReLU(0.1)", "Dropout(0.2)", "Linear(16, 3)"}},
		{Iris(), func(s *Settings) { s.Inputs = Pixels }, []string{"Standardize(4)", "Linear(4, 16)", "ReLU()", "Linear(16, 3)"}},
	} {
		s := small(t, c.lesson)
		c.change(&s)
		o, err := c.lesson.Run(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		want := "models.New(models." + c.lesson.Task.String() + ",\n"
		for _, layer := range c.want {
			want += "\tmodels." + layer + ",\n"
		}
		if got := o.Net.String(); got != want+")" {
			t.Errorf("%s: network\n%s\nwant\n%s", c.lesson.Name, got, want+")")
		}
	}
}

func TestUnknownSettings(t *testing.T) {
	for _, c := range []struct {
		change func(*Settings)
		want   string
	}{
		{func(s *Settings) { s.Activation = "step" }, `unknown activation "step": wanted one of relu`},
		{func(s *Settings) { s.Init = "ones" }, `"ones"`},
		{func(s *Settings) { s.Optimizer = "newton" }, `"newton"`},
		{func(s *Settings) { s.Schedule = "lunar" }, `"lunar"`},
		{func(s *Settings) { s.Inputs = "mystic" }, `"mystic"`},
		{func(s *Settings) { s.LR = -1 }, "learning rate -1"},
		{func(s *Settings) { s.Data = "absent.csv" }, "absent.csv"},
		{func(s *Settings) { s.TrainRows = 150 }, "150 training rows of 150"},
	} {
		s := small(t, Iris())
		c.change(&s)
		if _, err := Iris().Run(t.Context(), s); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
}

// Adversarial rows take part in training, and in what is said of it.
func TestAdversarial(t *testing.T) {
	s := small(t, Iris())
	plain, err := Iris().Run(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	s.Adversarial = 0.25
	o, err := Iris().Run(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := o.Result.History[2].TrainLoss, plain.Result.History[2].TrainLoss; !(a > b) {
		t.Errorf("the training loss is %v with adversarial rows, %v without", a, b)
	}
	for text, want := range map[string]string{
		s.String():                  ", adversarial 0.25",
		s.trainingText(Iris().Task): "batches of 16 rows and as many adversarial ones at 0.25, up to",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q does not say %q", text, want)
		}
	}
}

// The deck's sizes, and the figures that are the contract's.
func TestOutcome(t *testing.T) {
	for _, c := range []struct {
		lesson       *Lesson
		train, valid int
		metrics      string
	}{
		{XOR(), 4, 4, "accuracy"},
		{Boston(), 400, 106, "rmse mae r2"},
		{Iris(), 70, 80, "accuracy"},
	} {
		o, err := c.lesson.Run(t.Context(), small(t, c.lesson))
		if err != nil {
			t.Fatal(err)
		}
		var text bytes.Buffer
		if err := o.writeMetrics(&text); err != nil {
			t.Fatal(err)
		}
		want := strings.Fields("lesson recipe seed train_rows valid_rows parameters epochs steps stop train_loss valid_loss " + c.metrics)
		if got := keys(t, text.Bytes()); !slices.Equal(got, want) {
			t.Errorf("%s: keys %v, want %v", c.lesson.Name, got, want)
		}
		m := o.Metrics()
		if *m.TrainRows != c.train || m.ValidRows != c.valid || *m.Epochs != 3 || m.Stop != "finished after 3 epochs" || m.Parameters != o.Net.Count() {
			t.Errorf("%s: metrics %+v", c.lesson.Name, m)
		}
		if *m.TrainLoss != o.Result.History[2].TrainLoss || m.ValidLoss != o.Result.History[2].Valid.Loss {
			t.Errorf("%s: losses %v and %v are not those of the last epoch, %+v", c.lesson.Name, *m.TrainLoss, m.ValidLoss, o.Result.History[2])
		}
	}
}

// keys are the keys of a JSON object in the order of the text.
func keys(t *testing.T, text []byte) []string {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	var all []string
	for key := true; ; key = !key {
		token, err := d.Token()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		if token == json.Delim('{') || token == json.Delim('}') {
			key = false
			continue
		}
		if key {
			all = append(all, token.(string))
		}
	}
}

// Runs side by side do not disturb each other.
func TestParallelRuns(t *testing.T) {
	files := func(o *Outcome) string {
		var b bytes.Buffer
		for _, f := range o.files(nil) {
			if err := f.write(&b); err != nil {
				t.Error(err)
			}
		}
		return b.String()
	}
	var want, got [4]string
	run := func(into *[4]string, i int) {
		l := []*Lesson{XOR(), Iris()}[i%2]
		s := small(t, l)
		s.Seed, s.Dropout, s.BatchNorm, s.Hidden, s.Batch = uint64(i), 0.1, true, []int{8}, 10
		o, err := l.Run(context.Background(), s)
		if err != nil {
			t.Error(err)
			return
		}
		into[i] = files(o)
	}
	for i := range want {
		run(&want, i)
	}
	var all sync.WaitGroup
	for i := range got {
		all.Go(func() { run(&got, i) })
	}
	all.Wait()
	if got != want {
		t.Error("runs in parallel gave other files than one after the other")
	}
}

func TestCancelledRun(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := XOR().Run(ctx, small(t, XOR())); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want one of the cancelled context", err)
	}
}

// A validation row that the preprocessing can't take is found before training.
func TestValidationRowWithoutLogarithm(t *testing.T) {
	table, err := Boston().Table()
	if err != nil {
		t.Fatal(err)
	}
	_, valid, err := table.Split(400, 1)
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile(filepath.Join("..", "..", "datasets", "data", "boston.csv"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(source), "\n")
	_, rest, _ := strings.Cut(lines[1+valid.RowNumbers[0]], ",")
	lines[1+valid.RowNumbers[0]] = "0," + rest
	s, err := Boston().Settings("best")
	if err != nil {
		t.Fatal(err)
	}
	s.Data = inFile(t, "zero.csv", strings.Join(lines, "\n"))
	if _, err := Boston().Run(t.Context(), s); err == nil || strings.Contains(err.Error(), "epoch") || !strings.Contains(err.Error(), `feature "CRIM" is 0`) || !strings.Contains(err.Error(), "-recipe deck") {
		t.Errorf("error %v", err)
	}
}
