package oracle

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTimingAllowOrigin(t *testing.T) {
	const full, restricted = "full", "restricted"
	for _, c := range []struct {
		lines []string
		want  string
	}{
		{nil, restricted},
		{[]string{"*"}, full},
		{[]string{app}, full},
		{[]string{"https://x.test, " + app}, full},
		{[]string{"https://x.test", app}, full},
		{[]string{"https://x.test , *"}, full},
		{[]string{"null"}, restricted},
		{[]string{"https://x.test " + app}, restricted},
		{[]string{app + "/"}, restricted},
		{[]string{"HTTPS://app.site.test"}, restricted},
		{[]string{`"*"`}, restricted},
		{[]string{""}, restricted},
	} {
		var headers []string
		for _, line := range c.lines {
			headers = append(headers, "Timing-Allow-Origin", line)
		}
		for _, via := range []Via{"fetch", "img", "iframe"} {
			p, _ := Predict(State{}, Request{Via: via, URL: api, Client: Client{Page: origin(t, app)}}, route(map[string]Reply{"": {Body: []byte(png), Headers: h(headers...)}}))
			assert.Equal(t, c.want, p.Timing, "%s %q", via, c.lines)
		}
		p, _ := Predict(State{}, Request{Via: "fetch", URL: own, Client: Client{Page: origin(t, app)}}, route(map[string]Reply{"": {Headers: h(headers...)}}))
		assert.Equal(t, full, p.Timing, "at home, %q", c.lines)
	}
}

func TestTimingOfRedirects(t *testing.T) {
	hop := func(location string, tao ...string) Reply {
		reply := redirect(302, location)
		for _, value := range tao {
			reply.Headers = append(reply.Headers, Header{"Timing-Allow-Origin", value})
		}
		return reply
	}
	allowed := Reply{Headers: h("Timing-Allow-Origin", "*")}
	const home, third = app + "/b", "https://api.third.test/c"
	for _, c := range []struct {
		about, from string
		servers     map[string]Reply
		want        string
	}{
		{"within the origin", own, map[string]Reply{"/x": hop(home)}, "full"},
		{"away, and the other allows it", own, map[string]Reply{"/x": hop("https://api.other.test/b"), "other.test": allowed}, "full"},
		{"away, and the other does not", own, map[string]Reply{"/x": hop("https://api.other.test/b", "*")}, "restricted"},
		{"home again, where all would be open", api, map[string]Reply{"/x": hop(home, "*")}, "restricted"},
		{"home again, and both allow it", api, map[string]Reply{"/x": hop(home, "*"), "/b": allowed}, "full"},
		{"the first does not", api, map[string]Reply{"/x": hop(third), "/c": allowed}, "restricted"},
		{"a tainted origin by its name", api, map[string]Reply{"/x": hop(third, "*"), "/c": {Headers: h("Timing-Allow-Origin", app)}}, "restricted"},
		{"a tainted origin as null", api, map[string]Reply{"/x": hop(third, "*"), "/c": {Headers: h("Timing-Allow-Origin", "null")}}, "full"},
	} {
		p, _ := Predict(State{}, Request{Via: "fetch", URL: c.from, Client: Client{Page: origin(t, app)}}, route(c.servers))
		assert.Equal(t, Allowed, p.Read, c.about)
		assert.Equal(t, c.want, p.Timing, c.about)
	}
}

func TestTimingOfWhatFails(t *testing.T) {
	open := answers(200, "x", "Timing-Allow-Origin", "*", "Access-Control-Allow-Origin", "*")
	engine := Profile{BrokenBodyTimed: true, OpaqueRedirectTimesHidden: true, UnsentNotTimed: true}
	for _, c := range []struct {
		about        string
		r            Request
		server       ServerFunc
		want, engine string
	}{
		{"the CORS check", Request{URL: api}, answers(200, "x", "Timing-Allow-Origin", "*"), "restricted", "restricted"},
		{"no answer", Request{URL: own}, func(WireRequest) Reply { return Reply{Abort: "before-headers"} }, "restricted", "restricted"},
		{"a body that breaks off", Request{URL: own}, func(WireRequest) Reply { return Reply{Abort: "in-body"} }, "", "full"},
		{"the mode", Request{URL: api, Mode: "same-origin"}, open, "restricted", ""},
		{"mixed content", Request{URL: plain}, open, "restricted", "restricted"},
		{"a script that may not ask", Request{URL: own, Method: "TRACE"}, open, "", ""},
		{"no HTTP", Request{URL: "data:,x"}, open, "", ""},
		{"a redirect that is not followed", Request{URL: own, Redirect: "manual"}, answers(302, "", "Location", "/"), "full", "restricted"},
		{"a module of the wrong type", Request{Via: "module", URL: api}, open, "full", "full"},
		{"a frame that stays", Request{Via: "iframe", URL: own}, answers(204, ""), "", ""},
		{"a frame that is not allowed", Request{Via: "iframe", URL: own}, answers(200, "", "X-Frame-Options", "deny"), "restricted", "restricted"},
		{"a form", Request{Via: "form", URL: own}, open, "", ""},
	} {
		if c.r.Via == "" {
			c.r.Via = "fetch"
		}
		c.r.Client.Page = origin(t, app)
		p, _ := Predict(State{}, c.r, c.server)
		assert.Equal(t, c.want, p.Timing, c.about)
		p, _ = Predict(State{Profile: engine}, c.r, c.server)
		assert.Equal(t, c.engine, p.Timing, "%s, the engine", c.about)
	}
}
