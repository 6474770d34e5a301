package plots

import (
	"image"
	"image/color"
	imagedraw "image/draw"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// dpi makes a picture 8 inches wide 960 pixels wide, about what a page shows
// unscaled, with text of 10 points 17 pixels high.
const dpi = 120

const (
	titleSize = 14
	labelSize = 11
	tickSize  = 10
	margin    = vg.Length(12)
)

var (
	gridLine = draw.LineStyle{Color: color.NRGBA{0xE4, 0xE4, 0xE4, 0xFF}, Width: 0.8}
	axisLine = draw.LineStyle{Color: color.NRGBA{0x80, 0x80, 0x80, 0xFF}, Width: 0.8}
)

// lineStyles differ in colour and in dashes, so that they can be told apart in
// grey too.
var lineStyles = []draw.LineStyle{
	{Color: blue, Width: 2},
	{Color: vermillion, Width: 2, Dashes: []vg.Length{7, 3}},
	{Color: green, Width: 2, Dashes: []vg.Length{2, 2}},
	{Color: purple, Width: 2, Dashes: []vg.Length{9, 3, 2, 3}},
	{Color: black, Width: 2, Dashes: []vg.Length{4, 2}},
	{Color: orange, Width: 2, Dashes: []vg.Length{12, 3}},
	{Color: sky, Width: 2, Dashes: []vg.Length{6, 2, 2, 2, 2, 2}},
}

func lineStyle(i int) draw.LineStyle { return lineStyles[i%len(lineStyles)] }

// text returns the one typeface of all pictures; x and y say which point of
// the text is put where it is drawn.
func text(size vg.Length, c color.Color, x draw.XAlignment, y draw.YAlignment) draw.TextStyle {
	return draw.TextStyle{
		Font:    font.Font{Typeface: "Liberation", Variant: "Sans", Size: size},
		Color:   c,
		XAlign:  x,
		YAlign:  y,
		Handler: plot.DefaultTextHandler,
	}
}

func bold(s draw.TextStyle) draw.TextStyle {
	s.Font.Weight = 3 // font.WeightBold of golang.org/x/image
	return s
}

// fit makes the style smaller until s is at most width wide.
func fit(style draw.TextStyle, s string, width vg.Length) draw.TextStyle {
	if w := style.Width(s); w > width {
		style.Font.Size *= width / w
	}
	return style
}

// page is a picture in the making: area is the part not yet used.
type page struct {
	canvas *vgimg.Canvas
	area   draw.Canvas
}

func newPage(width, height vg.Length) *page {
	c := vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(dpi))
	return &page{c, draw.Crop(draw.New(c), margin, -margin, margin, -margin)}
}

func (p *page) image() image.Image { return p.canvas.Image() }

// key is one entry of a legend.
type key struct {
	name   string
	sample func(c draw.Canvas) // drawn in the middle of c
}

func lineKey(name string, style draw.LineStyle) key {
	return key{name, func(c draw.Canvas) {
		y := c.Center().Y
		c.StrokeLine2(style, c.Min.X, y, c.Max.X, y)
	}}
}

func glyphKey(name string, style draw.GlyphStyle) key {
	return key{name, func(c draw.Canvas) { c.DrawGlyph(style, c.Center()) }}
}

// header puts title, subtitle and legend at the top of the page, where they
// cover no data, and takes their space from the area.
func (p *page) header(title, subtitle string, keys ...key) {
	c := &p.area
	p.line(bold(text(titleSize, ink, draw.XLeft, draw.YTop)), title, 4)
	if subtitle != "" {
		p.line(text(labelSize, softInk, draw.XLeft, draw.YTop), subtitle, 8)
	}
	if len(keys) > 0 {
		const height, sample, gap = 18, 26, 18
		style := text(labelSize, ink, draw.XLeft, draw.YCenter)
		x := c.Min.X
		for _, k := range keys {
			if x > c.Min.X && x+sample+6+style.Width(k.name) > c.Max.X {
				x = c.Min.X
				c.Max.Y -= height
			}
			style := fit(style, k.name, c.Max.X-x-sample-6)
			box := *c
			box.Min = vg.Point{X: x, Y: c.Max.Y - height}
			box.Max.X = x + sample
			k.sample(box)
			c.FillText(style, vg.Point{X: x + sample + 6, Y: box.Center().Y}, k.name)
			x += sample + 6 + style.Width(k.name) + gap
		}
		c.Max.Y -= height
	}
	c.Max.Y -= 8
}

// line writes one line of text at the top of the area.
func (p *page) line(style draw.TextStyle, s string, gap vg.Length) {
	style = fit(style, s, p.area.Max.X-p.area.Min.X)
	p.area.FillText(style, vg.Point{X: p.area.Min.X, Y: p.area.Max.Y}, s)
	p.area.Max.Y -= style.Height(s) + gap
}

// pixels returns the pixels that r covers.
func (p *page) pixels(r vg.Rectangle) image.Rectangle {
	_, height := p.canvas.Size()
	round := func(l vg.Length) int { return int(math.Round(l.Dots(dpi))) }
	return image.Rect(round(r.Min.X), round(height-r.Max.Y), round(r.Max.X), round(height-r.Min.Y))
}

// paint gives every pixel within r the colour that at returns for it; x and y
// run from 0 at the left and top edge to 1. Unlike a path per patch it is
// fast, and leaves no seams.
func (p *page) paint(r vg.Rectangle, at func(x, y float64) color.RGBA) {
	box := p.pixels(r)
	patch := image.NewRGBA(box)
	for j := box.Min.Y; j < box.Max.Y; j++ {
		y := (float64(j-box.Min.Y) + 0.5) / float64(box.Dy())
		for i := box.Min.X; i < box.Max.X; i++ {
			patch.SetRGBA(i, j, at((float64(i-box.Min.X)+0.5)/float64(box.Dx()), y))
		}
	}
	imagedraw.Draw(p.canvas.Image(), box, patch, box.Min, imagedraw.Src)
}

// fill gives every pixel within r one colour.
func (p *page) fill(r vg.Rectangle, c color.Color) {
	imagedraw.Draw(p.canvas.Image(), p.pixels(r), image.NewUniform(c), image.Point{}, imagedraw.Src)
}

func middle(r vg.Rectangle) vg.Point {
	return vg.Point{X: (r.Min.X + r.Max.X) / 2, Y: (r.Min.Y + r.Max.Y) / 2}
}

func inset(r vg.Rectangle, by vg.Length) vg.Rectangle {
	return vg.Rectangle{Min: r.Min.Add(vg.Point{X: by, Y: by}), Max: r.Max.Sub(vg.Point{X: by, Y: by})}
}

// newAxes returns a plot without title or legend in the style of this package.
func newAxes(xLabel, yLabel string) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.LineStyle = axisLine
		axis.Padding = 0
		axis.Label.Padding = 4
		axis.Tick.LineStyle = axisLine
		axis.Tick.Length = 4
		axis.Tick.Marker = ticks{}
		axis.Label.TextStyle = text(labelSize, ink, draw.XCenter, draw.YBottom)
	}
	p.X.Label.Text, p.Y.Label.Text = xLabel, yLabel
	p.X.Tick.Label = text(tickSize, ink, draw.XCenter, draw.YTop)
	p.Y.Tick.Label = text(tickSize, ink, draw.XRight, draw.YCenter)
	p.Add(&plotter.Grid{Vertical: gridLine, Horizontal: gridLine})
	return p
}

// setRange makes the axis hold lo to hi and a little more on either side.
func setRange(axis *plot.Axis, lo, hi float64) {
	axis.Min, axis.Max = widen(lo, hi, 0.04)
}

// widen adds share of the width of an interval to either side. If its ends are
// alike, or too near each other to tell their ticks apart, it becomes as wide
// as their size.
func widen(lo, hi, share float64) (float64, float64) {
	size := max(math.Abs(lo), math.Abs(hi))
	if width := hi - lo; width > 1e-9*size && width > 1/largest {
		return lo - share*width, hi + share*width
	}
	if size < 1/largest {
		size = 2
	}
	return lo - size/2, hi + size/2
}

// drawing is a plotter made of a function; x and y turn data into places.
type drawing func(c draw.Canvas, x, y func(float64) vg.Length)

func (d drawing) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	d(c, x, y)
}

// outlined draws a glyph with a black edge, so that it shows on any ground.
type outlined struct{ draw.GlyphDrawer }

func (o outlined) DrawGlyph(c *draw.Canvas, style draw.GlyphStyle, at vg.Point) {
	edge := style
	edge.Color, edge.Radius = black, style.Radius+1.5
	c.SetColor(edge.Color)
	o.GlyphDrawer.DrawGlyph(c, edge, at)
	c.SetColor(style.Color)
	o.GlyphDrawer.DrawGlyph(c, style, at)
}
