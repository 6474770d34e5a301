package exercise

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"perceptron/models"
)

// saved writes a network of one layer without bias to a file.
func saved(t *testing.T, task models.Task, info models.Info, inputs, outputs int, weights ...float32) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "model.safetensors")
	if err := single(t, task, info, inputs, outputs, weights...).Save(path); err != nil {
		t.Fatal(err)
	}
	return path
}

func single(t *testing.T, task models.Task, info models.Info, inputs, outputs int, weights ...float32) *models.Model {
	t.Helper()
	net, err := models.New(task, models.Linear(inputs, outputs, models.NoBias), models.WithInfo(info))
	if err != nil {
		t.Fatal(err)
	}
	all := make([]float32, inputs*outputs)
	copy(all, weights)
	if err := net.LoadStateDict(models.StateDict{{Name: "fc1.weight",
		Value: tensor.New(tensor.WithShape(outputs, inputs), tensor.WithBacking(all))}}); err != nil {
		t.Fatal(err)
	}
	return net
}

// inFile writes a file and gives its path.
func inFile(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestPredict(t *testing.T) {
	flowers := models.Info{Features: []string{"sepal_length", "sepal_width", "petal_length", "petal_width"}, Outputs: []string{"red", "blue"}}
	iris := saved(t, models.Multiclass, flowers, 4, 2, 1, 0, 0, 0)
	xor := saved(t, models.Binary, models.Info{Features: []string{"x1", "x2"}, Outputs: []string{"0", "1"}}, 2, 1, 100, -100)
	boston := saved(t, models.Regression, models.Info{Features: []string{"RM"}, Outputs: []string{"MEDV"}}, 1, 1, 2.5)
	one, three := single(t, models.Regression, models.Info{}, 1, 1, 1), single(t, models.Regression, models.Info{}, 1, 1, 3)
	both, err := models.NewEnsemble(one, three)
	if err != nil {
		t.Fatal(err)
	}
	ensemble := filepath.Join(t.TempDir(), "ensemble.safetensors")
	if err := both.Save(ensemble); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		lesson      *Lesson
		model, file string
		want        string
	}{
		"classes, columns in another order": {Iris(), iris, "petal_width,petal_length,who,sepal_width,sepal_length\n0,0,x,0,0\n0,0,y,0,-200\n0,0,z,0,200\n",
			"row,predicted,p_red,p_blue\n0,red,0.5,0.5\n1,blue,0,1\n2,red,1,0\n"},
		"two classes": {XOR(), xor, "x1,x2\n0,0\n1,0\n0,1\n", "row,predicted,p_0,p_1\n0,0,0.5,0.5\n1,1,0,1\n2,0,1,3.8e-44\n"},
		"a number":    {Boston(), boston, "RM\n2\n\n4\n", "row,predicted\n0,5\n1,10\n"},
		"an ensemble": {Boston(), ensemble, "anything\n2\n", "row,predicted,spread\n0,4,2.828427\n"},
	} {
		var out bytes.Buffer
		if err := test.lesson.predict(&out, test.model, []string{inFile(t, "new.csv", test.file)}); err != nil || out.String() != test.want {
			t.Errorf("%s: error %v, wrote\n%swanted\n%s", name, err, out.String(), test.want)
		}
	}
	for want, test := range map[string]struct {
		lesson *Lesson
		model  string
		files  []string
	}{
		"no such file":                   {Iris(), "none.safetensors", []string{"new.csv"}},
		"the lesson's is Regression":     {Boston(), iris, []string{"new.csv"}},
		`there is no column "sepal_`:     {Iris(), iris, []string{inFile(t, "new.csv", "a,b\n1,2\n")}},
		`new.csv:3: column "RM": "many"`: {Boston(), boston, []string{inFile(t, "new.csv", "RM\n2\nmany\n")}},
		"2 columns: the network takes 1": {Boston(), ensemble, []string{inFile(t, "new.csv", "a,b\n1,2\n")}},
		"takes 4 features, a picture":    {MNIST(), iris, []string{"seven.png"}},
	} {
		var out bytes.Buffer
		if err := test.lesson.predict(&out, test.model, test.files); err == nil || !strings.Contains(err.Error(), want) || out.Len() > 0 {
			t.Errorf("%s: error %v, wrote %q", want, err, out.String())
		}
	}
}

func TestPredictPictures(t *testing.T) {
	// The only weight looks at pixel (14, 14), the middle, and speaks for the 1.
	weights := make([]float32, 2*784)
	weights[784+14*28+14] = 1
	model := saved(t, models.Multiclass, models.Info{}, 784, 2, weights...)
	dir := t.TempDir()
	bar := func(name string, ink, paper uint8) string {
		img := image.NewGray(image.Rect(0, 0, 60, 90))
		for i := range img.Pix {
			img.Pix[i] = paper
			if x, y := i%60, i/60; x >= 40 && x < 44 && y >= 5 && y < 45 {
				img.Pix[i] = ink
			}
		}
		var b bytes.Buffer
		if err := png.Encode(&b, img); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	dark, light := bar("dark.png", 10, 240), bar("light.png", 250, 0)
	var out bytes.Buffer
	if err := MNIST().predict(&out, model, []string{dark, light}); err != nil {
		t.Fatal(err)
	}
	if want := "file,predicted,p_0,p_1\n" + dark + ",1,0,1\n" + light + ",1,0,1\n"; out.String() != want {
		t.Errorf("wrote\n%swanted\n%s", out.String(), want)
	}
	out.Reset()
	blank := bar("blank.png", 7, 7)
	if err := MNIST().predict(&out, model, []string{dark, blank}); err == nil || !strings.HasPrefix(err.Error(), blank+": ") || out.Len() > 0 {
		t.Errorf("error %v, wrote %q", err, out.String())
	}
}

func TestPredictFlags(t *testing.T) {
	c, err := MNIST().parse([]string{"-load", "m", "-predict", "a.png", "-predict", "b.png", "c.png"})
	if err != nil || strings.Join(c.predict, " ") != "a.png b.png c.png" {
		t.Errorf("%+v, %v", c, err)
	}
	for want, args := range map[string]string{
		"-predict needs -load":                  "-predict a.png",
		"-seed does not go with -predict":       "-load m -predict a.png -seed 2",
		"-out does not go with -predict":        "-out there -load m -predict a.png",
		"-load comes after the files of -predi": "-predict a.png b.png -load m",
		`unexpected argument "b.png"`:           "-load m b.png",
	} {
		if _, err := MNIST().parse(strings.Fields(args)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v: wanted %q in it", args, err, want)
		}
	}
	if _, err := Iris().parse(strings.Fields("-load m -predict a.csv b.csv")); err == nil || !strings.Contains(err.Error(), "give one table") {
		t.Errorf("two tables: %v", err)
	}
}
