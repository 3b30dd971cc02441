package harness

import (
	"context"
	"fmt"
	"sync"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/scenarios"
)

// Batch lets the subtests of a Go test share one run: each joins with its
// permutation and waits, and the browser works when all have joined.
type Batch struct {
	found  browser.Found
	mu     sync.Mutex
	joined []*scenarios.Permutation
	result map[string]chan record.Record
	cancel context.CancelFunc
	done   chan struct{}
	err    error
}

// NewBatch makes an empty batch for a browser.
func NewBatch(found browser.Found) *Batch {
	return &Batch{found: found, result: map[string]chan record.Record{}, done: make(chan struct{})}
}

// Join adds a permutation. The function it returns waits for its record.
func (b *Batch) Join(p *scenarios.Permutation) func(context.Context) (record.Record, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.joined = append(b.joined, p)
	result := make(chan record.Record, 1)
	b.result[p.ID] = result
	return func(ctx context.Context) (record.Record, error) {
		select {
		case r := <-result:
			return r, nil
		case <-ctx.Done():
			return record.Record{}, ctx.Err()
		case <-b.done:
		}
		select {
		case r := <-result:
			return r, nil
		default:
			return record.Record{}, fmt.Errorf("harness: the run ended without a record: %w", b.err)
		}
	}
}

// Start runs what has joined.
func (b *Batch) Start(ctx context.Context) {
	ctx, b.cancel = context.WithCancel(ctx)
	go func() {
		defer close(b.done)
		if len(b.joined) == 0 {
			return
		}
		_, b.err = Run(ctx, Options{Permutations: b.joined, Browser: b.found, Record: func(r record.Record) {
			b.result[r.ID] <- r
		}})
	}()
}

// Close waits until the run has come to its end and nothing of it is left, and
// returns its error. A batch that was never started has none.
func (b *Batch) Close() error {
	if b.cancel == nil {
		return nil
	}
	<-b.done
	b.cancel()
	return b.err
}
