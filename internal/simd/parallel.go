package simd

import (
	"runtime"
	"sync/atomic"
)

const (
	// splitWork is the number of multiply-adds from which a product is worth
	// a second goroutine: some 170 µs on one core. On two free cores, 420 µs
	// became 290 and 2,500 became 1,400; 140 hardly shrank, and on busy cores
	// a split of that size lost.
	splitWork = 8 << 20
	// chunksPerProc is how many pieces a product is cut into for each
	// processor, so that one that starts late does not hold up the other.
	chunksPerProc = 2
)

// job is a product cut into chunks of C that several goroutines take in turn.
// The cut changes no bit of the result: see product.run.
type job struct {
	x          product
	p          path
	rows, cols int // size of a chunk
	across     int // chunks side by side
	chunks     int32

	next, done, users atomic.Int32
	finished          chan struct{}
	help              func() // kept, because a closure made for each call allocates
}

var jobs freeList[job]

func newJob() *job {
	j := &job{finished: make(chan struct{}, 1)}
	j.help = func() { j.work(); j.leave() }
	return j
}

// runOnAllProcs computes the product on up to GOMAXPROCS goroutines, if it is
// large enough to gain from that.
func (x *product) runOnAllProcs(p path) {
	procs := 1
	if float64(x.m)*float64(x.n)*float64(x.k) >= splitWork {
		procs = runtime.GOMAXPROCS(0)
	}
	if procs == 1 {
		x.run(p)
		return
	}
	j := jobs.take()
	if j == nil {
		j = newJob()
	}
	j.cut(x, p, procs*chunksPerProc)
	helpers := min(procs, int(j.chunks)) - 1
	j.users.Store(int32(helpers + 1))
	for range helpers {
		go j.help()
	}
	j.work()
	<-j.finished
	j.leave()
}

// cut divides the product into about the given number of chunks: by rows as
// far as blocks of rows go, then by columns in whole panels.
func (j *job) cut(x *product, p path, chunks int) {
	j.x, j.p = *x, p
	j.rows = even(x.m, rowBlock, 1)
	down := (x.m + j.rows - 1) / j.rows
	width := p.width(x)
	across := (chunks + down - 1) / down
	j.cols = even(x.n, (x.n+across-1)/across, width)
	j.across = (x.n + j.cols - 1) / j.cols
	j.chunks = int32(down * j.across)
	j.next.Store(0)
	j.done.Store(0)
}

// work computes chunks until none is left to take. Whoever completes the last
// one says so.
func (j *job) work() {
	for {
		c := int(j.next.Add(1)) - 1
		if c >= int(j.chunks) {
			return
		}
		row, col := c/j.across*j.rows, c%j.across*j.cols
		y := j.x
		y.m, y.n = min(j.rows, y.m-row), min(j.cols, y.n-col)
		y.a = y.a[row*y.aRow:]
		y.b = y.b[col*y.bCol:]
		y.c = y.c[row*y.cRow+col:]
		y.run(j.p)
		if j.done.Add(1) == j.chunks {
			j.finished <- struct{}{}
		}
	}
}

// leave returns the job to the pool with its last user. A helper that comes
// too late to find a chunk is not waited for.
func (j *job) leave() {
	if j.users.Add(-1) == 0 {
		j.x = product{}
		jobs.put(j)
	}
}
