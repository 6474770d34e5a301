package main

import (
	"context"
	"fmt"
	"io"
	"sync"

	"perceptron/internal/exercise"
)

// run is what came of one seed.
type run struct {
	exercise.Metrics
	Error string `json:"error,omitempty"`
	Rows  []int  `json:"valid_row_numbers,omitempty"` // as in predictions.csv
}

// repeat goes through the lesson with every seed. Runs are listed in the order
// of the seeds.
func repeat(ctx context.Context, o *order, progress io.Writer) []run {
	runs := make([]run, o.seeds)
	next, done := make(chan int), make(chan int)
	var workers sync.WaitGroup
	for range min(o.parallel, o.seeds) {
		workers.Go(func() {
			for i := range next {
				runs[i] = one(ctx, o, o.first+uint64(i))
				done <- i
			}
		})
	}
	go func() {
		for i := range o.seeds {
			next <- i
		}
		close(next)
		workers.Wait()
		close(done)
	}()
	var finished []run
	for i := range done {
		finished = append(finished, runs[i])
		s := summarize(o, finished)
		fmt.Fprintf(progress, "\r%s %s: %d of %d runs, %s   ", s.Lesson, s.Recipe, len(finished), o.seeds, s.headline())
	}
	fmt.Fprintln(progress)
	return runs
}

func one(ctx context.Context, o *order, seed uint64) run {
	settings := o.settings
	settings.Seed = seed
	outcome, err := o.lesson.Run(ctx, settings)
	if err != nil {
		return run{Metrics: exercise.Metrics{Seed: &seed}, Error: err.Error()}
	}
	r := run{Metrics: outcome.Metrics()}
	if o.rows {
		r.Rows = outcome.Valid.RowNumbers
	}
	return r
}
