package policy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/policy"
)

// facts are what one probe has asked for, each as a word.
func facts(p policy.Probe) []string {
	r := p.Permutation.Steps[0].Request
	names := make([]string, len(r.Headers))
	for i, h := range r.Headers {
		names[i] = h.Name
	}
	method := r.Method
	if r.Body != nil && r.Body.Text.String() != "corsproof" {
		method, names = "JSON", names[:len(names)-1] // which has a Content-Type
	}
	return []string{p.Origin, p.Endpoint, method, r.Credentials, strings.Join(names, ",")}
}

func TestWhateverIsDeclaredIsAskedForInPairs(t *testing.T) {
	met := map[string]bool{}
	for _, p := range plan(t, policies["the example"], policy.Options{}) {
		if p.Class != policy.Refused || p.Who != policy.Declared {
			continue
		}
		words := facts(p)
		for i := range words {
			for j := i + 1; j < len(words); j++ {
				met[fmt.Sprint(i, words[i], j, words[j])] = true
			}
		}
	}
	choices := [][]string{
		{"https://app.example.com", "https://admin.example.com:8443", "https://app.partner.example", "https://a.b.partner.example", "https://app-2.partner.example"},
		{"/items"}, {"", "HEAD", "POST", "PUT", "DELETE"}, {"omit", "include"}, {"", "Content-Type", "X-Token", "Content-Type,X-Token"},
	}
	for i := range choices {
		for j := i + 1; j < len(choices); j++ {
			for _, a := range choices[i] {
				for _, b := range choices[j] {
					assert.True(t, met[fmt.Sprint(i, a, j, b)], "%q and %q do not meet", a, b)
				}
			}
		}
	}
}

// What fails should fail alone somewhere, so that it can be named.
func TestThePlainestComesFirst(t *testing.T) {
	probes := plan(t, policies["the example"], policy.Options{})
	alone := map[string]bool{}
	for _, p := range probes {
		if p.Class == policy.Refused && p.What != policy.Repeated {
			alone[strings.Join(facts(p)[2:], " ")] = true
		}
	}
	for _, want := range []string{" omit ", "HEAD omit ", "POST omit ", "PUT omit ", "DELETE omit ", " include ", " omit X-Token", " omit Content-Type", "JSON omit "} {
		assert.True(t, alone[want], "%q", want)
	}
	assert.Equal(t, "https://app.example.com may GET /items.", probes[0].Meant)
}

func TestHeaders(t *testing.T) {
	asked := func(headers ...string) []string {
		var out []string
		for _, p := range plan(t, &policy.Policy{Origins: []string{"https://app.example.com"}, RequestHeaders: headers}, policy.Options{}) {
			if p.Class == policy.Refused && p.What == policy.Header && p.Method == "GET" {
				out = append(out, p.Subject)
			}
		}
		return out
	}
	assert.Equal(t, []string{"X-Token"}, asked("X-Token"))
	assert.Equal(t, []string{"X-B", "X-A", "X-B, X-A"}, asked("X-B", "X-A"))
	assert.Equal(t, []string{"X-C", "X-B", "X-A", "X-C, X-B, X-A", "X-A, X-B", "X-B, X-C", "X-A, X-C"}, asked("X-C", "X-B", "X-A"))
	any := asked("*")
	require.Len(t, any, 3)
	assert.Equal(t, []string{"X-Corsproof-Any", "Content-Type"}, any[:2])
	assert.NotContains(t, any[2], "Authorization", "a star does not cover it")
}

func TestEndpoints(t *testing.T) {
	p := policies["endpoints"]
	probes := plan(t, p, policy.Options{})
	for _, probe := range probes {
		for _, s := range probe.Permutation.Steps {
			path, _, _ := strings.Cut(s.Request.Path, "?")
			if strings.HasPrefix(path, "/account") && s.Request.Via == "fetch" && !strings.Contains(probe.Permutation.ID, "-bare") {
				assert.Equal(t, "Authorization", s.Request.Headers[0].Name, probe.Permutation.ID)
			}
			served := probe.Method == "GET" && s.Request.Path == "/account" && s.Expect.Read == oracle.Allowed && !strings.Contains(probe.Permutation.ID, "-bare")
			if served && (probe.What == policy.Read || probe.What == policy.Credentialed || probe.What == policy.Header) {
				require.NotNil(t, s.Expect.Status, probe.Permutation.ID)
				assert.Equal(t, 200, *s.Expect.Status)
			}
			if !served && probe.Who == policy.Declared {
				assert.Nil(t, s.Expect.Status, probe.Permutation.ID)
			}
		}
		assert.NotContains(t, probe.Meant+probe.Permutation.ID+probe.Permutation.Why, "Bearer t", "it may be a secret")
	}
	unserved := map[string]bool{}
	for _, probe := range probes {
		if probe.Class == policy.UnreadableError {
			assert.Equal(t, policy.ErrorResponse, probe.What)
			unserved[probe.Method+" "+probe.Permutation.Steps[0].Request.Path] = true
		}
	}
	for _, want := range []string{
		"DELETE /items?page=2", "POST /items?page=2", "PUT /account", "GET /orders/",
		"GET /corsproof-undeclared", "GET /items/corsproof-undeclared", "GET /orders/corsproof-undeclared", "GET /account",
	} {
		assert.True(t, unserved[want], want)
	}
	assert.False(t, unserved["PUT /items?page=2"], "which it serves")
}

func TestWhatMayWriteSaysSo(t *testing.T) {
	for _, p := range plan(t, policies["the example"], policy.Options{}) {
		writes := p.Method != "GET" && p.Method != "HEAD" && p.Method != "OPTIONS"
		assert.Equal(t, writes, p.Writes, p.Permutation.ID)
		assert.False(t, p.Class == policy.Leak && p.Writes && p.Who != policy.Foreign, "one stranger that writes is enough: %s", p.Permutation.ID)
	}
}

func TestCachesAreAsked(t *testing.T) {
	probes := plan(t, policies["the example"], policy.Options{})
	names := map[string]bool{}
	for _, p := range probes {
		if p.What != policy.Cached {
			continue
		}
		require.Len(t, p.Permutation.Steps, 2)
		a, b := p.Permutation.Steps[0].Request, p.Permutation.Steps[1].Request
		assert.Equal(t, a.Path, b.Path)
		assert.Equal(t, a.To, b.To)
		names[p.Meant] = true
	}
	for _, meant := range []string{
		"https://admin.example.com:8443 may GET /items with credentials, also when https://app.example.com has just done so.",
		"https://app.example.com may GET /items with credentials, also when https://admin.example.com:8443 has just done so.",
		"https://app.example.com may GET /items with credentials, also when its page has loaded that without CORS.",
		"https://app.example.com may GET /items with credentials, also when https://app.example.com:8443 has just tried.",
		"https://app.example.com:8443 may not read what GET /items with credentials answers, also when https://app.example.com has just read it.",
	} {
		assert.True(t, names[meant], meant)
	}
}

func TestMaxAge(t *testing.T) {
	of := func(bound time.Duration) []policy.Probe {
		var out []policy.Probe
		for _, p := range plan(t, &policy.Policy{Origins: []string{"https://app.example.com"}, Methods: []string{"PUT"}, MaxAge: bound}, policy.Options{}) {
			if p.What == policy.MaxAge {
				out = append(out, p)
			}
		}
		return out
	}
	assert.Empty(t, of(0), "no bound is none to prove")
	long := of(time.Minute)
	require.Len(t, long, 1)
	assert.Len(t, long[0].Permutation.Steps, 2, "the header tells")
	short := of(2 * time.Second)
	require.Len(t, short, 1)
	require.Len(t, short[0].Permutation.Steps, 3)
	assert.Equal(t, 3*time.Second, short[0].Permutation.Steps[2].Wait)
	assert.Equal(t, 1, *short[0].Permutation.Steps[2].Expect.Preflights)
	assert.Equal(t, 8*time.Second, short[0].Permutation.Timeout)
}

func TestAnExpectedStatusIsOfAPlainRequest(t *testing.T) {
	expects := func(e policy.Endpoint) []string {
		e.Path, e.ExpectStatus = "/items", 201
		p := &policy.Policy{Origins: []string{"https://app.example.com"}, Methods: []string{"PUT"}, RequestHeaders: []string{"X-Token", "Content-Type"}, Endpoints: []policy.Endpoint{e}}
		var out []string
		for _, probe := range plan(t, p, policy.Options{}) {
			r := probe.Permutation.Steps[0].Request
			if s := probe.Permutation.Steps[0].Expect.Status; s != nil && probe.Who == policy.Declared {
				assert.Equal(t, 201, *s)
				out = append(out, strings.TrimSpace(probe.Method+" "+strings.Join(facts(probe)[4:], "")))
				assert.Equal(t, "/items", r.Path)
			}
		}
		slices.Sort(out)
		return slices.Compact(out)
	}
	assert.Equal(t, []string{"GET"}, expects(policy.Endpoint{}))
	assert.Equal(t, []string{"GET"}, expects(policy.Endpoint{Methods: []string{"GET", "PUT"}}))
	assert.Equal(t, []string{"PUT"}, expects(policy.Endpoint{Methods: []string{"PUT"}}))
	assert.Equal(t, []string{"GET X-Token"}, expects(policy.Endpoint{Headers: map[string]string{"X-Token": "1"}}))
}
