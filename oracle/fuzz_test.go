package oracle

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

func FuzzParseURL(f *testing.F) {
	for _, s := range []string{"https://u:p@a.test/x/../y?q#f", "//x", `\\x\y`, "?", "data:,x", "ws:x", "../..", "http://[::1]:80", "https://bücher.test:8443", "http://0x7f.1"} {
		f.Add(s)
	}
	base, _ := parseURL(api, nil)
	f.Fuzz(func(t *testing.T, s string) {
		u, ok := parseURL(s, base)
		if !ok || u.origin.IsOpaque() {
			return
		}
		again, ok := parseURL(u.wire(), nil)
		if !ok || again.wire() != u.wire() {
			t.Fatalf("%q is %q, which is not stable", s, u.wire())
		}
		if !SameOrigin(u.origin, u.origin) || !SameSite(u.origin, u.origin) {
			t.Fatalf("%q is not itself", s)
		}
	})
}

func FuzzParseMIMEType(f *testing.F) {
	for _, s := range []string{"text/html;charset=utf-8", `a/b;c="d\"e"`, "text/plain, x", ";", "a/b;=;c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, ok := ParseMIMEType(s)
		if !ok {
			return
		}
		again, ok := ParseMIMEType(m.String())
		if !ok || again.String() != m.String() {
			t.Fatalf("%q is %q, which is not stable", s, m)
		}
	})
}

func FuzzExtractListValues(f *testing.F) {
	for _, s := range []string{"PUT, DELETE", "", ",,", "*", `"x"`, "a b"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		values, found, ok := Headers{{"X", a}, {"x", b}}.ExtractListValues("X")
		if !found || !ok && values != nil || slices.ContainsFunc(values, func(v string) bool { return !IsToken(v) }) {
			t.Fatalf("%q, %q: %q %t %t", a, b, values, found, ok)
		}
	})
}

// FuzzPredict holds every prediction against what must be true of all.
func FuzzPredict(f *testing.F) {
	f.Add("fetch", api, "PUT", "", "include", "", "X-A", "1", "Access-Control-Allow-Origin", "*", "", 200, false)
	f.Add("fetch", own, "POST", "no-cors", "", "manual", "Content-Type", "text/plain", "Location", "/end", "body", 302, true)
	f.Add("img", plain, "", "", "", "", "", "", "Cross-Origin-Resource-Policy", "same-site", png, 200, false)
	f.Add("xhr", api, "get", "", "", "", "Accept", "a", "Set-Cookie", "a=b; SameSite=None; Secure", "x", 401, false)
	f.Fuzz(func(t *testing.T, via, url, method, mode, credentials, redirect, name, value, replyName, replyValue, body string, status int, stream bool) {
		r := Request{Via: Via(via), Client: Client{Page: Origin{"https", "app.site.test", 443}}, URL: url, Method: method, Mode: mode, Credentials: credentials, Redirect: redirect}
		if name != "" {
			r.Headers = Headers{{name, value}}
		}
		if body != "" {
			r.Body = &Body{Type: value, Bytes: []byte(body), Stream: stream}
		}
		server := ServerFunc(func(w WireRequest) Reply {
			return Reply{Status: status, Headers: Headers{{replyName, replyValue}, {"Access-Control-Allow-Origin", w.Origin}}, Body: []byte(body)}
		})
		for _, profile := range []Profile{nil, ProfileFor("chromium"), ProfileFor("firefox"), ProfileFor("webkit")} {
			p, next := Predict(State{Profile: profile}, r, server)
			checkPrediction(t, r, p)
			again, _ := Predict(State{Profile: profile}, r, server)
			assert.Equal(t, p, again, "the same question has the same answer")
			second, _ := Predict(next, r, server)
			checkPrediction(t, r, second)
		}
	})
}

func checkPrediction(t *testing.T, r Request, p Prediction) {
	t.Helper()
	if p.Read == "" || len(p.Trace) == 0 {
		t.Fatalf("no outcome or no trace: %+v", p)
	}
	if p.Read == Blocked && (p.Reason == "" || p.Reason.About() == "") {
		t.Fatalf("blocked for a reason %q", p.Reason)
	}
	if p.Read != Allowed && (p.Body != nil || p.Headers != nil) {
		t.Fatalf("%s, and script reads something: %+v", p.Read, p)
	}
	for i, w := range p.Wire {
		last := i == len(p.Wire)-1
		if w.Preflight && (w.Cookie != "" || w.Method != "OPTIONS" || w.RequestMethod == "" || w.Origin == "") {
			t.Fatalf("no such preflight: %+v", w)
		}
		if w.Preflight && !last && p.Wire[i+1].Method != w.RequestMethod {
			t.Fatalf("a preflight for %s, then %s", w.RequestMethod, p.Wire[i+1].Method)
		}
		if w.Preflight && last && p.Read == Allowed {
			t.Fatal("allowed, and the actual request was never sent")
		}
		if IsForbiddenMethod(w.Method) {
			t.Fatalf("%s on the wire", w.Method)
		}
		if i := strings.Index(w.URL, "#"); i >= 0 {
			t.Fatalf("a fragment on the wire: %s", w.URL)
		}
		if !w.Preflight && len(r.Headers) == 0 && r.Body == nil && IsSafelistedMethod(w.Method) && i > 0 && p.Wire[i-1].Preflight {
			t.Fatalf("a preflight for a safelisted %s", w.Method)
		}
	}
	for _, step := range p.Trace {
		if strings.Count(step.Text, "") > 1000 && len(r.URL) < 100 || utf8.ValidString(r.URL) && step.Text == "" {
			t.Fatalf("a step of the trace is too long or empty: %q", step.Text)
		}
	}
}

// With credentials, no answer whose Access-Control-Allow-Origin is "*" is ever
// readable, whatever else it says.
func FuzzWildcardWithCredentials(f *testing.F) {
	f.Add("GET", "Access-Control-Allow-Credentials", "true", 200)
	f.Add("PUT", "Access-Control-Allow-Methods", "*", 204)
	f.Fuzz(func(t *testing.T, method, name, value string, status int) {
		if strings.EqualFold(name, "Access-Control-Allow-Origin") {
			return
		}
		r := Request{Via: "fetch", Client: Client{Page: Origin{"https", "app.site.test", 443}}, URL: api, Method: method, Credentials: "include"}
		p, _ := Predict(State{}, r, answers(status, "x", "Access-Control-Allow-Origin", "*", name, value))
		if p.Read != Blocked {
			t.Fatalf("%s: %+v", p.Read, p)
		}
	})
}
