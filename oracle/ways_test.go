package oracle

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Each way to load by what the server says: nothing, or that it agrees.
func TestWays(t *testing.T) {
	bodies := map[string][2]string{ // body, Content-Type
		"json": {"1", "text/json"}, "image": {png, "image/png"}, "script": {"1", "text/javascript"}, "style": {"a{}", "text/css"}, "font": {"wOF2....\x00\x00\x00\x0c", "font/woff2"},
		"iframe": {"<p>", "text/html"}, "object": {"<p>", "text/html"}, "worker": {"1", "text/javascript"}, "sharedworker": {"1", "text/javascript"},
		"serviceworker": {"1", "text/javascript"}, "audioworklet": {"1", "text/javascript"}, "track": {"WEBVTT", "text/vtt"}, "audio": {"ID3", "audio/mpeg"}, "video": {"ID3", "audio/mpeg"}, "embed": {"<p>", "text/html"},
	}
	const none = ""
	for _, c := range []struct {
		via                      Via
		same, silent, agrees     Read // from its own origin; from another that says nothing; that agrees
		origin, originWhenItsOwn string
	}{
		{"fetch", Allowed, Blocked, Allowed, app, none},
		{"xhr", Allowed, Blocked, Allowed, app, none},
		{"worker-fetch", Allowed, Blocked, Allowed, app, none},
		{"module", Allowed, Blocked, Allowed, app, app},
		{"dynamic-import", Allowed, Blocked, Allowed, app, app},
		{"modulepreload", Allowed, Blocked, Allowed, app, app},
		{"script", Allowed, Opaque, Opaque, none, none},
		{"script-cors", Allowed, Blocked, Allowed, app, app},
		{"import-scripts", Allowed, Opaque, Opaque, none, none},
		{"worker-import", Allowed, Blocked, Allowed, app, app},
		{"audioworklet", Allowed, Blocked, Allowed, app, app},
		{"img", Allowed, Opaque, Opaque, none, none},
		{"img-cors", Allowed, Blocked, Allowed, app, app},
		{"img-srcset", Allowed, Opaque, Opaque, none, none},
		{"input-image", Allowed, Opaque, Opaque, none, none},
		{"svg-image", Allowed, Opaque, Opaque, none, none},
		{"svg-feimage", Unobservable, Unobservable, Unobservable, none, none},
		{"icon", Unobservable, Unobservable, Unobservable, none, none},
		{"poster", Unobservable, Unobservable, Unobservable, none, none},
		{"canvas", Allowed, Opaque, Opaque, none, none},
		{"webgl", Allowed, Opaque, Opaque, none, none},
		{"imagebitmap", Allowed, Opaque, Opaque, none, none},
		{"video", Allowed, Opaque, Opaque, none, none},
		{"font", Allowed, Blocked, Allowed, app, app},
		{"font-face", Allowed, Blocked, Allowed, app, app},
		{"style", Allowed, Opaque, Opaque, none, none},
		{"style-cors", Allowed, Blocked, Allowed, app, app},
		{"css-image", Unobservable, Unobservable, Unobservable, none, none},
		{"css-border", Unobservable, Unobservable, Unobservable, none, none},
		{"css-cursor", Unobservable, Unobservable, Unobservable, none, none},
		{"css-mask", Unobservable, Unobservable, Unobservable, app, app},
		{"css-clip-path", Unobservable, Unobservable, Unobservable, app, app},
		{"css-filter", Unobservable, Unobservable, Unobservable, app, none},
		{"css-shape", Unobservable, Unobservable, Unobservable, app, app},
		{"beacon", Unobservable, Unobservable, Unobservable, app, app},
		{"preload", Allowed, Opaque, Opaque, none, none},
		{"prefetch", Allowed, Opaque, Opaque, none, none},
		{"json-module", Allowed, Blocked, Allowed, app, app},
		{"css-module", Allowed, Blocked, Allowed, app, app},
		{"import-map", Allowed, Blocked, Allowed, app, app},
		{"css-import", Allowed, Opaque, Opaque, none, none},
		{"manifest", Unobservable, Unobservable, Unobservable, app, none},
		{"iframe", Allowed, Opaque, Opaque, none, none},
		{"object", Allowed, Opaque, Opaque, none, none},
		{"embed", Allowed, Opaque, Opaque, none, none},
		{"form", Unobservable, Unobservable, Unobservable, none, none},
	} {
		t.Run(string(c.via), func(t *testing.T) {
			way, ok := WayOf(c.via)
			assert.True(t, ok)
			b, found := bodies[way.Destination]
			if !found {
				b = [2]string{"x", "text/plain"}
			}
			silent := answers(200, b[0], "Content-Type", b[1])
			agrees := func(w WireRequest) Reply {
				reply := permissive(w)
				reply.Headers = append(reply.Headers, h("Content-Type", b[1])...)
				reply.Body = []byte(b[0])
				return reply
			}
			assert.Equal(t, c.same, predict(t, Request{Via: c.via, URL: own}, silent).Read)
			assert.Equal(t, c.agrees, predict(t, Request{Via: c.via, URL: api}, agrees).Read)
			p := predict(t, Request{Via: c.via, URL: api}, silent)
			assert.Equal(t, c.silent, p.Read)
			assert.Equal(t, c.origin, p.Wire[0].Origin)
			if c.silent == Blocked {
				assert.Equal(t, MissingAllowOrigin, p.Reason)
			}
			p = predictAs(t, ProfileFor("chromium"), Request{Via: c.via, URL: own}, silent)
			assert.Equal(t, c.originWhenItsOwn, p.Wire[0].Origin, "Chromium to its own origin")
			assert.Contains(t, way.Reads, p.Read)
		})
	}
}

func TestUseOfResponses(t *testing.T) {
	const js, css = "text/javascript", "text/css"
	chromium := ProfileFor("chromium")
	for _, c := range []struct {
		name   string
		p      Profile
		via    Via
		url    string
		s      ServerFunc
		read   Read
		reason Reason
	}{
		{"muted script", nil, "script", api, answers(200, "1"), Opaque, ""},
		{"script 404", nil, "script", own, answers(404, "1"), Blocked, WrongType},
		{"script 300", nil, "script", own, answers(300, "1"), Blocked, WrongType},
		{"script 300 in Chromium", chromium, "script", own, answers(300, "1"), Allowed, ""},
		{"script as image", nil, "script", own, answers(200, "1", "Content-Type", "image/png"), Blocked, WrongType},
		{"script as csv", nil, "script", own, answers(200, "1", "Content-Type", "text/csv"), Blocked, WrongType},
		{"script as text", nil, "script", own, answers(200, "1", "Content-Type", "text/plain"), Allowed, ""},
		{"nosniff script", nil, "script", own, answers(200, "1", "Content-Type", "text/plain", "X-Content-Type-Options", "NoSniff, x"), Blocked, WrongType},
		{"nosniff without type", nil, "script", own, answers(200, "1", "X-Content-Type-Options", "nosniff"), Blocked, WrongType},
		{"nosniff fetch", nil, "fetch", own, answers(200, "1", "X-Content-Type-Options", "nosniff"), Allowed, ""},
		{"nosniff style", nil, "style", own, answers(200, "1", "Content-Type", "text/plain", "X-Content-Type-Options", "nosniff"), Blocked, WrongType},
		{"module without type", nil, "module", own, answers(200, "1"), Blocked, WrongType},
		{"module as text", nil, "module", own, answers(200, "1", "Content-Type", "text/plain"), Blocked, WrongType},
		{"module 500", nil, "module", own, answers(500, "1", "Content-Type", js), Blocked, WrongType},
		{"style as text", nil, "style", own, answers(200, "", "Content-Type", "text/plain"), Blocked, WrongType},
		{"style as text in Chromium", chromium, "style", own, answers(200, "", "Content-Type", "text/plain"), Allowed, ""},
		{"style as nothing", nil, "style", own, answers(200, "", "Content-Type", ""), Allowed, ""},
		{"style without type", nil, "style", own, answers(200, ""), Allowed, ""},
		{"style 404", nil, "style", own, answers(404, "", "Content-Type", css), Blocked, WrongType},
		{"image 404", nil, "img", own, answers(404, png), Allowed, ""},
		{"no image", nil, "img", own, answers(200, "x"), Blocked, WrongType},
		{"empty image", nil, "img", own, answers(204, png), Blocked, WrongType},
		{"font 404", nil, "font", own, answers(404, "wOFF"), Blocked, WrongType},
		{"no font", nil, "font", own, answers(200, "<html>"), Blocked, WrongType},
		{"short font", nil, "font", own, answers(200, "x"), Blocked, WrongType},
		{"corp", nil, "img", api, answers(200, png, "Cross-Origin-Resource-Policy", "same-origin"), Blocked, CrossOriginResourcePolicy},
		{"corp allows", nil, "img", api, answers(200, png, "Cross-Origin-Resource-Policy", "cross-origin"), Opaque, Tainted},
		{"corp under CORS", nil, "img-cors", api, answers(200, png, "Cross-Origin-Resource-Policy", "same-origin", "Access-Control-Allow-Origin", "*"), Allowed, ""},
		{"corp at home", nil, "img", own, answers(200, png, "Cross-Origin-Resource-Policy", "same-origin"), Allowed, ""},
		{"frame 204", nil, "iframe", own, answers(204, ""), Blocked, WrongType},
		{"frame deny", nil, "iframe", own, answers(200, "x", "X-Frame-Options", "DENY"), Blocked, FrameOptions},
		{"frame sameorigin at home", nil, "iframe", own, answers(200, "x", "X-Frame-Options", "SAMEORIGIN"), Allowed, ""},
		{"frame sameorigin elsewhere", nil, "iframe", api, answers(200, "x", "X-Frame-Options", "SAMEORIGIN"), Blocked, FrameOptions},
		{"frame twice", nil, "iframe", own, answers(200, "x", "X-Frame-Options", "sameorigin, deny"), Blocked, FrameOptions},
		{"frame bogus", nil, "iframe", own, answers(200, "x", "X-Frame-Options", "maybe"), Allowed, ""},
		{"stream", nil, "eventsource", own, answers(200, "data: x\n\n", "Content-Type", "text/event-stream"), Allowed, ""},
		{"stream 204", nil, "eventsource", own, answers(204, ""), Blocked, WrongType},
		{"stream in Latin-1", nil, "eventsource", own, answers(200, "", "Content-Type", "text/event-stream;charset=latin1"), Allowed, ""},
		{"stream in Latin-1 in Chromium", chromium, "eventsource", own, answers(200, "", "Content-Type", "text/event-stream;charset=latin1"), Blocked, WrongType},
		{"stream in UTF-8 in Chromium", chromium, "eventsource", own, answers(200, "", "Content-Type", "text/event-stream;charset=utf-8"), Allowed, ""},
		{"stream that breaks off", nil, "eventsource", own, func(WireRequest) Reply {
			return Reply{Headers: h("Content-Type", "text/event-stream"), Abort: "in-body"}
		}, Allowed, ""},
		{"stream as text", nil, "eventsource", own, answers(200, "", "Content-Type", "text/plain"), Blocked, WrongType},
		{"worker", nil, "worker", own, answers(200, "1", "Content-Type", js), Allowed, ""},
		{"worker as text", nil, "worker", own, answers(200, "1", "Content-Type", "text/plain"), Blocked, WrongType},
		{"worker 404", nil, "worker", own, answers(404, "1", "Content-Type", js), Blocked, WrongType},
		{"websocket refused", nil, "websocket", "wss://api.other.test/x", answers(403, ""), Blocked, WrongType},
		{"mixed websocket", nil, "websocket", "ws://api.other.test/x", answers(101, ""), Blocked, MixedContent},
		{"css-mask without CORS", nil, "css-mask", api, answers(200, png), Unobservable, MissingAllowOrigin},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := predictAs(t, c.p, Request{Via: c.via, URL: c.url}, c.s)
			assert.Equal(t, c.read, p.Read)
			assert.Equal(t, c.reason, p.Reason)
		})
	}
	assert.True(t, predict(t, Request{Via: "script", URL: api}, answers(200, "1")).Muted)
	assert.False(t, predict(t, Request{Via: "script", URL: own}, answers(200, "1")).Muted)
	back := predict(t, Request{Via: "script", URL: own}, route(map[string]Reply{"/x": redirect(302, "https://third.test/y"), "/y": redirect(302, app+"/end")}))
	assert.True(t, back.Muted, "a chain through another origin and back stays opaque")
}

// On a secure page images, audio and video are asked for over https; loopback
// is exempt, addresses are not upgraded.
func TestMixedContent(t *testing.T) {
	for _, c := range []struct {
		page, url string
		via       Via
		wire      []string
		read      Read
	}{
		{app, plain, "img", []string{"GET https://api.other.test/x"}, Opaque},
		{app, "http://api.other.test:8080/x", "img", []string{"GET https://api.other.test:8080/x"}, Opaque},
		{app, "http://app.site.test/x", "img", []string{"GET " + own}, Allowed},
		{app, plain, "img-cors", []string{"GET https://api.other.test/x " + app}, Allowed},
		{app, plain, "css-image", []string{"GET https://api.other.test/x"}, Unobservable},
		{app, "http://10.0.0.1/x", "img", nil, Blocked},
		{app, plain, "fetch", nil, Blocked},
		{app, "http://127.0.0.1:81/x", "fetch", []string{"GET http://127.0.0.1:81/x " + app}, Allowed},
		{app, "http://a.localhost/x", "fetch", []string{"GET http://a.localhost/x " + app}, Allowed},
		{"http://app.site.test", plain, "fetch", []string{"GET " + plain + " http://app.site.test"}, Allowed},
		{"http://app.localhost", plain, "fetch", nil, Blocked},
	} {
		p := predict(t, Request{Via: c.via, Client: Client{Page: origin(t, c.page)}, URL: c.url}, func(w WireRequest) Reply {
			reply := permissive(w)
			reply.Body = []byte(png)
			return reply
		})
		assert.Equal(t, c.wire, saw(p), "%s %s %s", c.page, c.via, c.url)
		assert.Equal(t, c.read, p.Read, "%s %s %s", c.page, c.via, c.url)
	}
	sandboxed := Request{Via: "fetch", Client: Client{Page: origin(t, app), Opaque: true}, URL: plain}
	assert.Equal(t, MixedContent, predict(t, sandboxed, permissive).Reason, "the page counts, not the frame's origin")
	local := Request{Via: "fetch", Client: Client{Page: origin(t, "http://app.localhost")}, URL: plain}
	assert.Equal(t, Allowed, predictAs(t, ProfileFor("chromium"), local, permissive).Read)
}

func TestBeaconAndForm(t *testing.T) {
	p := predict(t, Request{Via: "beacon", URL: api, Body: &Body{Type: textUTF8, Bytes: []byte("x")}}, permissive)
	assert.Equal(t, []string{"POST " + api + " " + app}, saw(p))
	p = predict(t, Request{Via: "beacon", URL: api, Body: &Body{Type: "application/json", Bytes: []byte("{}")}}, permissive)
	assert.Equal(t, []string{"OPTIONS " + api + " " + app, "POST " + api + " " + app}, saw(p))
	p = predict(t, Request{Via: "form", URL: api, Method: "post", Body: &Body{Type: "text/plain", Bytes: []byte("a=b")}}, permissive)
	assert.Equal(t, []string{"POST " + api + " " + app}, saw(p))
	assert.Equal(t, h("Content-Type", "text/plain"), p.Wire[0].Headers)
}

func TestCheckRequest(t *testing.T) {
	for _, r := range []Request{
		{Via: "fetch", URL: api, Method: "PUT", Mode: "no-cors", Credentials: "omit", Redirect: "manual", Cache: "reload", ReferrerPolicy: "origin"},
		{Via: "img", Mode: "cors", Credentials: "include"},
		{Via: "img", Credentials: "include"},
		{Via: "img-cors", Credentials: "same-origin"},
		{Via: "xhr", Sync: true, UploadListener: true, ResponseType: "json", Body: &Body{}},
		{Via: "beacon", Body: &Body{}},
	} {
		assert.Empty(t, CheckRequest(r), "%+v", r)
	}
	for want, r := range map[string]Request{
		`no way to load is called "smoke"`:                              {Via: "smoke"},
		"img takes no method":                                           {Via: "img", Method: "PUT"},
		"img takes no headers":                                          {Via: "img", Headers: h("a", "b")},
		"fetch takes no sync":                                           {Via: "fetch", Sync: true},
		`img-cors cannot have mode "no-cors", only cors`:                {Via: "img-cors", Mode: "no-cors"},
		`img with mode no-cors cannot have credentials "omit"`:          {Via: "img", Credentials: "omit"},
		`xhr with mode cors cannot have credentials "omit", only same-`: {Via: "xhr", Credentials: "omit"},
		`redirect has no value "maybe", only follow, error or manual`:   {Via: "fetch", Redirect: "maybe"},
		"xhr cannot send a stream":                                      {Via: "xhr", Body: &Body{Stream: true}},
	} {
		errs := CheckRequest(r)
		if assert.Len(t, errs, 1, want) {
			assert.ErrorContains(t, errs[0], want)
		}
	}
	assert.Len(t, CheckRequest(Request{Via: "font", Method: "PUT", Mode: "no-cors", Keepalive: true}), 3, "all problems at once")
	_, ok := WayOf("smoke")
	assert.False(t, ok)
	for _, w := range Ways() {
		assert.NotEmpty(t, w.About, w.Via)
		assert.NotEmpty(t, w.Settings, w.Via)
		assert.NotEmpty(t, w.Reads, w.Via)
	}
}

// A font has all that its head says of it.
func TestFonts(t *testing.T) {
	for body, want := range map[string]Read{
		"wOF2....\x00\x00\x00\x0c":                       Allowed,
		"wOFF....\x00\x00\x00\x0d":                       Blocked,
		"wOF2":                                           Blocked,
		"ttcf....\x00\x00\x00\x01":                       Allowed,
		"OTTO\x00\x01......0123456789abcdefg":            Allowed,
		"OTTO\x00\x01......0123456789abcdef":             Blocked,
		"OTTO\x00\x02......0123456789abcdef":             Blocked,
		"\x00\x01\x00\x00\x00\x00......0123456789abcdef": Blocked,
		"true\x00\x01......0123456789abcdefg":            Allowed,
	} {
		assert.Equal(t, want, predict(t, Request{Via: "font", URL: own}, answers(200, body)).Read, "%q", body)
	}
}
