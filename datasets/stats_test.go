package datasets

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func TestColumnStats(t *testing.T) {
	// Column 1 has mean 2.5 and population variance 1.25; column 2 never
	// changes, at a value whose sums round; column 3 is far from 0.
	d, err := New("stats", matrixOf(4, 3, 1, 0.1, 1e6, 2, 0.1, 1e6, 3, 0.1, 1e6, 4, 0.1, 1e6+1), matrixOf(4, 1, 2, 4, 6, 8), nil)
	if err != nil {
		t.Fatal(err)
	}
	mean, std := ColumnStats(d)
	near(t, "mean 1", float64(mean[0]), 2.5, 0)
	near(t, "std 1", float64(std[0]), math.Sqrt(1.25), 1e-7)
	near(t, "mean 2", float64(mean[1]), float64(float32(0.1)), 0)
	near(t, "std 2", float64(std[1]), 1, 0)
	near(t, "mean 3", float64(mean[2]), 1e6+0.25, 0)
	near(t, "std 3", float64(std[2]), math.Sqrt(3)/4, 1e-7)
	mean, std = TargetStats(d)
	near(t, "target mean", float64(mean[0]), 5, 0)
	near(t, "target std", float64(std[0]), math.Sqrt(5), 1e-6)
}

// Bytes and floats of the same values have the same statistics, and the
// overall ones are those of one long column.
func TestStatsOfBytes(t *testing.T) {
	pixels := []uint8{0, 7, 255, 1, 0, 13, 255, 90, 0}
	asBytes, err := FromBytes("bytes", pixels, []string{"a", "b", "c"}, []uint8{0, 1, 0}, []string{"no", "yes"})
	if err != nil {
		t.Fatal(err)
	}
	asFloats, err := New("floats", asBytes.X(), asBytes.Y(), asBytes.ClassNames)
	if err != nil {
		t.Fatal(err)
	}
	long, err := New("long", matrixOf(9, 1, asBytes.X().Float32s()...), matrixOf(9, 1, make([]float32, 9)...), nil)
	if err != nil {
		t.Fatal(err)
	}
	mean, std := ColumnStats(asBytes)
	mean2, std2 := ColumnStats(asFloats)
	for j := range mean {
		if mean[j] != mean2[j] || std[j] != std2[j] {
			t.Errorf("column %d: %v, %v of bytes, %v, %v of floats", j, mean[j], std[j], mean2[j], std2[j])
		}
	}
	longMean, longStd := ColumnStats(long)
	overallMean, overallStd := OverallStats(asBytes)
	near(t, "overall mean", float64(overallMean), float64(longMean[0]), 1e-5)
	near(t, "overall std", float64(overallStd), float64(longStd[0]), 1e-5)
}

// TestStatsNameLines holds that an error about a row of a file names its line,
// counted as an editor does, after a split too.
func TestStatsNameLines(t *testing.T) {
	table, err := Read(strings.NewReader("\na,y\n1,1\n\n2,4\n-3,-9\n"), "my.csv", Schema{Target: "y"})
	if err != nil {
		t.Fatal(err)
	}
	all, err := table.Dataset()
	if err != nil {
		t.Fatal(err)
	}
	part, err := all.Subset([]int{1, 2})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []*Dataset{all, part} {
		_, _, err = LogStats(d, 0)
		wantError(t, "logarithm", err, `my.csv:6: feature "a" is -3`)
		_, _, err = RootTargetStats(d)
		wantError(t, "root", err, "my.csv:6: the target -9")
	}
}

// TestStatsOfNothing holds that there are no statistics without rows, and no panic.
func TestStatsOfNothing(t *testing.T) {
	for _, d := range []*Dataset{nil, {}, {ClassNames: []string{"a"}}} {
		mean, std := ColumnStats(d)
		targetMean, targetStd := TargetStats(d)
		if mean != nil || std != nil || targetMean != nil || targetStd != nil {
			t.Errorf("%v, %v, %v and %v of no rows", mean, std, targetMean, targetStd)
		}
		if mean, std := OverallStats(d); mean != 0 || std != 1 {
			t.Errorf("%v and %v of no rows", mean, std)
		}
		_, _, err := LogStats(d, 0)
		wantError(t, "LogStats", err, "without rows")
		_, _, err = RootTargetStats(d)
		wantError(t, "RootTargetStats", err, "without rows")
		_, _, err = WithinClassWhitening(d)
		wantError(t, "WithinClassWhitening", err, "without rows")
	}
}

func TestStatsOfLogsAndRoots(t *testing.T) {
	d, err := New("logs", matrixOf(2, 2, 1, -1, float32(math.E*math.E), 5), matrixOf(2, 1, 4, 16), nil)
	if err != nil {
		t.Fatal(err)
	}
	mean, std, err := LogStats(d, 0)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "mean of the logs", float64(mean[0]), 1, 1e-6)
	near(t, "std of the logs", float64(std[0]), 1, 1e-6)
	mean, std, err = RootTargetStats(d)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "mean of the roots", float64(mean[0]), 3, 0)
	near(t, "std of the roots", float64(std[0]), 1, 0)
	if _, _, err = LogStats(d, 1); err == nil || !strings.Contains(err.Error(), `logs: row 0 (counted from 0): feature "x2" is -1`) {
		t.Errorf("logarithm of -1: error %v", err)
	}
	if _, _, err = LogStats(d, 2); err == nil || !strings.Contains(err.Error(), "no feature 2") {
		t.Errorf("feature 2 of 2: error %v", err)
	}
	d.targets[1] = -9
	if _, _, err = RootTargetStats(d); err == nil || !strings.Contains(err.Error(), "logs: row 1 (counted from 0): the target -9 has no square root") {
		t.Errorf("root of -9: error %v", err)
	}
}

func TestStatsOfReciprocalsAndValues(t *testing.T) {
	d, err := New("values", matrixOf(4, 2, 0.5, 3, 0.25, 0, 0.5, 3, 0.25, -1), matrixOf(4, 1, 7, 5, 50, 6), nil)
	if err != nil {
		t.Fatal(err)
	}
	mean, std, err := ReciprocalStats(d, 0)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "mean of the reciprocals", float64(mean[0]), 3, 0)
	near(t, "std of the reciprocals", float64(std[0]), 1, 0)
	if _, _, err = ReciprocalStats(d, 1); err == nil || !strings.Contains(err.Error(), `row 1 (counted from 0): feature "x2" is 0, and 0 has no reciprocal`) {
		t.Errorf("reciprocal of 0: error %v", err)
	}
	values, shares, err := Values(d, 1)
	if err != nil || !slices.Equal(values, []float32{-1, 0, 3}) || !slices.Equal(shares, []float32{0.25, 0.25, 0.5}) {
		t.Errorf("values %v with shares %v, error %v", values, shares, err)
	}
	if _, _, err = Values(d, 2); err == nil || !strings.Contains(err.Error(), "no feature 2") {
		t.Errorf("feature 2 of 2: error %v", err)
	}
	if low, high := TargetRange(d); low != 5 || high != 50 {
		t.Errorf("targets from %v to %v: wanted 5 to 50", low, high)
	}
}
