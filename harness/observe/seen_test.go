package observe_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/harness/observe"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/servers"
)

const address = "https://api.other.test/~tok/a;~1?b=c#d"

var api = oracle.Origin{Scheme: "https", Host: "api.other.test", Port: 443}

func TestPrediction(t *testing.T) {
	prediction := oracle.Prediction{
		Read: oracle.Allowed, Type: "cors", Status: 200, URL: address, Body: []byte{'a', 0xe9},
		Wire: []oracle.WireRequest{{Method: "PUT", URL: address, Origin: "null", Cookie: "a=1", Body: []byte{0xff}}},
	}
	for name, c := range map[string]struct {
		request oracle.Request
		details bool
		body    *string
		muted   *bool
	}{
		"fetch":                  {oracle.Request{Via: "fetch"}, true, new("aé"), nil},
		"xhr decodes":            {oracle.Request{Via: "xhr"}, true, nil, nil},
		"xhr gives a value":      {oracle.Request{Via: "xhr", ResponseType: "json"}, true, nil, nil},
		"an image has no status": {oracle.Request{Via: "img-cors"}, false, new("aé"), nil},
		"a script mutes":         {oracle.Request{Via: "script"}, false, new("aé"), new(false)},
	} {
		seen := observe.Prediction(prediction, c.request)
		assert.True(t, seen.Predicted, name)
		assert.Equal(t, c.details, seen.Details, name)
		assert.Equal(t, c.body, seen.Body, name)
		assert.Equal(t, c.muted, seen.Muted, name)
		assert.Equal(t, "https://api.other.test/a?b=c#d", seen.URL, name)
		assert.Equal(t, []observe.Request{{
			At: "https://api.other.test", Hop: 1, Path: "/a?b=c", Method: "PUT", Origin: "null", Cookie: "a=1", Body: "ÿ",
		}}, seen.Wire, name)
	}

	prediction.Read, prediction.Type, prediction.Error = oracle.Blocked, "", "TypeError"
	seen := observe.Prediction(prediction, oracle.Request{Via: "script"})
	assert.Equal(t, "error", seen.Type, "a block is a network error")
	assert.Equal(t, "TypeError", seen.Error)
	assert.Nil(t, seen.Muted, "what does not run mutes nothing")
}

// Which of a header and its absence a browser means, the servers tell; and names
// of headers may stand as the browser wrote them.
func TestWhatTheServersTell(t *testing.T) {
	failure := &browser.Failure{Native: "corp", Reason: oracle.CrossOriginResourcePolicy, OrNone: true}
	blocked := browser.Outcome{Read: oracle.Blocked}
	says := servers.Entry{At: api, Method: "GET", Reply: oracle.Reply{Headers: oracle.Headers{{Name: "cross-origin-resource-policy", Value: "same-origin"}}}}
	silent := servers.Entry{At: api, Method: "GET"}
	isolated := oracle.Client{Headers: oracle.Headers{{Name: "Cross-Origin-Embedder-Policy", Value: "require-corp"}}}
	reason := func(f *browser.Failure, wire ...servers.Entry) oracle.Reason {
		return observe.Browser(blocked, f, wire, oracle.Request{Via: "img", Client: isolated}).Reason
	}
	assert.Equal(t, oracle.CrossOriginResourcePolicy, reason(failure, silent, says))
	assert.Equal(t, oracle.CrossOriginEmbedderPolicy, reason(failure, says, silent))
	assert.Equal(t, oracle.CrossOriginResourcePolicy, reason(failure))
	assert.Equal(t, oracle.CrossOriginResourcePolicy, observe.Browser(blocked, failure, []servers.Entry{silent}, oracle.Request{Via: "img"}).Reason)
	failure.OrNone = false
	assert.Equal(t, oracle.CrossOriginResourcePolicy, reason(failure, silent))

	failure = &browser.Failure{Native: "words", Reason: oracle.PreflightInvalidStatus}
	refused := servers.Entry{At: api, Method: "GET", Reply: oracle.Reply{Status: 302}}
	assert.Equal(t, oracle.PreflightInvalidStatus, reason(failure, refused))
	refused.Reply.Headers = oracle.Headers{{Name: "Location", Value: "/"}}
	assert.Equal(t, oracle.PreflightRedirect, reason(failure, refused))
	refused.Reply.Status = 404
	assert.Equal(t, oracle.PreflightInvalidStatus, reason(failure, refused))

	p := oracle.Prediction{Read: oracle.Allowed, Headers: oracle.Headers{{Name: "content-type", Value: "a/b"}, {Name: "content-range", Value: "1"}}}
	assert.Equal(t, []string{"content-range", "content-type"}, observe.Prediction(p, oracle.Request{Via: "xhr"}).Listed)
	p.Listed = []string{"Content-Type", "Content-Range"}
	assert.Equal(t, []string{"Content-Type", "Content-Range"}, observe.Prediction(p, oracle.Request{Via: "xhr"}).Listed)
}

func TestBrowser(t *testing.T) {
	failure := &browser.Failure{Native: "MissingAllowOriginHeader", Reason: oracle.MissingAllowOrigin}
	outcome := browser.Outcome{
		Read: oracle.Allowed, Type: "cors", Status: 200, URL: address, Redirected: true, Body: new("x"),
		Headers: [][2]string{{"X-B", "1"}, {"x-a", "2"}, {"X-B", "3"}},
	}
	seen := observe.Browser(outcome, failure, nil, oracle.Request{Via: "fetch"})
	assert.Equal(t, observe.Seen{
		Read: oracle.Allowed, Type: "cors", Status: 200, URL: "https://api.other.test/a?b=c#d", Redirected: true, Body: new("x"),
		Headers: oracle.Headers{{Name: "x-a", Value: "2"}, {Name: "x-b", Value: "1"}, {Name: "x-b", Value: "3"}}, Listed: []string{"X-B", "x-a", "X-B"}, Details: true,
	}, seen, "what was read did not fail, whatever is said")
	assert.Nil(t, observe.Browser(outcome, nil, nil, oracle.Request{Via: "xhr", ResponseType: "document"}).Body, "a value is no body")

	seen = observe.Browser(browser.Outcome{Read: oracle.Blocked, Events: []string{"loadstart", "error"}}, failure, nil, oracle.Request{Via: "xhr"})
	assert.Equal(t, observe.Seen{
		Read: oracle.Blocked, Reason: oracle.MissingAllowOrigin, Native: "MissingAllowOriginHeader", Type: "error", Error: "loadstart, error",
	}, seen)
	assert.Empty(t, observe.Browser(browser.Outcome{Read: oracle.Blocked}, nil, nil, oracle.Request{Via: "img"}).Type, "an image has no response.type")
	assert.Empty(t, observe.Browser(browser.Outcome{}, nil, nil, oracle.Request{Via: "fetch"}).Read, "no outcome is none")
}

func TestAScriptThatThrowsNothing(t *testing.T) {
	page := oracle.Origin{Scheme: "https", Host: "app.site.test", Port: 443}
	elsewhere := oracle.Origin{Scheme: "https", Host: "api.other.test", Port: 443}
	script := func(mode string, muted *bool, at ...oracle.Origin) oracle.Read {
		var wire []servers.Entry
		for _, origin := range at {
			wire = append(wire, servers.Entry{At: origin, Method: "GET"})
		}
		r := oracle.Request{Via: "script", Mode: mode, Client: oracle.Client{Page: page}}
		return observe.Browser(browser.Outcome{Read: oracle.Allowed, Muted: muted}, nil, wire, r).Read
	}
	assert.Equal(t, oracle.Allowed, script("", nil, page))
	assert.Equal(t, oracle.Opaque, script("", nil, page, elsewhere), "its requests tell that it came from elsewhere")
	assert.Equal(t, oracle.Allowed, script("", new(false), page, elsewhere), "its errors tell more")
	assert.Equal(t, oracle.Allowed, script("cors", nil, page, elsewhere))
}

func TestTheWireOfABrowser(t *testing.T) {
	entries := []servers.Entry{
		{
			At: api, Method: "OPTIONS", Path: "/a", Preflight: true,
			Headers: oracle.Headers{{Name: "origin", Value: "null"}, {Name: "Access-Control-Request-Method", Value: "PUT"}, {Name: "access-control-request-headers", Value: "x-a"}},
		},
		{At: api, Method: "PUT", Path: "/a", Headers: oracle.Headers{{Name: "Cookie", Value: "a=1"}, {Name: "cookie", Value: "b=2"}}, Body: []byte{0xe9}},
		{At: api, Method: "PUT", Path: "/a", Retry: true},
	}
	assert.Equal(t, []observe.Request{
		{At: "https://api.other.test", Method: "OPTIONS", Path: "/a", Preflight: true, Origin: "null", RequestMethod: "PUT", RequestHeaders: "x-a", Headers: entries[0].Headers},
		{At: "https://api.other.test", Method: "PUT", Path: "/a", Cookie: "a=1, b=2", Headers: entries[1].Headers, Body: "é"},
	}, observe.Browser(browser.Outcome{}, nil, entries, oracle.Request{Via: "fetch"}).Wire, "a second try is the browser's own")

	// A browser has one word for a scheme that it does not fetch.
	scheme := &browser.Failure{Native: "CorsDisabledScheme", Reason: oracle.SchemeNotHTTP}
	blocked := browser.Outcome{Read: oracle.Blocked}
	assert.Equal(t, oracle.SchemeNotHTTP, observe.Browser(blocked, scheme, nil, oracle.Request{Via: "fetch"}).Reason)
	assert.Equal(t, oracle.RedirectScheme, observe.Browser(blocked, scheme, entries, oracle.Request{Via: "fetch"}).Reason)
}

func TestXHRText(t *testing.T) {
	for _, c := range []struct {
		contentType, responseType, body string
		predicted                       bool
	}{
		{"", "", "caf\xc3\xa9", true},
		{"", "text", "caf\xe9", false},
		{"", "arraybuffer", "caf\xe9", true},
		{"text/plain;charset=utf8", "", "caf\xc3\xa9", true},
		{"text/plain;charset=latin1", "", "cafe", true},
		{"text/plain;charset=latin1", "", "caf\xc3\xa9", false},
		{"text/plain;charset=UTF-16LE", "", "cafe", false},
		{"text/plain;charset=iso-2022-jp", "", "\x1b$B", false},
		{"text/xml", "", "<a>\xc3\xa9</a>", false},
		{"text/xml", "", "<a/>", true},
		{"", "", "\xef\xbb\xbfcafe", false},
		{"", "", "\xff\xfea\x00", false},
	} {
		p := oracle.Prediction{Read: oracle.Allowed, Body: []byte(c.body), Headers: oracle.Headers{{Name: "content-type", Value: c.contentType}}}
		seen := observe.Prediction(p, oracle.Request{Via: "xhr", ResponseType: c.responseType})
		assert.Equal(t, c.predicted, seen.Body != nil, c)
	}
}

func TestListed(t *testing.T) {
	p := oracle.Prediction{Read: oracle.Allowed, Headers: oracle.Headers{{Name: "X_A"}, {Name: "xb"}, {Name: "x-a"}}}
	assert.Equal(t, []string{"x-a", "x_a", "xb"}, observe.Prediction(p, oracle.Request{Via: "fetch"}).Listed)
	assert.Equal(t, []string{"x-a", "xb", "x_a"}, observe.Prediction(p, oracle.Request{Via: "xhr"}).Listed)
	assert.Empty(t, observe.Prediction(p, oracle.Request{Via: "img"}).Listed)
}

func TestHeader(t *testing.T) {
	r := observe.Request{Headers: oracle.Headers{{Name: "X-A", Value: "1"}, {Name: "x-b"}, {Name: "x-a", Value: "2"}}}
	for name, want := range map[string]string{"x-A": "1, 2", "X-B": ""} {
		value, found := r.Header(name)
		assert.True(t, found, name)
		assert.Equal(t, want, value, name)
	}
	_, found := r.Header("x-c")
	assert.False(t, found)
}
