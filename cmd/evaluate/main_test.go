package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// evaluate runs the command and returns what it prints and its exit code.
func evaluate(t *testing.T, args ...string) (out, complaints string, code int) {
	t.Helper()
	var o, c strings.Builder
	code = command(t.Context(), args, &o, &c)
	return o.String(), c.String(), code
}

func TestEvaluate(t *testing.T) {
	file := filepath.Join(t.TempDir(), "iris.json")
	var first []byte
	for _, parallel := range []string{"1", "3"} {
		out, progress, code := evaluate(t, "-lesson", "iris", "-recipe", "deck", "-first", "5", "-seeds", "3",
			"-parallel", parallel, "-rows", "-json", file, "--", "-epochs", "2")
		if code != 0 {
			t.Fatalf("exit %d: %s", code, progress)
		}
		for _, want := range []string{"iris, recipe deck, seeds 5 to 7", "accuracy", "valid_loss", "3 of 3 runs: finished"} {
			if !strings.Contains(out, want) {
				t.Errorf("the table lacks %q:\n%s", want, out)
			}
		}
		if lines := strings.Count(progress, "\n"); lines != 1 || !strings.Contains(progress, "3 of 3 runs, accuracy 0.") {
			t.Errorf("progress %q: wanted one line up to the third run", progress)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = text
		} else if string(text) != string(first) {
			t.Error("runs side by side give another file than one after the other")
		}
	}
	var s summary
	if err := json.Unmarshal(first, &s); err != nil {
		t.Fatal(err)
	}
	mean := 0.0
	for i, r := range s.Runs {
		mean += *r.Accuracy / 3
		if *r.Seed != uint64(5+i) || len(r.Rows) != 80 || *r.Epochs != 2 {
			t.Errorf("run %d has seed %d, %d rows and %d epochs: wanted %d, 80 and 2", i, *r.Seed, len(r.Rows), *r.Epochs, 5+i)
		}
	}
	if f := s.Figures[0]; f.Name != "accuracy" || math.Abs(f.Mean-mean) > 1e-12 || f.Min > f.Max || s.Perfect == nil {
		t.Errorf("figures %+v of runs with a mean accuracy of %v", f, mean)
	}
}

func TestDescribe(t *testing.T) {
	if got, want := describe("x", []float64{4, 1, 7}), (figure{Name: "x", Mean: 4, SD: 3, Min: 1, Max: 7}); got != want {
		t.Errorf("%+v: wanted %+v", got, want)
	}
	if got := describe("x", []float64{2}); got.SD != 0 {
		t.Errorf("one value has deviation %v: wanted 0", got.SD)
	}
}

func TestFailuresAreToldAndCounted(t *testing.T) {
	for name, c := range map[string]struct {
		args string
		code int
		want string
	}{
		"no such lesson": {"-lesson chess", 2, `-lesson "chess": wanted xor, boston, iris or mnist`},
		"no such recipe": {"-lesson xor -recipe grandma", 2, "grandma"},
		"no seeds":       {"-lesson xor -seeds 0", 2, "-seeds 0"},
		"lesson's flag":  {"-lesson xor -seeds 1 -- -dropout 2", 2, "-dropout"},
		"another's file": {"-lesson xor -seeds 1 -- -out here", 2, "-out"},
		"lesson's seed":  {"-lesson xor -seeds 1 -- -seed 4", 2, "-seed is no change to a recipe"},
		"two recipes":    {"-lesson xor -recipe deck -- -recipe default", 2, "-recipe is no change to a recipe"},
		"no such flag":   {"-lesson xor -sedes 1", 2, "-sedes"},
		"last seed":      {"-lesson xor -seeds 2 -first 18446744073709551615", 2, "the last seed would be above"},
		"runs that fail": {"-lesson iris -seeds 2 -- -data no-such-file.csv", 1, "seed 1 failed: "},
		"unwritable":     {"-lesson xor -seeds 1000000 -json /proc/no/file", 1, "/proc/no"},
		"a folder":       {"-lesson xor -seeds 1000000 -json /proc", 1, "it is a folder"},
	} {
		out, complaints, code := evaluate(t, strings.Fields(c.args)...)
		if c.code == 2 && strings.Count(out+complaints, "\n") != 1 {
			t.Errorf("%s: more than a line: %q", name, out+complaints)
		}
		if code != c.code || !strings.Contains(out+complaints, c.want) {
			t.Errorf("%s: exit %d, %q: wanted %d and %q", name, code, out+complaints, c.code, c.want)
		}
	}
}

func TestHelp(t *testing.T) {
	for _, help := range []string{"-h", "-help"} {
		out, complaints, code := evaluate(t, help)
		if code != 0 || complaints != "" || !strings.Contains(out, "over many seeds") || !strings.Contains(out, "-lesson name") {
			t.Errorf("%s: exit %d, complaints %q, said\n%s", help, code, complaints, out)
		}
	}
}
