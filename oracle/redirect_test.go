package oracle

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestRedirects(t *testing.T) {
	const third = "https://third.test/end"
	get := Request{Via: "fetch", URL: api}
	for _, c := range []struct {
		name  string
		r     Request
		first Reply
		want  Reason
		wire  []string
	}{
		{"within another origin", get, redirect(302, "/end"), "", []string{"GET " + api + " " + app, "GET https://api.other.test/end " + app}},
		{"to a third origin", get, redirect(302, third), "", []string{"GET " + api + " " + app, "GET " + third + " null"}},
		{"back home", get, redirect(302, app+"/end"), "", []string{"GET " + api + " " + app, "GET " + app + "/end null"}},
		{"from home", Request{Via: "fetch", URL: own}, redirect(302, third), "", []string{"GET " + own, "GET " + third + " " + app}},
		{"at home", Request{Via: "fetch", URL: own}, redirect(302, "end"), "", []string{"GET " + own, "GET " + app + "/end"}},
		{"preflighted anew", Request{Via: "fetch", URL: api, Headers: h("X-A", "")}, redirect(307, third), "",
			[]string{"OPTIONS " + api + " " + app, "GET " + api + " " + app, "OPTIONS " + third + " null", "GET " + third + " null"}},
		{"303 turns PUT into GET", Request{Via: "fetch", URL: api, Method: "PUT"}, redirect(303, "/end"), "",
			[]string{"OPTIONS " + api + " " + app, "PUT " + api + " " + app, "GET https://api.other.test/end " + app}},
		{"302 leaves PUT", Request{Via: "fetch", URL: own, Method: "PUT"}, redirect(302, "end"), "", []string{"PUT " + own + " " + app, "PUT " + app + "/end " + app}},
		{"301 turns POST into GET", Request{Via: "fetch", URL: own, Method: "POST"}, redirect(301, "end"), "", []string{"POST " + own + " " + app, "GET " + app + "/end"}},
		{"303 leaves HEAD", Request{Via: "fetch", URL: own, Method: "HEAD"}, redirect(303, "end"), "", []string{"HEAD " + own, "HEAD " + app + "/end"}},
		{"mode error", Request{Via: "fetch", URL: own, Redirect: "error"}, redirect(302, "end"), RedirectModeError, []string{"GET " + own}},
		{"no URL", get, redirect(302, "https://"), RedirectLocation, []string{"GET " + api + " " + app}},
		{"two locations", get, Reply{Status: 302, Headers: h("Location", "/a", "Location", "/b")}, RedirectLocation, []string{"GET " + api + " " + app}},
		{"data:", get, redirect(302, "data:,x"), RedirectScheme, []string{"GET " + api + " " + app}},
		{"userinfo elsewhere", Request{Via: "fetch", URL: own}, redirect(302, "https://u:p@third.test/end"), RedirectUserinfo, []string{"GET " + own}},
		{"userinfo under CORS", get, redirect(302, "https://u:p@app.site.test/end"), RedirectUserinfo, []string{"GET " + api + " " + app}},
		{"userinfo at home", Request{Via: "fetch", URL: own}, redirect(302, "https://u@app.site.test/end"), "", []string{"GET " + own, "GET " + app + "/end"}},
		{"stream again", Request{Via: "fetch", URL: own, Method: "POST", Body: &Body{Stream: true}}, redirect(302, "end"), RedirectStream, []string{"POST " + own + " " + app}},
		{"stream gone", Request{Via: "fetch", URL: own, Method: "POST", Body: &Body{Stream: true}}, redirect(303, "end"), "", []string{"POST " + own + " " + app, "GET " + app + "/end"}},
		{"mode same-origin", Request{Via: "fetch", URL: own, Mode: "same-origin"}, redirect(302, third), ModeSameOrigin, []string{"GET " + own}},
		{"mixed content", get, redirect(302, "http://third.test/end"), MixedContent, []string{"GET " + api + " " + app}},
		{"bad port", get, redirect(302, "https://third.test:25/end"), PortBlocked, []string{"GET " + api + " " + app}},
		{"no location", get, Reply{Status: 302}, "", []string{"GET " + api + " " + app}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := predict(t, c.r, route(map[string]Reply{"/x": c.first}))
			assert.Equal(t, c.want, p.Reason)
			assert.Equal(t, c.wire, saw(p))
		})
	}
}

func TestRedirectIsReadable(t *testing.T) {
	p := predict(t, Request{Via: "fetch", URL: own + "#f"}, route(map[string]Reply{"/x": redirect(302, "end")}))
	assert.True(t, p.Redirected)
	assert.Equal(t, app+"/end", p.URL)
	manual := predict(t, Request{Via: "fetch", URL: own, Redirect: "manual"}, answers(302, ""))
	assert.Equal(t, Opaque, manual.Read)
	assert.Equal(t, "opaqueredirect", manual.Type)
	assert.Equal(t, own, manual.URL)
	assert.Zero(t, manual.Status)
	assert.False(t, manual.Redirected)
}

// Every hop under CORS needs a check of its own; 20 hops are the limit.
func TestRedirectChecks(t *testing.T) {
	p := predict(t, Request{Via: "fetch", URL: api}, answers(302, "", "Location", "/end"))
	assert.Equal(t, MissingAllowOrigin, p.Reason)
	loop := predict(t, Request{Via: "fetch", URL: own}, answers(302, "", "Location", ""))
	assert.Equal(t, RedirectCount, loop.Reason)
	assert.Len(t, loop.Wire, 21)
	lenient := predictAs(t, ProfileFor("chromium"), Request{Via: "fetch", URL: own}, answers(302, "", "Location", ""))
	assert.Equal(t, 302, lenient.Status)
}

// Authorization stays within an origin; the body's headers go with the body.
func TestRedirectHeaders(t *testing.T) {
	r := Request{Via: "fetch", URL: own, Method: "POST", Headers: h("Authorization", "t", "X-A", "1", "dpr", "1"), Body: &Body{Type: "application/json", Bytes: []byte("{}")}}
	p := predict(t, r, route(map[string]Reply{"/x": redirect(302, "https://third.test/end")}))
	last := p.Wire[len(p.Wire)-1]
	assert.Equal(t, h("X-A", "1", "dpr", "1"), last.Headers)
	assert.Nil(t, last.Body)
	p = predict(t, r, route(map[string]Reply{"/x": redirect(307, "end")}))
	assert.Equal(t, h("Authorization", "t", "X-A", "1", "dpr", "1", "Content-Type", "application/json"), p.Wire[1].Headers)
	assert.Equal(t, "{}", string(p.Wire[1].Body))
	p = predictAs(t, ProfileFor("chromium"), r, route(map[string]Reply{"/x": redirect(302, "https://third.test/end")}))
	assert.Equal(t, h("X-A", "1"), p.Wire[len(p.Wire)-1].Headers, "hints stay with the page's own origin")
	p = predictAs(t, ProfileFor("chromium"), r, route(map[string]Reply{"/x": redirect(307, "end")}))
	assert.Equal(t, h("Authorization", "t", "X-A", "1", "dpr", "1", "Content-Type", "application/json"), p.Wire[1].Headers)
}

func TestRedirectProfiles(t *testing.T) {
	chromium, firefox := ProfileFor("chromium"), ProfileFor("firefox")
	userinfo := route(map[string]Reply{"/x": redirect(302, "https://u:p@app.site.test/end")})
	assert.Equal(t, EmbeddedCredentials, predictAs(t, chromium, Request{Via: "fetch", URL: own}, userinfo).Reason)
	assert.Equal(t, Allowed, predictAs(t, chromium, Request{Via: "xhr", URL: own}, userinfo).Read)
	assert.Equal(t, EmbeddedCredentials, predictAs(t, chromium, Request{Via: "img", URL: "https://u:p@api.other.test/x"}, permissive).Reason)

	p := predictAs(t, firefox, Request{Via: "fetch", URL: api, Method: "PUT"}, func(w WireRequest) Reply {
		reply := permissive(w)
		if !w.Preflight && w.URL == api {
			reply.Status, reply.Headers = 307, append(reply.Headers, h("Location", "https://third.test/end")...)
		}
		return reply
	})
	assert.Equal(t, []string{"OPTIONS " + api + " " + app, "PUT " + api + " " + app, "OPTIONS https://third.test/end " + app, "PUT https://third.test/end null"}, saw(p))
}

// The referrer policy of a redirect's response counts from there on.
func TestRedirectReferrerPolicy(t *testing.T) {
	first := redirect(307, "https://third.test/end")
	first.Headers = append(first.Headers, h("Referrer-Policy", "bogus, no-referrer")...)
	p := predict(t, Request{Via: "fetch", URL: own, Mode: "no-cors", Method: "POST"}, route(map[string]Reply{"/x": first}))
	assert.Equal(t, []string{"POST " + own + " " + app, "POST https://third.test/end null"}, saw(p))
}

func TestNoCORSRedirectOrigin(t *testing.T) {
	post := Request{Via: "fetch", URL: own, Mode: "no-cors", Method: "POST"}
	away := route(map[string]Reply{"/x": redirect(307, "https://third.test/end")})
	assert.Equal(t, []string{"POST " + own + " " + app, "POST https://third.test/end " + app}, saw(predict(t, post, away)))
	assert.Equal(t, []string{"POST " + own + " " + app, "POST https://third.test/end null"}, saw(predictAs(t, ProfileFor("chromium"), post, away)))
}

// A chain that leaves the site and comes back has strayed within the site only.
func TestRedirectTaint(t *testing.T) {
	for want, urls := range map[string][]string{
		"same-origin": {"https://app.site.test/", "https://b.test/"},
		"same-site":   {"https://api.site.test/", "https://other.site.test/", "https://b.test/"},
		"cross-site":  {"https://api.site.test/", "https://b.test/", "https://c.test/"},
	} {
		f := &fetching{origin: origin(t, app)}
		for _, u := range urls {
			f.urls = append(f.urls, must(parseURL(u, nil)))
		}
		assert.Equal(t, want, f.redirectTaint(), urls)
	}
}

// WebKit's network library takes an empty Location for a mistake.
func TestEmptyLocation(t *testing.T) {
	empty := answers(302, "", "Location", "")
	for _, c := range []struct {
		p        Profile
		redirect string
		server   ServerFunc
		reason   Reason
		requests int
	}{
		{nil, "", empty, RedirectCount, 21},
		{Profile{RedirectNeedsLocation: true}, "", empty, "", 1},
		{Profile{RedirectNeedsLocation: true, EmptyLocationFails: true}, "", empty, RedirectLocation, 1},
		{Profile{RedirectNeedsLocation: true, EmptyLocationFails: true}, "manual", empty, "", 1},
		{Profile{RedirectNeedsLocation: true, EmptyLocationFails: true}, "", answers(302, ""), "", 1},
	} {
		p := predictAs(t, c.p, Request{Via: "fetch", URL: own, Redirect: c.redirect}, c.server)
		assert.Equal(t, c.reason, p.Reason, c.p)
		assert.Len(t, p.Wire, c.requests, c.p)
	}
}

func TestUnsafeRedirects(t *testing.T) {
	for location, want := range map[string]Reason{"data:,1": RedirectScheme, "about:blank": RedirectScheme, "mailto:a@b.test": RedirectModeError, "/y": RedirectModeError} {
		r := Request{Via: "fetch", URL: own, Redirect: "error"}
		assert.Equal(t, RedirectModeError, predict(t, r, answers(302, "", "Location", location)).Reason)
		assert.Equal(t, want, predictAs(t, Profile{UnsafeRedirectsFirst: true}, r, answers(302, "", "Location", location)).Reason, location)
	}
}
