package plots

import (
	"cmp"
	"fmt"
	"image"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Functions is a sheet of functions of one variable, such as activations: a
// panel for each, with a range of its own so that bounded ones stay readable,
// and a last panel with all of them over the middle of the interval, where
// they differ.
type Functions struct {
	Title    string // default "Functions"
	From, To float64
	Curves   []Function // at least one
}

// Function is a named function; Formula is shown under its name.
type Function struct {
	Name, Formula string
	At            func(x float64) float64
}

const (
	samples      = 500 // intervals drawn for each function
	sheetPanels  = 3   // in a row
	middleOfAxis = 0.3 // share of the interval shown in the last panel
)

// Draw implements Picture. It returns an error if the interval is empty, or if
// a function is missing or not finite somewhere in it.
func (d Functions) Draw() (image.Image, error) {
	fail := func(err error) (image.Image, error) { return nil, fmt.Errorf("sheet of functions: %w", err) }
	if err := checkFinite("end", "the interval, number", 1, []float64{d.From, d.To}); err != nil {
		return fail(err)
	}
	if d.To-d.From <= max(1/largest, 1e-9*math.Abs(d.From), 1e-9*math.Abs(d.To)) {
		return fail(fmt.Errorf("the interval from %g to %g is empty: set From below To", d.From, d.To))
	}
	if len(d.Curves) == 0 {
		return fail(fmt.Errorf("no functions: set Curves"))
	}
	centre, half := (d.From+d.To)/2, (d.To-d.From)/2*middleOfAxis
	together := functionPanel("", centre-half, centre+half)
	panels := []*plot.Plot{}
	for i, f := range d.Curves {
		if f.At == nil {
			return fail(fmt.Errorf("function %d (%s): set At", i, f.Name))
		}
		panel := functionPanel("", d.From, d.To)
		for _, axes := range []*plot.Plot{panel, together} {
			points, err := f.sample(axes.X.Min, axes.X.Max)
			if err != nil {
				return fail(err)
			}
			style := lineStyle(i)
			if axes == together { // so that a curve shows from under one that it coincides with
				style.Width += 0.4 * vg.Length(len(d.Curves)-1-i)
			}
			axes.Add(&plotter.Line{XYs: points, LineStyle: style})
		}
		panels = append(panels, panel)
	}
	panels = append(panels, together)

	columns := min(sheetPanels, len(panels))
	rows := (len(panels) + columns - 1) / columns
	const height = 2.9 * vg.Inch
	p := newPage(vg.Length(columns)*2.95*vg.Inch, vg.Length(rows)*height+40)
	p.header(cmp.Or(d.Title, "Functions"), "")
	grid := make([][]*plot.Plot, rows)
	for i := range grid {
		grid[i] = make([]*plot.Plot, columns)
		copy(grid[i], panels[i*columns:min(len(panels), (i+1)*columns)])
	}
	for _, panel := range panels {
		setRange(&panel.Y, panel.Y.Min, panel.Y.Max)
	}
	// Each panel has its heading in the padding above it.
	const heading = 36
	area := p.area
	area.Max.Y -= heading
	tiles := draw.Tiles{Cols: columns, Rows: rows, PadX: 14, PadY: heading + 8}
	places := plot.Align(grid, tiles, area)
	for i, panel := range panels {
		place := places[i/columns][i%columns]
		panel.Draw(place)
		data := panel.DataCanvas(place)
		data.Min.Y, data.Max.Y = data.Max.Y+4, data.Max.Y+heading
		data.Max.X += 10
		if i < len(d.Curves) {
			f := d.Curves[i]
			drawHeading(data, f.Name, f.Formula, lineStyle(i))
		} else {
			drawHeading(data, "All together", fmt.Sprintf("x from %s to %s", shortest(together.X.Min), shortest(together.X.Max)), draw.LineStyle{})
		}
	}
	return p.image(), nil
}

func functionPanel(label string, from, to float64) *plot.Plot {
	axes := newAxes("x", label)
	axes.X.Min, axes.X.Max = from, to
	return axes
}

// drawHeading writes a panel's name, with a sample of its line, and formula.
func drawHeading(c draw.Canvas, name, formula string, line draw.LineStyle) {
	style := bold(text(labelSize, ink, draw.XLeft, draw.YTop))
	x := c.Min.X
	if line.Width > 0 {
		y := c.Max.Y - style.Height(name)/2
		c.StrokeLine2(line, x, y, x+34, y)
		x += 40
	}
	c.FillText(fit(style, name, c.Max.X-x), vg.Point{X: x, Y: c.Max.Y}, name)
	y := c.Max.Y - style.Height(name) - 2
	style = text(tickSize, softInk, draw.XLeft, draw.YTop)
	c.FillText(fit(style, formula, c.Max.X-c.Min.X), vg.Point{X: c.Min.X, Y: y}, formula)
}

// sample evaluates the function from lo to hi.
func (f Function) sample(lo, hi float64) (plotter.XYs, error) {
	points := make(plotter.XYs, samples+1)
	for i := range points {
		x := lo + (hi-lo)*float64(i)/samples
		y := f.At(x)
		if math.IsNaN(y) || math.Abs(y) > largest {
			return nil, fmt.Errorf("%s is %g at x = %g: only finite numbers up to %g can be drawn", f.Name, y, x, largest)
		}
		points[i] = plotter.XY{X: x, Y: y}
	}
	return points, nil
}
