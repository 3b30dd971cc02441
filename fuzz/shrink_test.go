package fuzz

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/scenarios"
)

// fake is a judge for whom a case disagrees when bug says so of its first step.
func fake(bug func(p *scenarios.Permutation) string) judge {
	return func(ctx context.Context, cases []*Case) ([]record.Record, error) {
		records := make([]record.Record, len(cases))
		if ctx.Err() != nil {
			return records, ctx.Err()
		}
		for i, c := range cases {
			records[i] = record.Record{ID: c.permutation.ID, Verdict: record.Pass, Steps: []record.Step{{Oracle: record.Predicted{Read: "blocked"}}}}
			if problem := bug(c.permutation); problem != "" {
				records[i].Verdict, records[i].Problems = record.Unexpected, []string{problem}
			}
		}
		return records, nil
	}
}

// big is a scenario with much in it.
func big() *node {
	headers := func(n int) *node {
		out := tree("Access-Control-Allow-Origin", "*", "Access-Control-Allow-Methods", "*, PUT")
		for i := range n {
			out.with(fmt.Sprintf("X-H%d", i), text("value"))
		}
		return out
	}
	return tree(
		"request", tree("from", "sub", "to", "third", "via", "fetch", "path", "/a/b?c", "method", "PUT", "credentials", "include",
			"headers", tree("X-Custom", "some value", "X-Other", "1", "Authorization", "Bearer x")),
		"cookies", &node{kind: list, values: []*node{tree("on", "api", "name", "a", "value", "1")}},
		"server", tree("preflight", tree("headers", headers(9)), "response", tree("status", "404", "headers", headers(5))))
}

func TestShrink(t *testing.T) {
	header := func(lines scenarios.Lines, name string) string {
		for _, line := range lines {
			if line.Name == name {
				return line.Value.String()
			}
		}
		return ""
	}
	for _, test := range []struct {
		name string
		bug  func(p *scenarios.Permutation) bool
		want string
	}{
		{"everything goes", func(*scenarios.Permutation) bool { return true }, "{request: {to: api}}"},
		{"a word stays", func(p *scenarios.Permutation) bool { return p.Steps[0].Request.Method == "PUT" }, "{request: {to: api, method: PUT}}"},
		{"two that need each other", func(p *scenarios.Permutation) bool {
			return header(p.Steps[0].Request.Headers, "Authorization") != "" && len(p.Steps[0].Server.Response.Headers) > 0
		}, `{request: {to: api, headers: {Authorization: "*"}}, server: {response: {headers: {X-H4: ""}}}}`},
		{"a value is cut", func(p *scenarios.Permutation) bool {
			return p.Steps[0].Server.Preflight != nil && strings.Contains(header(p.Steps[0].Server.Preflight.Headers, "Access-Control-Allow-Methods"), ",")
		}, `{request: {to: api}, server: {preflight: {headers: {Access-Control-Allow-Methods: ","}}}}`},
		{"one of either", func(p *scenarios.Permutation) bool {
			return len(p.Steps[0].Cookies) > 0 || p.Steps[0].Request.Credentials != ""
		}, `{request: {to: api, credentials: include}}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			run := fake(func(p *scenarios.Permutation) string {
				if test.bug(p) {
					return "it is broken"
				}
				return ""
			})
			s := start(t, run, big())
			require.NoError(t, shrink(t.Context(), run, []*shrinking{s}))
			assert.Equal(t, test.want, s.best.scenario.flow())
			assert.LessOrEqual(t, s.runs, mostRuns)
			assert.True(t, s.done)
		})
	}
}

// start is a disagreement that a judge has seen.
func start(t *testing.T, run judge, scenario *node) *shrinking {
	t.Helper()
	c, err := newCase("start", scenario)
	require.NoError(t, err)
	records, err := run(t.Context(), []*Case{c})
	require.NoError(t, err)
	require.True(t, disagrees(records[0]))
	return newShrinking(c, records[0])
}

// TestShrinkKeepsTheCause: a smaller case that disagrees in another way is
// another finding.
func TestShrinkKeepsTheCause(t *testing.T) {
	run := fake(func(p *scenarios.Permutation) string {
		if p.Steps[0].Request.Method == "PUT" {
			return "request 1 is 17, not 4"
		}
		return "the browser says blocked"
	})
	s := start(t, run, big())
	require.NoError(t, shrink(t.Context(), run, []*shrinking{s}))
	assert.Equal(t, "{request: {to: api, method: PUT}}", s.best.scenario.flow())
}

func TestShrinkOneStep(t *testing.T) {
	run := fake(func(p *scenarios.Permutation) string {
		if p.Steps[len(p.Steps)-1].Request.Method == "PATCH" {
			return "broken"
		}
		return ""
	})
	scenario := big()
	scenario.with("steps", &node{kind: list, values: []*node{tree(), tree("request", tree("method", "PATCH"), "page", "fresh")}})
	s := start(t, run, scenario)
	require.NoError(t, shrink(t.Context(), run, []*shrinking{s}))
	assert.Equal(t, "{request: {to: api, method: PATCH}}", s.best.scenario.flow())
}

func TestShrinkEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	run := fake(func(*scenarios.Permutation) string { return "broken" })
	s := start(t, run, big())
	rounds := 0
	err := shrink(ctx, func(ctx context.Context, cases []*Case) ([]record.Record, error) {
		if rounds++; rounds == 2 {
			cancel()
		}
		return run(ctx, cases)
	}, []*shrinking{s})
	require.ErrorIs(t, err, context.Canceled)
	assert.Less(t, s.best.scenario.size(), big().size())
	s.describe()
	assert.Equal(t, Unfinished, s.State)
}

// TestRun counts, groups and tells with a judge that needs no browser.
func TestRun(t *testing.T) {
	puts := func(p *scenarios.Permutation) string {
		if p.Steps[0].Request.Method == "PUT" {
			return "request 1 is broken"
		}
		return ""
	}
	var told []*Finding
	f := newFuzzing(Options{N: 1500, Seed: 3, Found: func(f *Finding) { told = append(told, f) }})
	f.judge = fake(puts)
	summary, err := f.run(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 1500, summary.Cases)
	require.Len(t, told, 1)
	assert.Equal(t, summary.Findings, told)
	assert.Equal(t, Small, told[0].State)
	assert.Equal(t, summary.Verdicts["unexpected"], 1+len(told[0].More))
	assert.Contains(t, told[0].Text, ", method: PUT}\n")
	file, err := scenarios.Parse("found.yaml", []byte(told[0].Text))
	require.NoError(t, err)
	assert.Equal(t, told[0].Name, file.Scenarios[0].ID)
	assert.Contains(t, summary.Text(), "1500 cases of seed 3")
}

// TestFrom: a part of a seed's cases, by their own numbers.
func TestFrom(t *testing.T) {
	var names []string
	f := newFuzzing(Options{N: batchSize + 1, From: 7, Seed: 3})
	run := fake(func(*scenarios.Permutation) string { return "" })
	f.judge = func(ctx context.Context, cases []*Case) ([]record.Record, error) {
		for _, c := range cases {
			names = append(names, c.Name)
		}
		return run(ctx, cases)
	}
	_, err := f.run(t.Context())
	require.NoError(t, err)
	require.Len(t, names, batchSize+1)
	assert.Equal(t, "seed-3-case-7", names[0])
	assert.Equal(t, "seed-3-case-1007", names[batchSize])
}

// TestNotReproduced: what comes up once is told, and not made small.
func TestNotReproduced(t *testing.T) {
	seen := map[string]bool{}
	f := newFuzzing(Options{N: 50, Seed: 3})
	f.judge = fake(func(p *scenarios.Permutation) string {
		if seen[p.ID] || p.ID != "fuzz/seed-3-case-7/"+string(p.Via) {
			return ""
		}
		seen[p.ID] = true
		return "broken once"
	})
	summary, err := f.run(t.Context())
	require.NoError(t, err)
	require.Len(t, summary.Findings, 1)
	assert.Equal(t, NotReproduced, summary.Findings[0].State)
	assert.Contains(t, summary.Findings[0].Text, "not reproduced")
}

// TestInterrupted: what was found before the end is there.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	run := fake(func(*scenarios.Permutation) string { return "broken" })
	f := newFuzzing(Options{N: 2000, Seed: 3})
	f.judge = func(ctx context.Context, cases []*Case) ([]record.Record, error) {
		records, err := run(ctx, cases)
		cancel()
		return records, err
	}
	summary, err := f.run(ctx)
	require.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, batchSize, summary.Cases)
	require.NotEmpty(t, summary.Findings)
	assert.Equal(t, Unfinished, summary.Findings[0].State)

	f = newFuzzing(Options{N: 10, Seed: 3})
	f.judge = func(context.Context, []*Case) ([]record.Record, error) { return nil, errors.New("no browser") }
	_, err = f.run(t.Context())
	require.EqualError(t, err, "no browser")
}
