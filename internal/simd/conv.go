package simd

// Conv is a two-dimensional convolution of pictures, N×C×H×W row-major, with
// square kernels: weights are Out × In/Groups × Kernel × Kernel. Its methods
// keep scratch memory, so that one goroutine at a time may use a Conv.
//
// Products run on the tiles of [Gemm]. The input's columns, as im2col would
// lay them out, exist only as one panel of 48 positions at a time. The same
// numbers give the same bits on any number of processors.
type Conv struct {
	In, Out, Height, Width            int
	Kernel, Stride, Padding, Dilation int
	Groups                            int

	turned   []float32   // weights for InputGrad
	partials [][]float32 // sums of WeightGrad
	job      convJob
}

// OutHeight is the height of a result; below 1 if the kernel does not fit.
func (c *Conv) OutHeight() int { return c.along(c.Height) }

// OutWidth is the width of a result; below 1 if the kernel does not fit.
func (c *Conv) OutWidth() int { return c.along(c.Width) }

func (c *Conv) along(size int) int {
	room := size + 2*c.Padding - c.reach() - 1
	if room < 0 {
		return 0
	}
	return room/c.Stride + 1
}

// reach is the distance between the first and the last position of a kernel.
func (c *Conv) reach() int { return c.Dilation * (c.Kernel - 1) }

// Forward computes y, n pictures, from as many of x; b may be nil.
func (c *Conv) Forward(n int, y, x, w, b []float32) {
	in, out := c.In/c.Groups, c.Out/c.Groups
	c.job = convJob{conv: c, kind: convForward, n: n, y: y, x: x, w: w, b: b, a: newCorrelation(in, out, c.Kernel, c.Dilation, c.Stride,
		c.Height+2*c.Padding, c.Width+2*c.Padding, c.OutHeight(), c.OutWidth())}
	c.job.runPanels()
}

// InputGrad computes dx from dy: the correlation of dy, its rows and columns
// Stride apart and padded, with the weights turned by half a turn.
func (c *Conv) InputGrad(n int, dx, dy, w []float32) {
	in, out, area := c.In/c.Groups, c.Out/c.Groups, c.Kernel*c.Kernel
	c.turned = grown(c.turned, len(w))
	for g := range c.Groups {
		for o := range out {
			for i := range in {
				from := w[((g*out+o)*in+i)*area:][:area]
				to := c.turned[((g*in+i)*out+o)*area:][:area]
				for k, v := range from {
					to[area-1-k] = v
				}
			}
		}
	}
	c.job = convJob{conv: c, kind: convInputGrad, n: n, y: dx, x: dy, w: c.turned, a: newCorrelation(out, in, c.Kernel, c.Dilation, 1,
		c.Height+c.reach(), c.Width+c.reach(), c.Height, c.Width)}
	c.job.runPanels()
}

// WeightGrad computes dw from x and dy.
func (c *Conv) WeightGrad(n int, dw, x, dy []float32) {
	in, out, area := c.In/c.Groups, c.Out/c.Groups, c.Kernel*c.Kernel
	parts := min(n, gradParts)
	for len(c.partials) < parts {
		c.partials = append(c.partials, make([]float32, len(dw)))
	}
	c.job = convJob{conv: c, kind: convWeightGrad, n: n, x: x, y: dy, parts: parts, a: newCorrelation(in, out, c.Kernel, c.Dilation, c.Stride,
		c.Height+2*c.Padding, c.Width+2*c.Padding, c.OutHeight(), c.OutWidth())}
	c.job.run(parts)
	sum := c.partials[0]
	for _, p := range c.partials[1:parts] {
		add(sum, p)
	}
	for g := range c.Groups {
		for o := range out {
			to := dw[(g*out+o)*in*area:][:in*area]
			from := sum[g*in*area*out+o:]
			for k := range to {
				to[k] = from[k*out]
			}
		}
	}
}

const (
	// gradParts is how many sums over pictures WeightGrad makes side by side.
	gradParts = 4
	// convSplit is the number of multiply-adds from which a convolution is worth
	// a second goroutine.
	convSplit = 1 << 20
)

type convKind int

const (
	convForward convKind = iota
	convInputGrad
	convWeightGrad
)

// convJob is one call of a method, cut into chunks: pictures or, where there are
// few, parts of their panels.
type convJob struct {
	conv       *Conv
	kind       convKind
	n, parts   int // pictures, chunks to a picture; WeightGrad: all chunks
	y, x, w, b []float32
	a          correlation
	p          path
}

// runPanels makes about eight chunks of fewer pictures than that.
func (j *convJob) runPanels() {
	j.parts = min((7+j.n)/j.n, j.a.panels())
	j.run(j.n * j.parts)
}

func (j *convJob) run(chunks int) {
	j.p = current()
	procs := 1
	if float64(j.n)*j.a.work()*float64(j.conv.Groups) >= convSplit {
		procs = crew.take()
	}
	if procs == 1 {
		for i := range chunks {
			j.do(i)
		}
	} else {
		crew.share(j, chunks, procs)
		crew.leave()
	}
	j.y, j.x, j.w, j.b = nil, nil, nil, nil
}

func (j *convJob) do(chunk int) {
	s := convScratches.get()
	defer convScratches.put(s)
	if j.kind == convWeightGrad {
		sums := j.conv.partials[chunk]
		clear(sums)
		for i := chunk * j.n / j.parts; i < (chunk+1)*j.n/j.parts; i++ {
			j.addPicture(s, sums, i)
		}
		return
	}
	c, a := j.conv, &j.a
	picture, part, panels := chunk/j.parts, chunk%j.parts, a.panels()
	from, to := part*panels/j.parts, (part+1)*panels/j.parts
	for g := range c.Groups {
		var x []float32
		if j.kind == convForward {
			x = s.pad(j.x[(picture*c.Groups+g)*a.in*c.Height*c.Width:], a, c.Height, c.Width, 1, c.Padding)
		} else {
			h, w := c.OutHeight(), c.OutWidth()
			x = s.pad(j.x[(picture*c.Groups+g)*a.in*h*w:], a, h, w, c.Stride, c.reach()-c.Padding)
		}
		var b []float32
		if j.b != nil {
			b = j.b[g*a.out:]
		}
		a.compute(j.p, s, j.y[(picture*c.Groups+g)*a.out*a.outH*a.outW:], x, j.w[g*a.out*a.in*a.kernel*a.kernel:], b, from, to)
	}
}

// addPicture adds a picture's share to the gradient of the weights.
func (j *convJob) addPicture(s *convScratch, sums []float32, picture int) {
	c, a := j.conv, &j.a
	for g := range c.Groups {
		x := s.pad(j.x[(picture*c.Groups+g)*a.in*c.Height*c.Width:], a, c.Height, c.Width, 1, c.Padding)
		a.addGradient(j.p, s, sums[g*a.in*a.kernel*a.kernel*a.out:], x, j.y[(picture*c.Groups+g)*a.out*a.outH*a.outW:])
	}
}

// convScratch is what one goroutine needs for a picture.
type convScratch struct{ padded, panel []float32 }

var convScratches freeList[convScratch]

// grown returns a slice of n numbers, s itself if it has room.
func grown(s []float32, n int) []float32 {
	if cap(s) < n {
		return make([]float32, n)
	}
	return s[:n]
}

// pad lays the channels of a picture out as the correlation takes them: pixel
// (y, x) goes to (y·step + offset, x·step + offset) if that is inside, and
// everything else is 0.
func (s *convScratch) pad(src []float32, a *correlation, height, width, step, offset int) []float32 {
	if step == 1 && offset == 0 && a.height == height && a.width == width {
		return src
	}
	s.padded = grown(s.padded, a.in*a.height*a.width)
	dst := s.padded
	if step > 1 {
		clear(dst)
	}
	first := max(0, -offset) // column, and row, that is the first inside; of step 1
	last := min(width, a.width-offset)
	for c := range a.in {
		plane, from := dst[c*a.height*a.width:][:a.height*a.width], src[c*height*width:]
		if step > 1 {
			scatter(plane, a.height, a.width, from, height, width, step, offset)
			continue
		}
		top, bottom := max(0, offset), min(a.height, height+offset)
		clear(plane[:top*a.width])
		for y := top; y < bottom; y++ {
			row := plane[y*a.width:][:a.width]
			clear(row[:first+offset])
			copy(row[first+offset:], from[(y-offset)*width+first:(y-offset)*width+last])
			clear(row[last+offset:])
		}
		clear(plane[bottom*a.width:])
	}
	return dst
}

func scatter(dst []float32, rows, cols int, src []float32, height, width, step, offset int) {
	for y := range height {
		if to := y*step + offset; to >= 0 && to < rows {
			for x := range width {
				if at := x*step + offset; at >= 0 && at < cols {
					dst[to*cols+at] = src[y*width+x]
				}
			}
		}
	}
}
