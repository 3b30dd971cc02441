package harness_test

import (
	"fmt"
	"maps"
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
	change("reason", e.Reason != "", func(e *scenarios.Expect) {
		e.Reason = map[bool]oracle.Reason{true: oracle.FrameOptions, false: oracle.PortBlocked}[e.Reason == oracle.PortBlocked]
	})
	change("server-saw, one more", e.ServerSaw != nil, func(e *scenarios.Expect) { e.ServerSaw = append(slices.Clone(e.ServerSaw), "BREW") })
	change("server-saw, one less", len(e.ServerSaw) > 0, func(e *scenarios.Expect) { e.ServerSaw = e.ServerSaw[1:] })
	change("type", e.Type != "", func(e *scenarios.Expect) { e.Type += "redirect" })
	change("status", e.Status != nil, func(e *scenarios.Expect) { e.Status = new(*e.Status + 1) })
	change("status-text", e.StatusText != nil, func(e *scenarios.Expect) { e.StatusText = new(*e.StatusText + "!") })
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
	change("error", e.Error != "", func(e *scenarios.Expect) { e.Error = "NeverError" })
	change("timing", e.Timing != "", func(e *scenarios.Expect) {
		e.Timing = map[bool]string{true: "none", false: "full"}[e.Timing == "full"]
	})
	change("origin", e.Origin != "", func(e *scenarios.Expect) { e.Origin = "https://never.test" })
	change("request-headers, one more", len(e.RequestHeaders) > 0, func(e *scenarios.Expect) { e.RequestHeaders = oneMore(e.RequestHeaders) })
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
		wire("headers, one more", len(w.Headers) > 0, func(w *scenarios.WireClaim) { w.Headers = oneMore(w.Headers) })
		wire("body", w.Body != nil, func(w *scenarios.WireClaim) { w.Body = new(*w.Body + "!") })
	}
	return out
}

// oneMore claims a header that nobody sends.
func oneMore(headers map[string]string) map[string]string {
	more := maps.Clone(headers)
	more["x-never"] = "present"
	return more
}

// A line of expectations is for an accident. What a switch of the profile
// predicts needs none, and a line about nothing is a slip.
func TestLintLines(t *testing.T) {
	cases := permutations(t, `
  - id: star
    title: A star covers no Authorization.
    why: A credential must be named.
    request: {to: api, headers: {Authorization: secret}, via: [fetch, xhr]}
    server: {preflight: {headers: {Access-Control-Allow-Origin: "*", Access-Control-Allow-Headers: "*"}}, response: {headers: {Access-Control-Allow-Origin: "*"}}}
    expect: {read: blocked, reason: header-not-allowed, server-saw: [OPTIONS]}
  - id: plain
    title: A read.
    why: Everybody may.
    request: {to: api}
    server: {response: {headers: {Access-Control-Allow-Origin: "*"}}}
    expect: {read: allowed}
`)
	lint := func(profile oracle.Profile, line string) (ids []string) {
		lines, err := scenarios.ParseExpectations("engine.txt", []byte("\n"+line+" unreported\n"))
		require.NoError(t, err)
		for _, p := range harness.LintLines(cases, profile, lines) {
			assert.Equal(t, scenarios.Pos{File: "engine.txt", Line: 2, Column: 1}, p.Pos)
			ids = append(ids, p.ID)
		}
		return ids
	}
	chromium := oracle.ProfileFor("chromium")
	assert.Equal(t, []string{"t/star/fetch", "t/star/xhr"}, lint(chromium, "t/star/** allowed,wire"))
	assert.Equal(t, []string{"t/star/xhr"}, lint(chromium, "t/star/xhr wire"), "what is not stated may be as it likes")
	assert.Empty(t, lint(nil, "t/star/** allowed,wire"), "no switch explains it")
	assert.Empty(t, lint(chromium, "t/star/** allowed"), "the switch predicts another request, too")
	assert.Empty(t, lint(chromium, "t/star/** blocked,network-error"), "the switch predicts something else")
	assert.Empty(t, lint(chromium, "t/plain/fetch blocked"), "no switch is about this")
	assert.Equal(t, []string{"t/plian/fetch"}, lint(chromium, "t/plian/fetch blocked"), "no case has such an id")
}
