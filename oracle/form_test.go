package oracle

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestFormSubmission(t *testing.T) {
	const multi = "--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\n2\r\n--X--\r\n"
	for _, c := range []struct {
		name, method string
		body         *Body
		url, kind    string
		sent         string
	}{
		{"get", "", nil, own + "?", "", ""},
		{"get with fields", "get", &Body{Bytes: []byte("a=1+2&b=%C3%A9&c")}, own + "?a=1+2&b=%C3%A9&c=", "", ""},
		{"a method that forms lack", "PUT", nil, own + "?", "", ""},
		{"post", "post", &Body{Bytes: []byte("a=x~y&&b=*")}, own + "?q", "application/x-www-form-urlencoded", "a=x%7Ey&b=*"},
		{"post without fields", "POST", nil, own + "?q", "application/x-www-form-urlencoded", ""},
		{"an enctype that forms lack", "POST", &Body{Type: "application/json", Bytes: []byte("{}")}, own + "?q", "application/x-www-form-urlencoded", "%7B%7D="},
		{"text", "POST", &Body{Type: "text/plain", Bytes: []byte("a=1=2\nb\r\n")}, own + "?q", "text/plain", "a=1=2\r\nb=\r\n"},
		{"multipart of pairs", "POST", &Body{Type: "multipart/form-data", Bytes: []byte("a%22=1")}, own + "?q", "multipart/form-data; boundary=" + FormBoundary,
			"--" + FormBoundary + "\r\nContent-Disposition: form-data; name=\"a%22\"\r\n\r\n1\r\n--" + FormBoundary + "--\r\n"},
		{"multipart", "POST", &Body{Type: "multipart/form-data; boundary=X", Bytes: []byte(multi)}, own + "?q", "multipart/form-data; boundary=" + FormBoundary,
			"--" + FormBoundary + "\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n2\r\n--" + FormBoundary + "--\r\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := predict(t, Request{Via: "form", URL: own + "?q", Method: c.method, Body: c.body}, permissive)
			assert.Equal(t, Unobservable, p.Read)
			assert.Equal(t, c.url, p.Wire[0].URL)
			kind, _ := p.Wire[0].Headers.Get("Content-Type")
			assert.Equal(t, c.kind, kind)
			assert.Equal(t, c.sent, string(p.Wire[0].Body))
		})
	}
	large := Request{Via: "fetch", URL: api, Method: "PUT", Keepalive: true, Body: &Body{Bytes: make([]byte, 64<<10+1)}}
	p := predict(t, large, permissive)
	assert.Equal(t, NetworkError, p.Reason)
	assert.Equal(t, []string{"OPTIONS " + api + " " + app}, saw(p), "the preflight has no body")
	assert.Empty(t, predictAs(t, ProfileFor("chromium"), large, permissive).Wire)
	assert.Equal(t, "/x?a=b", FormTarget("/x?q", &Body{Bytes: []byte("a=b")}))
}

func TestBeacon(t *testing.T) {
	silent := answers(200, "")
	for _, c := range []struct {
		name   string
		body   *Body
		server ServerFunc
		saw    []string
		reason Reason
	}{
		{"empty", nil, silent, []string{"POST " + api + " " + app}, ""},
		{"bytes", &Body{Bytes: []byte("x")}, silent, []string{"POST " + api + " " + app}, ""},
		{"text", &Body{Type: textUTF8, Bytes: []byte("x")}, silent, []string{"POST " + api + " " + app}, ""},
		{"JSON", &Body{Type: "application/json", Bytes: []byte("{}")}, silent, []string{"OPTIONS " + api + " " + app}, PreflightMissingAllowOrigin},
		{"JSON allowed", &Body{Type: "application/json", Bytes: []byte("{}")}, permissive, []string{"OPTIONS " + api + " " + app, "POST " + api + " " + app}, ""},
		{"64 KiB", &Body{Bytes: make([]byte, 64<<10)}, silent, []string{"POST " + api + " " + app}, ""},
		{"a byte more", &Body{Bytes: make([]byte, 64<<10+1)}, silent, nil, NetworkError},
		{"a stream", &Body{Stream: true}, silent, nil, InvalidRequest},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := predict(t, Request{Via: "beacon", URL: api, Body: c.body}, c.server)
			assert.Equal(t, Unobservable, p.Read)
			assert.Equal(t, c.saw, saw(p))
			assert.Equal(t, c.reason, p.Reason)
		})
	}
}
