package cdp

import (
	"testing"
	"time"

	cdplog "github.com/chromedp/cdproto/log"
	"github.com/stretchr/testify/assert"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/harness/browser/browsertest"
	"github.com/corsproof/corsproof/oracle"
)

// failureTests are the ways to fail that a browser can be brought to here.
var failureTests = []struct {
	name  string
	via   oracle.Via
	to    string
	query string
	with  func(*browser.Probe)

	native string
	param  string
	reason oracle.Reason
}{
	{"no header", "fetch", api, "", nil, "MissingAllowOriginHeader", "", oracle.MissingAllowOrigin},
	{"xhr", "xhr", api, "", nil, "MissingAllowOriginHeader", "", oracle.MissingAllowOrigin},
	{"module", "module", api, "", nil, "MissingAllowOriginHeader", "", oracle.MissingAllowOrigin},
	{"import", "dynamic-import", api, "", nil, "MissingAllowOriginHeader", "", oracle.MissingAllowOrigin},
	{"script", "script-cors", api, "", nil, "MissingAllowOriginHeader", "", oracle.MissingAllowOrigin},
	{"image", "img-cors", api, "", nil, "MissingAllowOriginHeader", "", oracle.MissingAllowOrigin},
	{"font", "font", api, "", nil, "MissingAllowOriginHeader", "", oracle.MissingAllowOrigin},
	{"font face", "font-face", api, "", nil, "MissingAllowOriginHeader", "", oracle.MissingAllowOrigin},
	{"style", "style-cors", api, "", nil, "MissingAllowOriginHeader", "", oracle.MissingAllowOrigin},
	{"two values", "fetch", api, "allow=*,*", nil, "MultipleAllowOriginValues", "*,*", oracle.MultipleAllowOrigin},
	{"no origin", "fetch", api, "allow=bogus", nil, "InvalidAllowOriginValue", "bogus", oracle.InvalidAllowOrigin},
	{"another origin", "fetch", api, "allow=https://evil.test", nil, "AllowOriginMismatch", "https://evil.test", oracle.AllowOriginMismatch},
	{"wildcard", "fetch", api, "allow=*", include, "WildcardOriginNotAllowed", "", oracle.WildcardWithCredentials},
	{"credentials", "fetch", api, "allow=https://app.site.test&credentials=TRUE", include, "InvalidAllowCredentials", "TRUE", oracle.InvalidAllowCredentials},
	{"preflight: no header", "fetch", api, "", put, "PreflightMissingAllowOriginHeader", "", oracle.PreflightMissingAllowOrigin},
	{"preflight: two values", "fetch", api, "allow=a,b", put, "PreflightMultipleAllowOriginValues", "a,b", oracle.PreflightMultipleAllowOrigin},
	{"preflight: no origin", "fetch", api, "allow=bogus", put, "PreflightInvalidAllowOriginValue", "bogus", oracle.PreflightInvalidAllowOrigin},
	{"preflight: another origin", "fetch", api, "allow=https://evil.test", put, "PreflightAllowOriginMismatch", "https://evil.test", oracle.PreflightAllowOriginMismatch},
	{"preflight: wildcard", "fetch", api, "allow=*", putInclude, "PreflightWildcardOriginNotAllowed", "", oracle.PreflightWildcardWithCredentials},
	{"preflight: credentials", "fetch", api, "allow=https://app.site.test", putInclude, "PreflightInvalidAllowCredentials", "", oracle.PreflightInvalidAllowCredentials},
	{"preflight: status", "fetch", api, "allow=*&preflight=404", put, "PreflightInvalidStatus", "", oracle.PreflightInvalidStatus},
	{"preflight: redirect", "fetch", api, "allow=*&preflight=302&location=/", put, "PreflightDisallowedRedirect", "", oracle.PreflightRedirect},
	{"method", "fetch", api, "allow=*", put, "MethodDisallowedByPreflightResponse", "PUT", oracle.MethodNotAllowed},
	{"header", "fetch", api, "allow=*", header, "HeaderDisallowedByPreflightResponse", "x-a", oracle.HeaderNotAllowed},
	{"methods that do not parse", "fetch", api, "allow=*&methods=@@", put, "InvalidAllowMethodsPreflightResponse", "", oracle.InvalidAllowMethods},
	{"headers that do not parse", "fetch", api, "allow=*&headers=@@", header, "InvalidAllowHeadersPreflightResponse", "", oracle.InvalidAllowHeaders},
	{"redirect, then no header", "fetch", api, "allow=*&status=302&location=https://app.site.test/~x/y?allow=no", nil, "InvalidAllowOriginValue", "no", oracle.InvalidAllowOrigin},
	{"redirect with userinfo", "fetch", api, "allow=*&status=302&location=https://u:p@api.other.test/", nil, "RedirectContainsCredentials", "", oracle.RedirectUserinfo},
	{"redirect to another scheme", "fetch", api, "allow=*&status=302&location=ftp://api.other.test/", nil, "CorsDisabledScheme", "", oracle.SchemeNotHTTP},
	{"redirect to nowhere", "fetch", api, "allow=*&status=302&location=https://[/", nil, "net::ERR_INVALID_REDIRECT", "", oracle.RedirectLocation},
	{"mode same-origin", "fetch", api, "allow=*", func(p *browser.Probe) { p.Mode = "same-origin" }, "DisallowedByMode", "", oracle.ModeSameOrigin},
	{"mode no-cors", "fetch", api, "", func(p *browser.Probe) { p.Mode, p.Redirect = "no-cors", "error" }, "NoCorsRedirectModeNotFollow", "", oracle.RedirectModeNoCORS},
	{"scheme", "fetch", "ftp://api.other.test", "", nil, "CorsDisabledScheme", "ftp", oracle.SchemeNotHTTP},
	{"mixed fetch", "fetch", "http://api.other.test", "", nil, "mixed-content", "", oracle.MixedContent},
	{"mixed script", "script", "http://api.other.test", "", nil, "mixed-content", "", oracle.MixedContent},
	{"mixed frame", "iframe", "http://api.other.test", "", nil, "mixed-content", "", oracle.MixedContent},
	{"CORP", "img", api, "corp=same-origin", nil, "net::ERR_BLOCKED_BY_RESPONSE.NotSameOrigin", "", oracle.CrossOriginResourcePolicy},
	{"type", "module", api, "allow=*&type=text/plain", nil, "mime-type", "", oracle.WrongType},
	{"reset", "fetch", api, "abort=before-headers", nil, "net::ERR_EMPTY_RESPONSE", "", oracle.NetworkError},
	{"no such host", "fetch", "https://nowhere.test", "", nil, "net::ERR_NAME_NOT_RESOLVED", "", oracle.NetworkError},
	{"opaque frame", "fetch", api, "", func(p *browser.Probe) { p.Frames = []browser.Frame{{Kind: "opaque-sandbox"}} }, "MissingAllowOriginHeader", "", oracle.MissingAllowOrigin},
	{"opaque srcdoc", "fetch", api, "", func(p *browser.Probe) { p.Frames = []browser.Frame{{Kind: "opaque-srcdoc"}} }, "MissingAllowOriginHeader", "", oracle.MissingAllowOrigin},
	{"opaque data", "fetch", api, "", func(p *browser.Probe) { p.Frames = []browser.Frame{{Kind: "opaque-data"}} }, "MissingAllowOriginHeader", "", oracle.MissingAllowOrigin},
	{"worker", "fetch", api, "", in("worker"), "MissingAllowOriginHeader", "", oracle.MissingAllowOrigin},
	{"blob worker", "xhr", api, "allow=*", func(p *browser.Probe) { in("blob-worker")(p); put(p) }, "MethodDisallowedByPreflightResponse", "PUT", oracle.MethodNotAllowed},
	{"data worker", "dynamic-import", api, "", in("opaque-data-worker"), "MissingAllowOriginHeader", "", oracle.MissingAllowOrigin},
	{"shared worker", "fetch", api, "", in("shared-worker"), "MissingAllowOriginHeader", "", oracle.MissingAllowOrigin},
	{"shared data worker", "xhr", api, "", in("opaque-data-shared-worker"), "MissingAllowOriginHeader", "", oracle.MissingAllowOrigin},
	{"worker of a frame", "fetch", api, "", in("opaque-sandbox", "worker"), "MissingAllowOriginHeader", "", oracle.MissingAllowOrigin},
	{"mixed worker", "fetch", "http://api.other.test", "", in("worker"), "mixed-content", "", oracle.MixedContent},
	{"module worker", "worker-import", api, "", nil, "MissingAllowOriginHeader", "", oracle.MissingAllowOrigin},
	{"worklet", "audioworklet", api, "", nil, "MissingAllowOriginHeader", "", oracle.MissingAllowOrigin},
}

func TestFailures(t *testing.T) {
	eachBrowser(t, func(t *testing.T, binary string) {
		w := newWorld(t)
		var heard browsertest.Heard
		o := w.Options(binary)
		o.OnFailure = heard.Hear
		page := open(t, start(t, o), pageURL)
		probes := failing(w)
		outcomes := run(t, page, probes...)
		for i, test := range failureTests {
			assert.Equal(t, oracle.Blocked, outcomes[probes[i].ID].Read, test.name)
			f := heard.Of(t, probes[i].URL, 3*time.Second)
			assert.Equal(t, test.native, f.Native, test.name)
			assert.Equal(t, test.param, f.Param, test.name)
			assert.Equal(t, test.reason, f.Reason, test.name)
			assert.NotEmpty(t, f.Raw, test.name)
		}
	})
}

// failing makes the probes of failureTests.
func failing(w *browsertest.World) []browser.Probe {
	probes := make([]browser.Probe, len(failureTests))
	for i, test := range failureTests {
		probes[i] = w.Probe(test.via, test.to, test.query)
		if test.with != nil {
			test.with(&probes[i])
		}
	}
	return probes
}

// in makes a probe run in a place of the page, outermost first.
func in(kinds ...string) func(*browser.Probe) {
	return func(p *browser.Probe) {
		for _, kind := range kinds {
			p.Frames = append(p.Frames, browser.Frame{Kind: kind})
		}
	}
}

func include(p *browser.Probe)    { p.Credentials = "include" }
func put(p *browser.Probe)        { p.Method = "PUT" }
func putInclude(p *browser.Probe) { p.Method, p.Credentials = "PUT", "include" }
func header(p *browser.Probe)     { p.Headers = [][2]string{{"x-a", "1"}} }

// What loads is no failure, nor is a load that the browser only warns about.
func TestNoFailure(t *testing.T) {
	eachBrowser(t, func(t *testing.T, binary string) {
		w := newWorld(t)
		var heard browsertest.Heard
		o := w.Options(binary)
		o.OnFailure = heard.Hear
		page := open(t, start(t, o), pageURL)
		last := w.Probe("fetch", api, "")
		run(t, page, w.Probe("fetch", api, "allow=*&status=404"), w.Probe("script", api, ""),
			w.Probe("img", "http://api.other.test", ""), w.Probe("webgl", api, ""))
		run(t, page, last)
		heard.Of(t, last.URL, 3*time.Second)
		assert.Len(t, heard.All(), 1)
	})
}

// Each CORS error of the protocol has a place in the vocabulary or is said to
// have none, and each that Chromium still has is known by its sentence.
func TestCORSErrors(t *testing.T) {
	known := map[string]bool{}
	for _, text := range corsTexts {
		known[string(text.error)] = true
		known["Preflight"+string(text.error)] = true
		assert.Contains(t, corsReasons, text.error)
	}
	for native := range corsReasons {
		if native != "PreflightMissingAllowExternal" && native != "PreflightInvalidAllowExternal" {
			assert.True(t, known[string(native)], "no sentence for %s", native)
		}
	}
}

func TestReadEntry(t *testing.T) {
	tests := []struct {
		name  string
		entry cdplog.Entry
		want  browser.Failure
		none  bool
	}{
		{name: "a sentence of a later version",
			entry: cdplog.Entry{Text: "Access to fetch at 'https://a.test/~t/' from origin 'null' has been blocked by CORS policy: Mercury is in retrograde."},
			want:  browser.Failure{URL: "https://a.test/~t/", Native: "Mercury is in retrograde."}},
		{name: "a quote in the URL",
			entry: cdplog.Entry{Text: "Access to image at 'https://a.test/~t/it's' from origin 'https://b.test' has been blocked by CORS policy: The response is invalid."},
			want:  browser.Failure{URL: "https://a.test/~t/it's", Native: "InvalidResponse"}},
		{name: "CSP",
			entry: cdplog.Entry{Text: "Connecting to 'https://a.test/~t/' violates the following Content Security Policy directive: \"connect-src 'self'\". The action has been blocked."},
			want:  browser.Failure{URL: "https://a.test/~t/", Native: "csp", Reason: oracle.ContentSecurityPolicy}},
		{name: "local network",
			entry: cdplog.Entry{Text: "Access to fetch at 'https://a.test/' from origin 'https://b.test' has been blocked by CORS policy: Permission was denied for this request to access the `loopback` address space."},
			want:  browser.Failure{URL: "https://a.test/", Native: "LocalNetworkAccessPermissionDenied", Reason: oracle.LocalNetworkAccess}},
		{name: "the network's echo of a CORS error",
			entry: cdplog.Entry{Source: cdplog.EntrySourceNetwork, Category: cdplog.EntryCategoryCors, Text: "Failed to load resource: net::ERR_FAILED"}, none: true},
		{name: "an exception",
			entry: cdplog.Entry{Source: cdplog.EntrySourceJavascript, Text: "Uncaught Error: Failed"}, none: true},
		{name: "empty", none: true},
	}
	for _, test := range tests {
		f, ok := readEntry(&test.entry)
		assert.Equal(t, !test.none, ok, test.name)
		assert.Equal(t, test.want, f, test.name)
	}
}
