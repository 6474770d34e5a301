package plots

import (
	"slices"

	"gonum.org/v1/plot/vg"
)

// side is the number of grid points along each edge of a decision map: a
// point every three or four pixels.
const side = 161

// grid holds a function's values on side × side points, the first row at min
// and the last at max.
type grid struct {
	min, max [2]float64
	values   []float64 // row-major
}

// newGrid spans the points and half of their range more on every side.
func newGrid(points [][2]float64) grid {
	g := grid{min: points[0], max: points[0]}
	for _, p := range points {
		for k := range p {
			g.min[k], g.max[k] = min(g.min[k], p[k]), max(g.max[k], p[k])
		}
	}
	for k := range g.min {
		g.min[k], g.max[k] = widen(g.min[k], g.max[k], 0.5)
	}
	return g
}

func (g grid) x(column float64) float64 { return g.min[0] + (g.max[0]-g.min[0])*column/(side-1) }
func (g grid) y(row float64) float64    { return g.min[1] + (g.max[1]-g.min[1])*row/(side-1) }

// points returns the places of the values, in their order.
func (g grid) points() [][2]float64 {
	points := make([][2]float64, 0, side*side)
	for row := range side {
		for column := range side {
			points = append(points, [2]float64{g.x(float64(column)), g.y(float64(row))})
		}
	}
	return points
}

// at returns the value at a place given in shares of the map's width and
// height, interpolated between the four grid points around it.
func (g grid) at(x, y float64) float64 {
	column, row := min(int(x*(side-1)), side-2), min(int(y*(side-1)), side-2)
	fx, fy := x*(side-1)-float64(column), y*(side-1)-float64(row)
	i := row*side + column
	below := g.values[i]*(1-fx) + g.values[i+1]*fx
	above := g.values[i+side]*(1-fx) + g.values[i+side+1]*fx
	return below*(1-fy) + above*fy
}

// contour returns the line on which the values equal level, as one piece for
// each grid cell that it crosses (the marching squares method). x and y turn
// coordinates into places on the page.
func (g grid) contour(level float64, x, y func(float64) vg.Length) vg.Path {
	var path vg.Path
	for row := range side - 1 {
		for column := range side - 1 {
			corners := [5][2]int{{column, row}, {column + 1, row}, {column + 1, row + 1}, {column, row + 1}, {column, row}}
			var above [5]float64 // how far the corners are above the level
			for k, c := range corners {
				above[k] = g.values[c[1]*side+c[0]] - level
			}
			var crossings []vg.Point // of the edges, in turn
			for k := range 4 {
				a, b := above[k], above[k+1]
				if (a >= 0) == (b >= 0) {
					continue
				}
				from, to, share := corners[k], corners[k+1], a/(a-b)
				crossings = append(crossings, vg.Point{
					X: x(g.x(float64(from[0]) + share*float64(to[0]-from[0]))),
					Y: y(g.y(float64(from[1]) + share*float64(to[1]-from[1]))),
				})
			}
			// Four crossings are a saddle. Its middle tells whether the first
			// corner is joined to the opposite one or cut off from it.
			middle := above[0] + above[1] + above[2] + above[3]
			if len(crossings) == 4 && (middle >= 0) != (above[0] >= 0) {
				crossings = slices.Concat(crossings[3:], crossings[:3])
			}
			for ; len(crossings) > 0; crossings = crossings[2:] {
				path.Move(crossings[0])
				path.Line(crossings[1])
			}
		}
	}
	return path
}
