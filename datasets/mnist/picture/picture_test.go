package picture_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/color/palette"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"perceptron/datasets"
	"perceptron/datasets/mnist"
	"perceptron/datasets/mnist/picture"
)

// validation is loaded once for all tests.
var validation = sync.OnceValues(func() (*datasets.Dataset, error) {
	_, valid, err := mnist.Load()
	return valid, err
})

// digits are the first pictures of the validation file, rows of 784 pixels.
func digits(t testing.TB, n int) [][]float32 {
	t.Helper()
	valid, err := validation()
	if err != nil {
		t.Fatal(err)
	}
	x := make([]float32, n*mnist.Pixels)
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	if err := valid.Gather(rows, x, nil); err != nil {
		t.Fatal(err)
	}
	return slices.Collect(slices.Chunk(x, mnist.Pixels))
}

// drawn is a digit of so many pixels for each one of the data set, in ink on
// paper, with the corner of its field at a place in a larger picture.
func drawn(digit []float32, size, width, height int, at image.Point, paper, ink uint8) *image.Gray {
	img := image.NewGray(image.Rect(0, 0, width, height))
	draw.Draw(img, img.Rect, image.NewUniform(color.Gray{paper}), image.Point{}, draw.Src)
	for y := range 28 * size {
		for x := range 28 * size {
			share := digit[y/size*28+x/size] / 255
			img.SetGray(at.X+x, at.Y+y, color.Gray{uint8(math.Round(float64(float32(paper) + share*(float32(ink)-float32(paper)))))})
		}
	}
	return img
}

// TestDigitsComeBack holds that a digit of the data set becomes itself again,
// whatever picture it is put into: 28×28 light on dark as it is, inverted,
// enlarged, away from the middle, faint, in colours, transparent.
func TestDigitsComeBack(t *testing.T) {
	if testing.Short() {
		t.Skip("reads hundreds of pictures")
	}
	forms := map[string]func(digit []float32) image.Image{
		"as it is":     func(d []float32) image.Image { return drawn(d, 1, 28, 28, image.Point{}, 0, 255) },
		"inverted":     func(d []float32) image.Image { return drawn(d, 1, 28, 28, image.Point{}, 255, 0) },
		"enlarged":     func(d []float32) image.Image { return drawn(d, 9, 252, 252, image.Point{}, 255, 0) },
		"in a corner":  func(d []float32) image.Image { return drawn(d, 3, 400, 200, image.Pt(310, 5), 0, 255) },
		"faint":        func(d []float32) image.Image { return drawn(d, 4, 300, 200, image.Pt(50, 60), 130, 90) },
		"not from 0,0": func(d []float32) image.Image { return offset(drawn(d, 4, 200, 200, image.Pt(50, 60), 200, 0)) },
		"in colour": func(d []float32) image.Image {
			return tinted(drawn(d, 4, 200, 200, image.Pt(50, 60), 255, 0), color.NRGBA{0, 0, 160, 255}, color.NRGBA{250, 240, 200, 255})
		},
		"black on nothing": func(d []float32) image.Image {
			return tinted(drawn(d, 4, 200, 200, image.Pt(50, 60), 255, 0), color.NRGBA{0, 0, 0, 255}, color.NRGBA{0, 0, 0, 0})
		},
		"white on nothing": func(d []float32) image.Image {
			return tinted(drawn(d, 4, 200, 200, image.Pt(50, 60), 255, 0), color.NRGBA{255, 255, 255, 255}, color.NRGBA{255, 255, 255, 0})
		},
	}
	all := digits(t, 21)[15:] // the last one is so bold that it fills the picture
	for name, form := range forms {
		t.Run(name, func(t *testing.T) {
			for i, want := range all {
				got, err := picture.FromImage(form(want), name)
				if err != nil {
					t.Errorf("digit %d: %v", i, err)
				} else if off := difference(got, want); off > 6 {
					t.Errorf("digit %d: off by %.1f of 255 on average", i, off)
				}
			}
		})
	}
}

func difference(a, b []float32) float64 {
	sum := 0.0
	for i := range a {
		sum += math.Abs(float64(a[i] - b[i]))
	}
	return sum / float64(len(a))
}

// tinted replaces black by ink, white by paper and what is between by a mixture.
func tinted(img *image.Gray, ink, paper color.NRGBA) image.Image {
	out := image.NewNRGBA(img.Rect)
	mix := func(a, b uint8, share float64) uint8 { return uint8(float64(a) + share*(float64(b)-float64(a))) }
	for i, v := range img.Pix {
		s := float64(v) / 255
		copy(out.Pix[4*i:], []uint8{mix(ink.R, paper.R, s), mix(ink.G, paper.G, s), mix(ink.B, paper.B, s), mix(ink.A, paper.A, s)})
	}
	return out
}

// offset is a part of a larger picture, as SubImage gives it.
func offset(img *image.Gray) image.Image {
	larger := image.NewGray(image.Rect(-50, -70, 500, 500))
	at := image.Rect(-20, 90, 180, 290)
	draw.Draw(larger, at, img, image.Point{}, draw.Src)
	return larger.SubImage(at)
}

func encode(t testing.TB, img image.Image, format string) []byte {
	t.Helper()
	var b bytes.Buffer
	var err error
	switch format {
	case "png":
		err = png.Encode(&b, img)
	case "jpeg":
		err = jpeg.Encode(&b, img, &jpeg.Options{Quality: 90})
	case "gif":
		second := image.NewPaletted(image.Rect(0, 0, 1, 1), palette.Plan9) // animated: the first one counts
		first := image.NewPaletted(img.Bounds(), palette.Plan9)
		draw.Draw(first, first.Rect, img, image.Point{}, draw.Src)
		err = gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{first, second}, Delay: []int{0, 0}})
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestFormats(t *testing.T) {
	digit := digits(t, 1)[0]
	img := drawn(digit, 5, 200, 300, image.Pt(20, 40), 250, 10)
	for _, format := range []string{"png", "jpeg", "gif"} {
		path := filepath.Join(t.TempDir(), "digit")
		if err := os.WriteFile(path, encode(t, img, format), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := picture.Open(path)
		if err != nil {
			t.Errorf("%s: %v", format, err)
		} else if off := difference(got, digit); off > 6 {
			t.Errorf("%s: off by %.1f of 255 on average", format, off)
		}
	}
	if _, err := picture.Open("none.png"); err == nil || !strings.Contains(err.Error(), "none.png") {
		t.Errorf("a missing file: %v", err)
	}
}

// TestOrientation turns a picture as a camera does and notes it in the JPEG.
func TestOrientation(t *testing.T) {
	digit := digits(t, 1)[0]
	const width, height = 200, 300
	img := drawn(digit, 5, width, height, image.Pt(20, 40), 250, 10)
	right, bottom := width-1, height-1
	// Where pixel (x, y) of the upright picture is in the stored one, by Exif's
	// description of the stored first row and column: 6 is "right, top".
	stored := map[int]func(x, y int) (int, int){
		1: func(x, y int) (int, int) { return x, y },
		2: func(x, y int) (int, int) { return right - x, y },
		3: func(x, y int) (int, int) { return right - x, bottom - y },
		4: func(x, y int) (int, int) { return x, bottom - y },
		5: func(x, y int) (int, int) { return y, x },
		6: func(x, y int) (int, int) { return y, right - x },
		7: func(x, y int) (int, int) { return bottom - y, right - x },
		8: func(x, y int) (int, int) { return bottom - y, x },
	}
	for number, place := range stored {
		order := [...]binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian}[number%2]
		turned := image.NewGray(image.Rect(0, 0, width, height))
		if number >= 5 {
			turned = image.NewGray(image.Rect(0, 0, height, width))
		}
		for y := range height {
			for x := range width {
				tx, ty := place(x, y)
				turned.SetGray(tx, ty, img.GrayAt(x, y))
			}
		}
		file := encode(t, turned, "jpeg")
		file = slices.Concat(file[:2], exif(order, uint16(number)), file[2:])
		got, err := picture.Decode(bytes.NewReader(file), "turned")
		if err != nil {
			t.Errorf("%d: %v", number, err)
		} else if off := difference(got, digit); off > 6 {
			t.Errorf("%d, %v: off by %.1f of 255 on average", number, order, off)
		}
	}
}

// exif is a segment with one entry before that of the orientation.
func exif(order binary.AppendByteOrder, orientation uint16) []byte {
	mark := "II"
	if order.String() == "BigEndian" {
		mark = "MM"
	}
	entry := func(b []byte, tag, value uint16) []byte {
		b = order.AppendUint16(order.AppendUint16(b, tag), 3) // a short
		return order.AppendUint16(order.AppendUint16(order.AppendUint32(b, 1), value), 0)
	}
	b := append([]byte("Exif\x00\x00"), mark...)
	b = order.AppendUint32(order.AppendUint16(b, 42), 8)
	b = entry(entry(order.AppendUint16(b, 2), 0x0103, 6), 0x0112, orientation)
	b = order.AppendUint32(b, 0)
	return slices.Concat([]byte{0xff, 0xe1}, binary.BigEndian.AppendUint16(nil, uint16(len(b)+2)), b)
}

// A bar in a corner ends up in the middle, 20 pixels high.
func ExampleFromImage() {
	img := image.NewGray(image.Rect(0, 0, 300, 200)) // black
	for y := range 100 {
		for x := range 15 {
			img.SetGray(270+x, 80+y, color.Gray{Y: 180})
		}
	}
	pixels, err := picture.FromImage(img, "bar")
	if err != nil {
		fmt.Println(err)
		return
	}
	first := slices.IndexFunc(pixels, func(v float32) bool { return v > 0 })
	last := 783
	for pixels[last] == 0 {
		last--
	}
	fmt.Printf("rows %d to %d, columns %d to %d\n", first/28, last/28, first%28, last%28)
	// Output: rows 5 to 24, columns 13 to 15
}
