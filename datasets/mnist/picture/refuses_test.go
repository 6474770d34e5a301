package picture_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"perceptron/datasets/mnist/picture"
)

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
