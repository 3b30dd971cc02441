package harness

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/internal/sweep"
)

// Keeper keeps browsers between runs, each from the first run that needs it: a
// later one has only profiles to make. Of browsers that cannot be shared each run
// starts its own. The zero Keeper keeps none yet.
//
// The browsers end with Close or with the process, however that ends.
type Keeper struct {
	mu   sync.Mutex
	kept []*shared
}

// shared is a browser that runs.
type shared struct {
	browser browser.Lender
	swept   chan error // has what came of sweeping up after it, when it has ended
}

// open is a browser for a run: lent, or the run's own.
func (k *Keeper) open(ctx context.Context, found browser.Found, o browser.Options) (browser.Browser, error) {
	if k == nil || !lends[found.Way()] || o.Headed || len(o.AddressSpaces) > 0 {
		return start(ctx, found, o)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.kept = slices.DeleteFunc(k.kept, func(b *shared) bool {
		select {
		case <-b.browser.Done():
			b.close() // what it leaves behind is no matter of the next one's
			return true
		default:
			return false
		}
	})
	for _, b := range k.kept {
		if b.browser.Info().Binary == found.Path {
			return b.browser.Lend(o), nil
		}
	}
	b, err := keep(ctx, found, o.SPKI)
	if errors.Is(err, errors.ErrUnsupported) {
		return start(ctx, found, o)
	}
	if err != nil {
		return nil, err
	}
	k.kept = append(k.kept, b)
	return b.browser.Lend(o), nil
}

// keep starts a browser whose files go when this process does.
func keep(ctx context.Context, found browser.Found, spki string) (*shared, error) {
	folder, err := os.MkdirTemp("", "corsproof-")
	if err != nil {
		return nil, fmt.Errorf("harness: %w", err)
	}
	sweeper, err := sweep.After(folder)
	if err != nil {
		return nil, errors.Join(err, os.Remove(folder))
	}
	b, err := start(ctx, found, browser.Options{SPKI: spki, Folder: folder})
	if err != nil {
		return nil, errors.Join(err, sweeper.Close())
	}
	s := &shared{b.(browser.Lender), make(chan error, 1)}
	if err := sweeper.Group(s.browser.Group()); err != nil {
		return nil, errors.Join(err, b.Close(), sweeper.Close())
	}
	go func() {
		<-b.Done()
		s.swept <- errors.Join(b.Close(), sweeper.Close())
	}()
	return s, nil
}

func (b *shared) close() error { return errors.Join(b.browser.Close(), <-b.swept) }

// Close ends the browsers that are kept. A run that comes after it starts them
// again.
func (k *Keeper) Close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	var failed []error
	for _, b := range k.kept {
		failed = append(failed, b.close())
	}
	k.kept = nil
	return errors.Join(failed...)
}
