package bidi

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/harness/browser/browsertest"
	"github.com/corsproof/corsproof/oracle"
)

const missing = "CORS header ‘Access-Control-Allow-Origin’ missing"

// failureTests are the ways to fail that Firefox has words for.
var failureTests = []struct {
	name  string
	via   oracle.Via
	to    string
	query string
	with  func(*browser.Probe)

	native string
	param  string
	reason oracle.Reason
	either bool
}{
	{"no header", "fetch", api, "", nil, missing, "", oracle.MissingAllowOrigin, true},
	{"xhr", "xhr", api, "", nil, missing, "", oracle.MissingAllowOrigin, true},
	{"module", "module", api, "", nil, missing, "", oracle.MissingAllowOrigin, true},
	{"import", "dynamic-import", api, "", nil, missing, "", oracle.MissingAllowOrigin, true},
	{"script", "script-cors", api, "", nil, missing, "", oracle.MissingAllowOrigin, true},
	{"image", "img-cors", api, "", nil, missing, "", oracle.MissingAllowOrigin, true},
	{"font face", "font-face", api, "", nil, missing, "", oracle.MissingAllowOrigin, true},
	{"style", "style-cors", api, "", nil, missing, "", oracle.MissingAllowOrigin, true},
	{"module worker", "worker-import", api, "", nil, missing, "", oracle.MissingAllowOrigin, true},
	{"worklet", "audioworklet", api, "", nil, missing, "", oracle.MissingAllowOrigin, true},
	{"opaque frame", "fetch", api, "", in("opaque-sandbox"), missing, "", oracle.MissingAllowOrigin, true},
	{"opaque data", "fetch", api, "", in("opaque-data"), missing, "", oracle.MissingAllowOrigin, true},
	{"two values", "fetch", api, "allow=*,*", nil, "CORS header ‘Access-Control-Allow-Origin’ does not match ‘*,*’", "*,*", oracle.MultipleAllowOrigin, true},
	{"no origin", "fetch", api, "allow=bogus", nil, "CORS header ‘Access-Control-Allow-Origin’ does not match ‘bogus’", "bogus", oracle.InvalidAllowOrigin, true},
	{"another origin", "fetch", api, "allow=https://evil.test", nil, "CORS header ‘Access-Control-Allow-Origin’ does not match ‘https://evil.test’", "https://evil.test", oracle.AllowOriginMismatch, true},
	{"wildcard", "fetch", api, "allow=*", include, "Credential is not supported if the CORS header ‘Access-Control-Allow-Origin’ is ‘*’", "", oracle.WildcardWithCredentials, true},
	{"credentials", "fetch", api, "allow=https://app.site.test&credentials=TRUE", include, "expected ‘true’ in CORS header ‘Access-Control-Allow-Credentials’", "", oracle.InvalidAllowCredentials, true},
	{"preflight: no header", "fetch", api, "", put, missing, "", oracle.MissingAllowOrigin, true},
	{"preflight: status", "fetch", api, "allow=*&preflight=404", put, "CORS preflight response did not succeed", "", oracle.PreflightInvalidStatus, false},
	{"preflight: redirect", "fetch", api, "allow=*&preflight=302&location=/", put, "CORS request external redirect not allowed", "", oracle.PreflightRedirect, false},
	{"method", "fetch", api, "allow=*", put, "Did not find method in CORS header ‘Access-Control-Allow-Methods’", "", oracle.MethodNotAllowed, false},
	{"header", "fetch", api, "allow=*", header, "header ‘x-a’ is not allowed according to header ‘Access-Control-Allow-Headers’ from CORS preflight response", "x-a", oracle.HeaderNotAllowed, false},
	{"methods that do not parse", "fetch", api, "allow=*&methods=@@", put, "invalid token ‘@@’ in CORS header ‘Access-Control-Allow-Methods’", "@@", oracle.InvalidAllowMethods, false},
	{"headers that do not parse", "fetch", api, "allow=*&headers=@@", header, "invalid token ‘@@’ in CORS header ‘Access-Control-Allow-Headers’", "@@", oracle.InvalidAllowHeaders, false},
	{"redirect with userinfo", "fetch", api, "allow=*&status=302&location=https://u:p@api.other.test/", nil, "CORS request did not succeed", "", "", false},
	{"mode same-origin", "fetch", api, "allow=*", func(p *browser.Probe) { p.Mode = "same-origin" }, "same-origin", "", oracle.ModeSameOrigin, false},
	{"scheme", "fetch", "ftp://api.other.test", "", nil, "CORS request not http", "", oracle.SchemeNotHTTP, false},
	{"mixed fetch", "fetch", "http://api.other.test", "", nil, "mixed-content", "", oracle.MixedContent, false},
	{"mixed script", "script", "http://api.other.test", "", nil, "mixed-content", "", oracle.MixedContent, false},
	{"mixed frame", "iframe", "http://api.other.test", "", nil, "mixed-content", "", oracle.MixedContent, false},
	{"CORP", "img", api, "corp=same-origin", nil, "corp", "", oracle.CrossOriginResourcePolicy, false},
	{"type of a module", "module", api, "allow=*&type=text/plain", nil, "mime-type", "", oracle.WrongType, false},
	{"type of a style sheet", "style-cors", api, "allow=*&type=text/plain", nil, "mime-type", "", oracle.WrongType, false},
	{"reset", "fetch", api, "abort=before-headers", nil, "CORS request did not succeed", "", "", false},
}

func TestFailures(t *testing.T) {
	w := newWorld(t)
	var heard browsertest.Heard
	o := w.Options(binary(t))
	o.OnFailure = heard.Hear
	page := open(t, start(t, o), pageURL)
	probes := make([]browser.Probe, len(failureTests))
	for i, test := range failureTests {
		probes[i] = w.Probe(test.via, test.to, test.query)
		if test.with != nil {
			test.with(&probes[i])
		}
	}
	outcomes := run(t, page, probes...)
	for i, test := range failureTests {
		assert.Equal(t, oracle.Blocked, outcomes[probes[i].ID].Read, test.name)
		say := heard.Because
		if test.reason == "" {
			say = heard.Of
		}
		f := say(t, probes[i].URL, 10*time.Second)
		assert.Equal(t, test.native, f.Native, test.name)
		assert.Equal(t, test.param, f.Param, test.name)
		assert.Equal(t, test.reason, f.Reason, test.name)
		assert.Equal(t, test.either, f.OrPreflight, test.name)
		assert.NotEmpty(t, f.Raw, test.name)
	}
}

// in makes a probe run in a place of the page.
func in(kind string) func(*browser.Probe) {
	return func(p *browser.Probe) { p.Frames = []browser.Frame{{Kind: kind}} }
}

func include(p *browser.Probe) { p.Credentials = "include" }
func put(p *browser.Probe)     { p.Method = "PUT" }
func header(p *browser.Probe)  { p.Headers = [][2]string{{"x-a", "1"}} }

// What loads is no failure.
func TestNoFailure(t *testing.T) {
	w := newWorld(t)
	var heard browsertest.Heard
	o := w.Options(binary(t))
	o.OnFailure = heard.Hear
	page := open(t, start(t, o), pageURL)
	last := w.Probe("fetch", api, "")
	run(t, page, w.Probe("fetch", api, "allow=*&status=404"), w.Probe("script", api, ""), w.Probe("img", "http://api.other.test", ""))
	run(t, page, last)
	heard.Of(t, last.URL, 10*time.Second)
	assert.Len(t, heard.All(), 1)
}

// Each word is read from a sentence of its own, whatever the address.
func TestReadText(t *testing.T) {
	const blocked = "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at "
	for _, test := range []struct {
		text string
		want browser.Failure
		none bool
	}{
		{text: blocked + "https://a.test/~t/. (Reason: Mercury is in retrograde). Status code: 200.",
			want: browser.Failure{URL: "https://a.test/~t/", Native: "Mercury is in retrograde"}},
		{text: blocked + "https://a.test/~t/x?(y). (Reason: Multiple CORS header ‘Access-Control-Allow-Origin’ not allowed).",
			want: browser.Failure{URL: "https://a.test/~t/x?(y)", Native: "Multiple CORS header ‘Access-Control-Allow-Origin’ not allowed", Reason: oracle.MultipleAllowOrigin, OrPreflight: true}},
		{text: blocked + "https://a.test/~t/. (Reason: CORS preflight response did not succeed). Status code: 302.",
			want: browser.Failure{URL: "https://a.test/~t/", Native: "CORS preflight response did not succeed", Reason: oracle.PreflightInvalidStatus}},
		{text: "Content-Security-Policy: The page’s settings blocked the loading of a resource (connect-src) at https://a.test/~t/ because it violates the following directive: “connect-src 'self'”",
			want: browser.Failure{URL: "https://a.test/~t/", Native: "csp", Reason: oracle.ContentSecurityPolicy}},
		{text: "The loading of “https://a.test/~t/” in a frame is denied by “X-Frame-Options“ directive set to “DENY“.",
			want: browser.Failure{URL: "https://a.test/~t/", Native: "x-frame-options", Reason: oracle.FrameOptions, ErrorPage: true}},
		{text: "Loading Worker from “https://a.test/~t/” was blocked because of a disallowed MIME type (“text/plain”).",
			want: browser.Failure{URL: "https://a.test/~t/", Native: "mime-type", Reason: oracle.WrongType}},
		{text: "Error: Blocked", none: true},
		{text: blocked, none: true},
		{text: "", none: true},
	} {
		f, ok := readText(test.text)
		assert.Equal(t, !test.none, ok, test.text)
		if ok {
			assert.Equal(t, test.want, f, test.text)
		}
	}
	_, ok := hearLog(json.RawMessage(`{"level": "info", "text": "` + strings.TrimSpace(blocked) + ` https://a.test/. (Reason: x)."}`))
	assert.False(t, ok, "what is only told")
	_, ok = hearLog(json.RawMessage(`[]`))
	assert.False(t, ok)
}
