package simd

const (
	// convWidth is how many positions a panel of a convolution has, convRow how
	// far its rows lie apart: packing writes 16 columns at a time and may run over.
	convWidth = 48
	convRow   = 64
)

// correlation is the product of weights, out × (in·kernel·kernel), with the
// windows of one padded picture of in channels.
type correlation struct {
	in, out              int
	kernel, step, stride int // step: between the positions of a kernel
	height, width        int // of the padded picture
	outH, outW           int
}

func newCorrelation(in, out, kernel, step, stride, height, width, outH, outW int) correlation {
	return correlation{in, out, kernel, step, stride, height, width, outH, outW}
}

func (a *correlation) panels() int { return (a.outH*a.outW + convWidth - 1) / convWidth }

// work is the number of multiply-adds.
func (a *correlation) work() float64 {
	return float64(a.in*a.kernel*a.kernel) * float64(a.out) * float64(a.outH*a.outW)
}

// compute sets the positions of the given panels of y.
func (a *correlation) compute(p path, s *convScratch, y, x, w, b []float32, from, to int) {
	area, positions := a.kernel*a.kernel, a.outH*a.outW
	block := max(1, kBlock/area) // channels
	s.panel = grown(s.panel, min(a.in, block)*area*convRow)
	for j := from * convWidth; j < min(to*convWidth, positions); j += convWidth {
		t := product{m: a.out, n: min(convWidth, positions-j), alpha: 1, aRow: a.in * area, aCol: 1,
			b: s.panel, bRow: convRow, bCol: 1, c: y[j:], cRow: positions}
		if b != nil {
			for o := range a.out {
				row := t.c[o*positions:][:t.n]
				for i := range row {
					row[i] = b[o]
				}
			}
			t.beta = 1
		}
		for c := 0; c < a.in; c += block {
			channels := min(block, a.in-c)
			a.pack(p, s.panel, x[c*a.height*a.width:], channels, j, t.n)
			t.k, t.a = channels*area, w[c*area:]
			t.where(p)
			t.beta = 1
		}
	}
}

// where computes a product of up to 48 columns whose B is best read where it
// lies, its rows far enough apart to read full vectors.
func (x *product) where(p path) {
	if p == portable {
		x.run(p)
		return
	}
	y := *x
	for i := 0; i < x.m; i += rowBlock {
		y.m, y.a = min(rowBlock, x.m-i), x.a[i*x.aRow:]
		if p == avx512 {
			y.n, y.b, y.c = x.n, x.b, x.c[i*x.cRow:]
			p.tiles(&y)
			continue
		}
		for j := 0; j < x.n; j += 16 {
			y.n, y.b, y.c = min(16, x.n-j), x.b[j:], x.c[i*x.cRow+j:]
			p.tiles(&y)
		}
	}
}

// pack fills a panel, channel by channel and weight by weight, with what n
// positions from the one at first see of x.
func (a *correlation) pack(p path, panel, x []float32, channels, first, n int) {
	area, plane := a.kernel*a.kernel, a.height*a.width
	for j := 0; j < n; { // runs of neighbours: positions of one row, up to 16
		row, col := (first+j)/a.outW, (first+j)%a.outW
		run := min(16, n-j, a.outW-col)
		at := (row*a.width + col) * a.stride
		for k := range area {
			src := x[at+(k/a.kernel*a.width+k%a.kernel)*a.step:]
			dst := panel[k*convRow+j:]
			switch {
			case p == portable || a.stride > 1:
				for c := range channels {
					from, to := src[c*plane:], dst[c*area*convRow:][:run]
					for i := range to {
						to[i] = from[i*a.stride]
					}
				}
			case channels >= a.kernel:
				avx2PackRows16(channels, &src[0], plane, run, &dst[0], area*convRow)
			case k%a.kernel == 0: // few channels: a row of weights at a time
				for c := range channels {
					avx2PackRows16(a.kernel, &src[c*plane], a.step, run, &dst[c*area*convRow], convRow)
				}
			}
		}
		j += run
	}
}

// addGradient adds to sums, (in·kernel·kernel) × out, the products of what each
// position sees of x with dy there. Positions are counted along the rows of x,
// as if dy were as wide as it is; past its own width it is 0.
func (a *correlation) addGradient(p path, s *convScratch, sums, x, dy []float32) {
	area, plane, positions := a.kernel*a.kernel, a.height*a.width, a.outH*a.outW
	width := convWidth
	if a.out <= 32 || a.out%32 == 0 && a.out%48 != 0 {
		width = 32
	}
	block := max(1, kBlock/a.width) // rows
	s.panel = grown(s.panel, (min(block, a.outH)*a.width+packSlack)*convRow)
	for top := 0; top < a.outH; top += block {
		rows := min(block, a.outH-top)
		for o := 0; o < a.out; o += width {
			n := min(width, a.out-o)
			a.packGradient(p, s.panel, dy[o*positions+top*a.outW:], rows, n)
			t := product{n: n, k: (rows-1)*a.width + a.outW, alpha: 1, aCol: a.stride, b: s.panel, bRow: convRow, bCol: 1, beta: 1}
			from := x[top*a.stride*a.width:]
			if a.in >= a.kernel {
				t.m, t.aRow, t.cRow = a.in, plane, area*a.out
				for k := range area {
					t.a = from[(k/a.kernel*a.width+k%a.kernel)*a.step:]
					t.c = sums[k*a.out+o:]
					t.where(p)
				}
				continue
			}
			t.m, t.aRow, t.cRow = a.kernel, a.step, a.out
			for k := range a.in * a.kernel { // a row of weights at a time
				t.a = from[k/a.kernel*plane+k%a.kernel*a.step*a.width:]
				t.c = sums[k*a.kernel*a.out+o:]
				t.where(p)
			}
		}
	}
}

// packGradient fills a panel of positions × n channels with rows of dy.
func (a *correlation) packGradient(p path, panel, dy []float32, rows, n int) {
	positions := a.outH * a.outW
	for r := range rows {
		at := r * a.width * convRow
		for j := 0; j < n; j += 16 {
			from, cols := dy[j*positions+r*a.outW:], min(16, n-j)
			if p != portable {
				avx2PackColumns16(a.outW, &from[0], positions, cols, &panel[at+j], convRow)
				continue
			}
			for c := range cols {
				for i := range a.outW {
					panel[at+i*convRow+j+c] = from[c*positions+i]
				}
			}
		}
		if r < rows-1 {
			clear(panel[at+a.outW*convRow : at+a.width*convRow])
		}
	}
}
