package browsertest

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness/browser"
)

// Heard collects what a browser reports as failed.
type Heard struct {
	mu   sync.Mutex
	list []browser.Failure
}

// Hear takes a failure: it is for Options.OnFailure.
func (h *Heard) Hear(f browser.Failure) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.list = append(h.list, f)
}

// All are those that have come so far.
func (h *Heard) All() []browser.Failure {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.list)
}

// Of gives what is first said of a URL. It may come a little after the outcome,
// by at most within.
func (h *Heard) Of(t testing.TB, url string, within time.Duration) browser.Failure {
	var found browser.Failure
	require.Eventually(t, func() bool {
		for _, f := range h.All() {
			if f.URL == url {
				found = f
				return true
			}
		}
		return false
	}, within, 5*time.Millisecond, "no failure of %s", url)
	return found
}
