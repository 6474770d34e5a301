package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // each is a format that image.Decode knows
	_ "image/jpeg"
	_ "image/png"
	"io"
	"os"
	"strings"
)

const (
	mostBytes  = 64 << 20
	mostPixels = 25_000_000 // decoding takes up to 16 bytes for each
)

// mostPixelsPerByte is what a format can pack into a byte at the best; a file
// that claims more is cut short.
var mostPixelsPerByte = map[string]int{
	"png":  8 * 1032, // black and white: deflate repeats up to 1032 bytes of 8 pixels
	"gif":  8 * 342,  // 12 bits stand for up to 4096 pixels
	"jpeg": 8 * 64,   // at least a bit for a block of 8×8
}

// Open is [Decode] for the file at path.
func Open(path string) ([]float32, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("picture: %w", err)
	}
	defer file.Close()
	return Decode(file, path)
}

// Decode reads a PNG, a JPEG or the first picture of a GIF, and returns 784
// pixels from 0 (paper) to 255 (ink), row by row of 28×28, as the data set has
// them. name stands for the picture in errors.
//
// Errors: another format; a file that is cut short or damaged; more than 25
// million pixels or 64 MB; no ink to be seen. The size is checked before
// anything is decoded, so a small file that claims a huge picture costs nothing.
func Decode(r io.Reader, name string) ([]float32, error) {
	data, err := io.ReadAll(io.LimitReader(r, mostBytes+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(data) > mostBytes {
		return nil, fmt.Errorf("%s: more than %d MB: scale the picture down", name, mostBytes>>20)
	}
	config, format, err := image.DecodeConfig(bytes.NewReader(data))
	if errors.Is(err, image.ErrFormat) {
		return nil, fmt.Errorf("%s: neither PNG nor JPEG nor GIF: save the picture in one of these formats", name)
	}
	cut := func(reason any) error {
		return fmt.Errorf("%s: the %s is cut short or damaged (%v): save the picture again", name, strings.ToUpper(format), reason)
	}
	if err != nil {
		return nil, cut(err)
	}
	if config.Width < 1 || config.Height < 1 || config.Width > mostPixels/config.Height {
		return nil, fmt.Errorf("%s: %d × %d pixels: wanted from 1 to %d million in all: scale the picture down", name, config.Width, config.Height, mostPixels/1_000_000)
	}
	if pixels := config.Width * config.Height; pixels/mostPixelsPerByte[format] > len(data) {
		return nil, cut(fmt.Sprintf("%d bytes for %d × %d pixels", len(data), config.Width, config.Height))
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, cut(err)
	}
	return row(greyOf(img).turned(orientation(data)), name)
}

// FromImage is [Decode] for a picture that is already in memory, of up to 25
// million pixels.
func FromImage(img image.Image, name string) ([]float32, error) {
	if img == nil {
		return nil, fmt.Errorf("%s: no picture: give one", name)
	}
	if size := img.Bounds().Size(); size.X > 0 && size.Y > mostPixels/size.X {
		return nil, fmt.Errorf("%s: %d × %d pixels: wanted up to %d million in all: scale the picture down", name, size.X, size.Y, mostPixels/1_000_000)
	}
	return row(greyOf(img), name)
}

func row(p plane, name string) ([]float32, error) {
	ink, ok := p.ink()
	if !ok {
		return nil, fmt.Errorf("%s: no digit is to be seen on the picture: write it larger or darker, on plain paper", name)
	}
	return ink.place(), nil
}
