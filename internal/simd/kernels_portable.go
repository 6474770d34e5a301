package simd

const portableWidth = 8

func portablePack(x *product, dst *panel) {
	for p := range x.k {
		for j := range x.n {
			dst[p*portableWidth+j] = x.b[p*x.bRow+j*x.bCol]
		}
	}
}

func portableTiles(x *product) {
	for i := range x.m {
		for j := range x.n {
			var sum float32
			for p := range x.k {
				sum += x.a[i*x.aRow+p*x.aCol] * x.b[p*x.bRow+j]
			}
			sum *= x.alpha
			if x.beta != 0 {
				sum += x.beta * x.c[i*x.cRow+j]
			}
			x.c[i*x.cRow+j] = sum
		}
	}
}
