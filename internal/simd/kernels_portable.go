package simd

// portableWidth columns by two rows are as many sums as the processors that Go
// compiles for keep in registers.
const portableWidth = 4

// portablePack copies the columns of B into a panel, filled up with zeros.
func portablePack(x *product, dst *panel) {
	for k := range x.k {
		row := dst[k*portableWidth:][:portableWidth]
		clear(row)
		b := x.b[k*x.bRow:]
		for j := range x.n {
			row[j] = b[j*x.bCol]
		}
	}
}

// portableDirect reports whether B is best read where it lies: a single row of
// A would read a panel only once.
func portableDirect(x *product) bool { return x.m == 1 }

// portableTiles multiplies the rows of A, two at a time, by a panel, or a
// single row by the columns of B where they lie.
func portableTiles(x *product) {
	var s, t [portableWidth]float32
	if x.m == 1 {
		for j := range x.n {
			s[j] = dot(x.k, x.a, x.aCol, x.b[j*x.bCol:], x.bRow)
		}
		x.write(0, &s)
		return
	}
	for i := 0; i < x.m; i += 2 {
		next := min(i+1, x.m-1) // a last odd row is paired with itself
		s[0], s[1], s[2], s[3], t[0], t[1], t[2], t[3] = twoRows(x.k, x.a[i*x.aRow:], x.a[next*x.aRow:], x.aCol, x.b)
		x.write(i, &s)
		if next != i {
			x.write(next, &t)
		}
	}
}

func dot(k int, a []float32, aStep int, b []float32, bStep int) (sum float32) {
	for i := range k {
		sum += a[i*aStep] * b[i*bStep]
	}
	return sum
}

// twoRows returns the sums of two rows of A, s0 to s3 and t0 to t3.
func twoRows(k int, a, d []float32, aCol int, panel []float32) (s0, s1, s2, s3, t0, t1, t2, t3 float32) {
	at := 0
	for panel = panel[:k*portableWidth]; len(panel) >= portableWidth; panel = panel[portableWidth:] {
		b0, b1, b2, b3 := panel[0], panel[1], panel[2], panel[3]
		x, y := a[at], d[at]
		at += aCol
		s0 += x * b0
		s1 += x * b1
		s2 += x * b2
		s3 += x * b3
		t0 += y * b0
		t1 += y * b1
		t2 += y * b2
		t3 += y * b3
	}
	return
}

// write sets row i of C to alpha·sums + beta·C.
func (x *product) write(i int, sums *[portableWidth]float32) {
	c := x.c[i*x.cRow:][:x.n]
	for j := range c {
		v := x.alpha * sums[j]
		if x.beta != 0 {
			v += x.beta * c[j]
		}
		c[j] = v
	}
}
