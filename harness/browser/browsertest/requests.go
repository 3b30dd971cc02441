package browsertest

import (
	"encoding/base64"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/oracle"
)

// What a probe asks for is what arrives.
func testRequests(t *testing.T, d Driver) {
	all := "allow=https://app.site.test&credentials=true&methods=PUT,PATCH,patch,DELETE&headers=x-a,x-b,content-type"
	body := func(contentType, text string) *browser.Body {
		return &browser.Body{Type: contentType, Base64: base64.StdEncoding.EncodeToString([]byte(text))}
	}
	type requestTest struct {
		name  string
		probe browser.Probe
		wire  string // method, and header values joined
		heads string // the names of the headers in wire
		body  string
	}
	tests := []requestTest{
		{"get", browser.Probe{Via: "fetch"}, "GET", "", ""},
		{"a method that is normalised", browser.Probe{Via: "fetch", Method: "put"}, "PUT", "", ""},
		{"a method that is not", browser.Probe{Via: "fetch", Method: "patch"}, "patch", "", ""},
		{"headers are appended", browser.Probe{Via: "fetch", Headers: [][2]string{{"X-A", "1"}, {"x-a", "2"}, {"X-B", "\u00e9"}}}, "GET 1, 2 \u00e9", "X-A X-B", ""},
		{"a string", browser.Probe{Via: "fetch", Method: "POST", Body: body("text/plain;charset=UTF-8", "caf\u00e9")}, "POST text/plain;charset=UTF-8", "Content-Type", "caf\u00e9"},
		{"a Blob", browser.Probe{Via: "fetch", Method: "POST", Body: body("application/json", "{}")}, "POST application/json", "Content-Type", "{}"},
		{"URLSearchParams", browser.Probe{Via: "fetch", Method: "POST", Body: body("application/x-www-form-urlencoded;charset=UTF-8", "a=b+c")}, "POST application/x-www-form-urlencoded;charset=UTF-8", "Content-Type", "a=b+c"},
		{"bytes", browser.Probe{Via: "fetch", Method: "POST", Body: body("", "abc")}, "POST ", "Content-Type", "abc"},
		{"bytes of no string", browser.Probe{Via: "fetch", Method: "POST", Body: body("", "\xff\x00")}, "POST ", "Content-Type", "\xff\x00"},
		{"xhr", browser.Probe{Via: "xhr", Method: "DELETE", Headers: [][2]string{{"X-A", "1"}}}, "DELETE 1", "X-A", ""},
		{"xhr with a body", browser.Probe{Via: "xhr", Method: "POST", Body: body("application/json", "{}")}, "POST application/json", "Content-Type", "{}"},
		{"xhr, sync", browser.Probe{Via: "xhr", Sync: true, Method: "PUT", Body: body("text/plain;charset=UTF-8", "x")}, "PUT text/plain;charset=UTF-8", "Content-Type", "x"},
		{"referrer policy", browser.Probe{Via: "fetch", ReferrerPolicy: "no-referrer"}, "GET ", "Referer", ""},
		{"referrer policy of an element", browser.Probe{Via: "img-cors", ReferrerPolicy: "no-referrer"}, "GET ", "Referer", ""},
		{"cache", browser.Probe{Via: "fetch", Cache: "reload"}, "GET no-cache", "Cache-Control", ""},
		{"keepalive", browser.Probe{Via: "fetch", Keepalive: true, Method: "POST", Body: body("", "x")}, "POST", "", "x"},
		{"a sandboxed frame", browser.Probe{Via: "xhr", Frames: []browser.Frame{{Kind: "opaque-sandbox"}}}, "GET null", "Origin", ""},
		{"a srcdoc frame", browser.Probe{Via: "img-cors", Frames: []browser.Frame{{Kind: "opaque-srcdoc"}}}, "GET null", "Origin", ""},
		{"a data: frame", browser.Probe{Via: "dynamic-import", Frames: []browser.Frame{{Kind: "opaque-data"}}}, "GET null", "Origin", ""},
		{"a font in a frame", browser.Probe{Via: "font-face", Frames: []browser.Frame{{Kind: "opaque-sandbox"}}}, "GET null", "Origin", ""},
		{"a worker", browser.Probe{Via: "fetch", Frames: []browser.Frame{{Kind: "worker"}}}, "GET https://app.site.test", "Origin", ""},
		{"a shared worker", browser.Probe{Via: "xhr", Frames: []browser.Frame{{Kind: "shared-worker"}}}, "GET https://app.site.test", "Origin", ""},
		{"a blob worker", browser.Probe{Via: "fetch", Frames: []browser.Frame{{Kind: "blob-worker"}}}, "GET https://app.site.test", "Origin", ""},
		{"a data: worker", browser.Probe{Via: "fetch", Frames: []browser.Frame{{Kind: "opaque-data-worker"}}}, "GET null", "Origin", ""},
		{"a shared data: worker", browser.Probe{Via: "fetch", Frames: []browser.Frame{{Kind: "opaque-data-shared-worker"}}}, "GET null", "Origin", ""},
		{"a worker of a frame", browser.Probe{Via: "fetch", Frames: []browser.Frame{{Kind: "opaque-sandbox"}, {Kind: "worker"}}}, "GET null", "Origin", ""},
		{"xhr, sync, in a worker", browser.Probe{Via: "xhr", Sync: true, ResponseType: "arraybuffer", Frames: []browser.Frame{{Kind: "worker", Blocks: true}}}, "GET https://app.site.test", "Origin", ""},
		{"a CSS image in a frame", browser.Probe{Via: "css-image", Frames: []browser.Frame{{Kind: "opaque-data"}}}, "GET ", "Origin", ""},
	}
	tests = slices.DeleteFunc(tests, func(test requestTest) bool { return d.lacks(t, test.name) })
	w := d.world
	page := Open(t, d.browser, PageURL)
	probes := make([]browser.Probe, len(tests))
	for i, test := range tests {
		made := w.Probe(test.probe.Via, API, all)
		probes[i] = test.probe
		probes[i].ID, probes[i].URL, probes[i].Timeout = made.ID, made.URL, made.Timeout
	}
	outcomes := RunProbes(t, page, probes...)
	for i, test := range tests {
		assert.Empty(t, outcomes[probes[i].ID].Broken, test.name)
		requests := w.Requests(probes[i].ID)
		require.NotEmpty(t, requests, "%s: %+v", test.name, outcomes[probes[i].ID])
		last := requests[len(requests)-1]
		wire := last.Method
		for _, name := range strings.Fields(test.heads) {
			wire += " " + strings.Join(last.Header.Values(name), "|")
		}
		assert.Equal(t, test.wire, isomorphic(wire), test.name)
		got, err := io.ReadAll(last.Body)
		require.NoError(t, err)
		assert.Equal(t, test.body, string(got), test.name)
	}
}

// isomorphic decodes the bytes of a header as the page writes them.
func isomorphic(s string) string {
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return string(runes)
}

// An upload listener and a stream force a preflight.
func testForcedPreflights(t *testing.T, d Driver) {
	w := d.world
	page := Open(t, d.browser, PageURL)
	listener := w.Probe("xhr", API, "allow=*")
	listener.Method, listener.UploadListener = "POST", true
	listener.Body = &browser.Body{Base64: "eA=="}
	probes := []browser.Probe{listener}
	if !d.lacks(t, "streams as bodies") {
		stream := w.Probe("fetch", API, "allow=*&headers=*")
		stream.Method, stream.Body = "POST", &browser.Body{Base64: "eA==", Stream: true}
		probes = append(probes, stream)
	}
	outcomes := RunProbes(t, page, probes...)
	assert.Equal(t, oracle.Allowed, outcomes[listener.ID].Read)
	for _, p := range probes {
		requests := w.Requests(p.ID)
		require.NotEmpty(t, requests)
		assert.Equal(t, "OPTIONS", requests[0].Method)
	}
}

// What the API itself refuses is an outcome: no request, and the exception.
func testRefused(t *testing.T, d Driver) {
	tests := []struct {
		name  string
		error string
		probe browser.Probe
	}{
		{"userinfo", "TypeError", browser.Probe{Via: "fetch", URL: "https://u:p@api.other.test/~none/"}},
		{"forbidden method", "TypeError", browser.Probe{Via: "fetch", URL: API + "/~none/", Method: "TRACE"}},
		{"forbidden method, xhr", "SecurityError", browser.Probe{Via: "xhr", URL: API + "/~none/", Method: "TRACE"}},
		{"no method", "TypeError", browser.Probe{Via: "fetch", URL: API + "/~none/", Method: "a b"}},
		{"no header name", "TypeError", browser.Probe{Via: "fetch", URL: API + "/~none/", Headers: [][2]string{{"a b", "1"}}}},
		{"no-cors PUT", "TypeError", browser.Probe{Via: "fetch", URL: API + "/~none/", Method: "PUT", Mode: "no-cors"}},
		{"sync with a response type", "InvalidAccessError", browser.Probe{Via: "xhr", URL: API + "/~none/", Sync: true, ResponseType: "json"}},
		{"GET with a body", "TypeError", browser.Probe{Via: "fetch", URL: API + "/~none/", Body: &browser.Body{Base64: "eA=="}}},
	}
	w := d.world
	page := Open(t, d.browser, PageURL)
	probes := make([]browser.Probe, len(tests))
	for i, test := range tests {
		probes[i] = test.probe
		probes[i].ID, probes[i].Timeout = w.Token(), 4000
	}
	outcomes := RunProbes(t, page, probes...)
	for i, test := range tests {
		outcome := outcomes[probes[i].ID]
		assert.Equal(t, oracle.Blocked, outcome.Read, test.name)
		assert.Contains(t, outcome.Error, test.error, test.name)
	}
	assert.Empty(t, w.Requests("none"))
}

// What script can see of a response.
func testResponses(t *testing.T, d Driver) {
	long := strings.Repeat("x", 5000)
	tests := []struct {
		name  string
		to    string
		query string
		probe browser.Probe
		check func(t *testing.T, o browser.Outcome, p browser.Probe)
	}{
		{"fetch", API, "allow=*&expose=X-Case&x=1&own=caf%C3%A9&status=404", browser.Probe{Via: "fetch"}, func(t *testing.T, o browser.Outcome, p browser.Probe) {
			assert.Equal(t, "cors", o.Type)
			assert.Equal(t, 404, o.Status)
			assert.Equal(t, p.URL, o.URL)
			assert.Contains(t, o.Headers, [2]string{"x-case", "1"})
			assert.Equal(t, "caf\u00c3\u00a9", *o.Body)
		}},
		{"hidden header", API, "allow=*&x=1", browser.Probe{Via: "fetch"}, func(t *testing.T, o browser.Outcome, p browser.Probe) {
			for _, h := range o.Headers {
				assert.NotEqual(t, "x-case", h[0])
			}
		}},
		{"same origin", "https://app.site.test", "x=1", browser.Probe{Via: "fetch"}, func(t *testing.T, o browser.Outcome, p browser.Probe) {
			assert.Equal(t, "basic", o.Type)
		}},
		{"opaque", API, "", browser.Probe{Via: "fetch", Mode: "no-cors"}, func(t *testing.T, o browser.Outcome, p browser.Probe) {
			assert.Equal(t, "opaque", o.Type)
			assert.Equal(t, oracle.Opaque, o.Read)
			assert.Nil(t, o.Body)
			assert.Zero(t, o.Status)
		}},
		{"opaque redirect", API, "allow=*&status=302&location=/", browser.Probe{Via: "fetch", Redirect: "manual"}, func(t *testing.T, o browser.Outcome, p browser.Probe) {
			assert.Equal(t, "opaqueredirect", o.Type)
			assert.Equal(t, oracle.Opaque, o.Read)
		}},
		{"a long body", API, "allow=*&own=" + long, browser.Probe{Via: "fetch"}, func(t *testing.T, o browser.Outcome, p browser.Probe) {
			assert.Len(t, *o.Body, 4096)
		}},
		{"a body that breaks off", API, "allow=*&abort=in-body", browser.Probe{Via: "fetch"}, func(t *testing.T, o browser.Outcome, p browser.Probe) {
			assert.Equal(t, oracle.Blocked, o.Read)
			assert.Equal(t, []string{"response"}, o.Events)
		}},
		{"xhr", API, "allow=*&expose=X-Case&x=1&own=caf%C3%A9", browser.Probe{Via: "xhr"}, func(t *testing.T, o browser.Outcome, p browser.Probe) {
			assert.Empty(t, o.Type)
			assert.Equal(t, 200, o.Status)
			assert.Equal(t, p.URL, o.URL)
			assert.Contains(t, o.Headers, [2]string{"x-case", "1"})
			assert.Equal(t, "caf\u00c3\u00a9", *o.Body)
			assert.Equal(t, []string{"load"}, o.Events)
		}},
		{"xhr arraybuffer", API, "allow=*&own=%FF", browser.Probe{Via: "xhr", ResponseType: "arraybuffer"}, func(t *testing.T, o browser.Outcome, p browser.Probe) {
			assert.Equal(t, "\u00ff", *o.Body)
		}},
		{"xhr blob", API, "allow=*&own=%FF", browser.Probe{Via: "xhr", ResponseType: "blob"}, func(t *testing.T, o browser.Outcome, p browser.Probe) {
			assert.Equal(t, "\u00ff", *o.Body)
		}},
		{"xhr json", API, "allow=*&own={%22a%22: 1}", browser.Probe{Via: "xhr", ResponseType: "json"}, func(t *testing.T, o browser.Outcome, p browser.Probe) {
			assert.Equal(t, `{"a":1}`, *o.Body)
		}},
		{"xhr document", API, "allow=*&type=text/html&own=hello", browser.Probe{Via: "xhr", ResponseType: "document"}, func(t *testing.T, o browser.Outcome, p browser.Probe) {
			assert.Contains(t, *o.Body, "hello")
		}},
		{"muted script", API, "allow=*", browser.Probe{Via: "script"}, func(t *testing.T, o browser.Outcome, p browser.Probe) {
			assert.True(t, *o.Muted)
		}},
		{"a script that is not", "https://app.site.test", "", browser.Probe{Via: "script"}, func(t *testing.T, o browser.Outcome, p browser.Probe) {
			assert.False(t, *o.Muted)
			assert.Equal(t, oracle.Allowed, o.Read)
		}},
		{"an author's script", API, "own=1%2B1", browser.Probe{Via: "script", Own: true}, func(t *testing.T, o browser.Outcome, p browser.Probe) {
			assert.Nil(t, o.Muted)
			assert.Equal(t, oracle.Opaque, o.Read)
		}},
		{"an author's script that throws", API, "own=throw 1", browser.Probe{Via: "script", Own: true}, func(t *testing.T, o browser.Outcome, p browser.Probe) {
			assert.True(t, *o.Muted)
		}},
		{"an author's frame", API, "type=text/html&own=hello", browser.Probe{Via: "iframe", Own: true}, func(t *testing.T, o browser.Outcome, p browser.Probe) {
			assert.Equal(t, oracle.Opaque, o.Read)
		}},
		{"a frame of the page's origin", "https://app.site.test", "", browser.Probe{Via: "iframe"}, func(t *testing.T, o browser.Outcome, p browser.Probe) {
			assert.Equal(t, oracle.Allowed, o.Read)
		}},
		{"a stylesheet of the page's origin", "https://app.site.test", "", browser.Probe{Via: "style"}, func(t *testing.T, o browser.Outcome, p browser.Probe) {
			assert.Equal(t, oracle.Allowed, o.Read)
		}},
		{"an image of the page's origin", "https://app.site.test", "", browser.Probe{Via: "canvas"}, func(t *testing.T, o browser.Outcome, p browser.Probe) {
			assert.Equal(t, oracle.Allowed, o.Read)
		}},
		{"redirected", "https://app.site.test", "status=302&location=/.corsproof/sentinel", browser.Probe{Via: "fetch"}, func(t *testing.T, o browser.Outcome, p browser.Probe) {
			assert.True(t, o.Redirected)
			assert.Equal(t, "https://app.site.test/.corsproof/sentinel", o.URL)
		}},
		{"slow", API, "allow=*&delay=3s", browser.Probe{Via: "fetch", Timeout: 300}, func(t *testing.T, o browser.Outcome, p browser.Probe) {
			assert.True(t, o.TimedOut)
			assert.Empty(t, o.Read)
			assert.Less(t, o.MS, 2500.)
		}},
		{"no such way", API, "", browser.Probe{Via: "telepathy"}, func(t *testing.T, o browser.Outcome, p browser.Probe) {
			assert.Contains(t, o.Broken, "telepathy")
		}},
	}
	w := d.world
	page := Open(t, d.browser, PageURL)
	probes := make([]browser.Probe, len(tests))
	for i, test := range tests {
		made := w.Probe(test.probe.Via, test.to, strings.ReplaceAll(test.query, " ", "%20"))
		probes[i] = test.probe
		probes[i].ID, probes[i].URL = made.ID, made.URL
		if probes[i].Timeout == 0 {
			probes[i].Timeout = made.Timeout
		}
	}
	outcomes := RunProbes(t, page, probes...)
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			outcome := outcomes[probes[i].ID]
			if outcome.Broken != "" && test.name != "no such way" {
				t.Fatal(outcome.Broken)
			}
			test.check(t, outcome, probes[i])
		})
	}
}
