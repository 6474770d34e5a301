package models_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"perceptron/models"
)

// TestFileDescribesItself holds that the file alone gives back the model: its
// declaration, what it knows and what it predicts, to the bit.
func TestFileDescribesItself(t *testing.T) {
	for _, n := range networks(t) {
		t.Run(n.Name, func(t *testing.T) {
			first := written(t, n.Model)
			back, err := models.Read(bytes.NewReader(first))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(first, written(t, back)) {
				t.Error("written again, the file differs")
			}
			if back.String() != n.Model.String() || back.Summary() != n.Model.Summary() || back.Seed() != n.Model.Seed() {
				t.Errorf("read\n%s\nwrote\n%s", back.Summary(), n.Model.Summary())
			}
			if !reflect.DeepEqual(back.Info(), n.Model.Info()) {
				t.Errorf("read %+v, wrote %+v", back.Info(), n.Model.Info())
			}
			x := n.Inputs(5, 3)
			if got, want := predict(t, back, x), predict(t, n.Model, x); !slices.Equal(got, want) {
				t.Errorf("predicts %v, the original %v", got, want)
			}
		})
	}
}

// TestFileOfOddNumbers holds that layers come back whose numbers are written
// with a sign or an exponent.
func TestFileOfOddNumbers(t *testing.T) {
	m, err := models.New(models.Regression, models.LeakyReLU(-0.25), models.BatchNorm1d(1, models.Eps(1e-12), models.Momentum(0)),
		models.LeakyReLU(1e-7), models.Dropout(0), models.GaussianNoise(1e6), models.LeakyReLU(math.Copysign(0, -1)))
	if err != nil {
		t.Fatal(err)
	}
	back, err := models.Read(bytes.NewReader(written(t, m)))
	if err != nil || back.String() != m.String() {
		t.Errorf("read %v, %v: wrote %v", back, err, m)
	}
	if _, err := models.New(models.Regression, models.Linear(1, 1), models.LeakyReLU(math.NaN())); err == nil {
		t.Error("a slope that is no number is taken")
	}
}

func written(t testing.TB, m *models.Model) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := m.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func predict(t testing.TB, m *models.Model, x *tensor.Dense) []float32 {
	t.Helper()
	p, err := m.Predict(x)
	if err != nil {
		t.Fatal(err)
	}
	return p.Float32s()
}

// TestFileOfOtherTypes loads weights of 16 and 64 bits, as other programs save
// them to spare room or to lose nothing.
func TestFileOfOtherTypes(t *testing.T) {
	const description = `{"version":1,"task":"Regression","layers":["Linear(2, 1)"],"seed":0}`
	for dtype, numbers := range map[string][]byte{ // 1.5, -2 and 0.25
		"F16":  {0x00, 0x3e, 0x00, 0xc0, 0x00, 0x34},
		"BF16": {0xc0, 0x3f, 0x00, 0xc0, 0x80, 0x3e},
		"F32":  {0, 0, 0xc0, 0x3f, 0, 0, 0, 0xc0, 0, 0, 0x80, 0x3e},
		"F64":  {0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0xd0, 0x3f},
	} {
		size := len(numbers) / 3
		header, err := json.Marshal(map[string]any{
			"__metadata__": map[string]string{"perceptron": description},
			"fc1.weight":   map[string]any{"dtype": dtype, "shape": []int{1, 2}, "data_offsets": []int{0, 2 * size}},
			"fc1.bias":     map[string]any{"dtype": dtype, "shape": []int{1}, "data_offsets": []int{2 * size, 3 * size}},
		})
		if err != nil {
			t.Fatal(err)
		}
		m, err := models.Read(bytes.NewReader(file(header, numbers)))
		if err != nil {
			t.Errorf("%s: %v", dtype, err)
			continue
		}
		x := tensor.New(tensor.WithShape(1, 2), tensor.WithBacking([]float32{10, 1}))
		if got := predict(t, m, x)[0]; got != 15-2+0.25 {
			t.Errorf("%s: predicts %v", dtype, got)
		}
	}
}

// TestLoadFromPyTorch reads what docs/interchange/train_torch.py wrote with
// PyTorch 2.15, description included, and compares with its own predictions.
func TestLoadFromPyTorch(t *testing.T) {
	net, err := models.Load(filepath.Join("testdata", "iris_torch.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		features []float32
		name     string
		want     float32
	}{
		{[]float32{5.1, 3.5, 1.4, 0.2}, "setosa", 0.9997663},
		{[]float32{6.5, 3, 5.8, 2.2}, "virginica", 0.9999893},
	} {
		classes, err := net.Classify(test.features...)
		if err != nil {
			t.Fatal(err)
		}
		if got := classes[0]; got.Name != test.name || math.Abs(float64(got.Probability-test.want)) > 1e-6 {
			t.Errorf("%v: %v, PyTorch says %s with %v", test.features, got, test.name, test.want)
		}
	}
}

func TestLoadNamesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.safetensors")
	if _, err := models.Load(path); err == nil || !strings.HasPrefix(err.Error(), "models: open "+path) {
		t.Errorf("a missing file: %v", err)
	}
	if err := os.WriteFile(path, hostile(t)["unknown task"].file, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := models.Load(path)
	if want := fmt.Sprintf("models: %s: unknown task \"Poetry\"", path); err == nil || !strings.HasPrefix(err.Error(), want) || !strings.Contains(err.Error(), "take another copy") {
		t.Errorf("a damaged file: %v", err)
	}
}
