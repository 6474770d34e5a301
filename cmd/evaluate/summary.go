package main

import (
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"text/tabwriter"
)

// summary is what the file of -json holds.
type summary struct {
	Lesson   string         `json:"lesson"`
	Recipe   string         `json:"recipe"`
	Settings string         `json:"settings"`
	Failed   int            `json:"failed"` // runs that ended with an error
	Figures  []figure       `json:"figures"`
	Stops    map[string]int `json:"stops"`             // why runs stopped, and how many
	Perfect  *int           `json:"perfect,omitempty"` // of classes: runs without a mistake
	Runs     []run          `json:"runs"`
}

// figure is one metric over all runs that ended well. SD is the standard
// deviation of a sample, divided by the number of runs less 1.
type figure struct {
	Name string  `json:"name"`
	Mean float64 `json:"mean"`
	SD   float64 `json:"sd"`
	Min  float64 `json:"min"`
	Max  float64 `json:"max"`
}

func summarize(o *order, runs []run) summary {
	s := summary{Lesson: o.lesson.Name, Recipe: o.settings.Recipe, Settings: o.settings.String(), Stops: map[string]int{}, Runs: runs}
	values := map[string][]float64{}
	perfect := 0
	for _, r := range runs {
		if r.Error != "" {
			s.Failed++
			continue
		}
		for name, v := range map[string]*float64{"accuracy": r.Accuracy, "rmse": r.RMSE, "mae": r.MAE, "r2": (*float64)(r.R2), "train_loss": r.TrainLoss} {
			if v != nil && !math.IsNaN(*v) {
				values[name] = append(values[name], *v)
			}
		}
		values["valid_loss"] = append(values["valid_loss"], r.ValidLoss)
		values["steps"] = append(values["steps"], float64(*r.Steps))
		stop, _, _ := strings.Cut(r.Stop, " after ") // the number of epochs differs
		s.Stops[stop]++
		if r.Accuracy != nil {
			s.Perfect = &perfect
			if *r.Accuracy == 1 {
				perfect++
			}
		}
	}
	for _, name := range []string{"accuracy", "rmse", "mae", "r2", "valid_loss", "train_loss", "steps"} {
		if v := values[name]; len(v) > 0 {
			s.Figures = append(s.Figures, describe(name, v))
		}
	}
	return s
}

func describe(name string, values []float64) figure {
	f := figure{Name: name, Min: slices.Min(values), Max: slices.Max(values)}
	n := float64(len(values))
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	f.Mean = sum / n
	for _, v := range values {
		f.SD += (v - f.Mean) * (v - f.Mean)
	}
	f.SD = math.Sqrt(f.SD / max(1, n-1))
	return f
}

// headline is the figure that the lesson is judged by.
func (s summary) headline() string {
	if len(s.Figures) == 0 {
		return "all failed"
	}
	f := s.Figures[0]
	return fmt.Sprintf("%s %.4f ± %.4f", f.Name, f.Mean, f.SD)
}

func (s summary) print(w io.Writer) {
	fmt.Fprintf(w, "%s, recipe %s, seeds %d to %d\n%s\n\n", s.Lesson, s.Recipe, *s.Runs[0].Seed, *s.Runs[len(s.Runs)-1].Seed, s.Settings)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\tmean\tsd\tmin\tmax\t")
	for _, f := range s.Figures {
		fmt.Fprintf(t, "%s\t%.5g\t%.4g\t%.5g\t%.5g\t\n", f.Name, f.Mean, f.SD, f.Min, f.Max)
	}
	t.Flush() // w keeps its own errors
	fmt.Fprintln(w)
	if s.Perfect != nil {
		fmt.Fprintf(w, "%d of %d runs without a mistake\n", *s.Perfect, len(s.Runs))
	}
	for _, stop := range slices.Sorted(maps.Keys(s.Stops)) {
		fmt.Fprintf(w, "%d of %d runs: %s\n", s.Stops[stop], len(s.Runs), stop)
	}
	for _, r := range s.Runs {
		if r.Error != "" {
			fmt.Fprintf(w, "seed %d failed: %s\n", *r.Seed, r.Error)
		}
	}
}
