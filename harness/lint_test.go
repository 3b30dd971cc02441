package harness_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// TestLintSeesEveryFalseClaim falsifies the catalogue, one stated claim at a
// time: without a browser, lint must go red at each.
func TestLintSeesEveryFalseClaim(t *testing.T) {
	files, err := scenarios.Catalogue()
	require.NoError(t, err)
	falsified := 0
	for _, p := range scenarios.Permutations(files) {
		for i, step := range p.Steps {
			if step.Server.SetUp != nil { // its replies are known only after a run
				continue
			}
			for name, e := range falsifications(step.Expect) {
				lie := *p
				lie.Steps = slices.Clone(p.Steps)
				lie.Steps[i].Expect = e
				assert.NotEmpty(t, harness.Lint([]*scenarios.Permutation{&lie}), "%s, step %d: %s", p.ID, i+1, name)
				falsified++
			}
		}
	}
	assert.Greater(t, falsified, 2000)
}

// falsifications are the claims with one of them turned into its contrary.
func falsifications(e scenarios.Expect) map[string]scenarios.Expect {
	out := map[string]scenarios.Expect{}
	change := func(name string, stated bool, f func(*scenarios.Expect)) {
		if stated {
			lie := e
			f(&lie)
			out[name] = lie
		}
	}
	change("read", e.Read != "", func(e *scenarios.Expect) {
		e.Read = map[bool]oracle.Read{true: oracle.Blocked, false: oracle.Allowed}[e.Read == oracle.Allowed]
	})
	change("reason", e.Reason != "", func(e *scenarios.Expect) { e.Reason = "port-blocked" })
	change("server-saw, one more", e.ServerSaw != nil, func(e *scenarios.Expect) { e.ServerSaw = append(slices.Clone(e.ServerSaw), "GET") })
	change("server-saw, one less", len(e.ServerSaw) > 0, func(e *scenarios.Expect) { e.ServerSaw = e.ServerSaw[1:] })
	change("type", e.Type != "", func(e *scenarios.Expect) { e.Type += "redirect" })
	change("status", e.Status != nil, func(e *scenarios.Expect) { e.Status = new(*e.Status + 1) })
	change("redirected", e.Redirected != nil, func(e *scenarios.Expect) { e.Redirected = new(!*e.Redirected) })
	change("url", e.URL != nil, func(e *scenarios.Expect) { e.URL = new(scenarios.Literal("https://never.test/")) })
	change("body", e.Body != nil, func(e *scenarios.Expect) { e.Body = new(scenarios.Literal(e.Body.String() + "!")) })
	change("readable-headers", len(e.ReadableHeaders) > 0, func(e *scenarios.Expect) { e.ReadableHeaders = []string{"x-never"} })
	change("hidden-headers", len(e.HiddenHeaders) > 0 && len(e.ReadableHeaders) > 0, func(e *scenarios.Expect) {
		name, _, _ := strings.Cut(e.ReadableHeaders[0], ":")
		e.HiddenHeaders = []string{name}
	})
	change("muted", e.Muted != nil, func(e *scenarios.Expect) { e.Muted = new(!*e.Muted) })
	change("preflights", e.Preflights != nil, func(e *scenarios.Expect) { e.Preflights = new(*e.Preflights + 1) })
	change("origin", e.Origin != "", func(e *scenarios.Expect) { e.Origin = "https://never.test" })
	change("wire, one more", e.Wire != nil, func(e *scenarios.Expect) { e.Wire = append(slices.Clone(e.Wire), scenarios.WireClaim{}) })
	for i, w := range e.Wire {
		wire := func(name string, stated bool, f func(*scenarios.WireClaim)) {
			change(fmt.Sprintf("wire[%d].%s", i, name), stated, func(e *scenarios.Expect) {
				e.Wire = slices.Clone(e.Wire)
				f(&e.Wire[i])
			})
		}
		wire("at", w.At != "", func(w *scenarios.WireClaim) { w.At = "https://never.test" })
		wire("path", w.Path != "", func(w *scenarios.WireClaim) { w.Path += "never" })
		wire("method", w.Method != "", func(w *scenarios.WireClaim) { w.Method += "X" })
		wire("origin", w.Origin != "", func(w *scenarios.WireClaim) { w.Origin = "https://never.test" })
		wire("request-method", w.RequestMethod != "", func(w *scenarios.WireClaim) { w.RequestMethod = "NEVER" })
		wire("request-headers", w.RequestHeaders != "", func(w *scenarios.WireClaim) { w.RequestHeaders = "x-never" })
		wire("cookie", w.Cookie != "", func(w *scenarios.WireClaim) { w.Cookie = "never=1" })
		wire("body", w.Body != nil, func(w *scenarios.WireClaim) { w.Body = new(*w.Body + "!") })
	}
	return out
}
