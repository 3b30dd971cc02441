package scenarios

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/oracle"
)

func ids(perms []*Permutation) []string {
	out := make([]string, len(perms))
	for i, p := range perms {
		out[i] = p.ID
	}
	return out
}

func parse1(t *testing.T, text string) *File {
	t.Helper()
	f, err := Parse("my.yaml", []byte(text))
	require.NoError(t, err)
	return f
}

func headersOf(lines Lines) (out []string) {
	for _, l := range lines {
		out = append(out, l.Name+": "+l.Value.String())
	}
	return out
}

const layered = `format: 1
topic: layers
about: About.
spec: https://fetch.spec.whatwg.org/
defaults:
  request: {from: app, to: api, via: [fetch, xhr], headers: {X-A: a, X-B: b}}
  server:
    preflight: {status: 200, headers: {Access-Control-Allow-Origin: "*"}}
    response: {headers: {Access-Control-Allow-Origin: "*", Vary: [Origin, Accept]}}
  cookies: [{on: api, name: a, value: "1"}]
  expect: {read: blocked, reason: missing-allow-origin}
  timeout: 7s
scenarios:
  - id: plain
    title: Plain.
    why: Why.
  - id: laid-over
    title: Laid over.
    why: Why.
    spec: https://fetch.spec.whatwg.org/#cors-check
    timeout: 9s
    request: {to: sub, via: fetch, method: PUT, headers: {x-b: c, X-C: d}}
    server: {response: {headers: {access-control-allow-origin: null-origin, vary: []}}}
    cookies: []
    expect: {read: allowed}
  - id: replaced
    title: Replaced.
    why: Why.
    request: {headers: []}
    server: {preflight: {raw: "HTTP/1.1 200 OK\r\n\r\n"}, response: {headers: [[X, y], [X, z]]}}
    expect: {server-saw: [GET]}
  - id: each
    title: Each.
    why: Why.
    request: {method: PUT}
    each:
      - {name: one, request: {method: PATCH}}
      - name: two
        title: Two.
        why: Another why.
        spec: https://fetch.spec.whatwg.org/#two
        request: {via: [worker-fetch]}
        expect: {read: allowed}
        request: {}
`

func TestDefaultsAndOverridesMerge(t *testing.T) {
	_, err := Parse("my.yaml", []byte(layered))
	require.ErrorIs(t, err, RepeatedKey)
	f := parse1(t, layered[:len(layered)-len("        request: {}\n")]+"")
	s := map[string]*Scenario{}
	for _, scenario := range f.Scenarios {
		s[scenario.ID] = scenario
	}

	plain := s["plain"].Steps[0]
	assert.Equal(t, []string{"X-A: a", "X-B: b"}, headersOf(plain.Request.Headers))
	assert.Equal(t, []string{"Access-Control-Allow-Origin: *", "Vary: Origin", "Vary: Accept"}, headersOf(plain.Server.Response.Headers))
	assert.Equal(t, oracle.MissingAllowOrigin, plain.Expect.Reason)
	assert.Equal(t, 7*time.Second, s["plain"].Timeout)
	assert.Equal(t, "https://fetch.spec.whatwg.org/", s["plain"].Spec)
	assert.Len(t, plain.Cookies, 1)

	over := s["laid-over"].Steps[0]
	assert.Equal(t, []string{"X-A: a", "x-b: c", "X-C: d"}, headersOf(over.Request.Headers), "names are the same in any case")
	assert.Equal(t, []string{"access-control-allow-origin: null-origin"}, headersOf(over.Server.Response.Headers), "an empty list takes a header away")
	assert.Equal(t, "sub", over.Request.To)
	assert.Empty(t, over.Cookies)
	assert.Equal(t, oracle.Allowed, over.Expect.Read)
	assert.Empty(t, over.Expect.Reason, "a read forgets the reason of another read")
	assert.Equal(t, []oracle.Via{"fetch"}, s["laid-over"].Via)
	assert.Equal(t, 9*time.Second, s["laid-over"].Timeout)

	replaced := s["replaced"].Steps[0]
	assert.Empty(t, replaced.Request.Headers)
	assert.Equal(t, []string{"X: y", "X: z"}, headersOf(replaced.Server.Response.Headers))
	assert.NotNil(t, replaced.Server.Preflight.Raw)
	assert.Zero(t, replaced.Server.Preflight.Status, "raw forgets what it excludes")
	assert.Equal(t, oracle.MissingAllowOrigin, replaced.Expect.Reason)

	assert.Equal(t, "PATCH", s["each"].Each[0].Steps[0].Request.Method)
	two := s["each"].Each[1]
	assert.Equal(t, "PUT", two.Steps[0].Request.Method)
	assert.Equal(t, "Another why.", two.Why)
	assert.Equal(t, "https://fetch.spec.whatwg.org/#two", two.Spec)
	assert.Equal(t, []oracle.Via{"worker-fetch"}, two.Via)
}

func TestAnotherReadForgetsTheResponse(t *testing.T) {
	f := parse1(t, `format: 1
topic: layers
about: About.
spec: https://fetch.spec.whatwg.org/
scenarios:
  - id: each
    title: Title.
    why: Why.
    request: {to: api}
    expect: {read: allowed, type: cors, status: 200, body: x, server-saw: [GET]}
    each:
      - {name: same, expect: {read: allowed, status: 201}}
      - {name: other, expect: {read: blocked, reason: missing-allow-origin, error: TypeError}}
`)
	same, other := f.Scenarios[0].Each[0].Steps[0].Expect, f.Scenarios[0].Each[1].Steps[0].Expect
	assert.Equal(t, "cors", same.Type)
	assert.Equal(t, 201, *same.Status)
	assert.Empty(t, other.Type)
	assert.Nil(t, other.Status)
	assert.Nil(t, other.Body)
	assert.Equal(t, "TypeError", other.Error)
	assert.Equal(t, []string{"GET"}, other.ServerSaw)
}

func TestWhatScriptsMayPass(t *testing.T) {
	f := parse1(t, `format: 1
topic: odd
about: About.
spec: https://fetch.spec.whatwg.org/
defaults: {request: {to: api}, expect: {read: blocked}}
scenarios:
  - {id: method, title: T, why: W, request: {method: "G T", referrer-policy: "", path: "/\xfc?\xe9"}}
  - {id: headers, title: T, why: W, request: {headers: [["a b", "x\ny"], {X: [a, b]}, [Y, [c, d]]]}}
  - {id: stream, title: T, why: W, request: {method: POST, body: {stream: text}}}
  - {id: typed, title: T, why: W, request: {method: POST, body: {type: text/x}}}
  - id: one-of-each
    title: T
    why: W
    page: {sandbox: allow-scripts allow-forms}
    cookies: {on: api, name: a, value: b}
    server: {redirects: {to: third}, response: {status: 699, delay: 0s}}
    expect: {wire: {method: GET}, timing: true}
    timeout: 5 s
    each: [{name: 301}]
`)
	request := func(i int) Request { return f.Scenarios[i].Steps[0].Request }
	assert.Equal(t, "G T", request(0).Method)
	assert.Equal(t, "/%C3%BC?%C3%A9", request(0).Path)
	assert.Equal(t, []string{"a b: x\ny", "X: a", "X: b", "Y: c", "Y: d"}, headersOf(request(1).Headers))
	assert.True(t, request(2).Body.Stream)
	assert.Equal(t, "text", request(2).Body.Text.String())
	assert.Equal(t, "text/x", request(3).Body.Type)
	one := f.Scenarios[4].Each[0]
	assert.Equal(t, "301", one.Name)
	step := one.Steps[0]
	assert.Equal(t, []string{"allow-scripts", "allow-forms"}, step.Page.Sandbox)
	assert.Len(t, step.Cookies, 1)
	assert.Equal(t, "third", step.Server.Redirects[0].To)
	assert.Equal(t, 699, step.Server.Response.Status)
	assert.Equal(t, "GET", step.Expect.Wire[0].Method)
	assert.Equal(t, "full", step.Expect.Timing)
	assert.Equal(t, 5*time.Second, one.Timeout)
}

const stepped = `format: 1
topic: steps
about: About.
spec: https://fetch.spec.whatwg.org/
scenarios:
  - id: cache
    title: The second request is served from the preflight cache.
    why: Why.
    request: {to: api, via: [fetch, xhr], method: PUT}
    server: {preflight: {headers: {Access-Control-Max-Age: 5}}, response: {headers: {Access-Control-Allow-Origin: "*"}}}
    cookies: [{on: api, name: before, value: x}]
    expect: {read: allowed}
    steps:
      - expect: {preflights: 1}
        cookies: [{on: api, name: first, value: x}]
      - {wait: 6s, page: fresh, expect: {preflights: 0}}
      - {request: {via: img, method: }, cookies: [{on: api, name: third, value: x}]}
  - id: fixed
    title: Each step says how it loads.
    why: Why.
    steps:
      - {request: {to: api, via: fetch}}
      - {request: {to: api, via: xhr}, expect: {read: blocked}}
`

func TestSteps(t *testing.T) {
	_, err := Parse("my.yaml", []byte(stepped))
	require.ErrorIs(t, err, WrongType)
	text := replaceOnce(t, stepped, "via: img, method: ", "method: POST, via: img-cors")
	_, err = Parse("my.yaml", []byte(text))
	require.ErrorContains(t, err, "img-cors takes no method")
	f := parse1(t, replaceOnce(t, stepped, "via: img, method: ", "via: worker-fetch"))

	cache := f.Scenarios[0]
	assert.True(t, cache.MultiStep)
	require.Len(t, cache.Steps, 3)
	assert.Equal(t, 11*time.Second, cache.Timeout, "waits come on top")
	assert.Equal(t, 1, *cache.Steps[0].Expect.Preflights)
	assert.Equal(t, oracle.Allowed, cache.Steps[1].Expect.Read)
	assert.Equal(t, 6*time.Second, cache.Steps[1].Wait)
	assert.True(t, cache.Steps[1].Fresh)
	assert.Equal(t, "PUT", cache.Steps[1].Request.Method)
	var names []string
	for _, step := range cache.Steps {
		for _, c := range step.Cookies {
			names = append(names, c.Name)
		}
	}
	assert.Equal(t, []string{"before", "first", "third"}, names)

	perms := Permutations([]*File{f})
	assert.Equal(t, []string{"steps/cache/fetch", "steps/cache/xhr", "steps/fixed/xhr"}, ids(perms))
	assert.Equal(t, oracle.Via("xhr"), perms[1].Steps[0].Request.Via)
	assert.Equal(t, oracle.Via("worker-fetch"), perms[1].Steps[2].Request.Via)
	assert.Equal(t, oracle.Via("fetch"), perms[2].Steps[0].Request.Via)
}

func replaceOnce(t *testing.T, s, old, new string) string {
	t.Helper()
	require.Contains(t, s, old)
	return strings.Replace(s, old, new, 1)
}

func TestSelect(t *testing.T) {
	var perms []*Permutation
	for _, id := range []string{"preflight/put/fetch", "preflight/put/xhr", "preflight/put-twice/fetch", "simple/get/one/fetch", "simple/get/two/fetch"} {
		perms = append(perms, &Permutation{ID: id})
	}
	for _, test := range []struct {
		patterns []string
		want     []string
	}{
		{nil, ids(perms)},
		{[]string{"preflight/put/xhr"}, []string{"preflight/put/xhr"}},
		{[]string{"preflight/put"}, []string{"preflight/put/fetch", "preflight/put/xhr"}},
		{[]string{"preflight/"}, ids(perms)[:3]},
		{[]string{"simple/get/two", "preflight/put/fetch"}, []string{"preflight/put/fetch", "simple/get/two/fetch"}},
		{[]string{"*/put*"}, ids(perms)[:3]},
		{[]string{"**/fetch"}, []string{"preflight/put/fetch", "preflight/put-twice/fetch", "simple/get/one/fetch", "simple/get/two/fetch"}},
		{[]string{"simple/**/two/*"}, []string{"simple/get/two/fetch"}},
		{[]string{"*/*/xhr"}, []string{"preflight/put/xhr"}},
	} {
		got, err := Select(perms, test.patterns)
		require.NoError(t, err)
		assert.Equal(t, test.want, ids(got), "%q", test.patterns)
	}
	for pattern, want := range map[string]string{
		"preflihgt/put": "nearest: preflight/put",
		"prefligth":     "nearest: preflight",
		"put":           "nearest: preflight/put",
		"x[":            "not a pattern",
		"zzzzzzzz":      "corsproof list",
		"preflight/pu":  "preflight/put",
		"":              "corsproof list",
	} {
		_, err := Select(perms, []string{pattern})
		var selectError *SelectError
		require.ErrorAs(t, err, &selectError, pattern)
		assert.ErrorContains(t, err, want, pattern)
	}
}

func TestIDsAreUniqueOverFiles(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"/a.yaml", "/b.yaml"} {
		require.NoError(t, os.WriteFile(dir+name, []byte(one("    request: {to: api}\n    expect: {read: blocked}\n")), 0o600))
	}
	_, err := Load(dir+"/a.yaml", dir+"/b.yaml", dir+"/none.yaml")
	assert.ErrorIs(t, err, RepeatedID)
	assert.ErrorIs(t, err, Unreadable)
	assert.ErrorContains(t, err, dir+`/b.yaml:6:5: found the id "topic/case" again, expected an id of its own: `+dir+"/a.yaml:6:5 has it")
	assert.ErrorContains(t, err, dir+"/none.yaml: found an unreadable file (no such file or directory), expected a scenario file")
}

func TestLoadFS(t *testing.T) {
	fsys := fstest.MapFS{
		"a/one.yaml": {Data: []byte(one("    request: {to: api}\n    expect: {read: blocked}\n"))},
		"a/two.yaml": {Data: []byte("format: 2\n")},
	}
	files, err := LoadFS(fsys, "a/one*.yaml", "a/one.yaml")
	require.NoError(t, err)
	require.Len(t, files, 1)
	assert.Equal(t, "a/one.yaml", files[0].Path)
	assert.Equal(t, "a/one.yaml:6:5", files[0].Scenarios[0].Pos.String())

	_, err = LoadFS(fsys, "b/*.yaml", "[", "a/*.yaml")
	assert.ErrorContains(t, err, "b/*.yaml: found no file of that name, expected at least one")
	assert.ErrorContains(t, err, "[: found no file of that name")
	assert.ErrorContains(t, err, "a/two.yaml:1:9")
}

// TestLimits: a table of thousands is one file's to hold, in blocks or in
// brackets; one endless mapping is not.
func TestLimits(t *testing.T) {
	const head = `{"format": 1, "topic": "t", "about": "A.", "spec": "https://fetch.spec.whatwg.org/", "scenarios": [`
	var many strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&many, `{"id": "read-%d", "title": "T.", "why": "W.", "request": {"to": "api"}, "expect": {"read": "blocked"}},`, i)
	}
	file, err := Parse("many.yaml", []byte(head+many.String()+"]}"))
	require.NoError(t, err)
	assert.Len(t, file.Scenarios, 3000)

	const tooManyKeys = 2_001 // for one mapping
	wide := strings.Repeat("a: b, ", tooManyKeys)
	_, err = Parse("wide.yaml", []byte(head+`{"id": "a", "request": {"headers": {`+wide+`}}}]}`))
	require.ErrorContains(t, err, "too many keys")
	_, err = Parse("wide.yaml", []byte(strings.Repeat("a: b\n", tooManyKeys)))
	require.ErrorContains(t, err, "too many keys")
}
