package oracle

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestEmbedderPolicy(t *testing.T) {
	for value, want := range map[string]string{
		"require-corp":                                  "require-corp",
		" credentialless ":                              "credentialless",
		`require-corp; report-to="x"`:                   "require-corp",
		`require-corp;a;b=?1; c=:aGk=:;d=-1.5;e=tok/en`: "require-corp",
		`require-corp; a="b\"c"`:                        "require-corp",
		"unsafe-none":                                   "",
		"Require-Corp":                                  "",
		`"require-corp"`:                                "",
		"require-corp, require-corp":                    "",
		"require-corp;":                                 "",
		"require-corp;A":                                "",
		"require-corp;a=":                               "",
		`require-corp;a="b`:                             "",
		`require-corp;a="\b"`:                           "",
		"require-corp;a=?2":                             "",
		"require-corp;a=:b":                             "",
		"require-corp;a=:b:":                            "",
		"require-corp;a=:=:":                            "",
		"require-corp;a=:YQ:":                           "require-corp",
		"require-corp;a=:YQ==:":                         "require-corp",
		"require-corp;a=1.":                             "",
		"require-corp x":                                "",
		"":                                              "",
		"-require-corp":                                 "",
	} {
		assert.Equal(t, want, Profile(nil).embedderPolicy(h("Cross-Origin-Embedder-Policy", value), true), value)
	}
	assert.Empty(t, Profile(nil).embedderPolicy(h("Cross-Origin-Embedder-Policy", "require-corp"), false), "an insecure page has none")
	for value, want := range map[string]string{"require-corp;a=1.": "require-corp", "require-corp;a=1.2": "require-corp", "require-corp;a=.": "", "require-corp;a=1.2345": ""} {
		assert.Equal(t, want, ProfileFor("chromium").embedderPolicy(h("Cross-Origin-Embedder-Policy", value), true), value)
	}
	assert.Empty(t, Profile(nil).embedderPolicy(h("Cross-Origin-Embedder-Policy-Report-Only", "require-corp"), true))
}

// Under an embedder policy a response must say that it may be embedded: each
// way to load by what the response says.
func TestResourcesUnderEmbedderPolicy(t *testing.T) {
	const corp, coep = "Cross-Origin-Resource-Policy", "Cross-Origin-Embedder-Policy"
	require, less := h(coep, "require-corp"), h(coep, "credentialless")
	for _, c := range []struct {
		name    string
		headers Headers // the document's
		via     Via
		url     string
		reply   Headers
		want    Reason
	}{
		{"silent", require, "img", api, nil, CrossOriginEmbedderPolicy},
		{"cross-origin", require, "img", api, h(corp, "cross-origin"), Tainted},
		{"same-site elsewhere", require, "img", api, h(corp, "same-site"), CrossOriginResourcePolicy},
		{"same-site next door", require, "img", "https://api.site.test/x", h(corp, "same-site"), Tainted},
		{"silent next door", require, "img", "https://api.site.test/x", nil, CrossOriginEmbedderPolicy},
		{"silent at home", require, "img", own, nil, ""},
		{"nonsense", require, "img", api, h(corp, "same-site, same-site"), CrossOriginEmbedderPolicy},
		{"CORS is enough", require, "img-cors", api, h("Access-Control-Allow-Origin", "*"), ""},
		{"no-cors fetch", require, "fetch", api, nil, MissingAllowOrigin},
		{"nonsense without a policy", nil, "img", api, h(corp, "Same-Origin"), Tainted},
		{"credentialless", less, "img", api, nil, Tainted},
		{"credentialless and same-origin", less, "img", api, h(corp, "same-origin"), CrossOriginResourcePolicy},
		{"frame without COEP", require, "iframe", api, h(corp, "cross-origin"), CrossOriginEmbedderPolicy},
		{"frame without CORP", require, "iframe", api, h(coep, "require-corp"), CrossOriginEmbedderPolicy},
		{"frame for its own site", require, "iframe", api, h(coep, "require-corp", corp, "same-site"), CrossOriginResourcePolicy},
		{"frame with both", require, "iframe", api, h(coep, "credentialless", corp, "cross-origin"), ""},
		{"own frame without COEP", require, "iframe", own, nil, CrossOriginEmbedderPolicy},
		{"own frame", require, "iframe", own, h(coep, "require-corp"), ""},
		{"credentialless frame without CORP", less, "iframe", api, h(coep, "require-corp"), CrossOriginEmbedderPolicy},
		{"frame without a policy around it", nil, "iframe", api, h(corp, "same-origin"), ""},
		{"worker without COEP", require, "worker", own, nil, CrossOriginEmbedderPolicy},
		{"worker", require, "worker", own, h(coep, "require-corp"), ""},
		{"shared worker", require, "shared-worker", own, nil, ""},
	} {
		r := Request{Via: c.via, Client: Client{Page: origin(t, app), Headers: c.headers}, URL: c.url}
		body, kind := png, "image/png"
		if way, _ := WayOf(c.via); scriptLike(way.Destination) {
			body, kind = "1", "text/javascript"
		}
		p := predict(t, r, ServerFunc(func(WireRequest) Reply {
			return Reply{Status: 200, Headers: append(h("Content-Type", kind), c.reply...), Body: []byte(body)}
		}))
		assert.Equal(t, c.want, p.Reason, c.name)
	}
}

func TestCredentialless(t *testing.T) {
	less := Client{Page: origin(t, app), Headers: h("Cross-Origin-Embedder-Policy", "credentialless")}
	cookie := Cookie{On: origin(t, "https://api.other.test"), Name: "a", Value: "b", Attributes: "SameSite=None; Secure"}
	s := State{}.SetCookie(cookie).SetCookie(Cookie{On: origin(t, app), Name: "c", Value: "d"})
	for _, c := range []struct {
		r      Request
		cookie string
	}{
		{Request{Via: "img", URL: api}, "a=b"},
		{Request{Via: "img", URL: api, Client: less}, ""},
		{Request{Via: "img", URL: own, Client: less}, "c=d"},
		{Request{Via: "fetch", URL: api, Mode: "no-cors", Credentials: "include", Client: less}, ""},
		{Request{Via: "fetch", URL: api, Credentials: "include", Client: less}, "a=b"},
		{Request{Via: "iframe", URL: api, Client: less}, "a=b"},
	} {
		if c.r.Client.Page.IsOpaque() {
			c.r.Client.Page = origin(t, app)
		}
		p, _ := Predict(s, c.r, ServerFunc(permissive))
		assert.Equal(t, c.cookie, p.Wire[0].Cookie, c.r.Via)
	}
	// To its own origin after a detour: without credentials, and so without a need for CORP.
	detour := func(w WireRequest) Reply {
		if w.URL == api {
			return redirect(302, own)
		}
		return Reply{Status: 200, Headers: h("Content-Type", "image/png"), Body: []byte(png)}
	}
	p, _ := Predict(s, Request{Via: "img", URL: api, Client: less}, ServerFunc(detour))
	assert.Empty(t, p.Wire[1].Cookie)
	assert.Equal(t, Tainted, p.Reason)
}

func TestLocalNetworkAccess(t *testing.T) {
	granted := func(name string) map[string]string { return map[string]string{name: "granted"} }
	for _, c := range []struct {
		name        string
		page, space string
		permissions map[string]string
		via         Via
		url         string
		want        Reason
		wire        int
	}{
		{"nothing asked", app, "public", nil, "fetch", api, LocalNetworkAccess, 0},
		{"prompt", app, "public", map[string]string{"loopback-network": "prompt"}, "fetch", api, LocalNetworkAccess, 0},
		{"denied", app, "public", map[string]string{"loopback-network": "denied"}, "img", api, LocalNetworkAccess, 0},
		{"granted", app, "public", granted("loopback-network"), "fetch", api, "", 1},
		{"the old name", app, "public", granted("local-network-access"), "fetch", api, "", 1},
		{"the new name first", app, "public", map[string]string{"local-network-access": "granted", "loopback-network": "denied"}, "fetch", api, LocalNetworkAccess, 0},
		{"another network's", app, "public", granted("local-network"), "fetch", api, LocalNetworkAccess, 0},
		{"itself", app, "public", nil, "fetch", own, "", 1},
		{"an insecure page", "http://app.site.test", "public", granted("loopback-network"), "fetch", plain, LocalNetworkAccess, 0},
		{"an insecure page to itself", "http://app.site.test", "public", nil, "fetch", "http://app.site.test/x", "", 1},
		{"local", app, "local", nil, "fetch", api, LocalNetworkAccess, 0},
		{"local and granted", app, "local", granted("loopback-network"), "fetch", api, "", 1},
		{"loopback", app, "loopback", nil, "fetch", api, "", 1},
		{"frame", app, "public", nil, "iframe", api, LocalNetworkAccess, 0},
	} {
		r := Request{Via: c.via, Client: Client{Page: origin(t, c.page), AddressSpace: c.space, Permissions: c.permissions}, URL: c.url}
		p := predict(t, r, permissive)
		assert.Equal(t, c.want, p.Reason, c.name)
		assert.Len(t, p.Wire, c.wire, c.name)
		r.Method = "PUT"
		if c.via == "fetch" && c.want != "" {
			assert.Empty(t, predict(t, r, permissive).Wire, "no preflight either")
		}
	}
	local := Request{Via: "fetch", Client: Client{Page: origin(t, app), AddressSpace: "local"}, URL: api}
	assert.Equal(t, Allowed, predictAs(t, ProfileFor("chromium"), local, permissive).Read)
	hop := Request{Via: "fetch", Client: Client{Page: origin(t, app), AddressSpace: "public"}, URL: own}
	p := predict(t, hop, route(map[string]Reply{"app.site.test": redirect(302, api)}))
	assert.Equal(t, LocalNetworkAccess, p.Reason)
	assert.Equal(t, []string{"GET " + own}, saw(p))

	for url, want := range map[string]Reason{"http://printer.local/x": "", "http://192.168.0.1/x": "", "http://169.254.0.1/x": "", "http://8.8.8.8/x": MixedContent} {
		r := Request{Via: "fetch", Client: Client{Page: origin(t, app)}, URL: url}
		assert.Equal(t, want, predictAs(t, ProfileFor("chromium"), r, permissive).Reason, url)
		assert.Equal(t, MixedContent, predict(t, r, permissive).Reason, url)
	}
}

// What another top-level site's page has fetched, this one's does not find.
func TestPartitions(t *testing.T) {
	in := func(top string) Client { return Client{Page: origin(t, app), Top: origin(t, top)} }
	put := Request{Via: "fetch", URL: api, Method: "PUT", Client: in("https://evil.test")}
	_, s := Predict(State{}, put, ServerFunc(permissive))
	for top, asked := range map[string]int{"https://evil.test": 1, "https://sub.evil.test:8443": 1, "https://third.test": 2, app: 2} {
		put.Client = in(top)
		p, _ := Predict(s, put, ServerFunc(permissive))
		assert.Len(t, p.Wire, asked, top)
	}
	sandboxed := Request{Via: "fetch", URL: api, Method: "PUT", Client: Client{Page: origin(t, app), Opaque: true}}
	for name, asked := range map[string]int{"": 1, "chromium": 2} {
		_, s := Predict(State{Profile: ProfileFor(name)}, sandboxed, ServerFunc(permissive))
		p, _ := Predict(s, sandboxed, ServerFunc(permissive))
		assert.Len(t, p.Wire, asked, name)
	}
	fresh := answers(200, "x", "Cache-Control", "max-age=60", "Access-Control-Allow-Origin", "*")
	get := Request{Via: "fetch", URL: api, Client: in("https://evil.test")}
	_, s = Predict(State{}, get, fresh)
	for top, asked := range map[string]int{"https://evil.test": 0, "https://third.test": 1} {
		get.Client = in(top)
		p, _ := Predict(s, get, fresh)
		assert.Len(t, p.Wire, asked, top)
	}
	// Cookies: all pages around the request must be of its site.
	s = State{}.SetCookie(Cookie{On: origin(t, app), Name: "a", Value: "b"})
	for _, c := range []struct {
		top    Origin
		cookie string
	}{{Origin{}, "a=b"}, {origin(t, "https://site.test"), "a=b"}, {origin(t, "https://evil.test"), ""}} {
		p, _ := Predict(s, Request{Via: "fetch", URL: own, Client: Client{Page: origin(t, app), Top: c.top}}, ServerFunc(permissive))
		assert.Equal(t, c.cookie, p.Wire[0].Cookie, c.top)
	}
	// Where third-party cookies are blocked, a frame that may ask for them says who it is.
	kept := Profile{StorageAccessSendsOrigin: true, ThirdPartyCookiesBlocked: true}
	for _, c := range []struct {
		page, top, url, origin string
	}{
		{"https://evil.test", app, own, "https://evil.test"},
		{"https://evil.test", app, api, ""},
		{app, "https://evil.test", own, ""},
		{app, app, own, ""},
	} {
		r := Request{Via: "img", URL: c.url, Client: Client{Page: origin(t, c.page), Top: origin(t, c.top)}}
		assert.Equal(t, c.origin, predictAs(t, kept, r, permissive).Wire[0].Origin, c.page)
	}
	// A partitioned cookie set in one site's frame is not the other's.
	set := answers(200, "x", "Set-Cookie", "p=1; Secure; SameSite=None; Partitioned", "Access-Control-Allow-Origin", app, "Access-Control-Allow-Credentials", "true")
	get = Request{Via: "fetch", URL: api, Credentials: "include", Client: in("https://evil.test")}
	_, s = Predict(State{}, get, set)
	for top, cookie := range map[string]string{"https://evil.test": "p=1", "https://third.test": "", "https://other.test": ""} {
		get.Client = in(top)
		p, _ := Predict(s, get, set)
		assert.Equal(t, cookie, p.Wire[0].Cookie, top)
	}
}

// The document's Referrer-Policy decides what becomes of a POST's Origin.
func TestDocumentReferrerPolicy(t *testing.T) {
	for policy, want := range map[string]string{
		"":                          app,
		"no-referrer":               "null",
		"No-Referrer, nonsense":     "null",
		"no-referrer, origin":       app,
		"same-origin":               "null",
		"strict-origin, unsafe-url": app,
	} {
		r := Request{Via: "beacon", URL: api, Client: Client{Page: origin(t, app), Headers: h("Referrer-Policy", policy)}}
		assert.Equal(t, want, predict(t, r, permissive).Wire[0].Origin, policy)
	}
	r := Request{Via: "fetch", Mode: "no-cors", Method: "POST", ReferrerPolicy: "origin", URL: api, Client: Client{Page: origin(t, app), Headers: h("Referrer-Policy", "no-referrer")}}
	assert.Equal(t, app, predict(t, r, permissive).Wire[0].Origin, "the request's own policy comes first")
}

// A frame's X-Frame-Options and frame-ancestors look at every page around it.
func TestAncestors(t *testing.T) {
	r := Request{Via: "iframe", URL: own, Client: Client{Page: origin(t, app), Top: origin(t, "https://evil.test")}}
	for header, want := range map[Header]Reason{
		{"X-Frame-Options", "SAMEORIGIN"}:                                       FrameOptions,
		{"Content-Security-Policy", "frame-ancestors 'self'"}:                   ContentSecurityPolicy,
		{"Content-Security-Policy", "frame-ancestors 'self' https://evil.test"}: "",
	} {
		assert.Equal(t, want, predict(t, r, answers(200, "x", header.Name, header.Value)).Reason, header.Value)
	}
}
