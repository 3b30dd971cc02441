package oracle

import "slices"

// preload is an entry of a document's map of preloaded resources: what came, or
// that nothing did. The first request that is alike takes it out.
//
// https://html.spec.whatwg.org/multipage/links.html#preload-entry
type preload struct {
	key       preloadKey
	integrity string
	reply     Reply
	ok        bool
	// What the fetch was when it ended.
	urls         []*urlRecord
	tainting     string
	timingFailed bool
	failed       Reason
}

// https://html.spec.whatwg.org/multipage/links.html#preload-key
type preloadKey struct{ document, url, destination, mode, credentials string }

func (f *fetching) preloadKey() preloadKey {
	u := f.urls[0]
	key := preloadKey{f.client.document(), u.href() + u.fragment, f.destination, f.mode, f.credentials}
	if f.destination == "font" && f.state.Profile[FontsWithoutCORS] {
		key.mode, key.credentials = "", "" // whatever the link asked with
	}
	if f.way.Via == "preload" && f.destination == "font" && f.asked.Mode != "cors" && f.state.Profile[FontPreloadsWithCORS] {
		key.mode = "no-cors" // as the link says, and no font asks
	}
	return key
}

// document tells the documents of a profile apart.
func (c Client) document() string {
	document := c.Page.String() + " in " + c.topLevel().String() + " " + c.Worker
	if c.Opaque {
		document += " opaque"
	}
	return document
}

// keepPreload puts what a preload link fetched where a later request of the
// document finds it.
func (f *fetching) keepPreload(reply Reply, ok bool) {
	if f.failed == IntegrityMismatch && f.state.Profile[PreloadMismatchForgotten] {
		return
	}
	f.state.preloads = append(f.state.preloads, preload{
		key: f.preloadKey(), integrity: f.asked.Integrity, reply: reply, ok: ok,
		urls: f.urls, tainting: f.tainting, timingFailed: f.timingFailed, failed: f.failed,
	})
}

// consumePreload answers a request of a document with what a preload link has
// fetched, if that was asked for with the same destination, mode and
// credentials, and with the integrity metadata that the request has, if it has
// any: then nothing is sent, and a preload that failed fails again.
//
// https://html.spec.whatwg.org/multipage/links.html#consume-a-preloaded-resource
func (f *fetching) consumePreload() (reply Reply, ok, found bool) {
	plain := len(f.headers) == 0 || f.state.Profile[PreloadServesAnyHeaders] || f.state.Profile[PreloadServesHeaders] && len(f.unsafeNames()) == 0
	if f.redirects > 0 || f.method != "GET" || f.unsafeRequest && !plain {
		return
	}
	key := f.preloadKey()
	i := slices.IndexFunc(f.state.preloads, func(p preload) bool {
		return p.key == key && f.servedWith(p.integrity)
	})
	if i < 0 {
		return
	}
	p := f.state.preloads[i]
	f.state.preloads = slices.Delete(f.state.preloads, i, i+1)
	f.urls, f.tainting, f.timingFailed = p.urls, p.tainting, p.timingFailed
	if !p.ok {
		f.fail(p.failed, consumePreload, "A preload link has asked for it with this mode and these credentials, and failed: nothing is sent.")
		return Reply{}, false, true
	}
	f.note(consumePreload, "A preload link has fetched it with this mode and these credentials: nothing is sent.")
	return p.reply, true, true
}

// useLink fires an event. Whether it is of any use is
// for the later request to see.
//
// https://html.spec.whatwg.org/multipage/links.html#link-type-preload:fetch-and-process-the-linked-resource
func (f *fetching) useLink(reply Reply) {
	if f.state.Profile[LinksLookAtStatus] && !f.isUsable(reply) {
		return
	}
	if f.tainting == "opaque" {
		f.finish(Opaque, Tainted, linkResponse, "It loads, and script cannot read it.")
		return
	}
	f.finish(Allowed, "", linkResponse, "It loads, and script can read it.")
}

// loadsWhatFails holds where an engine fires load for a link, though what it has
// asked for is not to be had: whatever failed without CORS, and with CORS what
// failed before there was a response.
func (f *fetching) loadsWhatFails() bool {
	module := f.way.Via == "modulepreload"
	switch {
	case !f.state.Profile[LinksLoadWhatFails], f.way.kind != plainLoad && !module, f.tainting == "basic":
		return false
	case f.tainting == "opaque", f.status == 0:
		return true
	}
	return module && isOK(f.status) && !f.brokeOff && f.failed != IntegrityMismatch
}

// readOfFailure is what Resource Timing makes of a load that has failed. A
// redirect that the CORS check has passed shows its status.
func (f *fetching) readOfFailure() Read {
	if f.way.kind != plainLoad || f.permitted && f.status == 0 {
		return Allowed
	}
	return Opaque
}

// isUsable is what an engine looks at before a link loads: the status of what
// is to be a script, a style sheet, a font or a page, and whether an image
// decodes.
func (f *fetching) isUsable(reply Reply) bool {
	switch f.destination {
	case "script", "style", "font":
	case "":
		if f.way.Via != "prefetch" && !f.state.Profile[FetchPreloadsLookAtStatus] {
			return true
		}
	case "image":
		if !f.isImage(reply) {
			f.fail(WrongType, linkResponse, "What came is no image.")
			return false
		}
		return true
	default:
		return true
	}
	if reply.Status >= 400 {
		f.fail(WrongType, linkResponse, "Status ", itoa(reply.Status), " is an error.")
		return false
	}
	return true
}

// loadsAs says whether a link fetches anything for a value of its as attribute.
//
// https://html.spec.whatwg.org/multipage/links.html#preload-destination
// https://html.spec.whatwg.org/multipage/links.html#module-preload-destination
func loadsAs(via Via, as string) bool {
	if via == "modulepreload" {
		return as == "script" || as == "json" || as == "style"
	}
	return as != "json"
}

// prepareLink is the destination of a preload or modulepreload link.
//
// https://html.spec.whatwg.org/multipage/links.html#translate-a-preload-destination
func (f *fetching) prepareLink() {
	switch as := f.asked.As; as {
	case "":
	case "fetch":
		f.destination = ""
	default:
		f.destination = as
	}
}

// prepareManifest keeps manifests to the page that a tab shows.
//
// https://html.spec.whatwg.org/multipage/links.html#link-type-manifest:linked-resource-fetch-setup-steps
func (f *fetching) prepareManifest() bool {
	if f.client.Opaque || !f.client.Top.IsOpaque() {
		f.fail(InvalidRequest, manifestSetup, "Only the page of a tab has a manifest, no frame in it.")
		return false
	}
	if f.credentials == "same-origin" && f.state.Profile[ManifestOmitsCredentials] {
		f.credentials = "omit"
	}
	return true
}
