package exercise

import (
	"errors"
	"flag"
	"reflect"
	"slices"
	"strings"
	"testing"
)

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
			if name == "deck" && (s.Init != "pytorch" || s.Activation != "relu" || s.BatchNorm || s.Dropout+s.Noise+s.Adversarial+s.LabelSmoothing != 0 || s.WeightDecay != nil ||
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
