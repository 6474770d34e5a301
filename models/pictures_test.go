package models_test

import (
	"fmt"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"perceptron/internal/fixtures"
	"perceptron/models"
)

// TestConvolutionFromPyTorch loads the state dict of a convolutional network
// that PyTorch saved and compares logits.
func TestConvolutionFromPyTorch(t *testing.T) {
	f := fixtures.Load(t, "pictures").In(t, "small")
	net, err := models.New(models.Regression, // which gives the last layer's own numbers
		models.Unflatten(1, 12, 12), models.Conv2d(1, 8, 3, models.Padding(1)), models.ReLU(),
		models.Conv2d(8, 8, 3, models.Padding(1), models.NoBias), models.BatchNorm2d(8), models.ReLU(), models.MaxPool2d(2),
		models.Conv2d(8, 12, 3, models.Stride(2), models.Groups(2)), models.ReLU(), models.GlobalAvgPool2d(), models.Flatten(), models.Linear(12, 10))
	if err != nil {
		t.Fatal(err)
	}
	sd := net.StateDict()
	for i, s := range sd {
		if !f.Has(s.Name) {
			t.Fatalf("PyTorch has no %s", s.Name)
		}
		if from := f.Tensor(s.Name); from.Data != nil {
			sd[i].Value = tensor.New(tensor.WithShape(from.Shape...), tensor.WithBacking(f.Floats(s.Name)))
		}
	}
	if err := net.LoadStateDict(sd); err != nil {
		t.Fatal(err)
	}
	x := tensor.New(tensor.WithShape(3, 144), tensor.WithBacking(f.Floats("x")))
	y, err := net.Predict(x)
	if err != nil {
		t.Fatal(err)
	}
	within(t, f, "logits", y.Float32s(), 1e-6)
}

// TestPictureLayersSayWhatDoesNotFit holds errors of New.
func TestPictureLayersSayWhatDoesNotFit(t *testing.T) {
	pictures := models.Unflatten(3, 5, 6)
	for _, test := range []struct {
		want  string
		parts []models.Part
	}{
		{"put Unflatten(3, height, width) before it", []models.Part{models.Linear(4, 90), models.Conv2d(3, 4, 3)}},
		{"it takes 1 channels, but gets 3", []models.Part{pictures, models.Conv2d(1, 4, 3)}},
		{"its kernel covers 7 positions, but the height is 5 with padding of 0", []models.Part{pictures, models.Conv2d(3, 4, 3, models.Dilation(3))}},
		{"multiples of the groups", []models.Part{pictures, models.Conv2d(3, 4, 3, models.Groups(2))}},
		{"kernel, stride and dilation must be from 1", []models.Part{pictures, models.Conv2d(3, 4, 0)}},
		{"padding from 0", []models.Part{pictures, models.Conv2d(3, 4, 3, models.Padding(-1))}},
		{"an option is nil", []models.Part{pictures, models.Conv2d(3, 4, 3, nil)}},
		{"an option is nil", []models.Part{pictures, models.Conv2d(3, 4, 3, models.WindowOption(nil))}},
		{"an option is nil", []models.Part{pictures, models.MaxPool2d(2, nil)}},
		{"padding must be at most half the kernel", []models.Part{pictures, models.MaxPool2d(3, models.Padding(2))}},
		{"it knows no dilation", []models.Part{pictures, models.AvgPool2d(3, models.Dilation(2))}},
		{"put Unflatten(channels, height, width) before it", []models.Part{models.Linear(4, 90), models.MaxPool2d(3)}},
		{"put Unflatten(channels, height, width) before it", []models.Part{models.Linear(4, 90), models.GlobalAvgPool2d()}},
		{"put Unflatten(channels, height, width) before it", []models.Part{models.Linear(4, 90), models.Dropout2d(0.5)}},
		{"at least 0 and below 1", []models.Part{pictures, models.Dropout2d(1)}},
		{"more than 1073741824 weights", []models.Part{pictures, models.Conv2d(32768, 32768, 32768)}},
	} {
		if _, err := models.New(models.Regression, test.parts...); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error is %v, wanted one with %q", err, test.want)
		}
	}
}

// A network for pictures of 28×28 pixels, such as MNIST's, after LeNet-5 (LeCun
// et al. 1998).
func ExampleConv2d() {
	net, err := models.New(models.Multiclass,
		models.Unflatten(1, 28, 28),
		models.Conv2d(1, 6, 5, models.Padding(2)), models.ReLU(), models.MaxPool2d(2),
		models.Conv2d(6, 16, 5), models.ReLU(), models.AvgPool2d(2, models.Stride(2)),
		models.Dropout2d(0.1), models.Flatten(),
		models.Linear(400, 120), models.ReLU(), models.Linear(120, 10))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(net.Summary())
	// Output:
	// name        layer                        output           parameters
	// x           input                        (N, 784)         0
	// unflatten1  Unflatten(1, 28, 28)         (N, 1, 28, 28)   0
	// conv1       Conv2d(1, 6, 5, Padding(2))  (N, 6, 28, 28)   156
	// relu1       ReLU()                       (N, 6, 28, 28)   0
	// pool1       MaxPool2d(2)                 (N, 6, 14, 14)   0
	// conv2       Conv2d(6, 16, 5)             (N, 16, 10, 10)  2416
	// relu2       ReLU()                       (N, 16, 10, 10)  0
	// pool2       AvgPool2d(2)                 (N, 16, 5, 5)    0
	// dropout1    Dropout2d(0.1)               (N, 16, 5, 5)    0
	// flatten1    Flatten()                    (N, 400)         0
	// fc1         Linear(400, 120)             (N, 120)         48120
	// relu3       ReLU()                       (N, 120)         0
	// fc2         Linear(120, 10)              (N, 10)          1210
	// Multiclass: 51902 trained parameters, 0 numbers in buffers
}

// Three by three kernels that look at every second pixel, two groups of channels
// by themselves, and the mean of each channel at the end.
func ExampleGroups() {
	net, err := models.New(models.Multiclass,
		models.Unflatten(2, 16, 16),
		models.Conv2d(2, 8, 3, models.Dilation(2), models.Groups(2), models.NoBias), models.BatchNorm2d(8), models.ReLU(),
		models.GlobalAvgPool2d(), models.Flatten(), models.Linear(8, 3))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(net.Summary())
	// Output:
	// name        layer                                            output          parameters
	// x           input                                            (N, 512)        0
	// unflatten1  Unflatten(2, 16, 16)                             (N, 2, 16, 16)  0
	// conv1       Conv2d(2, 8, 3, Dilation(2), Groups(2), NoBias)  (N, 8, 12, 12)  72
	// bn1         BatchNorm2d(8)                                   (N, 8, 12, 12)  16
	// relu1       ReLU()                                           (N, 8, 12, 12)  0
	// pool1       GlobalAvgPool2d()                                (N, 8, 1, 1)    0
	// flatten1    Flatten()                                        (N, 8)          0
	// fc1         Linear(8, 3)                                     (N, 3)          27
	// Multiclass: 115 trained parameters, 17 numbers in buffers
}
