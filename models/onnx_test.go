package models_test

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"gorgonia.org/tensor"

	"perceptron/internal/onnx/onnxtest"
	"perceptron/internal/zoo"
	"perceptron/models"
)

func networks(t testing.TB) []zoo.Network {
	t.Helper()
	all, err := zoo.Networks(1)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestONNXPredictsTheSame runs the written files with an interpreter that knows
// the operators' specification alone.
func TestONNXPredictsTheSame(t *testing.T) {
	others, err := zoo.Networks(2)
	if err != nil {
		t.Fatal(err)
	}
	for i, n := range networks(t) {
		both, err := models.NewEnsemble(n.Model, others[i].Model)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(n.Name, func(t *testing.T) { compareONNX(t, n.Model, n.Inputs(7, 2)) })
		t.Run(n.Name+" ensemble", func(t *testing.T) { compareONNX(t, both, n.Inputs(7, 2)) })
	}
}

// exporter is a Model or an Ensemble.
type exporter interface {
	Predict(*tensor.Dense) (*tensor.Dense, error)
	WriteONNX(io.Writer) error
}

func compareONNX(t *testing.T, m exporter, x *tensor.Dense) {
	t.Helper()
	var file, again bytes.Buffer
	if err := m.WriteONNX(&file); err != nil {
		t.Fatal(err)
	}
	if err := m.WriteONNX(&again); err != nil || !bytes.Equal(file.Bytes(), again.Bytes()) {
		t.Errorf("written twice, the files differ (error %v)", err)
	}
	parsed, err := onnxtest.Parse(file.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	want, err := m.Predict(x)
	if err != nil {
		t.Fatal(err)
	}
	got, err := onnxtest.Run(parsed, x.Float32s(), x.Shape()[0])
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want.Float32s()) {
		t.Fatalf("%d numbers, Predict gives %d", len(got), len(want.Float32s()))
	}
	for i, w := range want.Float32s() {
		if off := math.Abs(got[i] - float64(w)); !(off <= 1e-5*max(1, math.Abs(float64(w)))) {
			t.Errorf("number %d is %v, Predict gives %v", i, got[i], w)
		}
	}
}

func TestONNXDeclaresItself(t *testing.T) {
	net, err := models.New(models.Multiclass, models.Linear(2, 3), models.WithInfo(models.Info{
		Features: []string{"width", "height"}, Outputs: []string{"a", "b,\"c", "d"}, Recipe: "best",
	}))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "model.onnx")
	if err := net.SaveONNX(path); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	m, err := onnxtest.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	in, out := m.Graph.Inputs[0], m.Graph.Outputs[0]
	if in.Name != "features" || in.Shape[0].Name != "rows" || in.Shape[1].Size != 2 ||
		out.Name != "predictions" || out.Shape[0].Name != "rows" || out.Shape[1].Size != 3 {
		t.Errorf("input %+v, output %+v", in, out)
	}
	var outputs []string
	if err := json.Unmarshal([]byte(m.Metadata["outputs"]), &outputs); err != nil || !reflect.DeepEqual(outputs, net.Info().Outputs) {
		t.Errorf("outputs are named %q, %v", m.Metadata["outputs"], err)
	}
	delete(m.Metadata, "outputs")
	if want := map[string]string{"task": "Multiclass", "features": `["width","height"]`, "recipe": "best"}; !reflect.DeepEqual(m.Metadata, want) {
		t.Errorf("metadata %q, want %q", m.Metadata, want)
	}
}
