package models_test

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"perceptron/models"
)

// regressor is a small model whose predictions depend on its seed.
func regressor(t *testing.T, seed uint64) *models.Model {
	t.Helper()
	net, err := models.New(models.Regression, models.Seed(seed),
		models.Standardize([]float32{1, 2}, []float32{2, 3}), models.Linear(2, 5), models.ReLU(),
		models.BatchNorm1d(5), models.Linear(5, 1), models.Unscale([]float32{20}, []float32{4}))
	if err != nil {
		t.Fatal(err)
	}
	return net
}

func ensemble(t *testing.T, size int) *models.Ensemble {
	t.Helper()
	var members []*models.Model
	for seed := range uint64(size) {
		members = append(members, regressor(t, seed))
	}
	e, err := models.NewEnsemble(members...)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func columns(cols int, v ...float32) *tensor.Dense {
	return tensor.New(tensor.WithShape(len(v)/cols, cols), tensor.WithBacking(v))
}

func TestEnsembleAveragesAndShowsTheSpread(t *testing.T) {
	e, x := ensemble(t, 4), columns(2, 1, 2, -3, 4, 10, 0.5)
	mean, spread, err := e.PredictSpread(x)
	if err != nil {
		t.Fatal(err)
	}
	for row := range 3 {
		var said []float64
		for _, m := range e.Members() {
			p, err := m.Predict(x)
			if err != nil {
				t.Fatal(err)
			}
			said = append(said, float64(p.Float32s()[row]))
		}
		sum, squares := 0.0, 0.0
		for _, v := range said {
			sum += v / 4
		}
		for _, v := range said {
			squares += (v - sum) * (v - sum) / 3
		}
		if got := float64(mean.Float32s()[row]); math.Abs(got-sum) > 1e-5 {
			t.Errorf("row %d: mean %v: wanted %v", row, got, sum)
		}
		if got := float64(spread.Float32s()[row]); math.Abs(got-math.Sqrt(squares)) > 1e-5 {
			t.Errorf("row %d: spread %v: wanted %v", row, got, math.Sqrt(squares))
		}
	}
	p, _, err := e.Evaluate(x, columns(1, 20, 21, 22))
	if err != nil || !slices.Equal(p.Float32s(), mean.Float32s()) {
		t.Errorf("Evaluate predicts %v, %v: wanted what Predict does, %v", p, err, mean)
	}
}

func TestEnsembleLossIsTheMembersMean(t *testing.T) {
	e, x, y := ensemble(t, 3), columns(2, 1, 2, -3, 4), columns(1, 25, 15)
	want := 0.0
	for _, m := range e.Members() {
		_, loss, err := m.Evaluate(x, y)
		if err != nil {
			t.Fatal(err)
		}
		want += loss / 3
	}
	if _, loss, err := e.Evaluate(x, y); err != nil || math.Abs(loss-want) > 1e-6 {
		t.Errorf("loss %v, %v: wanted %v", loss, err, want)
	}
}

func TestEnsembleComesBackFromItsFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ensemble.safetensors")
	x := columns(2, 1, 2, -3, 4)
	for _, size := range []int{1, 3} {
		e := ensemble(t, size)
		if err := e.Save(path); err != nil {
			t.Fatal(err)
		}
		back, err := models.LoadEnsemble(path)
		if err != nil {
			t.Fatal(err)
		}
		want, err1 := e.Predict(x)
		got, err2 := back.Predict(x)
		if err1 != nil || err2 != nil || !slices.Equal(got.Float32s(), want.Float32s()) || len(back.Members()) != size {
			t.Errorf("%d members came back as %d that predict %v: wanted %v", size, len(back.Members()), got, want)
		}
	}
	sd, err := models.ReadStateDict(path)
	if err != nil || !slices.ContainsFunc(sd, func(s models.State) bool { return s.Name == "members.2.fc1.weight" }) {
		t.Errorf("the file has no members.2.fc1.weight (%v):\n%v", err, sd)
	}
	// A file of a single model is an ensemble of one.
	if err := regressor(t, 1).Save(path); err != nil {
		t.Fatal(err)
	}
	if e, err := models.LoadEnsemble(path); err != nil || len(e.Members()) != 1 {
		t.Errorf("%v, %v: wanted an ensemble of one", e, err)
	}
}

func TestNewEnsembleWantsMembersThatAgree(t *testing.T) {
	other, err := models.New(models.Regression, models.Linear(3, 1))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		members []*models.Model
		want    string
	}{
		"none":  {nil, "no members"},
		"nil":   {[]*models.Model{nil}, "member 0 of the ensemble is nil"},
		"sizes": {[]*models.Model{regressor(t, 1), other}, "member 1 of the ensemble is a Regression of 3 inputs"},
	} {
		if _, err := models.NewEnsemble(c.members...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v: wanted %q in it", name, err, c.want)
		}
	}
}

// TestEnsembleWantsTheSameNames holds that members mean the same by an output,
// also those of a file; names that one of them lacks are no matter.
func TestEnsembleWantsTheSameNames(t *testing.T) {
	member := func(features, outputs string) *models.Model {
		return declared(t, models.Multiclass, models.Linear(2, 3), models.WithInfo(models.Info{Features: strings.Fields(features), Outputs: strings.Fields(outputs)}))
	}
	for _, c := range []struct {
		members []*models.Model
		want    string
	}{
		{[]*models.Model{member("x y", "a b c"), member("", "a b c"), member("x y", "")}, ""},
		{[]*models.Model{member("", "a b c"), member("", ""), member("", "b a c")}, `members 0 and 2 of the ensemble: output 0 is "a" in one and "b" in the other: train them on data with the same outputs in the same order`},
		{[]*models.Model{member("x y", ""), member("y x", "")}, `members 0 and 1 of the ensemble: feature 0 is "x" in one and "y" in the other`},
	} {
		if _, err := models.NewEnsemble(c.members...); (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v: wanted %q in it", err, c.want)
		}
	}
	one, other := member("", "a b c"), member("", "a b c")
	e, err := models.NewEnsemble(one, other)
	if err != nil {
		t.Fatal(err)
	}
	if err := other.SetInfo(models.Info{Outputs: []string{"c", "b", "a"}}); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "e.safetensors")
	if err := e.Save(file); err != nil {
		t.Fatal(err)
	}
	_, err = models.LoadEnsemble(file)
	wantError(t, err, `output 0 is "a" in one and "c" in the other`)
}

// TestEnsembleOfOneComplainsAsItsMember holds that nothing is said of an ensemble
// that nobody made.
func TestEnsembleOfOneComplainsAsItsMember(t *testing.T) {
	for size, want := range map[int]string{1: "models: features have shape", 2: "member 0 of the ensemble: models: features have shape"} {
		if _, err := ensemble(t, size).Predict(zeros(1, 3)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%d members: error %v: wanted one that begins with %q", size, err, want)
		}
	}
}

// What an ensemble says is the average of its members, and the spread between
// them tells how far to trust it.
func ExampleEnsemble() {
	var members []*models.Model
	for seed := range uint64(5) {
		net, err := models.New(models.Regression, models.Seed(seed),
			models.Linear(1, 8), models.Tanh(), models.Linear(8, 1))
		if err != nil {
			fmt.Println(err)
			return
		}
		members = append(members, net) // training would come here
	}
	ensemble, err := models.NewEnsemble(members...)
	if err != nil {
		fmt.Println(err)
		return
	}
	x := tensor.New(tensor.WithShape(2, 1), tensor.WithBacking([]float32{0, 3}))
	mean, spread, err := ensemble.PredictSpread(x)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.2f ± %.2f\n", mean.Float32s(), spread.Float32s())
	// Output:
	// [-0.20 -0.20] ± [0.39 0.30]
}
