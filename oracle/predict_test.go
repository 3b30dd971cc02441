package oracle

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	api   = "https://api.other.test/x"
	own   = app + "/x"
	plain = "http://api.other.test/x"
	png   = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x01\x00\x00\x00\x007n\xf9$\x00\x00\x00\nIDATx\x9cc`\x00\x00\x00\x02\x00\x01H\xaf\xa4q\x00\x00\x00\x00IEND\xaeB`\x82"
)

// permissive allows whatever is asked.
func permissive(w WireRequest) Reply {
	reply := Reply{Status: 200, Body: []byte("x"), Headers: h("Access-Control-Allow-Origin", w.Origin, "Access-Control-Allow-Credentials", "true")}
	if w.Preflight {
		reply.Headers = append(reply.Headers, h("Access-Control-Allow-Methods", w.RequestMethod, "Access-Control-Allow-Headers", w.RequestHeaders)...)
	}
	return reply
}

// answers is a server with one reply for everything.
func answers(status int, body string, headers ...string) ServerFunc {
	return func(WireRequest) Reply { return Reply{Status: status, Body: []byte(body), Headers: h(headers...)} }
}

// route answers by what the URL contains; the rest is permissive.
func route(to map[string]Reply) ServerFunc {
	return func(w WireRequest) Reply {
		for part, reply := range to {
			if strings.Contains(w.URL, part) && !w.Preflight {
				reply.Headers = append(permissive(w).Headers, reply.Headers...)
				return reply
			}
		}
		return permissive(w)
	}
}

func redirect(status int, location string) Reply {
	return Reply{Status: status, Headers: h("Location", location)}
}

// saw is the wire in short: "OPTIONS https://... Origin".
func saw(p Prediction) []string {
	var out []string
	for _, w := range p.Wire {
		line := w.Method + " " + w.URL
		if w.Origin != "" {
			line += " " + w.Origin
		}
		out = append(out, line)
	}
	return out
}

func predict(t testing.TB, r Request, s ServerFunc) Prediction {
	return predictAs(t, nil, r, s)
}

func predictAs(t testing.TB, p Profile, r Request, s ServerFunc) Prediction {
	t.Helper()
	if r.Client.Page.IsOpaque() {
		r.Client.Page = origin(t, app)
	}
	got, _ := Predict(State{Profile: p}, r, s)
	require.NotEmpty(t, got.Read)
	require.NotEmpty(t, got.Trace)
	for i, step := range got.Trace {
		require.NotEmpty(t, step.Text)
		require.Contains(t, step.Spec, "https://")
		require.Equal(t, got.Read == Blocked && i == len(got.Trace)-1, step.Fails && got.Read == Blocked, "the last step fails, and no other")
	}
	return got
}

func TestFetchAcrossOrigins(t *testing.T) {
	put := Request{Via: "fetch", URL: api + "?q#frag", Method: "put", Headers: h("X-B", "2", "X-A", " 1 ", "Host", "no"), Credentials: "include",
		Body: &Body{Type: "application/json", Bytes: []byte("{}")}}
	p := predict(t, put, permissive)
	assert.Equal(t, Allowed, p.Read)
	assert.Equal(t, []WireRequest{
		{Method: "OPTIONS", URL: api + "?q", Preflight: true, Origin: app, RequestMethod: "PUT", RequestHeaders: "content-type,x-a,x-b"},
		{Method: "PUT", URL: api + "?q", Origin: app, Headers: h("X-B", "2", "X-A", "1", "Content-Type", "application/json"), Body: []byte("{}")},
	}, p.Wire)
	assert.Equal(t, "cors", p.Type)
	assert.Equal(t, 200, p.Status)
	assert.Equal(t, api+"?q", p.URL)
	assert.Equal(t, "x", string(p.Body))

	p = predict(t, put, answers(200, "x", "Access-Control-Allow-Origin", "*"))
	assert.Equal(t, PreflightWildcardWithCredentials, p.Reason)
	assert.Equal(t, "error", p.Type)
	assert.Len(t, p.Wire, 1, "the actual request never left")

	simple := predict(t, Request{Via: "fetch", URL: api}, answers(200, "x"))
	assert.Equal(t, MissingAllowOrigin, simple.Reason)
	assert.Equal(t, []string{"GET " + api + " " + app}, saw(simple), "the server was asked all the same")
	assert.Nil(t, simple.Body)

	same := predict(t, Request{Via: "fetch", URL: own, Method: "DELETE", Headers: h("X-A", "1")}, answers(404, "no", "Set-Cookie", "a=b", "X-B", "1"))
	assert.Equal(t, []string{"DELETE " + own + " " + app}, saw(same))
	assert.Equal(t, "basic", same.Type)
	assert.Equal(t, 404, same.Status)
	assert.Equal(t, h("x-b", "1"), same.Headers)

	opaque := predict(t, Request{Via: "fetch", Client: Client{Page: origin(t, app), Opaque: true}, URL: own}, permissive)
	assert.Equal(t, []string{"GET " + own + " null"}, saw(opaque), "an opaque origin is nobody's own")
	assert.Equal(t, "cors", opaque.Type)
}

// What an API refuses never reaches the wire.
func TestThrows(t *testing.T) {
	stream := &Body{Stream: true}
	for name, c := range map[string]struct {
		r    Request
		want Reason
	}{
		"no such way":         {Request{Via: "telepathy", URL: api}, InvalidRequest},
		"mode":                {Request{Via: "img-cors", URL: api, Mode: "no-cors"}, InvalidRequest},
		"URL":                 {Request{Via: "fetch", URL: "https://"}, InvalidRequest},
		"userinfo":            {Request{Via: "fetch", URL: "https://u:p@a.test/"}, InvalidRequest},
		"navigate":            {Request{Via: "fetch", URL: api, Mode: "navigate"}, InvalidRequest},
		"only-if-cached":      {Request{Via: "fetch", URL: api, Cache: "only-if-cached"}, InvalidRequest},
		"method":              {Request{Via: "fetch", URL: api, Method: "A B"}, InvalidRequest},
		"forbidden method":    {Request{Via: "fetch", URL: api, Method: "trace"}, ForbiddenMethod},
		"no-cors method":      {Request{Via: "fetch", URL: api, Mode: "no-cors", Method: "PUT"}, MethodNotSafelisted},
		"header name":         {Request{Via: "fetch", URL: api, Headers: h("a b", "")}, InvalidRequest},
		"header value":        {Request{Via: "fetch", URL: api, Headers: h("a", "x\ny")}, InvalidRequest},
		"GET body":            {Request{Via: "fetch", URL: api, Body: &Body{}}, InvalidRequest},
		"keepalive stream":    {Request{Via: "fetch", URL: api, Method: "POST", Keepalive: true, Body: stream}, InvalidRequest},
		"no-cors stream":      {Request{Via: "fetch", URL: api, Method: "POST", Mode: "no-cors", Body: stream}, InvalidRequest},
		"xhr method":          {Request{Via: "xhr", URL: api, Method: "A B"}, InvalidRequest},
		"xhr forbidden":       {Request{Via: "xhr", URL: api, Method: "CONNECT"}, ForbiddenMethod},
		"xhr header":          {Request{Via: "xhr", URL: api, Headers: h("", "")}, InvalidRequest},
		"xhr sync type":       {Request{Via: "xhr", URL: api, Sync: true, ResponseType: "json"}, InvalidRequest},
		"same-origin":         {Request{Via: "fetch", URL: api, Mode: "same-origin"}, ModeSameOrigin},
		"no-cors redirect":    {Request{Via: "fetch", URL: api, Mode: "no-cors", Redirect: "manual"}, RedirectModeNoCORS},
		"scheme":              {Request{Via: "fetch", URL: "ftp://a.test/"}, SchemeNotHTTP},
		"no-cors scheme":      {Request{Via: "img", URL: "mailto:a@b"}, SchemeNotHTTP},
		"bad port":            {Request{Via: "fetch", URL: "https://a.test:25/"}, PortBlocked},
		"mixed content":       {Request{Via: "fetch", URL: plain}, MixedContent},
		"mixed script":        {Request{Via: "script", URL: plain}, MixedContent},
		"mixed frame":         {Request{Via: "iframe", URL: plain}, MixedContent},
		"nothing cached":      {Request{Via: "fetch", URL: own, Mode: "same-origin", Cache: "only-if-cached"}, OnlyIfCached},
		"keepalive too large": {Request{Via: "fetch", URL: own, Method: "POST", Keepalive: true, Body: &Body{Bytes: make([]byte, 64<<10+1)}}, NetworkError},
		"worker elsewhere":    {Request{Via: "worker", URL: api}, ModeSameOrigin},
		"track elsewhere":     {Request{Via: "track", URL: api}, ModeSameOrigin},
		"data: without comma": {Request{Via: "fetch", URL: "data:x"}, NetworkError},
		"data: not base64":    {Request{Via: "fetch", URL: "data:;base64,!"}, NetworkError},
		"blob: PUT":           {Request{Via: "fetch", Method: "PUT", URL: "blob:https://app.site.test/1"}, NetworkError},
	} {
		t.Run(name, func(t *testing.T) {
			p := predict(t, c.r, permissive)
			assert.Equal(t, Blocked, p.Read)
			assert.Equal(t, c.want, p.Reason)
			assert.Empty(t, p.Wire)
		})
	}
}

// no-cors lets only a few headers through, and gives nothing back.
func TestNoCORS(t *testing.T) {
	p := predict(t, Request{Via: "fetch", URL: api, Mode: "no-cors", Method: "POST",
		Headers: h("X-A", "1", "Accept", "a", "Accept", strings.Repeat("b", 127), "Range", "bytes=0-1"),
		Body:    &Body{Type: "application/json", Bytes: []byte("{}")}}, answers(200, "x"))
	assert.Equal(t, Opaque, p.Read)
	assert.Equal(t, "opaque", p.Type)
	assert.Zero(t, p.Status)
	assert.Empty(t, p.URL)
	assert.Equal(t, h("Accept", "a"), p.Wire[0].Headers)
	assert.Equal(t, app, p.Wire[0].Origin, "a POST carries Origin in every mode")

	for policy, want := range map[string]string{"no-referrer": "null", "same-origin": "null", "origin": app, "strict-origin": app} {
		p := predict(t, Request{Via: "fetch", URL: api, Mode: "no-cors", Method: "POST", ReferrerPolicy: policy}, answers(200, ""))
		assert.Equal(t, want, p.Wire[0].Origin, policy)
		p = predictAs(t, ProfileFor("chromium"), Request{Via: "fetch", URL: api, Mode: "no-cors", Method: "POST", ReferrerPolicy: policy}, answers(200, ""))
		assert.Equal(t, app, p.Wire[0].Origin, policy)
	}
	p = predict(t, Request{Via: "fetch", URL: "http://api.localhost/", Mode: "no-cors", Method: "POST"}, answers(200, ""))
	assert.Equal(t, "null", p.Wire[0].Origin, "https to http hides it")
	p = predict(t, Request{Via: "fetch", URL: own, Method: "POST", ReferrerPolicy: "no-referrer"}, answers(200, ""))
	assert.Equal(t, app, p.Wire[0].Origin, "mode cors is exempt from the policy")
}

func TestXHR(t *testing.T) {
	text := &Body{Type: textUTF8, Bytes: []byte("x")}
	p := predict(t, Request{Via: "xhr", URL: api, Method: "POST", Body: text, Headers: h("Accept", "a", "accept", "b", "Host", "no")}, permissive)
	assert.Equal(t, h("Accept", "a, b", "Content-Type", textUTF8), p.Wire[0].Headers)
	assert.Equal(t, "cors", p.Type, "though XHR does not tell")
	assert.Equal(t, api, p.URL)

	p = predict(t, Request{Via: "xhr", URL: api, Method: "POST", Body: text, Headers: h("Content-Type", "text/plain;charset=gbk")}, permissive)
	assert.Equal(t, h("Content-Type", "text/plain;charset=UTF-8"), p.Wire[0].Headers, "a string is sent as UTF-8, whatever the author says")
	p = predict(t, Request{Via: "xhr", URL: api, Method: "POST", Body: text, Headers: h("Content-Type", "text/plain")}, permissive)
	assert.Equal(t, h("Content-Type", "text/plain"), p.Wire[0].Headers)
	p = predict(t, Request{Via: "xhr", URL: api, Body: text}, permissive)
	assert.Nil(t, p.Wire[0].Body, "GET sends no body")

	upload := Request{Via: "xhr", URL: api, UploadListener: true}
	assert.Len(t, predict(t, upload, permissive).Wire, 2, "a listener forces a preflight")
	assert.Len(t, predictAs(t, ProfileFor("chromium"), upload, permissive).Wire, 1)
	upload.Method, upload.Body = "POST", text
	assert.Len(t, predictAs(t, ProfileFor("chromium"), upload, permissive).Wire, 2)

	stream := predict(t, Request{Via: "fetch", URL: api, Method: "POST", Body: &Body{Stream: true, Bytes: []byte("x")}}, permissive)
	assert.Len(t, stream.Wire, 2, "a stream forces a preflight")

	creds := predict(t, Request{Via: "xhr", URL: "https://u:p@app.site.test/x"}, answers(401, "", "WWW-Authenticate", "Basic"))
	assert.Equal(t, []string{"GET " + own, "GET " + own}, saw(creds))
	assert.Equal(t, h("Authorization", "Basic dTpw"), creds.Wire[1].Headers)
	assert.Equal(t, "https://u:p@app.site.test/x", creds.URL)
}

func TestNetworkFailures(t *testing.T) {
	abort := func(when string) ServerFunc {
		return func(w WireRequest) Reply { r := permissive(w); r.Abort = when; return r }
	}
	for when, want := range map[string]Reason{"before-headers": NetworkError, "in-body": NetworkError} {
		assert.Equal(t, want, predict(t, Request{Via: "fetch", URL: api}, abort(when)).Reason)
	}
	assert.Equal(t, PreflightNetworkError, predict(t, Request{Via: "fetch", URL: api, Method: "PUT"}, abort("before-headers")).Reason)
	assert.Equal(t, NetworkError, predict(t, Request{Via: "fetch", URL: own}, answers(407, "")).Reason)
	assert.Equal(t, NetworkError, predict(t, Request{Via: "fetch", URL: own}, answers(100, "")).Reason)
	p := predict(t, Request{Via: "fetch", URL: own, Method: "HEAD"}, permissive)
	assert.Equal(t, []byte{}, p.Body)
	p = predict(t, Request{Via: "fetch", URL: own}, answers(204, "ghost"))
	assert.Equal(t, []byte{}, p.Body)
}

// What stands behind a status.
func TestStatusText(t *testing.T) {
	over := func(http1 bool) ServerFunc {
		return func(w WireRequest) Reply {
			reply := permissive(w)
			reply.StatusText, reply.HTTP1 = "Ready", http1
			return reply
		}
	}
	for _, via := range []Via{"fetch", "xhr"} {
		assert.Equal(t, "Ready", predict(t, Request{Via: via, URL: api}, over(true)).StatusText)
		assert.Empty(t, predict(t, Request{Via: via, URL: api}, over(false)).StatusText)
		assert.Equal(t, "Ready", predictAs(t, ProfileFor("webkit"), Request{Via: via, URL: api}, over(false)).StatusText)
		assert.Equal(t, "OK", predict(t, Request{Via: via, URL: "data:,a"}, permissive).StatusText)
		assert.Equal(t, "OK", predict(t, Request{Via: via, URL: "blob:https://app.site.test/a"}, answers(200, "abc")).StatusText)
		part := Request{Via: via, URL: "blob:https://app.site.test/a", Headers: h("Range", "bytes=0-1")}
		assert.Equal(t, "Partial Content", predict(t, part, answers(200, "abc")).StatusText)
		assert.Empty(t, predict(t, Request{Via: via, URL: api, Credentials: "include"}, func(WireRequest) Reply {
			return Reply{StatusText: "Ready", HTTP1: true}
		}).StatusText)
	}
	assert.Empty(t, predict(t, Request{Via: "fetch", URL: api, Mode: "no-cors"}, over(true)).StatusText)
}

func TestDataAndBlob(t *testing.T) {
	for url, want := range map[string]string{
		"data:,a%20b":                      "text/plain;charset=US-ASCII|a b",
		"data:;charset=x,a":                "text/plain;charset=x|a",
		"data:text/html;base64,eA==":       "text/html|x",
		"data:text/html; base64 ,e A":      "text/html|x",
		"data:application/json,{}#frag":    "application/json|{}",
		"data:image/png;x=\"a b\";y=1,%41": "image/png;x=\"a b\";y=1|A",
	} {
		p := predict(t, Request{Via: "fetch", URL: url, Method: "POST"}, permissive)
		kind, _ := p.Headers.Get("content-type")
		assert.Equal(t, want, kind+"|"+string(p.Body), url)
		assert.Equal(t, "basic", p.Type)
		assert.Empty(t, p.Wire)
	}
	assert.Equal(t, Allowed, predict(t, Request{Via: "fetch", URL: "blob:https://app.site.test/1"}, permissive).Read)
	assert.Equal(t, Allowed, predict(t, Request{Via: "module", URL: "data:text/javascript,1"}, permissive).Read)
}

func TestReplay(t *testing.T) {
	r := Request{Via: "fetch", Client: Client{Page: origin(t, app)}, URL: api, Method: "PUT"}
	ok := permissive(WireRequest{Preflight: true, Origin: app, RequestMethod: "PUT"})
	recorded := []Recorded{
		{WireRequest{Method: "OPTIONS", URL: "https://API.other.test:443/x", Preflight: true}, ok},
		{WireRequest{Method: "PUT", URL: api}, Reply{Status: 500, Headers: ok.Headers}},
	}
	p := Replay(State{}, r, recorded)
	assert.Equal(t, Allowed, p.Read)
	assert.Equal(t, 500, p.Status)
	assert.Equal(t, NetworkError, Replay(State{}, r, recorded[:1]).Reason, "a request that was not recorded got no answer")
	assert.Equal(t, PreflightNetworkError, Replay(State{}, r, recorded[1:]).Reason)

	_, kept := State{}.Replay(r, recorded)
	again, _ := kept.Replay(r, recorded[1:])
	assert.Equal(t, Allowed, again.Read, "the answer to the first preflight is good for both")
	assert.Len(t, again.Wire, 1)
}

func TestVocabulary(t *testing.T) {
	for _, info := range Reasons() {
		assert.Equal(t, info.About, info.Reason.About())
	}
	assert.Empty(t, Reason("bad-luck").About())
	for _, info := range Switches() {
		assert.Contains(t, info.Switch.Link(), "https://")
		assert.NotEmpty(t, info.About)
		for _, engine := range info.Engines {
			assert.True(t, ProfileFor(engine)[info.Switch])
		}
	}
	assert.Empty(t, Switch("none").Link())
	assert.Equal(t, ProfileFor("chromium"), ProfileFor("chrome"))
	assert.False(t, ProfileFor("chromium")[HTTPCacheShared])
	assert.Nil(t, ProfileFor("lynx"))
	for _, reason := range []Reason{MissingAllowOrigin, MultipleAllowOrigin, InvalidAllowOrigin, AllowOriginMismatch, WildcardWithCredentials, InvalidAllowCredentials} {
		assert.NotEmpty(t, reason.OfPreflight().About())
	}
	assert.Equal(t, `"`+strings.Repeat("a", 76)+`..."`, quote(strings.Repeat("a", 76)+strings.Repeat("é", 9)))
}

func BenchmarkPredict(b *testing.B) {
	page := origin(b, app)
	for name, r := range map[string]Request{
		"simple":    {Via: "fetch", URL: api},
		"preflight": {Via: "fetch", URL: api, Method: "PUT", Headers: h("X-A", "1"), Credentials: "include"},
		"img":       {Via: "img", URL: api},
	} {
		r.Client.Page = page
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Predict(State{}, r, ServerFunc(permissive))
			}
		})
	}
}

// The trace ends in a sentence that says what was wrong, with values.
func TestTraceSaysWhy(t *testing.T) {
	const acao, acac = "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials"
	put := Request{Via: "fetch", URL: api, Method: "PUT"}
	with := Request{Via: "fetch", URL: api, Method: "PUT", Headers: h("X-A", "1", "X-B", "2"), Credentials: "include"}
	auth := Request{Via: "fetch", URL: api, Headers: h("Authorization", "t")}
	get := Request{Via: "fetch", URL: api}
	getWith := Request{Via: "fetch", URL: api, Credentials: "include"}
	for want, c := range map[string]struct {
		r       Request
		status  int
		headers Headers
	}{
		"a preflight is never redirected":                                          {put, 302, h("Location", "/y")},
		"status is 404, not 200 to 299":                                            {put, 404, h(acao, "*")},
		`Access-Control-Allow-Methods "P UT" is no`:                                {put, 200, h(acao, "*", acam, "P UT")},
		`Access-Control-Allow-Headers "a b" is no list`:                            {put, 200, h(acao, "*", acam, "PUT", acah, "a b")},
		`Access-Control-Allow-Methods is "GET", which does not allow "PUT".`:       {put, 200, h(acao, "*", acam, "GET")},
		`is "*", which does not allow "PUT" (with credentials "*" is only a name)`: {with, 200, h(acao, app, acac, "true", acam, "*")},
		`has no Access-Control-Allow-Headers, so it does not allow "x-a".`:         {with, 200, h(acao, app, acac, "true", acam, "PUT")},
		`does not allow "authorization" ("*" never covers it)`:                     {auth, 200, h(acao, "*", acah, "*")},
		"fails the CORS check: there is no Access-Control-Allow-Origin":            {put, 200, nil},
		"there is no Access-Control-Allow-Origin, so " + app:                       {get, 200, nil},
		`"*" does not cover a request with credentials`:                            {getWith, 200, h(acao, "*")},
		"there is no Access-Control-Allow-Credentials":                             {getWith, 200, h(acao, app)},
		`Access-Control-Allow-Credentials is "True", not "true"`:                   {getWith, 200, h(acao, app, acac, "True")},
		"is more than one value":                                                   {get, 200, h(acao, "*, *")},
		`is "https://b.test", not ` + app:                                          {get, 200, h(acao, "https://b.test")},
	} {
		p := predict(t, c.r, func(WireRequest) Reply { return Reply{Status: c.status, Headers: c.headers} })
		last := p.Trace[len(p.Trace)-1]
		assert.Contains(t, last.Text, want)
		assert.True(t, last.Fails)
	}
	many := Request{Via: "fetch", URL: api}
	for i := range 40 {
		many.Headers = append(many.Headers, Header{"X-Long-Name-" + itoa(i), ""})
	}
	for _, step := range predict(t, many, permissive).Trace {
		assert.Less(t, len(step.Text), 300)
	}
}

func TestURLsAsSent(t *testing.T) {
	assert.Equal(t, "/y?q", WirePath(`/x/../y?q#f`))
	assert.Equal(t, ":99999/", WirePath(":99999/"), "what does not parse stays")
	at, path, ok := ResolveURL("../y\u00c3\u00a9", api)
	assert.True(t, ok)
	assert.Equal(t, "https://api.other.test/y%C3%A9", at.String()+path, "a location is bytes")
	for _, c := range [][2]string{{"x", "nothing"}, {"https://", api}, {"data:,x", api}} {
		_, _, ok := ResolveURL(c[0], c[1])
		assert.False(t, ok, c)
	}
	assert.True(t, State{}.Accepts(Cookie{On: origin(t, app), Name: "a"}))
	assert.False(t, State{}.Accepts(Cookie{On: origin(t, app), Name: "a", Attributes: "SameSite=None"}))
	secure := State{}.SetCookie(Cookie{On: origin(t, app), Name: "a", Attributes: "Secure"})
	assert.False(t, secure.Accepts(Cookie{On: origin(t, "http://app.site.test"), Name: "a"}), "it would stand in for a secure one")
	assert.True(t, secure.Accepts(Cookie{On: origin(t, app), Name: "a", Attributes: "Max-Age=0"}), "it ends the other")
}

// The exception is the API's own; where a page gets an event, there is none.
func TestErrors(t *testing.T) {
	for name, c := range map[string]struct {
		r    Request
		want string
	}{
		"fetch":             {Request{Via: "fetch", URL: api}, "TypeError"},
		"fetch throws":      {Request{Via: "fetch", URL: api, Method: "TRACE"}, "TypeError"},
		"import()":          {Request{Via: "dynamic-import", URL: api}, "TypeError"},
		"module":            {Request{Via: "module", URL: api}, ""},
		"font":              {Request{Via: "font", URL: api}, "NetworkError"},
		"font-face":         {Request{Via: "font-face", URL: api}, "NetworkError"},
		"xhr":               {Request{Via: "xhr", URL: api}, ""},
		"sync xhr":          {Request{Via: "xhr", URL: api, Sync: true}, "NetworkError"},
		"xhr method":        {Request{Via: "xhr", URL: api, Method: "A B", Sync: true}, "SyntaxError"},
		"xhr forbidden":     {Request{Via: "xhr", URL: api, Method: "trace"}, "SecurityError"},
		"xhr header":        {Request{Via: "xhr", URL: api, Headers: h("a b", "")}, "SyntaxError"},
		"xhr response type": {Request{Via: "xhr", URL: api, Sync: true, ResponseType: "json"}, "InvalidAccessError"},
	} {
		p := predict(t, c.r, answers(200, "x"))
		assert.Equal(t, Blocked, p.Read, name)
		assert.Equal(t, c.want, p.Error, name)
	}
	assert.Empty(t, predict(t, Request{Via: "fetch", URL: api}, permissive).Error)
}

// A 421 is asked once more, whatever the method, unless the body is a stream.
func TestMisdirected(t *testing.T) {
	star := answers(421, "x", "Access-Control-Allow-Origin", "*")
	get := predict(t, Request{Via: "fetch", URL: api}, star)
	assert.Equal(t, Allowed, get.Read)
	assert.Equal(t, 421, get.Status)
	assert.Len(t, get.Wire, 2)
	assert.Len(t, predict(t, Request{Via: "fetch", URL: api, Method: "POST", Body: &Body{Bytes: []byte("x")}}, star).Wire, 2)
	put := predict(t, Request{Via: "fetch", URL: api, Method: "PUT"}, star)
	assert.Equal(t, PreflightInvalidStatus, put.Reason)
	assert.Len(t, put.Wire, 2)
}

// What Chromium does with a reply before anybody looks at it.
func TestRepliesInChromium(t *testing.T) {
	chromium := ProfileFor("chromium")
	bad := answers(302, "", "Access-Control-Allow-Origin", "*", "Location", "http://[")
	for _, mode := range []string{"manual", "error", "follow"} {
		r := Request{Via: "fetch", URL: api, Redirect: mode}
		assert.Equal(t, RedirectLocation, predictAs(t, chromium, r, bad).Reason, mode)
	}
	assert.Equal(t, "opaqueredirect", predict(t, Request{Via: "fetch", URL: api, Redirect: "manual"}, bad).Type)
	assert.Equal(t, RedirectModeError, predict(t, Request{Via: "fetch", URL: api, Redirect: "error"}, bad).Reason)
	assert.Equal(t, RedirectLocation, predictAs(t, chromium, Request{Via: "fetch", URL: api, Method: "PUT"}, bad).Reason)

	twice := answers(200, "x", "Access-Control-Allow-Origin", "*", "Location", "a", "Location", "b")
	assert.Equal(t, Allowed, predict(t, Request{Via: "fetch", URL: api}, twice).Read)
	assert.Equal(t, NetworkError, predictAs(t, chromium, Request{Via: "fetch", URL: api}, twice).Reason)

	raw := ServerFunc(func(WireRequest) Reply { return Reply{NotHTTP: true, Body: []byte("no HTTP at all")} })
	assert.Equal(t, NetworkError, predict(t, Request{Via: "fetch", URL: api}, raw).Reason)
	assert.Equal(t, MissingAllowOrigin, predictAs(t, chromium, Request{Via: "fetch", URL: api}, raw).Reason)
	short := ServerFunc(func(WireRequest) Reply { return Reply{NotHTTP: true, Body: []byte("no")} })
	assert.Equal(t, NetworkError, predictAs(t, chromium, Request{Via: "fetch", URL: api}, short).Reason)
}
