package fuzz

import (
	"strconv"
	"strings"
)

// The server, key by key: literal replies.

var serverKeys = []key{
	// Before the replies: whether they speak HTTP/2 depends on where it leads.
	{"redirects", 260, toServer, redirectsValue},
	{"preflight", 850, toServer, preflightValue},
	{"response", 950, nil, responseValue},
}

// replyKeys are those that both replies have; the status of either is its own.
var replyKeys = []key{
	{"delay", 6, nil, word(words("20ms 60ms"))},
	{"abort", 8, overHTTP1, func(g *gen) *node {
		// A preflight has no body to break off: what follows it on the
		// connection would.
		if g.preflight {
			return text("before-headers")
		}
		return text(g.one("before-headers", "in-body"))
	}},
}

func overHTTP1(g *gen) bool { return !g.h2 }

var preflightKeys = append([]key{
	{"status", 250, nil, func(g *gen) *node { return text(g.vary(preflightStatuses)) }},
	{"headers", 990, nil, func(g *gen) *node { return g.lines(preflightHeaders) }},
}, replyKeys...)

var responseKeys = append([]key{
	{"status", 200, nil, func(g *gen) *node { return text(g.vary(statuses)) }},
	{"headers", 990, nil, func(g *gen) *node { return g.lines(responseHeaders) }},
	// What runs in a worker, and fails there, may look like what never came.
	{"body", 180, func(g *gen) bool {
		return !strings.Contains(g.way.Destination, "worker") && g.way.Via != "import-scripts"
	}, replyBody},
}, replyKeys...)

// statuses are varied by hand: a slip would be no status.
var (
	preflightStatuses = variants{usual: choices{{3, "200"}, {2, "204"}, {1, "299"}}, odd: words("201 202 203 205 206 226 250 300 301 302 304 307 308 399 400 401 403 404 405 407 418 500 501 503 599")}
	statuses          = variants{usual: choices{{3, "200"}, {1, "404"}, {1, "500"}, {1, "204"}}, odd: words("201 202 203 205 206 207 226 299 300 304 305 306 310 399 400 401 403 405 406 409 410 412 416 418 421 422 425 429 451 499 501 502 503 504 511 599")}
	redirectStatuses  = words("301 302 302 303 307 307 308")
)

func preflightValue(g *gen) *node {
	g.preflight = true
	defer func() { g.preflight = false }()
	return g.reply(preflightKeys, preflightStatuses)
}

func responseValue(g *gen) *node {
	if g.chance(12) && !g.h2 {
		return (&node{kind: mapping}).with("raw", text(g.pick(raws)))
	}
	return g.reply(responseKeys, statuses)
}

// reply makes a reply whose status is one, whatever slips.
func (g *gen) reply(keys []key, from variants) *node {
	out := g.mapping(keys)
	if status := out.get("status"); status != nil {
		if n, err := strconv.Atoi(status.text); err != nil || n < 200 || n > 599 || len(status.text) != 3 {
			status.text = g.pick(from.odd)
		}
	}
	// A worker whose script has no content tells of nothing, in Chromium.
	if status := out.get("status"); status != nil && (status.text == "204" || status.text == "205") && strings.HasSuffix(g.way.Destination, "worker") {
		status.text = "200"
	}
	if out.get("abort") != nil && out.get("delay") != nil {
		out.drop("delay")
	}
	return out
}

// replyHeader is a header line of a reply: in how many of a thousand it is
// there, and what it says.
type replyHeader struct {
	name   string
	often  int
	values func(*gen) variants
}

func plainly(usual, odd choices) func(*gen) variants {
	return func(*gen) variants { return variants{usual: usual, odd: odd} }
}

var allowOrigin = replyHeader{"Access-Control-Allow-Origin", 930, plainly(
	choices{{40, "{request-origin}"}, {18, "*"}, {6, "{origin:app}"}},
	choices{{6, "null"}, {2, "Null"}, {4, "{origin:evil}"}, {3, "{origin:http}"}, {2, "{origin:port}"}, {2, "{origin:sub}"}, {3, "{request-origin}/"}, {2, "{request-origin}, *"},
		{2, "*, {request-origin}"}, {2, "{request-origin}, {request-origin}"}, {2, "{request-origin} *"}, {1, "**"}, {1, "*."}, {1, "*, *"}, {2, ""}, {1, ","}, {2, "https://app.site.test:443"},
		{2, "HTTPS://APP.SITE.TEST"}, {2, "https://App.site.test"}, {1, "https://app.site.test."}, {1, "app.site.test"}, {1, "//app.site.test"}, {1, "https:app.site.test"}, {1, "https:///app.site.test"},
		{1, "https://*.site.test"}, {1, "https://app.site.test/path"}, {1, "https://app.site.test?"}, {1, "https://u@app.site.test"}, {1, "https://app.site.test "}, {1, "undefined"}, {1, "none"},
		{1, "\"{request-origin}\""}, {1, "'*'"}, {1, "http://"}, {1, "https://"}, {1, "file://"}, {1, "https://[::1]"}, {1, "https://app.site.test:0443"}, {1, "https://app.site.test:"}, {1, "{request-origin}\u00ff"},
		{1, "{request-origin},"}, {1, ", {request-origin}"}, {1, "{request-origin}; a"}, {1, "https://app%2esite.test"}, {1, "*\u00ff"}, {1, "data:"}, {1, "{request-origin}#"}})}

var allowCredentials = replyHeader{"Access-Control-Allow-Credentials", 750, plainly(
	choices{{30, "true"}},
	choices{{3, "True"}, {2, "TRUE"}, {3, "false"}, {2, ""}, {2, "1"}, {1, "yes"}, {2, "true, true"}, {1, "true,"}, {1, ", true"}, {1, "\"true\""}, {1, "true;"}, {1, "truee"}, {1, "tru"}, {1, "*"}})}

var maxAge = replyHeader{"Access-Control-Max-Age", 250, plainly(
	choices{{3, "600"}, {2, "5"}, {2, "0"}, {2, "86400"}},
	choices{{1, "-1"}, {1, "abc"}, {1, "60.5"}, {1, "60, 60"}, {1, "0x10"}, {1, "+60"}, {1, ""}, {1, "9223372036854775808"}, {1, "18446744073709551616"}, {1, "99999999999"}, {1, "60 s"}, {1, "60s"},
		{1, "\"60\""}, {1, "060"}, {1, "-0"}, {1, "00"}, {1, "1e3"}, {1, "\u00d9"}})}

var preflightHeaders = []replyHeader{
	allowOrigin, allowCredentials,
	{"Access-Control-Allow-Methods", 850, (*gen).allowMethods},
	{"Access-Control-Allow-Headers", 850, (*gen).allowHeaders},
	maxAge,
	{"Vary", 60, plainly(words("Origin *"), nil)},
	{"Content-Type", 30, plainly(words("text/plain"), nil)},
	{"Access-Control-Expose-Headers", 20, plainly(words("*"), nil)},
	{"Cross-Origin-Resource-Policy", 20, plainly(words("same-origin"), nil)},
	{"Set-Cookie", 25, plainly(words("pre=1"), nil)},
	{"Location", 15, plainly(words("{origin:app}/elsewhere"), nil)},
	{"Access-Control-Allow-Private-Network", 15, plainly(words("true"), nil)},
}

// allowMethods are lists with the request's method, or nearly.
func (g *gen) allowMethods() variants {
	method := g.method
	if method == "" {
		method = "GET"
	}
	return variants{
		usual: choices{{12, "{request-method}"}, {6, method}, {5, "*"}, {4, "GET, POST, PUT, DELETE, PATCH, HEAD, OPTIONS"}, {2, "PUT, " + method}},
		odd: choices{{2, ""}, {3, strings.ToLower(method)}, {2, strings.ToUpper(method)}, {2, "GET"}, {2, "PUT"}, {2, "*, " + method}, {2, method + ", *"}, {1, "*,*"}, {1, "**"},
			{2, ",," + method + ",,"}, {1, method + ";q=1"}, {1, method + " PUT"}, {1, "\"" + method + "\""}, {1, "PUT, (x)"}, {1, method + ", a b"}, {1, method + ", @"}, {1, method + "\u00ff"}, {1, "'*'"},
			{1, method + "\t,\tPUT"}, {1, ","}, {1, ", ,"}, {1, "{request-method}X"}, {1, "X{request-method}"}, {1, method + ", {request-method}, " + method}, {1, "patch"}, {1, "PATCH"}, {1, "put"}},
	}
}

// allowHeaders are lists with the request's headers, or nearly.
func (g *gen) allowHeaders() variants {
	names := strings.Join(g.headers, ", ")
	others := strings.Join(g.headers[min(1, len(g.headers)):], ",")
	if others == "" {
		others = "X-Other"
	}
	return variants{
		usual: choices{{14, "{request-headers}"}, {6, names}, {6, "*"}, {3, "X-Custom, X-Other, Content-Type, Authorization, Range"}, {2, "*, Authorization"}},
		odd: choices{{2, ""}, {2, strings.ToUpper(names)}, {2, strings.ToLower(names)}, {4, others}, {2, "*, " + names}, {1, "*,*"}, {1, "**"}, {1, "X-*"}, {1, "'*'"}, {1, ",,{request-headers},,"}, {1, "{request-headers};"},
			{1, "\"{request-headers}\""}, {1, "{request-headers}, a b"}, {1, "{request-headers}, (x)"}, {1, "{request-headers}\u00ff"}, {1, "{request-headers}-"}, {1, "{request-headers}, @"}, {1, ","}, {1, ", ,"}, {1, "Authorization"},
			{1, "{request-headers}\t,\tX"}, {1, "{request-headers} X"}, {1, "{request-headers}, {request-headers}"}, {1, "Content-Type"}},
	}
}

var responseHeaders = []replyHeader{
	allowOrigin, allowCredentials,
	{"Access-Control-Expose-Headers", 300, plainly(
		choices{{6, "*"}, {5, "X-Shown"}, {4, "X-Shown, X-Hidden"}, {2, "x-shown"}},
		choices{{2, ""}, {2, "*, X-Shown"}, {2, "X-Shown,,X-Hidden,"}, {1, "X-Shown X-Hidden"}, {1, "X-Shown;"}, {1, "\"X-Shown\""}, {1, "X-Shown, (x)"}, {1, "Set-Cookie, X-Shown"}, {1, "set-cookie2"}, {1, "**"},
			{1, "'*'"}, {1, "X-Shown\t,\tX-Hidden"}, {1, "X-Shown, @"}, {1, "X-*"}, {1, "X-Shown\u00ff"}, {1, ","}})},
	{"X-Shown", 350, plainly(choices{{3, "1"}, {1, "a, b"}}, anyHeaderText)},
	{"X-Hidden", 150, plainly(words("2"), anyHeaderText)},
	{"Content-Type", 200, plainly(
		words("text/plain text/html application/json image/png text/css text/javascript image/svg+xml font/woff2 application/xml"),
		choices{{1, ""}, {1, "x"}, {1, "text/html; charset=utf-8"}, {1, "TEXT/JAVASCRIPT"}, {1, "text/javascript;"}, {1, "text/javascript, text/plain"}, {1, "text/plain, text/javascript"}, {1, "*/*"},
			{1, "application/json; charset=utf-8"}, {1, "application/problem+json"}, {1, "image/x"}, {1, "audio/mpeg"}, {1, "video/mp4"}, {1, "text/csv"}, {1, "application/pdf"}, {1, "text/xml"}, {1, "application/octet-stream"},
			{1, "text/x-javascript"}, {1, "application/ecmascript"}, {1, "text/css; charset=\"utf-8\""}, {1, "text /css"}, {1, "text/event-stream"}, {1, "multipart/byteranges"}, {1, "application/gzip"}, {1, "text/vtt"}, {1, "unknown/unknown"}})},
	{"X-Content-Type-Options", 90, plainly(words("nosniff"), choices{{2, "NOSNIFF"}, {1, "nosniff, nosniff"}, {1, "x, nosniff"}, {1, "nosniff, x"}, {1, ""}, {1, ",nosniff"}, {1, "nosniff;"}, {1, "'nosniff'"}})},
	{"Cross-Origin-Resource-Policy", 130, plainly(words("cross-origin same-site same-origin"), choices{{1, "Same-Origin"}, {1, "same-origin, same-origin"}, {1, "same-origin,"}, {1, ""}, {1, "none"}, {1, "same-site, cross-origin"}, {1, "same-originn"}})},
	{"Timing-Allow-Origin", 30, plainly(words("* {request-origin}"), nil)},
	{"Vary", 80, plainly(words("Origin Accept *"), nil)},
	{"Set-Cookie", 90, plainly(
		choices{{3, "c=1"}, {2, "c=1; SameSite=None; Secure"}, {1, "d=2; HttpOnly"}, {1, "c=; Max-Age=0"}},
		choices{{1, "c"}, {1, "=x"}, {1, ""}, {1, "c=1; Secure; SameSite=None; Partitioned"}, {1, "__Secure-c=1; Secure"}, {1, "__Secure-c=1"}, {1, "c=1; Domain=other.test"}, {1, "c=1; Domain=evil.test"}, {1, "c=a b\"c"}, {1, "c=1; SameSite=Lax"}, {1, "c=1; SameSite=Strict"}})},
	{"Cache-Control", 150, plainly(
		choices{{3, "max-age=600"}, {2, "no-store"}, {1, "no-cache"}, {1, "public, max-age=600"}},
		choices{{1, "max-age=0"}, {1, "max-age=abc"}, {1, "max-age=\"600\""}, {1, "private"}, {1, "immutable"}, {1, "max-age=600, must-revalidate"}, {1, "MAX-AGE=600"}, {1, "max-age = 600"}, {1, "max-age=-1"}, {1, "max-age=600, max-age=0"}, {1, "no-store, max-age=600"}})},
	{"ETag", 80, plainly(choices{{3, "\"v1\""}, {1, "W/\"v1\""}}, choices{{1, "v1"}, {1, ""}})},
	{"Last-Modified", 50, dates}, {"Expires", 40, dates},
	{"Pragma", 25, plainly(words("no-cache"), nil)}, {"Content-Language", 30, plainly(words("en"), nil)},
	{"WWW-Authenticate", 15, plainly(choices{{1, "Basic realm=\"x\""}}, words("x"))},
	{"X-Frame-Options", 25, plainly(words("DENY SAMEORIGIN"), words("deny ALLOWALL x DENY,DENY"))},
	{"Content-Security-Policy", 25, plainly(choices{{1, "frame-ancestors 'none'"}, {1, "frame-ancestors *"}, {1, "frame-ancestors 'self'"}}, choices{{1, "default-src 'none'"}, {1, "frame-ancestors https://app.site.test"}})},
	{"Referrer-Policy", 15, plainly(words("no-referrer unsafe-url"), nil)},
	{"Content-Disposition", 12, plainly(words("attachment inline"), nil)},
	{"Access-Control-Allow-Methods", 20, plainly(words("PUT (x)"), nil)}, {"Access-Control-Allow-Headers", 20, plainly(words("X-Custom (x)"), nil)},
	{"Content-Encoding", 12, plainly(words("gzip identity x"), nil)},
	{"Location", 12, plainly(words("{origin:app}/elsewhere"), nil)},
	{"Set-Cookie2", 12, plainly(words("c=1"), nil)},
	{"Strict-Transport-Security", 2, plainly(words("max-age=1000"), nil)},
	{"Clear-Site-Data", 2, plainly(choices{{1, "\"cookies\""}}, nil)},
}

// dates have no slips: Chromium reads what is left of nearly any date, by rules
// that nobody wrote down.
func dates(g *gen) variants {
	if g.odd() {
		return variants{usual: words("0 -1 yesterday"), exact: true}
	}
	return variants{usual: choices{{1, "Wed, 21 Oct 2015 07:28:00 GMT"}}, exact: true}
}

var anyHeaderText = choices{{1, ""}, {1, " x "}, {1, "\u00ff"}, {1, "a\u0001b"}, {1, ",,"}, {1, "caf\u00c3\u00a9"}}

// lines are a reply's headers. A line may come again, in another spelling or
// with another value.
func (g *gen) lines(table []replyHeader) *node {
	out := &node{kind: mapping}
	for _, h := range table {
		if !g.chance(h.often) {
			continue
		}
		name := h.name
		if g.odd() && g.chance(400) {
			name = g.one(strings.ToLower(name), strings.ToUpper(name))
		}
		values := h.values(g)
		out.with(name, text(g.overWire(g.vary(values))))
		if g.odd() && g.chance(250) {
			out.with(name, text(g.overWire(g.vary(values))))
		}
	}
	return out
}

// overWire is a value that HTTP/2 can carry, where that is spoken.
func (g *gen) overWire(value string) string {
	if !g.h2 {
		return value
	}
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, value))
}

// bodies of replies: what the ways can load, and what ORB and sniffing look at.
var bodies = choices{
	{3, "text"}, {2, ""}, {2, `{{"a": 1}`}, {1, "[1, 2]"}, {1, ")]}'\n{{}"}, {1, "<!doctype html><title>x</title>"}, {1, "<html><body>x</body></html>"}, {1, "  \n<!-- x --><html>"},
	{1, "<?xml version=\"1.0\"?><x/>"}, {1, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1\" height=\"1\"/>"}, {1, "var x = 1;"}, {1, "throw new Error('x')"}, {1, "/* x */ f()"}, {1, "body {{ color: red }"},
	{1, "\u00ef\u00bb\u00bftext"}, {1, "\u0089PNG\r\n\u001a\n"}, {1, "GIF89a"}, {1, "\u00ff\u00d8\u00ff\u00e0"}, {1, "%PDF-1.4"}, {1, "\u0000\u0001\u0002"}, {1, "{{"}, {1, "a,b\n1,2\n"}, {1, "<script>x</script>"}, {1, "WEBVTT\n\n"}, {1, "data: x\n\n"},
	{1, "for(;;);"}, {1, "while(1);{{}"}, {1, "\"use strict\";"}, {1, "// comment\n1"}, {1, "RIFF0000WEBPVP"}, {1, "wOF2"},
}

// replyBody is one that ends, where it is run: a loop would hang the page and
// all other cases with it.
func replyBody(g *gen) *node {
	body := g.pick(bodies)
	for strings.Contains(body, "(1)") || strings.Contains(body, "(;;)") {
		if g.way.Destination == "image" || g.way.Destination == "style" || g.way.Via == "fetch" || g.way.Via == "xhr" {
			break
		}
		body = g.pick(bodies)
	}
	return text(body)
}

const rawOK = "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\n"

// raws are answers that no server of Go would send.
var raws = choices{
	{2, rawOK + "Content-Length: 2\r\n\r\nok"}, {1, "HTTP/1.1 200 OK\nAccess-Control-Allow-Origin: *\n\nok"}, {1, "HTTP/1.0 200\r\nAccess-Control-Allow-Origin:*\r\n\r\nok"},
	{1, "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin : *\r\nContent-Length: 2\r\n\r\nok"}, {1, "HTTP/1.1 200 OK\r\n Access-Control-Allow-Origin: *\r\nContent-Length: 2\r\n\r\nok"},
	{1, "HTTP/1.1 200 OK\r\nX: 1\r\n Access-Control-Allow-Origin: *\r\nContent-Length: 2\r\n\r\nok"}, {1, "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin:\r\n *\r\nContent-Length: 2\r\n\r\nok"},
	{1, rawOK + "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"}, {1, rawOK + "Content-Length: 9\r\n\r\nok"}, {1, rawOK + "Content-Length: 2\r\nContent-Length: 3\r\n\r\nok"},
	{1, "ICY 200 OK\r\nAccess-Control-Allow-Origin: *\r\n\r\nok"}, {1, "not http at all"}, {1, ""}, {1, "HTTP/1.1 200"},
	{1, "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\x00\r\nContent-Length: 2\r\n\r\nok"}, {1, "HTTP/1.1 100 Continue\r\n\r\n" + rawOK + "Content-Length: 2\r\n\r\nok"}, {1, "HTTP/1.1 103 Early Hints\r\nAccess-Control-Allow-Origin: *\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"},
	{1, "HTTP/1.1 999 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 2\r\n\r\nok"}, {1, "HTTP/1.1 0200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 2\r\n\r\nok"}, {1, "\r\n" + rawOK + "\r\nok"}, {1, "HTTP/2 200 OK\r\nAccess-Control-Allow-Origin: *\r\n\r\nok"},
	{1, "http/1.1 200 ok\r\naccess-control-allow-origin: *\r\n\r\nok"}, {1, "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin\r\nAccess-Control-Allow-Origin: *\r\n\r\nok"}, {1, "HTTP/1.1 200 OK\r\n: x\r\nAccess-Control-Allow-Origin: *\r\n\r\nok"},
}
