package simd

// maxWidth is the widest panel of any path.
const maxWidth = 48

// width is the number of columns that one call of tiles computes.
func (p path) width(x *product) int {
	switch {
	case p == portable:
		return portableWidth
	case p == avx2 || x.singleRow():
		return 16
	case x.bCol == 1 && x.m > 8 && x.m <= directRows:
		return 32 // a tile of this width takes all rows at once
	}
	return 48
}

// singleRow reports whether x suits avx2RowTimesColumns16.
func (x *product) singleRow() bool { return x.m == 1 && x.bCol != 1 && x.k%4 == 0 }

// direct reports whether the columns of B, width of them if it is full, are
// best read where they lie.
func (p path) direct(x *product, width int) bool {
	if p == portable {
		return portableDirect(x)
	}
	if x.n != width {
		return false
	}
	return x.bCol == 1 && x.m <= directRows || x.singleRow()
}

// tiles computes a product with at most width columns, whose B is a panel or
// one that direct accepted.
func (p path) tiles(x *product) {
	switch {
	case p == portable:
		portableTiles(x)
	case x.bCol != 1:
		avx2RowTimesColumns16(x.k, &x.a[0], x.aCol, &x.b[0], x.bCol, &x.c[0], x.alpha, x.beta)
	case p == avx2 && x.n > 8:
		f := x.soon
		if f.next == nil {
			f.next = &x.a[0] // nothing to fetch: touch what is there
		}
		avx2Tiles16(x.m, x.k, &x.a[0], x.aRow, x.aCol, &x.b[0], x.bRow, &x.c[0], x.cRow, x.n, x.alpha, x.beta, f.next, f.step, f.tile)
	case p == avx2:
		avx2Tiles8(x.m, x.k, &x.a[0], x.aRow, x.aCol, &x.b[0], x.bRow, &x.c[0], x.cRow, x.n, x.alpha, x.beta)
	case x.n > 32:
		avx512Tiles48(x.m, x.k, &x.a[0], x.aRow, x.aCol, &x.b[0], x.bRow, &x.c[0], x.cRow, x.n, x.alpha, x.beta)
	case x.n > 16:
		avx512Tiles32(x.m, x.k, &x.a[0], x.aRow, x.aCol, &x.b[0], x.bRow, &x.c[0], x.cRow, x.n, x.alpha, x.beta)
	default:
		avx512Tiles16(x.m, x.k, &x.a[0], x.aRow, x.aCol, &x.b[0], x.bRow, &x.c[0], x.cRow, x.n, x.alpha, x.beta)
	}
}

// pack copies the columns of B into a panel.
func (p path) pack(x *product, dst *panel, width int) {
	if p == portable {
		portablePack(x, dst)
		return
	}
	for j := 0; j < x.n; j += 16 {
		if x.bCol == 1 {
			avx2PackRows16(x.k, &x.b[j], x.bRow, min(16, x.n-j), &dst[j], width)
		} else {
			avx2PackColumns16(x.k, &x.b[j*x.bCol], x.bCol, min(16, x.n-j), &dst[j], width)
		}
	}
}
