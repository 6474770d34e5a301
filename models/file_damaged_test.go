package models_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"perceptron/internal/safetensors"
	"perceptron/internal/zoo"
	"perceptron/models"
)

func file(header, numbers []byte) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), numbers...)
}

// packed is a file with one line of metadata.
func packed(t testing.TB, key, description string, tensors ...safetensors.Tensor) []byte {
	t.Helper()
	var b bytes.Buffer
	f := &safetensors.File{Metadata: map[string]string{key: description}, Tensors: tensors}
	if err := safetensors.Write(&b, f); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// hostile are files that must be refused, with a part of the reason.
func hostile(t testing.TB) map[string]struct {
	file []byte
	want string
} {
	weights := safetensors.Tensor{Name: "fc1.weight", Shape: []int{1, 2}, Data: []float32{1, 2}}
	bias := safetensors.Tensor{Name: "fc1.bias", Shape: []int{1}, Data: []float32{3}}
	pack := func(description string, tensors ...safetensors.Tensor) []byte {
		return packed(t, "perceptron", description, tensors...)
	}
	// layers describes a Regression model of them.
	layers := func(codes ...string) string {
		text, err := json.Marshal(map[string]any{"version": 1, "task": "Regression", "layers": codes, "seed": 0})
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	linear := layers("Linear(2, 1)")
	of := func(codes ...string) []byte { return pack(layers(codes...), weights, bias) }
	nan := float32(math.NaN())
	return map[string]struct {
		file []byte
		want string
	}{
		"empty":              {nil, "0 bytes are too few"},
		"another format":     {[]byte("PK\x03\x04 a zip archive, as torch.save writes it"), "such as torch.save writes"},
		"header of 2^60":     {append(binary.LittleEndian.AppendUint64(nil, 1<<60), "{}"...), "the header claims 1152921504606846976 bytes"},
		"shape 10^9 × 10^9":  {file([]byte(`{"w":{"dtype":"F32","shape":[1000000000,1000000000],"data_offsets":[0,4]}}`), make([]byte, 4)), "take 4000000000000000000 bytes"},
		"no description":     {file([]byte(`{"fc1.bias":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`), make([]byte, 4)), "use ReadStateDict"},
		"not JSON":           {pack("{"), "unexpected end of JSON"},
		"deep JSON":          {pack(strings.Repeat("[", 1<<20)), "the description in the file"},
		"version missing":    {pack(`{"task":"Regression"}`), "has no version"},
		"version negative":   {pack(`{"version":-1}`), "has no version"},
		"version newer":      {pack(`{"version":3,"program":"perceptron 7.1","layers":"of another kind"}`), `format version 3, written by "perceptron 7.1", and this program reads up to 2`},
		"version a word":     {pack(`{"version":"1"}`), "cannot unmarshal string"},
		"version NaN":        {pack(`{"version":NaN}`), "invalid character"},
		"seed negative":      {pack(`{"version":1,"seed":-1}`), "cannot unmarshal number -1"},
		"unknown task":       {pack(`{"version":1,"task":"Poetry"}`), `unknown task "Poetry"`},
		"no layers":          {pack(layers()), "no layer says how many features"},
		"smoothing NaN":      {pack(strings.Replace(linear, `"seed"`, `"label_smoothing":1e999,"seed"`, 1)), "cannot unmarshal"},
		"smoothing of what":  {pack(strings.Replace(linear, `"seed"`, `"label_smoothing":0.5,"seed"`, 1), weights, bias), "LabelSmoothing(0.5)"},
		"names too many":     {pack(strings.Replace(linear, `"seed"`, `"features":["a","b","c"],"seed"`, 1), weights, bias), "3 names of features, but the model takes 2"},
		"outputs too many":   {pack(strings.Replace(linear, `"seed"`, `"outputs":["a","b"],"seed"`, 1), weights, bias), "2 names of outputs, but the model has 1"},
		"unknown layer":      {of("Conv4d(1, 2)"), "no layer is called Conv4d"},
		"not code":           {of("Linear(2, 1"), "not a call"},
		"code that runs":     {of(`func() int { for { } }()`), "not a call of a plain name"},
		"deep code":          {of("Linear(" + strings.Repeat("(", 1<<20) + "2"), "has 1048584 characters: the most is 16384"},
		"nested code":        {of("Linear(" + strings.Repeat("(", 500) + "2" + strings.Repeat(")", 500) + ", 1)"), "not a call"},
		"nested options":     {of("BatchNorm1d(2, Eps(Eps(Eps(1))))"), "wanted plain numbers"},
		"size NaN":           {of("Linear(NaN, 1)"), "1 numbers: wanted 2"},
		"size infinite":      {of("Linear(1e999, 1)"), "value out of range"},
		"size negative":      {of("Linear(-2, 1)"), "-2 is not a size"},
		"size fractional":    {of("Linear(2.5, 1)"), "2.5 is not a size"},
		"size written oddly": {of("Linear(0x2, 1)"), "0x2: invalid syntax"},
		"size with a zero":   {of("Linear(02, 1)"), "read as Linear(2, 1)"},
		"size a string":      {of(`Linear("2", 1)`), "1 numbers: wanted 2"},
		"size too large":     {of("Linear(2147483648, 1)"), "is not a size"},
		"size 0":             {of("Linear(0, 1)"), "sizes must be 1 or more"},
		"weights missing":    {of("Linear(1073741824, 1)"), "the file holds 3 numbers, fewer than its layers need"},
		"weights overflow":   {of("Linear(2147483647, 2147483647)", "Linear(2147483647, 2147483647)", "Linear(2147483647, 2147483647)"), "more than 1073741824 weights"},
		"columns missing":    {of("AppendLogs(2147483647, 0)", "Linear(2, 1)"), "rows of 2147483648 numbers"},
		"picture too large":  {of("Unflatten(32768, 32768, 32768)"), "rows of 35184372088832 numbers"},
		"slope infinite":     {of("LeakyReLU(1e999)"), "value out of range"},
		"dropout of all":     {of("Linear(2, 1)", "Dropout(1)"), "the share that rests"},
		"scaled backward":    {of("Unscale(1)", "LeakyReLU(0.5)"), "it belongs at the end"},
		"layers misfit":      {of("Linear(2, 1)", "Linear(2, 0)"), "sizes must be 1 or more"},
		"many layers":        {of(slices.Repeat([]string{"ReLU()"}, 100_000)...), "it has 100000 layers: the most is 1000"},
		"tensor missing":     {pack(linear, weights, safetensors.Tensor{Name: "w", Shape: []int{1}, Data: []float32{1}}), "fc1.bias is missing\nw is unexpected"},
		"tensor misshapen":   {pack(linear, bias, safetensors.Tensor{Name: "fc1.weight", Shape: []int{2}, Data: []float32{1, 2}}), "fc1.weight has shape (2,): wanted (1, 2)"},
		"tensor of integers": {pack(linear, weights, safetensors.Tensor{Name: "fc1.bias", DType: safetensors.I64, Shape: []int{1}, Ints: []int64{1}}), "fc1.bias holds int64: wanted float32"},
		"tensor empty":       {pack(linear, weights, bias, safetensors.Tensor{Name: "e", Shape: []int{0, 1e9}}), "tensor e of shape [0 1000000000] holds no numbers"},
		"tensor NaN":         {pack(linear, weights, safetensors.Tensor{Name: "fc1.bias", Shape: []int{1}, Data: []float32{nan}}), "fc1.bias: number 0 is NaN: wanted a finite one"},
		"tensor's name":      {pack(linear, weights, safetensors.Tensor{Name: "\x1b[2J", Shape: []int{1}, Data: []float32{1}}), `tensor "\x1b[2J": a name must be`},
		"deviation 0": {pack(layers("Standardize(1)"), safetensors.Tensor{Name: "standardize1.mean", Shape: []int{1}, Data: []float32{0}},
			safetensors.Tensor{Name: "standardize1.sd", Shape: []int{1}, Data: []float32{0}}), "standardize1.sd: number 0 is 0: wanted a finite one above 0"},
		"an ensemble": {packed(t, "perceptron.ensemble", `{"version":1,"members":["x"]}`), "use LoadEnsemble"},
		"cut short":   {pack(linear, weights, bias)[:200], "but only 192 follow"},
	}
}

func TestReadRefuses(t *testing.T) {
	for name, test := range hostile(t) {
		t.Run(name, func(t *testing.T) {
			// TotalAlloc also counts what was freed in between.
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			m, err := models.Read(bytes.NewReader(test.file))
			runtime.ReadMemStats(&after)
			if used, allowed := after.TotalAlloc-before.TotalAlloc, uint64(32*len(test.file)+128<<10); used > allowed {
				t.Errorf("%d bytes allocated for a file of %d", used, len(test.file))
			}
			if err == nil {
				t.Fatalf("no error; read\n%s", m.Summary())
			}
			text := strings.ReplaceAll(err.Error(), "\n  ", "\n")
			if !strings.HasPrefix(text, "models: ") || strings.Count(text, "models:") > 1 || !strings.Contains(text, test.want) || len(text) > 500 {
				t.Errorf("error %.600q\nwants %q", text, test.want)
			}
		})
	}
}

func TestLoadEnsembleRefuses(t *testing.T) {
	const member = `{\"version\":1,\"task\":\"Regression\",\"layers\":[\"Linear(1, 1, NoBias)\"]}`
	weight := func(name string) safetensors.Tensor {
		return safetensors.Tensor{Name: name, Shape: []int{1, 1}, Data: []float32{1}}
	}
	for want, file := range map[string][]byte{
		"the description in the file: unexpected end": packed(t, "perceptron.ensemble", `{"version":1`),
		"has no version":                       packed(t, "perceptron.ensemble", `{"members":[]}`),
		"this program reads up to 2":           packed(t, "perceptron.ensemble", `{"version":3,"members":7}`),
		"the ensemble has no members":          packed(t, "perceptron.ensemble", `{"version":1,"members":[]}`),
		"cannot unmarshal number":              packed(t, "perceptron.ensemble", `{"version":1,"members":[7]}`),
		"member 1 of the ensemble: the descr":  packed(t, "perceptron.ensemble", `{"version":1,"members":["`+member+`","{"]}`, weight("members.0.fc1.weight")),
		"member 0 of the ensemble: layer Lin":  packed(t, "perceptron.ensemble", `{"version":1,"members":["`+member+`"]}`),
		`"members.9.fc1.weight" belongs to no`: packed(t, "perceptron.ensemble", `{"version":1,"members":["`+member+`"]}`, weight("members.9.fc1.weight")),
		`"members.-1.w" belongs to none`:       packed(t, "perceptron.ensemble", `{"version":1,"members":["`+member+`"]}`, weight("members.-1.w")),
	} {
		path := filepath.Join(t.TempDir(), "ensemble.safetensors")
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := models.LoadEnsemble(path); err == nil || !strings.HasPrefix(err.Error(), "models: "+path+": ") || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v\nwants %q", err, want)
		}
	}
}

// TestReadMemory bounds what reading allocates for files that are accepted: a
// small multiple of the numbers, and of the names where a file is all names.
func TestReadMemory(t *testing.T) {
	wide, err := models.New(models.Regression, models.Linear(1000, 1000))
	if err != nil {
		t.Fatal(err)
	}
	var deep []models.Part
	for range 500 {
		deep = append(deep, models.BatchNorm1d(1), models.ReLU())
	}
	long, err := models.New(models.Regression, deep...)
	if err != nil {
		t.Fatal(err)
	}
	for most, m := range map[uint64]*models.Model{8: wide, 64: long} {
		file := written(t, m)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := models.Read(bytes.NewReader(file)); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > most*uint64(len(file)) {
			t.Errorf("%d bytes allocated for a file of %d", used, len(file))
		}
	}
}

// FuzzRead: no file makes Read panic; what it accepts predicts and comes back
// the same. The first argument describes the model; its tensors are made to
// fit, with numbers from the second, so that the fuzzer gets past LoadStateDict.
func FuzzRead(f *testing.F) {
	all, err := zoo.Networks(1)
	if err != nil {
		f.Fatal(err)
	}
	for _, n := range all {
		file, err := safetensors.Parse(written(f, n.Model))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(file.Metadata["perceptron"], []byte{0, 1, 255})
	}
	for _, test := range hostile(f) {
		if file, err := safetensors.Parse(test.file); err == nil && len(test.file) < 4096 {
			f.Add(file.Metadata["perceptron"], []byte{128})
		}
	}
	f.Fuzz(func(t *testing.T, description string, numbers []byte) {
		var b bytes.Buffer
		file := &safetensors.File{Metadata: map[string]string{"perceptron": description}, Tensors: fitting(description, numbers)}
		if err := safetensors.Write(&b, file); err != nil {
			return // not UTF-8
		}
		m, err := models.Read(&b)
		if err != nil {
			return
		}
		again, err := models.Read(bytes.NewReader(written(t, m)))
		if err != nil {
			t.Fatalf("what was read and written is refused: %v", err)
		}
		if !bytes.Equal(written(t, m), written(t, again)) {
			t.Fatal("written again, the file differs")
		}
		if err := m.WriteONNX(&b); err != nil {
			t.Fatalf("ONNX: %v", err)
		}
		if m.Inputs() > 1<<12 || m.Outputs() > 1<<12 {
			return
		}
		x := tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(2, m.Inputs()))
		m.Predict(x) // a logarithm of 0 is an error, a panic would end the process
	})
}

// fitting makes the tensors that a description asks for, if they are small.
func fitting(description string, numbers []byte) []safetensors.Tensor {
	m, err := models.Declare(description, 1<<12)
	if err != nil {
		return nil
	}
	next := 0
	var tensors []safetensors.Tensor
	for _, s := range m.StateDict() {
		t := safetensors.Tensor{Name: s.Name, Shape: []int(s.Value.Shape())}
		if s.Value.Dtype() == tensor.Int64 {
			t.DType, t.Ints = safetensors.I64, s.Value.Int64s()
		} else {
			t.Data = s.Value.Float32s()
			for i := range t.Data {
				if len(numbers) > 0 {
					t.Data[i] = (float32(numbers[next%len(numbers)]) - 100) / 32
					next++
				}
			}
		}
		tensors = append(tensors, t)
	}
	return tensors
}
