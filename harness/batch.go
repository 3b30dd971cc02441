package harness

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/scenarios"
)

// Batch lets the subtests of a Go test share a run in each browser: each joins
// with its permutation and waits, and the browsers work when all have joined.
type Batch struct {
	found  []browser.Found
	mu     sync.Mutex
	joined map[string][]*scenarios.Permutation // by the browser's key
	result map[joint]chan record.Record
	cancel context.CancelFunc
	done   chan struct{}
	err    error
}

// joint is a permutation in a browser.
type joint struct{ id, key string }

// NewBatch makes an empty batch for some browsers.
func NewBatch(found ...browser.Found) *Batch {
	return &Batch{
		found: found, joined: map[string][]*scenarios.Permutation{}, result: map[joint]chan record.Record{}, done: make(chan struct{}),
	}
}

// Join adds a permutation in one of the batch's browsers. The function it
// returns waits for the record.
func (b *Batch) Join(p *scenarios.Permutation, in browser.Found) func(context.Context) (record.Record, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.joined[in.Key] = append(b.joined[in.Key], p)
	result := make(chan record.Record, 1)
	b.result[joint{p.ID, in.Key}] = result
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

// Start runs what has joined, one browser after the other.
func (b *Batch) Start(ctx context.Context) {
	ctx, b.cancel = context.WithCancel(ctx)
	go func() {
		defer close(b.done)
		for _, found := range b.found {
			if len(b.joined[found.Key]) == 0 {
				continue
			}
			_, err := Run(ctx, Options{Permutations: b.joined[found.Key], Browsers: []browser.Found{found}, Record: func(r record.Record) {
				b.result[joint{r.ID, found.Key}] <- r
			}})
			b.err = errors.Join(b.err, err)
		}
	}()
}

// Close waits until the runs have come to their end and nothing of them is
// left, and returns their errors. A batch that was never started has none.
func (b *Batch) Close() error {
	if b.cancel == nil {
		return nil
	}
	<-b.done
	b.cancel()
	return b.err
}
