package onnx_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"reflect"
	"strings"
	"testing"

	"perceptron/internal/onnx"
	"perceptron/internal/onnx/onnxtest"
)

// small is a model that uses every message and both types of constants and
// attributes.
func small() *onnx.Model {
	m := &onnx.Model{Name: "net", Producer: "p", ProducerVersion: "1", Metadata: map[string]string{"b": "2", "a": "1"}}
	g := &m.Graph
	g.Inputs = []onnx.Value{{Name: "x", Shape: []onnx.Dim{{Name: "rows"}, {Size: 2}}}}
	g.Outputs = []onnx.Value{{Name: "y", Shape: []onnx.Dim{{Name: "rows"}, {Size: 1}}}}
	w := g.Floats("w", []int{1, 2}, []float32{1, -2})
	z := g.Node("Gemm", "z", []string{"x", w}, onnx.Int("transB", 1))
	r := g.Node("Reshape", "r", []string{z, g.Ints("s", 0, 1)})
	g.Node("LeakyRelu", "y", []string{r}, onnx.Float("alpha", 0.5))
	return m
}

func write(t *testing.T, m *onnx.Model) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := onnx.Write(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWriteComesBack(t *testing.T) {
	m := small()
	back, err := onnxtest.Parse(write(t, m))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(back, m) {
		t.Errorf("read  %+v\nwrote %+v", back, m)
	}
}

// TestWriteBytes holds the file byte for byte; ONNX's own checker has accepted
// it.
func TestWriteBytes(t *testing.T) {
	const want = "0808 120170 1a0131 " + // version 8, producer p, its version 1
		"3ac801 " + // the graph
		" 0a21 0a0178 0a0177 12017a 1a017a 220447656d6d 2a0d 0a067472616e7342 1801 a00102" + // z = Gemm(x, w)
		" 0a15 0a017a 0a0173 120172 1a0172 220752657368617065" + // r = Reshape(z, s)
		" 0a25 0a0172 120179 1a0179 22094c65616b7952656c75 2a0f 0a05616c706861 150000003f a00101" + // y = LeakyRelu(r)
		" 12036e6574" + // called net
		" 2a13 0801 0802 1001 420177 4a08 0000803f 000000c0" + // constant w
		" 2a19 0802 1007 420173 4a10 0000000000000000 0100000000000000" + // constant s
		" 5a17 0a0178 1212 0a10 0801 120c 0a06 1204726f7773 0a02 0802" + // input x, rows × 2
		" 6217 0a0179 1212 0a10 0801 120c 0a06 1204726f7773 0a02 0801" + // output y, rows × 1
		" 42021011" + // operators of version 17
		" 72060a0161120131 72060a0162120132" // metadata a and b
	got := write(t, small())
	if !bytes.Equal(got, write(t, small())) {
		t.Error("two writes differ")
	}
	if plain := strings.ReplaceAll(want, " ", ""); hex.EncodeToString(got) != plain {
		t.Errorf("wrote %x\nwant  %s", got, plain)
	}
}

func TestWriteRefuses(t *testing.T) {
	for want, change := range map[string]func(g *onnx.Graph){
		`node z reads "w"`:       func(g *onnx.Graph) { g.Constants = g.Constants[1:] },
		`node y reads "r"`:       func(g *onnx.Graph) { g.Nodes[1], g.Nodes[2] = g.Nodes[2], g.Nodes[1] },
		`"x" is empty or given`:  func(g *onnx.Graph) { g.Nodes[0].Output = "x" },
		`"" is empty`:            func(g *onnx.Graph) { g.Nodes[0].Output = "" },
		`"w" is empty or given`:  func(g *onnx.Graph) { g.Constants[1].Name = "w" },
		`"x" is empty or giv`:    func(g *onnx.Graph) { g.Inputs = append(g.Inputs, g.Inputs[0]) },
		`nothing gives the outp`: func(g *onnx.Graph) { g.Outputs[0].Name = "q" },
		`constant w has 1 numb`:  func(g *onnx.Graph) { g.Constants[0].Floats = []float32{1} },
	} {
		m := small()
		change(&m.Graph)
		var b bytes.Buffer
		if err := onnx.Write(&b, m); err == nil || !strings.Contains(err.Error(), want) || b.Len() > 0 {
			t.Errorf("%s: error %v after %d bytes", want, err, b.Len())
		}
	}
	full := errors.New("disk full")
	if err := onnx.Write(failing{full}, small()); !errors.Is(err, full) {
		t.Errorf("a writer's error becomes %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
