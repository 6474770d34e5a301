package exercise

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"perceptron/models"
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

func TestRecipes(t *testing.T) {
	for _, l := range lessons() {
		names := l.recipeNames()
		if names[0] != "default" || !slices.Contains(names, "deck") {
			t.Errorf("%s: recipes %v: want default first, and deck", l.Name, names)
		}
		for _, name := range names {
			s, err := l.Settings(name)
			if err != nil {
				t.Fatal(err)
			}
			if s.Recipe != name || s.Seed != 1 {
				t.Errorf("%s: recipe %q, seed %d: want %q and 1", l.Name, s.Recipe, s.Seed, name)
			}
			if _, err := s.options(); err != nil {
				t.Errorf("%s, %s: %v", l.Name, name, err)
			}
			if name == "deck" && (s.Init != "pytorch" || s.Activation != "relu" || s.BatchNorm || s.Dropout+s.Noise+s.Adversarial+s.LabelSmoothing+s.WeightDecay != 0 ||
				s.Optimizer != "adam" || s.Schedule != "constant") {
				t.Errorf("%s: the deck's recipe is no plain ReLU network with Adam at a fixed rate: %v", l.Name, s)
			}
		}
		if _, err := l.Settings("grandma"); err == nil || !strings.Contains(err.Error(), `unknown recipe "grandma": wanted one of default, `) {
			t.Errorf("%s: unknown recipe: %v", l.Name, err)
		}
	}
}

func TestFlagsWinOverTheRecipe(t *testing.T) {
	deck, err := Iris().Settings("deck")
	if err != nil {
		t.Fatal(err)
	}
	want := deck
	want.Seed, want.Hidden, want.Activation, want.BatchNorm, want.Dropout, want.Init = 7, []int{8, 4}, "tanh", true, 0.25, "he-normal"
	want.Optimizer, want.LR, want.Batch, want.Epochs, want.LossBelow = "sgd", 0.5, 10, 20, 0.125
	want.Adversarial = 0.375
	want.Data, want.TrainRows, want.Sequential = "my.csv", 30, true
	c, err := Iris().parse(strings.Fields("-seed 7 -hidden 8,4 -activation tanh -batchnorm -dropout 0.25 -init he-normal -optimizer sgd -lr 0.5 " +
		"-adversarial 0.375 -batch 10 -epochs 20 -loss-below 0.125 -data my.csv -train-rows 30 -sequential -recipe deck -out o -quiet"))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(c.settings, want) {
		t.Errorf("settings %+v, want %+v", c.settings, want)
	}
	if c.out != "o" || !c.quiet || c.load != "" {
		t.Errorf("command %+v", c)
	}

	c, err = MNIST().parse(strings.Fields("-train a.csv -valid b.csv.gz -hidden none -batchnorm=false"))
	if err != nil {
		t.Fatal(err)
	}
	if s := c.settings; s.Train != "a.csv" || s.Valid != "b.csv.gz" || s.Hidden != nil || s.BatchNorm || s.Recipe != "default" {
		t.Errorf("settings %+v", s)
	}
	if c.out != "results/mnist" {
		t.Errorf("out %q", c.out)
	}
}

func TestUsageText(t *testing.T) {
	for _, l := range lessons() {
		if _, err := l.parse([]string{"-help"}); !errors.Is(err, flag.ErrHelp) {
			t.Errorf("%s -help: %v", l.Name, err)
		}
		var b strings.Builder
		l.usage(&b)
		wanted := []string{l.Title, l.About, "-recipe", "-hidden 64,64", "-out folder", "results/" + l.Name}
		wanted = append(append(wanted, l.Examples...), l.recipeNames()...)
		for _, want := range wanted {
			if !strings.Contains(b.String(), want) {
				t.Errorf("%s -help does not say %q", l.Name, want)
			}
		}
	}
}

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
		if m.TrainRows != c.train || m.ValidRows != c.valid || m.Epochs != 3 || m.Stop != "finished after 3 epochs" || m.Parameters != o.Net.Count() {
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

func TestPredictionsFile(t *testing.T) {
	for _, c := range []struct {
		lesson *Lesson
		header string
	}{
		{XOR(), "row,actual,predicted,p_0,p_1"},
		{Boston(), "row,actual,predicted"},
		{Iris(), "row,actual,predicted,p_setosa,p_versicolor,p_virginica"},
	} {
		o, err := c.lesson.Run(t.Context(), small(t, c.lesson))
		if err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		if err := o.writePredictions(&text); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(text.String()), "\n")
		if lines[0] != c.header || len(lines) != o.Valid.Rows()+1 {
			t.Errorf("%s: %d lines under %q, want %d under %q", c.lesson.Name, len(lines)-1, lines[0], o.Valid.Rows(), c.header)
		}
		source, err := os.ReadFile(filepath.Join("..", "..", "datasets", "data", c.lesson.Name+".csv"))
		if err != nil {
			t.Fatal(err)
		}
		rows := strings.Split(string(source), "\n")[1:]
		for i, line := range lines[1:] {
			cells := strings.Split(line, ",")
			row := rows[o.Valid.RowNumbers[i]]
			if actual := row[strings.LastIndex(row, ",")+1:]; cells[1] != strings.TrimSpace(actual) {
				t.Fatalf("%s: line %d is %q, but row %s of the source is %q", c.lesson.Name, i+2, line, cells[0], row)
			}
		}
	}
}

func TestCancelledRun(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := XOR().Run(ctx, small(t, XOR())); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want one of the cancelled context", err)
	}
}

func TestCheckFolder(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, ok := range []string{dir, filepath.Join(dir, "a"), filepath.Join(dir, "a", "b", "c")} {
		if err := checkFolder(ok); err != nil {
			t.Errorf("checkFolder(%s): %v", ok, err)
		}
	}
	refused := []string{file, filepath.Join(file, "a"), filepath.Join(file, "a", "b")}
	if runtime.GOOS == "linux" {
		refused = append(refused, "/proc/perceptron") // nobody may make files there
	}
	for _, bad := range refused {
		if err := checkFolder(bad); err == nil || !strings.Contains(err.Error(), "name another folder with -out") {
			t.Errorf("checkFolder(%s): error %v", bad, err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("checkFolder left %v behind, error %v", entries, err)
	}
}

// A failure among the results leaves every file as it was.
func TestWriteAllOrNothing(t *testing.T) {
	dir := t.TempDir()
	text := func(name, content string) resultFile {
		return resultFile{name: name, write: func(w io.Writer) error { _, err := io.WriteString(w, content); return err }}
	}
	if err := writeAll(filepath.Join(dir, "new", "folder"), []resultFile{text("a", "1"), text("b", "2")}); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(dir, "new", "folder")
	broken := resultFile{name: "b", write: func(io.Writer) error { return errors.New("no ink") }}
	if err := writeAll(folder, []resultFile{text("a", "other"), broken}); err == nil || err.Error() != "b: no ink" {
		t.Errorf("error %v", err)
	}
	if err := os.Mkdir(filepath.Join(folder, "c"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := writeAll(folder, []resultFile{text("a", "other"), text("c", "3")}); err == nil || !strings.Contains(err.Error(), "is a folder") {
		t.Errorf("error %v", err)
	}
	if a, err := os.ReadFile(filepath.Join(folder, "a")); err != nil || string(a) != "1" {
		t.Errorf("a holds %q, error %v: want what it held before the failures", a, err)
	}
}

// What a model's file says about its training is what -load reports.
func TestLoadedModelKnowsItsTraining(t *testing.T) {
	s := small(t, Iris())
	s.TrainRows, s.Seed = 100, 5
	o, err := Iris().Run(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := o.Net.Write(&file); err != nil {
		t.Fatal(err)
	}
	net, err := models.Read(&file)
	if err != nil {
		t.Fatal(err)
	}
	c, err := Iris().parse([]string{"-load", "m.safetensors"})
	if err != nil {
		t.Fatal(err)
	}
	run := &Run{Lesson: Iris(), Settings: c.asTrained(net), Out: io.Discard, loaded: net}
	train, valid, err := run.data()
	if err != nil {
		t.Fatal(err)
	}
	result, err := run.Fit(t.Context(), net, train, valid)
	if err != nil || result != nil {
		t.Fatalf("Fit of a loaded model: %v, %v", result, err)
	}
	again, err := run.Evaluate(net, train, valid, result)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(again.Metrics(), o.Metrics()) || !slices.Equal(valid.RowNumbers, o.Valid.RowNumbers) {
		t.Errorf("metrics %+v on rows %v\nwant    %+v on rows %v", again.Metrics(), valid.RowNumbers, o.Metrics(), o.Valid.RowNumbers)
	}
}
