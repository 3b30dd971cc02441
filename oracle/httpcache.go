package oracle

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// storedResponse is an entry of the HTTP cache: the reply to a GET.
//
// https://fetch.spec.whatwg.org/#concept-http-network-or-cache-fetch
type storedResponse struct {
	partition, url string
	varied         []string // what the request had under the names of Vary
	reply          Reply
	at             time.Duration // when it was stored or last validated
	// document is the one that it came for, and destination what for.
	document, destination string
	linked                bool // by a link that uses nothing: preload or prefetch
	failed                bool // what it came for could not use it
	compared              bool // for fetch() with integrity metadata
}

// cacheMode is the request's cache mode: a conditional request of the script's
// own leaves the cache alone.
func (f *fetching) cacheMode() string {
	switch {
	case f.asked.Cache != "no-store" && f.passesCache():
		return "reload"
	case f.asked.Cache != "default":
		return f.asked.Cache
	case slices.ContainsFunc(conditionals, f.headers.Has):
		return "no-store"
	case f.asksToValidate():
		return "no-cache"
	case f.asksForAnother():
		if f.state.Profile[NoCacheReloads] {
			return "reload"
		}
		return "no-cache"
	}
	return "default"
}

// passesCache holds where an engine asks anew for what may have no credentials,
// unless the document has it already.
func (f *fetching) passesCache() bool {
	return f.state.Profile[CredentiallessReloads] && !f.embedderAllowsCredentials() && (f.way.kind == apiLoad || !slices.ContainsFunc(f.state.responses, func(s storedResponse) bool {
		return s.url == f.url().wire() && f.isOfDocument(s)
	}))
}

// forCaches are the headers of the request with those that its cache mode adds,
// for the caches on the way.
//
// https://fetch.spec.whatwg.org/#concept-http-network-or-cache-fetch
func (f *fetching) forCaches(h Headers) Headers {
	mode := f.asked.Cache
	if f.way.Via == "service-worker" && f.state.Profile[ServiceWorkersReloaded] || f.passesCache() {
		mode = "reload"
	}
	if mode == "default" {
		switch {
		case !slices.ContainsFunc(conditionals, f.headers.Has),
			f.state.Profile[ConditionalsOfWorkersPlain] && (f.client.Worker != "" || f.way.Via == "worker-fetch"),
			f.state.Profile[ConditionalsOfXHRPlain] && f.way.Via == "xhr":
			return h
		case f.state.Profile[ConditionalsValidate] && f.client.Worker != "":
			return h
		case f.state.Profile[ConditionalsValidate]:
			mode = "no-cache"
		default:
			mode = "no-store"
		}
	}
	add := func(name, value string) {
		if !h.Has(name) {
			h = append(h, Header{name, value})
		}
	}
	switch mode {
	case "no-cache":
		add("Cache-Control", "max-age=0")
	case "no-store", "reload":
		add("Pragma", "no-cache")
		add("Cache-Control", "no-cache")
	}
	return h
}

// asksToValidate looks for a max-age of 0 in the request's own Cache-Control.
//
// https://www.rfc-editor.org/rfc/rfc9111#name-max-age
func (f *fetching) asksToValidate() bool {
	age, _ := cacheDirective(f.headers, "max-age")
	return age == "0"
}

// asksForAnother looks for no-cache in the request's own headers.
//
// https://www.rfc-editor.org/rfc/rfc9111#name-no-cache
func (f *fetching) asksForAnother() bool {
	_, found := cacheDirective(f.headers, "no-cache")
	pragma, _ := f.headers.Get("Pragma")
	return found || strings.EqualFold(pragma, "no-cache")
}

var conditionals = []string{"If-Modified-Since", "If-None-Match", "If-Unmodified-Since", "If-Match", "If-Range"}

// cachePartition is the network partition: sites share no entries.
//
// https://fetch.spec.whatwg.org/#determine-the-http-cache-partition
func (f *fetching) cachePartition() string {
	if f.state.Profile[HTTPCacheShared] {
		return ""
	}
	partition := f.networkPartition()
	if !f.sentCredentials && f.state.Profile[HTTPCacheByCredentials] {
		partition += " without credentials"
	}
	switch {
	case f.mode == "navigate" && f.state.Profile[FramesCachedApart]:
		return "frame " + partition
	case f.state.Profile[HTTPCacheByFrame]:
		return partition + " " + siteOf(f.client.Page)
	}
	return partition
}

// usesCache is false where an engine keeps nothing for opaque origins. A
// dedicated worker shares its owner's cache.
func (f *fetching) usesCache() bool {
	if f.state.Profile[NoHTTPCache] && f.way.kind == apiLoad && f.way.Via != "xhr" && f.asked.Integrity == "" {
		url := f.url().wire()
		return slices.ContainsFunc(f.state.responses, func(s storedResponse) bool { return s.compared && s.url == url })
	}
	return !f.origin.IsOpaque() || f.client.Worker == "data" || f.state.Profile[HTTPCacheShared] || !f.state.Profile[HTTPCacheByFrame]
}

// cached is the stored response that answers the request, as an index; -1 if
// there is none, or the cache mode does not ask for it.
func (f *fetching) cached(w WireRequest) int {
	mode := f.cacheMode()
	if w.Method == "HEAD" && f.state.Profile[HeadAsksServer] {
		return -1
	}
	if !f.usesCache() || mode == "no-store" || mode == "reload" || w.Method != "GET" && w.Method != "HEAD" && !f.forcesCache(w) || w.Headers.Has("Range") && !f.servesPart(w) {
		return -1
	}
	partition := f.cachePartition()
	return slices.IndexFunc(f.state.responses, func(s storedResponse) bool {
		return s.partition == partition && s.url == w.URL && slices.Equal(s.varied, f.varied(s.reply.Headers, w))
	})
}

// varied are the request's values under the names of a response's Vary. Of the
// headers that only browsers set, those are looked at that change from load to
// load.
func (f *fetching) varied(h Headers, w WireRequest) []string {
	var values []string
	for _, name := range h.SplitValues("Vary") {
		value, _ := w.Headers.Get(name)
		switch strings.ToLower(name) {
		case "origin":
			value = w.Origin
		case "cookie":
			value = w.Cookie
		case "accept", "sec-fetch-dest":
			if value == "" {
				value = f.destination
			}
		case "sec-fetch-mode":
			value = f.mode
		}
		values = append(values, value)
	}
	return values
}

// isOfDocument says whether a stored response came for this document, for the same
// use.
func (f *fetching) isOfDocument(s storedResponse) bool {
	return s.document == f.client.document() && s.destination == f.destination
}

// hasAlready holds where an engine takes for the answer what the document has.
func (f *fetching) hasAlready(s storedResponse) bool {
	return f.state.Profile[KeptInDocument] && !s.linked && !s.failed && f.isOfDocument(s) &&
		(f.way.kind == fontLoad || f.destination == "style" && f.mode == "cors")
}

// usable says whether a stored response answers without asking the server.
func (f *fetching) usable(s storedResponse) bool {
	switch f.cacheMode() {
	case "force-cache", "only-if-cached":
		return true
	case "no-cache":
		return false
	}
	return f.state.Now-s.at < f.state.Profile.freshness(s.reply)
}

// forcesCache holds where an engine takes what the cache has for the answer to
// other methods than GET and HEAD, if it is told to take that whatever its age.
func (f *fetching) forcesCache(w WireRequest) bool {
	return f.asked.Cache == "force-cache" && (w.Method == "PATCH" || w.Method == "DELETE") && f.state.Profile[ForceCacheServesWrites]
}

// servesPart says whether the cache answers a request for a part.
func (f *fetching) servesPart(w WireRequest) bool {
	value, _ := w.Headers.Get("Range")
	_, ok := parseByteRange(value)
	return ok && f.state.Profile[RangeFromCache]
}

// part is the part of a stored response that a request asks for, or all of it.
func (f *fetching) part(w WireRequest, reply Reply) Reply {
	value, found := w.Headers.Get("Range")
	if !found || reply.Status != 200 {
		return reply
	}
	r, _ := parseByteRange(value)
	size := int64(len(reply.Body))
	first, last, ok := r.within(size)
	if !ok {
		return reply
	}
	reply.Status, reply.Body = 206, reply.Body[first:last+1]
	reply.Headers = append(reply.Headers.without("Content-Range"),
		Header{"Content-Range", "bytes " + strconv.FormatInt(first, 10) + "-" + strconv.FormatInt(last, 10) + "/" + strconv.FormatInt(size, 10)})
	return reply
}

// validates says whether a stored response is asked about.
func (f *fetching) validates(s storedResponse) bool {
	return (s.reply.Status == 200 || !f.state.Profile[ValidatesSuccessOnly]) && (f.hasValidator(s) || !f.state.Profile[ValidatesByValidator])
}

// validate makes a request conditional on a stored response.
func (f *fetching) validate(w WireRequest, s storedResponse) WireRequest {
	tag, modified := f.validators(s)
	if tag != "" {
		w.Headers = append(w.Headers, Header{"If-None-Match", tag})
	}
	if modified != "" {
		w.Headers = append(w.Headers, Header{"If-Modified-Since", modified})
	}
	return w
}

// validators are what there is to ask about a stored response by. A document
// that asks by itself has combined the lines.
//
// https://www.rfc-editor.org/rfc/rfc9110#name-validator-fields
func (f *fetching) validators(s storedResponse) (tag, modified string) {
	if f.validatesItself(s) {
		tag, _ = s.reply.Headers.Get("ETag")
		modified, _ = s.reply.Headers.Get("Last-Modified")
		return tag, modified
	}
	tag = f.state.Profile.entityTag(s.reply.Headers)
	modified, _ = f.state.Profile.singleton(s.reply.Headers, "Last-Modified")
	return tag, modified
}

// asksForPart says whether an engine's cache knows of the request that it is for
// a part of what is stored, and can be asked about: one of script's own, and all
// of audio and video.
func (f *fetching) asksForPart(w WireRequest, s storedResponse) bool {
	return f.state.Profile[RangeFromCache] && (f.way.kind == mediaLoad || w.Headers.Has("Range")) && f.hasValidator(s)
}

// hasValidator says whether there is anything to ask about a stored response by.
func (f *fetching) hasValidator(s storedResponse) bool {
	tag, modified := f.validators(s)
	return tag+modified != ""
}

// bounded gives a range of the request its end, which is known of what is stored.
func (f *fetching) bounded(w WireRequest, s storedResponse) WireRequest {
	value, _ := w.Headers.Get("Range")
	r, ok := parseByteRange(value)
	if !ok || !f.asksForPart(w, s) || s.reply.Status != 200 {
		return w
	}
	if first, last, ok := r.within(int64(len(s.reply.Body))); ok {
		w.Headers = append(w.Headers.without("Range"), Header{"Range", "bytes=" + strconv.FormatInt(first, 10) + "-" + strconv.FormatInt(last, 10)})
	}
	return w
}

// freshen is the stored response after a 304: the headers of the 304 replace
// its own, except those that describe the body.
//
// https://www.rfc-editor.org/rfc/rfc9111#name-freshening-stored-responses
func (s storedResponse) freshen(h Headers, now time.Duration) storedResponse {
	replaced := func(line Header) bool { return !describesBody(line.Name) && h.Has(line.Name) }
	headers := slices.DeleteFunc(slices.Clone(s.reply.Headers), replaced)
	for _, line := range h {
		if !describesBody(line.Name) {
			headers = append(headers, line)
		}
	}
	s.reply.Headers, s.at = headers, now
	return s
}

func describesBody(name string) bool {
	return slices.Contains([]string{"content-length", "content-encoding", "content-type", "content-range"}, strings.ToLower(name))
}

// remember keeps what a reply leaves in the HTTP cache: itself, or, after a
// request that may have changed the resource, nothing of its URL.
//
// https://www.rfc-editor.org/rfc/rfc9111#name-invalidating-stored-response
func (f *fetching) remember(w WireRequest, reply Reply) {
	switch {
	case w.Method == "HEAD":
	case w.Method != "GET":
		if (reply.Status < 400 || f.state.Profile[FailuresInvalidate]) && !f.keepsCached(w) {
			f.state.responses = slices.DeleteFunc(f.state.responses, func(s storedResponse) bool { return f.isStored(s, w) })
		}
	case reply.Status >= 400 && reply.Status != 410 && f.state.Profile[ErrorsNotCached]:
	case f.cacheMode() != "no-store" && f.usesCache() && f.state.Profile.mayStore(reply):
		entry := storedResponse{partition: f.cachePartition(), url: w.URL, varied: f.varied(reply.Headers, w), reply: reply, at: f.state.Now,
			document: f.client.document(), destination: f.destination, linked: f.way.kind == plainLoad, compared: f.way.kind == apiLoad && f.asked.Integrity != ""}
		f.state.responses = slices.DeleteFunc(f.state.responses, func(s storedResponse) bool {
			return f.isStored(s, w) && (f.state.Profile[HTTPCacheOneVariant] || slices.Equal(s.varied, f.varied(s.reply.Headers, w)))
		})
		f.state.responses = append(f.state.responses, entry)
		f.stored = true
	}
}

// keepsCached holds where an engine does not see that a request may have changed
// the resource.
func (f *fetching) keepsCached(w WireRequest) bool {
	changes := slices.Contains([]string{"POST", "DELETE", "PATCH"}, w.Method) || w.Method == "PUT" && f.body != nil
	return f.state.Profile[OtherMethodsKeepCached] && !changes
}

// forget takes back what this fetch left in the cache, where an engine does not
// keep what a page may not read, or a worker.
func (f *fetching) forget() {
	fetches := f.way.kind == apiLoad && f.way.Via != "xhr"
	inWorker := f.client.Worker != "" || f.way.Via == "worker-fetch"
	if f.state.Profile[BlockedNotCached] || f.state.Profile[BlockedInWorkersNotCached] && fetches && inWorker {
		f.takeBack()
	}
}

func (f *fetching) takeBack() {
	last := len(f.state.responses) - 1
	if f.stored && !f.isRedirect(f.state.responses[last].reply) {
		f.state.responses, f.stored = f.state.responses[:last], false
	}
}

// sniffedWhole says whether an engine that looks for the MIME type in the body
// has read all of it before the CORS check, so that it is in the cache: not for
// fetch(), not for types that it believes, and not where the first bytes tell,
// unless the rest could be asked for later.
//
// https://source.chromium.org/chromium/chromium/src/+/main:net/base/mime_sniffer.cc
func (f *fetching) sniffedWhole(reply Reply) bool {
	const sniffed, officeSniffed = 1024, 8
	nosniff, _ := reply.Headers.Get("X-Content-Type-Options")
	if f.way.Via == "fetch" || f.way.Via == "worker-fetch" || strings.EqualFold(nosniff, "nosniff") || len(reply.Body) >= sniffed {
		return false
	}
	kept := f.isResumable(reply)
	m, ok := f.mimeType(reply.Headers)
	if !ok || slices.Contains(unknownTypes, m.Essence()) {
		return kept || !begins(reply.Body, sniffedTags) && !begins(reply.Body, sniffedSignatures)
	}
	switch m.Essence() {
	case "text/plain":
		return kept || !isMarked(reply.Body) && !(isBinary(reply.Body) && begins(reply.Body, sniffedSignatures))
	case "application/octet-stream":
		return kept || len(reply.Body) < officeSniffed
	case "text/xml", "application/xml", "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint":
		return true
	}
	return strings.HasPrefix(m.Essence(), "application/vnd.openxmlformats-officedocument.")
}

// isResumable says whether the rest of a broken response can be asked for.
//
// https://source.chromium.org/chromium/chromium/src/+/main:net/http/http_cache_transaction.cc
func (f *fetching) isResumable(reply Reply) bool {
	tag := f.state.Profile.entityTag(reply.Headers)
	ranges, _ := reply.Headers.Get("Accept-Ranges")
	return tag != "" && !strings.HasPrefix(strings.ToLower(tag), "w/") && !strings.EqualFold(ranges, "none")
}

// sniffedTags and sniffedSignatures are by what bytes a body's type is known at
// once.
var (
	sniffedTags       = signatures(`[\t\n\f\r ]*(?i:<(!doctype html|script|html|!--|head|iframe|h1|div|font|table|a|style|title|b|p))`)
	sniffedSignatures = signatures(`<\?xml`, `\x89PNG\r\n\x1a\n`, `GIF8[79]a`, `\xFF\xD8\xFF`, `BM`, `II\*\x00`, `MM\x00\*`, `RIFF....WEBPVP`,
		`%PDF-`, `%!PS-Adobe-`, `ID3`, `\x1A\x45\xDF\xA3`, `\x1F\x8B\x08`, `PK\x03\x04`)
)

func (f *fetching) isStored(s storedResponse, w WireRequest) bool {
	return s.url == w.URL && s.partition == f.cachePartition()
}

// mayStore says whether a private cache may store the reply to a GET.
//
// https://www.rfc-editor.org/rfc/rfc9111#name-storing-responses-in-caches
func (p Profile) mayStore(reply Reply) bool {
	if _, never := cacheDirective(reply.Headers, "no-store"); never || reply.Abort != "" || slices.Contains(reply.Headers.SplitValues("Vary"), "*") {
		return false
	}
	_, lives := cacheDirective(reply.Headers, "max-age")
	switch {
	case slices.Contains(partialStatuses, reply.Status):
		return false
	case slices.Contains(cacheableStatuses, reply.Status):
		return true
	}
	return lives || reply.Headers.Has("Expires") || p[EveryStatusCached] && !slices.Contains(uncachedStatuses, reply.Status)
}

// partialStatuses are those that this cache does not store, cacheableStatuses
// those that it stores though nothing says for how long, uncachedStatuses those
// that Chromium does not.
//
// https://www.rfc-editor.org/rfc/rfc9110#name-overview-of-status-codes
var partialStatuses, cacheableStatuses, uncachedStatuses = []int{206, 304}, []int{200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501}, []int{205, 401, 407, 416}

// keptResponse is what a document has of a URL already, and goes on using.
type keptResponse struct {
	reply    Reply
	tainting string
}

// keepsItself holds where an engine's document goes on using what it has, if the
// question whether that is still right is answered by a network error.
func (f *fetching) keepsItself(s storedResponse) bool {
	switch {
	case !f.hasValidator(s), s.failed, f.way.kind != fontLoad && !f.hasStyles(s.reply):
	case f.way.kind == fontLoad, f.way.Via == "style", f.way.Via == "style-cors":
		return f.state.Profile[KeptOnFailure] && f.isOfDocument(s)
	}
	return false
}

// hasStyles holds for a style sheet that is neither empty nor taken for empty.
func (f *fetching) hasStyles(reply Reply) bool {
	m, typed := f.mimeType(reply.Headers)
	return len(reply.Body) > 0 && (!typed || m.Essence() == "text/css")
}

// keptReply is what becomes of a network error: what the document has already
// takes its place, once.
func (f *fetching) keptReply() (Reply, bool) {
	if f.kept == nil {
		return Reply{}, false
	}
	f.p.Trace[len(f.p.Trace)-1].Fails = false
	f.failed, f.tainting = "", f.kept.tainting
	for i := range f.state.responses {
		if s := &f.state.responses[i]; s.url == f.urls[0].wire() && s.document == f.client.document() {
			s.document = ""
		}
	}
	f.note(networkFetch, "The document has it already, and goes on using that.")
	return f.kept.reply, true
}

// validatesItself holds where an engine's document asks by itself whether what
// it has already is still right, and does not look at the headers of a 304.
func (f *fetching) validatesItself(s storedResponse) bool {
	if f.state.Profile[NotModifiedUnchecked] && (f.way.kind != apiLoad || f.way.Via == "xhr") {
		return true
	}
	switch f.way.kind {
	case scriptLoad, styleLoad, fontLoad:
		return f.state.Profile[NotModifiedHeadersUnseen] && (!s.failed || f.way.kind == scriptLoad) && f.isOfDocument(s)
	}
	return false
}
