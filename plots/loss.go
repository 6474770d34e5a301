package plots

import (
	"cmp"
	"fmt"
	"image"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Loss shows how a training went: the loss on the training and the validation
// rows after each epoch and, if wanted, another measure in a panel below. A
// panel whose values are all positive and span more than a factor of 20 has a
// logarithmic axis.
type Loss struct {
	Title  string    // default "Loss by epoch"
	Train  []float64 // one value per epoch, the first being epoch 1
	Valid  []float64 // the same, or nil
	Metric Curve     // a second measure, such as accuracy; none if it has no values
}

// Curve is a named series of values, one per epoch.
type Curve struct {
	Name   string
	Values []float64
}

// styledCurve is a curve as it is drawn.
type styledCurve struct {
	Curve
	style draw.LineStyle
}

// Draw implements Picture. It returns an error if there is no epoch, if the
// series differ in length or if a value is not finite.
func (d Loss) Draw() (image.Image, error) {
	panels := [][]styledCurve{{{Curve{"training loss", d.Train}, lineStyle(0)}}}
	if d.Valid != nil {
		panels[0] = append(panels[0], styledCurve{Curve{"validation loss", d.Valid}, lineStyle(1)})
	}
	if d.Metric.Values != nil {
		d.Metric.Name = cmp.Or(d.Metric.Name, "metric")
		panels = append(panels, []styledCurve{{d.Metric, draw.LineStyle{Color: green, Width: 2}}})
	}
	var keys []key
	summary := "epoch " + count(len(d.Train)) + ":"
	for _, c := range slices.Concat(panels...) {
		if len(c.Values) == 0 || len(c.Values) != len(d.Train) {
			return nil, fmt.Errorf("loss curves: %d values of %s for %d epochs: give at least one epoch, and a value for each", len(c.Values), c.Name, len(d.Train))
		}
		if err := checkFinite(c.Name, "epoch", 1, c.Values); err != nil {
			return nil, fmt.Errorf("loss curves: %w", err)
		}
		keys = append(keys, lineKey(c.Name, c.style))
		summary += "   " + c.Name + " " + number(c.Values[len(c.Values)-1])
	}

	p := newPage(8*vg.Inch, 4.8*vg.Inch+vg.Length(len(panels))*1.2*vg.Inch)
	p.header(cmp.Or(d.Title, "Loss by epoch"), summary, keys...)
	axes := [][]*plot.Plot{{epochPanel("loss", panels[0])}}
	if len(panels) > 1 {
		axes = append(axes, []*plot.Plot{epochPanel(d.Metric.Name, panels[1])})
		axes[0][0].X.Label.Text = "" // the lower panel says it
	}
	tiles := draw.Tiles{Rows: len(axes), Cols: 1, PadY: 12}
	for i, row := range plot.Align(axes, tiles, p.area) {
		axes[i][0].Draw(row[0])
	}
	return p.image(), nil
}

// epochPanel draws the curves over epochs.
func epochPanel(label string, curves []styledCurve) *plot.Plot {
	axes := newAxes("epoch", label)
	lo, hi := slices.Min(curves[0].Values), slices.Max(curves[0].Values)
	for _, c := range curves {
		lo, hi = min(lo, slices.Min(c.Values)), max(hi, slices.Max(c.Values))
		points := thinned(c.Values)
		axes.Add(&plotter.Line{XYs: points, LineStyle: c.style})
		if len(points) <= 30 {
			axes.Add(&plotter.Scatter{XYs: points, GlyphStyle: draw.GlyphStyle{Color: c.style.Color, Radius: 3, Shape: draw.CircleGlyph{}}})
		}
	}
	epochs := float64(len(curves[0].Values))
	axes.X.Tick.Marker = ticks{whole: true}
	axes.X.Min, axes.X.Max = 1-0.02*epochs, epochs+0.02*epochs
	if epochs == 1 {
		axes.X.Min, axes.X.Max = 0.5, 1.5
	}
	setRange(&axes.Y, lo, hi)
	if lo > 1/largest && hi/lo > 20 {
		axes.Y.Min, axes.Y.Max = lo/1.2, hi*1.2
		axes.Y.Scale = plot.LogScale{}
		axes.Y.Tick.Marker = logTicks{}
	}
	return axes
}

// thinned returns the values over epochs 1, 2, … If there are more than pixels
// to tell them apart, it keeps the extremes of each group of neighbours: the
// line looks the same, and is drawn in a hundredth of the time.
func thinned(values []float64) plotter.XYs {
	const groups = 250
	size := 1
	if len(values) > 2*groups {
		size = (len(values) + groups - 1) / groups
	}
	var points plotter.XYs
	for first := 0; first < len(values); first += size {
		low, high := first, first
		for i := first; i < min(first+size, len(values)); i++ {
			if values[i] < values[low] {
				low = i
			}
			if values[i] > values[high] {
				high = i
			}
		}
		points = append(points, plotter.XY{X: float64(min(low, high) + 1), Y: values[min(low, high)]})
		if low != high {
			points = append(points, plotter.XY{X: float64(max(low, high) + 1), Y: values[max(low, high)]})
		}
	}
	return points
}
