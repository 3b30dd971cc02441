package oracle

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAuthentication(t *testing.T) {
	const named = "https://u%3A:p@app.site.test/x"
	challenge := func(value string) ServerFunc { return answers(401, "", "WWW-Authenticate", value) }
	without := Profile{ThirdPartyCookiesBlocked: true}
	for _, c := range []struct {
		name   string
		p      Profile
		r      Request
		server ServerFunc
		tries  int
		reason Reason
	}{
		{"nobody is there to ask", nil, Request{Via: "xhr", URL: own}, challenge(`Basic realm="x"`), 1, ""},
		{"a name in the URL", nil, Request{Via: "xhr", URL: named}, challenge(`bAsIc realm="x"`), 2, ""},
		{"no challenge", nil, Request{Via: "xhr", URL: named}, answers(401, ""), 1, ""},
		{"an unknown scheme", nil, Request{Via: "xhr", URL: named}, challenge("Bearer"), 1, ""},
		{"the script's own", nil, Request{Via: "xhr", URL: named, Headers: h("Authorization", "x")}, challenge("Basic"), 2, ""},
		{"under CORS", nil, Request{Via: "xhr", URL: "https://u:p@api.other.test/x", Credentials: "include"}, challenge("Basic"), 1, MissingAllowOrigin},
		{"a stream", nil, Request{Via: "fetch", URL: own, Method: "POST", Body: &Body{Stream: true}}, challenge("Basic"), 1, NetworkError},
		{"a stream without a challenge", nil, Request{Via: "fetch", URL: own, Method: "POST", Body: &Body{Stream: true}}, answers(401, ""), 1, ""},
		{"a stream over HTTP/1.1", nil, Request{Via: "fetch", URL: own, Method: "POST", Body: &Body{Stream: true}}, func(WireRequest) Reply { return Reply{HTTP1: true} }, 0, NetworkError},
		{"a socket", nil, Request{Via: "websocket", URL: "wss://u:p@api.other.test/x"}, challenge("Basic"), 2, WrongType},
		{"a socket without third-party cookies", without, Request{Via: "websocket", URL: "wss://u:p@api.other.test/x"}, challenge("Basic"), 1, WrongType},
		{"a socket of the site", without, Request{Via: "websocket", URL: "wss://u:p@api.site.test/x"}, challenge("Basic"), 2, WrongType},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := predictAs(t, c.p, c.r, c.server)
			assert.Len(t, p.Wire, c.tries)
			assert.Equal(t, c.reason, p.Reason)
			if c.tries > 0 {
				assert.Equal(t, c.r.Headers.Has("Authorization"), p.Wire[0].Headers.Has("Authorization"))
			}
			if c.tries > 1 && c.r.URL == named {
				want, given := c.r.Headers.Get("Authorization")
				if !given {
					want = "Basic dTo6cA=="
				}
				value, _ := p.Wire[1].Headers.Get("Authorization")
				assert.Equal(t, want, value)
			}
		})
	}
}
