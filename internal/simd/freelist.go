package simd

import "sync"

// freeList lends scratch memory. Unlike a sync.Pool it keeps what it has
// through garbage collections, so that a loop in its stride never allocates;
// it holds as many items as were ever in use at once.
type freeList[T any] struct {
	mu   sync.Mutex
	free []*T
}

// take returns a free item, or nil if there is none.
func (l *freeList[T]) take() *T {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := len(l.free)
	if n == 0 {
		return nil
	}
	item := l.free[n-1]
	l.free = l.free[:n-1]
	return item
}

// get returns a free item, or a new zero one.
func (l *freeList[T]) get() *T {
	if item := l.take(); item != nil {
		return item
	}
	return new(T)
}

func (l *freeList[T]) put(item *T) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.free = append(l.free, item)
}
