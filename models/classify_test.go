package models_test

import (
	"fmt"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"perceptron/models"
)

// withWeights declares a network of one layer with weights, biases 0.
func withWeights(t testing.TB, task models.Task, info models.Info, outputs int, weights ...float32) *models.Model {
	t.Helper()
	net, err := models.New(task, models.Linear(len(weights)/outputs, outputs, models.NoBias), models.WithInfo(info))
	if err != nil {
		t.Fatal(err)
	}
	if err := net.LoadStateDict(models.StateDict{{Name: "fc1.weight",
		Value: tensor.New(tensor.WithShape(outputs, len(weights)/outputs), tensor.WithBacking(weights))}}); err != nil {
		t.Fatal(err)
	}
	return net
}

func TestClassify(t *testing.T) {
	third := float32(1) / 3
	log := func(x float64) float32 { return float32(math.Log(x)) }
	tests := map[string]struct {
		net      *models.Model
		features []float32
		want     []models.Class
	}{
		"named":  {withWeights(t, models.Multiclass, models.Info{Outputs: []string{"a", "b", "c"}}, 3, log(2), log(5), log(3)), []float32{1}, []models.Class{{1, "b", 0.5}, {2, "c", 0.3}, {0, "a", 0.2}}},
		"equal":  {withWeights(t, models.Multiclass, models.Info{}, 3, 1, 1, 1), []float32{2}, []models.Class{{0, "0", third}, {1, "1", third}, {2, "2", third}}},
		"yes":    {withWeights(t, models.Binary, models.Info{Outputs: []string{"no", "yes"}}, 1, log(3)), []float32{1}, []models.Class{{1, "yes", 0.75}, {0, "no", 0.25}}},
		"no":     {withWeights(t, models.Binary, models.Info{Outputs: []string{"rain"}}, 1, log(3)), []float32{-1}, []models.Class{{0, "0", 0.75}, {1, "1", 0.25}}},
		"even":   {withWeights(t, models.Binary, models.Info{}, 1, 0), []float32{1}, []models.Class{{0, "0", 0.5}, {1, "1", 0.5}}},
		"two in": {withWeights(t, models.Binary, models.Info{}, 1, 0, log(3)), []float32{9, 1}, []models.Class{{1, "1", 0.75}, {0, "0", 0.25}}},
	}
	for name, test := range tests {
		single, err := models.NewEnsemble(test.net)
		if err != nil {
			t.Fatal(err)
		}
		for _, classify := range []func(...float32) ([]models.Class, error){test.net.Classify, single.Classify} {
			got, err := classify(test.features...)
			if err != nil {
				t.Fatal(err)
			}
			for i := range got { // e^log(3) is not quite 3
				got[i].Probability = float32(math.Round(float64(got[i].Probability)*1e6) / 1e6)
			}
			want := slices.Clone(test.want)
			for i := range want {
				want[i].Probability = float32(math.Round(float64(want[i].Probability)*1e6) / 1e6)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %v, want %v", name, got, want)
			}
		}
	}
}

// TestNotANumber holds that NaN stays in its row, and that no class is chosen by it.
func TestNotANumber(t *testing.T) {
	nan := float32(math.NaN())
	for _, task := range []models.Task{models.Binary, models.Multiclass} {
		outputs := map[models.TargetKind]int{models.Labels: 1, models.Classes: 3}[task.Targets]
		net := declared(t, task, models.Linear(2, 4), models.ReLU(), models.Linear(4, outputs))
		both := predict(t, net, columns(2, 1, nan, 1, 2))
		if alone := predict(t, net, columns(2, 1, 2)); !slices.Equal(both[outputs:], alone) || both[0] == both[0] {
			t.Errorf("%v: %v with a row of NaN first, %v alone", task, both, alone)
		}
		single, err := models.NewEnsemble(net)
		if err != nil {
			t.Fatal(err)
		}
		_, err = net.Classify(1, nan)
		wantError(t, err, "models: a probability is NaN")
		_, err = single.Classify(1, nan)
		wantError(t, err, "models: a probability is NaN")
	}
}

func TestPredictRow(t *testing.T) {
	net := withWeights(t, models.Regression, models.Info{}, 2, 1, 2, 3, 4)
	features := []float32{10, 1}
	if got, err := net.PredictRow(features...); err != nil || !slices.Equal(got, []float32{12, 34}) || features[0] != 10 {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := net.PredictRow(1, 2, 3); err == nil || !strings.Contains(err.Error(), "3 features: wanted 2") {
		t.Errorf("three features: %v", err)
	}
	if _, err := net.Classify(1, 2); err == nil || !strings.Contains(err.Error(), "use PredictRow") {
		t.Errorf("classes of a regression: %v", err)
	}
	if net.ClassNames() != nil {
		t.Errorf("a regression has classes %q", net.ClassNames())
	}
}

// A saved network, loaded again, names the class of a flower by four numbers.
func ExampleModel_Classify() {
	net, err := models.Load(filepath.Join("..", "results", "iris", "model.safetensors"))
	if err != nil {
		fmt.Println(err)
		return
	}
	classes, err := net.Classify(5.1, 3.5, 1.4, 0.2) // sepal length and width, petal length and width in cm
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(classes[0].Name, classes[0].Probability > 0.9)
	// Output: setosa true
}
