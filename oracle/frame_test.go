package oracle

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestFrameAncestors(t *testing.T) {
	for policy, want := range map[string]Reason{
		"":                                                              "",
		"default-src 'none'":                                            "",
		"frame-ancestors 'none'":                                        ContentSecurityPolicy,
		"frame-ancestors":                                               ContentSecurityPolicy,
		"frame-ancestors 'self'":                                        ContentSecurityPolicy,
		"frame-ancestors *":                                             "",
		"Frame-Ancestors https:":                                        "",
		"frame-ancestors http:":                                         "",
		"frame-ancestors https://app.site.test":                         "",
		"frame-ancestors http://app.site.test":                          "",
		"frame-ancestors app.site.test":                                 "",
		"frame-ancestors app.site.test/":                                "",
		"frame-ancestors app.site.test/x/":                              ContentSecurityPolicy,
		"frame-ancestors *.site.test":                                   "",
		"frame-ancestors *.app.site.test":                               ContentSecurityPolicy,
		"frame-ancestors https://*":                                     "",
		"frame-ancestors app.site.test:*":                               "",
		"frame-ancestors app.site.test:443":                             "",
		"frame-ancestors app.site.test:8443":                            ContentSecurityPolicy,
		"frame-ancestors https://evil.test; frame-ancestors *":          ContentSecurityPolicy,
		"frame-ancestors *, default-src 'none', frame-ancestors 'none'": ContentSecurityPolicy,
		"default-src 'none'; frame-ancestors https://x.test https://app.site.test": "",
	} {
		p := predict(t, Request{Via: "iframe", URL: api}, answers(200, "x", "Content-Security-Policy", policy))
		assert.Equal(t, want, p.Reason, policy)
	}
	self := answers(200, "x", "Content-Security-Policy", "frame-ancestors 'self'", "X-Frame-Options", "DENY")
	assert.Equal(t, Allowed, predict(t, Request{Via: "iframe", URL: own}, self).Read, "frame-ancestors stands in for X-Frame-Options")
	sandbox := Client{Page: origin(t, app), Opaque: true}
	star := answers(200, "x", "Content-Security-Policy", "frame-ancestors *")
	assert.Equal(t, ContentSecurityPolicy, predict(t, Request{Via: "iframe", Client: sandbox, URL: api}, star).Reason)
}

func TestDownloads(t *testing.T) {
	for _, c := range []struct {
		name, value string
		want        Reason
	}{
		{"Content-Disposition", "attachment", WrongType},
		{"Content-Disposition", `attachment; filename="x"`, WrongType},
		{"Content-Disposition", "junk", WrongType},
		{"Content-Disposition", "Inline", ""},
		{"Content-Disposition", "", ""},
		{"Content-Disposition", "filename=x", ""},
		{"Content-Type", "application/octet-stream", WrongType},
		{"Content-Type", "x/y", WrongType},
		{"Content-Type", "application/json", ""},
		{"Content-Type", "application/xhtml+xml", ""},
		{"Content-Type", "text/plain", ""},
		{"Content-Type", "application/pdf", ""},
	} {
		p := predict(t, Request{Via: "iframe", URL: api}, answers(200, "x", c.name, c.value))
		assert.Equal(t, c.want, p.Reason, "%s: %s", c.name, c.value)
	}
	notModified := answers(304, "")
	assert.Equal(t, Opaque, predict(t, Request{Via: "iframe", URL: api}, notModified).Read)
	assert.Equal(t, Blocked, predictAs(t, ProfileFor("chromium"), Request{Via: "iframe", URL: api}, notModified).Read)
}

func TestFrameOptions(t *testing.T) {
	trimmed, split := Profile{FrameOptionsTrimmed: true}, Profile{FrameOptionsSplitInQuotes: true}
	for _, c := range []struct {
		p     Profile
		value string
		read  Read
	}{
		{nil, "\tDENY ", Blocked},
		{nil, "DENY\f", Allowed},
		{trimmed, "DENY\f", Blocked},
		{trimmed, "\vDENY", Blocked},
		{trimmed, "\x1cDENY", Allowed},
		{nil, "SAMEORIGIN,SAMEORIGIN\v", Blocked},
		{trimmed, "SAMEORIGIN,SAMEORIGIN\v", Allowed},
		{nil, `"a,DENY,b"`, Allowed},
		{trimmed, `"a,DENY,b"`, Allowed},
		{split, `"a,DENY,b"`, Blocked},
		{split, `"a, tea ,b"`, Allowed},
		{split, "", Allowed},
	} {
		p := predictAs(t, c.p, Request{Via: "iframe", URL: own}, answers(200, "x", "X-Frame-Options", c.value))
		assert.Equal(t, c.read, p.Read, "%q %v", c.value, c.p)
	}
}

// The document of a blob has the origin of whoever made it, and so do the pixels
// of a data: URL.
func TestWhoseDocument(t *testing.T) {
	page := origin(t, app)
	html := answers(200, "<p>", "Content-Type", "text/html")
	const picture = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGD4DwABBAEAX+XDSwAAAABJRU5ErkJggg=="
	for name, c := range map[string]struct {
		client Client
		via    Via
		url    string
		read   Read
	}{
		"page":           {Client{Page: page}, "iframe", "blob:https://app.site.test/1", Allowed},
		"data frame":     {Client{Page: page, Opaque: true, DataURL: true}, "iframe", "blob:null/1", Allowed},
		"in a sandbox":   {Client{Page: page, Opaque: true, DataURL: true, Sandbox: []string{"allow-scripts"}}, "iframe", "blob:null/1", Opaque},
		"in no sandbox":  {Client{Page: page, Opaque: true, DataURL: true, Sandbox: []string{"allow-scripts", "allow-same-origin"}}, "iframe", "blob:null/1", Allowed},
		"under a policy": {Client{Page: page, Opaque: true, DataURL: true, Headers: h("Content-Security-Policy", "sandbox allow-scripts")}, "iframe", "blob:null/1", Opaque},
		"sandbox":        {Client{Page: page, Opaque: true}, "iframe", "blob:null/1", Opaque},
		"picture":        {Client{Page: page}, "object", picture, Allowed},
		"for anybody":    {Client{Page: page, Opaque: true}, "embed", picture, Allowed},
		"framed picture": {Client{Page: page}, "iframe", picture, Opaque},
		"drawing":        {Client{Page: page}, "object", "data:image/svg+xml,<svg/>", Opaque},
		"text":           {Client{Page: page}, "object", "data:text/html,<p>", Opaque},
	} {
		assert.Equal(t, c.read, predict(t, Request{Via: c.via, URL: c.url, Client: c.client}, html).Read, name)
	}
	assert.Equal(t, Allowed, predictAs(t, ProfileFor("chromium"), Request{Via: "object", URL: picture}, html).Read)
	assert.Equal(t, Blocked, predictAs(t, ProfileFor("chromium"), Request{Via: "object", URL: "data:IMAGE/PNG;a=b,tea"}, html).Read)
	assert.Equal(t, Allowed, predict(t, Request{Via: "object", URL: "data:IMAGE/PNG;a=b,tea"}, html).Read)
}
