package oracle

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// steps runs requests one after another, and gives how many preflights each
// one needed.
type steps struct {
	t     *testing.T
	state State
}

func (s *steps) run(r Request, headers ...string) (preflights int) {
	r.Client.Page = origin(s.t, app)
	if r.URL == "" {
		r.URL = api
	}
	p, next := Predict(s.state, r, ServerFunc(func(w WireRequest) Reply {
		reply := Reply{Headers: h("Access-Control-Allow-Origin", app, "Access-Control-Allow-Credentials", "true")}
		if w.Preflight {
			reply.Headers = append(reply.Headers, h(headers...)...)
		} else {
			for i := 0; i < len(headers); i += 2 {
				if headers[i] == "Status" {
					reply.Headers = nil
				}
			}
		}
		return reply
	}))
	s.state = next
	for _, w := range p.Wire {
		if w.Preflight {
			preflights++
		}
	}
	return preflights
}

const acam, acah, age = "Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Max-Age"

func TestPreflightCache(t *testing.T) {
	put := Request{Via: "fetch", Method: "PUT"}
	del := Request{Via: "fetch", Method: "DELETE"}
	with := func(r Request) Request { r.Credentials = "include"; return r }
	fresh := func(p Profile) *steps { return &steps{t: t, state: State{Profile: p}} }

	s := fresh(nil)
	assert.Equal(t, 1, s.run(put, acam, "PUT"))
	assert.Equal(t, 0, s.run(put, acam, "PUT"), "kept for 5 s by default")
	before := s.state
	s.state = s.state.Advance(5 * time.Second)
	assert.Equal(t, 1, s.run(put, acam, "PUT"), "and no longer")
	assert.Zero(t, before.Now, "a state is a value")

	s = fresh(nil)
	assert.Equal(t, 1, s.run(put, acam, "PUT", age, "60"))
	s.state = s.state.Advance(59 * time.Second)
	assert.Equal(t, 0, s.run(put, acam, "PUT"))
	assert.Equal(t, 1, s.run(Request{Via: "fetch", Method: "PUT", URL: api + "?2"}, acam, "PUT"), "each URL has its own")

	s = fresh(nil)
	assert.Equal(t, 1, s.run(put, acam, "PUT", age, "0"))
	assert.Equal(t, 1, s.run(put, acam, "PUT"))

	s = fresh(nil)
	assert.Equal(t, 1, s.run(put, acam, "*"))
	assert.Equal(t, 0, s.run(del), "a cached * covers every method")
	assert.Equal(t, 1, s.run(Request{Via: "fetch", Headers: h("X-A", "")}, acah, "*"))
	assert.Equal(t, 0, s.run(Request{Via: "fetch", Headers: h("X-B", "")}))
	assert.Equal(t, 1, s.run(Request{Via: "fetch", Headers: h("Authorization", "")}, acah, "Authorization"), "but not authorization")
	assert.Equal(t, 0, s.run(Request{Via: "fetch", Headers: h("Authorization", "", "X-C", "")}))

	s = fresh(nil)
	assert.Equal(t, 1, s.run(with(put), acam, "PUT"))
	assert.Equal(t, 0, s.run(put), "an entry made with credentials serves without")
	s = fresh(nil)
	assert.Equal(t, 1, s.run(put, acam, "PUT"))
	assert.Equal(t, 1, s.run(with(put), acam, "PUT"), "not the other way round")

	s = fresh(nil)
	s.run(put, acam, "PUT", age, "60")
	s.run(del, acam, "DELETE, PUT", age, "100")
	s.state = s.state.Advance(90 * time.Second)
	assert.Equal(t, 0, s.run(put), "a later answer refreshes what is known")

	s = fresh(nil)
	s.run(put, acam, "PUT", "Status", "fails")
	assert.Equal(t, 1, s.run(put, acam, "PUT"), "a network error clears the cache")
	s = fresh(ProfileFor("chromium"))
	s.run(put, acam, "PUT", "Status", "fails")
	assert.Equal(t, 0, s.run(put, acam, "PUT"), "not Chromium's")
	s.run(del, acam, "DELETE")
	assert.Equal(t, 1, s.run(put, acam, "PUT"), "which keeps one answer for a URL")
	assert.Equal(t, 1, s.run(Request{Via: "fetch", Method: "PUT", URL: api + "#f"}, acam, "PUT"), "fragment and all")

	s = fresh(ProfileFor("firefox"))
	s.run(put, acam, "*")
	assert.Equal(t, 1, s.run(put, acam, "*"), "Firefox does not use a cached * again")

	s = fresh(nil)
	upload := Request{Via: "xhr", UploadListener: true}
	assert.Equal(t, 1, s.run(upload))
	assert.Equal(t, 0, s.run(upload), "the answer without a list caches the method that was asked for")
}

func TestCookies(t *testing.T) {
	const site, cross = "https://api.site.test", "https://api.other.test"
	cookie := func(on, name, attributes string) Cookie {
		return Cookie{On: origin(t, on), Path: "/", Name: name, Value: "1", Attributes: attributes}
	}
	for _, c := range []struct {
		name   string
		cookie Cookie
		r      Request
		want   string
	}{
		{"same origin", cookie(app, "a", ""), Request{Via: "fetch", URL: own}, "a=1"},
		{"omit", cookie(app, "a", ""), Request{Via: "fetch", URL: own, Credentials: "omit"}, ""},
		{"another subdomain", cookie(app, "a", ""), Request{Via: "fetch", URL: site + "/x", Credentials: "include"}, ""},
		{"same site", cookie(site, "a", ""), Request{Via: "fetch", URL: site + "/x", Credentials: "include"}, "a=1"},
		{"same site, another origin, by default", cookie(site, "a", ""), Request{Via: "fetch", URL: site + "/x"}, ""},
		{"port is no border", cookie(app, "a", ""), Request{Via: "fetch", URL: app + ":8443/x", Credentials: "include"}, "a=1"},
		{"cross site is Lax by default", cookie(cross, "a", ""), Request{Via: "fetch", URL: api, Credentials: "include"}, ""},
		{"cross site", cookie(cross, "a", "SameSite=None; Secure"), Request{Via: "fetch", URL: api, Credentials: "include"}, "a=1"},
		{"None needs Secure", cookie(cross, "a", "SameSite=None"), Request{Via: "fetch", URL: api, Credentials: "include"}, ""},
		{"img", cookie(cross, "a", "SameSite=None; Secure"), Request{Via: "img", URL: api}, "a=1"},
		{"img-cors", cookie(cross, "a", "SameSite=None; Secure"), Request{Via: "img-cors", URL: api}, ""},
		{"img-cors use-credentials", cookie(cross, "a", "SameSite=None; Secure"), Request{Via: "img-cors", URL: api, Credentials: "include"}, "a=1"},
		{"strict at home", cookie(app, "a", "SameSite=Strict"), Request{Via: "fetch", URL: own}, "a=1"},
		{"domain", cookie(app, "a", "Domain=.site.test"), Request{Via: "fetch", URL: site + "/x", Credentials: "include"}, "a=1"},
		{"foreign domain", cookie(app, "a", "Domain=other.test"), Request{Via: "fetch", URL: own}, ""},
		{"suffix domain", cookie(app, "a", "Domain=test"), Request{Via: "fetch", URL: own}, ""},
		{"empty domain", cookie(app, "a", "Domain="), Request{Via: "fetch", URL: own}, "a=1"},
		{"own suffix", cookie("http://localhost", "a", "Domain=localhost"), Request{Via: "fetch", Client: Client{Page: origin(t, "http://localhost")}, URL: "http://localhost/x"}, "a=1"},
		{"address", cookie("http://127.0.0.1", "a", "Domain=0.0.1"), Request{Via: "fetch", Client: Client{Page: origin(t, "http://127.0.0.1")}, URL: "http://127.0.0.1/x"}, ""},
		{"path", cookie(app, "a", "Path=/x"), Request{Via: "fetch", URL: own + "/y"}, "a=1"},
		{"other path", cookie(app, "a", "Path=/x"), Request{Via: "fetch", URL: own + "y"}, ""},
		{"bad path", cookie(app, "a", "Path=x"), Request{Via: "fetch", URL: own}, "a=1"},
		{"expired", cookie(app, "a", "Max-Age=0"), Request{Via: "fetch", URL: own}, ""},
		{"long ago", cookie(app, "a", "Expires=Thu, 01 Jan 1970 00:00:00 GMT"), Request{Via: "fetch", URL: own}, ""},
		{"one day", cookie(app, "a", "Expires=Thu, 01 Jan 2099 00:00:00 GMT"), Request{Via: "fetch", URL: own}, "a=1"},
		{"no date", cookie(app, "a", "Expires=soon"), Request{Via: "fetch", URL: own}, "a=1"},
		{"secure on http", cookie("http://app.site.test", "a", "Secure"), Request{Via: "fetch", Client: Client{Page: origin(t, "http://app.site.test")}, URL: "http://app.site.test/x"}, ""},
		{"scheme is a border", cookie("http://app.site.test", "a", ""), Request{Via: "fetch", Client: Client{Page: origin(t, "http://app.site.test")}, URL: own, Credentials: "include"}, ""},
		{"secure prefix", cookie(app, "__Secure-a", ""), Request{Via: "fetch", URL: own}, ""},
		{"host prefix", cookie(app, "__Host-a", "Secure; Path=/"), Request{Via: "fetch", URL: own}, "__Host-a=1"},
		{"host prefix with domain", cookie(app, "__Host-a", "Secure; Path=/; Domain=site.test"), Request{Via: "fetch", URL: own}, ""},
		{"partitioned without Secure", cookie(app, "a", "Partitioned"), Request{Via: "fetch", URL: own}, ""},
		{"another partition", cookie(cross, "a", "Partitioned; Secure; SameSite=None"), Request{Via: "img", URL: api}, ""},
		{"control character", cookie(app, "a\x01", ""), Request{Via: "fetch", URL: own}, ""},
		{"nameless", Cookie{On: origin(t, app), Value: "v"}, Request{Via: "fetch", URL: own}, "v"},
		{"nothing", Cookie{On: origin(t, app)}, Request{Via: "fetch", URL: own}, ""},
		{"opaque client", cookie(app, "a", ""), Request{Via: "img", Client: Client{Page: origin(t, app), Opaque: true}, URL: own}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.r.Client.Page.IsOpaque() {
				c.r.Client.Page = origin(t, app)
			}
			p, _ := Predict(State{}.SetCookie(c.cookie), c.r, ServerFunc(permissive))
			assert.Equal(t, c.want, p.Wire[0].Cookie)
		})
	}
	third := cookie(cross, "a", "SameSite=None; Secure")
	for _, s := range []Switch{ThirdPartyCookiesBlocked, ThirdPartyCookiesPartitioned} {
		p, _ := Predict(State{Profile: Profile{s: true}}.SetCookie(third), Request{Via: "img", Client: Client{Page: origin(t, app)}, URL: api}, ServerFunc(permissive))
		assert.Empty(t, p.Wire[0].Cookie, s)
	}
}

// Set-Cookie counts when the request had credentials, and is never readable.
func TestSetCookie(t *testing.T) {
	page := Client{Page: origin(t, app)}
	setting := func(line string) ServerFunc {
		return func(w WireRequest) Reply {
			reply := permissive(w)
			reply.Headers = append(reply.Headers, h("Set-Cookie", line)...)
			return reply
		}
	}
	second := func(profile Profile, r Request, lines ...string) string {
		r.Client = page
		state := State{Profile: profile}
		for _, line := range lines {
			_, state = Predict(state, r, setting(line))
		}
		p, _ := Predict(state, r, ServerFunc(permissive))
		return p.Wire[0].Cookie
	}
	with := Request{Via: "fetch", URL: api, Credentials: "include"}
	const none = "; SameSite=None; Secure"
	assert.Equal(t, "a=1", second(nil, with, "a=1"+none))
	assert.Equal(t, "", second(nil, Request{Via: "fetch", URL: api}, "a=1"+none), "without credentials it is ignored")
	assert.Equal(t, "", second(nil, with, "a=1"), "Lax from another site")
	assert.Equal(t, "", second(Profile{ThirdPartyCookiesBlocked: true}, with, "a=1"+none))
	assert.Equal(t, "a=1", second(Profile{ThirdPartyCookiesPartitioned: true}, with, "a=1"+none), "its own jar on this site")
	assert.Equal(t, "a=1", second(Profile{ThirdPartyCookiesBlocked: true}, with, "a=1; Partitioned"+none))
	assert.Equal(t, "a=3; b=2", second(nil, with, "a=1"+none, "b=2"+none, "a=3"+none), "a cookie keeps its place")
	assert.Equal(t, "b=2; a=3", second(ProfileFor("chromium"), with, "a=1"+none, "b=2"+none, "a=3"+none), "not in Chromium")
	assert.Equal(t, "b=2", second(nil, with, "a=1"+none, "b=2"+none, "a=; Max-Age=0"+none))
	deep := Request{Via: "fetch", URL: app + "/a/b"}
	assert.Equal(t, "y=2; x=1", second(nil, deep, "x=1; Path=/", "y=2"), "the longer path first")

	home := Request{Via: "fetch", URL: app + "/"}
	for line, kept := range map[string]bool{
		"__Host-a=1; Secure; Path=/": true, "__HOST-a=1; Path=/": false, "__Host-a=1; Secure; Path=/; Domain=site.test": false, "=__Host-a; Secure; Path=/": false,
		"__Secure-a=1; Secure": true, "__Secure-a=1": false, "=__secure-a; Secure": false,
		"__Http-a=1; Secure; HttpOnly": true, "__Http-a=1; Secure": false, "__Http-a=1; HttpOnly": false, "=__Http-a; Secure; HttpOnly": false,
		"__Host-Http-a=1; Secure; HttpOnly; Path=/": true, "__Host-Http-a=1; Secure; Path=/": false, "__Host-Http-a=1; Secure; HttpOnly; Path=/; Domain=site.test": false,
		"a=" + strings.Repeat("x", 4095): true, "a=" + strings.Repeat("x", 4096): false, "a=x\ty": true,
	} {
		assert.Equal(t, kept, second(nil, home, line) != "", line)
	}
	assert.Equal(t, "", second(ProfileFor("chromium"), home, "a=x\ty"))

	// What comes over plain http does not stand in for a secure cookie.
	unsafe := Client{Page: origin(t, "http://app.site.test")}
	for line, sent := range map[string]string{"a=2": "", "a=2; Domain=site.test": "", "b=2": "b=2", "a=2; Path=/deep": "a=2"} {
		state := State{}.SetCookie(Cookie{On: page.Page, Name: "a", Value: "1", Path: "/deep/er", Attributes: "Secure"})
		if !strings.Contains(line, "/deep") {
			state = State{}.SetCookie(Cookie{On: page.Page, Name: "a", Value: "1", Path: "/", Attributes: "Secure"})
		}
		r := Request{Via: "fetch", URL: "http://app.site.test/deep", Client: unsafe}
		_, state = Predict(state, r, setting(line))
		p, _ := Predict(state, r, ServerFunc(permissive))
		assert.Equal(t, sent, p.Wire[0].Cookie, line)
	}

	// A chain that strayed across sites is not same-site any more.
	chain := func(profile Profile) string {
		state := State{Profile: profile}.SetCookie(Cookie{On: page.Page, Name: "a", Value: "1", Path: "/"})
		p, _ := Predict(state, Request{Via: "img", Client: page, URL: api}, route(map[string]Reply{"/x": redirect(302, app+"/end")}))
		return p.Wire[1].Cookie
	}
	assert.Equal(t, "", chain(nil))
	assert.Equal(t, "a=1", chain(ProfileFor("chromium")))
}
