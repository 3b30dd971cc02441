package oracle

import (
	"cmp"
	"slices"
	"strconv"
)

// Predict says what a browser in state s must do when a page asks for r and
// server answers, and the state it is in afterwards. A request that its way to
// load cannot make (see [CheckRequest]) is predicted as [InvalidRequest].
//
// The standard leaves one thing open that matters here: which of several
// things that are wrong a browser names. [Prediction.Reason] is the first that
// the algorithm meets.
func Predict(s State, r Request, server Server) (Prediction, State) {
	f := newFetching(s, r, server)
	if f.prepare() {
		reply, ok := f.fetch()
		if f.way.Via == "preload" {
			f.keepPreload(reply, ok)
		}
		if ok {
			f.use(reply)
		}
		f.p.Timing = f.timing(ok)
	}
	if f.failed != "" {
		f.keepFailure(f)
		if f.state.Profile[FailuresNotCached] && f.failed != IntegrityMismatch {
			f.takeBack()
		}
		f.block()
	}
	return f.p, f.state
}

// fetching is one fetch in progress: the standard's request, and what came of
// it so far.
type fetching struct {
	asked  Request
	way    *Way
	server Server
	state  State
	p      Prediction

	client         Client
	origin         Origin // of the request; opaque for an opaque client
	method         string
	urls           []*urlRecord // the URL list; the last is the current URL
	headers        Headers
	body           *Body
	mode           string
	credentials    string
	redirectMode   string
	referrerPolicy string
	destination    string
	initiator      string
	tainting       string // the response tainting: basic, cors, opaque
	redirects      int
	unsafeRequest  bool          // made by script, which chooses methods and headers
	forcePreflight bool          // the use-CORS-preflight flag
	preflighted    bool          // some URL of it has needed a preflight
	crossedOver    bool          // some redirect led to another origin
	askedBefore    bool          // the first URL needed a preflight
	askedFor       []string      // that was for these headers
	sentOrigin     bool          // the last URL got an Origin
	ofWorker       bool          // it is for a script of a worker
	timingFailed   bool          // the timing allow failed flag
	permitted      bool          // the last response has passed the CORS check
	brokeOff       bool          // the response's body did not come to its end
	status         int           // of the response that is no redirect, 0 before it has come
	fromMap        bool          // the response is that of a module that the document has
	kept           *keptResponse // what a failure leaves in use; nil: nothing
	stored         bool          // the last reply went into the HTTP cache
	opaqueRedirect bool          // the response is an opaque-redirect filtered one

	// What stands beside CORS.
	policies        []policy      // the document's Content Security Policies
	upgrades        bool          // one of them says upgrade-insecure-requests
	written         *urlRecord    // what the first URL was before it was upgraded
	embedder        string        // the embedder policy, "" for unsafe-none
	sentCredentials bool          // with the last request
	passes          *Way          // whose request a service worker passes on; nil for one of its own
	worker          *workerAnswer // what the service worker gave, nil for none

	failed Reason // why it is a network error, "" while it is none
}

func newFetching(s State, r Request, server Server) *fetching {
	f := &fetching{
		asked: r, server: server, state: s.clone(),
		client: r.Client, origin: r.Client.Origin(),
		method: "GET", redirectMode: "follow", tainting: "basic",
		referrerPolicy: referrerPolicy(r.Client.Headers, "strict-origin-when-cross-origin"),
		policies:       s.Profile.policies(r.Client.Headers), embedder: s.Profile.embedderPolicy(r.Client.Headers, r.Client.isSecureContext()),
		urls: make([]*urlRecord, 0, 2),
	}
	f.upgrades = anyPolicyHas(f.policies, "upgrade-insecure-requests")
	f.asked.Cache = cmp.Or(r.Cache, "default")
	if r.ReferrerPolicy != "" {
		f.referrerPolicy = r.ReferrerPolicy
	}
	return f
}

// url is the current URL.
func (f *fetching) url() *urlRecord { return f.urls[len(f.urls)-1] }

// unsafeNames are the headers of the request that need a preflight.
func (f *fetching) unsafeNames() []string {
	return f.state.Profile.unsafeRequestHeaderNames(f.headers)
}

func (f *fetching) cacheKey() cacheKey {
	url := f.url().wire()
	if f.state.Profile[PreflightCacheKeyHasFragment] {
		url += f.url().fragment
	}
	partition := f.networkPartition()
	if f.state.Profile[PreflightCacheByTopOrigin] {
		partition = f.client.topLevel().String()
	}
	return cacheKey{partition, f.serializedOrigin(), url, f.credentials == "include"}
}

// block makes the prediction one of a network error.
func (f *fetching) block() {
	f.p.Read, f.p.Reason = Blocked, f.failed
	f.p.Type, f.p.Status, f.p.StatusText, f.p.URL, f.p.Redirected, f.p.Headers, f.p.Body = "error", 0, "", "", false, nil, nil
	switch {
	case f.way == nil || f.p.Error != "":
	case f.loadsWhatFails():
		f.p.Read, f.p.Reason = f.readOfFailure(), "" // the event is all that there is
	case f.brokeOff && f.way.Via == "fetch" && f.state.Profile[BrokenBodyAborts]:
		f.p.Error = "AbortError"
	case f.way.kind == silentLoad:
		f.p.Read = Unobservable
	case f.asked.Sync && f.client.Worker != "" && len(f.p.Wire) > 0 && f.state.Profile[SyncXHROfWorkersFires]:
		f.p.Error = "error"
	case f.asked.Sync, f.way.kind == fontLoad:
		f.p.Error = "NetworkError"
	case f.way.kind == apiLoad && f.way.Via != "xhr", f.way.Via == "dynamic-import", f.way.Via == "json-module",
		f.way.Via == "css-module", f.way.Via == "import-map":
		f.p.Error = "TypeError"
	case f.way.kind == workerLoad, f.way.kind == importedLoad, f.way.Via == "worker-import", f.way.Via == "audioworklet":
		f.p.Error = f.workerError()
	}
}

// mainFetch is main fetch: it decides the response tainting, and with it
// everything that follows. false: network error.
//
// https://fetch.spec.whatwg.org/#concept-main-fetch
func (f *fetching) mainFetch() (Reply, bool) {
	if f.redirects == 0 && f.way.kind == apiLoad && f.way.Via != "xhr" && f.state.Profile[FetchPolicySeesURLAsWritten] && !f.allowedByPolicy() {
		return Reply{}, false
	}
	f.upgradeInsecure()
	f.upgradeMixedContent()
	u := f.url()
	modeFirst := f.redirects == 0 && (f.state.Profile[ModeBeforeMixedContent] && f.way.kind == apiLoad && f.way.Via != "xhr" ||
		f.state.Profile[ModuleWorkersModeFirst] && f.way.Via == "worker-module")
	switch {
	case !f.allowedByPolicy():
		return Reply{}, false
	case modeFirst && f.refusedByMode():
		return Reply{}, false
	case f.isBadPort() && !(modeFirst && f.isMixedContent()):
		return Reply{}, f.fail(PortBlocked, portBlocking, "Port ", itoa(u.origin.Port), " is one that no browser loads from.")
	case f.isMixedContent():
		return Reply{}, f.fail(MixedContent, mixedBlock, f.client.Page.String(), " is a secure page and ", u.origin.String(), " is plain http: mixed content, nothing is sent.")
	}
	if reply, ok, found := f.consumePreload(); found {
		return reply, ok
	}
	who, whom := f.origin.String(), u.place()
	switch {
	case f.mode == "navigate" || f.mode == "websocket":
		f.note(mainFetch, who, " loads ", whom, " with mode ", f.mode, ": CORS does not look at it.")
		return f.schemeFetch()
	case u.scheme == "data" || u.scheme == "blob":
		f.note(mainFetch, who, " loads ", whom, ", which counts as its own: response tainting basic.")
		return f.schemeFetch()
	case f.isOwn():
		f.note(mainFetch, who, " loads from its own origin: response tainting basic, no CORS check.")
		return f.schemeFetch()
	case f.refusedByMode():
		return Reply{}, false
	case f.mode == "no-cors":
		f.tainting = "opaque"
		f.note(mainFetch, who, " loads from ", whom, f.again(), " with mode no-cors: response tainting opaque, so it may load but not be read.")
		return f.schemeFetch()
	case !u.isHTTP():
		return Reply{}, f.fail(SchemeNotHTTP, mainFetch, "CORS needs http or https, and the URL is ", whom, ".")
	}
	f.tainting = "cors"
	f.note(mainFetch, who, " loads from ", whom, f.again(), " with mode cors: response tainting cors, so the server must agree.")
	if f.onlyUpgraded() || !f.wantsPreflight() {
		return f.httpFetch(false)
	}
	if f.state.Profile[KeepaliveLimitedFirst] && f.exceedsKeepalive() {
		return Reply{}, false
	}
	reply, ok := f.httpFetch(true)
	if !ok && !f.state.Profile[PreflightCacheKeptOnFailure] {
		f.state.clearPreflight(f.cacheKey())
	}
	return reply, ok
}

// isOwn says whether the current URL is one of the request's origin, and so have
// been all before it.
func (f *fetching) isOwn() bool {
	u := f.url()
	return f.tainting == "basic" && SameOrigin(f.origin, u.origin) && SameOrigin(f.origin, f.askedOrigin(u))
}

// askedOrigin is the origin of a URL: that from before an upgrade, where an engine
// takes an upgrade for a redirect.
func (f *fetching) askedOrigin(u *urlRecord) Origin {
	if u.written != nil && f.state.Profile[UpgradesAreRedirects] {
		return u.written.origin
	}
	return u.origin
}

// onlyUpgraded holds for what counts as another origin's for an upgrade alone (see
// askedOrigin): no server has anything to say to that.
func (f *fetching) onlyUpgraded() bool {
	return !slices.ContainsFunc(f.urls, func(u *urlRecord) bool { return !SameOrigin(f.origin, u.origin) })
}

// refusedByMode holds where the request's mode, or redirect mode, keeps it from
// leaving its origin at all.
func (f *fetching) refusedByMode() bool {
	u := f.url()
	switch {
	case u.scheme == "data" || u.scheme == "blob" || f.isOwn():
	case f.mode == "same-origin":
		f.fail(ModeSameOrigin, mainFetch, u.place(), " is not ", f.origin.String(), ", and the mode is same-origin: nothing is sent.")
		return true
	case f.mode == "no-cors" && f.redirectMode != "follow":
		f.fail(RedirectModeNoCORS, mainFetch, "Across origins, mode no-cors goes with redirect mode follow only, not ", f.redirectMode, ".")
		return true
	}
	return false
}

// again says that an own origin does not count any more.
func (f *fetching) again() string {
	if SameOrigin(f.origin, f.url().origin) {
		return " (its own origin, but after another one)"
	}
	return ""
}

// wantsPreflight says whether the request needs a preflight, and notes why.
func (f *fetching) wantsPreflight() bool {
	if f.forcePreflight {
		f.note(needPreflight, "An upload listener or a stream as body asks for a preflight in any case.")
		return true
	}
	if f.preflightsAgain() {
		f.note(needPreflight, "Before the redirect there was a preflight, and so there is one again.")
		return true
	}
	unsafe := f.unsafeNames() // only script can ask by other methods, and with such headers
	safelisted := IsSafelistedMethod(f.method) && len(unsafe) == 0
	switch {
	case !safelisted:
		f.note(needPreflight, preflightCause(f.method, unsafe), ": a preflight is needed.")
	case f.preflighted && f.state.Profile[PreflightStays]:
		f.note(needPreflight, "It needed a preflight before it was redirected: it still does.")
	default:
		if f.unsafeRequest {
			f.note(needPreflight, f.method, " with safelisted headers only: no preflight.")
		}
		return false
	}
	return true
}

// preflightCause says what of a request is not safelisted.
func preflightCause(method string, headers []string) string {
	switch {
	case IsSafelistedMethod(method):
		return "Not safelisted (" + joinNames(headers) + ")"
	case len(headers) > 0:
		return quote(method) + " is not GET, HEAD or POST, and headers are not safelisted (" + joinNames(headers) + ")"
	}
	return quote(method) + " is not GET, HEAD or POST"
}

// schemeFetch dispatches on the URL's scheme.
//
// https://fetch.spec.whatwg.org/#concept-scheme-fetch
func (f *fetching) schemeFetch() (Reply, bool) {
	u := f.url()
	switch {
	case u.isHTTP():
		return f.httpFetch(false)
	case u.scheme == "data":
		if reply, ok := dataReply(u); ok {
			f.note(schemeFetch, "The data: URL holds the response.")
			return reply, true
		}
		return Reply{}, f.fail(NetworkError, schemeFetch, "The data: URL has no comma, so it holds no data.")
	case u.scheme == "blob":
		return f.blobReply(u)
	}
	return Reply{}, f.fail(SchemeNotHTTP, schemeFetch, "Nothing is loaded from ", quote(u.scheme+":"), ".")
}

// httpFetch is HTTP fetch: preflight, the request itself, the checks of its
// response, and what a redirect status means.
//
// https://fetch.spec.whatwg.org/#concept-http-fetch
func (f *fetching) httpFetch(preflight bool) (Reply, bool) {
	if f.isControlled() {
		reply, ok := f.handleFetch()
		f.opaqueRedirect = ok && f.worker.kind == "opaqueredirect"
		return reply, ok
	}
	f.permitted = false
	if preflight && !f.ensurePreflight() {
		return Reply{}, false
	}
	reply, ok := f.networkFetch()
	if !ok {
		return Reply{}, false
	}
	f.checkTiming(reply)
	if f.refusesLocation(reply) {
		return Reply{}, false
	}
	if f.tainting == "cors" && !f.onlyUpgraded() {
		failed := CORSCheck(f.serializedOrigin(), f.credentials, reply.Headers)
		if failed != "" {
			if !f.sniffedWhole(reply) {
				f.forget()
			}
			if f.refusedBeforeCORS(reply) {
				return Reply{}, false
			}
			return Reply{}, f.fail(failed, corsCheck, "The response fails: ", f.corsSentence(reply.Headers))
		}
		f.permitted = true
		f.note(corsCheck, "The response passes: ", f.corsSentence(reply.Headers))
	}
	if (f.tainting == "opaque" || f.mode == "navigate") && !f.resourcePolicyAllows(reply, f.url().origin, f.sentCredentials) {
		return Reply{}, false
	}
	if !f.isRedirect(reply) {
		return reply, true
	}
	switch f.redirectMode {
	case "error":
		if next, _, ok := f.locationURL(reply.Headers); ok && slices.Contains(unsafeSchemes, next.scheme) && f.state.Profile[UnsafeRedirectsFirst] {
			return Reply{}, f.fail(RedirectScheme, redirectFetch, "The redirect leads to ", quote(next.scheme+":"), ", and that is looked at before the redirect mode.")
		}
		if next, _, ok := f.locationURL(reply.Headers); ok && f.forbidsUserinfo(next) && f.state.Profile[RedirectUserinfoFirst] {
			return Reply{}, f.fail(RedirectUserinfo, redirectFetch, "The redirect leads to ", f.userinfoPhrase(next), " forbids, and that is looked at before the redirect mode.")
		}
		return Reply{}, f.fail(RedirectModeError, redirectFetch, "Status ", itoa(reply.Status), " is a redirect, and the redirect mode is error.")
	case "manual":
		f.opaqueRedirect = true
		f.note(redirectFetch, "Status ", itoa(reply.Status), " is a redirect, and the redirect mode is manual: script gets an opaque-redirect response.")
		return reply, true
	}
	return f.redirect(reply)
}

// corsSentence says what the CORS check looked at.
func (f *fetching) corsSentence(h Headers) string {
	origin := f.serializedOrigin()
	allowed, found := h.Get("Access-Control-Allow-Origin")
	credentials := ""
	if f.credentials == "include" {
		credentials = " with credentials"
	}
	switch CORSCheck(origin, f.credentials, h) {
	case "":
		return "Access-Control-Allow-Origin " + quote(allowed) + " allows " + origin + credentials + "."
	case WildcardWithCredentials:
		return `Access-Control-Allow-Origin "*" does not cover a request with credentials.`
	case InvalidAllowCredentials:
		value, present := h.Get("Access-Control-Allow-Credentials")
		if !present {
			return "the request has credentials, and there is no Access-Control-Allow-Credentials."
		}
		return "the request has credentials, and Access-Control-Allow-Credentials is " + quote(value) + `, not "true".`
	case MultipleAllowOrigin:
		return "Access-Control-Allow-Origin " + quote(allowed) + " is more than one value."
	}
	if !found {
		return "there is no Access-Control-Allow-Origin, so " + origin + " may not read it."
	}
	return "Access-Control-Allow-Origin is " + quote(allowed) + ", not " + origin + "."
}

func itoa(n int) string { return strconv.Itoa(n) }

func joinNames(names []string) string {
	out := ""
	for i, name := range names {
		if i > 0 {
			out += ", "
		}
		out += name
	}
	if len(out) > 80 {
		out = out[:77] + "..."
	}
	return out
}
