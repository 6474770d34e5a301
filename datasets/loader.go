package datasets

import (
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"perceptron/internal/prng"
)

// A Batch is what a network sees in one step.
type Batch struct {
	X    *tensor.Dense // features, float32, (rows, features)
	Y    *tensor.Dense // targets, float32, (rows, targets)
	W    *tensor.Dense // weights, float32, (rows, 1); nil if the Dataset has none
	Rows []int         // which rows of the Dataset these are, in order

	Epoch int // the number given to DataLoader.Epoch
	Index int // 0 for the first batch of the epoch
}

// LoaderOptions say how a [DataLoader] cuts a data set into batches. The zero
// value serves everything as one batch, in order.
type LoaderOptions struct {
	// BatchSize is the number of rows of a batch. 0, or as many as there are
	// rows or more, means all of them at once. The last batch of an epoch
	// is shorter if the rows don't divide evenly; it is never padded.
	BatchSize int
	// Shuffle draws a new order for each epoch from Seed and the epoch's
	// number alone. Without it the rows are served in order.
	Shuffle bool
	// Seed is the seed of the shuffling.
	Seed uint64
	// DropLast leaves out a last batch that would be shorter.
	DropLast bool
	// Transform, if there is one, may change a batch's X and Y in place
	// before it is served: augmentation, noise. To stay reproducible it must
	// draw what is random in it from the batch's Epoch and Index (or Rows)
	// and a seed of its own. A batch's buffers hold the untouched data anew
	// for each call.
	Transform func(Batch)
	// Prefetch prepares the next batch (gathering it and running Transform) in
	// a goroutine of its own while the current one is in use. The batches are
	// the same with and without. It costs a second set of buffers, and it pays
	// where preparing a batch is a good part of a step.
	Prefetch bool
}

// A DataLoader serves a [Dataset] in mini-batches, epoch after epoch:
//
//	for epoch := range epochs {
//		for batch := range loader.Epoch(epoch) {
//			// batch.X, batch.Y
//		}
//	}
//
// Epochs don't depend on one another: training can resume at any of them, and
// with EpochFrom at any batch.
// A DataLoader reuses its buffers, so one epoch of it may run at a time; make
// two loaders of the same data set for two at once. NewLoader makes one; its zero
// value cannot be used.
type DataLoader struct {
	data      *Dataset
	options   LoaderOptions
	batchSize int   // at least 1, at most the number of rows
	order     []int // the rows in the order of the current epoch
	shuffler  rand.PCG
	buffers   []buffer // two with Prefetch, else one
}

// A buffer holds one batch. Its tensors for whole and for short batches share
// their memory.
type buffer struct{ whole, short Batch }

// NewLoader returns a loader of d.
//
// Errors: no data set, weights that can't be used, a negative batch size. An epoch itself can't fail.
func NewLoader(d *Dataset, options LoaderOptions) (*DataLoader, error) {
	if d == nil || d.Rows() == 0 {
		return nil, errors.New("data loader: no data set: give one with at least one row")
	}
	if err := d.checkWeights(); err != nil {
		return nil, err
	}
	if options.BatchSize < 0 {
		return nil, fmt.Errorf("data loader of %s: batch size %d: give the rows of a batch, or 0 for all at once", d.Name, options.BatchSize)
	}
	l := &DataLoader{data: d, options: options, batchSize: options.BatchSize}
	if l.batchSize == 0 || l.batchSize > d.Rows() {
		l.batchSize = d.Rows()
	}
	l.order = identity(d.Rows())
	l.buffers = make([]buffer, 1, 2)
	if options.Prefetch {
		l.buffers = l.buffers[:2]
	}
	for i := range l.buffers {
		l.buffers[i] = newBuffer(d, l.batchSize)
	}
	return l, nil
}

func newBuffer(d *Dataset, batchSize int) buffer {
	x := make([]float32, batchSize*d.Features())
	y := make([]float32, batchSize*d.Targets())
	w := make([]float32, batchSize)
	batchOf := func(rows int) Batch {
		b := Batch{
			X: tensor.New(tensor.WithShape(rows, d.Features()), tensor.WithBacking(x[:rows*d.Features()])),
			Y: tensor.New(tensor.WithShape(rows, d.Targets()), tensor.WithBacking(y[:rows*d.Targets()])),
		}
		if d.Weights != nil {
			b.W = tensor.New(tensor.WithShape(rows, 1), tensor.WithBacking(w[:rows]))
		}
		return b
	}
	b := buffer{whole: batchOf(batchSize)}
	if last := d.Rows() % batchSize; last > 0 {
		b.short = batchOf(last)
	}
	return b
}

// Data returns the data set that the loader serves.
func (l *DataLoader) Data() *Dataset { return l.data }

// BatchSize returns the number of rows of every batch but the last.
func (l *DataLoader) BatchSize() int { return l.batchSize }

// Batches returns the number of batches (steps) of an epoch.
func (l *DataLoader) Batches() int {
	if l.options.DropLast {
		return len(l.order) / l.batchSize
	}
	return (len(l.order) + l.batchSize - 1) / l.batchSize
}

// Epoch returns the batches of the epoch of the given number. A batch, its
// tensors and Rows are valid until the next one is asked for: copy what is to
// be kept. The same seed and number give the same batches, whatever epochs
// were run before.
func (l *DataLoader) Epoch(epoch int) iter.Seq[Batch] { return l.EpochFrom(epoch, 0) }

// EpochFrom is Epoch without the batches before the one of index first: the
// rest of an epoch that was broken off. There is none from Batches on.
func (l *DataLoader) EpochFrom(epoch, first int) iter.Seq[Batch] {
	first = max(first, 0)
	return func(yield func(Batch) bool) {
		if l.options.Shuffle {
			for i := range l.order { // every epoch starts from the same order
				l.order[i] = i
			}
			l.shuffler.Seed(prng.State(l.options.Seed, "datasets.shuffle", uint64(epoch)))
			prng.Shuffle(&l.shuffler, l.order)
		}
		if l.options.Prefetch {
			l.prefetch(epoch, first, yield)
			return
		}
		for i := first; i < l.Batches(); i++ {
			if !yield(l.fill(&l.buffers[0], epoch, i)) {
				return
			}
		}
	}
}

// fill prepares batch index of the epoch in the buffer b.
func (l *DataLoader) fill(b *buffer, epoch, index int) Batch {
	first := index * l.batchSize
	rows := l.order[first:min(first+l.batchSize, len(l.order))]
	batch := b.whole
	if len(rows) < l.batchSize {
		batch = b.short
	}
	batch.Rows, batch.Epoch, batch.Index = rows, epoch, index
	l.data.gatherX(batch.X.Float32s(), rows)
	gather(batch.Y.Float32s(), l.data.targets, rows)
	if batch.W != nil {
		gather(batch.W.Float32s(), l.data.Weights, rows)
	}
	if l.options.Transform != nil {
		l.options.Transform(batch)
	}
	return batch
}

// prefetch yields the batches of an epoch, from the one of index first on, while
// a goroutine prepares the next.
func (l *DataLoader) prefetch(epoch, first int, yield func(Batch) bool) {
	// The channel has no buffer: when batch i is handed over, batch i-1 is
	// done with, and its buffer free for batch i+1.
	ready, stop := make(chan Batch), make(chan struct{})
	go func() {
		defer close(ready)
		for i := first; i < l.Batches(); i++ {
			select {
			case ready <- l.fill(&l.buffers[i%2], epoch, i):
			case <-stop:
				return
			}
		}
	}()
	// However the loop ends, nobody must touch the buffers after it.
	defer func() {
		close(stop)
		for range ready {
		}
	}()
	for batch := range ready {
		if !yield(batch) {
			return
		}
	}
}
