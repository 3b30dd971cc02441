package fuzz

import (
	"strings"
)

// requestHeader is a header that scripts set, or try to.
type requestHeader struct {
	weight int
	name   string
	values variants
}

var anyText = variants{
	usual: choices{{5, "1"}, {3, "x"}, {1, "a, b"}, {1, "text"}},
	odd: choices{{2, ""}, {1, " x "}, {1, "\tx"}, {1, "a\u007f"}, {1, "caf\u00e9"}, {1, "\u00ff"}, {1, "a\u000bb"}, {1, "\""}, {1, "(x)"},
		{1, "{{x}"}, {1, "a:b"}, {1, "a\u0001b"}, {1, "@"}, {1, "[x]"}, {1, `\`}},
}

// contentTypes are near to the three that need no preflight.
var contentTypes = variants{
	usual: choices{{5, "text/plain"}, {3, "application/x-www-form-urlencoded"}, {2, "multipart/form-data; boundary=x"}, {4, "application/json"}, {2, "text/plain;charset=UTF-8"}},
	odd: choices{
		{2, "TEXT/PLAIN"}, {1, "Text/Plain; Charset=utf-8"}, {2, "text/plain; charset=iso-8859-1"}, {1, "text/plain;"}, {1, "text/plain;;;"},
		{1, "text/plain ;a=b"}, {1, " text/plain"}, {1, "text/ plain"}, {1, "text /plain"}, {1, "text/plain/"}, {1, "text"}, {1, "/"}, {1, "text/"}, {1, "/plain"},
		{1, "text/plainx"}, {1, "text/html"}, {1, "application/x-www-form-urlencoded; charset=UTF-8"}, {1, "multipart/form-data"}, {1, "multipart/mixed"},
		{1, "text/plain; charset=utf-8, x"}, {2, "text/plain, application/json"}, {1, "application/json, text/plain"}, {1, "text/plain; a=\"b\""},
		{1, "text/plain; a=\"b, c\""}, {1, "text/plain; a='b'"}, {1, "text/plain; =b"}, {1, "text/plain; a"}, {1, "text/plain; a=b c"},
		{1, "text/plain; a=\u00ff"}, {1, "text/plain\u00ff"}, {1, "text/plain;\ta=b"}, {1, "text/plain;\u000ba"}, {1, ""}, {1, ";"}, {1, "text/plain; a=(b)"},
		{1, "text/plain; charset=utf-8; charset=x"}, {1, "text/*"}, {1, "*/*"}, {1, "text/plain;charset=\"utf-8\""}, {1, "text/plain;charset= utf-8"},
	},
}

var ranges = variants{
	usual: choices{{3, "bytes=0-"}, {3, "bytes=0-5"}, {1, "bytes=1-1"}},
	odd: choices{{1, "bytes=-5"}, {1, "bytes=5-1"}, {1, "bytes= 0-5"}, {1, "bytes =0-5"}, {1, "bytes=0 -5"}, {1, "bytes=0- 5"}, {1, "bytes=0-5 "},
		{1, "bytes=\t0-5"}, {1, "BYTES=0-5"}, {1, "Bytes=0-"}, {1, "bytes=0-5,7-9"}, {1, "bytes=0-5, "}, {1, "bytes=-"}, {1, "bytes="}, {1, "bytes"}, {1, "items=0-5"},
		{1, "bytes=00-05"}, {1, "bytes=0-18446744073709551616"}, {1, "bytes=9223372036854775808-"}, {1, "bytes=a-b"}, {1, "bytes=0x1-2"}, {1, "bytes=+0-5"}, {1, ""}},
}

// requestHeadersTable is what script sets.
var requestHeadersTable = []requestHeader{
	{10, "X-Custom", anyText}, {6, "X-Other", anyText}, {2, "x-lower", anyText}, {2, "X-A", anyText},
	{8, "Content-Type", contentTypes},
	{6, "Accept", variants{usual: choices{{3, "*/*"}, {2, "text/html"}, {1, "text/html, application/xml;q=0.9"}}, odd: anyText.odd}},
	{4, "Accept-Language", variants{usual: choices{{3, "en"}, {2, "de-DE, en;q=0.5"}, {1, "*"}}, odd: append(choices{{2, "en_GB"}, {1, "en;q=0.5!"}, {1, "e\tn"}}, anyText.odd...)}},
	{3, "Content-Language", variants{usual: choices{{3, "en"}, {1, "mi, en"}}, odd: append(choices{{1, "en/x"}}, anyText.odd...)}},
	{6, "Range", ranges},
	{7, "Authorization", variants{usual: choices{{3, "Bearer x"}, {1, "Basic dTpw"}}}},
	{2, "X-HTTP-Method-Override", methodNames}, {1, "X-HTTP-Method", methodNames}, {1, "X-Method-Override", methodNames},
	{2, "Last-Event-ID", anyText}, {2, "X-Requested-With", anyText},
	{1, "If-None-Match", variants{usual: choices{{2, "\"v1\""}, {1, "*"}}}},
	{1, "If-Modified-Since", variants{usual: choices{{1, "Wed, 21 Oct 2015 07:28:00 GMT"}}}},
	{1, "Cache-Control", variants{usual: choices{{1, "no-cache"}, {1, "max-age=0"}}}}, {1, "Pragma", variants{usual: choices{{1, "no-cache"}}}},
	// Client hints.
	{1, "DPR", hints}, {1, "Save-Data", hints}, {1, "Viewport-Width", hints}, {1, "Width", hints}, {1, "Downlink", hints}, {1, "ECT", hints}, {1, "RTT", hints}, {1, "Device-Memory", hints},
	// What only the browser may set.
	{1, "User-Agent", anyText}, {1, "Cookie", anyText}, {1, "Cookie2", anyText}, {1, "Host", anyText}, {1, "Origin", variants{usual: choices{{1, "https://evil.test"}}}},
	{1, "Referer", variants{usual: choices{{1, "https://evil.test/"}}}}, {1, "Sec-Custom", anyText}, {1, "sec-", anyText}, {1, "Proxy-Custom", anyText}, {1, "Connection", anyText},
	{1, "Content-Length", anyText}, {1, "Date", anyText}, {1, "DNT", anyText}, {1, "Expect", anyText}, {1, "Keep-Alive", anyText}, {1, "TE", anyText}, {1, "Trailer", anyText},
	{1, "Transfer-Encoding", anyText}, {1, "Upgrade", anyText}, {1, "Via", anyText}, {1, "Accept-Charset", anyText}, {1, "Accept-Encoding", anyText}, {1, "Set-Cookie", anyText},
	{1, "Access-Control-Request-Method", methodNames}, {1, "Access-Control-Request-Headers", anyText}, {1, "Access-Control-Request-Private-Network", anyText},
	// Near misses of those.
	{1, "Sec", anyText}, {1, "Proxy", anyText}, {1, "Cookie3", anyText}, {1, "Content-Typ", anyText}, {1, "Accept-", anyText}, {1, "Contenttype", contentTypes},
	{1, "Content-Encoding", anyText}, {1, "Content-Location", anyText}, {1, "Priority", anyText}, {1, "Access-Control-Allow-Origin", anyText}, {1, "Purpose", anyText},
	{1, "!", anyText}, {1, "x|y", anyText}, {1, "X_Under", anyText}, {1, "x'y", anyText}, {1, "0", anyText}, {1, "*", anyText},
}

var (
	hints       = variants{usual: choices{{2, "1"}, {1, "on"}, {1, "4g"}}, odd: anyText.odd}
	methodNames = variants{usual: choices{{2, "PUT"}, {1, "GET"}}, odd: choices{{2, "TRACE"}, {1, "trace"}, {1, "CONNECT, PUT"}, {1, "PUT, TRACK"}, {1, "\"TRACE\""}, {1, " TRACE"}, {1, "TRACE,"}, {1, "TRACEX"}, {1, "GET,, TRACE"}, {1, "\"a, TRACE\""}, {1, "\"TRACE"}}}
)

var requestHeaderWeight = func() (total int) {
	for _, h := range requestHeadersTable {
		total += h.weight
	}
	return total
}()

func (g *gen) requestHeader() requestHeader {
	n := g.IntN(requestHeaderWeight)
	for _, h := range requestHeadersTable {
		if n -= h.weight; n < 0 {
			return h
		}
	}
	panic("fuzz: weights do not add up")
}

// requestHeaders are a few lines, or those that come near the byte limits.
func requestHeaders(g *gen) *node {
	out := &node{kind: mapping}
	line := func(name, value string) {
		g.headers = append(g.headers, name)
		out.with(name, text(value))
	}
	if g.chance(60) {
		g.longHeaders(line)
		return out
	}
	for range 1 + g.IntN(3) {
		h := g.requestHeader()
		name := h.name
		if g.odd() {
			name = g.one(strings.ToLower(name), strings.ToUpper(name))
		}
		line(name, g.vary(h.values))
		if g.chance(60) { // the same name again, which combines
			line(g.one(name, strings.ToLower(name)), g.vary(h.values))
		}
	}
	return out
}

// safelistedNames are those whose values count for the limit of 1024 bytes.
var safelistedNames = []string{"Accept", "Accept-Language", "Content-Language", "Content-Type", "accept", "Range"}

// longHeaders come near to 128 bytes a value, and to 1024 in all.
func (g *gen) longHeaders(line func(name, value string)) {
	pad := func(value string, length int) string {
		return value + strings.Repeat("1", max(0, length-len(value)))
	}
	start := map[string]string{"Content-Type": "text/plain; a=", "Range": "bytes=1-"}
	if g.chance(500) {
		name := g.one(safelistedNames...)
		line(name, pad(start[name], 127+g.IntN(3)))
		if g.chance(300) {
			line("X-Custom", pad("", 127+g.IntN(3)))
		}
		return
	}
	names := safelistedNames[:4]
	left := 1023 + g.IntN(3)
	for left > 0 {
		name := g.one(names...)
		length := min(left, 100+g.IntN(29))
		line(name, pad(start[name], length))
		left -= length
	}
}
