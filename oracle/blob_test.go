package oracle

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestBlobURLs(t *testing.T) {
	const url = "blob:https://app.site.test/1"
	hello := answers(200, "hello world", "Content-Type", "Text/Plain")
	get := func(value string) Request { return Request{Via: "fetch", URL: url, Headers: h("Range", value)} }
	for name, c := range map[string]struct {
		r      Request
		status int // 0: a network error
		body   string
		part   string
	}{
		"whole":          {Request{Via: "fetch", URL: url + "#fragment"}, 200, "hello world", ""},
		"no-cors":        {Request{Via: "fetch", URL: url, Mode: "no-cors"}, 200, "hello world", ""},
		"HEAD":           {Request{Via: "xhr", URL: url, Method: "HEAD"}, 0, "", ""},
		"POST":           {Request{Via: "fetch", URL: url, Method: "POST"}, 0, "", ""},
		"first":          {get("bytes=0-4"), 206, "hello", "bytes 0-4/11"},
		"rest":           {get("bytes=6-"), 206, "world", "bytes 6-10/11"},
		"suffix":         {get("bytes=-3"), 206, "rld", "bytes 8-10/11"},
		"long suffix":    {get("bytes=-99"), 206, "hello world", "bytes 0-10/11"},
		"too long":       {get("bytes=6-99"), 206, "world", "bytes 6-10/11"},
		"far too long":   {get("bytes=0-99999999999999999999"), 206, "hello world", "bytes 0-10/11"},
		"white space":    {get("bytes \t= 0 - 4"), 206, "hello", "bytes 0-4/11"},
		"beyond":         {get("bytes=11-"), 0, "", ""},
		"far beyond":     {get("bytes=99999999999999999999-"), 0, "", ""},
		"turned round":   {get("bytes=5-3"), 0, "", ""},
		"empty suffix":   {get("bytes=-0"), 0, "", ""},
		"no numbers":     {get("bytes=-"), 0, "", ""},
		"other letters":  {get("bytes=a-b"), 0, "", ""},
		"another unit":   {get("octets=0-1"), 0, "", ""},
		"no unit":        {get("0-1"), 0, "", ""},
		"no dash":        {get("bytes=1"), 0, "", ""},
		"without a sign": {get("bytes0-1"), 0, "", ""},
	} {
		p := predict(t, c.r, hello)
		assert.Empty(t, p.Wire, name)
		assert.Equal(t, c.status, p.Status, name)
		if c.status == 0 {
			assert.Equal(t, NetworkError, p.Reason, name)
			continue
		}
		assert.Equal(t, "basic", p.Type, name)
		assert.Equal(t, url, p.URL, name)
		assert.Equal(t, c.body, string(p.Body), name)
		part, _ := p.Headers.Get("Content-Range")
		assert.Equal(t, c.part, part, name)
		length, _ := p.Headers.Get("Content-Length")
		assert.Equal(t, itoa(len(c.body)), length, name)
		kind, _ := p.Headers.Get("Content-Type")
		assert.Equal(t, "text/plain", kind, name)
	}
	revoked := func(WireRequest) Reply { return Reply{Abort: "before-headers"} }
	assert.Equal(t, NetworkError, predict(t, Request{Via: "fetch", URL: url}, revoked).Reason)
	empty := answers(200, "")
	assert.Equal(t, Allowed, predict(t, Request{Via: "fetch", URL: url}, empty).Read)
	assert.Equal(t, Blocked, predict(t, get("bytes=0-"), empty).Read)
	data := Client{Page: origin(t, app), Opaque: true, Worker: "data"}
	assert.Equal(t, Allowed, predict(t, Request{Via: "fetch", URL: "blob:null/1", Client: data}, hello).Read)
	assert.Equal(t, Blocked, predictAs(t, ProfileFor("chromium"), Request{Via: "fetch", URL: "blob:null/1", Client: data}, hello).Read)
	frame := Client{Page: origin(t, app), Opaque: true}
	module := Request{Via: "worker-module", URL: "blob:null/1", Client: frame}
	js := answers(200, "1", "Content-Type", "text/javascript")
	assert.Equal(t, Allowed, predict(t, module, js).Read)
	assert.Equal(t, NetworkError, predictAs(t, ProfileFor("chromium"), module, js).Reason)
	assert.Equal(t, Allowed, predictAs(t, ProfileFor("chromium"), Request{Via: "worker", URL: "blob:null/1", Client: frame}, js).Read)
	html := answers(200, "<p>", "Content-Type", "text/html")
	assert.Equal(t, Allowed, predict(t, Request{Via: "iframe", URL: url}, html).Read)
	assert.Equal(t, Opaque, predict(t, Request{Via: "iframe", URL: "blob:null/1", Client: Client{Page: origin(t, app), Opaque: true}}, html).Read)
}

func TestHoldsData(t *testing.T) {
	for url, want := range map[string]bool{"data:,": true, "data:text/html,<p>": true, "data:;base64,YQ==": true, "data:*": false, "data:;base64,a": false, "https://a.test/,": false} {
		assert.Equal(t, want, HoldsData(url), url)
	}
}
