package models_test

import (
	"context"
	"slices"
	"sync"
	"testing"

	"gorgonia.org/tensor"

	"perceptron/datasets"
	"perceptron/internal/zoo"
	"perceptron/models"
	"perceptron/training"
)

// TestPredictFromManyGoroutines holds the promise of the package: any number of
// goroutines may predict with one model, while a copy of it is being trained,
// and each gets the answer that a single one gets. Run it with -race.
func TestPredictFromManyGoroutines(t *testing.T) {
	const goroutines, calls = 16, 1000
	for _, n := range networks(t) {
		if n.Name != "everything" { // it has every kind of layer that keeps something
			continue
		}
		var inputs []*tensor.Dense
		var want [][]float32
		for i, rows := range []int{1, 3, 1, 64, 7} {
			inputs = append(inputs, n.Inputs(rows, uint64(i)))
			want = append(want, predict(t, n.Model, inputs[i]))
		}
		ctx, stop := context.WithCancel(t.Context())
		trained := trainClone(ctx, t, n)
		var all sync.WaitGroup
		for g := range goroutines {
			all.Go(func() {
				for call := range calls {
					i := (g + call) % len(inputs)
					p, err := n.Model.Predict(inputs[i])
					if err != nil || !slices.Equal(p.Float32s(), want[i]) {
						t.Errorf("goroutine %d, call %d: %v, %v: wanted %v", g, call, p, err, want[i])
						return
					}
				}
			})
		}
		all.Wait()
		stop()
		if steps := <-trained; steps == 0 {
			t.Error("the copy was not trained meanwhile")
		}
	}
}

// trainClone trains a copy of a network until the context ends, and then tells
// how many steps that took.
func trainClone(ctx context.Context, t *testing.T, n zoo.Network) <-chan int {
	t.Helper()
	clone, err := n.Model.Clone()
	if err != nil {
		t.Fatal(err)
	}
	const rows = 32
	classes := make([]float32, rows)
	for i := range classes {
		classes[i] = float32(i % n.Model.Outputs())
	}
	data, err := datasets.New("made up", n.Inputs(rows, 9), tensor.New(tensor.WithShape(rows, 1), tensor.WithBacking(classes)), n.Model.Info().Outputs)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan int)
	go func() {
		result, err := training.Fit(ctx, clone, data, nil, training.Options{Epochs: 1 << 30, BatchSize: 8})
		if ctx.Err() == nil {
			t.Errorf("training the copy: %v", err)
		}
		done <- result.Steps
	}()
	return done
}

// TestSaveWhileTraining holds that the methods that read see the weights as
// they are between two steps, never a mixture: here all of them are equal.
func TestSaveWhileTraining(t *testing.T) {
	net, err := models.New(models.Regression, models.Linear(50, 50, models.NoBias), models.Init(models.Zeros()))
	if err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		for step := float32(0); ; step++ {
			select {
			case <-stop:
				return
			default:
			}
			if err := net.Update(func() error {
				w := net.Parameters()[0].Value.Float32s()
				for i := range w {
					w[i] = step
				}
				return nil
			}); err != nil {
				t.Error(err)
			}
		}
	})
	ones := slices.Repeat([]float32{1}, 50)
	for range 300 {
		if y, err := net.PredictRow(ones...); err != nil || slices.Min(y) != slices.Max(y) {
			t.Fatalf("a prediction in the middle of an update: %v, %v", y, err)
		}
		w := net.StateDict()[0].Value.Float32s()
		if slices.Min(w) != slices.Max(w) {
			t.Fatal("a state dict in the middle of an update")
		}
	}
	close(stop)
	all.Wait()
}
