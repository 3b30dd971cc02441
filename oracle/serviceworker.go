package oracle

// workerAnswer is what a service worker gave for a request.
type workerAnswer struct {
	kind        string       // the response's type: basic, cors, opaque, opaqueredirect
	urls        []*urlRecord // its URL list; none for a response of the worker's own
	credentials string       // the mode of the worker's own request
}

// isControlled says whether a service worker is asked for the request. It
// controls the document, so frames and workers, which go by their own URLs, are
// not its affair; nor is a document without an origin, nor what a plugin or a
// WebSocket asks for. Its answer is the response, after all redirects.
//
// https://w3c.github.io/ServiceWorker/#handle-fetch
func (f *fetching) isControlled() bool {
	w := f.client.ServiceWorker
	switch {
	case w == nil, w.Responds == "", f.origin.IsOpaque(),
		f.mode == "navigate", f.way.kind == workerLoad, f.way.kind == socketLoad,
		f.asked.Sync && f.state.Profile[SyncXHRPassesWorker]:
		return false
	}
	return true
}

// handleFetch asks the service worker, and holds its response against what the
// request can take. false: network error.
//
// https://fetch.spec.whatwg.org/#concept-http-fetch
func (f *fetching) handleFetch() (Reply, bool) {
	w := f.client.ServiceWorker
	if w.Responds == "synthetic" {
		f.worker = &workerAnswer{kind: f.tainting}
		if f.state.Profile[SyntheticIsBasic] && f.way.Via != "import-scripts" {
			f.worker.kind = "basic"
		}
		f.note(workerFetch, "The service worker answers with a response of its own: nothing is sent.")
		return w.Response, true
	}
	refuse := func(parts ...string) (Reply, bool) {
		f.fail(ServiceWorkerResponse, workerFetch, parts...)
		return Reply{}, false
	}
	if w.Responds == "error" {
		return refuse("The service worker answers with a network error.")
	}
	inner := f.innerFetch(w.Responds)
	reply, ok := inner.fetchAsWorker()
	for _, step := range inner.p.Trace {
		f.p.Trace = append(f.p.Trace, step.movedBy(len(f.p.Wire)))
	}
	f.p.Wire, f.state = append(f.p.Wire, inner.p.Wire...), inner.state
	if !ok {
		f.failed = inner.failed
		return Reply{}, false
	}
	f.worker = &workerAnswer{kind: inner.tainting, urls: inner.urls, credentials: inner.credentials}
	if inner.opaqueRedirect {
		f.worker.kind = "opaqueredirect"
	}
	switch kind := f.worker.kind; {
	case f.mode == "same-origin" && kind == "cors":
		return refuse("The service worker answers with a cors response, and the request's mode is same-origin.")
	case f.mode != "no-cors" && kind == "opaque":
		return refuse("The service worker answers with an opaque response, which only a request with mode no-cors can take, and this one's is ", f.mode, ".")
	case f.redirectMode != "follow" && len(inner.urls) > 1:
		return refuse("The service worker answers with a response that was redirected, and the request's redirect mode is ", f.redirectMode, ".")
	case (f.tainting == "opaque" || kind == "opaque") && !f.resourcePolicyAllows(reply, inner.url().origin, inner.sentCredentials):
		return Reply{}, false
	}
	f.note(workerFetch, "The service worker hands on its response, of type ", f.worker.kind, ": that type counts from here on.")
	return reply, true
}

// innerFetch is the fetch that the worker makes: of the request itself, or of
// its URL with a mode.
func (f *fetching) innerFetch(responds string) *fetching {
	client := f.client
	client.ServiceWorker = nil
	asked := Request{Via: "fetch", Client: client, URL: f.url().href() + f.url().fragment}
	asked.Mode = map[string]string{"cors": "cors", "opaque": "no-cors"}[responds]
	inner := newFetching(f.state, asked, f.server)
	f.note(workerFetch, "The document's service worker gets the request, and makes one of its own.")
	if responds == "pass" {
		inner.way, inner.urls = wayByVia["fetch"], append(inner.urls, f.url())
		inner.asked.Cache, inner.asked.Keepalive = f.asked.Cache, f.asked.Keepalive
		inner.method, inner.headers, inner.body = f.method, f.headers, f.body
		inner.mode, inner.credentials = f.mode, f.credentials
		inner.redirectMode, inner.referrerPolicy = f.redirectMode, f.referrerPolicy
		inner.unsafeRequest, inner.passes = true, f.way
		inner.forcePreflight = f.forcePreflight && f.state.Profile[PassedKeepsPreflight]
	}
	return inner
}

// fetchAsWorker runs the worker's own fetch. false: network error, or it threw.
func (f *fetching) fetchAsWorker() (Reply, bool) {
	switch {
	case f.passes == nil && !f.prepare():
		return Reply{}, false
	case f.url().userinfo != "" && f.refusesUserinfo():
		f.fail(EmbeddedCredentials, credentialedURL, "The URL of the request has a user name or a password in it: the worker's fetch() sends nothing.")
		return Reply{}, false
	}
	return f.fetch()
}

// responsePolicyAllows holds where a service worker's response came from
// against the document's policies, once more.
//
// https://w3c.github.io/webappsec-csp/#should-block-response
func (f *fetching) responsePolicyAllows() bool {
	if len(f.worker.urls) == 0 {
		return true
	}
	asked, redirects := f.urls, f.redirects
	defer func() { f.urls, f.redirects = asked, redirects }()
	f.urls = f.worker.urls
	if f.state.Profile[WorkerResponsesWithoutPaths] {
		f.redirects = len(f.urls) - 1
	}
	return f.allowedByPolicy()
}
