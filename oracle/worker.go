package oracle

import (
	"cmp"
	"strings"
)

// scope says which global scopes have a way to load.
type scope int

const (
	windowOnly       scope = iota // documents
	dedicatedWorkers              // dedicated workers too
	anyWorker                     // shared workers too
	workersOnly                   // no document has it: from there it runs in a worker of the document's
)

// runsIn says whether script in a client's kind of worker can load this way.
func (w Way) runsIn(worker string) bool {
	switch worker {
	case "":
		return true
	case "shared":
		return w.scope == anyWorker || w.scope == workersOnly
	}
	return w.scope != windowOnly
}

// runsInWorker says whether it is a worker that loads.
func (f *fetching) runsInWorker() bool {
	return f.client.Worker != "" || f.way.scope == workersOnly || f.way.Via == "worker-import"
}

// InWorkers says whether any worker can load this way.
func (w Way) InWorkers() bool { return w.scope != windowOnly }

// prepareWorker is what register() and addModule() look at before anything is
// fetched.
func (f *fetching) prepareWorker() bool {
	if (f.way.Via == "service-worker" || f.way.Via == "audioworklet") && !f.isSecureContext() {
		f.p.Error = "TypeError"
		f.fail(InvalidRequest, secureContext, "The page is no secure context, so it has nothing to make ", f.way.About, " with.")
		return false
	}
	if f.way.Via == "shared-worker" && f.origin.IsOpaque() && f.state.Profile[OpaqueSharedWorkersThrow] {
		f.p.Error = "SecurityError"
		return f.fail(InvalidRequest, sharedWorker, "The document has no origin to share a worker in: SharedWorker() throws a SecurityError.")
	}
	return f.way.Via != "service-worker" || f.prepareServiceWorker()
}

// prepareServiceWorker is register(), and what it puts into the request.
//
// https://w3c.github.io/ServiceWorker/#start-register-algorithm
func (f *fetching) prepareServiceWorker() bool {
	reject := func(reason Reason, name string, parts ...string) bool {
		f.p.Error = name
		f.fail(reason, registerWorker, append(parts, ": register() rejects, ", name, ".")...)
		return false
	}
	u := f.url()
	path := strings.ToLower(u.path)
	switch {
	case f.client.Opaque:
		return reject(InvalidRequest, "SecurityError", "An opaque origin can keep nothing, no service worker either")
	case !u.isHTTP():
		return reject(SchemeNotHTTP, "TypeError", "The script of a service worker comes over http or https, not from ", quote(u.scheme+":"))
	case strings.Contains(path, "%2f"), strings.Contains(path, "%5c"):
		return reject(InvalidRequest, "TypeError", "The path has an encoded slash in it, so that nobody knows which scope it is in")
	}
	// The header tells the server what its script is asked for as.
	f.headers = Headers{{"Service-Worker", "script"}}
	f.redirectMode, f.asked.Cache = "error", "no-cache"
	return true
}

// useWorker runs the script in a worker of its own.
//
// https://html.spec.whatwg.org/multipage/webappapis.html#fetch-a-classic-worker-script
func (f *fetching) useWorker(reply Reply) {
	if f.way.Via == "service-worker" {
		f.useServiceWorker(reply)
		return
	}
	if !f.needsOK(reply, workerResponse) || !f.needsJavaScript(reply, workerResponse, "A worker's script") {
		return
	}
	if f.client.Worker == "" && (f.way.Via == "worker" || f.way.Via == "worker-module") && !f.embedderAllows(reply, workerEmbedder, "worker's script") {
		return
	}
	if !f.parsesForWorker(reply) {
		return
	}
	if f.way.Via != "worker-module" {
		f.importScripts(f.root(), reply.Body)
	}
	if f.fetchImports(reply, true); f.failed == "" {
		f.finish(Allowed, "", workerResponse, "The worker's script runs.")
	}
}

// parsesForWorker is the rule that a worker whose script does not parse never
// begins: its owner gets an error event that says nothing.
//
// https://html.spec.whatwg.org/multipage/workers.html#run-a-worker
func (f *fetching) parsesForWorker(reply Reply) bool {
	m, _ := f.mimeType(reply.Headers)
	told := f.way.Via == "worker" && f.state.Profile[WorkersParseAsTheyRun] || f.way.Via == "shared-worker" && f.state.Profile[SharedWorkersParseAsTheyRun]
	if told || isJavaScript(reply.Body, m) {
		return true
	}
	return f.fail(WrongType, runWorker, "The script does not parse as JavaScript.")
}

// useServiceWorker looks at the type before the status.
//
// https://w3c.github.io/ServiceWorker/#update-algorithm
func (f *fetching) useServiceWorker(reply Reply) {
	switch {
	case !f.statusFirst(reply) && !f.needsJavaScript(reply, updateWorker, "A service worker's script"):
	case !f.needsOK(reply, updateWorker):
		f.p.Error = "TypeError"
	case !f.parsesForWorker(reply):
		f.p.Error = "TypeError"
	default:
		switch _, failed, threw := f.importScripts(f.root(), reply.Body); {
		case failed != "":
			f.p.Error = "TypeError"
			f.fail(failed, updateWorker, "The script throws as it runs: what it imports has failed.")
		case threw:
			f.p.Error = "TypeError"
			f.fail(WrongType, updateWorker, "The script throws as it runs.")
		default:
			f.finish(Allowed, "", updateWorker, "The service worker is registered.")
		}
	}
}

// useImported runs the script in the worker that asks for it. An exception in it
// reaches the worker as it is, or, from another origin, as a bare NetworkError.
//
// https://html.spec.whatwg.org/multipage/webappapis.html#fetch-a-classic-worker-imported-script
func (f *fetching) useImported(reply Reply) {
	if !f.isImportable(reply) {
		return
	}
	if _, failed, _ := f.importScripts(f.root(), reply.Body); failed != "" {
		f.fail(failed, importedResponse, "What it imports has failed: it throws, and so does what imports it.")
		return
	}
	f.fetchImports(reply, f.tainting != "opaque")
	muted := f.tainting == "opaque"
	if f.state.Profile[ImportedMutedByLastURL] {
		muted = muted && !SameOrigin(f.origin, f.url().origin)
	}
	if f.worker != nil && f.state.Profile[WorkerImportsMuted] && !SameOrigin(f.origin, f.url().origin) {
		muted = true
	}
	if muted {
		f.p.Muted, f.p.Error = true, "NetworkError"
		f.finish(Opaque, "", importedResponse, "It runs, and its errors are muted: the worker gets a bare NetworkError.")
		return
	}
	f.finish(Allowed, "", importedResponse, "It runs, and its errors are not muted.")
}

func (f *fetching) isImportable(reply Reply) bool {
	return f.needsOK(reply, importedResponse) && f.needsJavaScript(reply, importedResponse, "An imported script")
}

// importScripts loads what a classic script of a worker asks for as it runs, one
// after the other, and what that asks for in its turn. failed is why the script
// comes to no end: what cannot be had throws, and nobody catches it. threw is
// true if a script throws by itself.
//
// https://html.spec.whatwg.org/multipage/workers.html#import-scripts-into-worker-global-scope
func (f *fetching) importScripts(at *source, body []byte) (last *source, failed Reason, threw bool) {
	base := at.base // the worker's, for scripts of scripts too
	script := parseScript(body)
	for _, call := range script.calls {
		var loaded []imported
		if f.state.Profile[ImportsAtOnce] {
			for _, ref := range call.urls {
				loaded = append(loaded, f.importScript(ref, at))
			}
		}
		for i, ref := range call.urls {
			if i == len(loaded) {
				loaded = append(loaded, f.importScript(ref, at))
			}
			at = &source{from: at, base: base, last: loaded[i].last}
			if failed, threw = loaded[i].failed, false; loaded[i].reply != nil {
				at, failed, threw = f.importScripts(at, loaded[i].reply.Body)
			}
			if failed == "" && !threw {
				continue
			}
			if !call.caught {
				return at, failed, threw
			}
			break
		}
	}
	return at, "", script.throws
}

// imported is what came of a script that importScripts() names.
type imported struct {
	last   int
	failed Reason
	reply  *Reply
}

func (f *fetching) importScript(ref string, at *source) imported {
	s, sub, reply := f.load(wayByVia["import-scripts"], noCORS, ref, at, (*fetching).isImportable)
	return imported{s.last, sub.failed, reply}
}

// statusFirst holds for an error page that an engine refuses as a service worker
// before it looks at the type.
func (f *fetching) statusFirst(reply Reply) bool {
	return f.way.Via == "service-worker" && f.state.Profile[RegisterLooksAtStatusFirst] && !isOK(reply.Status)
}

// needsJavaScript is the rule that a worker's scripts are JavaScript by their
// MIME type. A classic one from data: or blob: need not be, if it is the worker's
// own; what that imports must.
func (f *fetching) needsJavaScript(reply Reply, a algorithm, what string) bool {
	m, _ := f.mimeType(reply.Headers)
	switch {
	case m.IsJavaScript(), (f.way.Via == "worker" || f.way.Via == "shared-worker") && (!f.url().isHTTP() || f.state.Profile[WorkersOfAnyType]), f.localOfAnyType(),
		f.state.Profile[ModuleWorkersOfAnyType] && f.way.Via == "worker-module":
		return true
	}
	f.fail(WrongType, a, what, " must have a JavaScript MIME type, and ", contentType(reply.Headers), ".")
	return false
}

// workerError is what script gets when a worker or a script in it cannot be
// had: an exception, or the event called error.
func (f *fetching) workerError() string {
	switch f.way.Via {
	case "import-scripts":
		return "NetworkError"
	case "audioworklet":
		return "AbortError"
	case "service-worker":
		if f.failed == NetworkError && f.state.Profile[RegisterLooksAtStatusFirst] {
			return "TypeError"
		}
		return "SecurityError" // a network error has no MIME type, and that is one
	}
	asked := f.urls[0]
	if f.state.Profile[WorkersAsWritten] && f.way.Via != "shared-worker" {
		asked = cmp.Or(asked.written, asked)
	}
	if f.way.kind == workerLoad && f.state.Profile[WorkerConstructorThrows] && asked.scheme != "data" && asked.scheme != "blob" && !SameOrigin(f.origin, asked.origin) {
		return "SecurityError"
	}
	if f.failed == ContentSecurityPolicy && len(f.urls) == 1 && f.state.Profile[PolicyThrowsOfWorkers] {
		return "SecurityError"
	}
	return "error"
}
