package models_test

import (
	"math"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"perceptron/internal/tape"
	"perceptron/models"
)

// inTraining shows a layer rows of ones in a training step, and gives what it
// makes of them.
func inTraining(t *testing.T, l models.Layer, rows, features int) []float32 {
	t.Helper()
	net, err := models.New(models.Regression, models.Seed(5), l, models.Linear(features, features, models.NoBias))
	if err != nil {
		t.Fatal(err)
	}
	identity := tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(features, features))
	for i := range features {
		identity.Float32s()[i*(features+1)] = 1
	}
	if err := net.LoadStateDict(models.StateDict{{Name: "fc1.weight", Value: identity}}); err != nil {
		t.Fatal(err)
	}
	g, err := net.TrainingGraph(rows)
	if err != nil {
		t.Fatal(err)
	}
	ones := tensor.New(tensor.WithShape(rows, features), tensor.WithBacking(make([]float32, rows*features)))
	for i := range ones.Float32s() {
		ones.Float32s()[i] = 1
	}
	machine, err := tape.Compile(g.Expr, G.Nodes{g.X}, G.Nodes{g.Z})
	if err == nil {
		err = G.Let(g.X, ones)
	}
	if err == nil {
		err = machine.Run()
	}
	if err != nil {
		t.Fatal(err)
	}
	return g.Z.Value().(*tensor.Dense).Float32s()
}

func moments(values []float32) (mean, deviation float64) {
	n := float64(len(values))
	for _, v := range values {
		mean += float64(v) / n
	}
	for _, v := range values {
		deviation += (float64(v) - mean) * (float64(v) - mean) / n
	}
	return mean, math.Sqrt(deviation)
}

// TestDropoutKeepsTheMean holds that a share p of the units rests and that the
// others are scaled by 1/(1−p), within five standard errors.
func TestDropoutKeepsTheMean(t *testing.T) {
	const rows, features = 2000, 10
	for _, p := range []float64{0.1, 0.2, 0.5, 0.8} {
		values := inTraining(t, models.Dropout(p), rows, features)
		resting := 0.0
		for _, v := range values {
			switch {
			case v == 0:
				resting++
			case math.Abs(float64(v)*(1-p)-1) > 1e-6:
				t.Fatalf("Dropout(%v): a unit is %v, wanted 0 or %v", p, v, 1/(1-p))
			}
		}
		n := float64(len(values))
		if share, margin := resting/n, 5*math.Sqrt(p*(1-p)/n); math.Abs(share-p) > margin {
			t.Errorf("Dropout(%v): a share of %v rests", p, share)
		}
		if mean, deviation := moments(values); math.Abs(mean-1) > 5*deviation/math.Sqrt(n) {
			t.Errorf("Dropout(%v): the mean of ones becomes %v", p, mean)
		}
	}
}

// TestGaussianNoiseHasItsDeviation holds that the noise has mean 0, the standard
// deviation asked for, and the tails of a normal distribution, within five
// standard errors.
func TestGaussianNoiseHasItsDeviation(t *testing.T) {
	const rows, features = 2000, 10
	for _, sd := range []float64{0.1, 1, 3} {
		values := inTraining(t, models.GaussianNoise(sd), rows, features)
		n := float64(len(values))
		mean, deviation := moments(values)
		if math.Abs(mean-1) > 5*sd/math.Sqrt(n) {
			t.Errorf("GaussianNoise(%v): the mean of ones becomes %v", sd, mean)
		}
		if math.Abs(deviation/sd-1) > 5/math.Sqrt(2*n) {
			t.Errorf("GaussianNoise(%v) has a standard deviation of %v", sd, deviation)
		}
		beyond := 0.0
		for _, v := range values {
			if math.Abs(float64(v)-1) > 2*sd {
				beyond++
			}
		}
		const p = 0.0455003 // of a normal number to be more than 2 deviations off
		if math.Abs(beyond/n-p) > 5*math.Sqrt(p*(1-p)/n) {
			t.Errorf("GaussianNoise(%v): a share of %v is beyond 2 deviations, wanted %v", sd, beyond/n, p)
		}
	}
}
