package plots

import (
	"cmp"
	"fmt"
	"image"
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Decision is the map of a two-class model with two inputs: the probability of
// class 1 as a filled contour in steps of 0.1, the line where it is 0.5, and
// the points that the model learned from.
//
// The map reaches beyond the points by half of their range on every side.
type Decision struct {
	Title   string       // default "Decision boundary"
	Axes    [2]string    // names of the inputs, default x1 and x2
	Points  [][2]float64 // at least one
	Classes []int        // 0 or 1 for every point

	// Probability returns P(y = 1), from 0 to 1, for each of the points it is
	// given. It is called once, for the whole map.
	Probability func(points [][2]float64) ([]float64, error)
}

var (
	class0   = draw.GlyphStyle{Color: white, Radius: 7, Shape: outlined{draw.CircleGlyph{}}}
	class1   = draw.GlyphStyle{Color: vermillion, Radius: 7, Shape: outlined{draw.PyramidGlyph{}}}
	boundary = draw.LineStyle{Color: black, Width: 2}
	casing   = draw.LineStyle{Color: white, Width: 5} // under boundary, to set it off
)

// Draw implements Picture. It returns the error of Probability if that fails,
// and errors for values outside 0 to 1, classes other than 0 and 1, and
// numbers that are not finite.
func (d Decision) Draw() (image.Image, error) {
	fail := func(err error) (image.Image, error) { return nil, fmt.Errorf("decision map: %w", err) }
	if len(d.Points) == 0 || len(d.Points) != len(d.Classes) {
		return fail(fmt.Errorf("%d points and %d classes: give at least one point, and one class for each", len(d.Points), len(d.Classes)))
	}
	if d.Probability == nil {
		return fail(fmt.Errorf("no function to draw: set Probability"))
	}
	if err := checkClasses("class", "point", d.Classes, 2); err != nil {
		return fail(err)
	}
	for i, p := range d.Points {
		if err := checkFinite("coordinate", fmt.Sprintf("point %d, input", i), 1, p[:]); err != nil {
			return fail(err)
		}
	}

	field := newGrid(d.Points)
	asked := append(field.points(), d.Points...)
	values, err := d.Probability(asked)
	if err != nil {
		return fail(err)
	}
	if len(values) != len(asked) {
		return fail(fmt.Errorf("function Probability returned %d values for %d points: it must return one for each", len(values), len(asked)))
	}
	for i, v := range values {
		if !(v >= 0 && v <= 1) {
			return fail(fmt.Errorf("the probability is %g at (%g, %g): it must lie between 0 and 1", v, asked[i][0], asked[i][1]))
		}
	}
	field.values = values[:len(values)-len(d.Points)]
	right := 0
	for i, v := range values[len(field.values):] {
		if (v >= 0.5) == (d.Classes[i] == 1) {
			right++
		}
	}

	p := newPage(7.6*vg.Inch, 7.3*vg.Inch)
	p.header(cmp.Or(d.Title, "Decision boundary"),
		fmt.Sprintf("%s of %s points classified correctly", count(right), count(len(d.Points))),
		glyphKey("y = 0", class0), glyphKey("y = 1", class1),
		key{"P(y = 1) = 0.5", func(c draw.Canvas) {
			y := c.Center().Y
			c.StrokeLine2(casing, c.Min.X, y, c.Max.X, y)
			c.StrokeLine2(boundary, c.Min.X, y, c.Max.X, y)
		}})
	axes := newAxes(cmp.Or(d.Axes[0], "x1"), cmp.Or(d.Axes[1], "x2"))
	axes.X.Min, axes.Y.Min = field.min[0], field.min[1]
	axes.X.Max, axes.Y.Max = field.max[0], field.max[1]
	axes.Add(drawing(func(c draw.Canvas, x, y func(float64) vg.Length) {
		p.paint(c.Rectangle, func(x, y float64) color.RGBA { return band(field.at(x, 1-y)) })
		line := field.contour(0.5, x, y)
		for _, style := range []draw.LineStyle{casing, boundary} {
			c.SetLineStyle(style)
			c.Stroke(line)
		}
		d.drawPoints(c, x, y)
	}))
	colourBar := draw.Crop(p.area, p.area.Max.X-p.area.Min.X-52, 0, 0, 0)
	p.area.Max.X = colourBar.Min.X - 14
	axes.Draw(p.area)
	colourBar.Min.Y, colourBar.Max.Y = axes.DataCanvas(p.area).Min.Y, axes.DataCanvas(p.area).Max.Y
	p.colourBar(colourBar)
	return p.image(), nil
}

func (d Decision) drawPoints(c draw.Canvas, x, y func(float64) vg.Length) {
	for i, pt := range d.Points {
		style := [2]draw.GlyphStyle{class0, class1}[d.Classes[i]]
		if len(d.Points) > 40 {
			style.Radius = 3.5
		}
		c.DrawGlyph(style, vg.Point{X: x(pt[0]), Y: y(pt[1])})
	}
}

// colourBar draws the key of the bands, its name above, its numbers to the right.
func (p *page) colourBar(c draw.Canvas) {
	name := text(labelSize, ink, draw.XLeft, draw.YTop)
	c.FillText(name, vg.Point{X: c.Min.X, Y: c.Max.Y}, "P(y = 1)")
	c.Max.Y -= name.Height("P") + 6
	bar := c.Rectangle
	bar.Max.X = bar.Min.X + 20
	p.paint(bar, func(_, y float64) color.RGBA { return band(1 - y) })
	for i := range 11 {
		y := c.Y(float64(i) / 10)
		c.FillText(text(tickSize, ink, draw.XLeft, draw.YCenter), vg.Point{X: bar.Max.X + 6, Y: y}, fmt.Sprintf("%.1f", float64(i)/10))
		c.StrokeLine2(axisLine, bar.Max.X, y, bar.Max.X+3, y)
	}
}
