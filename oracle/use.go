package oracle

import (
	"slices"
	"strings"
)

// fetch runs main fetch and the checks that come after it. false: network
// error.
func (f *fetching) fetch() (Reply, bool) {
	if reply, ok, found := f.moduleFromMap(); found {
		return reply, ok
	}
	reply, ok := f.mainFetch()
	if !ok {
		return f.keptReply()
	}
	f.status = reply.Status
	if f.worker != nil && !f.responsePolicyAllows() {
		return Reply{}, false
	}
	if f.opaqueRedirect {
		return reply, f.checkIntegrity(reply, true)
	}
	bodiless := f.method == "HEAD" && !(f.worker != nil && f.state.Profile[WorkerResponsesKeepBody]) || isNullBodyStatus(reply.Status) && f.mode != "websocket"
	if bodiless {
		reply.Body = nil
	}
	coded := true
	if f.worker == nil {
		reply.Body, coded = decodeContent(reply.Headers, reply.Body, f.state.Profile[BadCodingsPass])
	}
	if !coded && f.state.Profile[UndecodableNotCached] {
		f.takeBack()
	}
	if !coded && reply.Abort == "" && !f.opensBeforeBody() {
		f.fail(NetworkError, contentCodings, "The body is not what Content-Encoding says.")
		return Reply{}, false
	}
	looksAtType := (f.way.Via != "preload" || !f.state.Profile[LinksLookAtStatus]) && !f.statusFirst(reply)
	if f.tainting == "opaque" && f.worker == nil && !f.allowedByORB(reply) || looksAtType && (!f.allowedByNosniff(reply) || !f.allowedByMIMEType(reply)) {
		return f.keptReply()
	}
	if f.worker != nil {
		taints := f.tainting == "opaque" && f.way.kind != apiLoad && f.state.Profile[WorkerResponsesTaintElements]
		if f.tainting = f.worker.kind; taints {
			f.tainting = "opaque"
		}
	}
	if reply.Abort == "in-body" && !f.opensBeforeBody() {
		f.brokeOff = true
		f.fail(NetworkError, networkFetch, "The response broke off in its body.")
		return Reply{}, false
	}
	return reply, f.checkIntegrity(reply, bodiless)
}

// opensBeforeBody holds for the ways to load that are open with the head of the
// response, whatever becomes of the rest: the body of an opaque response is not
// for script to read.
func (f *fetching) opensBeforeBody() bool {
	return f.way.kind == streamLoad || f.way.kind == socketLoad ||
		f.way.kind == apiLoad && f.tainting == "opaque"
}

// isNullBodyStatus holds for the statuses whose responses have no body.
//
// https://fetch.spec.whatwg.org/#null-body-status
func isNullBodyStatus(status int) bool {
	return slices.Contains(nullBodyStatuses, status)
}

var nullBodyStatuses = []int{101, 103, 204, 205, 304}

// isOK says whether the status is an ok status.
func isOK(status int) bool { return status/100 == 2 }

// use says what the way to load makes of a response that is no network error,
// and what script can see of it.
func (f *fetching) use(reply Reply) {
	f.filter(reply)
	if (f.way.Via == "object" || f.way.Via == "embed" && f.state.Profile[EmbedsNeedOK]) && !f.needsOK(reply, objectResponse) {
		return
	}
	switch f.way.kind {
	case apiLoad:
		f.useAPI(reply)
	case moduleLoad:
		f.useModule(reply)
	case scriptLoad:
		f.useScript(reply)
	case imageLoad:
		f.useImage(reply)
	case fontLoad:
		f.useFont(reply)
	case styleLoad:
		f.useStyle(reply)
	case frameLoad:
		f.useFrame(reply)
	case streamLoad:
		f.useStream(reply)
	case workerLoad:
		f.useWorker(reply)
	case importedLoad:
		f.useImported(reply)
	case mediaLoad:
		f.useMedia(reply)
	case trackLoad:
		f.useTrack(reply)
	case svgLoad:
		f.useSVGDocument(reply)
	case plainLoad:
		f.useLink(reply)
	case socketLoad:
		f.useSocket(reply)
	case silentLoad:
		f.p.Read = Unobservable
		if f.way.Via == "poster" && !f.isImage(reply) && f.state.Profile[PostersAskTwice] {
			w := f.p.Wire[len(f.p.Wire)-1]
			w.Maybe = true
			f.noteRequest(w)
		}
	}
}

// finish ends with a value of Read.
func (f *fetching) finish(read Read, reason Reason, a algorithm, parts ...string) {
	f.p.Read, f.p.Reason = read, reason
	f.note(a, parts...)
}

// filter fills in the filtered response. The APIs hand it to script; the other
// ways to load use it without showing it.
//
// https://fetch.spec.whatwg.org/#concept-filtered-response
func (f *fetching) filter(reply Reply) {
	kind := f.tainting
	if f.opaqueRedirect {
		kind = "opaqueredirect"
	}
	urls, credentials := f.urls, f.credentials
	if f.worker != nil && len(f.worker.urls) > 0 {
		urls, credentials = f.worker.urls, f.worker.credentials
	}
	u := urls[len(urls)-1]
	if f.written != nil && len(urls) == 1 && f.way.Via != "xhr" && f.state.Profile[FetchURLAsWritten] {
		u = f.written
	}
	if f.worker == nil {
		u = f.escaped(u)
	}
	f.p.Type = kind
	f.p.Redirected = (len(urls) > 1 || f.written != nil && f.state.Profile[UpgradesAreRedirects]) && kind != "opaque"
	switch kind {
	case "opaque":
		return
	case "opaqueredirect":
		f.p.URL = u.href()
		return
	}
	f.p.URL, f.p.Status, f.p.StatusText = u.href(), reply.Status, reply.StatusText
	if f.state.Profile[DataURLSpacesGone] && inBase64(u) {
		f.p.URL = strings.ReplaceAll(f.p.URL, " ", "")
	}
	if f.state.Profile[EmptyLinesDropped] {
		reply.Headers = reply.Headers.withoutEmptyLines()
	}
	if f.state.Profile[SpdyHeaderAdded] && !reply.HTTP1 && f.worker == nil && f.url().isHTTP() {
		reply.Headers = append(slices.Clone(reply.Headers), Header{"X-Firefox-Spdy", "h2"})
	}
	if types := reply.Headers.Values("Content-Type"); len(types) > 1 && f.state.Profile[TypesJoinedTightly] {
		reply.Headers = append(reply.Headers.without("Content-Type"), Header{"Content-Type", strings.Join(types, ",")})
	}
	f.p.Headers = readableHeaders(kind, credentials, f.state.Profile.exposed(reply.Headers), reply.Headers)
	if kind == "cors" && f.state.Profile[ResponseURLWithoutName] {
		f.p.URL = u.wire()
	}
	if kind == "cors" && f.worker != nil && f.way.Via == "xhr" && f.state.Profile[WorkerResponsesUnfiltered] {
		f.p.Headers = readableHeaders("basic", credentials, nil, reply.Headers)
	}
	if f.state.Profile[ClearSiteDataHidden] {
		f.p.Headers = f.p.Headers.without("Clear-Site-Data")
	}
	if f.way.Via == "xhr" && !f.url().isHTTP() && f.state.Profile[LocalHeadersAsWritten] {
		for _, line := range reply.Headers {
			f.p.Listed = append(f.p.Listed, line.Name)
		}
	}
	f.p.Body = reply.Body
	if f.p.Body == nil {
		f.p.Body = []byte{}
	}
}

// useAPI hands the filtered response to script.
func (f *fetching) useAPI(reply Reply) {
	switch f.p.Type {
	case "opaqueredirect":
		f.finish(Opaque, "", filtering, "An opaque-redirect filtered response: status 0, no headers, no body.")
	case "opaque":
		f.finish(Opaque, "", filtering, "An opaque filtered response: status 0, no headers, no body, no URL.")
	default:
		f.finish(Allowed, "", filtering, "A ", f.p.Type, " filtered response: script reads the status ", itoa(reply.Status), ", the body and ", headerCount(len(f.p.Headers)), ".")
	}
}

func headerCount(n int) string {
	if n == 1 {
		return "1 header"
	}
	return itoa(n) + " headers"
}

// contentType is the value of Content-Type for a sentence.
func contentType(h Headers) string {
	if value, found := h.Get("Content-Type"); found {
		return "Content-Type is " + quote(value)
	}
	return "there is no Content-Type"
}

// needsOK is the rule of scripts, styles and fonts that the status must be ok.
func (f *fetching) needsOK(reply Reply, a algorithm) bool {
	if isOK(reply.Status) || f.lenientStatus(reply) {
		return true
	}
	f.fail(WrongType, a, "Status ", itoa(reply.Status), " is not 200 to 299.")
	return false
}

// lenientStatus holds where an engine lets a script, a stylesheet or a font pass
// whatever is no 4xx or 5xx.
func (f *fetching) lenientStatus(reply Reply) bool {
	script := f.way.kind == scriptLoad || f.way.kind == fontLoad
	return reply.Status < 400 && (f.state.Profile[HTTPErrorsFrom400] && (script || f.way.kind == styleLoad) || f.state.Profile[ScriptErrorsFrom400] && script)
}

// useModule takes a module by its MIME type only, and with it all that it
// imports.
//
// https://html.spec.whatwg.org/multipage/webappapis.html#fetch-a-module-script-tree
func (f *fetching) useModule(reply Reply) {
	if f.isModule(reply) {
		f.keepModule(f, reply)
	}
	switch {
	case f.failed != "":
	case f.destination == "style":
		f.finish(Allowed, "", moduleResponse, "It is a style sheet, and script gets it as a CSSStyleSheet.")
	case f.destination == "json":
		if isJSONText(reply.Body) {
			f.finish(Allowed, "", jsonModule, "It is JSON, and script gets its value.")
			return
		}
		f.p.Error = "SyntaxError"
		f.fail(WrongType, jsonModule, "The body does not parse as JSON.")
	case f.way.Via == "modulepreload":
		if f.state.Profile[ModulepreloadFetchesImports] {
			f.preloadImports(reply)
		}
		f.finish(Allowed, "", moduleResponse, "It is JavaScript, and it waits in the module map.")
	case f.way.Via == "worker-import" && !f.parsesForWorker(reply):
	default:
		if f.fetchImports(reply, true); f.failed == "" {
			f.finish(Allowed, "", moduleResponse, "It is JavaScript, and it runs.")
		}
	}
}

// useScript runs what came, whatever its type; only its errors tell what is
// in it, and those of another origin are muted.
func (f *fetching) useScript(reply Reply) {
	if !f.needsOK(reply, scriptResponse) {
		return
	}
	muted := f.tainting == "opaque"
	if f.state.Profile[ScriptMutedByLastURL] {
		muted = muted && !SameOrigin(f.origin, f.url().origin)
	}
	f.fetchImports(reply, !muted)
	if muted {
		f.p.Muted = true
		f.finish(Opaque, "", scriptResponse, "It runs, and its errors are muted: the page learns nothing of what is in it.")
		return
	}
	f.finish(Allowed, "", scriptResponse, "It runs, and its errors are not muted.")
}

func (f *fetching) useFont(reply Reply) {
	if f.kept != nil {
		f.finish(Allowed, "", fontResponse, "The document has the font already, and goes on using that.")
		return
	}
	if !f.needsOK(reply, fontResponse) {
		return
	}
	if !isFont(reply.Body) {
		f.fail(WrongType, fontResponse, "What came is no font.")
		return
	}
	f.finish(Allowed, "", fontResponse, "The font loads.")
}

// useStyle applies a style sheet once all that it imports is there.
func (f *fetching) useStyle(reply Reply) {
	if f.isStyleSheet(reply) {
		f.fetchStyles(reply)
	}
	if f.failed != "" {
		return
	}
	if f.tainting == "opaque" {
		f.finish(Opaque, Tainted, cssOriginClean, "It applies, and it is not origin-clean: cssRules throws.")
		return
	}
	f.finish(Allowed, "", cssOriginClean, "It applies, and script can read cssRules.")
}

func (f *fetching) useStream(reply Reply) {
	m, _ := f.mimeType(reply.Headers)
	switch {
	case reply.Status != 200:
		f.fail(WrongType, streamResponse, "Status ", itoa(reply.Status), " is not 200.")
	case m.Essence() != "text/event-stream":
		f.fail(WrongType, streamResponse, "An event stream must be text/event-stream, and ", contentType(reply.Headers), ".")
	case f.state.Profile[EventStreamNeedsUTF8] && m.hasOtherCharset():
		f.fail(WrongType, streamResponse, "The event stream's charset is not UTF-8.")
	default:
		f.finish(Allowed, "", streamResponse, "The stream opens, and the page gets its events.")
	}
}

// hasOtherCharset says whether the type has a charset that is not called UTF-8.
func (m MIMEType) hasOtherCharset() bool {
	charset, found := m.Parameter("charset")
	return found && !strings.EqualFold(charset, "utf-8")
}
