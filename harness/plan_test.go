package harness

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/fixtures"
	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// permutation is the one case of a scenario, whose request, server and so on
// are given as YAML.
func permutation(t *testing.T, keys string) *scenarios.Permutation {
	t.Helper()
	file, err := scenarios.Parse("test.yaml", []byte(`
format: 1
topic: t
about: Cases of a test.
spec: https://fetch.spec.whatwg.org/#cors-check
defaults: {request: {from: app, to: api, via: fetch}}
scenarios:
  - {id: a, title: A case., why: For a test., expect: {read: blocked}, `+keys+`}
`))
	require.NoError(t, err)
	return scenarios.Permutations([]*scenarios.File{file})[0]
}

func TestLaneOf(t *testing.T) {
	for keys, want := range map[string]lane{
		`server: {}`: laneMain,
		`server: {response: {headers: {Cache-Control: max-age=60}}}`:                                         laneMain,
		`server: {response: {headers: {Set-Cookie: a=1}}}`:                                                   laneMain,
		`cookies: [{on: api, name: a, value: "1"}]`:                                                          laneMain,
		`server: {set-up: gorilla-mux}`:                                                                      laneMain,
		`server: {response: {delay: 10ms}}`:                                                                  laneHeld,
		`server: {response: {abort: in-body}}`:                                                               laneHeld,
		`request: {method: PUT}, server: {preflight: {delay: 10ms}}`:                                         laneHeld,
		`server: {redirects: [{to: third}]}`:                                                                 laneMain,
		`request: {method: PUT}, server: {redirects: [{to: third}]}`:                                         laneHeld,
		`request: {headers: {X-A: a}}, server: {redirects: [{to: third}]}`:                                   laneHeld,
		`steps: [{expect: {read: allowed}}, {expect: {read: allowed}}]`:                                      laneSteps,
		`steps: [{expect: {read: allowed}}, {wait: 6s, expect: {read: allowed}}]`:                            laneAlone,
		`steps: [{expect: {read: allowed}}, {page: fresh, expect: {read: allowed}}]`:                         laneAlone,
		`request: {via: style}, steps: [{expect: {read: opaque}}, {expect: {read: opaque}}]`:                 laneAlone,
		`request: {via: xhr, sync: true}`:                                                                    laneAlone,
		`request: {via: xhr, userinfo: "a:b"}, server: {response: {status: 401}}`:                            laneAlone,
		`request: {via: xhr, userinfo: "a:b"}`:                                                               laneMain,
		`server: {response: {status: 401}}`:                                                                  laneMain,
		`server: {redirects: [{userinfo: "a:b"}], response: {raw: "HTTP/1.1 401 No\r\n\r\n"}}`:               laneAlone,
		`request: {keepalive: true}`:                                                                         laneMain,
		`request: {via: beacon, body: ` + strings.Repeat("x", 513) + `}`:                                     laneAlone,
		`request: {keepalive: true, method: POST, body: ` + strings.Repeat("x", 513) + `}`:                   laneAlone,
		`request: {keepalive: true, method: POST, body: {text: x, times: 513}}`:                              laneAlone,
		`cookies: [{on: api, name: a, value: "1"}], server: {set-up: gorilla-mux}`:                           laneAlone,
		`server: {response: {headers: {Set-Cookie: a=1; Path=/}}}`:                                           laneMain,
		`server: {response: {headers: {Set-Cookie: __host-a=1; Path=/}}}`:                                    laneAlone,
		`cookies: [{on: api, name: __Host-a, value: "1", attributes: Path=/; Secure}]`:                       laneAlone,
		`server: {response: {headers: {strict-transport-security: max-age=60}}}`:                             laneAlone,
		`server: {redirects: [{to: third, headers: {Clear-Site-Data: '"cookies"'}}]}`:                        laneAlone,
		`server: {response: {raw: "HTTP/1.1 200 OK\r\n\r\n"}}`:                                               laneMain,
		`server: {response: {raw: "teatime"}}`:                                                               laneAlone,
		`server: {response: {raw: "HTTP/1.1 200 OK\r\nSTRICT-transport-security: max-age=60\r\n\r\n"}}`:      laneAlone,
		`server: {response: {raw: "HTTP/1.1 200 OK\r\nSet-Cookie: a=1; path=/\r\n\r\n"}}`:                    laneAlone,
		`server: {redirects: [{to: third, headers: {Alt-Svc: clear}}], response: {raw: "HTTP/1.1 200\r\n"}}`: laneAlone,
	} {
		p := permutation(t, keys)
		bound, err := p.Bind("t", fixtures.Assets{})
		require.NoError(t, err)
		assert.Equal(t, want, laneOf(p, bound), keys)
	}
}

func TestBatches(t *testing.T) {
	app := oracle.Origin{Scheme: "https", Host: "app.site.test", Port: 443}
	plain := oracle.Origin{Scheme: "http", Host: "app.site.test", Port: 80}
	some := func(n int, page oracle.Origin, lane lane, cookies int) []*trial {
		var out []*trial
		for range n {
			step := scenarios.BoundStep{Step: &scenarios.Step{}, Cookies: make([]oracle.Cookie, cookies)}
			step.Request.Client.Page = page
			out = append(out, &trial{lane: lane, bound: &scenarios.Bound{Steps: []scenarios.BoundStep{step}}})
		}
		return out
	}
	framed := func(sites, each int) []*trial { // in frames of one page
		var out []*trial
		for i := range sites {
			site := some(each, oracle.Origin{Scheme: "https", Host: fmt.Sprintf("site%d.test", i), Port: 443}, laneMain, 0)
			for _, t := range site {
				t.bound.Steps[0].Request.Client.Top = app
			}
			out = append(out, site...)
		}
		return out
	}
	for name, c := range map[string]struct {
		trials []*trial
		want   []int
	}{
		"none":             {nil, nil},
		"one":              {some(1, app, laneMain, 0), []int{1}},
		"as many as fit":   {some(batchSize, app, laneMain, 0), []int{batchSize}},
		"one more":         {some(batchSize+1, app, laneMain, 0), []int{batchSize, 1}},
		"held":             {some(heldSize+1, app, laneHeld, 0), []int{heldSize, 1}},
		"cookies":          {some(cookiesSize/2+1, app, laneMain, 2), []int{cookiesSize / 2, 1}},
		"too many cookies": {some(2, app, laneMain, cookiesSize+1), []int{1, 1}},
		"two pages":        {append(append(some(1, app, laneMain, 0), some(1, plain, laneMain, 0)...), some(1, app, laneMain, 0)...), []int{2, 1}},
		"frames":           {framed(framesSize, 3), []int{3 * framesSize}},
		"too many frames":  {framed(framesSize+1, 3), []int{3 * framesSize, 3}},
		"two lanes":        {append(some(1, app, laneHeld, 0), some(1, app, laneMain, 0)...), []int{1, 1}},
	} {
		var sizes []int
		seen := map[*trial]bool{}
		for _, batch := range batches(c.trials) {
			sizes = append(sizes, len(batch))
			for _, trial := range batch {
				assert.False(t, seen[trial], "%s: a trial runs twice", name)
				seen[trial] = true
				assert.Equal(t, batch[0].document(0).key(), trial.document(0).key(), name)
				assert.Equal(t, batch[0].lane, trial.lane, name)
			}
		}
		assert.Equal(t, c.want, sizes, name)
		assert.Len(t, seen, len(c.trials), name)
	}
}

// twinOf is the permissive twin of a case.
func twinOf(t *testing.T, keys string) *scenarios.Permutation {
	t.Helper()
	s := &session{tokens: newTokens().next}
	trial, err := newTrial(permutation(t, keys), "token", nil)
	require.NoError(t, err)
	twin, err := s.twin(trial, 0)
	require.NoError(t, err, keys)
	assert.NotEqual(t, oracle.Blocked, twin.prediction().Read, keys)
	assert.NotEmpty(t, twin.prediction().Wire, keys)
	return twin.perm
}

func TestATwinStaysClose(t *testing.T) {
	twin := twinOf(t, `request: {method: PUT, headers: {X-A: "1"}, credentials: include, path: /a}, server: {redirects: [{to: third}]}`)
	step := twin.Steps[0]
	assert.Equal(t, "PUT", step.Request.Method)
	assert.Len(t, step.Request.Headers, 1)
	assert.Equal(t, "include", step.Request.Credentials)
	assert.Len(t, step.Server.Redirects, 1)

	twin = twinOf(t, `server: {redirects: [{to: third, userinfo: "a:b"}]}`)
	require.Len(t, twin.Steps[0].Server.Redirects, 1, "the hop stays, its userinfo goes")
	assert.Empty(t, twin.Steps[0].Server.Redirects[0].Userinfo)

	twin = twinOf(t, `request: {mode: same-origin, method: PUT}`)
	assert.Empty(t, twin.Steps[0].Request.Mode)
	assert.Equal(t, "PUT", twin.Steps[0].Request.Method)
}

func TestNoTwinOfMixedContent(t *testing.T) {
	trial, err := newTrial(permutation(t, `request: {to: http-api}`), "token", nil)
	require.NoError(t, err)
	_, err = (&session{tokens: newTokens().next}).twin(trial, 0)
	assert.ErrorContains(t, err, "no permissive twin")
}

func TestControlKey(t *testing.T) {
	base := `request: {path: /a}`
	key := func(keys string) string { return controlKey(twinOf(t, keys)) }
	for _, same := range []string{
		`request: {path: /b}`,
		`request: {path: /a}, server: {response: {status: 500, headers: {Access-Control-Allow-Origin: "null"}}}`,
		`request: {path: /a}, cookies: [{on: api, name: a, value: "1"}]`,
	} {
		assert.Equal(t, key(base), key(same), same)
	}
	seen := map[string]string{key(base): base}
	for _, other := range []string{
		`request: {from: sub}`, `request: {to: third}`, `request: {via: xhr}`, `request: {method: PUT}`,
		`request: {mode: no-cors}`, `request: {credentials: include}`, `request: {cache: no-store}`,
		`request: {referrer-policy: no-referrer}`, `request: {keepalive: true}`, `request: {headers: {X-A: "1"}}`,
		`request: {headers: {X-A: "2"}}`, `request: {headers: {X-B: "1"}}`, `request: {method: POST}`,
		`request: {method: POST, body: {text: a}}`, `request: {method: POST, body: {type: text/html, text: a}}`,
		`request: {via: xhr, upload-listener: true, method: POST}`, `request: {via: xhr, response-type: json}`,
		`server: {redirects: [{to: third}]}`, `server: {redirects: [{to: evil}]}`, `server: {redirects: [{to: third, status: 307}]}`,
		`server: {redirects: [{to: third}, {to: third}]}`,
	} {
		if twin, found := seen[key(other)]; found {
			t.Errorf("%s and %s share a twin", other, twin)
		}
		seen[key(other)] = other
	}
}

func TestTake(t *testing.T) {
	at := func(token string) string { return "https://api.other.test/~" + token + "/a;~1?b#c" }
	f := newFailures()
	f.hear(browser.Failure{URL: at("a"), Native: "specific", Reason: oracle.MissingAllowOrigin})
	f.hear(browser.Failure{URL: at("a"), Native: "net::ERR_FAILED"})
	f.hear(browser.Failure{URL: at("a"), Native: "net::ERR_X", Reason: oracle.NetworkError})
	f.hear(browser.Failure{URL: at("b"), Native: "net::ERR_FAILED"})
	f.hear(browser.Failure{URL: at("b"), Native: "net::ERR_X", Reason: oracle.NetworkError})
	f.hear(browser.Failure{URL: "https://api.other.test/no-case"})
	f.hear(browser.Failure{URL: "nothing"})

	taken := f.take(t.Context(), []string{"a", "b"})
	assert.Equal(t, "specific", taken["a"].Native, "the step of the standard stays")
	assert.Equal(t, "net::ERR_X", taken["b"].Native)
	assert.Len(t, taken, 2)
	assert.Empty(t, f.byToken, "what was taken is forgotten")

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	assert.Empty(t, f.take(ended, []string{"a"}), "a browser owes no reason")

	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	late := make(chan map[string]browser.Failure)
	go func() { late <- f.take(ctx, []string{"c", "d"}) }()
	f.hear(browser.Failure{URL: at("c"), Native: "c"})
	f.hear(browser.Failure{URL: "https://api.other.test/with-cors?corsproof=d", Native: "d"})
	taken = <-late
	assert.NoError(t, ctx.Err(), "it returns when all are there")
	assert.Len(t, taken, 2)
}

func TestSnippet(t *testing.T) {
	const url = "https://api.other.test/~tok/a?b=\"'&amp"
	for want, r := range map[string]oracle.Request{
		`await fetch("https://api.other.test/a?b=\"'\u0026amp")`: {Via: "fetch"},
		`await fetch("https://api.other.test/a?b=\"'\u0026amp", {method: "PUT", mode: "cors", credentials: "include", headers: {"X-A": "1"}, body: "x", keepalive: true})`: {
			Via: "fetch", Method: "PUT", Mode: "cors", Credentials: "include", Keepalive: true,
			Headers: oracle.Headers{{Name: "X-A", Value: "1"}}, Body: &oracle.Body{Type: "text/plain;charset=UTF-8", Bytes: []byte("x")},
		},
		`xhr.open("GET", "https://api.other.test/a?b=\"'\u0026amp", false); xhr.withCredentials = true; xhr.upload.onprogress = () => {}; xhr.send()`: {
			Via: "xhr", Sync: true, Credentials: "include", UploadListener: true,
		},
		`<img src="https://api.other.test/a?b=&#34;&#39;&amp;amp" crossorigin="use-credentials">`: {Via: "img-cors", Credentials: "include"},
		`<img src="https://api.other.test/a?b=&#34;&#39;&amp;amp">`:                               {Via: "img"},
		`<script type="module" src="https://api.other.test/a?b=&#34;&#39;&amp;amp"></script>`:     {Via: "module"},
		`new EventSource("https://api.other.test/a?b=\"'\u0026amp", {withCredentials: true})`:     {Via: "eventsource", Credentials: "include"},
		`new WebSocket("wss://api.other.test/a?b=\"'\u0026amp")`:                                  {Via: "websocket"},
		`navigator.sendBeacon("https://api.other.test/a?b=\"'\u0026amp", new Blob(["{}"], {type: "application/json"}))`: {
			Via: "beacon", Body: &oracle.Body{Type: "application/json", Bytes: []byte("{}")},
		},
		`<form action="https://api.other.test/a?b=&#34;&#39;&amp;amp" method="post" enctype="text/plain">  a=1`: {
			Via: "form", Method: "post", Body: &oracle.Body{Type: "text/plain", Bytes: []byte("a=1")},
		},
		`<video crossorigin><track src="https://api.other.test/a?b=&#34;&#39;&amp;amp"></video>`: {Via: "track", Mode: "cors"},
		`clip-path: url("https://api.other.test/a?b=\"'\u0026amp#clip")`:                         {Via: "css-clip-path"},
		`<link rel="manifest" href="https://api.other.test/a?b=&#34;&#39;&amp;amp">`:             {Via: "manifest"},
	} {
		r.URL = url
		assert.Equal(t, want, Snippet(r))
	}
}

func TestCurl(t *testing.T) {
	perms := []*scenarios.Permutation{permutation(t, `request: {method: PUT, path: "/it's", headers: {X-A: a b}, body: {text: "a'b"}}, server: {preflight: {headers: {Access-Control-Allow-Origin: "*", Access-Control-Allow-Methods: PUT, Access-Control-Allow-Headers: "x-a, content-type"}}}`)}
	fleet, served, err := Serve(perms, nil)
	require.NoError(t, err)
	defer fleet.Close()
	require.Len(t, served, 1)
	assert.Equal(t, "https://app.site.test/.corsproof/page.html", served[0].Page)
	require.Len(t, served[0].Curl, 2, "the preflight and the request")
	for _, line := range served[0].Curl {
		assert.Regexp(t, `^curl -i --connect-to api\.other\.test:443:127\.0\.0\.1:[0-9]+ -k --pinnedpubkey '?sha256//`, line)
		assert.Contains(t, line, "Origin: https://app.site.test")
		assert.Regexp(t, `'https://api\.other\.test/~case1/it(%27|'\\'')s'$`, line)
	}
	assert.Contains(t, served[0].Curl[0], "-X OPTIONS")
	assert.Contains(t, served[0].Curl[0], "'Access-Control-Request-Method: PUT'")
	assert.Contains(t, served[0].Curl[1], "-X PUT")
	assert.Contains(t, served[0].Curl[1], "-H 'X-A: a b'")
	assert.Contains(t, served[0].Curl[1], `--data-raw 'a'\''b'`)
}

func TestShellQuoted(t *testing.T) {
	for in, want := range map[string]string{
		"": "''", "a-b": "a-b", "a b": "'a b'", "it's": `'it'\''s'`, "$(x)": "'$(x)'", "a\nb": "'a\nb'",
	} {
		assert.Equal(t, want, shellQuoted(in))
	}
}

func TestTokens(t *testing.T) {
	tokens, seen := newTokens(), map[string]bool{}
	for range 2000 {
		token := tokens.next()
		assert.Regexp(t, "^[0-9a-z]{9}$", token)
		assert.False(t, seen[token])
		seen[token] = true
	}
}
