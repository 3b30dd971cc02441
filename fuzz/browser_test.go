package fuzz

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// TestFindsWhatTheOracleDoesNotKnow takes a rule out of the engine's profile
// and has a case with much around it: the browser disagrees, and what is left of
// the case is the rule. With the rule there is nothing to find.
func TestFindsWhatTheOracleDoesNotKnow(t *testing.T) {
	found, err := browser.Find("chromium")
	require.NoError(t, err)
	allow := tree("Access-Control-Allow-Origin", "{request-origin}", "Access-Control-Allow-Credentials", "true", "Access-Control-Allow-Methods", "PUT", "Access-Control-Allow-Headers", "*", "Vary", "Origin")
	scenario := tree(
		"request", tree("from", "sub", "to", "third", "via", "fetch", "path", "/a?b=c", "method", "PUT", "credentials", "same-origin",
			"headers", tree("Accept", "text/html", "Authorization", "Bearer x", "X-Other", "1")),
		"cookies", &node{kind: list, values: []*node{tree("on", "third", "name", "a", "value", "1")}},
		"server", tree("preflight", tree("headers", allow), "response", tree("headers", allow.clone())))
	c, err := newCase("seed-1-case-1", scenario)
	require.NoError(t, err)

	examine := func(without ...oracle.Switch) []*Finding {
		f := newFuzzing(Options{N: 1, Browser: found, Without: without})
		records, err := f.judge(t.Context(), []*Case{c})
		require.NoError(t, err)
		if !disagrees(records[0]) {
			return nil
		}
		require.NoError(t, f.examine(t.Context(), []*shrinking{newShrinking(c, records[0])}))
		return f.summary.Findings
	}
	assert.Empty(t, examine())
	findings := examine(oracle.AuthorizationUnderWildcard)
	require.Len(t, findings, 1)
	f := findings[0]
	assert.Equal(t, Small, f.State)
	assert.Equal(t, record.Unexpected, f.Verdict)
	t.Log(f.Text)

	// The file shows it again, and nothing in it can go.
	file, err := scenarios.Parse("found.yaml", []byte(f.Text))
	require.NoError(t, err)
	var again record.Record
	_, err = harness.Run(t.Context(), harness.Options{
		Permutations: scenarios.Permutations([]*scenarios.File{file}), Browsers: []browser.Found{found}, Without: []oracle.Switch{oracle.AuthorizationUnderWildcard},
		Record: func(r record.Record) { again = r },
	})
	require.NoError(t, err)
	assert.Equal(t, record.Unexpected, again.Verdict)
	step := file.Scenarios[0].Steps[0]
	require.Len(t, step.Request.Headers, 1)
	assert.Equal(t, "Authorization", step.Request.Headers[0].Name)
	require.NotNil(t, step.Server.Preflight)
	assert.LessOrEqual(t, len(step.Server.Preflight.Headers), 2)
	assert.Empty(t, step.Cookies)
	assert.Empty(t, step.Request.Method)
}

// TestRunInBrowser runs a few cases from end to end.
func TestRunInBrowser(t *testing.T) {
	found, err := browser.Find("chromium")
	require.NoError(t, err)
	var last Progress
	summary, err := Run(t.Context(), Options{N: 40, Seed: 5, Browser: found, Progress: func(p Progress) { last = p }})
	require.NoError(t, err)
	assert.Equal(t, 40, summary.Cases)
	assert.Equal(t, found.Key, summary.Engine.Key)
	assert.Equal(t, 40, last.Total)
	for _, f := range summary.Findings {
		t.Error(f.Text)
	}
}
