package cmd_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// change replaces one line of a text, counted from 1; "" removes it.
func change(text string, line int, to string) string {
	lines := strings.Split(text, "\n")
	if to == "" {
		return strings.Join(append(lines[:line-1:line-1], lines[line:]...), "\n")
	}
	lines[line-1] = to
	return strings.Join(lines, "\n")
}

// cells puts other cells into one line of a table.
func cells(text string, line int, column int, to string) string {
	c := strings.Split(strings.Split(text, "\n")[line-1], ",")
	c[column] = to
	return change(text, line, strings.Join(c, ","))
}

// TestBadInput holds the commands to their word: one clear line on standard
// error that says what is wrong, where and how to mend it, the right exit code,
// and no result file touched.
func TestBadInput(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		write(t, path, text)
		return path
	}
	xor, iris, boston, mnist := embedded(t, "xor.csv"), embedded(t, "iris.csv"), embedded(t, "boston.csv"), digits(20)
	good := file("good.csv", mnist)
	blocked := file("a-file", "")
	absent := filepath.Join(dir, "absent")

	// Networks to load: of another lesson, and of other classes.
	succeed(t, dir, "xor", "-quiet", "-epochs", "1", "-out", "xor")
	succeed(t, dir, "iris", "-quiet", "-epochs", "1", "-out", "iris")
	flowers := file("flowers.csv", strings.ReplaceAll(iris, "setosa", "sibirica"))
	succeed(t, dir, "iris", "-quiet", "-epochs", "1", "-out", "flowers", "-data", flowers)
	xorNet, irisNet, flowerNet := filepath.Join(dir, "xor", "model.safetensors"), filepath.Join(dir, "iris", "model.safetensors"), filepath.Join(dir, "flowers", "model.safetensors")
	cutNet := file("cut.safetensors", contents(t, filepath.Join(dir, "iris"))["model.safetensors"][:300])

	type bad struct {
		lesson, args string
		code         int
		says         []string // all of them
	}
	var cases []bad
	add := func(code int, lesson, args string, says ...string) {
		cases = append(cases, bad{lesson, args, code, says})
	}

	// Tables.
	for lesson, table := range map[string]string{"xor": xor, "iris": iris, "boston": boston} {
		columns := strings.Split(strings.Split(table, "\n")[0], ",")
		first, target := fmt.Sprintf("column %q", columns[0]), fmt.Sprintf("column %q", columns[len(columns)-1])
		name := func(what string) string { return lesson + "-" + what + ".csv" }
		data := func(what, text string) string { return "-data " + file(name(what), text) }
		add(1, lesson, "-data "+absent, absent, "no such file", "check the path")
		add(1, lesson, data("empty", ""), name("empty"), "empty")
		add(1, lesson, data("header-only", columns[0]+"\n"), name("header-only"), "no rows")
		add(1, lesson, data("ragged", cells(table, 3, 0, "1,2")), name("ragged")+":3", "cells, but the header has", "one cell a column")
		add(1, lesson, data("short", change(table, 3, "1")), name("short")+":3", "1 cells, but the header has")
		add(1, lesson, data("word", cells(table, 4, 0, "abc")), name("word")+":4", first, `"abc" is not a number`, "correct the cell or remove the row")
		add(1, lesson, data("gap", cells(table, 4, 0, "")), name("gap")+":4", first, "is empty", "fill the cell")
		add(1, lesson, data("nan", cells(table, 4, 0, "NaN")), name("nan")+":4", first, "finite", "correct the cell")
		add(1, lesson, data("inf", cells(table, 4, 0, "-Inf")), name("inf")+":4", first, "finite", "correct the cell")
		add(1, lesson, data("huge", cells(table, 4, 0, "1e300")), name("huge")+":4", first, "finite", "correct the cell")
		add(1, lesson, data("no-target", strings.Replace(table, columns[len(columns)-1], "other", 1)), name("no-target")+":1", "no "+target, "rename one, or add it")
		add(1, lesson, data("no-feature", strings.Replace(table, columns[0], "other", 1)), name("no-feature")+":1", "no "+first)
		add(1, lesson, data("empty-target", cells(table, 4, len(columns)-1, "")), name("empty-target")+":4", target, "fill the cell")
		gz := file(lesson+"-cut.csv.gz", packed(t, table)[:40])
		add(1, lesson, "-data "+gz, gz, "cut short")
		fake := file(lesson+"-fake.csv.gz", table)
		add(1, lesson, "-data "+fake, fake, "gzip")
	}
	add(1, "boston", "-data "+file("boston-word-price.csv", cells(boston, 9, 13, "cheap")), "boston-word-price.csv:9", `column "MEDV"`, `"cheap" is not a number`)
	add(1, "xor", "-data "+file("xor-2.csv", cells(xor, 3, 2, "2")), "xor-2.csv:3", `column "y"`, "none of the classes 0, 1")
	add(1, "xor", "-data "+file("xor-ones.csv", "x1,x2,y\n0,1,1\n1,0,1\n"), "xor-ones.csv", "no training row is of class 0")
	add(1, "iris", "-data "+file("iris-one.csv", strings.Join(strings.Split(iris, "\n")[:51], "\n"))+" -train-rows 0", "iris-one.csv", "nothing to tell apart")
	add(1, "iris", "-sequential", "training rows have no virginica", "split with shuffling", "-sequential=false")
	add(1, "iris", "-train-rows 150", "150 training rows of 150", "1 to 149", "-train-rows")
	add(1, "boston", "-train-rows 507", "507 training rows of 506", "1 to 505")

	// Files of MNIST's layout.
	for what, c := range map[string]struct {
		text string
		says []string
	}{
		"784":     {change(mnist, 3, strings.TrimSuffix(strings.Split(mnist, "\n")[2], ",0")), []string{":3", "784 columns, want 785"}},
		"786":     {change(mnist, 3, strings.Split(mnist, "\n")[2]+",0"), []string{":3", "786 columns, want 785"}},
		"label":   {cells(mnist, 5, 0, "10"), []string{":5", "column 1 (label)", `"10" is not a whole number from 0 to 9`, "correct the cell"}},
		"pixel":   {cells(mnist, 5, 100, "256"), []string{":5", "column 101 (pixel99)", `"256" is not a whole number from 0 to 255`, "correct the cell"}},
		"word":    {cells(mnist, 5, 100, "ink"), []string{":5", "column 101 (pixel99)", `"ink" is not`}},
		"gap":     {cells(mnist, 5, 100, ""), []string{":5", "column 101 (pixel99)"}},
		"nan":     {cells(mnist, 5, 100, "NaN"), []string{":5", "column 101 (pixel99)", `"NaN" is not`}},
		"nothing": {"", []string{"empty"}},
		"class":   {strings.Join(strings.Split(mnist, "\n")[:9], "\n"), []string{"no training row is of class 9"}},
	} {
		path := file("mnist-"+what+".csv", c.text)
		add(1, "mnist", "-train "+path+" -valid "+good, append(c.says, path)...)
		if what != "class" {
			add(1, "mnist", "-valid "+path+" -train "+good, append(c.says, path)...)
		}
	}
	gz := file("mnist-cut.csv.gz", packed(t, mnist)[:500])
	add(1, "mnist", "-train "+gz+" -valid "+good, gz, "cut short")
	add(1, "mnist", "-train "+absent+" -valid "+good, absent, "no such file")

	// Flags.
	for _, lesson := range []string{"xor", "iris", "boston", "mnist"} {
		add(2, lesson, "-hidden 0", `"0"`, "-hidden", "sizes from 1 to")
		add(2, lesson, "-hidden 8,,8", `"8,,8"`, "-hidden", "sizes from 1 to")
		add(2, lesson, "-dropout 1", `"1"`, "-dropout", "at least 0 and below 1")
		add(2, lesson, "-dropout NaN", `"NaN"`, "-dropout", "at least 0 and below 1")
		add(2, lesson, "-adversarial -0.1", `"-0.1"`, "-adversarial", "0 or more")
		add(2, lesson, "-adversarial NaN", `"NaN"`, "-adversarial", "0 or more")
		add(2, lesson, "-lr -1", `"-1"`, "-lr", "above 0")
		add(2, lesson, "-lr Inf", `"Inf"`, "-lr", "above 0")
		add(2, lesson, "-activation swish", `"swish"`, "-activation", "relu, leaky_relu, sigmoid, tanh, softplus")
		add(2, lesson, "-init ones", `"ones"`, "-init", "pytorch")
		add(2, lesson, "-optimizer newton", `"newton"`, "-optimizer", "adam")
		add(2, lesson, "-recipe worst", `"worst"`, "-recipe", "one of default, ")
		add(2, lesson, "-epochs 0", `"0"`, "-epochs", "1 or more")
		add(2, lesson, "-batch -1", `"-1"`, "-batch", "0 or more")
		add(2, lesson, "-loss-below x", `"x"`, "-loss-below", "0 or more")
		add(2, lesson, "-seed -1", `"-1"`, "-seed", "whole number")
		add(2, lesson, "-batchnorm=perhaps", `"perhaps"`, "-batchnorm", "true or false")
		add(2, lesson, "-made-up", "-made-up", "not defined", "-help")
		add(2, lesson, "-hidden 8, 8", `"8,"`, "-hidden")
		add(2, lesson, "more", `unexpected argument "more"`)
		add(2, lesson, "-load m -hidden 8", "-hidden does not go with -load")
		add(2, lesson, "-load m -resume", "-resume does not go with -load")
		add(1, lesson, "-resume", "there is no "+filepath.Join("results", lesson, "checkpoint.safetensors"), "leave out -resume", "-out")
		add(2, lesson, "-lr", "-lr", "needs an argument")
		add(2, lesson, "-out=", "-out", "wanted a name")
	}
	add(2, "iris", "-train "+good, "-train", "not defined")
	add(2, "iris", "-train-rows -1", `"-1"`, "-train-rows", "0 or more")
	add(2, "xor", "-sequential", "-sequential", "-train-rows 0")
	add(2, "mnist", "-data "+good, "-data", "not defined")
	add(2, "activations", "-seed 1", "-seed", "not defined")
	add(2, "activations", "more", `unexpected argument "more"`)

	// Folders that can't be written into, told before anything else is done.
	for _, lesson := range []string{"xor", "iris", "boston", "mnist", "activations"} {
		add(1, lesson, "-out "+blocked, "cannot write results into "+blocked, "is a file", "-out")
		add(1, lesson, "-out "+filepath.Join(blocked, "below"), "cannot write results into "+blocked, "-out")
	}

	// Saved networks.
	add(1, "iris", "-load "+absent, absent, "no such file")
	add(1, "iris", "-load "+xorNet, xorNet, "does not fit this lesson", "Binary", "Multiclass")
	add(1, "boston", "-load "+irisNet, irisNet, "does not fit this lesson", "Multiclass", "Regression")
	add(1, "mnist", "-load "+irisNet+" -out new -valid "+good, irisNet, "takes 4 features, the data have 784")
	add(1, "iris", "-load "+flowerNet+" -out new", flowerNet, "sibirica", "setosa")
	add(1, "iris", "-load "+irisNet+" -out new -data "+flowers, flowers+":2", `"sibirica"`, "none of the classes setosa, versicolor, virginica")
	add(1, "iris", "-load "+cutNet, cutNet)
	add(1, "iris", "-load "+irisNet, filepath.Join("results", "iris", "model.safetensors")+" is another network than "+irisNet, "name another folder with -out")
	add(1, "iris", "-load "+good, good)

	// A training that goes wrong.
	add(1, "boston", "-lr 1e30 -epochs 5", "step", "lower the learning rate")
	add(1, "iris", "-batch 23 -batchnorm", "-batch 23", "one row out of 70", "choose another -batch")
	add(1, "xor", "-batch 1 -batchnorm", "-batch 1", "one row out of 4", "choose another -batch")

	// Data that a recipe's preprocessing can't take.
	const deck = "-recipe deck does without"
	add(1, "boston", "-recipe best -data "+file("boston-logs.csv", cells(boston, 9, 0, "0")), "boston-logs.csv:9", `feature "CRIM" is 0`, deck)
	add(1, "boston", "-data "+file("boston-root.csv", cells(boston, 9, 13, "-1")), "boston-root.csv:9", deck)
	constant := iris
	for line := 2; line <= 151; line++ {
		constant = cells(constant, line, 0, "5")
	}
	add(1, "iris", "-data "+file("iris-constant.csv", constant), `feature "sepal_length" never changes within a class`, deck)

	for i, c := range cases {
		t.Run(c.lesson+" "+strings.ReplaceAll(c.args, dir+string(filepath.Separator), ""), func(t *testing.T) {
			t.Parallel()
			home := filepath.Join(dir, fmt.Sprint("home", i))
			old := filepath.Join(home, "results", c.lesson)
			before := keep(t, old)
			args := strings.Fields(c.args)
			if c.lesson != "activations" {
				args = append([]string{"-quiet"}, args...)
			}
			r := run(t, home, c.lesson, args...)
			if r.code != c.code {
				t.Errorf("exit %d, want %d", r.code, c.code)
			}
			if !strings.HasPrefix(r.stderr, c.lesson+": ") || strings.Count(r.stderr, "\n") != 1 || !strings.HasSuffix(r.stderr, "\n") {
				t.Errorf("standard error is not one line that begins with the lesson's name:\n%s", r.stderr)
			}
			for _, want := range c.says {
				if !strings.Contains(r.stderr, want) {
					t.Errorf("standard error does not say %q:\n%s", want, r.stderr)
				}
			}
			same(t, contents(t, home), before)
		})
	}
}

// keep makes old results in a folder and returns the files of its home.
func keep(t *testing.T, folder string) map[string]string {
	t.Helper()
	home := filepath.Dir(filepath.Dir(folder))
	mkdir(t, folder)
	for _, name := range []string{"model.safetensors", "metrics.json", "predictions.csv"} {
		write(t, filepath.Join(folder, name), "of an earlier training")
	}
	return contents(t, home)
}
