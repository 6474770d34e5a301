package exercise

import (
	"io"
	"strings"
	"testing"
)

// What is set is said, in -help and in the account of a run.
func TestSettingsAreSaid(t *testing.T) {
	s, err := MNIST().Settings("best")
	if err != nil {
		t.Fatal(err)
	}
	s.LabelSmoothing, s.WeightDecay, s.Ensemble = 0.05, decayed(0), 3
	for text, wants := range map[string][]string{
		s.String(): {"label smoothing 0.05", "weight decay 0", "warmup 0.2", "ensemble 3", "shift 1.5"},
		s.trainingText(MNIST().Task): {"loss CrossEntropyLoss with label smoothing 0.05, optimizer adamw with weight decay 0\n",
			"(cosine, after a rise over 0.2 of the steps), batches of 128 rows", "\npictures are changed each time: shift 1.5, rotate 15, "},
	} {
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("%q does not say %q", text, want)
			}
		}
	}
}

// An explicit weight decay of 0 is none, also for an optimizer that has its own.
func TestNoWeightDecay(t *testing.T) {
	weights := func(args string) string {
		s, err := Iris().Configure("deck", strings.Fields("-epochs 3 "+args))
		if err != nil {
			t.Fatal(err)
		}
		o, err := Iris().Run(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		return string(written(t, o.Net))
	}
	none := weights("-optimizer adamw -weight-decay 0")
	if none != weights("-optimizer adam") {
		t.Error("adamw without decay is not adam")
	}
	if none == weights("-optimizer adamw") {
		t.Error("adamw has no decay of its own")
	}
}

// The networks of an ensemble are told apart while they train and after.
func TestAccountOfAnEnsemble(t *testing.T) {
	c, err := Iris().parse([]string{"-ensemble", "2", "-epochs", "10", "-out", t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	var said, progress strings.Builder
	run, err := Iris().prepare(c, &said, &progress)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := outcome(t.Context(), t, run); err != nil {
		t.Fatal(err)
	}
	first, second, found := strings.Cut(progress.String(), "network 2 of 2\nepoch 1 of 10")
	if !strings.HasPrefix(first, "network 1 of 2\nepoch 1 of 10") || !found || strings.Contains(second, "network") {
		t.Errorf("progress:\n%s", progress.String())
	}
	for _, want := range []string{"seed 1, the first of 2\n", "Training of the first network\n"} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("the account lacks %q:\n%s", want, said.String())
		}
	}
}

func TestQuoted(t *testing.T) {
	for name, want := range map[string]string{
		"results/iris": "results/iris", "my results": "'my results'", "it's": `'it'\''s'`, "a$b": "'a$b'", "": "",
	} {
		if got := quoted(name); got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
	k := keeper{run: &Run{Lesson: Iris(), folder: "my results"}, interrupted: true, kept: true}
	if err := k.explain(io.EOF); !strings.Contains(err.Error(), "go run ./cmd/iris -resume -out 'my results' (") {
		t.Error(err)
	}
}

func TestPictureOfTheLossSaysOfWhat(t *testing.T) {
	for recipe, want := range map[string]string{"deck": "Boston: loss by epoch", "best": "Boston: loss by epoch, as trained on standardised roots"} {
		s, err := Boston().Settings(recipe)
		if err != nil {
			t.Fatal(err)
		}
		s.Epochs = 1
		o, err := Boston().Run(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		if got := o.lossPicture(); got.Title != want || got.Metric.Name != "validation RMSE of MEDV" {
			t.Errorf("%s: %q and %q, want %q", recipe, got.Title, got.Metric.Name, want)
		}
	}
}
