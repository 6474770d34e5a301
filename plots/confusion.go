package plots

import (
	"cmp"
	"fmt"
	"image"
	"math"
	"strconv"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Confusion is a confusion matrix: one row for each actual class, one column
// for each predicted one, and in each cell how many rows of data fell there.
// Right answers are blue, wrong ones vermillion, the deeper the larger their
// share of the actual class. The accuracy stands below the title.
type Confusion struct {
	Title   string   // default "Confusion matrix"
	Classes []string // names; class 0 comes first

	Actual, Predicted []int // class of each row, 0 to len(Classes)-1
}

// mostClasses leaves four pixels for each. Every pair of classes has a cell with a
// number in it, so the time grows with their square: a thousand take half a minute.
const mostClasses = 200

// Draw implements Picture. It returns an error if the series are empty or
// differ in length, or hold a class that has no name, or if there are more than
// 200 classes.
func (d Confusion) Draw() (image.Image, error) {
	fail := func(err error) (image.Image, error) { return nil, fmt.Errorf("confusion matrix: %w", err) }
	if len(d.Actual) == 0 || len(d.Actual) != len(d.Predicted) {
		return fail(fmt.Errorf("%d actual and %d predicted classes: give at least one row, and both classes for each", len(d.Actual), len(d.Predicted)))
	}
	if len(d.Classes) == 0 {
		return fail(fmt.Errorf("no class has a name: set Classes"))
	}
	if len(d.Classes) > mostClasses {
		return fail(fmt.Errorf("%d classes: up to %d can be told apart on a picture: leave out or merge some", len(d.Classes), mostClasses))
	}
	if err := checkClasses("actual class", "row", d.Actual, len(d.Classes)); err != nil {
		return fail(err)
	}
	if err := checkClasses("predicted class", "row", d.Predicted, len(d.Classes)); err != nil {
		return fail(err)
	}
	k := len(d.Classes)
	counts := make([][]int, k) // actual × predicted
	totals := make([]int, k)
	for i := range counts {
		counts[i] = make([]int, k)
	}
	right := 0
	for i, a := range d.Actual {
		counts[a][d.Predicted[i]]++
		totals[a]++
		if a == d.Predicted[i] {
			right++
		}
	}

	names := vg.Length(0) // room for the class names on the left
	for _, name := range d.Classes {
		names = min(80, max(names, text(labelSize, ink, draw.XLeft, draw.YTop).Width(name)+8))
	}
	p := newPage(7*vg.Inch, 570-names) // as high as a matrix of the full width needs
	p.header(cmp.Or(d.Title, "Confusion matrix"),
		fmt.Sprintf("accuracy %s: %s of %s right", percent(right, len(d.Actual)), count(right), count(len(d.Actual))))

	matrix := p.confusionFrame(d.Classes, names)
	edge := (matrix.Max.X - matrix.Min.X) / vg.Length(k)
	for actual, row := range counts {
		for predicted, n := range row {
			cell := vg.Rectangle{Min: vg.Point{X: matrix.Min.X + vg.Length(predicted)*edge, Y: matrix.Max.Y - vg.Length(actual+1)*edge}}
			cell.Max = cell.Min.Add(vg.Point{X: edge, Y: edge})
			full := vermillion
			if actual == predicted {
				full = blue
			}
			// The cube root makes a few mistakes among many right answers visible.
			shade := mix(white, full, math.Cbrt(float64(n)/float64(max(1, totals[actual]))))
			p.fill(inset(cell, 0.75), shade)
			label := strconv.Itoa(n)
			style := text(min(14, edge*0.4), readableOn(shade), draw.XCenter, draw.YCenter)
			if n == 0 {
				style.Color = faintInk
			}
			p.area.FillText(fit(style, label, edge*0.9), middle(cell), label)
		}
	}
	return p.image(), nil
}

// confusionFrame writes the names of the axes and classes around the largest
// square that the area holds, and returns the square. The names on the left
// get the width names.
func (p *page) confusionFrame(classes []string, names vg.Length) vg.Rectangle {
	const axis = 20 // room for the name of an axis
	c := draw.Crop(p.area, axis+names, 0, axis+20, 0)
	size := min(c.Max.X-c.Min.X, c.Max.Y-c.Min.Y)
	square := vg.Rectangle{Min: vg.Point{X: c.Min.X, Y: c.Max.Y - size}, Max: vg.Point{X: c.Min.X + size, Y: c.Max.Y}}

	p.fill(square, gridLine.Color) // shows between the cells
	label := text(labelSize, ink, draw.XCenter, draw.YTop)
	p.area.FillText(label, vg.Point{X: middle(square).X, Y: square.Min.Y - 24}, "predicted class")
	label.Rotation = math.Pi / 2
	p.area.FillText(label, vg.Point{X: p.area.Min.X, Y: middle(square).Y}, "actual class")

	edge := size / vg.Length(len(classes))
	for i, name := range classes {
		at := (vg.Length(i) + 0.5) * edge
		style := text(min(labelSize, edge*0.8), ink, draw.XCenter, draw.YTop)
		p.area.FillText(fit(style, name, edge*0.95), vg.Point{X: square.Min.X + at, Y: square.Min.Y - 5}, name)
		style.XAlign, style.YAlign = draw.XRight, draw.YCenter
		p.area.FillText(fit(style, name, names-8), vg.Point{X: square.Min.X - 6, Y: square.Max.Y - at}, name)
	}
	return square
}
