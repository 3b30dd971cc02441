package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/scenarios"
)

// taught are scenarios with all that an explanation can show: a preflight, a
// step that fails, redirects, an engine that goes another way, several requests,
// no request at all, a false claim.
const taught = `
format: 1
topic: taught
about: Cases of a test.
spec: https://fetch.spec.whatwg.org/#cors-preflight-fetch
scenarios:
  - id: star
    title: A star does not cover Authorization.
    why: A credential must be named. Browsers let it pass.
    request: {to: api, headers: {Authorization: "Bearer 0123456789 0123456789 0123456789 0123456789"}}
    server: {preflight: {headers: {Access-Control-Allow-Origin: "*", Access-Control-Allow-Headers: "*"}}, response: {headers: {Access-Control-Allow-Origin: "*"}}}
    expect: {read: blocked}
  - id: hops
    title: A redirect to a stranger.
    why: Neither server alone may speak in the page's name.
    request: {to: api}
    server: {redirects: [{to: third, status: 307, headers: {Access-Control-Allow-Origin: "*"}}]}
    steps: [{expect: {read: blocked}}, {wait: 2s, request: {to: http-api}, expect: {read: allowed}}]
  - id: real
    title: A server whose replies nobody wrote down.
    why: They are known when it has run.
    request: {to: api}
    server: {set-up: gorilla-mux}
    expect: {read: blocked}
`

func explained(t *testing.T, b board) string {
	t.Helper()
	file, err := scenarios.Parse("taught.yaml", []byte(taught))
	require.NoError(t, err)
	for _, p := range scenarios.Permutations([]*scenarios.File{file}) {
		e, err := harness.Explain(p, "chromium")
		require.NoError(t, err)
		b.explanation(e)
	}
	return b.String()
}

// Plain text is for files and pipes: whole addresses, no colours, the wire below
// its step. A terminal has columns, if it is wide enough, and colours. What it
// says is the same.
func TestExplanation(t *testing.T) {
	for name, b := range map[string]board{
		"explain-plain.txt":  {width: 100},
		"explain-narrow.txt": {width: 50, color: true},
		"explain-wide.txt":   {width: 120, color: true, beside: true},
	} {
		got := explained(t, b)
		path := filepath.Join("testdata", name)
		if os.Getenv("CORSPROOF_UPDATE") != "" {
			require.NoError(t, os.MkdirAll("testdata", 0o755))
			require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
		}
		want, err := os.ReadFile(path)
		require.NoError(t, err, "CORSPROOF_UPDATE=1 writes it")
		assert.Equal(t, string(want), got)
	}
	plain := explained(t, board{width: 100})
	assert.NotContains(t, plain, "\x1b")
	assert.Contains(t, plain, "https://fetch.spec.whatwg.org/#concept-http-network-or-cache-fetch")
	codes := regexp.MustCompile("\x1b\\[[0-9;]*m|\x1b]8;;.*?\x1b\\\\")
	for _, width := range []int{50, 60, 99, 100, 120, 200} {
		drawn := explained(t, board{width: width, color: true, beside: width >= besideFrom})
		for line := range strings.Lines(codes.ReplaceAllString(drawn, "")) {
			word := strings.TrimSpace(line)
			if strings.ContainsAny(word, " │") { // a word that is too long stands alone
				assert.LessOrEqual(t, utf8.RuneCountInString(strings.TrimRight(line, "\n")), width, "%d columns: %q", width, line)
			}
		}
	}
}

// With -json the same is data: each step of the trace names its exchanges.
func TestExplainJSON(t *testing.T) {
	code, out, stderr := corsproof(t, "explain", "-json", scenarioFile(t, taught))
	require.Equal(t, exitOK, code, stderr)
	var e []harness.Explanation
	require.NoError(t, json.Unmarshal([]byte(out), &e))
	require.Len(t, e, 3)
	star := e[0].Steps[0]
	assert.Equal(t, "header-not-allowed", string(star.Standard.Reason))
	assert.Equal(t, "allowed", string(star.Profile.Read))
	assert.Equal(t, "authorization-under-wildcard", string(star.Switches[0].Name))
	assert.NotEmpty(t, star.Switches[0].Link)
	sent := 0
	for _, step := range star.Profile.Trace {
		for _, i := range step.Wire {
			assert.Equal(t, sent, i, "in their order")
			assert.NotZero(t, star.Profile.Wire[i].Reply.Status)
			sent++
		}
	}
	assert.Len(t, star.Profile.Wire, sent, "every request belongs to a step")
	assert.Equal(t, "2s", e[1].Steps[1].Wait)
	assert.Contains(t, e[2].Steps[0].Note, "gorilla-mux")

	code, out, _ = corsproof(t, "explain", "-json", "-engine", "none", scenarioFile(t, taught))
	require.Equal(t, exitOK, code)
	assert.NotContains(t, out, `"profile"`)
	code, _, stderr = corsproof(t, "explain", "-engine", "netscape", scenarioFile(t, taught))
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stderr, "netscape")
}
