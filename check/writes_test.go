package check

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/harness/browser/browsertest"
	"github.com/corsproof/corsproof/policy"
)

// heard counts by their methods the requests that arrive at a handler, each of
// which it allows: whatever a probe would send, it sends.
type heard struct {
	mu      sync.Mutex
	methods map[string]int
}

func (h *heard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.methods[r.Method]++
	w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
	w.Header().Set("Access-Control-Allow-Credentials", "true")
	w.Header().Set("Access-Control-Allow-Methods", r.Header.Get("Access-Control-Request-Method"))
	w.Header().Set("Access-Control-Allow-Headers", r.Header.Get("Access-Control-Request-Headers"))
}

// elsewhere is a handler that stands for a server on another machine.
func elsewhere(t *testing.T, h http.Handler) *Target {
	target, err := URL("https://staging.example.com/items")
	require.NoError(t, err)
	target.handler = h
	return target
}

// Whoever checks a server that is not on this machine does not write to it,
// unless that is allowed.
func TestWritesElsewhere(t *testing.T) {
	writing := &policy.Policy{
		Origins: []string{app, admin}, Methods: []string{"PUT", "DELETE", "PATCH", "PROPFIND"}, RequestHeaders: []string{"X-Token", "X-HTTP-Method-Override"},
		Credentials: true, Endpoints: []policy.Endpoint{{Path: "/items"}, {Path: "/things", Methods: []string{"PUT", "POST"}}},
	}
	reading := []string{"GET", "HEAD", "OPTIONS"}
	for _, test := range []struct {
		name    string
		options Options
		here    bool
		writes  bool
	}{
		{"as it is", Options{}, false, false},
		{"everything but writes", Options{Thorough: true, Isolate: true, Rate: 1e6, Insecure: true}, false, false},
		{"allowed", Options{AllowWrites: true}, false, true},
		{"on this machine", Options{}, true, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := &heard{methods: map[string]int{}}
			var planned Plan
			o := test.options
			o.Policy, o.Raw, o.Target, o.Plan = writing, true, elsewhere(t, h), func(p Plan) { planned = p }
			if test.here {
				o.Target = Handler(h)
			}
			report, err := Offline(t.Context(), o)
			require.NoError(t, err)
			assert.Equal(t, report.Withheld, planned.Withheld)
			assert.Equal(t, report.Probes, planned.Probes)
			sent := slices.Sorted(maps.Keys(h.methods))
			if !test.writes {
				assert.NotZero(t, report.Withheld)
				assert.Subset(t, reading, sent)
				assert.Contains(t, report.conclusion(), "not sent, as they would write")
				return
			}
			assert.Zero(t, report.Withheld)
			assert.Subset(t, sent, []string{"DELETE", "PATCH", "POST", "PROPFIND", "PUT"})
		})
	}
}

func TestWritesElsewhereInABrowser(t *testing.T) {
	h := &heard{methods: map[string]int{}}
	p := &policy.Policy{Origins: []string{app}, Methods: []string{"PUT"}}
	report, err := Run(context.WithoutCancel(t.Context()), Options{
		Policy: p, Target: elsewhere(t, h), Browsers: []browser.Found{browsertest.Find(t, browser.Chromium)}, Log: t.Logf,
	})
	require.NoError(t, err)
	assert.NotZero(t, report.Withheld)
	assert.NotZero(t, h.methods["GET"])
	assert.Subset(t, []string{"GET", "HEAD", "OPTIONS"}, slices.Collect(maps.Keys(h.methods)))
}

// A server that keeps to its policy is not found fault with for what was not asked.
func TestWithheldProbesAreNoFindings(t *testing.T) {
	report, err := Offline(t.Context(), Options{Policy: meant(), Target: elsewhere(t, correct()), Raw: true})
	require.NoError(t, err)
	assert.NotZero(t, report.Withheld)
	assert.Empty(t, report.Findings)
	assert.Empty(t, report.Unproven)
}
