package datasets

import (
	"math"
	"strings"
	"testing"
)

func TestWithinClassWhitening(t *testing.T) {
	iris, err := Iris()
	if err != nil {
		t.Fatal(err)
	}
	train, _, err := iris.Split(70, 1)
	if err != nil {
		t.Fatal(err)
	}
	mean, w, err := WithinClassWhitening(train)
	if err != nil {
		t.Fatal(err)
	}
	// Whiten, and measure the pooled covariance of the result directly.
	n, x := train.Features(), train.X().Float32s()
	z := make([]float32, len(x))
	for i := range train.Rows() {
		for j := range n {
			for k := range n {
				z[i*n+j] += w.Float32s()[j*n+k] * (x[i*n+k] - mean[k])
			}
		}
	}
	white, err := New("white", matrixOf(train.Rows(), n, z...), train.Y(), train.ClassNames)
	if err != nil {
		t.Fatal(err)
	}
	sums, counts := make([]float64, 3*n), white.ClassCounts()
	for i := range white.Rows() {
		for j := range n {
			class := int(white.targets[i])
			sums[class*n+j] += float64(z[i*n+j]) / float64(counts[class])
		}
	}
	for j := range n {
		for k := range n {
			covariance := 0.0
			for i := range white.Rows() {
				class := int(white.targets[i])
				covariance += (float64(z[i*n+j]) - sums[class*n+j]) * (float64(z[i*n+k]) - sums[class*n+k])
			}
			want := 0.0
			if j == k {
				want = 1
			}
			near(t, "covariance after whitening", covariance/float64(white.Rows()-3), want, 1e-4)
		}
	}
	whiteMean, _ := ColumnStats(white)
	for _, m := range whiteMean {
		near(t, "mean after whitening", float64(m), 0, 1e-4)
	}
}

// The unit of a feature must not matter: a column in nanometres gives the
// same whitened values as in metres.
func TestWhiteningIgnoresUnits(t *testing.T) {
	x := []float32{1, 2, 2, 1, 3, 5, 4, 4, 7, 7, 9, 6}
	y := matrixOf(6, 1, 0, 0, 0, 1, 1, 1)
	scaled := make([]float32, len(x))
	for i := range x {
		scaled[i] = x[i]
		if i%2 == 1 {
			scaled[i] *= 1 << 30
		}
	}
	var whitenings [2][]float32
	for i, elements := range [][]float32{x, scaled} {
		d, err := New("units", matrixOf(6, 2, elements...), y, []string{"a", "b"})
		if err != nil {
			t.Fatal(err)
		}
		_, w, err := WithinClassWhitening(d)
		if err != nil {
			t.Fatal(err)
		}
		whitenings[i] = w.Float32s()
	}
	for i, v := range whitenings[0] {
		if i%2 == 1 {
			v /= 1 << 30
		}
		near(t, "whitening", float64(whitenings[1][i]), float64(v), 1e-6*math.Abs(float64(v)))
	}
}

func TestWhiteningErrors(t *testing.T) {
	classes := []string{"a", "b"}
	for _, test := range []struct {
		x, y  []float32
		names []string
		want  string
	}{
		{[]float32{1, 2, 3, 4, 5, 7}, []float32{1, 2, 3}, nil, "targets are numbers"},
		{[]float32{1, 2, 3, 4}, []float32{0, 1}, classes, "no class has a second row"},
		{[]float32{1, 0.1, 2, 0.1, 3, 0.1, 9, 0.7, 5, 0.7, 1, 0.7}, []float32{0, 0, 0, 1, 1, 1}, classes, `feature "x2" never changes within a class`},
		{[]float32{1, 2, 2, 4, 4, 8, 3, 6, 5, 10, 0, 0}, []float32{0, 0, 0, 1, 1, 1}, classes, "sums of others"},
	} {
		d, err := New("bad", matrixOf(len(test.y), 2, test.x...), matrixOf(len(test.y), 1, test.y...), test.names)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := WithinClassWhitening(d); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want one that says %q", err, test.want)
		}
	}
}
