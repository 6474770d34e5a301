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

// Predicted shows how well a regression does: a dot for each row, its actual
// value to the right and the predicted one upwards, beside the line on which
// both agree. RMSE, MAE and R² stand below the title.
type Predicted struct {
	Title    string // default "Predicted against actual"
	Quantity string // what was predicted, as in "median price"; default "value"
	Unit     string // as in "1000 $"; may be empty

	Actual, Predicted []float64 // row by row, in Unit; at least one
}

// Comparison shows the same numbers as two series over the rows, which are
// sorted by their actual values, so that these rise as one line and the
// predictions scatter around it. The error of each row is drawn as a stem.
// The default title is "Actual and predicted values".
type Comparison Predicted

// Draw implements Picture. It returns an error if the series are empty, differ
// in length or hold a number that is not finite.
func (d Predicted) Draw() (image.Image, error) {
	if err := d.check("predicted against actual"); err != nil {
		return nil, err
	}
	p := newPage(7*vg.Inch, 7.75*vg.Inch)
	line := draw.LineStyle{Color: black, Width: 1.5, Dashes: []vg.Length{6, 3}}
	dot := draw.GlyphStyle{Color: color.NRGBA{blue.R, blue.G, blue.B, 0xA0}, Radius: 4, Shape: draw.CircleGlyph{}}
	p.header(cmp.Or(d.Title, "Predicted against actual"), d.scores(),
		glyphKey("one row", dot), lineKey("predicted = actual", line))
	axes := newAxes("actual "+d.quantity(), "predicted "+d.quantity())
	lo := min(slices.Min(d.Actual), slices.Min(d.Predicted))
	hi := max(slices.Max(d.Actual), slices.Max(d.Predicted))
	setRange(&axes.X, lo, hi)
	setRange(&axes.Y, lo, hi)
	axes.Add(drawing(func(c draw.Canvas, x, y func(float64) vg.Length) {
		c.StrokeLine2(line, c.Min.X, c.Min.Y, c.Max.X, c.Max.Y)
		for i := range d.Actual {
			c.DrawGlyph(dot, vg.Point{X: x(d.Actual[i]), Y: y(d.Predicted[i])})
		}
	}))
	axes.Draw(p.area)
	return p.image(), nil
}

// Draw implements Picture, with the errors of Predicted.
func (d Comparison) Draw() (image.Image, error) {
	r := Predicted(d)
	if err := r.check("comparison"); err != nil {
		return nil, err
	}
	p := newPage(9*vg.Inch, 5.6*vg.Inch)
	line := draw.LineStyle{Color: black, Width: 2}
	stem := draw.LineStyle{Color: faintInk, Width: 1}
	dot := draw.GlyphStyle{Color: vermillion, Radius: 3.5, Shape: draw.CircleGlyph{}}
	p.header(cmp.Or(d.Title, "Actual and predicted values"), r.scores(),
		lineKey("actual", line), glyphKey("predicted", dot), lineKey("error", stem))

	order := make([]int, len(d.Actual)) // by actual value
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(d.Actual[i], d.Actual[j]) })
	axes := newAxes("rows, sorted by actual value", r.quantity())
	axes.X.Tick.Marker = ticks{whole: true}
	setRange(&axes.X, 1, float64(len(order)))
	setRange(&axes.Y, min(slices.Min(d.Actual), slices.Min(d.Predicted)), max(slices.Max(d.Actual), slices.Max(d.Predicted)))
	axes.Add(drawing(func(c draw.Canvas, x, y func(float64) vg.Length) {
		points := make([]vg.Point, len(order))
		for at, i := range order {
			px := x(float64(at + 1))
			points[at] = vg.Point{X: px, Y: y(d.Actual[i])}
			c.StrokeLine2(stem, px, points[at].Y, px, y(d.Predicted[i]))
		}
		c.StrokeLines(line, points)
		if len(points) == 1 { // too few for a line
			c.DrawGlyph(draw.GlyphStyle{Color: black, Radius: 3.5, Shape: draw.CircleGlyph{}}, points[0])
		}
		for at, i := range order {
			c.DrawGlyph(dot, vg.Point{X: points[at].X, Y: y(d.Predicted[i])})
		}
	}))
	axes.Draw(p.area)
	return p.image(), nil
}

func (d Predicted) check(picture string) error {
	if len(d.Actual) == 0 || len(d.Actual) != len(d.Predicted) {
		return fmt.Errorf("%s: %d actual and %d predicted values: give at least one row, and both values for each", picture, len(d.Actual), len(d.Predicted))
	}
	if err := checkFinite("actual value", "row", 0, d.Actual); err != nil {
		return fmt.Errorf("%s: %w", picture, err)
	}
	if err := checkFinite("predicted value", "row", 0, d.Predicted); err != nil {
		return fmt.Errorf("%s: %w", picture, err)
	}
	return nil
}

// quantity is the name for an axis, with the unit.
func (d Predicted) quantity() string {
	name := cmp.Or(d.Quantity, "value")
	if d.Unit != "" {
		name += " (" + d.Unit + ")"
	}
	return name
}

// scores sums up the errors: R² is 1 − (squared error) / (squared deviation
// of the actual values from their mean).
func (d Predicted) scores() string {
	var mean, squared, absolute, deviation float64
	n := float64(len(d.Actual))
	for _, a := range d.Actual {
		mean += a / n
	}
	for i, a := range d.Actual {
		e := d.Predicted[i] - a
		squared += e * e
		absolute += math.Abs(e)
		deviation += (a - mean) * (a - mean)
	}
	r2 := "undefined"
	if deviation > 0 {
		r2 = minus(fmt.Sprintf("%.3f", 1-squared/deviation))
	}
	unit := ""
	if d.Unit != "" {
		unit = " (" + d.Unit + ")"
	}
	rows := count(len(d.Actual)) + " rows"
	if len(d.Actual) == 1 {
		rows = "1 row"
	}
	return fmt.Sprintf("%s   RMSE %s%s   MAE %s%s   R² %s", rows, number(math.Sqrt(squared/n)), unit, number(absolute/n), unit, r2)
}
