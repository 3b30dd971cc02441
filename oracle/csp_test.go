package oracle

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

// withPolicy is a document with one Content-Security-Policy header for each value.
func withPolicy(t testing.TB, page string, policies ...string) Client {
	c := Client{Page: origin(t, page)}
	for _, p := range policies {
		c.Headers = append(c.Headers, Header{"Content-Security-Policy", p})
	}
	return c
}

// Each source list by a URL. Where Chromium leaves the standard, it says so.
func TestSourceLists(t *testing.T) {
	const plainApp, here, there = "http://app.site.test", app + "/x", "https://api.other.test/x"
	for _, c := range []struct {
		sources, from, url string
		want, chromium     bool
	}{
		{"*", app, there, true, true},
		{"'self'", app, here, true, true},
		{"'SELF'", app, here, true, true},
		{"'self'", app, there, false, false},
		{"'self'", app, "https://app.site.test:8443/x", false, false},
		{"'self'", plainApp, here, true, true},
		{"'none'", app, here, false, false},
		{"", app, here, false, false},
		{"'none' *", app, there, true, true},
		{"https:", app, there, true, true},
		{"HTTPS:", app, there, true, true},
		{"https:", plainApp, plain, false, false},
		{"http:", plainApp, there, true, true},
		{"https://api.other.test", app, there, true, true},
		{"https://API.other.test", app, there, true, true},
		{"http://api.other.test", app, there, true, true},
		{"https://api.other.test", plainApp, plain, false, false},
		{"api.other.test", app, there, true, true},
		{"api.other.test", plainApp, plain, true, true},
		{"api.other.test", plainApp, there, true, true},
		{"other.test", app, there, false, false},
		{"*.other.test", app, there, true, true},
		{"*.api.other.test", app, there, false, false},
		{"https://*", app, there, true, true},
		{"*.*.test", app, there, false, false},
		{"*:443", app, there, true, true},
		{"*:*", app, "https://app.site.test:8443/x", true, true},
		{"app.site.test:8443", app, "https://app.site.test:8443/x", true, true},
		{"app.site.test", app, "https://app.site.test:8443/x", false, false},
		{"api.other.test:80", app, there, false, false},
		{"http://api.other.test:80", app, there, false, true},
		{"api.other.test:80", plainApp, there, false, true},
		{"https://api.other.test/", app, there, true, true},
		{"https://api.other.test/x", app, there + "?q", true, true},
		{"https://api.other.test/%78", app, there, true, true},
		{"https://api.other.test/X", app, there, false, false},
		{"https://api.other.test/x", app, there + "/y", false, false},
		{"https://api.other.test/x/", app, there + "/y", true, true},
		{"https://api.other.test/x/y/z/", app, there + "/y", false, false},
		{"https://api.other.test/x/", app, there, false, false},
		{"https://api.other.test/x?q", app, there, false, true},
		{"https://api.other.test/x#f", app, there, false, true},
		{"https://api.other.test/a%2fb", app, "https://api.other.test/a/b", false, true},
		{"http://127.0.0.1:*", app, "http://127.0.0.1:81/x", true, true},
		{"http://127.0.0.2:*", app, "http://127.0.0.2:81/x", false, true},
		{"http://[::1]:*", app, "http://[::1]:81/x", false, false},
		{"https://a_b.test", app, "https://a_b.test/x", false, false},
		{"https://api.other.test:", app, there, false, false},
		{"https:///x", app, there, false, false},
		{"9://api.other.test", app, there, false, false},
		{"//api.other.test", app, there, false, false},
		{"data:", app, "data:,x", true, true},
		{"*", app, "data:,x", false, false},
		{"'self'", app, "data:,x", false, false},
		{"api.other.test", app, "data:,x", false, false},
		{"'nonce-abc' 'unsafe-inline' 'sha256-AA=='", app, there, false, false},
	} {
		r := Request{Via: "fetch", Client: withPolicy(t, c.from, "connect-src "+c.sources), URL: c.url}
		for name, want := range map[string]bool{"": c.want, "chromium": c.chromium} {
			p := predictAs(t, ProfileFor(name), r, permissive)
			assert.Equal(t, want, p.Reason != ContentSecurityPolicy, "%q %s: %s %s", c.sources, c.from, c.url, name)
			if !want {
				assert.Equal(t, "TypeError", p.Error)
				assert.Empty(t, p.Wire)
			}
		}
	}
}

// A WebSocket's request is one for http or https; Chromium's policies see ws or
// wss.
func TestSourcesOfSockets(t *testing.T) {
	for _, c := range []struct {
		sources, from, url string
		want, chromium     bool
	}{
		{"*", app, "https://api.other.test/x", true, true},
		{"'self'", app, "https://app.site.test/x", true, true},
		{"'self'", "http://app.site.test", "http://app.site.test/x", true, true},
		{"https:", app, "https://api.other.test/x", true, false},
		{"http:", "http://app.site.test", "http://api.other.test/x", true, false},
		{"https://api.other.test", app, "https://api.other.test/x", true, false},
		{"api.other.test", app, "https://api.other.test/x", true, false},
		{"wss:", app, "https://api.other.test/x", true, true},
		{"ws:", app, "https://api.other.test/x", true, true},
		{"wss://api.other.test", app, "https://api.other.test/x", true, true},
		{"wss://third.test", app, "https://api.other.test/x", false, false},
	} {
		r := Request{Via: "websocket", Client: withPolicy(t, c.from, "connect-src "+c.sources), URL: c.url}
		assert.Equal(t, c.want, predict(t, r, answers(200, "")).Reason != ContentSecurityPolicy, c.sources)
		assert.Equal(t, c.chromium, predictAs(t, ProfileFor("chromium"), r, answers(200, "")).Reason != ContentSecurityPolicy, c.sources)
	}
	r := Request{Via: "fetch", Client: withPolicy(t, app, "connect-src wss:"), URL: api}
	assert.Equal(t, Allowed, predict(t, r, permissive).Read, "a source for sockets names what opens them")
	assert.Equal(t, Blocked, predictAs(t, ProfileFor("chromium"), r, permissive).Read)
}

// Which directive governs what, and what stands in for it.
func TestDirectives(t *testing.T) {
	governs := map[string][]Via{
		"connect-src":     {"fetch", "xhr", "worker-fetch", "eventsource", "beacon", "websocket"},
		"img-src":         {"img", "img-cors", "canvas", "css-image", "css-mask", "preload"},
		"media-src":       {"audio", "video", "track"},
		"font-src":        {"font", "font-face"},
		"style-src-elem":  {"style", "style-cors"},
		"style-src":       {"style"},
		"script-src-elem": {"script", "script-cors", "module", "dynamic-import", "modulepreload"},
		"script-src":      {"script", "module", "worker", "shared-worker"},
		"worker-src":      {"worker", "shared-worker", "service-worker"},
		"child-src":       {"worker", "iframe"},
		"frame-src":       {"iframe", "form"},
		"object-src":      {"object"},
		"manifest-src":    {"manifest"},
		"form-action":     {"form"},
		"default-src":     {"fetch", "img", "video", "font", "style", "script", "worker", "iframe", "object", "manifest", "prefetch"},
	}
	for directive, vias := range governs {
		for _, way := range Ways() {
			r := Request{Via: way.Via, Client: withPolicy(t, app, directive+" 'none'"), URL: own}
			blocked := predict(t, r, permissive).Reason == ContentSecurityPolicy
			switch {
			case slices.Contains(vias, way.Via):
				assert.True(t, blocked, "%s governs %s", directive, way.Via)
			case way.Via == "fetch", way.Via == "img", way.Via == "iframe", way.Via == "worker":
				assert.False(t, blocked, "%s is not for %s", directive, way.Via)
			}
		}
	}
	for policy, want := range map[string]Reason{
		"default-src 'none'; connect-src *":                               "",
		"default-src *; connect-src 'none'":                               ContentSecurityPolicy,
		"connect-src *; connect-src 'none'":                               "",
		"connect-src *, connect-src 'self'":                               ContentSecurityPolicy,
		"img-src 'none'":                                                  "",
		"Connect-Src\t*\f;;":                                              "",
		"connect-src \u00e4 'none'; default-src *":                        "",
		"connect-src":                                                     ContentSecurityPolicy,
		"sandbox allow-scripts allow-same-origin; connect-src":            ContentSecurityPolicy,
		"report-uri /x; upgrade-insecure-requests; connect-src https:":    "",
		"default-src 'self'; connect-src 'self' https://api.other.test/x": "",
	} {
		p := predict(t, Request{Via: "fetch", Client: withPolicy(t, app, policy), URL: api}, permissive)
		assert.Equal(t, want, p.Reason, policy)
	}
	two := predict(t, Request{Via: "fetch", Client: withPolicy(t, app, "connect-src *", "connect-src 'self'"), URL: api}, permissive)
	assert.Equal(t, ContentSecurityPolicy, two.Reason, "every line is a policy of its own")
	reported := Client{Page: origin(t, app), Headers: h("Content-Security-Policy-Report-Only", "connect-src 'none'")}
	assert.Equal(t, Allowed, predict(t, Request{Via: "fetch", Client: reported, URL: api}, permissive).Read)
	object := Request{Via: "object", Client: withPolicy(t, app, "frame-src 'none'"), URL: own}
	assert.Empty(t, predict(t, object, permissive).Reason)
	assert.Equal(t, ContentSecurityPolicy, predictAs(t, ProfileFor("chromium"), object, permissive).Reason)
}

// Each hop of a redirect is held against the policy, without its path.
func TestPolicyAndRedirects(t *testing.T) {
	server := route(map[string]Reply{"/x": redirect(302, "https://third.test/y")})
	for policy, want := range map[string]Reason{
		"connect-src https://api.other.test":                            ContentSecurityPolicy,
		"connect-src https://third.test":                                ContentSecurityPolicy,
		"connect-src https://api.other.test https://third.test":         "",
		"connect-src https://api.other.test https://third.test/another": "",
		"connect-src https://api.other.test/x https://third.test":       "",
		"connect-src https://api.other.test/y https://third.test":       ContentSecurityPolicy,
	} {
		p := predict(t, Request{Via: "fetch", Client: withPolicy(t, app, policy), URL: api}, server)
		assert.Equal(t, want, p.Reason, policy)
	}
	form := Request{Via: "form", Client: withPolicy(t, app, "form-action https://api.other.test"), URL: api}
	p := predict(t, form, server)
	assert.Equal(t, ContentSecurityPolicy, p.Reason)
	assert.Len(t, p.Wire, 1)
}

// What a script puts into the page comes in by 'strict-dynamic', wherever from.
func TestStrictDynamic(t *testing.T) {
	for _, c := range []struct {
		policy string
		via    Via
		want   Reason
	}{
		{"script-src 'strict-dynamic'", "script", ""},
		{"script-src 'nonce-x' 'STRICT-DYNAMIC'", "module", ""},
		{"script-src-elem 'strict-dynamic'", "dynamic-import", ""},
		{"default-src 'strict-dynamic'", "script", ""},
		{"default-src 'strict-dynamic'", "img", ContentSecurityPolicy},
		{"img-src 'strict-dynamic'", "img", ContentSecurityPolicy},
		{"script-src 'strict-dynamic'", "worker", ""},
		{"default-src 'strict-dynamic'", "worker", ContentSecurityPolicy},
		{"worker-src 'strict-dynamic'", "worker", ContentSecurityPolicy},
	} {
		r := Request{Via: c.via, Client: withPolicy(t, app, c.policy), URL: own}
		js := answers(200, "1", "Content-Type", "text/javascript")
		assert.Equal(t, c.want, predict(t, r, js).Reason, "%s %s", c.policy, c.via)
	}
	worker := Request{Via: "worker", Client: withPolicy(t, app, "default-src 'strict-dynamic'"), URL: own}
	assert.Empty(t, predictAs(t, ProfileFor("chromium"), worker, answers(200, "1", "Content-Type", "text/javascript")).Reason)
}

func TestUpgradeInsecureRequests(t *testing.T) {
	const upgrade, plainApp = "Upgrade-Insecure-Requests", "http://app.site.test"
	for _, c := range []struct {
		page, url string
		via       Via
		wire      []string
	}{
		{app, plain, "fetch", []string{"GET " + api + " " + app}},
		{plainApp, plain, "fetch", []string{"GET " + api + " " + plainApp}},
		{plainApp, plainApp + "/x", "fetch", []string{"GET " + own + " " + plainApp}},
		{plainApp, "http://api.other.test:8080/x", "fetch", []string{"GET https://api.other.test:8080/x " + plainApp}},
		{plainApp, "http://10.0.0.1/x", "img", []string{"GET https://10.0.0.1/x"}},
		{plainApp, "http://app.localhost/x", "fetch", []string{"GET http://app.localhost/x " + plainApp}},
		{plainApp, plain, "iframe", []string{"GET " + api}},
		{app, plain, "script", []string{"GET " + api}},
	} {
		p := predict(t, Request{Via: c.via, Client: withPolicy(t, c.page, upgrade), URL: c.url}, permissive)
		assert.Equal(t, c.wire, saw(p), "%s %s", c.page, c.url)
	}
	socket := predict(t, Request{Via: "websocket", Client: withPolicy(t, app, upgrade), URL: "ws://api.other.test/x"}, answers(403, ""))
	assert.Equal(t, []string{"GET " + api + " " + app}, saw(socket))
	back := route(map[string]Reply{"/x": redirect(307, "http://third.test/y")})
	p := predict(t, Request{Via: "fetch", Client: withPolicy(t, app, upgrade), URL: api}, back)
	assert.Equal(t, "https://third.test/y", p.URL, "redirects are upgraded too")

	// fetch() in Chromium: the policy sees both URLs, the response has the first.
	r := Request{Via: "fetch", Client: withPolicy(t, plainApp, upgrade+"; connect-src https:"), URL: plain}
	assert.Equal(t, api, predict(t, r, permissive).URL)
	assert.Equal(t, ContentSecurityPolicy, predictAs(t, ProfileFor("chromium"), r, permissive).Reason)
	r.Via = "xhr"
	assert.Equal(t, api, predictAs(t, ProfileFor("chromium"), r, permissive).URL)
	r.Via, r.Client = "fetch", withPolicy(t, plainApp, upgrade)
	assert.Equal(t, plain, predictAs(t, ProfileFor("chromium"), r, permissive).URL)
}

// A sandbox takes the document's origin away, and with it secure contexts'
// rules for mixed content; forms need its leave.
func TestPolicySandbox(t *testing.T) {
	sandbox := withPolicy(t, app, "sandbox allow-scripts")
	assert.True(t, sandbox.Origin().IsOpaque())
	assert.False(t, withPolicy(t, app, "sandbox allow-scripts Allow-Same-Origin").Origin().IsOpaque())
	p := predict(t, Request{Via: "fetch", Client: sandbox, URL: own}, permissive)
	assert.Equal(t, []string{"GET " + own + " null"}, saw(p))
	mixed := Request{Via: "fetch", Client: sandbox, URL: plain}
	assert.Equal(t, Allowed, predict(t, mixed, permissive).Read)
	assert.Equal(t, MixedContent, predictAs(t, ProfileFor("chromium"), mixed, permissive).Reason)
	mixed.Client.Top = origin(t, "https://evil.test")
	assert.Equal(t, MixedContent, predict(t, mixed, permissive).Reason, "the page around it is secure")

	form := Request{Via: "form", URL: api}
	for _, c := range []struct {
		client Client
		want   Reason
	}{
		{sandbox, ContentSecurityPolicy},
		{withPolicy(t, app, "sandbox allow-forms"), ""},
		{Client{Page: origin(t, app), Sandbox: []string{"allow-scripts"}}, ContentSecurityPolicy},
		{Client{Page: origin(t, app), Sandbox: []string{"allow-forms"}}, ""},
	} {
		form.Client = c.client
		assert.Equal(t, c.want, predict(t, form, permissive).Reason)
	}
}

// Engines leave out a directive with a control character in it.
func TestControlCharactersInPolicies(t *testing.T) {
	for policy, want := range map[string]map[string]Read{
		"img-src 'none'\f":          {"": Blocked, "chromium": Blocked, "firefox": Blocked, "webkit": Blocked},
		"img-src 'none'\v":          {"": Blocked, "chromium": Opaque, "firefox": Opaque, "webkit": Blocked},
		"\vimg-src\v'none'":         {"": Opaque, "chromium": Opaque, "firefox": Opaque, "webkit": Blocked},
		"img-src 'none'\x01":        {"": Blocked, "chromium": Opaque, "firefox": Opaque, "webkit": Opaque},
		"img-src 'none'\x7f":        {"": Blocked, "chromium": Opaque, "firefox": Opaque, "webkit": Opaque},
		"img-src x\x01;img-src 'x'": {"": Blocked, "chromium": Opaque, "firefox": Blocked, "webkit": Blocked},
		"img-src x;font-src \x01":   {"": Blocked, "chromium": Blocked, "firefox": Blocked, "webkit": Blocked},
	} {
		for engine, read := range want {
			r := Request{Via: "img", URL: api, Client: Client{Page: origin(t, app), Headers: h("Content-Security-Policy", policy)}}
			assert.Equal(t, read, predictAs(t, ProfileFor(engine), r, answers(200, png)).Read, "%q in %s", policy, engine)
		}
	}
}
