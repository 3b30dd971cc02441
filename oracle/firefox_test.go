package oracle

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Each switch of Firefox's alone changes what it says it does, and without it the
// standard holds.
func TestFirefoxSwitches(t *testing.T) {
	const third = "https://third.test/end"
	see := func(s Switch, r Request, server ServerFunc) Prediction {
		return predictAs(t, Profile{s: true}, r, server)
	}

	get := Request{Via: "fetch", URL: api}
	for list, all := range map[string]bool{"*, a b": true, "x,*,a b": true, "a b, *": false, ", ,\t* ,(": true, "x-a, a b": false} {
		answer := answers(200, "x", "Access-Control-Allow-Origin", "*", "Access-Control-Expose-Headers", list, "ETag", "1")
		assert.False(t, see("", get, answer).Headers.Has("ETag"), list)
		assert.Equal(t, all, see(BrokenListExposesAll, get, answer).Headers.Has("ETag"), list)
	}
	credentialed := Request{Via: "fetch", URL: api, Credentials: "include"}
	assert.False(t, see(BrokenListExposesAll, credentialed, answers(200, "x", "Access-Control-Allow-Origin", app,
		"Access-Control-Allow-Credentials", "true", "Access-Control-Expose-Headers", "*, a b", "ETag", "1")).Headers.Has("ETag"))

	broken := ServerFunc(func(w WireRequest) Reply {
		reply := permissive(w)
		reply.Abort = "in-body"
		return reply
	})
	assert.Equal(t, "TypeError", see("", get, broken).Error)
	assert.Equal(t, "AbortError", see(BrokenBodyAborts, get, broken).Error)

	script := Request{Via: "script", URL: own}
	away := route(map[string]Reply{"app.site.test/x": redirect(302, third)})
	assert.Equal(t, Opaque, see("", script, away).Read)
	assert.Equal(t, Opaque, see(ScriptMutedByLastURL, script, away).Read)
	there := Request{Via: "script", URL: api}
	home := ServerFunc(func(w WireRequest) Reply {
		if w.URL == api {
			return redirect(302, app+"/end")
		}
		return Reply{Status: 200, Headers: h("Content-Type", "text/javascript")}
	})
	assert.Equal(t, Opaque, see("", there, home).Read)
	assert.Equal(t, Allowed, see(ScriptMutedByLastURL, there, home).Read)
}

// The preflight cache of Firefox keeps entries by whether there are credentials,
// and is passed by with two cache modes.
func TestFirefoxPreflightCache(t *testing.T) {
	page := Client{Page: origin(t, app)}
	with := Request{Via: "fetch", URL: api, Method: "PUT", Credentials: "include", Client: page}
	without := Request{Via: "fetch", URL: api, Method: "PUT", Client: page}
	second := func(s Switch, first, then Request) int {
		state := State{Profile: Profile{s: true}}
		_, state = Predict(state, first, ServerFunc(permissive))
		p, _ := Predict(state, then, ServerFunc(permissive))
		return len(p.Wire)
	}
	assert.Equal(t, 1, second("", with, without))
	assert.Equal(t, 2, second(PreflightCacheByCredentials, with, without))
	assert.Equal(t, 1, second(PreflightCacheByCredentials, with, with))
	assert.Equal(t, 1, second(PreflightCacheByCredentials, without, without))
	for mode, requests := range map[string]int{"no-store": 2, "reload": 2, "no-cache": 1, "default": 1} {
		again := without
		again.Cache = mode
		assert.Equal(t, requests, second(PreflightCacheObeysReload, without, again), mode)
		assert.Equal(t, 1, second("", without, again), mode)
	}
}

// A module that could not be had stays so in Firefox's documents.
func TestFirefoxFailedModules(t *testing.T) {
	page := Client{Page: origin(t, app)}
	silent := answers(200, "", "Content-Type", "text/javascript")
	second := func(s Switch, first, then Request, answer ServerFunc) int {
		_, state := Predict(State{Profile: Profile{s: true}}, first, answer)
		p, _ := Predict(state, then, ServerFunc(permissive))
		return len(p.Wire)
	}
	module, again := Request{Via: "module", URL: api, Client: page}, Request{Via: "dynamic-import", URL: api, Client: page}
	assert.Equal(t, 1, second("", module, again, silent))
	assert.Equal(t, 0, second(FailedModulesKept, module, again, silent))
	importer := Request{Via: "module", URL: own, Client: page}
	assert.Equal(t, 0, second(FailedModulesKept, importer, again, func(w WireRequest) Reply {
		body := ""
		if w.URL == own {
			body = "import '" + api + "'"
		}
		return Reply{Status: 200, Headers: h("Content-Type", "text/javascript"), Body: []byte(body)}
	}))
	elsewhere := again
	elsewhere.Client.Top = origin(t, "https://third.test")
	assert.Equal(t, 1, second(FailedModulesKept, module, elsewhere, silent), "another document")
	ofWorker := Request{Via: "worker-import", URL: api, Client: page}
	assert.Equal(t, 1, second(FailedModulesKept, ofWorker, again, silent), "a worker's map is its own")
}

func TestFirefoxSites(t *testing.T) {
	plain := Request{Via: "fetch", URL: "https://api.site.test/x", Credentials: "include", Client: Client{Page: origin(t, "http://app.site.test")}}
	cookie := Cookie{On: origin(t, "https://api.site.test"), Name: "a", Value: "1", Attributes: "SameSite=Lax"}
	for s, want := range map[Switch]string{"": "", SameSiteIgnoresScheme: "a=1"} {
		p, _ := Predict(State{Profile: Profile{s: true}}.SetCookie(cookie), plain, ServerFunc(permissive))
		assert.Equal(t, want, p.Wire[0].Cookie, s)
	}
}

// What Firefox's switches make of one request and one answer.
func TestFirefoxRules(t *testing.T) {
	const named = "https://anna:tea@api.other.test/x"
	page := Client{Page: origin(t, app)}
	frame := Client{Page: origin(t, app), Opaque: true}
	upgraded := Client{Page: origin(t, app), Headers: h("Content-Security-Policy", "upgrade-insecure-requests")}
	worker := Client{Page: origin(t, app), ServiceWorker: &ServiceWorker{Responds: "cors"}}
	inWorker := Client{Page: origin(t, app), Worker: "dedicated"}
	listed := Client{Page: origin(t, app), Headers: h("Content-Security-Policy", "connect-src https://api.other.test")}
	const third, plain = "https://third.test/end", "http://api.other.test/end"
	leads := func(to string) ServerFunc {
		return func(w WireRequest) Reply {
			if w.URL == api {
				return redirect(302, to)
			}
			return permissive(w)
		}
	}
	byHand := func(head string) ServerFunc {
		return func(WireRequest) Reply {
			return Reply{Status: 200, Head: head, Headers: h("X-A", "1"), Body: []byte("tea")}
		}
	}
	var many Headers
	for range 9 {
		many = append(many, Header{"Accept", strings.Repeat("a", 120)})
	}
	challenge := answers(401, "x", "Access-Control-Allow-Origin", app, "WWW-Authenticate", "Basic realm=tea")
	short := ServerFunc(func(WireRequest) Reply { return Reply{NotHTTP: true, Body: []byte("tea")} })
	for name, c := range map[string]struct {
		profile Profile // what else there is
		s       Switch
		r       Request
		server  ServerFunc
		see     func(Prediction) any
		without any
		with    any
	}{
		"clip-path":     {nil, ClipPathSameOrigin, Request{Via: "css-clip-path", URL: api}, permissive, requests, 1, 0},
		"object":        {nil, ObjectsUnderResourcePolicy, Request{Via: "object", URL: api}, answers(200, "x", "Content-Type", "text/html", "Cross-Origin-Resource-Policy", "same-origin"), read, Opaque, Blocked},
		"script's type": {nil, TypesBeforeORB, Request{Via: "script", URL: api}, answers(200, "x", "Content-Type", "video/mp4"), reason, OpaqueResponseBlocking, WrongType},
		"style's type":  {nil, TypesBeforeORB, Request{Via: "style", URL: api}, answers(200, "x", "Content-Type", "text/csv"), reason, OpaqueResponseBlocking, WrongType},
		"challenge":     {nil, ChallengesUnderCORS, Request{Via: "xhr", URL: named}, challenge, requests, 1, 2},
		"of fetch()":    {nil, ChallengesUnderCORS, Request{Via: "eventsource", URL: named}, challenge, requests, 1, 1},
		"own header":    {nil, OwnAuthorizationOnce, Request{Via: "xhr", URL: "https://anna:tea@app.site.test/x", Headers: h("Authorization", "Bearer x")}, challenge, requests, 2, 1},
		"repeated":      {nil, RepeatedLinesRefused, Request{Via: "fetch", URL: own}, answers(200, "x", "Content-Disposition", "inline", "Content-Disposition", "attachment"), read, Allowed, Blocked},
		"on one line":   {nil, RepeatedLinesRefused, Request{Via: "fetch", URL: own}, answers(200, "x", "Content-Disposition", "inline, attachment"), read, Allowed, Allowed},
		"HTTP/0.9":      {Profile{HTTP09: true}, HTTP09OfAnyLength, Request{Via: "fetch", URL: own}, short, read, Blocked, Allowed},
		"preload":       {nil, LinksLoadWhatFails, Request{Via: "preload", URL: api, Mode: "cors"}, answers(200, "x"), read, Blocked, Opaque},
		"modulepreload": {nil, LinksLoadWhatFails, Request{Via: "modulepreload", URL: api}, answers(200, "x", "Content-Type", "text/plain", "Access-Control-Allow-Origin", "*"), read, Blocked, Allowed},
		"its status":    {nil, LinksLoadWhatFails, Request{Via: "modulepreload", URL: api}, answers(404, "", "Content-Type", "text/javascript", "Access-Control-Allow-Origin", "*"), read, Blocked, Blocked},
		"at home":       {nil, LinksLoadWhatFails, Request{Via: "modulepreload", URL: own}, answers(200, "x", "Content-Type", "text/plain"), read, Blocked, Blocked},
		"without CORS":  {nil, LinksLoadWhatFails, Request{Via: "prefetch", URL: api}, answers(200, "x", "Cross-Origin-Resource-Policy", "same-origin"), read, Blocked, Opaque},
		"broken body": {nil, LinksLoadWhatFails, Request{Via: "preload", URL: api, Mode: "cors"}, func(w WireRequest) Reply {
			return Reply{Status: 200, Headers: h("Access-Control-Allow-Origin", "*"), Abort: "in-body"}
		}, read, Blocked, Blocked},
		"its imports": {nil, ModulepreloadFetchesImports, Request{Via: "modulepreload", URL: own}, func(w WireRequest) Reply {
			body := ""
			if w.URL == own {
				body = "import './dep.js'; import('./later.js')"
			}
			return Reply{Status: 200, Headers: h("Content-Type", "text/javascript"), Body: []byte(body)}
		}, requests, 1, 2},
		"no answer":      {nil, LinksLoadWhatFails, Request{Via: "preload", URL: api}, func(WireRequest) Reply { return Reply{Abort: "before-headers"} }, read, Blocked, Opaque},
		"upgraded":       {nil, UpgradesAreRedirects, Request{Via: "fetch", URL: "http://api.other.test/x", Client: upgraded}, permissive, func(p Prediction) any { return p.Redirected }, false, true},
		"address":        {nil, AddressesUpgraded, Request{Via: "img", URL: "http://198.51.100.7/x"}, permissive, requests, 0, 1},
		"service worker": {nil, WorkerResponsesTaintElements, Request{Via: "img", URL: api, Client: worker}, answers(200, png, "Access-Control-Allow-Origin", "*", "Content-Type", "image/png"), read, Allowed, Opaque},
		"its script":     {nil, ServiceWorkersReloaded, Request{Via: "service-worker", URL: own, Cache: "no-cache"}, permissive, cacheControl, "max-age=0", "no-cache"},
		"nameless frame": {Profile{StorageAccessSendsOrigin: true}, ThirdPartyCookiesPartitioned, Request{Via: "img", URL: own, Client: frame}, permissive, func(p Prediction) any { return p.Wire[0].Origin }, "", "null"},
		"modifiers":      {nil, URLModifiersUnknown, Request{Via: "style", URL: own}, answers(200, "@import url('b' cross-origin(anonymous));", "Content-Type", "text/css"), requests, 2, 1},
		"data: spaces":   {nil, DataURLSpacesGone, Request{Via: "fetch", URL: "data:text/x;base64,dG Vh"}, permissive, func(p Prediction) any { return p.URL }, "data:text/x;base64,dG Vh", "data:text/x;base64,dGVh"},
		"not in base64":  {nil, DataURLSpacesGone, Request{Via: "fetch", URL: "data:text/x,a b"}, permissive, func(p Prediction) any { return p.URL }, "data:text/x,a b", "data:text/x,a b"},
		"its times":      {nil, SharedScriptsUntimed, Request{Via: "shared-worker", URL: own}, answers(200, "", "Content-Type", "text/javascript"), func(p Prediction) any { return p.Timing }, "full", ""},
		"track":          {nil, TracksOverHTTP, Request{Via: "track", URL: "http://api.other.test/x", Mode: "cors"}, permissive, requests, 0, 1},
		"tab":            {nil, LocationTabsEncoded, Request{Via: "fetch", URL: own}, route(map[string]Reply{"app.site.test/x": redirect(302, "a\tb")}), func(p Prediction) any { return p.Wire[1].URL }, app + "/ab", app + "/a%09b"},
		"at once": {nil, ImportsAtOnce, Request{Via: "import-scripts", URL: own}, func(w WireRequest) Reply {
			body := "importScripts('/a', '/b')"
			if w.URL != own {
				body = ""
			}
			return Reply{Status: 200, Headers: h("Content-Type", "text/javascript"), Body: []byte(body)}
		}, func(p Prediction) any { return p.Wire[2].After }, 2, 1},
		"empty line":     {nil, EmptyLinesDropped, Request{Via: "fetch", URL: own}, answers(200, "", "X-A", "", "X-A", "x", "X-A", ""), header("X-A"), ", x,", "x"},
		"nothing else":   {nil, EmptyLinesDropped, Request{Via: "fetch", URL: own}, answers(200, "", "X-A", "", "X-A", ""), header("X-A"), ",", ""},
		"empty origin":   {nil, EmptyLinesDropped, Request{Via: "fetch", URL: api}, answers(200, "", "Access-Control-Allow-Origin", "", "Access-Control-Allow-Origin", "*"), read, Blocked, Blocked},
		"at home, empty": {nil, EmptyLinesDropped, Request{Via: "fetch", URL: own}, answers(200, "", "Access-Control-Allow-Origin", "", "Access-Control-Allow-Origin", "*"), header("Access-Control-Allow-Origin"), ", *", "*"},
		"types":          {nil, TypesJoinedTightly, Request{Via: "fetch", URL: own}, answers(200, "", "Content-Type", "a/b", "Content-Type", "c/d"), header("Content-Type"), "a/b, c/d", "a/b,c/d"},
		"one type":       {nil, TypesJoinedTightly, Request{Via: "fetch", URL: own}, answers(200, "", "Content-Type", "a/b, c/d"), header("Content-Type"), "a/b, c/d", "a/b, c/d"},
		"exposed":        {nil, SpdyHeaderAdded, Request{Via: "fetch", URL: api}, answers(200, "", "Access-Control-Allow-Origin", "*", "Access-Control-Expose-Headers", "*"), header("X-Firefox-Spdy"), "", "h2"},
		"not exposed":    {nil, SpdyHeaderAdded, Request{Via: "fetch", URL: api}, answers(200, "", "Access-Control-Allow-Origin", "*"), header("X-Firefox-Spdy"), "", ""},
		"module's type":  {nil, TypesBeforeCORS, Request{Via: "module", URL: api}, answers(200, "", "Content-Type", "text/plain"), reason, MissingAllowOrigin, WrongType},
		"its error page": {nil, TypesBeforeCORS, Request{Via: "json-module", URL: api}, answers(404, "", "Content-Type", "text/plain"), reason, MissingAllowOrigin, WrongType},
		"the right one":  {nil, TypesBeforeCORS, Request{Via: "module", URL: api}, answers(200, "", "Content-Type", "text/javascript"), reason, MissingAllowOrigin, MissingAllowOrigin},
		"of a style":     {nil, TypesBeforeCORS, Request{Via: "style", URL: api, Mode: "cors"}, answers(200, "", "Content-Type", "text/plain"), reason, MissingAllowOrigin, MissingAllowOrigin},
		"under nosniff":  {nil, TypesBeforeCORS, Request{Via: "style", URL: api, Mode: "cors"}, answers(200, "", "Content-Type", "text/plain", "X-Content-Type-Options", "nosniff"), reason, MissingAllowOrigin, WrongType},
		"picture":        {nil, TypesBeforeCORS, Request{Via: "script", URL: api, Mode: "cors"}, answers(200, "", "Content-Type", "image/png"), reason, MissingAllowOrigin, WrongType},
		"nosniff, ORB":   {nil, TypesBeforeORB, Request{Via: "script", URL: api}, answers(200, "", "Content-Type", "text/plain", "X-Content-Type-Options", "nosniff"), reason, OpaqueResponseBlocking, WrongType},
		"next URL":       {nil, NextURLFirst, Request{Via: "fetch", URL: api}, leads(plain), reason, MissingAllowOrigin, MixedContent},
		"secure one":     {nil, NextURLFirst, Request{Via: "fetch", URL: api}, leads(third), reason, MissingAllowOrigin, MissingAllowOrigin},
		"not followed":   {nil, NextURLFirst, Request{Via: "fetch", URL: api, Redirect: "error"}, leads(plain), reason, MissingAllowOrigin, MissingAllowOrigin},
		"its policy":     {nil, NextURLFirst, Request{Via: "fetch", URL: api, Client: listed}, leads(third), reason, MissingAllowOrigin, ContentSecurityPolicy},
		"its name":       {nil, NextURLFirst, Request{Via: "fetch", URL: own}, route(map[string]Reply{"app.site.test/x": redirect(302, "http://u@api.other.test/")}), reason, RedirectUserinfo, MixedContent},
		"name twice":     {nil, RepeatedNamesAskedTwice, Request{Via: "fetch", URL: api, Headers: h("X-A", "1", "x-a", "2")}, permissive, asked, "x-a", "x-a,x-a"},
		"of XHR":         {nil, RepeatedNamesAskedTwice, Request{Via: "xhr", URL: api, Headers: h("X-A", "1", "x-a", "2")}, permissive, asked, "x-a", "x-a"},
		"in all":         {nil, SafelistedTotalIgnored, Request{Via: "fetch", URL: api, Headers: many}, permissive, requests, 2, 1},
		"conditional":    {nil, ConditionalsOfXHRPlain, Request{Via: "xhr", URL: own, Headers: h("If-None-Match", "*")}, permissive, cacheControl, "no-cache", ""},
		"by fetch()":     {nil, ConditionalsOfXHRPlain, Request{Via: "fetch", URL: own, Headers: h("If-None-Match", "*")}, permissive, cacheControl, "no-cache", "no-cache"},
		"font":           {nil, FontPreloadsWithCORS, Request{Via: "preload", URL: api, As: "font"}, permissive, sentOrigin, "", app},
		"no font":        {nil, FontPreloadsWithCORS, Request{Via: "preload", URL: api, As: "style"}, permissive, sentOrigin, "", ""},
		"worklet":        {nil, WorkletsOfAnyType, Request{Via: "audioworklet", URL: own}, answers(200, "", "Content-Type", "text/plain"), read, Blocked, Allowed},
		"no worklet":     {nil, WorkletsOfAnyType, Request{Via: "module", URL: own}, answers(200, "", "Content-Type", "text/plain"), read, Blocked, Blocked},
		"waiting worker": {nil, SyncXHROfWorkersFires, Request{Via: "xhr", URL: api, Sync: true, Client: inWorker}, answers(200, ""), errorOf, "NetworkError", "error"},
		"nothing sent":   {nil, SyncXHROfWorkersFires, Request{Via: "xhr", URL: plain, Sync: true, Client: inWorker}, answers(200, ""), errorOf, "NetworkError", "NetworkError"},
		"waiting page":   {nil, SyncXHROfWorkersFires, Request{Via: "xhr", URL: api, Sync: true}, answers(200, ""), errorOf, "NetworkError", "NetworkError"},
		"called SVG":     {nil, ImagesSniffedFirst, Request{Via: "img", URL: own}, answers(200, png, "Content-Type", "image/svg+xml"), read, Blocked, Allowed},
		"neither":        {nil, ImagesSniffedFirst, Request{Via: "img", URL: own}, answers(200, "tea", "Content-Type", "image/svg+xml"), read, Blocked, Blocked},
		"no charset":     {nil, CharsetsOfWorkersLeft, Request{Via: "xhr", URL: own, Method: "POST", Body: &Body{Type: textUTF8, Bytes: []byte("a")}, Client: inWorker}, permissive, sentType, textUTF8, "text/plain;charset=utf-8"},
		"its own":        {nil, CharsetsOfWorkersLeft, Request{Via: "xhr", URL: own, Method: "POST", Headers: h("Content-Type", "a/b;charset=x"), Body: &Body{Type: textUTF8, Bytes: []byte("a")}, Client: inWorker}, permissive, sentType, "a/b;charset=UTF-8", "a/b;charset=x"},
		"in a page":      {nil, CharsetsOfWorkersLeft, Request{Via: "xhr", URL: own, Method: "POST", Body: &Body{Type: textUTF8, Bytes: []byte("a")}}, permissive, sentType, textUTF8, textUTF8},
		"module worker":  {nil, ModuleWorkersModeFirst, Request{Via: "worker-module", URL: plain}, permissive, reason, MixedContent, ModeSameOrigin},
		"classic":        {nil, ModuleWorkersModeFirst, Request{Via: "worker", URL: plain}, permissive, reason, MixedContent, MixedContent},
		"shared":         {nil, OpaqueSharedWorkersThrow, Request{Via: "shared-worker", URL: own, Client: frame}, permissive, errorOf, "error", "SecurityError"},
		"not shared":     {nil, OpaqueSharedWorkersThrow, Request{Via: "worker", URL: own, Client: frame}, permissive, errorOf, "error", "error"},
		"sound": {nil, MediaTaintedByLastURL, Request{Via: "audio", URL: api}, func(w WireRequest) Reply {
			if w.URL == api {
				return redirect(302, app+"/end")
			}
			return Reply{Status: 200, Body: []byte(wav)}
		}, read, Opaque, Allowed},
		"sound elsewhere": {nil, MediaTaintedByLastURL, Request{Via: "audio", URL: api}, answers(200, wav), read, Opaque, Opaque},
		"missing":         {Profile{LinksLookAtStatus: true}, FetchPreloadsLookAtStatus, Request{Via: "preload", URL: own, As: "fetch"}, answers(404, ""), read, Allowed, Blocked},
		"missing track":   {Profile{LinksLookAtStatus: true}, FetchPreloadsLookAtStatus, Request{Via: "preload", URL: own, As: "track"}, answers(404, ""), read, Allowed, Allowed},
		"own server":      {nil, UpgradesAreRedirects, Request{Via: "fetch", URL: "http://app.site.test/x", Client: upgraded}, answers(200, "x"), func(p Prediction) any { return p.Type + p.Wire[0].Origin }, "basic", "cors" + app},
		"unasked":         {nil, UpgradesAreRedirects, Request{Via: "fetch", Method: "PUT", URL: "http://app.site.test/x", Client: upgraded}, answers(200, "x"), requests, 1, 1},
		"own picture":     {nil, UpgradesAreRedirects, Request{Via: "img", URL: "http://app.site.test/x"}, answers(200, png), read, Allowed, Opaque},
		"on the way": {nil, UpgradesAreRedirects, Request{Via: "fetch", URL: api, Client: upgraded}, func(w WireRequest) Reply {
			if w.URL != api {
				return permissive(w)
			}
			reply := redirect(302, plain)
			reply.Headers = append(reply.Headers, Header{"Access-Control-Allow-Origin", "*"})
			return reply
		}, func(p Prediction) any { return p.Wire[1].Origin }, app, "null"},
		"small letters": {Profile{HTTP09: true}, HeadsReadExactly, Request{Via: "fetch", URL: own}, byHand("http/1.1 200 ok\r\nX-A: 1"), func(p Prediction) any { return string(p.Body) }, "tea", "http/1.1 200 ok\r\nX-A: 1\r\n\r\ntea"},
		"four digits":   {nil, HeadsReadExactly, Request{Via: "fetch", URL: own}, byHand("HTTP/1.1 0200 OK\r\nX-A: 1"), read, Allowed, Blocked},
		"three digits":  {nil, HeadsReadExactly, Request{Via: "fetch", URL: own}, byHand("HTTP/1.1 200\r\nX-A: 1"), header("X-A"), "1", "1"},
		"space":         {nil, HeadsReadExactly, Request{Via: "fetch", URL: own}, byHand("HTTP/1.1 200 OK\r\nX-A : 1"), header("X-A"), "1", ""},
		"another's":     {nil, HeadsReadExactly, Request{Via: "fetch", URL: own}, byHand("HTTP/1.1 200 OK\r\nX-B : 1"), header("X-A"), "1", "1"},
		"untyped sheet": {nil, RedirectedSheetsNeedType, Request{Via: "style", URL: own}, func(w WireRequest) Reply {
			if w.URL == own {
				return redirect(302, "/end")
			}
			return Reply{Status: 200, Body: []byte("p {}")}
		}, read, Allowed, Blocked},
		"straight":       {nil, RedirectedSheetsNeedType, Request{Via: "style", URL: own}, answers(200, "p {}"), read, Allowed, Allowed},
		"embed":          {nil, EmbedsNeedOK, Request{Via: "embed", URL: api}, answers(404, "x", "Content-Type", "text/html"), read, Opaque, Blocked},
		"no embed":       {nil, EmbedsNeedOK, Request{Via: "iframe", URL: api}, answers(404, "x", "Content-Type", "text/html"), read, Opaque, Opaque},
		"broken picture": {nil, ObjectsDecodeImages, Request{Via: "embed", URL: api}, answers(200, "\x89PNG\r\n\x1a\n", "Content-Type", "image/png"), read, Opaque, Blocked},
		"nameless":       {nil, ObjectsDecodeImages, Request{Via: "object", URL: api}, answers(200, "\x89PNG\r\n\x1a\n"), read, Opaque, Blocked},
		"whole picture":  {nil, ObjectsDecodeImages, Request{Via: "object", URL: api}, answers(200, png, "Content-Type", "image/png"), read, Opaque, Opaque},
		"in a frame":     {nil, ObjectsDecodeImages, Request{Via: "iframe", URL: api}, answers(200, "\x89PNG\r\n\x1a\n", "Content-Type", "image/png"), read, Opaque, Opaque},
		"wide range":     {nil, RangeInUnsigned64Bits, Request{Via: "fetch", URL: api, Headers: h("Range", "bytes=0-18446744073709551616")}, permissive, requests, 1, 2},
		"64 bits":        {nil, RangeInUnsigned64Bits, Request{Via: "fetch", URL: api, Headers: h("Range", "bytes=0-18446744073709551615")}, permissive, requests, 1, 1},
		"emptied":        {nil, EmptyValuesReplace, Request{Via: "fetch", URL: own, Headers: h("Content-Type", "a/b", "Content-Type", "")}, permissive, sentType, "a/b,", ""},
		"filled":         {nil, EmptyValuesReplace, Request{Via: "fetch", URL: own, Headers: h("Content-Type", "a/b", "Content-Type", "", "Content-Type", "c/d")}, permissive, sentType, "a/b, , c/d", "c/d"},
		"two values":     {nil, EmptyValuesReplace, Request{Via: "fetch", URL: own, Headers: h("Content-Type", "a/b", "Content-Type", "c/d")}, permissive, sentType, "a/b, c/d", "a/b, c/d"},
		"joined":         {nil, JoiningSpaceStays, Request{Via: "fetch", URL: own, Headers: h("Content-Type", "a/b", "Content-Type", "")}, permissive, func(p Prediction) any { return p.Wire[0].Headers[0].Value }, "a/b,", "a/b, "},
		"last of two":    {nil, SingletonHeadersOnce, Request{Via: "fetch", URL: own, Headers: h("Content-Type", "a/b", "Content-Type", "c/d")}, permissive, sentType, "a/b, c/d", "c/d"},
		"first of two":   {nil, SingletonHeadersOnce, Request{Via: "fetch", Method: "POST", URL: own, Headers: h("Content-Type", "a/b", "Content-Type", "c/d"), Body: &Body{Bytes: []byte("x")}}, permissive, sentType, "a/b, c/d", "a/b"},
		"data: headers":  {nil, LocalHeadersAsWritten, Request{Via: "xhr", URL: "data:text/plain,tea"}, permissive, func(p Prediction) any { return len(p.Listed) }, 0, 1},
		"Authorization":  {nil, PreflightStays, Request{Via: "fetch", URL: own, Headers: h("Authorization", "Bearer x")}, route(map[string]Reply{"app.site.test/x": redirect(307, api)}), requests, 2, 3},
	} {
		if c.r.Client.Page.Host == "" {
			c.r.Client = page
		}
		profile := Profile{c.s: true}
		for s := range c.profile {
			profile[s] = true
		}
		assert.Equal(t, c.without, c.see(predictAs(t, c.profile, c.r, c.server)), "%s by the standard", name)
		assert.Equal(t, c.with, c.see(predictAs(t, profile, c.r, c.server)), name)
	}
}

// What a frame shows in Firefox.
func TestFirefoxFrames(t *testing.T) {
	for contentType, want := range map[string][2]Read{
		"text/x-notes": {Blocked, Opaque}, "text/calendar": {Blocked, Blocked}, "application/json": {Opaque, Opaque}, "text/json": {Opaque, Opaque},
		"application/problem+json": {Opaque, Blocked}, "application/x+xml": {Opaque, Blocked}, "application/mathml+xml": {Opaque, Opaque}, "text/x+xml": {Opaque, Opaque},
		"unknown/unknown": {Opaque, Blocked}, "*/*": {Opaque, Opaque}, "/plain": {Opaque, Blocked}, "text/": {Opaque, Opaque}, "a b/c": {Opaque, Opaque}, "x": {Opaque, Opaque},
		"video/ogg": {Opaque, Blocked}, "text/javascript": {Opaque, Opaque},
	} {
		r := Request{Via: "iframe", URL: api, Client: Client{Page: origin(t, app)}}
		answer := answers(200, "tea", "Content-Type", contentType)
		assert.Equal(t, want[0], predictAs(t, nil, r, answer).Read, contentType)
		assert.Equal(t, want[1], predictAs(t, Profile{FrameTypesListed: true}, r, answer).Read, contentType)
	}
}

func read(p Prediction) any     { return p.Read }
func reason(p Prediction) any   { return p.Reason }
func requests(p Prediction) any { return len(p.Wire) }

func errorOf(p Prediction) any    { return p.Error }
func asked(p Prediction) any      { return p.Wire[0].RequestHeaders }
func sentOrigin(p Prediction) any { return p.Wire[0].Origin }

func sentType(p Prediction) any {
	value, _ := p.Wire[0].Headers.Get("Content-Type")
	return value
}

// header is what script reads of a header.
func header(name string) func(Prediction) any {
	return func(p Prediction) any {
		value, _ := p.Headers.Get(name)
		return value
	}
}

func cacheControl(p Prediction) any {
	value, _ := p.Wire[0].Headers.Get("Cache-Control")
	return value
}
