package cmd_test

import (
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// records reads a CSV text, which must be all there is.
func records(t *testing.T, text string) [][]string {
	t.Helper()
	all, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	return all
}

// inRepository is the absolute path of a file of the module.
func inRepository(t *testing.T, elements ...string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(append([]string{".."}, elements...)...))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// TestPredict shows the embedded tables to the networks in results: the answers
// are those in predictions.csv, and nothing else is printed or written.
func TestPredict(t *testing.T) {
	for _, name := range []string{"xor", "iris", "boston"} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			net, table := inRepository(t, "results", name, "model.safetensors"), inRepository(t, "datasets", "data", name+".csv")
			got := records(t, succeed(t, dir, name, "-load", net, "-predict", table))
			if left := contents(t, dir); len(left) > 0 {
				t.Errorf("files are left behind: %v", left)
			}
			saved, err := os.ReadFile(inRepository(t, "results", name, "predictions.csv"))
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range records(t, string(saved)) {
				want = slices.Delete(want, 1, 2) // the actual value
				if i == 0 {
					if !slices.Equal(got[0], want) {
						t.Errorf("header %q, predictions.csv has %q", got[0], want)
					}
					continue
				}
				row, err := strconv.Atoi(want[0])
				if err != nil || row+1 >= len(got) || !alike(got[row+1], want) {
					t.Fatalf("line %q of predictions.csv is not among %d lines", want, len(got))
				}
			}
		})
	}
}

// alike compares cells, numbers up to rounding.
func alike(a, b []string) bool {
	return slices.EqualFunc(a, b, func(a, b string) bool {
		x, errX := strconv.ParseFloat(a, 64)
		y, errY := strconv.ParseFloat(b, 64)
		if errX != nil || errY != nil {
			return a == b
		}
		return math.Abs(x-y) <= 1e-5*max(1, math.Abs(y))
	})
}

func TestPredictPictures(t *testing.T) {
	dir := t.TempDir()
	net, seven := inRepository(t, "results", "mnist", "model.safetensors"), inRepository(t, "docs", "interchange", "seven.jpg")
	got := records(t, succeed(t, dir, "mnist", "-load", net, "-predict", seven, seven))
	if len(got) != 3 || strings.Join(got[0], " ") != "file predicted p_0 p_1 p_2 p_3 p_4 p_5 p_6 p_7 p_8 p_9" {
		t.Fatalf("printed %q", got)
	}
	for _, line := range got[1:] {
		sum := 0.0
		for _, cell := range line[2:] {
			p, err := strconv.ParseFloat(cell, 64)
			if err != nil {
				t.Error(err)
			}
			sum += p
		}
		if line[0] != seven || line[1] != "7" || math.Abs(sum-1) > 1e-5 {
			t.Errorf("printed %q, the probabilities add up to %v", line, sum)
		}
	}
	text := filepath.Join(dir, "seven.txt")
	write(t, text, "seven")
	for _, test := range []struct {
		args string
		code int
		want string
	}{
		{"-load " + net + " -predict " + seven + " " + text, 1, "mnist: " + text + ": neither PNG nor JPEG nor GIF"},
		{"-load " + net + " -predict none.png", 1, "mnist: picture: open none.png"},
		{"-load none -predict " + seven, 1, "mnist: models: open none"},
		{"-predict " + seven, 2, "mnist: -predict needs -load"},
		{"-load " + net + " -predict " + seven + " -seed 3", 2, "mnist: -seed does not go with -predict"},
	} {
		if r := run(t, dir, "mnist", strings.Fields(test.args)...); r.code != test.code || r.stdout != "" || !strings.HasPrefix(r.stderr, test.want) || strings.Count(r.stderr, "\n") != 1 {
			t.Errorf("%s: %+v, wanted %d and %q", test.args, r, test.code, test.want)
		}
	}
}

// A table may come from another program.
func TestPredictStandardInput(t *testing.T) {
	net := inRepository(t, "results", "iris", "model.safetensors")
	for text, want := range map[string]result{
		embedded(t, "iris.csv"): {0, succeed(t, t.TempDir(), "iris", "-load", net, "-predict", inRepository(t, "datasets", "data", "iris.csv")), ""},
		"":                      {1, "", "iris: standard input: the file is empty: check where it comes from\n"},
	} {
		c := lesson(t, t.TempDir(), "iris", "-load", net, "-predict", "-")
		c.Stdin = strings.NewReader(text)
		if got := finish(t, c); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
}
