package harness_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/fixtures"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/scenarios"
	"github.com/corsproof/corsproof/servers"
)

// BenchmarkThroughput measures what a case costs beside what its requests cost:
// corsproof on plain fetch cases, and a bare fetch loop on the same server with
// the same number in flight, in the same browser in one go. The figure to quote
// is the ratio of their requests a second; it is reported, never asserted.
func BenchmarkThroughput(b *testing.B) {
	found, err := browser.Find("chromium")
	require.NoError(b, err)
	const cases = 2000
	permutations := plainFetches(b, cases)

	for b.Loop() {
		var bare []float64
		records, requests := 0, 0
		var first, last time.Time
		_, err := harness.Run(context.Background(), harness.Options{
			Permutations: permutations, Browsers: []browser.Found{found},
			Started: func(fleet *servers.Fleet, running browser.Browser) {
				for range 3 { // the first round warms connections and code
					bare = append(bare, bareLoop(b, fleet, running, cases))
				}
				first = time.Now()
			},
			Record: func(r record.Record) {
				records++
				last = time.Now()
				require.Equal(b, record.Pass, r.Verdict, r.Problems)
				for _, s := range r.Steps {
					requests += len(s.Observed.Wire)
				}
			},
		})
		require.NoError(b, err)
		require.Equal(b, cases, records)
		rate := float64(requests) / last.Sub(first).Seconds()
		loop := (bare[1] + bare[2]) / 2
		b.ReportMetric(loop, "bare-requests/s")
		b.ReportMetric(rate, "corsproof-requests/s")
		b.ReportMetric(rate/loop, "ratio")
		b.ReportMetric(0, "ns/op")
	}
}

// plainFetches are simple cross-origin reads, each with a URL of its own.
func plainFetches(tb testing.TB, n int) []*scenarios.Permutation {
	var file bytes.Buffer
	file.WriteString(`
format: 1
topic: bench
about: Plain reads.
spec: https://fetch.spec.whatwg.org/#cors-check
defaults:
  request: {from: app, to: api, via: fetch}
  server: {response: {headers: {Access-Control-Allow-Origin: "*"}}}
  expect: {read: allowed, server-saw: [GET]}
scenarios:
`)
	for i := range n {
		fmt.Fprintf(&file, "  - {id: read-%d, title: A plain read is allowed., why: The star lets everybody read.}\n", i)
	}
	parsed, err := scenarios.Parse("bench.yaml", file.Bytes())
	require.NoError(tb, err)
	return scenarios.Permutations([]*scenarios.File{parsed})
}

// bareLoop fetches n distinct URLs with nothing but fetch() and text(), and
// returns the requests a second.
func bareLoop(tb testing.TB, fleet *servers.Fleet, running browser.Browser, n int) float64 {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	bound, err := plainFetches(tb, 1)[0].Bind("bare0000", fixtures.Assets{})
	require.NoError(tb, err)
	fleet.Arm(bound.Token, anyQuery{bound})
	defer fleet.Disarm(bound.Token)
	profile, err := running.NewContext(ctx)
	require.NoError(tb, err)
	defer profile.Close()
	page, err := profile.Open(ctx, browser.Document{URL: scenarios.App.String() + scenarios.Reserved + "page.html"})
	require.NoError(tb, err)
	url, err := json.Marshal(bound.Steps[0].Request.URL)
	require.NoError(tb, err)
	var ms float64
	require.NoError(tb, page.Eval(ctx, fmt.Sprintf(`(async () => {
		const started = performance.now();
		let next = 0;
		const worker = async () => {
			while (next < %d) {
				const response = await fetch(%s + "?" + next++);
				if ((await response.text()) === "") throw new Error("an empty body");
			}
		};
		await Promise.all(Array.from({length: 64}, worker));
		return performance.now() - started;
	})()`, n, url), &ms))
	return float64(n) / (ms / 1000)
}

// anyQuery answers every query as the case itself.
type anyQuery struct{ *scenarios.Bound }

func (a anyQuery) Answer(step int, q scenarios.Query) scenarios.Answer {
	q.Path = "/"
	return a.Bound.Answer(step, q)
}
