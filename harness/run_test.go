package harness_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/harness/browser/browsertest"
	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
	"github.com/corsproof/corsproof/servers"
)

const head = `
format: 1
topic: t
about: Cases of a test.
spec: https://fetch.spec.whatwg.org/#cors-check
`

var third = oracle.Origin{Scheme: "https", Host: "api.third.test", Port: 443}

func permutations(t testing.TB, scenario string) []*scenarios.Permutation {
	t.Helper()
	file, err := scenarios.Parse("test.yaml", []byte(head+"scenarios:\n"+scenario))
	require.NoError(t, err)
	return scenarios.Permutations([]*scenarios.File{file})
}

// runAll runs scenarios in a real browser and returns their records by id.
func runAll(t testing.TB, o harness.Options) map[string]record.Record {
	t.Helper()
	return runIn(t, browser.Chromium, o)
}

// inEach runs a test in each engine that is here, and in CI in all.
func inEach(t *testing.T, test func(t *testing.T, engine string)) {
	for _, engine := range []string{browser.Chromium, browser.Firefox, browser.WebKit} {
		t.Run(engine, func(t *testing.T) { test(t, engine) })
	}
}

func runIn(t testing.TB, engine string, o harness.Options) map[string]record.Record {
	t.Helper()
	o.Browsers = []browser.Found{browsertest.Find(t, engine)}
	out := map[string]record.Record{}
	also := o.Record
	o.Record = func(r record.Record) {
		if _, twice := out[r.ID]; twice {
			t.Errorf("two records of %s", r.ID)
		}
		out[r.ID] = r
		if also != nil {
			also(r)
		}
	}
	_, err := harness.Run(context.Background(), o)
	require.NoError(t, err)
	require.Len(t, out, len(o.Permutations))
	return out
}

const plainRead = `
  - id: read
    title: A read that the server allows.
    why: The star lets everybody read.
    request: {from: app, to: api, via: [fetch, xhr, img-cors, module]}
    server: {response: {headers: {Access-Control-Allow-Origin: "*"}}}
    expect: {read: allowed, server-saw: [GET]}
  - id: refused
    title: A read that the server does not allow.
    why: Nothing in the reply names the page.
    request: {from: app, to: api, via: [fetch, xhr, img-cors, module]}
    expect: {read: blocked, server-saw: [GET]}
`

func TestTruePasses(t *testing.T) {
	for id, r := range runAll(t, harness.Options{Permutations: permutations(t, plainRead)}) {
		assert.Equal(t, record.Pass, r.Verdict, "%s: %v", id, r.Problems)
	}
}

// TestEveryBrowser runs in all browsers of an engine that are here: a record for
// each, in front of the same servers. One that can't start takes only its own
// records with it.
func TestEveryBrowser(t *testing.T) {
	found, err := browser.FindAll(browser.Chromium)
	require.NoError(t, err)
	broken := browser.Found{Key: "edge", Name: "Microsoft Edge", Path: "/no/such/browser"}
	verdicts := map[string]map[record.Verdict]int{}
	fleets := map[*servers.Fleet]bool{}
	var last harness.Progress
	run, err := harness.Run(t.Context(), harness.Options{
		Permutations: permutations(t, plainRead), Browsers: append(found, broken),
		Started: func(f *servers.Fleet, _ browser.Browser) { fleets[f] = true },
		Record: func(r record.Record) {
			if verdicts[r.Engine] == nil {
				verdicts[r.Engine] = map[record.Verdict]int{}
			}
			verdicts[r.Engine][r.Verdict]++
		},
		Progress: func(p harness.Progress) { last = p },
	})
	require.NoError(t, err)
	var keys []string
	for _, engine := range run.Engines {
		keys = append(keys, engine.Key)
		if engine.Key == broken.Key {
			assert.Equal(t, map[record.Verdict]int{record.Error: 8}, verdicts[engine.Key])
		} else {
			assert.Equal(t, map[record.Verdict]int{record.Pass: 8}, verdicts[engine.Key], engine.Key)
		}
	}
	assert.Len(t, keys, len(found)+1)
	assert.Len(t, fleets, 1)
	assert.Equal(t, 8*len(keys), run.Expected)
	assert.Equal(t, harness.Progress{Done: 8 * len(keys), Total: 8 * len(keys), Unexpected: 8}, last)

	_, err = harness.Run(t.Context(), harness.Options{Permutations: permutations(t, plainRead), Browsers: []browser.Found{broken}})
	assert.ErrorContains(t, err, "/no/such/browser", "then nothing ran")
}

func TestAFalseClaimIsUnexpected(t *testing.T) {
	false1 := strings.NewReplacer("{read: allowed,", "{read: blocked,", "{read: blocked,", "{read: allowed,").Replace(plainRead)
	false2 := strings.ReplaceAll(plainRead, "server-saw: [GET]", "server-saw: [OPTIONS, GET]")
	for _, scenario := range []string{false1, false2} {
		p := permutations(t, scenario)
		assert.Len(t, harness.Lint(p), len(p), "lint sees each without a browser")
		for id, r := range runAll(t, harness.Options{Permutations: p}) {
			assert.Equal(t, record.Unexpected, r.Verdict, id)
		}
	}
}

// TestADeadServerNeverPasses kills a server before the cases run: whatever they
// claim, a block by silence proves nothing.
func TestADeadServerNeverPasses(t *testing.T) {
	records := runAll(t, harness.Options{
		Permutations: permutations(t, strings.ReplaceAll(plainRead, "to: api", "to: third")),
		Started: func(fleet *servers.Fleet, _ browser.Browser) {
			require.NoError(t, fleet.Kill(third))
		},
	})
	for id, r := range records {
		assert.Contains(t, []record.Verdict{record.Inconclusive, record.Error}, r.Verdict, "%s: %v", id, r.Problems)
	}
}

// TestAServerThatDiesInMidRun kills the server when the first of many batches
// has its records.
func TestAServerThatDiesInMidRun(t *testing.T) {
	var fleet *servers.Fleet
	var once sync.Once
	counts := map[record.Verdict]int{}
	for _, r := range runAll(t, harness.Options{
		Permutations: refused(t, "third", 600),
		Started:      func(f *servers.Fleet, _ browser.Browser) { fleet = f },
		Record: func(record.Record) {
			once.Do(func() { require.NoError(t, fleet.Kill(third)) })
		},
	}) {
		counts[r.Verdict]++
	}
	assert.Equal(t, 500, counts[record.Pass], "those whose evidence was in before: %v", counts)
	assert.Equal(t, 100, counts[record.Inconclusive], "%v", counts)
}

// TestABrowserThatDiesIsReplaced ends the browser in mid-run: its unfinished
// cases run once more in the next, and each has one record.
func TestABrowserThatDiesIsReplaced(t *testing.T) {
	inEach(t, func(t *testing.T, engine string) {
		var running browser.Browser
		starts := 0
		var once sync.Once
		attempts := map[int]int{}
		for id, r := range runIn(t, engine, harness.Options{
			Permutations: refused(t, "api", 600),
			Started:      func(_ *servers.Fleet, b browser.Browser) { running, starts = b, starts+1 },
			Record:       func(record.Record) { once.Do(func() { go running.Close() }) },
		}) {
			attempts[r.Attempt]++
			assert.Equal(t, record.Pass, r.Verdict, "%s: %v", id, r.Problems)
		}
		assert.Equal(t, 2, starts)
		assert.Equal(t, map[int]int{1: 500, 2: 100}, attempts)
	})
}

// TestACaseThatHangsItsPage has a script that never ends among other cases, once
// of the page and once of a frame in it, which may be a process of its own: they
// pass, and only it comes to no end.
func TestACaseThatHangsItsPage(t *testing.T) {
	const among = `
  - id: read-%[1]d
    title: A read.
    why: No star.
    timeout: 4s
    expect: {read: blocked, server-saw: [GET]}
    each:
      - {name: page, request: {from: app, to: api, via: fetch}}
      - {name: frame, request: {from: third, to: api, via: fetch}, page: {top: evil}}
`
	const endless = `
  - id: endless
    title: A script that runs for ever.
    why: Nothing in the page has a turn after it.
    server: {response: {headers: {Content-Type: text/javascript}, body: "while (true);"}}
    expect: {read: opaque, server-saw: [GET]}
    timeout: 2s
    each:
      - {name: page, request: {from: app, to: api, via: script}}
      - {name: frame, request: {from: third, to: api, via: script}, page: {top: evil}}
`
	var scenario strings.Builder
	for i := range 4 {
		if i == 2 {
			scenario.WriteString(endless)
		}
		fmt.Fprintf(&scenario, among, i)
	}
	inEach(t, func(t *testing.T, engine string) {
		for id, r := range runIn(t, engine, harness.Options{Permutations: permutations(t, scenario.String()), Log: t.Logf}) {
			if strings.HasPrefix(id, "t/endless/") {
				assert.Equal(t, record.Error, r.Verdict, id)
				assert.Contains(t, strings.Join(r.Problems, "\n"), "answer", id)
			} else {
				assert.Equal(t, record.Pass, r.Verdict, "%s: %v", id, r.Problems)
			}
		}
	})
}

// TestABrowserThatDiesTwiceIsAnError ends every browser after its first batch.
func TestABrowserThatDiesTwiceIsAnError(t *testing.T) {
	var running browser.Browser
	var once *sync.Once
	counts := map[record.Verdict]int{}
	for _, r := range runAll(t, harness.Options{
		Permutations: refused(t, "api", 1100),
		Started:      func(_ *servers.Fleet, b browser.Browser) { running, once = b, new(sync.Once) },
		Record:       func(record.Record) { once.Do(func() { go running.Close() }) },
	}) {
		counts[r.Verdict]++
	}
	assert.Equal(t, map[record.Verdict]int{record.Pass: 1000, record.Error: 100}, counts)
}

// refused are reads, each of its own, that the server does not allow.
func refused(t testing.TB, to string, n int) []*scenarios.Permutation {
	var scenario strings.Builder
	for i := range n {
		fmt.Fprintf(&scenario, "  - {id: read-%d, title: A read., why: No star., request: {from: app, to: %s, via: fetch}, expect: {read: blocked, server-saw: [GET]}}\n", i, to)
	}
	return permutations(t, scenario.String())
}

// TestASetUpsServer proves Express, and shows both sabotages: a route without
// cors() where reading is claimed, and a server that is not there any more.
func TestASetUpsServer(t *testing.T) {
	const setUp = `
  - id: with-cors
    title: cors() lets everybody read.
    why: The middleware adds the star.
    request: {from: app, to: api, via: [fetch, xhr], path: %s}
    server: {set-up: %s}
    expect: {read: allowed, server-saw: [GET]}
`
	for _, name := range []string{"express-cors", "express4-cors", "gorilla-mux"} {
		for id, r := range runAll(t, harness.Options{Permutations: permutations(t, fmt.Sprintf(setUp, "/with-cors", name))}) {
			assert.Equal(t, record.Pass, r.Verdict, "%s %s: %v", name, id, r.Problems)
		}
		for id, r := range runAll(t, harness.Options{Permutations: permutations(t, fmt.Sprintf(setUp, "/without-cors", name))}) {
			assert.Equal(t, record.Unexpected, r.Verdict, "%s %s: %v", name, id, r.Problems)
		}
	}
}

// TestPause shows the cases of a paused run in pages of their own; a page that
// could not be made would be an error of the run.
func TestPause(t *testing.T) {
	paused := 0
	records := runAll(t, harness.Options{Permutations: permutations(t, plainRead), Pause: func() { paused++ }})
	assert.Equal(t, 1, paused)
	for id, r := range records {
		assert.Equal(t, record.Pass, r.Verdict, id)
	}
}

// TestStepsOfSetUps asks two set-ups in one case: each step its own.
func TestStepsOfSetUps(t *testing.T) {
	for id, r := range runAll(t, harness.Options{Permutations: permutations(t, `
  - id: two
    title: Each step asks its own set-up.
    why: The first claim holds of Express only.
    steps:
      - request: {from: app, to: api, via: fetch, path: /with-cors}
        server: {set-up: express-cors}
        expect: {read: allowed}
      - request: {from: app, to: api, via: fetch, path: /with-cors}
        server: {set-up: gorilla-mux}
        expect: {read: allowed}
`)}) {
		require.Equal(t, record.Pass, r.Verdict, "%s: %v", id, r.Problems)
		var poweredBy []bool
		for _, step := range r.Steps {
			require.Len(t, step.Observed.Wire, 1)
			_, found := step.Observed.Wire[0].ReplyHeaders.Get("X-Powered-By")
			poweredBy = append(poweredBy, found)
		}
		assert.Equal(t, []bool{true, false}, poweredBy, "Express says so, Go does not")
	}
}

// TestASetUpIsReplayed predicts a set-up's case as any other, after the run:
// with its cookies, and with the link of the switch that explains a difference.
func TestASetUpIsReplayed(t *testing.T) {
	for id, r := range runAll(t, harness.Options{Permutations: permutations(t, `
  - id: json
    title: JSON is not for a no-cors fetch.
    why: Opaque response blocking.
    request: {from: app, to: api, via: fetch, path: /with-cors, credentials: include, mode: no-cors}
    cookies: [{on: api, name: a, value: "1", attributes: SameSite=None; Secure}]
    server: {set-up: gorilla-mux}
    expect: {read: blocked, reason: opaque-response-blocking, request-headers: {Cookie: present}}
`)}) {
		assert.Equal(t, record.Divergence, r.Verdict, "%s: %v", id, r.Problems)
		assert.NotEmpty(t, r.Explained)
	}
}
