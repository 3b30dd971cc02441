package check

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/harness/browser/browsertest"
	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/policy"
	"github.com/corsproof/corsproof/scenarios"
)

const allowedOrigin = "https://app.example.com"

// probesOf are probes that say in a scenario file's words what they ask and claim.
func probesOf(t *testing.T, scenarioList string) []policy.Probe {
	scenarioList = strings.ReplaceAll(strings.ReplaceAll(scenarioList, "- {id:", "- {title: A., why: B., id:"), "  - id:", "  - title: A.\n    why: B.\n    id:")
	file, err := scenarios.Parse("probes", []byte("format: 1\ntopic: check\nabout: A test's.\nspec: https://fetch.spec.whatwg.org/#cors-check\n"+
		"defaults: {request: {from: \""+allowedOrigin+"\", to: \""+handlerOrigin+"\", via: fetch, path: /items}, server: {set-up: target}}\nscenarios:\n"+scenarioList))
	require.NoError(t, err)
	var probes []policy.Probe
	for _, p := range scenarios.Permutations([]*scenarios.File{file}) {
		request := p.Steps[0].Request
		probes = append(probes, policy.Probe{
			Permutation: p, Origin: request.From, Endpoint: request.Path, Method: request.Method,
			Writes: slices.ContainsFunc(p.Steps, func(s scenarios.Step) bool { return !slices.Contains([]string{"", "GET", "HEAD"}, s.Request.Method) }),
		})
	}
	return probes
}

const fewProbes = `
  - {id: declared, expect: {read: allowed}}
  - {id: put, request: {method: PUT, headers: {X-Token: a}, credentials: include}, expect: {read: allowed}}
  - {id: foreign, request: {from: "https://evil.test"}, expect: {read: blocked}}
  - {id: "foreign-put", request: {from: "https://evil.test", method: PUT, credentials: include}, expect: {read: blocked}}
  - {id: scheme, request: {from: "http://app.example.com"}, expect: {read: blocked}}
  - {id: "null", request: {from: opaque-sandbox}, expect: {read: blocked}}
  - {id: delete, request: {method: DELETE}, expect: {read: blocked}}
  - {id: same-origin, request: {from: "https://api.corsproof.test"}, expect: {read: allowed}}
  - id: repeated
    steps:
      - {expect: {read: allowed}}
      - {expect: {read: allowed}}
`

// cors allows the origins for which allow holds, PUT and X-Token.
func cors(allow func(origin string) bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Origin")
		origin := r.Header.Get("Origin")
		if origin != "" && allow(origin) {
			w.Header().Set("Access-Control-Allow-Origin", origin)
			w.Header().Set("Access-Control-Allow-Credentials", "true")
		}
		if r.Method == "OPTIONS" && r.Header.Get("Access-Control-Request-Method") != "" {
			w.Header().Set("Access-Control-Allow-Methods", "PUT")
			w.Header().Set("Access-Control-Allow-Headers", "X-Token")
			w.WriteHeader(204)
			return
		}
		next.ServeHTTP(w, r)
	})
}

var items = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("items")) })

func only(origin string) bool { return origin == allowedOrigin }

// outcomeOf checks a target in a browser and offline.
func outcomeOf(t *testing.T, o Options, probes []policy.Probe, offline bool) outcome {
	if o.Policy == nil {
		o.Policy = &policy.Policy{}
	}
	o.Log = t.Logf
	r, err := o.Target.start(t.Context(), o)
	require.NoError(t, err)
	defer func() { assert.NoError(t, r.stop()) }()
	probe := o.ask
	if !offline {
		o.Browsers = []browser.Found{browsertest.Find(t, browser.Chromium)}
		probe = o.drive
	}
	out, err := probe(context.WithoutCancel(t.Context()), r, probes)
	require.NoError(t, err)
	require.Len(t, out.results, len(probes))
	return out
}

// unmet are the probes whose claim was not met, and those without a verdict.
func unmet(out outcome) (unmet, unproven []string) {
	for _, r := range out.results {
		id := r.Record.ID
		if r.Record.Verdict == record.Error || r.Record.Verdict == record.Inconclusive || r.Record.Verdict == record.NotApplicable {
			unproven = append(unproven, id+": "+strings.Join(r.Record.Problems, "; "))
			continue
		}
		if slices.ContainsFunc(r.Record.Steps, func(s record.Step) bool { return s.Claim.Read != s.Observed.Read }) {
			unmet = append(unmet, id)
		}
	}
	return unmet, unproven
}

// bothWays runs a test in a browser and offline.
func bothWays(t *testing.T, test func(t *testing.T, offline bool)) {
	t.Run("browser", func(t *testing.T) { test(t, false) })
	t.Run("offline", func(t *testing.T) { test(t, true) })
}

func TestHandlers(t *testing.T) {
	for _, test := range []struct {
		name   string
		allow  func(string) bool
		expect []string
		// offline is true where a browser would show no more.
		offline bool
	}{
		{"correct", only, nil, false},
		{"reflecting", func(string) bool { return true }, []string{"check/foreign/fetch", "check/foreign-put/fetch", "check/scheme/fetch", "check/null/fetch"}, false},
		{"scheme ignored", func(o string) bool { return strings.HasSuffix(o, "://app.example.com") }, []string{"check/scheme/fetch"}, true},
		{"null", func(o string) bool { return only(o) || o == "null" }, []string{"check/null/fetch"}, true},
		{"nobody", func(string) bool { return false }, []string{"check/declared/fetch", "check/put/fetch", "check/repeated/fetch"}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			run := func(t *testing.T, offline bool) {
				out := outcomeOf(t, Options{Target: Handler(cors(test.allow, items))}, probesOf(t, fewProbes), offline)
				unmet, unproven := unmet(out)
				assert.Equal(t, test.expect, unmet)
				assert.Empty(t, unproven)
			}
			if test.offline {
				run(t, true)
			} else {
				bothWays(t, run)
			}
		})
	}
}
