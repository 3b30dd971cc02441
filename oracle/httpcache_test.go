package oracle

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// visit is one request of a sequence, and what must come of it.
type visit struct {
	r       Request
	headers []string // of the reply, beside those of permissive
	status  int
	after   time.Duration // since the visit before
	sent    string        // methods on the wire
	read    Read
}

// visits runs a sequence in one profile, and gives the last prediction.
func visits(t *testing.T, name string, p Profile, list ...visit) Prediction {
	t.Helper()
	state := State{Profile: p}
	var got Prediction
	for i, v := range list {
		if v.r.Via == "" {
			v.r.Via = "fetch"
		}
		if v.r.URL == "" {
			v.r.URL = own
		}
		if v.r.Client.Page.IsOpaque() {
			v.r.Client.Page = origin(t, app)
		}
		if v.read == "" {
			v.read = Allowed
		}
		reply := Reply{Status: v.status, Headers: h(v.headers...), Body: []byte{byte('a' + i)}}
		before := state
		got, state = Predict(state.Advance(v.after), v.r, ServerFunc(func(WireRequest) Reply { return reply }))
		again, _ := Predict(before.Advance(v.after), v.r, ServerFunc(func(WireRequest) Reply { return reply }))
		assert.Equal(t, got, again, "%s: a state is a value", name)
		sent := ""
		for _, w := range got.Wire {
			sent += w.Method + " "
		}
		assert.Equal(t, v.sent, sent, "%s, visit %d", name, i+1)
		assert.Equal(t, v.read, got.Read, "%s, visit %d", name, i+1)
	}
	return got
}

const get = "GET "

func fresh(more ...string) []string { return append([]string{"Cache-Control", "max-age=60"}, more...) }

func TestHTTPCacheFreshness(t *testing.T) {
	for name, c := range map[string]struct {
		headers []string
		after   time.Duration
		second  string
	}{
		"nothing said":        {nil, 0, get},
		"max-age":             {fresh(), 0, ""},
		"max-age over":        {fresh(), time.Minute, get},
		"max-age almost over": {fresh(), time.Minute - 1, ""},
		"max-age of 0":        {[]string{"Cache-Control", "max-age=0"}, 0, get},
		"max-age quoted":      {[]string{"Cache-Control", `max-age="60"`}, 0, ""},
		"max-age twice":       {[]string{"Cache-Control", "max-age=60, max-age=0"}, 0, ""},
		"max-age of nonsense": {[]string{"Cache-Control", "max-age=soon"}, 0, get},
		"Age":                 {fresh("Age", "60"), 0, get},
		"private":             {[]string{"Cache-Control", "private", "cache-control", "Max-Age=60"}, 0, ""},
		"no-store":            {[]string{"Cache-Control", "no-store, max-age=60"}, 0, get},
		"no-cache":            {[]string{"Cache-Control", "no-cache, max-age=60"}, 0, get},
		"Expires":             {[]string{"Expires", "Thu, 01 Jan 2099 00:00:00 GMT"}, 0, ""},
		"Expires in the past": {[]string{"Expires", "Thu, 01 Jan 2009 00:00:00 GMT"}, 0, get},
		"Expires of nonsense": {[]string{"Expires", "0"}, 0, get},
		"max-age first":       {[]string{"Cache-Control", "max-age=0", "Expires", "Thu, 01 Jan 2099 00:00:00 GMT"}, 0, get},
		"Last-Modified":       {[]string{"Last-Modified", "Thu, 01 Jan 2009 00:00:00 GMT"}, 0, get},
		"Vary of nothing new": {fresh("Vary", "X-A, Origin"), 0, ""},
		"Vary of everything":  {fresh("Vary", "*"), 0, get},
	} {
		visits(t, name, nil, visit{headers: c.headers, sent: get}, visit{after: c.after, headers: c.headers, sent: c.second})
	}
	for _, status := range []int{203, 301, 404, 500} {
		visits(t, itoa(status), nil, visit{headers: fresh(), status: status, sent: get}, visit{sent: ""})
	}
	modified := []string{"Last-Modified", "Thu, 01 Jan 2009 00:00:00 GMT"}
	visits(t, "heuristics", ProfileFor("chromium"), visit{headers: modified, sent: get}, visit{sent: ""})
	for value, second := range map[string]string{"no-cache": get, "x, NO-CACHE": get, "cache": ""} {
		visits(t, "Pragma: "+value, ProfileFor("chromium"), visit{headers: fresh("Pragma", value), sent: get}, visit{sent: second})
		visits(t, "Pragma says nothing", nil, visit{headers: fresh("Pragma", value), sent: get}, visit{sent: ""})
	}
}

func TestHTTPCacheModes(t *testing.T) {
	for mode, c := range map[string]struct{ second, third string }{
		"default": {"", ""}, "no-store": {get, ""}, "reload": {get, ""}, "no-cache": {get, ""}, "force-cache": {"", ""},
	} {
		visits(t, mode, nil, visit{headers: fresh(), sent: get}, visit{r: Request{Cache: mode}, headers: fresh(), sent: c.second}, visit{sent: c.third})
	}
	stale := []string{"Cache-Control", "max-age=0"}
	visits(t, "stale will do", nil, visit{headers: stale, sent: get}, visit{r: Request{Cache: "force-cache"}, sent: ""})
	visits(t, "not stored", nil, visit{r: Request{Cache: "no-store"}, headers: fresh(), sent: get}, visit{sent: get})
	visits(t, "the script validates", nil, visit{headers: fresh(), sent: get}, visit{r: Request{Headers: h("Pragma", "no-cache")}, sent: get})
	visits(t, "no validator", nil, visit{headers: []string{"ETag", ""}, sent: get}, visit{sent: get})
	only := Request{Mode: "same-origin", Cache: "only-if-cached"}
	visits(t, "only-if-cached", nil, visit{r: only, read: Blocked}, visit{headers: stale, sent: get}, visit{r: only})
	conditional := Request{Headers: h("If-None-Match", `"b"`)}
	p := visits(t, "the script's own condition", nil, visit{headers: fresh("ETag", `"a"`), sent: get}, visit{r: conditional, status: 304, sent: get})
	assert.Equal(t, 304, p.Status)
}

func TestHTTPCacheValidation(t *testing.T) {
	tagged := []string{"Access-Control-Allow-Origin", "*", "ETag", `"a"`, "Last-Modified", "Thu, 01 Jan 2009 00:00:00 GMT"}
	first := visit{r: Request{URL: api}, headers: tagged, sent: get}
	second := visit{r: Request{URL: api}, status: 304, sent: get}
	p := visits(t, "304", nil, first, second)
	assert.Equal(t, h("If-None-Match", `"a"`, "If-Modified-Since", "Thu, 01 Jan 2009 00:00:00 GMT"), p.Wire[0].Headers)
	assert.Equal(t, 200, p.Status)
	assert.Equal(t, "a", string(p.Body))

	second.headers = []string{"Access-Control-Allow-Origin", "https://evil.test"}
	second.read = Blocked
	p = visits(t, "304 with other CORS headers", nil, first, second)
	assert.Equal(t, AllowOriginMismatch, p.Reason)

	hidden := visit{r: Request{URL: api, Mode: "no-cors"}, headers: []string{"ETag", `"a"`}, sent: get, read: Opaque}
	second.headers, second.read = []string{"Access-Control-Allow-Origin", "*"}, Allowed
	visits(t, "304 gives the CORS headers", nil, hidden, second)

	second.status, second.headers = 200, tagged
	p = visits(t, "changed", nil, first, second)
	assert.Equal(t, "b", string(p.Body))
}

func TestHTTPCacheAndCORS(t *testing.T) {
	page := func(s string) Client { return Client{Page: origin(t, s)} }
	port := page("https://app.site.test:8443")
	mine := fresh("Access-Control-Allow-Origin", app)
	star := fresh("Access-Control-Allow-Origin", "*")
	blocked := visit{r: Request{URL: api, Client: port}, read: Blocked}
	a := Request{URL: api}
	visits(t, "another origin of the site", nil, visit{r: a, headers: mine, sent: get}, blocked)
	varied := append(mine[:len(mine):len(mine)], "Vary", "Origin")
	theirs := fresh("Access-Control-Allow-Origin", "https://app.site.test:8443", "Vary", "Origin")
	visits(t, "Vary", nil, visit{r: a, headers: varied, sent: get}, visit{r: blocked.r, headers: theirs, sent: get})
	visits(t, "Vary keeps both", nil, visit{r: a, headers: varied, sent: get}, visit{r: blocked.r, headers: theirs, sent: get}, visit{r: a}, visit{r: blocked.r})

	evil := Request{URL: api, Client: page("https://evil.test")}
	visits(t, "another site", nil, visit{r: a, headers: star, sent: get}, visit{r: evil, headers: star, sent: get})
	visits(t, "another site, one cache", Profile{HTTPCacheShared: true}, visit{r: a, headers: star, sent: get}, visit{r: evil})

	img := Request{Via: "script", URL: api}
	visits(t, "element, then CORS", nil, visit{r: img, headers: fresh(), sent: get, read: Opaque}, visit{r: a, read: Blocked})
	visits(t, "element, then CORS, allowed", nil, visit{r: img, headers: star, sent: get, read: Opaque}, visit{r: a})
	with := Request{URL: api, Credentials: "include"}
	visits(t, "credentials share", nil, visit{r: a, headers: fresh("Access-Control-Allow-Origin", app, "Access-Control-Allow-Credentials", "true"), sent: get}, visit{r: with})
	visits(t, "blocked stays", nil, visit{r: a, headers: fresh(), sent: get, read: Blocked}, visit{r: a, headers: star, read: Blocked})
	visits(t, "blocked goes", ProfileFor("chromium"), visit{r: a, headers: fresh(), sent: get, read: Blocked}, visit{r: a, headers: star, sent: get})
	for name, c := range map[string]struct {
		via     Via
		headers []string
		second  string
	}{
		"untyped":        {"xhr", nil, ""},
		"text":           {"xhr", []string{"Content-Type", "TEXT/plain; a=b"}, ""},
		"a slide":        {"xhr", []string{"Content-Type", "application/vnd.openxmlformats-officedocument.presentationml.slide"}, ""},
		"data":           {"xhr", []string{"Content-Type", "application/json"}, get},
		"nosniff":        {"xhr", []string{"X-Content-Type-Options", "NoSniff"}, get},
		"nosniff listed": {"xhr", []string{"X-Content-Type-Options", "x, nosniff"}, ""},
		"fetch":          {"fetch", nil, get},
		"worker's fetch": {"worker-fetch", nil, get},
	} {
		r := Request{Via: c.via, URL: api}
		visits(t, "blocked, "+name, ProfileFor("chromium"), visit{r: r, headers: fresh(c.headers...), sent: get, read: Blocked}, visit{r: r, sent: c.second, read: Blocked})
	}
	xhr := Request{Via: "xhr", URL: api}
	for size, second := range map[int]int{1023: 0, 1024: 1} {
		state := State{Profile: ProfileFor("chromium")}
		xhr.Client.Page = origin(t, app)
		long := ServerFunc(func(WireRequest) Reply { return Reply{Headers: h(fresh()...), Body: make([]byte, size)} })
		_, state = Predict(state, xhr, long)
		p, _ := Predict(state, xhr, long)
		assert.Len(t, p.Wire, second, "blocked, with %d bytes", size)
	}
	shut := fresh("Cross-Origin-Resource-Policy", "same-origin")
	visits(t, "shut stays", nil, visit{r: img, headers: shut, sent: get, read: Blocked}, visit{r: img, read: Blocked})
	visits(t, "shut goes", ProfileFor("chromium"), visit{r: img, headers: shut, sent: get, read: Blocked}, visit{r: img, headers: shut, sent: get, read: Blocked})
	frame := Request{Via: "iframe", URL: own}
	visits(t, "frame", nil, visit{r: frame, headers: fresh(), sent: get}, visit{})
	visits(t, "frame apart", ProfileFor("chromium"), visit{r: frame, headers: fresh(), sent: get}, visit{headers: fresh(), sent: get})
}

func TestHTTPCacheInvalidation(t *testing.T) {
	first := visit{headers: fresh(), sent: get}
	for method, third := range map[string]string{"POST": get, "PUT": get, "DELETE": get, "PATCH": get} {
		visits(t, method, nil, first, visit{r: Request{Method: method}, sent: method + " "}, visit{sent: third})
		visits(t, method+" that fails", nil, first, visit{r: Request{Method: method}, status: 500, sent: method + " "}, visit{sent: ""})
	}
	visits(t, "PUT", ProfileFor("chromium"), first, visit{r: Request{Method: "PUT"}, sent: "PUT "}, visit{sent: ""})
	p := visits(t, "HEAD", nil, first, visit{r: Request{Method: "HEAD"}, sent: ""})
	assert.Empty(t, p.Body)
	visits(t, "HEAD first", nil, visit{r: Request{Method: "HEAD"}, headers: fresh(), sent: "HEAD "}, first)
	visits(t, "POST first", nil, visit{r: Request{Method: "POST"}, headers: fresh(), sent: "POST "}, first)
	visits(t, "fragment", nil, first, visit{r: Request{URL: own + "#x"}, sent: ""})
	visits(t, "query", nil, first, visit{r: Request{URL: own + "?x"}, sent: get})
}

// What a document could not use, it does not have.
func TestWhatWasNeverUsed(t *testing.T) {
	css := h("Content-Type", "text/css", "ETag", "1", "Access-Control-Allow-Origin", "*")
	refused := h("Content-Type", "text/plain", "X-Content-Type-Options", "nosniff", "ETag", "1", "Access-Control-Allow-Origin", "*")
	for name, c := range map[string]struct {
		first Reply
		want  Read
	}{
		"styles":  {Reply{Headers: css, Body: []byte("a{}")}, Allowed},
		"empty":   {Reply{Headers: css}, Blocked},
		"refused": {Reply{Headers: refused, Body: []byte("a{}")}, Blocked},
	} {
		replies := []Reply{c.first, {Headers: h("Access-Control-Allow-Origin", "https://friend.test")}}
		state := State{Profile: Profile{KeptOnFailure: true}}
		var p Prediction
		for _, reply := range replies {
			p, state = Predict(state, Request{Via: "style-cors", URL: api, Client: Client{Page: origin(t, app)}}, ServerFunc(func(WireRequest) Reply { return reply }))
		}
		assert.Equal(t, c.want, p.Read, name)
	}
}

func TestTwoValidators(t *testing.T) {
	two := Reply{Headers: h("ETag", "a", "ETag", "b", "Access-Control-Allow-Origin", "*")}
	for p, want := range map[bool]string{false: "a, b", true: "a"} {
		state := State{Profile: Profile{FirstLineCounts: p}}
		var last Prediction
		for range 2 {
			last, state = Predict(state, Request{Via: "fetch", URL: api, Client: Client{Page: origin(t, app)}}, ServerFunc(func(WireRequest) Reply { return two }))
		}
		sent, _ := last.Wire[0].Headers.Get("If-None-Match")
		assert.Equal(t, want, sent)
	}
}
