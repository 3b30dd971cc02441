package oracle

import (
	"slices"
	"strings"
)

// Preflight is what the answer to a preflight is held against.
type Preflight struct {
	Origin        string // serialised
	Credentials   string // of the actual request; the OPTIONS itself carries none
	Method        string // normalised
	UnsafeHeaders []string
	// Forced is the use-CORS-preflight flag: an upload listener or a stream.
	Forced  bool
	Profile Profile
}

// PreflightGrant is what the answer allowed: the lists as they stood there.
type PreflightGrant struct{ Methods, Headers []string }

// CheckPreflight says whether the answer to a preflight lets the actual request
// go: "" if so, otherwise what failed, and the value that did. It must pass the
// CORS check under the actual request's credentials mode and have a status of
// 200 to 299; its two lists must keep to their grammar; the method must be
// listed, safelisted, or covered by "*" without credentials; each unsafe header
// must be listed, or covered by "*" without credentials, which authorization
// never is. The grant is what the lists allow, though it may not be enough; without
// lists that keep to the grammar there is none.
//
// https://fetch.spec.whatwg.org/#cors-preflight-fetch
func CheckPreflight(p Preflight, status int, h Headers) (grant PreflightGrant, failed Reason, value string) {
	if isRedirectStatus(status) && h.Has("Location") {
		return grant, PreflightRedirect, ""
	}
	if r := CORSCheck(p.Origin, p.Credentials, h); r != "" {
		return grant, r.OfPreflight(), ""
	}
	if status/100 != 2 {
		return grant, PreflightInvalidStatus, ""
	}
	methods, found, ok := h.ExtractListValues("Access-Control-Allow-Methods")
	if !ok {
		return grant, InvalidAllowMethods, strings.Join(h.Values("Access-Control-Allow-Methods"), ", ")
	}
	if !found && p.Forced && !p.Profile[ForcedPreflightNeedsMethods] {
		methods = []string{p.Method}
	}
	headers, _, ok := h.ExtractListValues("Access-Control-Allow-Headers")
	if !ok {
		return grant, InvalidAllowHeaders, strings.Join(h.Values("Access-Control-Allow-Headers"), ", ")
	}
	wildcards := p.Credentials != "include"
	if !slices.Contains(methods, p.Method) && !IsSafelistedMethod(p.Method) &&
		!(wildcards && slices.Contains(methods, "*")) {
		return PreflightGrant{methods, headers}, MethodNotAllowed, p.Method
	}
	listed := func(name string) bool {
		return slices.ContainsFunc(headers, func(h string) bool { return strings.EqualFold(h, name) })
	}
	for _, name := range p.UnsafeHeaders {
		if listed(name) || wildcards && listed("*") &&
			(!IsNonWildcardRequestHeaderName(name) || p.Profile[AuthorizationUnderWildcard]) {
			continue
		}
		return PreflightGrant{methods, headers}, HeaderNotAllowed, name
	}
	return PreflightGrant{methods, headers}, "", ""
}

// ensurePreflight sends a preflight unless the cache answers for it. false:
// network error.
//
// https://fetch.spec.whatwg.org/#concept-http-fetch
func (f *fetching) ensurePreflight() bool {
	unsafe, again := f.unsafeNames(), f.preflightsAgain()
	if again {
		unsafe = f.askedFor
	} else {
		f.askedBefore, f.askedFor = true, unsafe
	}
	key := f.cacheKey()
	needMethod := (!IsSafelistedMethod(f.method) || f.forcePreflight) && !f.state.methodCached(key, f.method) && !f.state.coversSafelisted(key, f.method)
	missing := slices.IndexFunc(unsafe, func(name string) bool { return !f.state.headerCached(key, name) })
	stays := IsSafelistedMethod(f.method) && len(unsafe) == 0 && !f.forcePreflight // no other reason is left
	if !again && !needMethod && missing < 0 && !stays && !f.bypassesPreflightCache() {
		f.note(preflightCache, "An earlier preflight for this URL still answers for ", f.method, headersPhrase(unsafe), ", so none is sent.")
		return true
	}
	if f.state.Profile[PreflightCacheReplaces] && !f.bypassesPreflightCache() {
		f.state.clearPreflight(key) // what does not suffice is not kept
	}
	return f.corsPreflightFetch(key, unsafe)
}

// preflightsAgain holds where an engine asks once more after a redirect, for all
// that the first preflight was for.
func (f *fetching) preflightsAgain() bool {
	return f.askedBefore && f.redirects > 0 && f.state.Profile[PreflightAgainAfterRedirect]
}

// bypassesPreflightCache holds where an engine takes the HTTP cache's mode for
// the preflight cache's, too.
func (f *fetching) bypassesPreflightCache() bool {
	switch {
	case f.state.Profile[PreflightCacheObeysReload]:
		return f.asked.Cache == "no-store" || f.asked.Cache == "reload" || slices.ContainsFunc(conditionals, f.headers.Has)
	case !f.state.Profile[PreflightCacheObeysCacheMode]:
		return false
	}
	switch f.asked.Cache {
	case "no-store", "reload", "no-cache":
		return true
	case "default":
		return f.client.Worker == "" && slices.ContainsFunc(conditionals, f.headers.Has)
	}
	return false
}

// cachesPreflights is false where an engine keeps nothing for opaque origins, the
// document's and the one that redirects make of it, or nothing for no-store.
func (f *fetching) cachesPreflights() bool {
	return (f.serializedOrigin() != "null" || !f.state.Profile[OpaqueOriginsCacheNoPreflight]) &&
		(f.asked.Cache != "no-store" || !f.state.Profile[PreflightCacheObeysCacheMode])
}

// corsPreflightFetch is the CORS-preflight fetch.
//
// https://fetch.spec.whatwg.org/#cors-preflight-fetch
func (f *fetching) corsPreflightFetch(key cacheKey, unsafe []string) bool {
	if !f.allowedByLocalNetwork() {
		return false
	}
	origin := f.serializedOrigin()
	if f.state.Profile[PreflightOriginOfPageAfterHops] {
		origin = f.origin.String()
	}
	w := WireRequest{
		Method: "OPTIONS", URL: f.wireURL(), Preflight: true, Origin: origin,
		RequestMethod: f.method, RequestHeaders: strings.Join(unsafe, ","),
	}
	f.note(preflightFetch, "An OPTIONS asks ", f.url().origin.String(), " for ", f.method, headersPhrase(unsafe), ", without credentials.")
	reply, ok := f.exchange(w)
	if f.retriesMisdirected(reply) {
		reply, ok = f.exchange(w)
	}
	switch {
	case !ok:
		return f.fail(PreflightNetworkError, preflightFetch, "There is no answer.")
	case reply.Status == 407:
		return f.fail(PreflightNetworkError, preflightFetch, "Status 407 is a proxy's, and there is none.")
	}
	if f.refusesLocation(reply) {
		return false
	}
	grant, failed, value := CheckPreflight(Preflight{
		Origin: origin, Credentials: f.credentials, Method: f.method,
		UnsafeHeaders: unsafe, Forced: f.forcePreflight, Profile: f.state.Profile,
	}, reply.Status, reply.Headers)
	kept := failed == "" || f.state.Profile[RefusedPreflightKept] && (failed == MethodNotAllowed || failed == HeaderNotAllowed)
	if kept && f.cachesPreflights() {
		f.state.cachePreflight(key, grant, reply.Headers)
	}
	if failed != "" {
		return f.fail(failed, preflightFetch, f.preflightSentence(failed, value, reply))
	}
	f.note(preflightFetch, "The answer, status ", itoa(reply.Status), ", allows it.")
	return true
}

func headersPhrase(names []string) string {
	switch len(names) {
	case 0:
		return ""
	case 1:
		return " with the header " + names[0]
	}
	return " with the headers " + quote(strings.Join(names, ","))
}

// preflightSentence says what was wrong with the answer.
func (f *fetching) preflightSentence(failed Reason, value string, reply Reply) string {
	list := func(name, covered string) string {
		if v, ok := reply.Headers.Get(name); ok {
			return "The answer's " + name + " is " + quote(v) + ", which does not allow " + quote(value) + covered + "."
		}
		return "The answer has no " + name + ", so it does not allow " + quote(value) + "."
	}
	covered := ""
	if f.credentials == "include" {
		covered = ` (with credentials "*" is only a name)`
	}
	switch failed {
	case PreflightRedirect:
		return "The answer is a redirect, and a preflight is never redirected."
	case PreflightInvalidStatus:
		return "The answer's status is " + itoa(reply.Status) + ", not 200 to 299."
	case InvalidAllowMethods:
		return "The answer's Access-Control-Allow-Methods " + quote(value) + " is no list of methods."
	case InvalidAllowHeaders:
		return "The answer's Access-Control-Allow-Headers " + quote(value) + " is no list of header names."
	case MethodNotAllowed:
		return list("Access-Control-Allow-Methods", covered)
	case HeaderNotAllowed:
		if IsNonWildcardRequestHeaderName(value) {
			covered = ` ("*" never covers it)`
		}
		return list("Access-Control-Allow-Headers", covered)
	}
	return "The answer fails the CORS check: " + f.corsSentence(reply.Headers)
}
