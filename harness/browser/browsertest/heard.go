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
	return h.first(t, url, within, func(browser.Failure) bool { return true })
}

// Because gives what is first said of a URL with a reason: a browser may also say,
// before that or after, that a request failed.
func (h *Heard) Because(t testing.TB, url string, within time.Duration) browser.Failure {
	return h.first(t, url, within, func(f browser.Failure) bool { return f.Reason != "" })
}

func (h *Heard) first(t testing.TB, url string, within time.Duration, is func(browser.Failure) bool) browser.Failure {
	var found browser.Failure
	require.Eventually(t, func() bool {
		i := slices.IndexFunc(h.All(), func(f browser.Failure) bool { return f.URL == url && is(f) })
		if i >= 0 {
			found = h.All()[i]
		}
		return i >= 0
	}, within, 5*time.Millisecond, "no such failure of %s", url)
	return found
}
