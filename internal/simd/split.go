package simd

const (
	// splitWork is the number of multiply-adds from which a product is worth
	// a second goroutine: some 30 µs on one core with AVX-512, 80 with AVX2.
	// With it, and Adam's, a step of the mnist network takes 103 µs on two
	// cores; with twice as much of both, which leaves it on one, 153.
	splitWork = 4 << 20
	// splitUpdate is the number of weights from which an update by Adam is.
	splitUpdate = 64 << 10
)

// splitProduct is a product cut into rectangles of C. The cut changes no bit of
// the result: see product.run.
type splitProduct struct {
	x          product
	p          path
	rows, cols int // size of a chunk
	across     int // chunks side by side
}

// sharedProduct belongs to whoever has taken the crew, as sharedAdam does.
var sharedProduct splitProduct

// runOnAllProcs computes the product on up to GOMAXPROCS goroutines, if it is
// large enough to gain from that.
func (x *product) runOnAllProcs(p path) {
	procs := 1
	if float64(x.m)*float64(x.n)*float64(x.k) >= splitWork {
		procs = crew.take()
	}
	if procs == 1 {
		x.run(p)
		return
	}
	defer crew.leave()
	s := &sharedProduct
	s.x, s.p = *x, p
	crew.share(s, s.cut(procs*chunksPerProc), procs)
	s.x = product{}
}

// cut divides the product into about the given number of chunks, and returns
// how many they are: by rows as far as blocks of rows go, then by columns in
// whole panels.
func (s *splitProduct) cut(chunks int) int {
	s.rows = even(s.x.m, rowBlock, 1)
	down := (s.x.m + s.rows - 1) / s.rows
	width := s.p.width(&s.x)
	across := (chunks + down - 1) / down
	s.cols = even(s.x.n, (s.x.n+across-1)/across, width)
	s.across = (s.x.n + s.cols - 1) / s.cols
	return down * s.across
}

func (s *splitProduct) do(chunk int) {
	row, col := chunk/s.across*s.rows, chunk%s.across*s.cols
	y := s.x
	y.m, y.n = min(s.rows, y.m-row), min(s.cols, y.n-col)
	y.a = y.a[row*y.aRow:]
	y.b = y.b[col*y.bCol:]
	y.c = y.c[row*y.cRow+col:]
	y.run(s.p)
}

// splitAdam is an update by Adam cut into pieces of one size.
type splitAdam struct {
	w, grad, m, v []float32
	c             adamConsts
	size          int
}

var sharedAdam splitAdam

// adamOnAllProcs updates slices of one length.
func adamOnAllProcs(w, grad, m, v []float32, c adamConsts) {
	procs := 1
	if len(w) >= splitUpdate {
		procs = crew.take()
	}
	if procs == 1 {
		adam(w, grad, m, v, c)
		return
	}
	defer crew.leave()
	s := &sharedAdam
	chunks := procs * chunksPerProc
	*s = splitAdam{w, grad, m, v, c, (len(w) + chunks - 1) / chunks}
	crew.share(s, chunks, procs)
	*s = splitAdam{}
}

func (s *splitAdam) do(chunk int) {
	from, to := min(chunk*s.size, len(s.w)), min((chunk+1)*s.size, len(s.w))
	adam(s.w[from:to], s.grad[from:to], s.m[from:to], s.v[from:to], s.c)
}
