// Package observe turns what came out of a run, the page's outcome, the
// browser's own words and the servers' ledger, into one view: [Seen]. The
// oracle's prediction turns into the same view, so that claim, oracle and
// browser can be held against each other.
package observe

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
	"github.com/corsproof/corsproof/servers"
)

// Seen is what happened, or would happen, in one request of a page.
type Seen struct {
	Read       oracle.Read
	Reason     oracle.Reason   // "" when nobody said
	Also       []oracle.Reason // that might have been said as well, in a prediction
	Native     string          // the browser's own word for the reason
	Type       string
	Status     int
	StatusText string
	URL        string // without the case's token
	Redirected bool
	Headers    oracle.Headers // readable by script
	Listed     []string       // their names, as script lists them
	Body       *string        // isomorphic; nil: script cannot read one, or nobody said
	Error      string
	Muted      *bool
	Timing     string // full, restricted, none; "" when nobody looked
	Wire       []Request
	// Predicted is true for a prediction: it knows only the headers that the
	// script or the protocol sets, where the wire shows all.
	Predicted bool
	// Details is true when Type, Status, URL and Headers mean something: the
	// way to load lets script see them.
	Details bool
}

// Request is one request on the wire.
type Request struct {
	At             string // serialised origin
	Hop            int    // how many redirects led here, as the URL tells
	Method         string
	Path           string // without the token
	Preflight      bool
	Origin         string // "" when absent, as all below
	RequestMethod  string
	RequestHeaders string
	Cookie         string
	Headers        oracle.Headers
	Body           string // isomorphic: one character, one byte
	// After and Maybe say which order is due, as in [oracle.WireRequest].
	After int
	Maybe bool
}

// Header is the combined value of a header and whether it is there.
func (r Request) Header(name string) (string, bool) {
	var values []string
	for _, h := range r.Headers {
		if strings.EqualFold(h.Name, name) {
			values = append(values, h.Value)
		}
	}
	return strings.Join(values, ", "), values != nil
}

// Prediction is the view of what the oracle predicts.
func Prediction(p oracle.Prediction, r oracle.Request) Seen {
	via := r.Via
	s := Seen{
		Read: p.Read, Reason: p.Reason, Also: p.Also, Type: p.Type, Status: p.Status, StatusText: p.StatusText,
		URL: scenarios.StripToken(p.URL), Redirected: p.Redirected,
		Headers: p.Headers, Error: p.Error, Timing: cmp.Or(p.Timing, "none"), Predicted: true, Details: scriptSeesResponse(via) && p.Read != oracle.Blocked,
	}
	if s.Details {
		s.Listed = listed(p, via)
	}
	if p.Body != nil && !(via == "xhr" && decodes(p.Body, p.Headers, r.ResponseType)) && !parsed(r) {
		s.Body = new(isomorphic(p.Body))
	}
	if p.Read == oracle.Blocked {
		s.Type = "error"
	}
	if isClassicScript(via) && p.Read != oracle.Blocked {
		s.Muted = new(p.Muted)
	}
	for _, w := range p.Wire {
		at, path := place(w.URL)
		s.Wire = append(s.Wire, Request{
			At: at, Hop: hop(w.URL), Path: path, Method: w.Method, Preflight: w.Preflight,
			Origin: w.Origin, RequestMethod: w.RequestMethod, RequestHeaders: w.RequestHeaders,
			Cookie: w.Cookie, Headers: w.Headers, Body: isomorphic(w.Body), After: w.After, Maybe: w.Maybe,
		})
	}
	return s
}

// Browser is the view of what the browser did: what the page saw, what the
// browser said of a failure (nil: nothing), and what reached the servers.
func Browser(o browser.Outcome, f *browser.Failure, wire []servers.Entry, r oracle.Request) Seen {
	via := r.Via
	s := Seen{
		Read: o.Read, Type: o.Type, Status: o.Status, StatusText: o.StatusText, URL: scenarios.StripToken(o.URL),
		Redirected: o.Redirected, Body: o.Body, Error: o.Error, Muted: o.Muted, Timing: o.Timing,
		Details: scriptSeesResponse(via) && o.Read != oracle.Blocked,
	}
	if parsed(r) {
		s.Body = nil
	}
	for _, h := range o.Headers {
		s.Headers = append(s.Headers, oracle.Header{Name: strings.ToLower(h[0]), Value: h[1]})
		s.Listed = append(s.Listed, h[0])
	}
	slices.SortStableFunc(s.Headers, func(a, b oracle.Header) int { return strings.Compare(a.Name, b.Name) })
	if s.Error == "" && s.Read == oracle.Blocked {
		s.Error = strings.Join(o.Events, ", ") // all that script saw
	}
	if s.Read == oracle.Blocked && scriptSeesResponse(via) {
		s.Type = "error"
	}
	if f != nil && o.Read != oracle.Allowed {
		s.Reason, s.Native = f.Reason, f.Native
	}
	for _, e := range wire {
		if e.Retry {
			continue // the browser's own second try, not a request of the page
		}
		r := Request{At: e.At.String(), Hop: e.Hop, Path: e.Path, Method: e.Method, Preflight: e.Preflight, Headers: e.Headers, Body: isomorphic(e.Body)}
		r.Origin, _ = r.Header("Origin")
		r.RequestMethod, _ = r.Header("Access-Control-Request-Method")
		r.RequestHeaders, _ = r.Header("Access-Control-Request-Headers")
		r.Cookie, _ = r.Header("Cookie")
		if via == "form" {
			r = r.withoutBoundary()
		}
		s.Wire = append(s.Wire, r)
	}
	if via == "script" && r.Mode == "" && s.Read == oracle.Allowed && s.Muted == nil && strayed(s.Wire, r.Client.Page) {
		// The script threw nothing that would show what the page may know of
		// it, and its requests tell that it came from elsewhere.
		s.Read = oracle.Opaque
	}
	if s.Reason != "" && f.OrPreflight && len(s.Wire) > 0 && s.Wire[len(s.Wire)-1].Preflight {
		s.Reason = s.Reason.OfPreflight()
	}
	if s.Reason == oracle.PreflightInvalidStatus && len(wire) > 0 && leadsElsewhere(wire[len(wire)-1]) {
		s.Reason = oracle.PreflightRedirect // Firefox has one sentence for both
	}
	if s.Reason == oracle.CrossOriginResourcePolicy && f.OrNone && r.Client.Headers.Has("Cross-Origin-Embedder-Policy") && len(wire) > 0 && !saysWho(wire[len(wire)-1]) {
		s.Reason = oracle.CrossOriginEmbedderPolicy
	}
	if s.Reason == oracle.SchemeNotHTTP && len(s.Wire) > 0 {
		// Browsers have one word for a scheme that is not HTTP(S), wherever it
		// turns up; after a request it can only have been a location.
		s.Reason = oracle.RedirectScheme
	}
	return s
}

// leadsElsewhere is true for a redirect with an address.
func leadsElsewhere(e servers.Entry) bool {
	switch e.Reply.Status {
	case 301, 302, 303, 307, 308:
		return slices.ContainsFunc(e.Reply.Headers, func(h oracle.Header) bool { return strings.EqualFold(h.Name, "Location") })
	}
	return false
}

// saysWho is true for an answer with a Cross-Origin-Resource-Policy.
func saysWho(e servers.Entry) bool {
	return slices.ContainsFunc(e.Reply.Headers, func(h oracle.Header) bool { return strings.EqualFold(h.Name, "Cross-Origin-Resource-Policy") })
}

// strayed is true when some request left the page's own origin.
func strayed(wire []Request, page oracle.Origin) bool {
	return slices.ContainsFunc(wire, func(r Request) bool { return r.At != page.String() })
}

// withoutBoundary puts the oracle's boundary in the place of the one that the
// browser drew for a multipart form.
func (r Request) withoutBoundary() Request {
	contentType, _ := r.Header("Content-Type")
	before, boundary, found := strings.Cut(contentType, "multipart/form-data; boundary=")
	if !found || before != "" {
		return r
	}
	r.Headers = slices.Clone(r.Headers)
	for i := range r.Headers {
		r.Headers[i].Value = strings.Replace(r.Headers[i].Value, boundary, oracle.FormBoundary, 1)
	}
	r.Body = strings.ReplaceAll(r.Body, boundary, oracle.FormBoundary)
	return r
}

// parsed is true where script reads a value instead of a body. Workers know no
// documents, and read the text.
func parsed(r oracle.Request) bool {
	return r.ResponseType == "json" || r.ResponseType == "document" && r.Client.Worker == ""
}

// listed are the names of headers as script lists them: XHR sorts them as if
// they were in upper case, Headers as they are.
//
// https://xhr.spec.whatwg.org/#the-getallresponseheaders()-method
func listed(p oracle.Prediction, via oracle.Via) []string {
	var names []string
	if p.Listed != nil {
		return p.Listed
	}
	for _, h := range p.Headers.Combined() {
		names = append(names, h.Name)
	}
	if via == "xhr" {
		slices.SortFunc(names, func(a, b string) int { return strings.Compare(strings.ToUpper(a), strings.ToUpper(b)) })
	}
	return names
}

// decodes is true for a body whose bytes XHR's text does not give back: what
// script reads is then not what was sent, and nobody predicts it.
//
// https://xhr.spec.whatwg.org/#text-response
func decodes(body []byte, h oracle.Headers, responseType string) bool {
	if responseType == "arraybuffer" || responseType == "blob" {
		return false
	}
	for _, mark := range []string{"\xef\xbb\xbf", "\xfe\xff", "\xff\xfe"} {
		if bytes.HasPrefix(body, []byte(mark)) {
			return true
		}
	}
	m, _ := oracle.ExtractMIMEType(h)
	charset, _ := m.Parameter("charset")
	ascii := !slices.ContainsFunc(body, func(c byte) bool { return c >= utf8.RuneSelf || c == 0x1B })
	switch charset = strings.ToLower(charset); {
	case strings.HasPrefix(charset, "utf-16"), strings.HasPrefix(charset, "ucs-2"), strings.HasPrefix(charset, "unicode"):
		return true
	case ascii, charset == "utf-8", charset == "utf8":
		return !utf8.Valid(body)
	}
	return charset != "" || m.IsXML() || !utf8.Valid(body) // an XML declaration may name another
}

// isomorphic gives bytes as a string in which each is one character, as the
// page hands bodies over.
func isomorphic(b []byte) string {
	runes := make([]rune, len(b))
	for i, c := range b {
		runes[i] = rune(c)
	}
	return string(runes)
}

// hop is what the URL of a case tells of redirects.
func hop(raw string) int {
	_, rest, _ := strings.Cut(raw, "://")
	i := strings.IndexByte(rest, '/')
	if i < 0 {
		return 0
	}
	address, _, _ := scenarios.ParseTarget(rest[i:])
	return address.Hop
}

// place splits the URL of a case into its origin and the path as the author
// wrote it.
func place(raw string) (at, path string) {
	stripped := scenarios.StripToken(raw)
	i := strings.Index(stripped, "://")
	if i < 0 {
		return "", stripped
	}
	slash := strings.IndexAny(stripped[i+3:], "/?#")
	if slash < 0 {
		return stripped, "/"
	}
	path = stripped[i+3+slash:]
	path, _, _ = strings.Cut(path, "#")
	return stripped[:i+3+slash], path
}

func scriptSeesResponse(via oracle.Via) bool {
	return via == "fetch" || via == "worker-fetch" || via == "xhr"
}

func isClassicScript(via oracle.Via) bool {
	return via == "script" || via == "script-cors" || via == "import-scripts"
}
