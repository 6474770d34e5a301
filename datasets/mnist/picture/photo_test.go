package picture_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"gorgonia.org/tensor"

	"perceptron/datasets/mnist"
	"perceptron/datasets/mnist/picture"
	"perceptron/internal/prng"
	"perceptron/models"
)

// photo is what a phone makes of a digit of the data set that somebody wrote
// with a dark pen: 200×300, off centre, a little rotated, paper lit from one
// side, blurred, noisy, and a JPEG.
func photo(t testing.TB, pixels []float32, seed uint64) []byte {
	t.Helper()
	const width, height = 200, 300
	r := prng.New(seed, "photo", 0)
	between := func(low, high float64) float64 { return low + (high-low)*r.Float64() }
	size := between(3.5, 6) // of a pixel of the data set
	angle := between(-12, 12) * math.Pi / 180
	room := 12 * size
	centreX, centreY := between(room, width-room), between(room, height-room)
	paper, pen := between(170, 230), between(20, 70)
	slopeX, slopeY := between(-0.25, 0.25), between(-0.25, 0.25)
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			dx, dy := float64(x)-centreX, float64(y)-centreY
			ink := bilinear(pixels, 14+(math.Cos(angle)*dx+math.Sin(angle)*dy)/size, 14+(-math.Sin(angle)*dx+math.Cos(angle)*dy)/size)
			light := 1 + slopeX*(float64(x)/width-0.5) + slopeY*(float64(y)/height-0.5)
			v := light*(paper+(pen-paper)*ink) + 4*r.NormFloat64()
			grey := uint8(min(max(v, 0), 255))
			img.SetNRGBA(x, y, color.NRGBA{grey, grey, uint8(float64(grey) * 0.9), 255}) // warm light
		}
	}
	var file bytes.Buffer
	if err := jpeg.Encode(&file, img, &jpeg.Options{Quality: 75}); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// bilinear is the ink, from 0 to 1, at a place in a picture of the data set.
func bilinear(pixels []float32, x, y float64) float64 {
	x, y = x-0.5, y-0.5
	left, top := int(math.Floor(x)), int(math.Floor(y))
	at := func(x, y int) float64 {
		if x < 0 || x >= 28 || y < 0 || y >= 28 {
			return 0
		}
		return float64(pixels[y*28+x]) / 255
	}
	fx, fy := x-float64(left), y-float64(top)
	return (1-fy)*((1-fx)*at(left, top)+fx*at(left+1, top)) + fy*((1-fx)*at(left, top+1)+fx*at(left+1, top+1))
}

// TestPhotos shows the first validation picture of each digit, photographed,
// to the network of the mnist lesson.
func TestPhotos(t *testing.T) {
	if testing.Short() {
		t.Skip("reads the embedded pictures")
	}
	net, err := models.Load(filepath.Join("..", "..", "..", "results", "mnist", "model.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	valid, err := validation()
	if err != nil {
		t.Fatal(err)
	}
	labels := valid.Y().Float32s()
	right := 0
	for digit := range mnist.Classes {
		row := slices.Index(labels, float32(digit))
		pixels := make([]float32, mnist.Pixels)
		if err := valid.Gather([]int{row}, pixels, nil); err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprintf("photo of row %d", row)
		seen, err := picture.Decode(bytes.NewReader(photo(t, pixels, uint64(digit))), name)
		if err != nil {
			t.Error(err)
			continue
		}
		p, err := net.Predict(tensor.New(tensor.WithShape(1, mnist.Pixels), tensor.WithBacking(seen)))
		if err != nil {
			t.Fatal(err)
		}
		if guess := slices.Index(p.Float32s(), slices.Max(p.Float32s())); guess == digit {
			right++
		} else {
			t.Logf("%s: %d is taken for %d", name, digit, guess)
		}
	}
	if right < 9 {
		t.Errorf("%d of 10 photographs are classified as their label", right)
	}
}
