package models_test

import (
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"perceptron/models"
)

// TestPredictKeepsNoData holds that a model does not keep in memory what it has
// predicted, be it one chunk or many.
func TestPredictKeepsNoData(t *testing.T) {
	m := normed(t)
	var freed atomic.Int32
	for _, rows := range []int{20, 600} {
		x, y := inputs(1, rows, 6), zeros(rows, 1)
		for _, numbers := range [][]float32{x.Float32s(), y.Float32s()} {
			runtime.AddCleanup(&numbers[0], func(struct{}) { freed.Add(1) }, struct{}{})
		}
		predict(t, m, x)
		if _, _, err := m.Evaluate(x, y); err != nil {
			t.Fatal(err)
		}
	}
	for deadline := time.Now().Add(10 * time.Second); freed.Load() < 4; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the model keeps %d of 4 tensors", 4-freed.Load())
		}
		runtime.GC()
	}
	runtime.KeepAlive(m)
}

// TestPredictWithoutLayersThatCompute holds that a model may pass its features
// through.
func TestPredictWithoutLayersThatCompute(t *testing.T) {
	m := declared(t, models.Regression, models.Unflatten(1, 2, 3), models.Flatten())
	x := inputs(1, 600, 6)
	if got := predict(t, m, x); !slices.Equal(got, x.Float32s()) {
		t.Error("the predictions are not the features")
	}
}
