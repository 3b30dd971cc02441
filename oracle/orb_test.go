package oracle

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

const (
	wav  = "RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x40\x1f\x00\x00\x01\x00\x08\x00data\x00\x00\x00\x00"
	data = `{"secret": 1}`
	asJS = "text/javascript"
)

// What the algorithm and Chromium say of a response from elsewhere, as a script
// may see it: blocked or not.
func TestORB(t *testing.T) {
	const none = ""
	for _, c := range []struct {
		name      string
		via       Via
		kind      string // Content-Type; "" none
		body      string
		status    int
		more      []string
		standard  Reason
		chromiums Reason
	}{
		{"script", "script", asJS, "f()", 200, nil, none, none},
		{"style", "style", "text/css", "{}", 200, nil, none, none},
		{"svg", "img", "image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg'/>", 200, nil, none, none},
		{"image", "img", "image/png", png, 200, nil, none, none},
		{"image as html", "img", "text/html", png, 200, nil, none, none},
		{"image as html, nosniff", "img", "text/html", png, 200, nosniff, OpaqueResponseBlocking, OpaqueResponseBlocking},
		{"image as text, nosniff", "img", "text/plain", png, 200, nosniff, OpaqueResponseBlocking, OpaqueResponseBlocking},
		{"image as something, nosniff", "img", "x/y", png, 200, nosniff, none, none},
		{"image without a type", "img", "", png, 200, nil, none, none},
		{"image with an error", "img", "image/png", png, 404, nil, none, none},
		{"image as PDF", "img", "application/pdf", png, 200, nil, OpaqueResponseBlocking, OpaqueResponseBlocking},
		{"image as protobuffer", "img", "application/x-protobuffer", png, 200, nil, OpaqueResponseBlocking, OpaqueResponseBlocking},
		{"image as multipart", "img", "multipart/byteranges", png, 200, nil, OpaqueResponseBlocking, OpaqueResponseBlocking},
		{"the type's case", "img", "Application/PDF;a=b", png, 200, nil, OpaqueResponseBlocking, OpaqueResponseBlocking},
		{"no image", "img", "image/png", "x", 200, nil, OpaqueResponseBlocking, WrongType},
		{"no image of an unknown type, nosniff", "img", "x/y", "x", 200, nosniff, OpaqueResponseBlocking, WrongType},
		{"data in an image", "img", "application/json", data, 200, nil, OpaqueResponseBlocking, OpaqueResponseBlocking},
		{"sound in an image", "img", "audio/wav", wav, 200, nil, OpaqueResponseBlocking, WrongType},

		{"a part of an image", "img", "image/png", png, 206, []string{"Content-Range", "bytes 0-66/67"}, none, none},
		{"a part whose length is open", "img", "image/png", png, 206, []string{"Content-Range", "bytes 0-66/*"}, none, none},
		{"a later part", "img", "image/png", png, 206, []string{"Content-Range", "bytes 1-67/68"}, OpaqueResponseBlocking, OpaqueResponseBlocking},
		{"a part that does not say which", "img", "image/png", png, 206, nil, OpaqueResponseBlocking, none},
		{"a part that is too long", "img", "image/png", png, 206, []string{"Content-Range", "bytes 0-66/66"}, OpaqueResponseBlocking, none},
		{"a part that ends before it begins", "img", "image/png", png, 206, []string{"Content-Range", "bytes 2-1/3"}, OpaqueResponseBlocking, none},
		{"a part of data", "script", "application/json", "f()", 206, []string{"Content-Range", "bytes 0-2/3"}, OpaqueResponseBlocking, none},

		{"data", "script", "application/json", data, 200, nil, OpaqueResponseBlocking, OpaqueResponseBlocking},
		{"data of no type", "script", "", data, 200, nil, none, none},
		{"an empty object", "script", "application/json", "{}", 200, nil, OpaqueResponseBlocking, none},
		{"an array", "script", "application/json", "[1]", 200, nil, OpaqueResponseBlocking, none},
		{"a number", "script", "text/plain", "1", 200, nil, OpaqueResponseBlocking, none},
		{"a script as JSON", "script", "application/json", "f()", 200, nil, none, none},
		{"a script as JSON, nosniff", "script", "application/json", "f()", 200, nosniff, OpaqueResponseBlocking, OpaqueResponseBlocking},
		{"nothing as JSON", "script", "application/json", "", 200, nil, none, none},
		{"prose", "script", "text/plain", "hello, world!\n", 200, nil, OpaqueResponseBlocking, none},
		{"a font", "script", "font/ttf", "\x00\x01\x00\x00", 200, nil, OpaqueResponseBlocking, none},
		{"a script with an error", "script", "text/plain", "1", 404, nil, OpaqueResponseBlocking, WrongType},
		{"a script as CSV", "script", "text/csv", "a", 200, nil, OpaqueResponseBlocking, OpaqueResponseBlocking},
		{"a script as an image", "script", "image/png", "f()", 200, nil, OpaqueResponseBlocking, WrongType},
		{"a script in UTF-16", "script", "application/json", "\xFF\xFEf\x00(\x00)\x00", 200, nil, none, none},
		{"the other UTF-16", "script", "application/json", "\xFE\xFF\x00f\x00(\x00)", 200, nil, none, none},
		{"UTF-16 by its type", "script", "text/plain;charset=UTF-16", "f\x00(\x00)\x00", 200, nil, none, none},
		{"the other by its type", "script", "text/plain;charset=utf-16be", "\x00f\x00(\x00)", 200, nil, none, none},
		{"UTF-8 with a mark", "script", "text/plain", "\xEF\xBB\xBFf()", 200, nil, none, none},
		{"Latin-1", "script", "text/plain", "caf\xE9 = 1", 200, nil, none, none},
		{"markup as a script", "script", asJS, "<!DOCTYPE html>", 200, nil, none, OpaqueResponseBlocking},
		{"data as a script", "script", asJS, ` { "a\"" : 1}`, 200, nil, none, OpaqueResponseBlocking},
		{"a block as a script", "script", asJS, "{a:1}", 200, nil, none, none},
		{"a string in a block", "script", asJS, `{"a"}`, 200, nil, none, none},
		{"a parser breaker", "script", "text/plain", ")]}'\n1", 200, nil, OpaqueResponseBlocking, OpaqueResponseBlocking},
		{"an endless loop", "script", "text/plain", "while(1);" + data, 200, nil, OpaqueResponseBlocking, OpaqueResponseBlocking},
		{"a loop that is a script", "script", "text/plain", "for(;;);", 200, nil, none, OpaqueResponseBlocking},
		{"markup", "script", "text/html", "<p>", 200, nil, OpaqueResponseBlocking, OpaqueResponseBlocking},
		{"XML", "script", "text/xml", "\n<?xml version='1.0'?><a/>", 200, nil, OpaqueResponseBlocking, OpaqueResponseBlocking},
		{"a script behind a comment", "script", "text/html", "<!-- x -->\nf()", 200, nil, none, none},
		{"markup behind comments", "script", "text/html", "<!-- x --> y\n<!-- z -->\n<HTML>", 200, nil, OpaqueResponseBlocking, OpaqueResponseBlocking},
		{"a comment without an end", "script", "text/html", "<!-- x", 200, nil, none, none},
		{"data beyond the sniffed", "script", asJS, strings.Repeat(" ", 1024) + data, 200, nil, none, none},

		{"sound", "audio", "audio/wav", wav, 200, nil, none, none},
		{"sound as text", "audio", "text/plain", wav, 200, nil, none, none},
		{"sound as HTML", "audio", "text/html", wav, 200, nil, none, none},
		{"sound as HTML, nosniff", "audio", "text/html", wav, 200, nosniff, OpaqueResponseBlocking, OpaqueResponseBlocking},
		{"sound as PDF", "audio", "application/pdf", wav, 200, nil, OpaqueResponseBlocking, OpaqueResponseBlocking},
		{"sound as text/vtt", "audio", "text/vtt", wav, 200, nil, OpaqueResponseBlocking, none},
		{"sound with an error", "audio", "audio/wav", wav, 404, nil, OpaqueResponseBlocking, WrongType},
		{"no sound", "audio", "audio/wav", "x", 200, nil, OpaqueResponseBlocking, WrongType},
		{"a picture in sound", "audio", "image/png", png, 200, nil, OpaqueResponseBlocking, WrongType},
		{"a part of sound", "audio", "audio/wav", wav, 206, []string{"Content-Range", "bytes 0-43/44"}, none, none},
		{"a later part of sound", "audio", "x/y", wav, 206, []string{"Content-Range", "bytes 1-44/45"}, OpaqueResponseBlocking, OpaqueResponseBlocking},
		{"a later part of sound that says so", "audio", "audio/wav", wav, 206, []string{"Content-Range", "bytes 1-44/45"}, OpaqueResponseBlocking, WrongType},
		{"sound in a script", "script", "x/y", wav, 200, nil, OpaqueResponseBlocking, none},
	} {
		t.Run(c.name, func(t *testing.T) {
			headers := slices.Clone(c.more)
			if c.kind != "" {
				headers = append(headers, "Content-Type", c.kind)
			}
			for _, view := range []struct {
				profile Profile
				want    Reason
			}{{nil, c.standard}, {ProfileFor("chromium"), c.chromiums}} {
				p := predictAs(t, view.profile, Request{Via: c.via, URL: api}, answers(c.status, c.body, headers...))
				if view.want == none {
					assert.Equal(t, Opaque, p.Read, "%v", p.Reason)
				} else {
					assert.Equal(t, view.want, p.Reason)
				}
			}
		})
	}
}

var nosniff = []string{"X-Content-Type-Options", "nosniff"}

// It is about what comes without CORS from elsewhere.
func TestORBLooksAtOpaqueResponsesOnly(t *testing.T) {
	chromium := ProfileFor("chromium")
	secret := answers(200, data, "Content-Type", "application/json", "Access-Control-Allow-Origin", "*")
	assert.Equal(t, Allowed, predict(t, Request{Via: "script", URL: own}, answers(200, data, "Content-Type", "application/json")).Read)
	assert.Equal(t, Allowed, predict(t, Request{Via: "script-cors", URL: api}, secret).Read)
	assert.Equal(t, OpaqueResponseBlocking, predict(t, Request{Via: "fetch", Mode: "no-cors", URL: api}, secret).Reason)
	assert.Equal(t, Opaque, predictAs(t, chromium, Request{Via: "fetch", Mode: "no-cors", URL: api}, secret).Read)
	assert.Equal(t, OpaqueResponseBlocking, predictAs(t, chromium, Request{Via: "img", URL: api}, answers(404, "<p>", "Content-Type", "text/html")).Reason)

	back := func(w WireRequest) Reply {
		if w.URL == own {
			return redirect(302, "https://api.other.test/y")
		}
		if strings.HasSuffix(w.URL, "/y") {
			return redirect(302, app+"/end")
		}
		return Reply{Status: 200, Headers: h("Content-Type", "application/pdf"), Body: []byte(png)}
	}
	assert.Equal(t, OpaqueResponseBlocking, predict(t, Request{Via: "img", URL: own}, back).Reason, "its own again is opaque")
	assert.Equal(t, Opaque, predictAs(t, chromium, Request{Via: "img", URL: own}, back).Read)

	for value, blocked := range map[string]bool{"nosniff": true, "NoSniff": true, "nosniff, x": true, "x, nosniff": false} {
		reply := answers(200, png, "Content-Type", "text/html", "X-Content-Type-Options", value)
		assert.Equal(t, blocked, predict(t, Request{Via: "img", URL: api}, reply).Read == Blocked, value)
		assert.Equal(t, blocked, predictAs(t, chromium, Request{Via: "img", URL: api}, reply).Read == Blocked, value)
	}
	assert.True(t, slices.IsSorted(neverSniffed))
}
