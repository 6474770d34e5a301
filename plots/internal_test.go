package plots

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

func labels(marks []plot.Tick) string {
	var s []string
	for _, m := range marks {
		if m.Label != "" {
			s = append(s, m.Label)
		}
	}
	return strings.Join(s, " ")
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		ticker plot.Ticker
		lo, hi float64
		want   string
	}{
		{ticks{}, 0, 1, "0 0.2 0.4 0.6 0.8 1.0"},
		{ticks{}, -10, 10, "−10 −5 0 5 10"},
		{ticks{}, -0.5, 1.5, "−0.5 0 0.5 1.0 1.5"},
		{ticks{}, 3, 51, "10 20 30 40 50"},
		{ticks{}, 0.03, 0.07, "0.030 0.035 0.040 0.045 0.050 0.055 0.060 0.065 0.070"},
		{ticks{}, 0, 4e6, "0 5e5 1.0e6 1.5e6 2.0e6 2.5e6 3.0e6 3.5e6 4.0e6"},
		{ticks{whole: true}, 0.9, 3.1, "1 2 3"},
		{ticks{whole: true}, 0.5, 1.5, "1"},
		{ticks{whole: true}, 0, 306, "0 50 100 150 200 250 300"},
		{logTicks{}, 0.009, 1.2, "0.01 0.02 0.05 0.1 0.2 0.5 1"},
		{logTicks{}, 0.0005, 9, "0.001 0.01 0.1 1"},
		{logTicks{}, 1e-8, 20, "1e−8 1e−6 0.0001 0.01 1"},
	} {
		if got := labels(c.ticker.Ticks(c.lo, c.hi)); got != c.want {
			t.Errorf("%T%v from %g to %g: %s, want %s", c.ticker, c.ticker, c.lo, c.hi, got, c.want)
		}
	}
}

func TestTicksAreFewAndInside(t *testing.T) {
	for _, lo := range []float64{-1e100, -3, 0, 1e-90, 0.1, 7, 1e15} {
		for _, width := range []float64{1e-9, 1e-3, 0.7, 1, 9.99, 1e4, 1e101} {
			hi := lo + width*max(math.Abs(lo), 1e-80)
			marks := ticks{}.Ticks(lo, hi)
			if len(marks) < 2 || len(marks) > 9 {
				t.Errorf("%d ticks from %g to %g", len(marks), lo, hi)
			}
			for _, m := range marks {
				if slack := (hi - lo) * 1e-6; m.Value < lo-slack || m.Value > hi+slack {
					t.Errorf("tick %g lies outside %g to %g", m.Value, lo, hi)
				}
			}
		}
	}
}

func TestNumbers(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{number(0), "0"}, {number(2.984), "2.98"}, {number(0.012345), "0.0123"}, {number(1234.5), "1234"},
		{number(-31.44), "−31.4"}, {number(1.5e-7), "1.50e−7"}, {number(3e8), "3.00e8"},
		{shortest(-3), "−3"}, {shortest(0.35), "0.35"},
		{count(0), "0"}, {count(999), "999"}, {count(1000), "1,000"}, {count(1234567), "1,234,567"},
		{percent(1, 3), "33.33 %"},
	} {
		if c.got != c.want {
			t.Errorf("%s, want %s", c.got, c.want)
		}
	}
}

func TestScores(t *testing.T) {
	for _, c := range []struct {
		d    Predicted
		want string
	}{
		// Errors 1, -1, 1, -1 about a mean of 2.5: 1 − 4/5.
		{Predicted{Unit: "m", Actual: []float64{1, 2, 3, 4}, Predicted: []float64{2, 1, 4, 3}}, "4 rows   RMSE 1.00 (m)   MAE 1.00 (m)   R² 0.200"},
		{Predicted{Actual: []float64{1, 3}, Predicted: []float64{4, 3}}, "2 rows   RMSE 2.12   MAE 1.50   R² −3.500"},
		{Predicted{Actual: []float64{5, 5}, Predicted: []float64{5, 6}}, "2 rows   RMSE 0.707   MAE 0.500   R² undefined"},
		{Predicted{Actual: []float64{5}, Predicted: []float64{5}}, "1 row   RMSE 0   MAE 0   R² undefined"},
	} {
		if got := c.d.scores(); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}

func same(v float64) vg.Length { return vg.Length(v) }

// sampled returns the grid of f over −1 to 1.
func sampled(f func(x, y float64) float64) grid {
	g := newGrid([][2]float64{{-0.5, -0.5}, {0.5, 0.5}})
	for _, p := range g.points() {
		g.values = append(g.values, f(p[0], p[1]))
	}
	return g
}

func TestContourOfACircle(t *testing.T) {
	g := sampled(math.Hypot)
	path := g.contour(0.7, same, same)
	length := 0.0
	for i, c := range path {
		if r := math.Hypot(float64(c.Pos.X), float64(c.Pos.Y)); math.Abs(r-0.7) > 1e-4 {
			t.Fatalf("the circle of radius 0.7 passes through %v, %g from its centre", c.Pos, r)
		}
		if c.Type == vg.LineComp {
			length += math.Hypot(float64(c.Pos.X-path[i-1].Pos.X), float64(c.Pos.Y-path[i-1].Pos.Y))
		}
	}
	if want := 2 * math.Pi * 0.7; math.Abs(length-want) > 1e-3 {
		t.Errorf("its length is %g, want %g", length, want)
	}
}

func TestContourElsewhere(t *testing.T) {
	for name, f := range map[string]func(x, y float64) float64{
		"flat at the level": func(_, _ float64) float64 { return 0.7 },
		"flat below":        func(_, _ float64) float64 { return 0.6 },
		"flat above":        func(_, _ float64) float64 { return 0.8 },
	} {
		if path := sampled(f).contour(0.7, same, same); len(path) != 0 {
			t.Errorf("%s: a line of %d parts", name, len(path))
		}
	}
}

// TestContourOfASaddle puts a saddle into the cell of the map's lower left
// corner, 1 at one pair of opposite corners and 0 at the other: the line must
// leave the higher pair joined if, and only if, the level is below the middle.
func TestContourOfASaddle(t *testing.T) {
	for _, c := range []struct {
		level  float64
		joined bool
	}{{0.4, true}, {0.6, false}} {
		for first := range 2 { // which pair is high
			g := sampled(func(_, _ float64) float64 { return 0 })
			g.values[first], g.values[side+1-first] = 1, 1
			cell := g.max[0]/(side-1) + 1e-9 // half a cell wide, seen from either end
			middle := vg.Point{X: vg.Length(g.x(0.5)), Y: vg.Length(g.y(0.5))}
			for i := 0; i < 4; i += 2 { // the two pieces in that cell come first
				path := g.contour(c.level, same, same)
				at := vg.Point{X: (path[i].Pos.X + path[i+1].Pos.X) / 2, Y: (path[i].Pos.Y + path[i+1].Pos.Y) / 2}.Sub(middle)
				if math.Abs(float64(at.X)) > cell || math.Abs(float64(at.Y)) > cell {
					t.Fatalf("piece %d is not in the first cell", i/2)
				}
				// A piece cuts off a corner: lower left or upper right lie on the rising diagonal.
				rising := at.X*at.Y > 0
				if cutsHigh := rising == (first == 0); cutsHigh == c.joined {
					t.Errorf("level %g, pair %d: piece %d cuts off a high corner: %v", c.level, first, i/2, cutsHigh)
				}
			}
		}
	}
}

func TestInterpolation(t *testing.T) {
	g := sampled(func(x, y float64) float64 { return 2*x - 3*y + x*y })
	for _, p := range [][2]float64{{0, 0}, {1, 1}, {0.5, 0.25}, {0.123, 0.877}} {
		x, y := 2*p[0]-1, 2*p[1]-1
		if got, want := g.at(p[0], p[1]), 2*x-3*y+x*y; math.Abs(got-want) > 1e-12 {
			t.Errorf("at %v: %g, want %g", p, got, want)
		}
	}
}

func TestTextIsReadableOnEveryShade(t *testing.T) {
	contrast := func(a, b color.NRGBA) float64 {
		x, y := luminance(a)+0.05, luminance(b)+0.05
		return max(x, y) / min(x, y)
	}
	if c := contrast(color.NRGBA{0, 0, 0, 255}, white); math.Abs(c-21) > 1e-9 {
		t.Fatalf("contrast of black and white %g, want 21", c)
	}
	for _, full := range []color.NRGBA{blue, vermillion} {
		for i := range 101 {
			ground := mix(white, full, float64(i)/100)
			if c := contrast(readableOn(ground), ground); c < 3.8 {
				t.Errorf("contrast %.2f on %v", c, ground)
			}
		}
	}
}

func TestThinnedKeepsExtremes(t *testing.T) {
	values := make([]float64, 12345)
	for i := range values {
		values[i] = math.Sin(float64(i) / 500)
	}
	values[777], values[778], values[12344] = 5, -5, 3
	points := thinned(values)
	if len(points) > 700 {
		t.Errorf("%d points are left of %d", len(points), len(values))
	}
	for i, p := range points {
		if p.Y != values[int(p.X)-1] {
			t.Fatalf("epoch %g has %g, want %g", p.X, p.Y, values[int(p.X)-1])
		}
		if i > 0 && p.X <= points[i-1].X {
			t.Fatalf("epoch %g comes after %g", p.X, points[i-1].X)
		}
	}
	for _, epoch := range []float64{778, 779, 12345} {
		if !slices.ContainsFunc(points, func(p plotter.XY) bool { return p.X == epoch }) {
			t.Errorf("the extreme of epoch %g is lost", epoch)
		}
	}
	if short := thinned(values[:500]); len(short) != 500 {
		t.Errorf("500 epochs became %d points", len(short))
	}
}

func TestLossAxes(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   plot.Normalizer
	}{
		{[]float64{1, 0.1}, plot.LinearScale{}},
		{[]float64{1, 0.01}, plot.LogScale{}},
		{[]float64{1, 0}, plot.LinearScale{}},
		{[]float64{100, -1}, plot.LinearScale{}},
	} {
		if got := epochPanel("loss", []styledCurve{{Curve: Curve{"loss", c.values}}}).Y.Scale; got != c.want {
			t.Errorf("%v: %T, want %T", c.values, got, c.want)
		}
	}
}

func TestFontHasOurSigns(t *testing.T) {
	face := font.DefaultCache.Lookup(text(10, ink, 0, 0).Font, 10)
	for _, sign := range "−→²′≥≤%$xyz" {
		if i, err := face.Face.GlyphIndex(nil, sign); err != nil || i == 0 {
			t.Errorf("no glyph for %q", sign)
		}
	}
	if face.Name() != "LiberationSans-Regular" {
		t.Errorf("the font is %s", face.Name())
	}
}

func TestLineStylesDiffer(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range lineStyles {
		for _, look := range []string{fmt.Sprint(s.Color), fmt.Sprint("dashes ", s.Dashes)} {
			if seen[look] {
				t.Errorf("%s occurs twice", look)
			}
			seen[look] = true
		}
	}
}
