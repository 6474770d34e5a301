package plots

import (
	"cmp"
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Mistakes is a sheet of pictures that a model misread: of up to 40 mistakes
// the surest first, each with "actual → predicted" and the probability that
// the model gave to its wrong answer.
type Mistakes struct {
	Title    string // default "Mistakes"
	Of       int    // how many pictures the model was shown
	Mistakes []Mistake
}

// Mistake is one misread picture.
type Mistake struct {
	// Pixels is a square picture, row by row from the top, from 0 (paper) to
	// 255 (ink), as MNIST's 28×28 pixels are. It is shown dark on light.
	Pixels            []float32
	Actual, Predicted int
	Probability       float64 // of Predicted, 0 to 1
}

const (
	sheetColumns = 8
	sheetRows    = 5
)

// Draw implements Picture. Without any mistake the sheet says so. It returns
// an error if there are more mistakes than pictures, or if a picture is not
// square or a number out of its range.
func (d Mistakes) Draw() (image.Image, error) {
	if d.Of < 1 || len(d.Mistakes) > d.Of {
		return nil, fmt.Errorf("sheet of mistakes: %d mistakes of %d pictures: set Of to the number of pictures that the model was shown", len(d.Mistakes), d.Of)
	}
	for i, m := range d.Mistakes {
		if err := m.check(); err != nil {
			return nil, fmt.Errorf("sheet of mistakes: mistake %d: %w", i, err)
		}
	}
	title := cmp.Or(d.Title, "Mistakes")
	wrong := fmt.Sprintf("%s of %s wrong (%s)", count(len(d.Mistakes)), count(d.Of), percent(len(d.Mistakes), d.Of))
	if len(d.Mistakes) == 0 {
		p := newPage(8*vg.Inch, 2*vg.Inch)
		p.header(title, wrong)
		p.area.FillText(text(titleSize, ink, draw.XCenter, draw.YCenter), p.area.Center(), "No mistakes: every picture was read right.")
		return p.image(), nil
	}

	shown := slices.Clone(d.Mistakes)
	slices.SortStableFunc(shown, func(a, b Mistake) int { return cmp.Compare(b.Probability, a.Probability) })
	which := "the surest first"
	if most := sheetRows * sheetColumns; len(shown) > most {
		shown = shown[:most]
		which = fmt.Sprintf("the %d it was surest of", most)
	}
	rows := (len(shown) + sheetColumns - 1) / sheetColumns
	const cell = 0.98 * vg.Inch // with 28 pixels, each is drawn 3×3
	p := newPage(8*vg.Inch+2*margin, vg.Length(rows)*(cell+4)+62+2*margin)
	p.header(title, wrong+", "+which+"; actual → predicted, with the probability it gave")
	tiles := draw.Tiles{Cols: sheetColumns, Rows: rows}
	for i, m := range shown {
		p.mistake(tiles.At(p.area, i%sheetColumns, i/sheetColumns), m)
	}
	return p.image(), nil
}

func (m Mistake) check() error {
	if n := len(m.Pixels); n == 0 || m.side()*m.side() != n {
		return fmt.Errorf("%d pixels are not a square picture: MNIST has 784, 28×28", n)
	}
	for i, v := range m.Pixels {
		if !(v >= 0 && v <= 255) {
			return fmt.Errorf("pixel %d is %g: pixels go from 0 to 255", i, v)
		}
	}
	if !(m.Probability >= 0 && m.Probability <= 1) {
		return fmt.Errorf("the probability is %g: it must lie between 0 and 1", m.Probability)
	}
	return nil
}

func (m Mistake) side() int { return int(math.Round(math.Sqrt(float64(len(m.Pixels))))) }

// mistake draws m with its caption into c.
func (p *page) mistake(c draw.Canvas, m Mistake) {
	const size, top = 0.7 * vg.Inch, 2
	side := m.side()
	frame := vg.Rectangle{Min: vg.Point{X: c.Center().X - size/2, Y: c.Max.Y - top - size}}
	frame.Max = frame.Min.Add(vg.Point{X: size, Y: size})
	p.fill(inset(frame, -0.6), faintInk)
	p.paint(frame, func(x, y float64) color.RGBA {
		v := m.Pixels[int(y*float64(side))*side+int(x*float64(side))]
		grey := 255 - uint8(math.Round(float64(v)))
		return color.RGBA{grey, grey, grey, 0xFF}
	})
	caption := fmt.Sprintf("%d → %d  %.0f %%", m.Actual, m.Predicted, 100*m.Probability)
	style := fit(text(tickSize, ink, draw.XCenter, draw.YTop), caption, c.Max.X-c.Min.X-4)
	c.FillText(style, vg.Point{X: c.Center().X, Y: frame.Min.Y - 3}, caption)
}
