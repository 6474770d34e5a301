package exercise

import (
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"perceptron/models"
)

func TestRegressionFlags(t *testing.T) {
	c, err := Boston().parse(strings.Fields("-recipe best -logs CRIM,DIS -reciprocals none -indicators CHAS -clamp=false"))
	if err != nil {
		t.Fatal(err)
	}
	s := c.settings
	if !slices.Equal(s.Logs, []string{"CRIM", "DIS"}) || s.Reciprocals != nil || !slices.Equal(s.Indicators, []string{"CHAS"}) || s.Clamp {
		t.Errorf("settings %+v", s)
	}
	for args, want := range map[string]string{
		"-logs MEDV":          "-logs: wanted different ones of CRIM",
		"-reciprocals RM,,":   "-reciprocals: wanted different ones",
		"-indicators RAD,RAD": "-indicators: wanted different ones",
		"-clamp=often":        "-clamp: wanted true or false",
	} {
		if _, err := Boston().parse(strings.Fields(args)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v: wanted one with %q", args, err, want)
		}
	}
	if _, err := Iris().parse([]string{"-clamp"}); err == nil {
		t.Error("a lesson of classes takes -clamp")
	}
}

func TestAddedFeaturesThatCannotBe(t *testing.T) {
	for _, c := range []struct {
		change func(*Settings)
		want   string
	}{
		{func(s *Settings) { s.Logs = []string{"SIZE"} }, `no feature is called "SIZE", whose logarithm`},
		{func(s *Settings) { s.Reciprocals = []string{"SIZE"} }, `"SIZE", whose reciprocal`},
		{func(s *Settings) { s.Indicators = []string{"SIZE"} }, `"SIZE", whose indicators`},
		{func(s *Settings) { s.Reciprocals = []string{"CHAS"} }, `feature "CHAS" is 0, and 0 has no reciprocal`},
		{func(s *Settings) { s.Indicators = []string{"LSTAT"} }, "indicators of at most 100 are made"},
	} {
		s := small(t, Boston())
		c.change(&s)
		if _, err := Boston().Run(t.Context(), s); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v: wanted one with %q", err, c.want)
		}
	}
}

// TestBestOfBoston holds that what the recipe makes of the features and the
// prices goes into the file: a loaded network takes the table's own features.
func TestBestOfBoston(t *testing.T) {
	s, err := Boston().Configure("best", strings.Fields("-epochs 20 -init hinged"))
	if err != nil {
		t.Fatal(err)
	}
	o, err := Boston().Run(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "best.safetensors")
	if err := o.Net.(*models.Model).Save(path); err != nil {
		t.Fatal(err)
	}
	again, err := models.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	p, err := again.Predict(o.Valid.X())
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(p.Float32s(), o.Score.Predictions.Float32s()) {
		t.Error("loaded again, the network predicts otherwise")
	}
	for i, v := range p.Float32s() {
		if !(v >= 5 && v <= 50) {
			t.Errorf("validation row %d: %v: wanted a price that the training rows have, from 5 to 50", i, v)
		}
	}
	if o.Score.R2 < 0.7 {
		t.Errorf("R² %v after 20 epochs: wanted 0.7", o.Score.R2)
	}
}
