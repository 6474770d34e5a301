package training

import (
	"fmt"
	"slices"
	"strings"

	"perceptron/datasets"
	"perceptron/models"
)

// names is what a model or a data set calls its columns and classes; nil where
// nobody has named them.
type names struct {
	owner                      string
	features, classes, targets []string
}

// namesOf gives those of a data set; names that it was given by number, such as
// x1 and x2, count as none.
func namesOf(d *datasets.Dataset) names {
	n := names{owner: d.Name, features: unlessNumbered(d.FeatureNames, "x"), classes: d.ClassNames}
	if d.Targets() > 1 { // the name of a single one says nothing about an order
		n.targets = unlessNumbered(d.TargetNames, "y")
	}
	return n
}

// namesIn gives those that a model remembers.
func namesIn(net models.Network) names {
	info := net.Info()
	n := names{owner: "the model", features: unlessNumbered(info.Features, "x")}
	switch kind := net.Task().Targets; {
	case kind == models.Classes, kind == models.Labels && net.Outputs() == 1 && len(info.Outputs) == 2:
		n.classes = info.Outputs
	case net.Outputs() > 1:
		n.targets = unlessNumbered(info.Outputs, "y")
	}
	return n
}

func unlessNumbered(names []string, prefix string) []string {
	for i, name := range names {
		if name != fmt.Sprint(prefix, i+1) {
			return names
		}
	}
	return nil
}

// sameNames compares what two call the same things: a column or a class index that
// means one thing here and another there gives figures that are wrong without a
// word. Upper and lower case are one.
func sameNames(a, b names) error {
	var problems []string
	for _, c := range []struct {
		what, remedy string
		a, b         []string
	}{
		{"features", "give the same columns in the same order", a.features, b.features},
		{"classes", "bring the rows in line with Dataset.WithClasses or RenameClasses, or declare a new model for other classes", a.classes, b.classes},
		{"targets", "give the same columns in the same order", a.targets, b.targets},
	} {
		if len(c.a) == 0 || len(c.b) == 0 || slices.EqualFunc(c.a, c.b, strings.EqualFold) {
			continue
		}
		problems = append(problems, fmt.Sprintf("the %s of %s are not those of %s: %s: %s", c.what, a.owner, b.owner, differences(c.a, c.b, a.owner, b.owner), c.remedy))
	}
	if len(problems) > 0 {
		return fmt.Errorf("%s", strings.Join(problems, "; "))
	}
	return nil
}

// differences lists which names only one of two has, or where their order parts.
func differences(a, b []string, inA, inB string) string {
	var texts []string
	for _, side := range []struct {
		in          string
		of, without []string
	}{{inA, a, b}, {inB, b, a}} {
		var only []string
		for _, name := range side.of {
			if !slices.ContainsFunc(side.without, func(other string) bool { return strings.EqualFold(name, other) }) {
				only = append(only, fmt.Sprintf("%q", name))
			}
		}
		if n := len(only); n > 10 {
			only = append(only[:10], fmt.Sprintf("and %d more", n-10))
		}
		if len(only) > 0 {
			texts = append(texts, fmt.Sprintf("only %s has %s", side.in, strings.Join(only, ", ")))
		}
	}
	if len(texts) > 0 {
		return strings.Join(texts, ", ")
	}
	for i := range min(len(a), len(b)) {
		if !strings.EqualFold(a[i], b[i]) {
			return fmt.Sprintf("number %d is %q in %s and %q in %s", i+1, a[i], inA, b[i], inB)
		}
	}
	return fmt.Sprintf("%d in %s, %d in %s", len(a), inA, len(b), inB)
}
