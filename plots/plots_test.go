package plots_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"perceptron/plots"
)

// TestSamples checks what holds for every picture. Set PLOTS_DIR to a folder
// to have the samples written there and look at them.
func TestSamples(t *testing.T) {
	dir := os.Getenv("PLOTS_DIR")
	for name, picture := range samples() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first, second := drawn(t, picture), drawn(t, picture)
			if !bytes.Equal(first.(*image.RGBA).Pix, second.(*image.RGBA).Pix) {
				t.Error("two drawings of the same numbers differ")
			}
			if dir != "" {
				if err := plots.Save(filepath.Join(dir, name+".png"), picture); err != nil {
					t.Error(err)
				}
			}
			checkFrame(t, first)
		})
	}
}

func TestSavedBytes(t *testing.T) {
	dir := t.TempDir()
	var want bytes.Buffer
	if err := plots.WritePNG(&want, species()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a.png", "b.png", "b.png"} { // the last replaces a file
		path := filepath.Join(dir, name)
		if err := plots.Save(path, species()); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want.Bytes()) {
			t.Errorf("%s has %d bytes, %v; WritePNG wrote %d", name, len(got), err, want.Len())
		}
	}
	img, err := png.Decode(&want)
	if err != nil {
		t.Fatal(err)
	}
	if cell := drawn(t, species()); img.Bounds() != cell.Bounds() || img.At(400, 400) != cell.At(400, 400) {
		t.Error("the PNG holds another picture than Draw returned")
	}
}

// checkFrame fails the test if anything is drawn within 4 pixels of the
// picture's edge: it would be clipped, or about to be.
func checkFrame(t *testing.T, img image.Image) {
	t.Helper()
	b := img.Bounds()
	inside := b.Inset(4)
	for y := range b.Dy() {
		for x := 0; x < b.Dx(); x++ {
			if image.Pt(x, y).In(inside) {
				x = inside.Max.X
			}
			if !is(img, x, y, 0xFF, 0xFF, 0xFF) {
				t.Fatalf("pixel (%d, %d) of %v is not white: something is clipped", x, y, b)
			}
		}
	}
}

func is(img image.Image, x, y int, r, g, b uint8) bool {
	return color.RGBAModel.Convert(img.At(x, y)) == color.RGBA{r, g, b, 0xFF}
}

// find returns the smallest rectangle that holds all runs of at least 3 pixels
// of one colour: the edges of letters have every shade, but not that often.
func find(img image.Image, r, g, b uint8) (box image.Rectangle) {
	const least = 3
	for y := range img.Bounds().Dy() {
		run := 0
		for x := range img.Bounds().Dx() {
			if !is(img, x, y, r, g, b) {
				run = 0
				continue
			}
			if run++; run >= least {
				box = box.Union(image.Rect(x+1-run, y, x+1, y+1))
			}
		}
	}
	return box
}

func drawn(t *testing.T, p plots.Picture) image.Image {
	t.Helper()
	img, err := p.Draw()
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func TestLongTextsStayInside(t *testing.T) {
	long := strings.Repeat("a rather long text ", 30)
	confusion := species()
	confusion.Title, confusion.Classes = long, []string{long, "b", long}
	moons := twoMoons()
	moons.Title = long
	houses := houses(10)
	houses.Title = long
	loss := training(10)
	loss.Title, loss.Metric.Name = long, long[:60]
	sheet := activations()
	sheet.Title = long
	for i := range sheet.Curves {
		sheet.Curves[i].Name, sheet.Curves[i].Formula = long, long
	}
	mistakes := misread(9)
	mistakes.Title = long
	for name, p := range map[string]plots.Picture{
		"confusion": confusion, "decision": moons, "predicted": houses, "comparison": plots.Comparison(houses),
		"loss": loss, "functions": sheet, "mistakes": mistakes,
	} {
		t.Run(name, func(t *testing.T) { checkFrame(t, drawn(t, p)) })
	}
}

func TestPredictedDrawsTheIdentityLine(t *testing.T) {
	img := drawn(t, plots.Predicted{Actual: []float64{0, 10}, Predicted: []float64{10, 0}})
	if img.Bounds().Size() != image.Pt(840, 930) {
		t.Errorf("size %v", img.Bounds().Size())
	}
	// Within the axes, all that is dark lies on the diagonal.
	var dark []image.Point
	for y := 120; y < 850; y++ {
		for x := 90; x < 838; x++ {
			if r, g, b, _ := img.At(x, y).RGBA(); r < 0x4000 && r == g && g == b {
				dark = append(dark, image.Pt(x, y))
			}
		}
	}
	if len(dark) < 500 {
		t.Fatalf("only %d dark pixels", len(dark))
	}
	for _, p := range dark {
		if down, left := p.Y-dark[0].Y, dark[0].X-p.X; math.Abs(float64(down-left)) > 12 {
			t.Fatalf("dark at %v, off the diagonal that begins at %v", p, dark[0])
		}
	}
	if last := dark[len(dark)-1]; last.Y-dark[0].Y < 700 {
		t.Errorf("the identity line runs from %v to %v only", dark[0], last)
	}
}

func TestConfusionColours(t *testing.T) {
	img := drawn(t, plots.Confusion{
		Classes: []string{"a", "b"},
		Actual:  []int{0, 0, 1, 1, 1, 1}, Predicted: []int{0, 0, 1, 0, 0, 0},
	})
	// All of class a was right: its cell has the full blue. A quarter of class
	// b was: ∛¼ of the way from white to blue.
	full, part := find(img, 0x00, 0x72, 0xB2), find(img, 0x5E, 0xA6, 0xCE)
	if full.Empty() || part.Empty() {
		t.Fatalf("full blue in %v, the paler one in %v: want a cell each", full, part)
	}
	if full.Max.X > part.Min.X+2 || full.Max.Y > part.Min.Y+2 {
		t.Errorf("class b's right answers at %v, want them right of and below class a's at %v", part, full)
	}
	zero := image.Pt((part.Min.X+part.Max.X)/2+60, (full.Min.Y+full.Max.Y)/2+60)
	if !is(img, zero.X, zero.Y, 0xFF, 0xFF, 0xFF) {
		t.Errorf("the empty cell is %v, want white", img.At(zero.X, zero.Y))
	}
}

func TestMistakesShowInkDark(t *testing.T) {
	pixels := make([]float32, 28*28)
	pixels[5*28+20] = 255 // sixth row, twenty-first column
	img := drawn(t, plots.Mistakes{Of: 1, Mistakes: []plots.Mistake{{Pixels: pixels, Actual: 1, Predicted: 7, Probability: 1}}})
	ink := find(img, 0, 0, 0) // letters are not quite black
	if ink.Size() != image.Pt(3, 3) {
		t.Fatalf("ink at %v, want one square of 3×3", ink)
	}
	picture := image.Rect(0, 0, 84, 84).Add(ink.Min).Sub(image.Pt(20*3, 5*3))
	for y := picture.Min.Y - 1; y <= picture.Max.Y; y++ {
		for x := picture.Min.X - 1; x <= picture.Max.X; x++ {
			shade := uint8(0xB8) // the frame
			if p := image.Pt(x, y); p.In(ink) {
				shade = 0
			} else if p.In(picture) {
				shade = 0xFF
			}
			if !is(img, x, y, shade, shade, shade) {
				t.Fatalf("pixel (%d, %d) is %v, want grey %d; ink is at %v", x, y, img.At(x, y), shade, ink)
			}
		}
	}
}

func TestMistakesSurestFirst(t *testing.T) {
	grey := func(v float32, probability float64) plots.Mistake {
		return plots.Mistake{Pixels: []float32{v, v, v, v}, Probability: probability}
	}
	d := plots.Mistakes{Of: 50, Mistakes: []plots.Mistake{grey(100, 0.5), grey(200, 0.9)}}
	for range 40 {
		d.Mistakes = append(d.Mistakes, grey(50, 0.6))
	}
	img := drawn(t, d).(*image.RGBA).SubImage(image.Rect(0, 75, 1000, 800)) // without the header
	surest, others := find(img, 55, 55, 55), find(img, 205, 205, 205)
	if surest.Size() != image.Pt(84, 84) || surest.Min != others.Min {
		t.Errorf("the surest mistake is at %v, want it at the head of %v", surest, others)
	}
	if box := find(img, 155, 155, 155); box.Dx() >= 84 {
		t.Errorf("the least sure of 42 mistakes is shown at %v", box)
	}
	if d.Mistakes[0].Probability != 0.5 {
		t.Error("Draw reordered the caller's mistakes")
	}
}

func BenchmarkSave(b *testing.B) {
	for _, name := range []string{"decision", "predicted", "comparison", "confusion-3", "confusion-10", "loss", "mistakes", "activations", "derivatives"} {
		picture := samples()[name]
		b.Run(name, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "picture.png")
			for b.Loop() {
				if err := plots.Save(path, picture); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
