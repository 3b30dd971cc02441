package oracle

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Six methods are upper-cased whatever their case; all others stay.
func TestMethods(t *testing.T) {
	for in, want := range map[string]string{
		"get": "GET", "Put": "PUT", "DELETE": "DELETE", "head": "HEAD", "options": "OPTIONS", "post": "POST",
		"patch": "patch", "Patch": "Patch", "foo": "foo",
	} {
		assert.Equal(t, want, NormalizeMethod(in))
	}
	for m, want := range map[string]bool{"GET": true, "HEAD": true, "POST": true, "PUT": false, "OPTIONS": false, "get": false, "PATCH": false} {
		assert.Equal(t, want, IsSafelistedMethod(m), m)
	}
	for m, want := range map[string]bool{"CONNECT": true, "trace": true, "Track": true, "TRACER": false, "GET": false} {
		assert.Equal(t, want, IsForbiddenMethod(m), m)
	}
	for s, want := range map[string]bool{"GET": true, "": false, "A B": false, "a/b": false, "x-1!#$%&'*+.^_`|~": true, "é": false} {
		assert.Equal(t, want, IsToken(s), s)
	}
}

// Each safelisted name has its own rule for the value, and 128 bytes at most.
func TestSafelistedRequestHeader(t *testing.T) {
	for _, c := range []struct {
		name, value string
		want        bool
	}{
		{"Accept", "text/html", true},
		{"accept", "*/*;v=b3/1", true},
		{"accept", "a\tb", true},
		{"accept", "a\x01b", false},
		{"accept", "a\x7f", false},
		{"accept", strings.Repeat("a", 128), true},
		{"accept", strings.Repeat("a", 129), false},
		{"accept", strings.Repeat("é", 128), true}, // bytes, not UTF-8
		{"accept-language", "en;q=0.8, *", true},
		{"accept-language", "en_US", false},
		{"content-language", "de-DE", true},
		{"content-language", "é", false},
		{"content-type", "text/plain", true},
		{"Content-Type", "TEXT/Plain; charset=utf-8", true},
		{"content-type", "text/plain; charset=utf-8, x", true},
		{"content-type", "text/plain, x", false},
		{"content-type", "multipart/form-data; boundary=x", true},
		{"content-type", "application/x-www-form-urlencoded", true},
		{"content-type", "application/json", false},
		{"content-type", "text/plain; x=\"y\"", false},
		{"content-type", "text", false},
		{"content-type", "", false},
		{"range", "bytes=0-", true},
		{"range", "bytes=1-5", true},
		{"range", "bytes=5-1", false},
		{"range", "bytes=009-10", true},
		{"range", "bytes=-5", false},
		{"range", "bytes=0-1,2-3", false},
		{"range", "bytes= 0-1", false},
		{"range", "Bytes=0-1", false},
		{"range", "bytes=1", false},
		{"last-event-id", "1", false},
		{"x-foo", "", false},
		{"authorization", "x", false},
	} {
		assert.Equal(t, c.want, IsSafelistedRequestHeader(c.name, c.value), "%s: %.40s", c.name, c.value)
	}
	for _, c := range `"():<>?@[\]{}` {
		assert.False(t, IsSafelistedRequestHeader("accept", string(c)), string(c))
	}
}

// The names come in lower case, sorted, once; beyond 1024 bytes in all, the
// safelisted ones are unsafe as well.
func TestUnsafeRequestHeaderNames(t *testing.T) {
	assert.Empty(t, UnsafeRequestHeaderNames(nil))
	assert.Equal(t, []string{"a", "x-b"}, UnsafeRequestHeaderNames(Headers{{"X-B", "1"}, {"Accept", "x"}, {"A", "2"}, {"x-b", "3"}}))
	var full Headers
	for range 8 {
		full = append(full, Header{"Accept", strings.Repeat("a", 128)})
	}
	assert.Empty(t, UnsafeRequestHeaderNames(full), "1024 bytes are allowed")
	assert.Equal(t, []string{"accept", "accept-language"}, UnsafeRequestHeaderNames(append(full, Header{"Accept-Language", "e"})))

	chromium := ProfileFor("chromium")
	assert.Equal(t, []string{"content-type"}, chromium.unsafeRequestHeaderNames(Headers{{"content-type", "text/plain"}, {"Content-Type", "text/plain"}}))
	for _, c := range []struct {
		name, value string
		hint        bool
	}{
		{"dpr", "1.5", true}, {"dpr", "-1", false}, {"dpr", "x", false}, {"rtt", "1", true}, {"rtt", "1.5", false}, {"ect", "4g", true},
		{"ect", "x", false}, {"save-data", "ON", true}, {"save-data", "x", false}, {"intervention", "x", true}, {"width", "", false},
		{"intervention", strings.Repeat("a", 129), false}, {"x-width", "1", false},
	} {
		assert.Equal(t, c.hint, len(chromium.unsafeRequestHeaderNames(Headers{{c.name, c.value}})) == 0, "%s: %.20s", c.name, c.value)
		assert.NotEmpty(t, UnsafeRequestHeaderNames(Headers{{c.name, c.value}}))
	}
}

func TestForbiddenRequestHeader(t *testing.T) {
	for _, c := range []struct {
		name, value string
		want        bool
	}{
		{"Host", "x", true}, {"cookie", "a=b", true}, {"Sec-Foo", "", true}, {"PROXY-x", "", true}, {"Origin", "x", true},
		{"X-HTTP-Method-Override", "PUT", false}, {"X-HTTP-Method-Override", "get, TRACE", true}, {"x-method-override", "connect", true},
		{"X-HTTP-Method", `"TRACK"`, false}, {"X-Foo", "TRACE", false}, {"User-Agent", "x", false}, {"Security", "", false},
	} {
		assert.Equal(t, c.want, IsForbiddenRequestHeader(c.name, c.value), "%s: %s", c.name, c.value)
	}
	assert.True(t, IsNoCORSSafelistedRequestHeader("Content-Type", "text/plain"))
	assert.False(t, IsNoCORSSafelistedRequestHeader("Range", "bytes=0-1"), "range is for the browser itself")
	assert.True(t, IsNonWildcardRequestHeaderName("AUTHORIZATION"))
	assert.True(t, IsForbiddenResponseHeaderName("Set-Cookie2"))
	assert.True(t, IsSafelistedResponseHeaderName("Last-Modified"))
	assert.False(t, IsSafelistedResponseHeaderName("ETag"))
}

func TestParseMIMEType(t *testing.T) {
	for in, want := range map[string]string{
		"text/plain":                        "text/plain",
		" TEXT/HTML ;charset=UTF-8":         "text/html;charset=UTF-8",
		"text/html;charset=gbk(":            `text/html;charset="gbk("`,
		`text/html;x="a\"b\\";y=z`:          `text/html;x="a\"b\\";y=z`,
		`text/html;x="`:                     `text/html;x=""`,
		`text/html;x="a\`:                   `text/html;x="a\\"`,
		`text/html;x="y"bogus;z=1`:          "text/html;x=y;z=1",
		"text/html;charset=a;charset=b":     "text/html;charset=a",
		"text/html;;;x=1":                   "text/html;x=1",
		"text/html;x":                       "text/html",
		"text/html;x;y=1":                   "text/html;y=1",
		"text/html;x=":                      "text/html",
		"text/html;x= ;y=2":                 "text/html;y=2",
		"text/html;b a=1;\u0080=x;y=\u00e9": "text/html;y=\"\u00e9\"",
		"text/html;y=\u0100":                "text/html",
		"application/vnd.a+json ; q=1 ":     "application/vnd.a+json;q=1",
	} {
		m, ok := ParseMIMEType(in)
		if assert.True(t, ok, in) {
			assert.Equal(t, want, m.String(), in)
		}
	}
	for _, in := range []string{"", "text", "/plain", "text/", "te xt/plain", "text/pl ain", "text/plain, x"} {
		_, ok := ParseMIMEType(in)
		assert.False(t, ok, in)
	}
	charset, ok := MIMEType{Type: "a", Subtype: "b"}.Parameter("charset")
	assert.Equal(t, "", charset)
	assert.False(t, ok)
}

func TestExtractMIMEType(t *testing.T) {
	for _, c := range []struct {
		h    Headers
		want string
	}{
		{Headers{{"Content-Type", "text/html"}, {"content-type", "text/plain"}}, "text/plain"},
		{Headers{{"Content-Type", "text/html, */*"}}, "text/html"},
		{Headers{{"Content-Type", "text/html, bogus"}}, "text/html"},
		{Headers{{"Content-Type", `text/html;x="a,b", text/css`}}, "text/css"},
		{Headers{{"Content-Type", ""}}, ""},
		{nil, ""},
	} {
		m, ok := ExtractMIMEType(c.h)
		assert.Equal(t, c.want != "", ok)
		if ok {
			assert.Equal(t, c.want, m.Essence())
		}
	}
	for essence, js := range map[string]bool{"text/javascript": true, "application/x-javascript": true, "text/plain": false, "application/json": false} {
		m, _ := ParseMIMEType(essence)
		assert.Equal(t, js, m.IsJavaScript(), essence)
	}
	m, _ := ParseMIMEType("application/vnd.x+json")
	assert.True(t, m.IsJSON())
	m, _ = ParseMIMEType("image/svg+xml")
	assert.True(t, m.IsXML())
}

// A header list's value is its lines joined with comma and space; extracting
// keeps to the grammar, or fails.
func TestHeaders(t *testing.T) {
	h := Headers{{"X-A", " 1 "}, {"Set-Cookie", "c"}, {"x-a", "2"}, {"B", `"q,\"r", s`}}
	value, ok := h.Get("X-a")
	assert.True(t, ok)
	assert.Equal(t, "1, 2", value)
	assert.Equal(t, []string{"1", "2"}, h.Values("x-A"))
	assert.Equal(t, []string{`"q,\"r"`, "s"}, h.SplitValues("b"))
	assert.Nil(t, h.SplitValues("none"))
	assert.Equal(t, Headers{{"b", `"q,\"r", s`}, {"set-cookie", "c"}, {"x-a", "1, 2"}}, h.Combined())
	assert.Nil(t, Headers(nil).Combined())
	assert.Equal(t, Headers{{"Set-Cookie", "c"}, {"B", `"q,\"r", s`}}, h.without("x-a"))

	for _, c := range []struct {
		lines  []string
		values []string
		ok     bool
	}{
		{[]string{"PUT, DELETE"}, []string{"PUT", "DELETE"}, true},
		{[]string{"PUT", "DELETE ,,"}, []string{"PUT", "DELETE"}, true},
		{[]string{""}, nil, true},
		{[]string{"\t*\t"}, []string{"*"}, true},
		{[]string{"P UT"}, nil, false},
		{[]string{`"PUT"`}, nil, false},
		{[]string{"PUT", "a/b"}, nil, false},
	} {
		var h Headers
		for _, line := range c.lines {
			h = append(h, Header{"allow", line})
		}
		values, found, ok := h.ExtractListValues("Allow")
		assert.True(t, found)
		assert.Equal(t, c.ok, ok, c.lines)
		assert.Equal(t, c.values, values, c.lines)
	}
	_, found, ok := Headers(nil).ExtractListValues("Allow")
	assert.False(t, found)
	assert.True(t, ok)
	for value, want := range map[string]bool{"a b": true, "": true, " a": false, "a\x00": false, "a\nb": false, "é": true, "Ā": false} {
		assert.Equal(t, want, IsHeaderValue(value), "%q", value)
	}
}
