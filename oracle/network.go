package oracle

import (
	"slices"
	"strings"
)

// keepaliveBytes is how much body the keepalive requests on their way may have,
// all together.
const keepaliveBytes = 64 << 10

// exceedsKeepalive refuses a keepalive request with too much body.
func (f *fetching) exceedsKeepalive() bool {
	if !f.asked.Keepalive || f.body == nil || len(f.body.Bytes) <= keepaliveBytes {
		return false
	}
	f.fail(NetworkError, keepaliveLimit, "A keepalive request may have 64 KiB of body, and this one has ", itoa(len(f.body.Bytes)), " bytes.")
	return true
}

// networkFetch is HTTP-network-or-cache fetch: it answers from the HTTP
// cache, or sends the request, with or without credentials.
//
// https://fetch.spec.whatwg.org/#concept-http-network-or-cache-fetch
func (f *fetching) networkFetch() (Reply, bool) {
	if f.exceedsKeepalive() {
		return Reply{}, false
	}
	include := f.credentials == "include" || f.credentials == "same-origin" && f.tainting == "basic"
	if !f.embedderAllowsCredentials() {
		if include {
			f.note(networkFetch, "The document's Cross-Origin-Embedder-Policy is credentialless: the request goes without credentials.")
		}
		include = false
	}
	f.sentCredentials = include
	w := WireRequest{Method: f.method, URL: f.wireURL(), Origin: f.originHeader(), Headers: f.forCaches(f.rewriteRange(f.sentHeaders()))}
	if f.state.Profile[HeaderValuesInUTF8] {
		w.Headers = w.Headers.inUTF8()
	}
	f.sentOrigin = w.Origin != ""
	if f.body != nil {
		w.Body = f.body.Bytes
	}
	if f.mode == "websocket" {
		w.SocketKey = socketKey
	}
	if include {
		w.Cookie = f.state.cookieHeader(f.url(), f.cookieContext())
	}
	stored := f.cached(w)
	switch {
	case stored >= 0 && (f.usable(f.state.responses[stored]) || f.hasAlready(f.state.responses[stored])):
		f.note(networkFetch, "The HTTP cache has a response for ", w.URL, ": nothing is sent.")
		f.p.Cached = append(f.p.Cached, w.URL)
		return f.part(w, f.state.responses[stored].reply), true
	case f.asked.Cache == "only-if-cached" && (f.usesCache() || !f.state.Profile[NoHTTPCache]):
		return Reply{}, f.fail(OnlyIfCached, networkFetch, "The cache mode is only-if-cached, and nothing is cached.")
	case stored >= 0 && w.Method == "GET" && f.validates(f.state.responses[stored]):
		s := f.state.responses[stored]
		f.p.Cached = append(f.p.Cached, w.URL)
		w = f.validate(f.bounded(w, s), s)
		if f.keepsItself(s) {
			f.kept = &keptResponse{s.reply, f.tainting}
		}
	default:
		stored = -1
	}
	if !f.allowedByLocalNetwork() {
		return Reply{}, false
	}
	if f.body != nil && f.body.Stream && f.server.Reply(w).HTTP1 {
		return Reply{}, f.fail(NetworkError, streamProtocol, "The body is a stream, and no stream can be sent over HTTP/1.1: nothing is sent.")
	}
	f.note(networkFetch, f.method, " goes to ", w.URL, f.credentialsPhrase(include, w.Cookie), originPhrase(w.Origin))
	reply, ok := f.send(w, include)
	switch {
	case !ok:
		return Reply{}, f.fail(NetworkError, networkFetch, "The connection broke before there was a response, or what came is none.")
	case reply.Status == 407 && !f.state.Profile[ProxyStatusPasses]:
		return Reply{}, f.fail(NetworkError, networkFetch, "Status 407 is a proxy's, and there is none.")
	case stored >= 0 && reply.Status == 304 && f.validatesItself(f.state.responses[stored]):
		f.note(networkFetch, "Status 304 says that what the page has already is still right: it counts as it came.")
		return f.state.responses[stored].reply, true
	case stored >= 0 && reply.Status == 304:
		s := &f.state.responses[stored]
		*s = s.freshen(reply.Headers, f.state.Now)
		f.note(networkFetch, "Status 304 says that the stored response is still right: it takes over the headers of the 304.")
		return f.part(w, s.reply), true
	case stored >= 0 && f.asksForPart(w, f.state.responses[stored]): // what is there is wrong, and what came does not take its place
		f.state.responses = slices.Delete(f.state.responses, stored, stored+1)
		return reply, true
	}
	f.remember(w, reply)
	return reply, true
}

// send puts a request on the wire, and again where the answer asks for that.
// With credentials it takes the answer's cookies.
func (f *fetching) send(w WireRequest, include bool) (Reply, bool) {
	reply, ok := f.exchange(w)
	if f.retriesMisdirected(reply) {
		reply, ok = f.exchange(w)
	}
	if include {
		f.takeCookies(reply)
	}
	if (include || f.answersUnderCORS()) && reply.Status == 401 {
		return f.challenged(w, reply)
	}
	return reply, ok
}

// retriesMisdirected says whether a request is sent again over a new
// connection, as the standard wants it after a 421, once.
//
// https://fetch.spec.whatwg.org/#concept-http-network-or-cache-fetch
func (f *fetching) retriesMisdirected(reply Reply) bool {
	if reply.Status != 421 || f.body != nil && f.body.Stream {
		return false
	}
	f.note(networkFetch, "Status 421 says that it was the wrong connection: the request is sent once more over another one.")
	return true
}

// exchange puts a request on the wire, as the step that was noted last says, and
// takes the answer. false: there was none that is a response.
func (f *fetching) exchange(w WireRequest) (Reply, bool) {
	f.noteRequest(w)
	reply := f.server.Reply(w)
	if reply.Status == 0 {
		reply.Status = 200
	}
	if !reply.HTTP1 && !f.state.Profile[StatusTextOverHTTP2] {
		reply.StatusText = ""
	}
	if f.state.Profile[HeadsReadExactly] {
		reply = reply.readExactly()
	}
	if f.state.Profile[HTTP09] && (len(reply.Body) >= 8 || f.state.Profile[HTTP09OfAnyLength]) {
		reply.NotHTTP = false
	}
	switch {
	case reply.Abort == "before-headers", reply.NotHTTP, reply.Status >= 100 && reply.Status < 200 && f.mode != "websocket" && !(reply.Status == 101 && f.state.Profile[SwitchingProtocolsPasses]),
		reply.Status < 100 && f.state.Profile[StatusesFrom100],
		f.state.Profile[ContentCodingsMustParse] && !codingsParse(reply.Headers),
		f.state.Profile[RepeatedHeadersRefused] && (differ(reply.Headers.Values("Location")) || differ(reply.Headers.SplitValues("Content-Disposition")) || lengthsDiffer(reply)),
		f.state.Profile[RepeatedLinesRefused] && (differ(reply.Headers.Values("Location")) || differ(reply.Headers.Values("Content-Disposition")) || differ(reply.Headers.SplitValues("Content-Length"))):
		return Reply{}, false
	}
	return reply, true
}

// readExactly is what Firefox makes of a head that somebody has written byte by
// byte: a status line begins with HTTP/ in capitals, and has a status of three
// digits, or else it is none; white space before a colon takes the header away.
func (r Reply) readExactly() Reply {
	line, rest, _ := strings.Cut(r.Head, "\r\n")
	switch version, after, _ := strings.Cut(line, " "); {
	case r.Head != "" && !strings.HasPrefix(version, "HTTP/"):
		r.NotHTTP, r.Headers = true, nil
		r.Body = []byte(r.Head + "\r\n\r\n" + string(r.Body))
	case len(after) > 3 && isDigits(after[:4]):
		r.Abort = "before-headers"
	}
	for header := range strings.SplitSeq(rest, "\r\n") {
		name, _, _ := strings.Cut(header, ":")
		if trimmed := strings.TrimRight(name, " \t"); trimmed != name {
			r.Headers = r.Headers.without(trimmed)
		}
	}
	return r
}

// differ says whether the values of a header are not all the same.
func differ(values []string) bool { return len(slices.Compact(values)) > 1 }

// lengthsDiffer says whether there is more than one Content-Length, where the
// message is not framed by chunks.
func lengthsDiffer(reply Reply) bool {
	lengths := reply.Headers.SplitValues("Content-Length")
	return !reply.Headers.Has("Transfer-Encoding") && len(slices.Compact(lengths)) > 1
}

// sentHeaders are the request's as they are sent, without what an engine leaves
// out.
func (f *fetching) sentHeaders() Headers {
	h := f.sentLines().wire()
	if f.state.Profile[JoiningSpaceStays] {
		return h
	}
	return h.stripped()
}

func (f *fetching) sentLines() Headers {
	p := f.state.Profile
	var out Headers
	for _, line := range f.headers {
		name, before := strings.ToLower(line.Name), out.Values(line.Name)
		first := name == "content-type" && f.body != nil
		once := p[SingletonHeadersOnce] && slices.Contains(singletons, name)
		switch {
		case once && first && len(before) > 0:
			continue
		case once, p[EmptyValuesReplace] && f.way.Via != "xhr" && (line.Value == "" || len(before) > 0 && before[len(before)-1] == ""):
			out = out.without(line.Name)
		}
		out = append(out, line)
	}
	return out
}

// singletons are the headers of which Firefox sends one.
var singletons = []string{"content-type", "content-disposition", "authorization", "if-modified-since", "if-unmodified-since", "from", "location", "max-forwards"}

// wire is the list as it is sent: each name once.
func (h Headers) wire() Headers {
	var out Headers
next:
	for _, line := range h {
		for i := range out {
			if strings.EqualFold(out[i].Name, line.Name) {
				out[i].Value += ", " + line.Value
				continue next
			}
		}
		out = append(out, line)
	}
	return out
}

// stripped is the list without the white space around its values, which the
// wire does not keep.
func (h Headers) stripped() Headers {
	for i := range h {
		h[i].Value = strings.Trim(h[i].Value, " \t")
	}
	return h
}

// takeCookies honours the response's Set-Cookie lines.
func (f *fetching) takeCookies(reply Reply) {
	for _, line := range reply.Headers.Values("Set-Cookie") {
		f.state.storeCookie(line, f.url().origin, defaultCookiePath(f.url().path), f.cookieContext())
	}
}

func (f *fetching) credentialsPhrase(include bool, cookie string) string {
	switch {
	case !include:
		return " without credentials (mode " + f.credentials + ")"
	case cookie == "":
		return " with credentials (it has no cookies for it)"
	}
	return " with its cookies"
}

func originPhrase(origin string) string {
	if origin == "" {
		return ", no Origin header."
	}
	return ", Origin " + origin + "."
}

// originHeader is the value of the Origin header, "" when there is none: with
// CORS tainting always, otherwise for methods other than GET and HEAD, when the
// referrer policy may turn it into "null" unless the mode is cors.
//
// https://fetch.spec.whatwg.org/#append-a-request-origin-header
func (f *fetching) originHeader() string {
	origin := f.serializedOrigin()
	switch {
	case f.tainting == "cors", f.mode == "websocket":
		return origin
	case f.method == "GET" || f.method == "HEAD":
		kind := f.way.kind
		if f.passes != nil {
			kind = f.passes.kind
		}
		if f.mode == "cors" && kind != apiLoad && kind != streamLoad && kind != mediaLoad && f.way.Via != "manifest" && f.state.Profile[SameOriginCrossoriginOrigin] &&
			!(f.state.Profile[WorkerImportsPlain] && f.isOfWorker()) {
			return origin
		}
		if f.sentOrigin && f.mode == "cors" && f.state.Profile[OriginKeptOnRedirect] {
			return origin
		}
		if f.sentOrigin && f.mode == "no-cors" && !f.crossedOver && f.state.Profile[NoCORSOriginKept] {
			return origin
		}
		if f.state.Profile[StorageAccessSendsOrigin] && f.mayAskForCookies() {
			return origin
		}
		return ""
	case f.mode == "cors":
		return origin
	}
	if f.crossedOver && f.state.Profile[NoCORSRedirectOriginNull] {
		return "null"
	}
	if f.mode != "navigate" && f.state.Profile[OriginIgnoresReferrerPolicy] {
		return origin
	}
	switch f.referrerPolicy {
	case "no-referrer":
		return "null"
	case "no-referrer-when-downgrade", "strict-origin", "strict-origin-when-cross-origin":
		if f.origin.Scheme == "https" && f.url().scheme != "https" {
			return "null"
		}
	case "same-origin":
		if !SameOrigin(f.origin, f.url().origin) {
			return "null"
		}
	}
	return origin
}

// isOfWorker holds for what a worker or a worklet loads, and for its own script.
func (f *fetching) isOfWorker() bool {
	return f.client.Worker != "" || f.ofWorker || f.way.kind == workerLoad || f.way.kind == importedLoad ||
		f.way.Via == "worker-import" || f.way.Via == "audioworklet"
}

// serializedOrigin is the request's origin as servers see it: "null" once
// redirects have tainted it.
//
// https://fetch.spec.whatwg.org/#serializing-a-request-origin
func (f *fetching) serializedOrigin() string {
	if f.redirectTaint() != "same-origin" {
		return "null"
	}
	return f.origin.String()
}

// redirectTaint says how far the URL list strayed: from an origin that is not
// the request's own on to yet another one.
//
// https://fetch.spec.whatwg.org/#concept-request-redirect-taint
func (f *fetching) redirectTaint() string {
	taint := "same-origin"
	for i := 1; i < len(f.urls); i++ {
		last, next := f.urls[i-1].origin, f.askedOrigin(f.urls[i])
		if !SameSite(next, last) && !SameSite(f.origin, last) {
			return "cross-site"
		}
		if !SameOrigin(next, last) && !SameOrigin(f.origin, last) {
			taint = "same-site"
		}
	}
	return taint
}
