package models_test

import (
	"bytes"
	"flag"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"perceptron/internal/fixtures"
	"perceptron/internal/prng"
	"perceptron/internal/safetensors"
	"perceptron/models"
)

var update = flag.Bool("update", false, "write the models that PyTorch is to load, internal/fixtures/data/written_here_*.safetensors")

// TestFilesForPyTorch compares the predictions of saved models with what PyTorch
// made of their files, and holds that the same models are still written so.
func TestFilesForPyTorch(t *testing.T) {
	whitening := tensor.New(tensor.WithShape(7, 7), tensor.WithBacking(namedNumbers("whitening", 49)))
	for _, test := range []struct {
		name  string
		task  models.Task
		parts []models.Part
	}{
		{"regression", models.Regression, []models.Part{
			models.AppendLogs(5, 0, 3),
			models.Standardize([]float32{2, 2, 2, 2, 2, 0.5, 0.5}, []float32{1, 1.5, 1, 1, 2, 0.7, 0.6}),
			models.Whiten(namedNumbers("means", 7), whitening), models.GaussianNoise(0.1),
			models.Linear(7, 9), models.BatchNorm1d(9, models.Eps(0.001), models.Momentum(0.2)), models.LeakyReLU(0.1),
			models.Dropout(0.2), models.Linear(9, 8), models.Softplus(), models.Linear(8, 6), models.Tanh(), models.Linear(6, 1),
			models.Unscale([]float32{22.5}, []float32{9.2})}},
		{"prices", models.Regression, []models.Part{
			models.AppendReciprocals(3, 1), models.AppendIndicators(4, 2, -1, 0, 2),
			models.Standardize([]float32{0, 0, 0, 0.1, 0, 0, 0}, []float32{1, 2, 1, 5, 1, 1, 1}), models.Linear(7, 5), models.ReLU(), models.Linear(5, 1),
			models.UnscaleSquare([]float32{4.6}, []float32{0.9}), models.Clamp(15.5, 30)}},
		{"binary", models.Binary, []models.Part{
			models.Linear(2, 3), models.ReLU(), models.Linear(3, 3, models.NoBias), models.Sigmoid(), models.Linear(3, 1)}},
		{"multiclass", models.Multiclass, []models.Part{
			models.Unflatten(3, 2, 2), models.BatchNorm2d(3), models.Flatten(), models.Linear(12, 16, models.NoBias),
			models.BatchNorm1d(16), models.ReLU(), models.Dropout(0.5), models.Linear(16, 10)}},
		{"pictures", models.Multiclass, []models.Part{
			models.Unflatten(2, 8, 8), models.Conv2d(2, 4, 3, models.Padding(1), models.NoBias), models.BatchNorm2d(4), models.ReLU(), models.MaxPool2d(2),
			models.Dropout2d(0.5), models.Conv2d(4, 6, 2, models.Groups(2), models.Dilation(2), models.Padding(1)), models.ReLU(),
			models.AvgPool2d(2, models.Stride(1)), models.GlobalAvgPool2d(), models.Flatten(), models.Linear(6, 10)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			net, err := models.New(test.task, append(test.parts, models.Seed(1))...)
			if err != nil {
				t.Fatal(err)
			}
			wear(t, net)
			var file bytes.Buffer
			if err := net.Write(&file); err != nil {
				t.Fatal(err)
			}
			name := "written_here_" + test.name
			if *update {
				path := filepath.Join("..", "internal", "fixtures", "data", name+".safetensors")
				if err := os.WriteFile(path, file.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
				t.Skip("written: now run internal/fixtures/make.py")
			}
			if written, before := tensorsIn(t, file.Bytes()), tensorsIn(t, fixtures.Bytes(t, name)); !reflect.DeepEqual(written, before) {
				t.Errorf("the model is written as\n%v\nPyTorch read\n%v", written, before)
			}

			again, err := models.Read(bytes.NewReader(fixtures.Bytes(t, name)))
			if err != nil {
				t.Fatal(err)
			}
			f := fixtures.Load(t, name+"_outputs")
			x := tensor.New(tensor.WithShape(f.Tensor("x").Shape...), tensor.WithBacking(f.Floats("x")))
			y, err := again.Predict(x)
			if err != nil {
				t.Fatal(err)
			}
			within(t, f, "y", y.Float32s(), 1e-6)
		})
	}
}

// within compares results with PyTorch's; allowed is an error of so much of the
// largest result.
func within(t *testing.T, f fixtures.Set, name string, got []float32, allowed float64) {
	t.Helper()
	want := f.Tensor(name + "@64").Float64s
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, PyTorch has %d", name, len(got), len(want))
	}
	largest := 0.0
	for _, w := range want {
		largest = max(largest, math.Abs(w))
	}
	for i, w := range want {
		if off := math.Abs(float64(got[i])-w) / largest; !(off <= allowed) {
			t.Errorf("%s[%d] is %v, PyTorch has %v", name, i, got[i], w)
		}
	}
}

// wear gives a model the look of a trained one: large weights, and statistics
// that have moved. Preprocessing stays as declared.
func wear(t *testing.T, net *models.Model) {
	t.Helper()
	sd := net.StateDict()
	for i, s := range sd {
		statistics := strings.HasPrefix(s.Name, "bn") && !s.Value.Shape().IsScalar()
		if !net.Parameters()[i].Trained && !statistics {
			continue
		}
		for j, x := range namedNumbers(s.Name, s.Value.Shape().TotalSize()) {
			if x /= 2; strings.HasSuffix(s.Name, ".running_var") {
				x = x*x + 0.1
			}
			s.Value.Float32s()[j] = x
		}
	}
	if err := net.LoadStateDict(sd); err != nil {
		t.Fatal(err)
	}
}

// namedNumbers are normal numbers that depend on the name alone.
func namedNumbers(name string, n int) []float32 {
	r, v := prng.New(1, name, 0), make([]float32, n)
	for i := range v {
		v[i] = float32(r.NormFloat64())
	}
	return v
}

func tensorsIn(t *testing.T, file []byte) []safetensors.Tensor {
	t.Helper()
	f, err := safetensors.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	return f.Tensors
}

// TestInitializersLikePyTorch compares the spread of initial weights with what
// PyTorch draws: the bounds, and the mean and variance of many drawings.
func TestInitializersLikePyTorch(t *testing.T) {
	all := fixtures.Load(t, "initializers")
	makers := map[string]models.Initializer{
		"default": models.PyTorchInit(), "he_uniform": models.HeUniform(), "he_normal": models.HeNormal(),
		"glorot_uniform": models.GlorotUniform(), "glorot_normal": models.GlorotNormal(),
	}
	sizes := map[string][2]int{"3x2": {3, 2}, "64x13": {64, 13}, "16x4": {16, 4}, "128x784": {128, 784}}
	for _, method := range all.Groups() {
		for _, shape := range all.In(t, method).Groups() {
			t.Run(method+"/"+shape, func(t *testing.T) {
				f, out, in := all.In(t, method+"/"+shape), sizes[shape][0], sizes[shape][1]
				drawings := 200
				if in*out > 10000 {
					drawings = 20
				}
				var weight, bias []float32
				for seed := range drawings {
					fill := models.Fill{In: in, Out: out, First: true, Last: true, Weight: make([]float32, in*out),
						Bias: make([]float32, out), Rand: prng.New(uint64(seed), "init", 0)}
					if err := makers[method].Fill(fill); err != nil {
						t.Fatal(err)
					}
					weight, bias = append(weight, fill.Weight...), append(bias, fill.Bias...)
				}
				spreadsLike(t, f, "weight", weight)
				if f.Has("bias") {
					spreadsLike(t, f, "bias", bias)
				}
			})
		}
	}
}

// spreadsLike compares drawings with as many of PyTorch's.
func spreadsLike(t *testing.T, f fixtures.Set, name string, drawn []float32) {
	t.Helper()
	low, high, sum, squares, n := math.Inf(1), math.Inf(-1), 0.0, 0.0, float64(len(drawn))
	for _, x := range drawn {
		low, high = min(low, float64(x)), max(high, float64(x))
		sum += float64(x)
		squares += float64(x) * float64(x)
	}
	mean := sum / n
	variance := squares/n - mean*mean
	theirs := f.Tensor(name).Float64s // minimum, maximum, mean, variance
	sd := math.Sqrt(theirs[3])
	// Two samples of n numbers: means differ by less than 5 of their standard
	// errors, √(2/n)·sd, and so do variances, whose error is √(2/n)·√2·var for a
	// normal distribution and less for a uniform one.
	if off := 5 * math.Sqrt(2/n); math.Abs(mean-theirs[2]) > off*sd || math.Abs(variance/theirs[3]-1) > off*math.Sqrt2 {
		t.Errorf("%s: mean %v and variance %v, PyTorch has %v and %v", name, mean, variance, theirs[2], theirs[3])
	}
	// A uniform distribution reaches its bounds, and PyTorch's does not pass √3·sd.
	if bound := theirs[1]; bound < 2*sd && (high > bound*1.01 || low < -bound*1.01 || high < bound*0.97) {
		t.Errorf("%s: from %v to %v, PyTorch from %v to %v", name, low, high, theirs[0], theirs[1])
	}
}
