package models_test

import (
	"slices"
	"testing"

	"perceptron/models"
)

// TestInitialWeightsFollowTheSeed holds that layers draw from streams of their
// own: a layer more, or a bias less, leaves the others as they were.
func TestInitialWeightsFollowTheSeed(t *testing.T) {
	weights := func(seed uint64, parts ...models.Part) []float32 {
		return declared(t, models.Regression, append(parts, models.Seed(seed))...).StateDict()[0].Value.Float32s()
	}
	first := weights(1, models.Linear(3, 4))
	if !slices.Equal(first, weights(1, models.Linear(3, 4), models.ReLU(), models.Linear(4, 2))) ||
		!slices.Equal(first, weights(1, models.Linear(3, 4, models.NoBias))) {
		t.Error("other layers change the weights of the first")
	}
	if slices.Equal(first, weights(2, models.Linear(3, 4))) {
		t.Error("two seeds draw the same weights")
	}
	square := declared(t, models.Regression, models.Seed(1), models.Linear(3, 3), models.Linear(3, 3)).StateDict()
	if slices.Equal(square[0].Value.Float32s(), square[2].Value.Float32s()) {
		t.Error("two layers draw the same weights")
	}
}

func TestInitByName(t *testing.T) {
	for _, i := range models.Initializers() {
		if got, err := models.InitByName(i.Name); err != nil || got.Name != i.Name {
			t.Errorf("%s: %v (error %v)", i.Name, got.Name, err)
		}
	}
	_, err := models.InitByName("he")
	wantError(t, err, `unknown initialiser "he": wanted one of pytorch, he-uniform, he-normal, glorot-uniform, glorot-normal, zeros`)
}
