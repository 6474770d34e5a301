package picture_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
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
	"runtime"
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

// pngOf is a PNG that claims a size and then ends, with so many bytes of data.
func pngOf(width, height uint32, depth, kind byte, data int) []byte {
	chunk := func(name string, content []byte) []byte {
		b := append([]byte(name), content...)
		return slices.Concat(binary.BigEndian.AppendUint32(nil, uint32(len(content))), b, binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(b)))
	}
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, width), height)
	return slices.Concat([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(header, depth, kind, 0, 0, 0)), chunk("IDAT", make([]byte, data)))
}

// refused are files that are no picture of a digit, with a part of the reason.
func refused(t testing.TB) map[string]struct {
	file []byte
	want string
} {
	white := drawn(make([]float32, 784), 1, 100, 100, image.Point{}, 255, 0)
	grain := image.NewGray(white.Rect)
	for i := range grain.Pix {
		grain.Pix[i] = uint8(200 + (i*i*7919)%11)
	}
	good := encode(t, drawn(digits(t, 1)[0], 5, 200, 300, image.Pt(20, 40), 250, 10), "png")
	goodJPEG := encode(t, drawn(digits(t, 1)[0], 5, 200, 300, image.Pt(20, 40), 250, 10), "jpeg")
	return map[string]struct {
		file []byte
		want string
	}{
		"empty":               {nil, "neither PNG nor JPEG nor GIF"},
		"a text":              {[]byte("seven"), "neither PNG nor JPEG nor GIF"},
		"a zip":               {[]byte("PK\x03\x04"), "neither PNG nor JPEG nor GIF"},
		"PNG 60000 × 60000":   {pngOf(60000, 60000, 8, 2, 100), "60000 × 60000 pixels"},
		"PNG 2^31 wide":       {pngOf(math.MaxInt32, 1, 8, 2, 100), "2147483647 × 1 pixels"},
		"PNG large, no data":  {pngOf(5000, 5000, 16, 6, 100), "PNG is cut short or damaged (145 bytes for 5000 × 5000 pixels)"},
		"PNG without pixels":  {pngOf(0, 10, 8, 0, 10), "PNG is cut short or damaged"},
		"GIF 65535 × 65535":   {[]byte("GIF89a\xff\xff\xff\xff\x00\x00\x00,"), "65535 × 65535 pixels"},
		"GIF large, no data":  {[]byte("GIF89a\x88\x13\x88\x13\x00\x00\x00,"), "GIF is cut short"},
		"JPEG 65500 × 65500":  {[]byte("\xff\xd8\xff\xc0\x00\x11\x08\xff\xdc\xff\xdc\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01\xff\xda\x00\x02"), "65500 × 65500 pixels"},
		"JPEG large, no data": {[]byte("\xff\xd8\xff\xc0\x00\x11\x08\x13\x88\x13\x88\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01\xff\xda\x00\x02"), "JPEG is cut short"},
		"PNG cut short":       {good[:len(good)/2], "PNG is cut short or damaged (png: invalid format: not enough pixel data)"},
		"PNG damaged":         {flipped(good, len(good)/2), "PNG is cut short or damaged"},
		"JPEG cut short":      {goodJPEG[:len(goodJPEG)/2], "JPEG is cut short or damaged (invalid JPEG format: short Huffman data)"},
		"white":               {encode(t, white, "png"), "no digit is to be seen"},
		"grain":               {encode(t, grain, "png"), "no digit is to be seen"},
		"one pixel":           {encode(t, image.NewGray(image.Rect(0, 0, 1, 1)), "png"), "no digit is to be seen"},
	}
}

func flipped(b []byte, at int) []byte {
	b = slices.Clone(b)
	b[at] ^= 0xff
	return b
}

func TestDecodeRefuses(t *testing.T) {
	for name, test := range refused(t) {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			row, err := picture.Decode(bytes.NewReader(test.file), "seven.png")
			runtime.ReadMemStats(&after)
			if err == nil {
				t.Fatalf("no error; read %v", row)
			}
			if text := err.Error(); !strings.HasPrefix(text, "seven.png: ") || !strings.Contains(text, test.want) || !strings.Contains(text[12:], ": ") {
				t.Errorf("error %q\nwants %q", text, test.want)
			}
			// 2 MB are the decoders' own and what small pictures unpack to.
			if used := after.TotalAlloc - before.TotalAlloc; used > uint64(2<<20+16*len(test.file)) {
				t.Errorf("%d bytes allocated for a file of %d", used, len(test.file))
			}
		})
	}
	huge := image.NewUniform(color.Black) // bounds of 2·10^9 pixels each way
	if _, err := picture.FromImage(huge, "huge"); err == nil || !strings.Contains(err.Error(), "scale the picture down") {
		t.Errorf("an endless picture: %v", err)
	}
	if _, err := picture.FromImage(image.NewGray(image.Rectangle{}), "nothing"); err == nil {
		t.Error("a picture without pixels is taken")
	}
}

// FuzzDecode: no file makes Decode panic or gives anything but 784 pixels of
// 0–255.
func FuzzDecode(f *testing.F) {
	digit := digits(f, 1)[0]
	for _, format := range []string{"png", "jpeg", "gif"} {
		f.Add(encode(f, drawn(digit, 1, 28, 28, image.Point{}, 255, 0), format))
	}
	for _, test := range refused(f) {
		if len(test.file) < 2000 {
			f.Add(test.file)
		}
	}
	f.Add(slices.Concat([]byte{0xff, 0xd8}, exif(binary.BigEndian, 6)))
	f.Fuzz(func(t *testing.T, file []byte) {
		row, err := picture.Decode(bytes.NewReader(file), "fuzz")
		if err != nil {
			return
		}
		if len(row) != 784 {
			t.Fatalf("%d pixels", len(row))
		}
		most := float32(0)
		for i, v := range row {
			if !(v >= 0 && v <= 255) {
				t.Fatalf("pixel %d is %v", i, v)
			}
			most = max(most, v)
		}
		if most != 255 {
			t.Fatalf("the strongest ink is %v", most)
		}
	})
}

func TestFromImageRefusesNil(t *testing.T) {
	if _, err := picture.FromImage(nil, "seven"); err == nil || err.Error() != "seven: no picture: give one" {
		t.Errorf("error %v", err)
	}
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
