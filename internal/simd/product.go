package simd

const (
	// kBlock bounds the steps along k that one panel of B holds, so that the
	// panel stays in the first-level cache while the rows of A go by.
	kBlock = 400
	// rowBlock bounds the rows of A that pass before the next panel is
	// packed: their part of A stays in the second-level cache. It also
	// bounds the time spent in one call of assembly, which the scheduler
	// cannot interrupt.
	rowBlock = 256
	// packSlack is how many rows past the last one packing may overwrite.
	packSlack = 3
	// directRows is the number of rows up to which packing a panel of B
	// costs more than reading it where it lies.
	directRows = 12
	// copyColsTrans and copyColsPlain are the numbers of columns from which it
	// pays to turn a transposed A over, or to copy a plain one, so that its
	// rows lie close together, an odd number of cache lines apart, and not
	// all in the same few sets of the cache.
	copyColsTrans = 96
	copyColsPlain = 768
	cacheLine     = 16 // float32 values
)

// panel holds a block of columns of B, laid out so that the kernel reads it
// front to back.
type panel [(kBlock + packSlack) * maxWidth]float32

// aCopy holds a block of A, row by row.
type aCopy [(rowBlock + packSlack) * (kBlock + cacheLine)]float32

var (
	panels  freeList[panel]
	aCopies freeList[aCopy]
)

// product is one matrix product with its transposes turned into strides:
// element (i, j) of A is a[i*aRow + j*aCol], and likewise for B.
type product struct {
	m, n, k    int
	alpha      float32
	a          []float32
	aRow, aCol int
	b          []float32
	bRow, bCol int
	beta       float32
	c          []float32
	cRow       int
	soon       fetch
}

// fetch says which part of B the kernel should bring nearer because it is packed
// next: see the generator of the tile kernels.
type fetch struct {
	next       *float32
	step, tile int // bytes
}

// fetchAhead returns what to fetch while a panel is worked on whose successor
// begins at column j: row by row of a stored Bᵀ, or every eighth row of B, each
// tile beginning with another one. The kernel takes eight steps of k a turn.
func (x *product) fetchAhead(j int) fetch {
	switch {
	case j >= x.n:
		return fetch{}
	case x.bCol == 1:
		return fetch{&x.b[j], 8 * 4 * x.bRow, 4 * x.bRow}
	}
	return fetch{&x.b[j*x.bCol], 8 * 4, 4 * x.bCol}
}

// run computes the product on the given path. Whatever the sizes, an element
// of C sums its products in ascending k, block by block, so that its value
// does not depend on the rows and columns computed along with it.
func (x *product) run(p path) {
	if x.m <= rowBlock && x.k <= kBlock {
		x.columns(p)
		return
	}
	depth := even(x.k, kBlock, 8) // packing and kernels take up to 8 steps at a time
	rows := even(x.m, rowBlock, 1)
	for i := 0; i < x.m; i += rows {
		y := *x
		y.m = min(rows, x.m-i)
		y.c = x.c[i*x.cRow:]
		for k := 0; k < x.k; k += depth {
			y.k = min(depth, x.k-k)
			y.a, y.aRow, y.aCol = x.a[i*x.aRow+k*x.aCol:], x.aRow, x.aCol
			y.b = x.b[k*x.bRow:]
			y.columns(p)
			y.beta = 1 // the next block adds to this one
		}
	}
}

// even cuts n into the fewest blocks of at most most, about evenly, and returns
// their size, rounded up to a multiple of step.
func even(n, most, step int) int {
	blocks := (n + most - 1) / most
	size := (n + blocks - 1) / blocks
	return (size + step - 1) / step * step
}

// columns computes a product of at most rowBlock rows and kBlock steps, panel
// after panel.
func (x *product) columns(p path) {
	var copied *aCopy
	if p != portable && x.m > 1 && (x.aCol != 1 && x.n >= copyColsTrans || x.n >= copyColsPlain) {
		copied = aCopies.get()
		x.copyA(copied)
	}
	var buf *panel
	width := p.width(x)
	y := *x // its B and C move on from panel to panel
	for j := 0; j < x.n; j += width {
		y.n = min(width, x.n-j)
		y.b, y.bRow, y.bCol = x.b[j*x.bCol:], x.bRow, x.bCol
		y.c = x.c[j:]
		y.soon = fetch{}
		if !p.direct(&y, width) {
			if buf == nil {
				buf = panels.get()
			}
			p.pack(&y, buf, width)
			y.soon = x.fetchAhead(j + width)
			y.b, y.bRow, y.bCol = buf[:], width, 1
		}
		p.tiles(&y)
	}
	if buf != nil {
		panels.put(buf)
	}
	if copied != nil {
		aCopies.put(copied)
	}
}

// copyA replaces A by a plain copy whose rows lie close together.
func (x *product) copyA(space *aCopy) {
	stride := oddLines(x.k)
	if x.aCol == 1 {
		for i := range x.m {
			copy(space[i*stride:][:x.k], x.a[i*x.aRow:])
		}
	} else {
		for k := 0; k < x.k; k += 16 {
			avx2PackColumns16(x.m, &x.a[k*x.aCol], x.aCol, min(16, x.k-k), &space[k], stride)
		}
	}
	x.a, x.aRow, x.aCol = space[:], stride, 1
}

// oddLines returns the smallest odd number of cache lines that holds n values,
// as a number of values.
func oddLines(n int) int { return ((n+cacheLine-1)/cacheLine | 1) * cacheLine }
