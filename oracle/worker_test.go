package oracle

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Workers and their scripts: what is sent, what comes of it, and what script
// gets when they cannot be had.
func TestWorkers(t *testing.T) {
	const script, blobURL = "text/javascript", "blob:https://app.site.test/1"
	chromium := ProfileFor("chromium")
	ok := answers(200, "1", "Content-Type", script)
	typed := func(contentType string) ServerFunc { return answers(200, "1", "Content-Type", contentType) }
	for _, c := range []struct {
		name   string
		p      Profile
		via    Via
		url    string
		s      ServerFunc
		read   Read
		reason Reason
		error  string
		wire   int
	}{
		{"own", nil, "worker", own, ok, Allowed, "", "", 1},
		{"another's", nil, "worker", api, ok, Blocked, ModeSameOrigin, "error", 0},
		{"another's in Chromium", chromium, "worker", api, ok, Blocked, ModeSameOrigin, "SecurityError", 0},
		{"another's, shared", chromium, "shared-worker", api, ok, Blocked, ModeSameOrigin, "SecurityError", 0},
		{"another's module", nil, "worker-module", api, ok, Blocked, ModeSameOrigin, "error", 0},
		{"no script", nil, "worker", own, typed("text/html"), Blocked, WrongType, "error", 1},
		{"no script in Chromium", chromium, "worker", own, typed("text/html"), Allowed, "", "", 1},
		{"no shared script in Chromium", chromium, "shared-worker", own, typed("text/html"), Allowed, "", "", 1},
		{"an image in Chromium", chromium, "worker", own, typed("image/png"), Blocked, WrongType, "error", 1},
		{"no module in Chromium", chromium, "worker-module", own, typed("text/html"), Blocked, WrongType, "error", 1},
		{"404", nil, "worker", own, answers(404, "1", "Content-Type", script), Blocked, WrongType, "error", 1},
		{"300 in Chromium", chromium, "worker", own, answers(300, "1", "Content-Type", script), Blocked, WrongType, "error", 1},
		{"data", chromium, "worker", "data:,1", ok, Allowed, "", "", 0},
		{"blob", chromium, "shared-worker", blobURL, answers(200, "1"), Allowed, "", "", 0},
		{"untyped module", nil, "worker-module", blobURL, answers(200, "1"), Blocked, WrongType, "error", 0},
		{"userinfo", chromium, "worker", "https://a:b@app.site.test/x", ok, Allowed, "", "", 1},

		{"no JavaScript", nil, "worker", own, answers(200, "two teas", "Content-Type", script), Blocked, WrongType, "error", 1},
		{"no JavaScript in Chromium", chromium, "worker", own, answers(200, "two teas", "Content-Type", script), Allowed, "", "", 1},
		{"no shared JavaScript", chromium, "shared-worker", own, answers(200, "two teas", "Content-Type", script), Blocked, WrongType, "error", 1},
		{"no JavaScript to register", chromium, "service-worker", own, answers(200, "two teas", "Content-Type", script), Blocked, WrongType, "TypeError", 1},
		{"no JavaScript to import", chromium, "worker-import", own, answers(200, "two teas", "Content-Type", script), Blocked, WrongType, "error", 1},
		{"attributes", nil, "worker-module", own, answers(200, `import a from "data:application/json,1" with {type: "json"}`, "Content-Type", script), Allowed, "", "", 1},

		{"redirected", nil, "worker", own, route(map[string]Reply{"/x": {Status: 302, Headers: h("Location", "/y")}, "/y": {Headers: h("Content-Type", script)}}), Allowed, "", "", 2},
		{"redirected away", chromium, "worker", own, route(map[string]Reply{"/x": {Status: 302, Headers: h("Location", api)}}), Blocked, ModeSameOrigin, "error", 1},

		{"import", nil, "worker-import", api, typed(script), Blocked, MissingAllowOrigin, "error", 1},
		{"worklet", nil, "audioworklet", api, typed(script), Blocked, MissingAllowOrigin, "AbortError", 1},
		{"worklet without JavaScript", nil, "audioworklet", own, typed("image/png"), Blocked, WrongType, "AbortError", 1},

		{"registered", nil, "service-worker", own, ok, Allowed, "", "", 1},
		{"another's service worker", nil, "service-worker", api, ok, Blocked, ModeSameOrigin, "SecurityError", 0},
		{"service worker from data", nil, "service-worker", "data:,1", ok, Blocked, SchemeNotHTTP, "TypeError", 0},
		{"an encoded slash", nil, "service-worker", own + "%2Fy", ok, Blocked, InvalidRequest, "TypeError", 0},
		{"an encoded backslash", nil, "service-worker", own + "%5cy", ok, Blocked, InvalidRequest, "TypeError", 0},
		{"a redirected service worker", nil, "service-worker", own, answers(302, "", "Location", "/y"), Blocked, RedirectModeError, "SecurityError", 1},
		{"no service worker", nil, "service-worker", own, typed("text/html"), Blocked, WrongType, "SecurityError", 1},
		{"an absent service worker", nil, "service-worker", own, answers(404, "1", "Content-Type", script), Blocked, WrongType, "TypeError", 1},
		{"an absent page", nil, "service-worker", own, answers(404, "1"), Blocked, WrongType, "SecurityError", 1},
		{"an absent page in Chromium", chromium, "service-worker", own, answers(404, "1"), Blocked, WrongType, "TypeError", 1},
		{"reset", nil, "service-worker", own, func(WireRequest) Reply { return Reply{Abort: "before-headers"} }, Blocked, NetworkError, "SecurityError", 1},
		{"reset in Chromium", chromium, "service-worker", own, func(WireRequest) Reply { return Reply{Abort: "before-headers"} }, Blocked, NetworkError, "TypeError", 1},

		{"imported", nil, "import-scripts", api, ok, Opaque, "", "NetworkError", 1},
		{"imported at home", nil, "import-scripts", own, ok, Allowed, "", "", 1},
		{"imported without a type", nil, "import-scripts", own, answers(200, "1"), Blocked, WrongType, "NetworkError", 1},
		{"imported without a type in Chromium", chromium, "import-scripts", own, answers(200, "1"), Blocked, WrongType, "NetworkError", 1},
		{"imported 300 in Chromium", chromium, "import-scripts", own, answers(300, "1", "Content-Type", script), Blocked, WrongType, "NetworkError", 1},
		{"imported untyped blob", nil, "import-scripts", blobURL, answers(200, "1"), Blocked, WrongType, "NetworkError", 0},
		{"imported untyped blob in Chromium", chromium, "import-scripts", blobURL, answers(200, "1"), Allowed, "", "", 0},
		{"local picture", nil, "worker", "data:image/png,1", ok, Blocked, WrongType, "error", 0},
		{"local picture in Chromium", chromium, "worker", "data:image/png,1", ok, Allowed, "", "", 0},
		{"shared picture in Firefox", ProfileFor("firefox"), "shared-worker", "data:image/png,1", ok, Allowed, "", "", 0},
		{"module picture in Chromium", chromium, "worker-module", "data:image/png,1", ok, Blocked, WrongType, "error", 0},
		{"imported picture", nil, "import-scripts", "data:image/png,1", ok, Blocked, WrongType, "NetworkError", 0},
		{"imported picture in Chromium", chromium, "import-scripts", "data:image/png,1", ok, Allowed, "", "", 0},
		{"imported picture in Firefox", ProfileFor("firefox"), "import-scripts", "data:image/png,1", ok, Blocked, WrongType, "NetworkError", 0},
		{"there and back", nil, "import-scripts", api, route(map[string]Reply{"api": {Status: 302, Headers: h("Location", own)}, "app": {Headers: h("Content-Type", script)}}), Opaque, "", "NetworkError", 2},
		{"there and back in Chromium", chromium, "import-scripts", api, route(map[string]Reply{"api": {Status: 302, Headers: h("Location", own)}, "app": {Headers: h("Content-Type", script)}}), Allowed, "", "", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := predictAs(t, c.p, Request{Via: c.via, URL: c.url}, c.s)
			assert.Equal(t, c.read, p.Read)
			assert.Equal(t, c.reason, p.Reason)
			assert.Equal(t, c.error, p.Error)
			assert.Len(t, p.Wire, c.wire)
			assert.Equal(t, c.read == Opaque, p.Muted)
		})
	}
}

func TestServiceWorkerRequest(t *testing.T) {
	p := predict(t, Request{Via: "service-worker", URL: own}, permissive)
	assert.Equal(t, h("Service-Worker", "script", "Cache-Control", "max-age=0"), p.Wire[0].Headers)
	for reason, client := range map[Reason]Client{
		InvalidRequest: {Page: origin(t, "http://app.site.test")},
		"":             {Page: origin(t, "http://app.localhost")},
	} {
		url := client.Page.String() + "/x"
		p := predict(t, Request{Via: "service-worker", URL: url, Client: client}, answers(200, "1", "Content-Type", "text/javascript"))
		assert.Equal(t, reason, p.Reason)
	}
	framed := Client{Page: origin(t, app), Top: origin(t, "http://other.test")}
	p = predict(t, Request{Via: "audioworklet", URL: own, Client: framed}, permissive)
	assert.Equal(t, InvalidRequest, p.Reason)
	assert.Equal(t, "TypeError", p.Error)
	p = predict(t, Request{Via: "service-worker", URL: own, Client: Client{Page: origin(t, app), Opaque: true}}, permissive)
	assert.Equal(t, "SecurityError", p.Error)
	assert.Empty(t, p.Wire)
}

// What script in a worker can do, and what is different there.
func TestInWorkers(t *testing.T) {
	in := func(kind string) Client { return Client{Page: origin(t, app), Worker: kind} }
	for _, kind := range []string{"dedicated", "data", "shared"} {
		assert.Empty(t, CheckRequest(Request{Via: "xhr", Client: in(kind)}))
		assert.Empty(t, CheckRequest(Request{Via: "import-scripts", Client: in(kind)}))
		errs := CheckRequest(Request{Via: "img", Client: in(kind)})
		if assert.Len(t, errs, 1) {
			assert.ErrorContains(t, errs[0], "img is nothing that script in a")
		}
	}
	assert.Empty(t, CheckRequest(Request{Via: "worker", Client: in("data")}))
	assert.Len(t, CheckRequest(Request{Via: "worker", Client: in("shared")}), 1)

	sync := Request{Via: "xhr", URL: own, Sync: true, ResponseType: "json"}
	assert.Equal(t, InvalidRequest, predict(t, sync, permissive).Reason)
	sync.Client = in("dedicated")
	assert.Equal(t, Allowed, predict(t, sync, permissive).Read)

	mixed := Request{Via: "fetch", URL: "http://api.other.test/", Client: in("shared")}
	assert.Equal(t, MixedContent, predict(t, mixed, permissive).Reason)
	assert.Equal(t, Allowed, predictAs(t, ProfileFor("chromium"), mixed, permissive).Read)
	mixed.Client = in("dedicated")
	assert.Equal(t, MixedContent, predictAs(t, ProfileFor("chromium"), mixed, permissive).Reason)
	for _, c := range []struct {
		via    Via
		client Client
		read   Read
	}{
		{"worker-fetch", Client{Opaque: true}, Allowed}, {"worker-import", Client{Opaque: true}, Allowed},
		{"fetch", Client{Opaque: true, Worker: "data"}, Blocked}, {"fetch", Client{Opaque: true}, Blocked}, {"worker-fetch", Client{}, Blocked},
	} {
		c.client.Page = origin(t, app)
		r := Request{Via: c.via, URL: "http://api.other.test/", Client: c.client}
		server := answers(200, "1", "Content-Type", "text/javascript", "Access-Control-Allow-Origin", "*")
		assert.Equal(t, c.read, predictAs(t, ProfileFor("chromium"), r, server).Read, "%v", c)
		assert.Equal(t, MixedContent, predict(t, r, server).Reason, "%v", c)
	}

	data := Request{Via: "service-worker", URL: own, Client: Client{Page: origin(t, app), Opaque: true, DataURL: true}}
	assert.Equal(t, "SecurityError", predict(t, data, permissive).Error)
	assert.Equal(t, "TypeError", predictAs(t, ProfileFor("chromium"), data, permissive).Error)
}

// What the scripts of workers load as they run.
func TestScriptsOfWorkers(t *testing.T) {
	text := Reply{Body: []byte("1"), Headers: h("Content-Type", "text/plain")}
	for name, c := range map[string]struct {
		via   Via
		files map[string]Reply
		wire  string
		read  Read
	}{
		"one after the other": {"worker", map[string]Reply{"x": js(`importScripts("/a", '/b'); importScripts("/c")`), "a": js(""), "b": js(""), "c": js("")}, "x a<1 b<2 c<3", Allowed},
		"scripts of scripts":  {"worker", map[string]Reply{"x": js(`importScripts("/a"); importScripts("/c")`), "a": js(`importScripts("/b")`), "b": js(""), "c": js("")}, "x a<1 b<2 c<3", Allowed},
		"thrown":              {"worker", map[string]Reply{"x": js(`importScripts("/a"); importScripts("/b")`), "a": text, "b": js("")}, "x a<1", Allowed},
		"thrown further down": {"worker", map[string]Reply{"x": js(`importScripts("/a"); importScripts("/c")`), "a": js(`importScripts("/b")`), "b": text, "c": js("")}, "x a<1 b<2", Allowed},
		"caught":              {"worker", map[string]Reply{"x": js(`try { importScripts("/a", "/b") } catch {} importScripts("/c")`), "a": text, "b": js(""), "c": js("")}, "x a<1 c<2", Allowed},
		"in a function":       {"worker", map[string]Reply{"x": js(`function f() { importScripts("/a") }`), "a": js("")}, "x", Allowed},
		"import()":            {"worker", map[string]Reply{"x": js(`import("/a")`), "a": js("")}, "x a@<1", Allowed},
		"no module":           {"worker", map[string]Reply{"x": js(`import "/a"`), "a": js("")}, "x", Allowed},
		"a module":            {"worker-module", map[string]Reply{"x": js(`import "/a"; importScripts("/b")`), "a": js("")}, "x a@<1", Allowed},
		"a closed module":     {"worker-module", map[string]Reply{"x": js(`import "/a"`), "a": text}, "x a@<1", Blocked},
		"awaited":             {"worker-module", map[string]Reply{"x": js(`await import("/a")`), "a": text}, "x a@<1", Allowed},
		"registered":          {"service-worker", map[string]Reply{"x": js(`importScripts("/a")`), "a": js("")}, "x a<1", Allowed},
		"not registered":      {"service-worker", map[string]Reply{"x": js(`importScripts("/a")`), "a": text}, "x a<1", Blocked},
		"throws":              {"service-worker", map[string]Reply{"x": js(`throw 1`)}, "x", Blocked},
		"may throw":           {"service-worker", map[string]Reply{"x": js(`if (!self) throw 1; function f() { throw 2 } try { throw 3 } catch {}`)}, "x", Allowed},
		"one of its throws":   {"service-worker", map[string]Reply{"x": js(`importScripts("/a"); importScripts("/b")`), "a": js("throw 1"), "b": js("")}, "x a<1", Blocked},
		"does not parse":      {"worker", map[string]Reply{"x": js(`importScripts("/a", "/b")`), "a": js("two teas"), "b": js("")}, "x a<1", Allowed},
		"ends early":          {"worker", map[string]Reply{"x": js(`throw importScripts("/a"); importScripts("/b")`), "a": js(""), "b": js("")}, "x a<1", Allowed},
		"imported":            {"import-scripts", map[string]Reply{"x": js(`importScripts("/a")`), "a": js("")}, "x a<1", Allowed},
		"imported, throws":    {"import-scripts", map[string]Reply{"x": js(`throw 1; importScripts("/a")`), "a": js("")}, "x", Allowed},
		"imported, thrown":    {"import-scripts", map[string]Reply{"x": js(`importScripts("/a")`), "a": text}, "x a<1", Blocked},
	} {
		p := predictAs(t, Profile{SameOriginCrossoriginOrigin: true}, Request{Via: c.via, URL: own}, files(c.files))
		assert.Equal(t, c.wire, conversation(p), name)
		assert.Equal(t, c.read, p.Read, name)
	}
	everyone := func(w WireRequest) Reply {
		reply := js(`import "https://api.other.test/a"`)
		reply.Headers = append(reply.Headers, Header{"Access-Control-Allow-Origin", "*"})
		return reply
	}
	module := Request{Via: "worker-module", URL: own}
	assert.Equal(t, Allowed, predict(t, module, everyone).Read)
	module.Credentials = "include" // its imports have them too
	assert.Equal(t, WildcardWithCredentials, predict(t, module, everyone).Reason)
}

// What Resource Timing has of the scripts of workers.
func TestTimingOfWorkers(t *testing.T) {
	chromium := ProfileFor("chromium")
	typed := func(contentType string) ServerFunc { return answers(200, "1", "Content-Type", contentType) }
	for _, c := range []struct {
		name               string
		via                Via
		s                  ServerFunc
		standard, chromium string
	}{
		{"runs", "worker", typed("text/javascript"), "full", "full"},
		{"a module runs", "worker-module", typed("text/javascript"), "full", "full"},
		{"404", "worker", answers(404, "1", "Content-Type", "text/javascript"), "full", ""},
		{"no module", "worker-module", typed("text/html"), "full", ""},
		{"an image", "worker", typed("image/png"), "restricted", "full"},
		{"an image as a module worker", "worker-module", typed("image/png"), "restricted", ""},
		{"an image as a script", "import-scripts", typed("image/png"), "restricted", "full"},
		{"shared", "shared-worker", typed("text/javascript"), "full", ""},
		{"service", "service-worker", typed("text/javascript"), "full", ""},
		{"worklet", "audioworklet", typed("text/javascript"), "full", ""},
		{"imported", "worker-import", typed("text/javascript"), "full", "full"},
	} {
		r := Request{Via: c.via, URL: own}
		assert.Equal(t, c.standard, predict(t, r, c.s).Timing, c.name)
		assert.Equal(t, c.chromium, predictAs(t, chromium, r, c.s).Timing, c.name)
	}
}

// What is kept for an opaque origin, and what a worker's conditional request
// says to caches.
func TestCachesOfOpaqueOriginsAndWorkers(t *testing.T) {
	chromium, shell := ProfileFor("chromium"), ProfileFor("chrome-headless-shell")
	sandbox := Client{Page: origin(t, app), Opaque: true}
	dataWorker := Client{Page: origin(t, app), Opaque: true, Worker: "data"}
	second := func(p Profile, r Request, s ServerFunc) int {
		_, state := Predict(State{Profile: p}, r, s)
		again, _ := Predict(state, r, s)
		return len(again.Wire)
	}
	put := Request{Via: "fetch", URL: api, Method: "PUT"}
	get := Request{Via: "fetch", URL: api}
	fresh := answers(200, "", "Access-Control-Allow-Origin", "*", "Cache-Control", "max-age=60")
	for _, c := range []struct {
		client       Client
		p            Profile
		put, fetched int // requests the second time
	}{
		{sandbox, nil, 1, 0},
		{sandbox, chromium, 2, 1},
		{sandbox, shell, 2, 0},
		{dataWorker, chromium, 2, 0},
		{Client{Page: origin(t, app)}, chromium, 1, 0},
	} {
		put.Client, get.Client = c.client, c.client
		assert.Equal(t, c.put, second(c.p, put, permissive), "%+v", c.client)
		assert.Equal(t, c.fetched, second(c.p, get, fresh), "%+v", c.client)
	}

	conditional := Request{Via: "fetch", URL: own, Headers: h("If-None-Match", "x")}
	assert.True(t, predictAs(t, chromium, conditional, permissive).Wire[0].Headers.Has("Cache-Control"))
	conditional.Client = Client{Page: origin(t, app), Worker: "dedicated"}
	assert.True(t, predict(t, conditional, permissive).Wire[0].Headers.Has("Cache-Control"))
	assert.False(t, predictAs(t, chromium, conditional, permissive).Wire[0].Headers.Has("Cache-Control"))
	conditional.Via, conditional.Client = "worker-fetch", Client{Page: origin(t, app)}
	assert.False(t, predictAs(t, chromium, conditional, permissive).Wire[0].Headers.Has("Cache-Control"))
}

// WebKit runs modules of workers, and preloads modules, of any type.
func TestModulesOfAnyType(t *testing.T) {
	text := answers(200, "", "Content-Type", "text/plain", "Access-Control-Allow-Origin", "*")
	for s, via := range map[Switch]Via{ModuleWorkersOfAnyType: "worker-module", ModulepreloadsOfAnyType: "modulepreload"} {
		assert.Equal(t, WrongType, predictAs(t, nil, Request{Via: via, URL: own, Client: Client{Page: origin(t, app)}}, text).Reason)
		assert.Equal(t, Allowed, predictAs(t, Profile{s: true}, Request{Via: via, URL: own, Client: Client{Page: origin(t, app)}}, text).Read)
		assert.Equal(t, WrongType, predictAs(t, Profile{s: true}, Request{Via: "module", URL: own, Client: Client{Page: origin(t, app)}}, text).Reason)
	}
}

// A data: worker is on its page's side of the partitioned cookies, but in
// Firefox.
func TestPartitionedCookiesOfDataWorkers(t *testing.T) {
	fromWorker := Request{Via: "fetch", URL: own, Credentials: "include", Client: Client{Page: origin(t, app), Opaque: true, Worker: "data"}}
	jar := Cookie{On: origin(t, app), Name: "a", Value: "1", Attributes: "SameSite=None; Secure; Partitioned"}
	for s, want := range map[Switch]string{"": "a=1", DataWorkersOutside: ""} {
		p, _ := Predict(State{Profile: Profile{s: true}}.SetCookie(jar), fromWorker, ServerFunc(permissive))
		assert.Equal(t, want, p.Wire[0].Cookie, s)
	}
}
