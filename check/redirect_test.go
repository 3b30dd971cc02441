package check

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
)

const redirectProbes = `
  - {id: declared, request: {path: /slash}, expect: {read: allowed}}
  - {id: again, request: {path: /slash}, expect: {read: allowed}}
  - {id: put, request: {path: /slash, method: PUT, headers: {X-Token: a}, credentials: include}, expect: {read: allowed}}
  - {id: foreign, request: {path: /slash, from: "https://evil.test"}, expect: {read: blocked}}
  - {id: direct, request: {path: /slash/}, expect: {read: allowed}}
  - {id: direct-foreign, request: {path: /slash/, from: "https://evil.test"}, expect: {read: blocked}}
`

// slash is a handler that adds the slash that /slash lacks, and drops the query.
func slash(allow func(string) bool, bare bool) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/slash/", cors(allow, items))
	redirect := http.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", "/slash/")
		w.WriteHeader(http.StatusPermanentRedirect)
	}))
	if !bare {
		redirect = cors(allow, redirect)
	}
	mux.Handle("/slash", redirect)
	return mux
}

func TestRedirects(t *testing.T) {
	for _, test := range []struct {
		name   string
		target http.Handler
		expect []string
	}{
		{"correct", slash(only, false), nil},
		{"before the CORS layer", slash(only, true), []string{"check/declared/fetch", "check/again/fetch", "check/put/fetch"}},
		{"reflecting", slash(func(string) bool { return true }, false), []string{"check/foreign/fetch", "check/direct-foreign/fetch"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			bothWays(t, func(t *testing.T, offline bool) {
				out := outcomeOf(t, Options{Target: Handler(test.target)}, probesOf(t, redirectProbes), offline)
				unmet, unproven := unmet(out)
				assert.Equal(t, test.expect, unmet)
				assert.Empty(t, unproven)
			})
		})
	}
}

func TestARedirectToAnotherServerProvesNothing(t *testing.T) {
	away := cors(only, http.RedirectHandler("https://login.example.net/", http.StatusFound))
	bothWays(t, func(t *testing.T, offline bool) {
		out := outcomeOf(t, Options{Target: Handler(away)}, probesOf(t, fewProbes), offline)
		unmet, unproven := unmet(out)
		assert.Empty(t, unmet)
		assert.Len(t, unproven, 4, "what is allowed and led away: %q", unproven)
	})
}

func TestIsolated(t *testing.T) {
	picky := func(allow func(string) bool) http.Handler {
		next := cors(allow, items)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.RawQuery != "" {
				w.WriteHeader(http.StatusBadRequest)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
	out := outcomeOf(t, Options{Target: Handler(picky(only))}, probesOf(t, fewProbes), false)
	missed, _ := unmet(out)
	assert.Contains(t, missed, "check/declared/fetch")
	for _, test := range []struct {
		name   string
		allow  func(string) bool
		expect []string
	}{
		{"null", func(o string) bool { return only(o) || o == "null" }, []string{"check/null/fetch"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			out := outcomeOf(t, Options{Target: Handler(picky(test.allow)), Isolate: true}, probesOf(t, fewProbes), false)
			unmet, unproven := unmet(out)
			assert.Equal(t, test.expect, unmet)
			assert.Empty(t, unproven)
		})
	}
}
