package oracle

import (
	"path"
	"slices"
	"strings"
)

// prepare makes the standard's request out of what the script or the markup
// says. false: nothing is fetched, because the API throws.
func (f *fetching) prepare() bool {
	if f.way == nil {
		f.way = wayByVia[f.asked.Via]
	}
	if f.way == nil {
		return f.fail(InvalidRequest, requestClass, "There is no way to load called ", quote(string(f.asked.Via)), ".")
	}
	way := f.way
	f.destination, f.initiator = way.Destination, way.Initiator
	setting, ok := way.setting(f.asked.Mode)
	u, parsed := parseURL(f.asked.URL, nil)
	if !parsed {
		return f.fail(InvalidRequest, requestClass, quote(f.asked.URL), " does not parse as a URL.")
	}
	f.urls = append(f.urls, u)
	if !ok {
		return f.fail(InvalidRequest, requestClass, way.About, " cannot have mode ", quote(f.asked.Mode), ".")
	}
	f.mode, f.credentials = setting.Mode, setting.Credentials[0]
	if f.asked.Credentials != "" {
		f.credentials = f.asked.Credentials
	}
	switch {
	case way.Via == "xhr":
		return f.prepareXHR()
	case way.kind == apiLoad:
		return f.prepareFetch()
	}
	return f.prepareLoad()
}

// prepareFetch is the Request constructor, as fetch() calls it.
//
// https://fetch.spec.whatwg.org/#dom-request
func (f *fetching) prepareFetch() bool {
	r := f.asked
	f.unsafeRequest = true
	if r.Redirect != "" {
		f.redirectMode = r.Redirect
	}
	throw := func(reason Reason, parts ...string) bool {
		return f.fail(reason, requestClass, append(parts, ": fetch() throws a TypeError.")...)
	}
	switch {
	case f.url().userinfo != "":
		return throw(InvalidRequest, "The URL has a user name or a password in it")
	case f.mode == "navigate":
		return throw(InvalidRequest, `Script cannot use mode "navigate"`)
	case r.Cache == "only-if-cached" && f.mode != "same-origin":
		return throw(InvalidRequest, "The cache mode only-if-cached needs mode same-origin")
	case r.Method != "" && !IsToken(r.Method):
		return throw(InvalidRequest, quote(r.Method), " is no method")
	case IsForbiddenMethod(r.Method):
		return throw(ForbiddenMethod, quote(r.Method), " is a forbidden method")
	}
	if r.Method != "" {
		f.method = NormalizeMethod(r.Method)
	}
	if f.mode == "no-cors" && !IsSafelistedMethod(f.method) {
		return throw(MethodNotSafelisted, "Mode no-cors allows GET, HEAD and POST only, not ", quote(f.method))
	}
	for _, h := range r.Headers {
		if !f.appendHeader(h) {
			return throw(InvalidRequest, "The header ", quote(h.Name+": "+h.Value), " is malformed")
		}
	}
	if r.Body == nil {
		return true
	}
	switch {
	case f.method == "GET" || f.method == "HEAD":
		return throw(InvalidRequest, f.method, " cannot have a body")
	case r.Body.Stream && r.Keepalive:
		return throw(InvalidRequest, "A keepalive request cannot send a stream")
	case r.Body.Stream && f.mode == "no-cors":
		return throw(InvalidRequest, "Mode no-cors cannot send a stream")
	}
	f.body, f.forcePreflight = r.Body, r.Body.Stream
	if r.Body.Stream && f.state.Profile[StreamsIgnoreSameOriginMode] {
		f.mode = "cors"
	}
	if r.Body.Type != "" && !f.headers.Has("Content-Type") {
		f.appendHeader(Header{"Content-Type", r.Body.Type})
	}
	return true
}

// prepareXHR is open(), setRequestHeader() and send().
//
// https://xhr.spec.whatwg.org/#the-send()-method
func (f *fetching) prepareXHR() bool {
	r := f.asked
	f.unsafeRequest = true
	throw := func(reason Reason, a algorithm, name string, parts ...string) bool {
		f.p.Error = name
		return f.fail(reason, a, append(parts, " throws, ", name, ".")...)
	}
	switch {
	case r.Method != "" && !IsToken(r.Method):
		return throw(InvalidRequest, xhrOpen, "SyntaxError", quote(r.Method), " is no method: open()")
	case IsForbiddenMethod(r.Method):
		return throw(ForbiddenMethod, xhrOpen, "SecurityError", quote(r.Method), " is a forbidden method: open()")
	case r.Sync && r.ResponseType != "" && r.Client.Worker == "":
		return throw(InvalidRequest, xhrOpen, "InvalidAccessError", "A synchronous request cannot have a responseType: setting it")
	}
	if r.Method != "" {
		f.method = NormalizeMethod(r.Method)
	}
	for _, h := range r.Headers {
		h.Value = NormalizeValue(h.Value)
		if !IsToken(h.Name) || !IsHeaderValue(h.Value) {
			return throw(InvalidRequest, xhrSend, "SyntaxError", "The header ", quote(h.Name+": "+h.Value), " is malformed: setRequestHeader()")
		}
		if f.drops(h, h.Value) {
			continue
		}
		f.headers = append(f.headers, h).wire()
	}
	if r.Body != nil && f.method != "GET" && f.method != "HEAD" {
		f.body = r.Body
		f.setXHRContentType()
	}
	f.forcePreflight = r.UploadListener
	if f.state.Profile[UploadListenerNeedsBody] && (f.body == nil || r.Sync) {
		f.forcePreflight = false
	}
	if f.state.Profile[SyncUploadsUnasked] && r.Sync {
		f.forcePreflight = false
	}
	return true
}

// appendHeader is append on a Headers object with the request's guard. false:
// it throws. A header that the guard does not let in is dropped without a word.
//
// https://fetch.spec.whatwg.org/#concept-headers-append
func (f *fetching) appendHeader(h Header) bool {
	h.Value = NormalizeValue(h.Value)
	if !IsToken(h.Name) || !IsHeaderValue(h.Value) {
		return false
	}
	whole := h.Value
	if before, found := f.headers.Get(h.Name); found {
		whole = before + ", " + h.Value
	}
	if !f.drops(h, whole) {
		f.headers = append(f.headers, h)
	}
	return true
}

// drops applies the guard; whole is the value with those of the same name.
func (f *fetching) drops(h Header, whole string) bool {
	switch {
	case IsForbiddenRequestHeader(h.Name, h.Value):
		f.note(headersGuard, quote(h.Name), " is a header that only the browser may set: it is dropped.")
		return true
	case f.mode == "no-cors" && !IsNoCORSSafelistedRequestHeader(h.Name, whole):
		f.note(headersGuard, quote(h.Name+": "+h.Value), " is not safelisted for mode no-cors: it is dropped.")
		return true
	case f.state.Profile[UserAgentIgnored] && strings.EqualFold(h.Name, "user-agent"):
		return true
	}
	return false
}

// prepareLoad is the request of an element or another API, whose settings the
// platform gives.
//
// https://html.spec.whatwg.org/multipage/urls-and-fetching.html#create-a-potential-cors-request
func (f *fetching) prepareLoad() bool {
	u := f.url()
	f.applyEngineSettings()
	f.note(potentialCORS, capital(f.way.About), " makes a request with mode ", f.mode, " and credentials ", f.credentials, ".")
	switch f.way.Via {
	case "beacon":
		if !f.prepareBeacon() {
			return false
		}
	case "eventsource":
		f.headers = Headers{{"Accept", "text/event-stream"}}
		f.asked.Cache = "no-store"
	case "service-worker", "audioworklet", "shared-worker":
		if !f.prepareWorker() {
			return false
		}
	case "form":
		f.prepareForm()
	case "preload", "modulepreload":
		f.prepareLink()
		if f.destination == "font" && f.mode == "no-cors" && f.state.Profile[FontPreloadsWithCORS] {
			f.mode, f.credentials = "cors", "same-origin"
		}
	case "manifest":
		if !f.prepareManifest() {
			return false
		}
	case "websocket":
		if !f.prepareSocket() {
			return false
		}
	case "import-map":
		if !f.allowsInlineScript() {
			return false
		}
	}
	if u.scheme == "data" && f.way.kind == svgLoad && f.state.Profile[UseWithoutDataURLs] {
		return f.fail(SchemeNotHTTP, svgResponse, "A use element takes no shape from a data: URL.")
	}
	if f.upgrades && (f.way.Via == "worker" || f.way.Via == "worker-module") && !SameOrigin(f.origin, u.origin) && u.isHTTP() && f.state.Profile[WorkersAsWritten] {
		return f.fail(ModeSameOrigin, runWorker, "The URL, as it was written, is of another origin: the constructor throws, whatever an upgrade would make of it.")
	}
	// Media are let off, but not where a redirect leads them. Objects are mixed content first.
	plugin := f.way.Via == "object" || f.way.Via == "embed"
	if u.userinfo != "" && f.way.kind != mediaLoad && !(plugin && f.isMixedContent()) && f.refusesUserinfo() {
		if !f.allowedByPolicy() {
			return false
		}
		return f.fail(EmbeddedCredentials, credentialedURL, "The URL of a subresource has a user name or a password in it: nothing is sent.")
	}
	return true
}

// applyEngineSettings holds where an engine gives a way to load other settings
// than the standard.
func (f *fetching) applyEngineSettings() {
	switch {
	case f.way.kind == fontLoad && f.state.Profile[FontsWithoutCORS]:
		f.mode, f.credentials = "no-cors", "include"
	case f.way.Via == "css-shape" && f.state.Profile[ShapesOmitCredentials]:
		f.credentials = "omit"
	case f.way.kind == trackLoad && f.mode == "same-origin" && f.state.Profile[TracksWithoutCORS]:
		f.mode, f.credentials = "no-cors", "include"
	case f.way.Via == "css-filter" && f.state.Profile[FilterSameOrigin], f.way.Via == "css-clip-path" && f.state.Profile[ClipPathSameOrigin]:
		f.mode = "same-origin"
	case f.way.Via == "svg-feimage" && f.state.Profile[FeImageIgnoresCrossorigin]:
		f.mode, f.credentials = "no-cors", "include"
	case (f.way.Via == "object" || f.way.Via == "embed") && f.state.Profile[PluginImagesNoCORS] && namesImage(f.url()):
		image := *f.way
		image.kind = imageLoad
		f.way, f.mode = &image, "no-cors"
	}
}

// namesImage says whether a URL's path ends like that of an image, or, in a data:
// URL, begins with the type of one.
func namesImage(u *urlRecord) bool {
	if u.scheme == "data" {
		return slices.Contains(imageTypes, dataType(u))
	}
	switch strings.ToLower(path.Ext(u.path)) {
	case ".apng", ".avif", ".bmp", ".gif", ".ico", ".jfif", ".jpe", ".jpeg", ".jpg", ".jxl", ".png", ".webp", ".xbm":
		return true
	}
	return false
}

// imageTypes are the types of images that an engine shows, but for SVG.
var imageTypes = []string{"image/apng", "image/avif", "image/bmp", "image/gif", "image/jpeg", "image/jpg", "image/jxl", "image/pjpeg", "image/png",
	"image/vnd.microsoft.icon", "image/webp", "image/x-icon", "image/x-png", "image/x-xbitmap"}

// dataType is what stands in a data: URL before the first semicolon or comma.
func dataType(u *urlRecord) string {
	kind, _, _ := strings.Cut(u.path, ",")
	kind, _, _ = strings.Cut(kind, ";")
	return strings.ToLower(kind)
}

// refusesUserinfo says whether an engine does not load from a URL with a user
// name in it: subresources without CORS, fetch(), EventSource and manifests always.
func (f *fetching) refusesUserinfo() bool {
	return f.state.Profile[EmbeddedCredentialsBlocked] && f.way.kind != socketLoad && f.way.kind != workerLoad &&
		(f.mode != "cors" || f.way.kind == apiLoad || f.way.kind == streamLoad || f.way.Via == "manifest")
}

// prepareBeacon asks by mode cors for a body whose type is not safelisted. It
// is false where sendBeacon() refuses: it gives false, or throws.
//
// https://w3c.github.io/beacon/#sec-processing-model
func (f *fetching) prepareBeacon() bool {
	f.method, f.mode, f.body, f.unsafeRequest = "POST", "no-cors", f.asked.Body, true
	f.asked.Keepalive = true
	if f.body == nil {
		return true
	}
	if f.body.Stream {
		return f.fail(InvalidRequest, beaconSend, "A beacon outlives its page, and so cannot send a stream: sendBeacon() throws.")
	}
	if len(f.body.Bytes) > keepaliveBytes {
		return f.fail(NetworkError, beaconSend, "Beacons share 64 KiB, and this one has ", itoa(len(f.body.Bytes)), " bytes: sendBeacon() gives false.")
	}
	if f.body.Type == "" || f.state.Profile[BeaconTypesMustParse] && !wholeType.MatchString(f.body.Type) {
		return true
	}
	f.headers = Headers{{"Content-Type", f.body.Type}}
	if !IsSafelistedRequestHeader("Content-Type", f.body.Type) {
		f.mode = "cors"
	}
	return true
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
