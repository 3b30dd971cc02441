package oracle

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// TraceStep is one step of the algorithm taken.
type TraceStep struct {
	// Algorithm is the standard's name for it: "CORS check".
	Algorithm string `json:"algorithm"`
	Spec      string `json:"spec"`  // absolute URL with anchor
	Text      string `json:"text"`  // one sentence: what was looked at, what was found
	Hop       int    `json:"hop"`   // index into the URL list: 0 before any redirect
	Fails     bool   `json:"fails"` // this step ended in a network error
	// Wire are the requests that the step sent, as indices into Prediction.Wire.
	Wire []int `json:"wire,omitempty"`
}

// movedBy is the step where so many requests stand before its own.
func (s TraceStep) movedBy(requests int) TraceStep {
	wire := slices.Clone(s.Wire)
	for i := range wire {
		wire[i] += requests
	}
	s.Wire = wire
	return s
}

// algorithm is a step's name and where it is written.
type algorithm struct{ name, spec string }

const (
	fetchSpec = "https://fetch.spec.whatwg.org/#"
	htmlSpec  = "https://html.spec.whatwg.org/multipage/"
	xhrSpec   = "https://xhr.spec.whatwg.org/#"
	mixedSpec = "https://w3c.github.io/webappsec-mixed-content/#"
)

var (
	requestClass        = algorithm{"Request constructor", fetchSpec + "dom-request"}
	xhrOpen             = algorithm{"XMLHttpRequest open()", xhrSpec + "the-open()-method"}
	xhrSend             = algorithm{"XMLHttpRequest send()", xhrSpec + "the-send()-method"}
	headersGuard        = algorithm{"Headers guard", fetchSpec + "concept-headers-append"}
	potentialCORS       = algorithm{"create a potential-CORS request", htmlSpec + "urls-and-fetching.html#create-a-potential-cors-request"}
	portBlocking        = algorithm{"port blocking", fetchSpec + "port-blocking"}
	insecureUpgrade     = algorithm{"upgrade an insecure request", "https://w3c.github.io/webappsec-upgrade-insecure-requests/#upgrade-request"}
	policyCheck         = algorithm{"Content Security Policy check", "https://w3c.github.io/webappsec-csp/#should-block-request"}
	localNetworkCheck   = algorithm{"Local Network Access check", "https://wicg.github.io/local-network-access/#local-network-access-check"}
	workerFetch         = algorithm{"handle fetch", "https://w3c.github.io/ServiceWorker/#handle-fetch"}
	sandboxedForms      = algorithm{"form submission", htmlSpec + "form-control-infrastructure.html#form-submission-algorithm"}
	mixedBlock          = algorithm{"mixed content check", mixedSpec + "should-block-fetch"}
	mixedUpgrade        = algorithm{"upgrade a mixed content request", mixedSpec + "upgrade-algorithm"}
	mainFetch           = algorithm{"main fetch", fetchSpec + "concept-main-fetch"}
	schemeFetch         = algorithm{"scheme fetch", fetchSpec + "concept-scheme-fetch"}
	needPreflight       = algorithm{"CORS-preflight needed", fetchSpec + "http-cors-protocol"}
	preflightCache      = algorithm{"CORS-preflight cache", fetchSpec + "cors-preflight-cache"}
	preflightFetch      = algorithm{"CORS-preflight fetch", fetchSpec + "cors-preflight-fetch"}
	networkFetch        = algorithm{"HTTP-network-or-cache fetch", fetchSpec + "concept-http-network-or-cache-fetch"}
	streamProtocol      = algorithm{"HTTP-network fetch", fetchSpec + "concept-http-network-fetch"}
	contentCodings      = algorithm{"handle content codings", fetchSpec + "handle-content-codings"}
	corsCheck           = algorithm{"CORS check", fetchSpec + "concept-cors-check"}
	corpCheck           = algorithm{"cross-origin resource policy check", fetchSpec + "cross-origin-resource-policy-header"}
	timingCheck         = algorithm{"TAO check", fetchSpec + "concept-tao-check"}
	redirectFetch       = algorithm{"HTTP-redirect fetch", fetchSpec + "concept-http-redirect-fetch"}
	orbCheck            = algorithm{"opaque response blocking", "https://github.com/annevk/orb#orbs-algorithm"}
	nosniffCheck        = algorithm{"nosniff check", fetchSpec + "x-content-type-options-header"}
	mimeCheck           = algorithm{"MIME type check", fetchSpec + "should-response-to-request-be-blocked-due-to-mime-type"}
	filtering           = algorithm{"filtered response", fetchSpec + "concept-filtered-response"}
	keepaliveLimit      = algorithm{"keepalive limit", fetchSpec + "concept-http-network-or-cache-fetch"}
	inlineCheck         = algorithm{"inline Content Security Policy check", "https://w3c.github.io/webappsec-csp/#should-block-inline"}
	scriptResponse      = algorithm{"fetch a classic script", htmlSpec + "webappapis.html#fetch-a-classic-script"}
	moduleResponse      = algorithm{"fetch a single module script", htmlSpec + "webappapis.html#fetch-a-single-module-script"}
	jsonModule          = algorithm{"create a JSON module script", htmlSpec + "webappapis.html#creating-a-json-module-script"}
	manifestSetup       = algorithm{"linked resource fetch setup steps", htmlSpec + "links.html#link-type-manifest:linked-resource-fetch-setup-steps"}
	moduleMap           = algorithm{"module map", htmlSpec + "webappapis.html#module-map"}
	consumePreload      = algorithm{"consume a preloaded resource", htmlSpec + "links.html#consume-a-preloaded-resource"}
	moduleRecord        = algorithm{"create a JavaScript module script", htmlSpec + "webappapis.html#creating-a-javascript-module-script"}
	moduleGraph         = algorithm{"fetch the descendants of and link", htmlSpec + "webappapis.html#fetch-the-descendants-of-and-link-a-module-script"}
	styleResponse       = algorithm{"process a linked stylesheet", htmlSpec + "links.html#link-type-stylesheet"}
	imageResponse       = algorithm{"update the image data", htmlSpec + "images.html#update-the-image-data"}
	originClean         = algorithm{"origin-clean flag", htmlSpec + "canvas.html#concept-canvas-origin-clean"}
	cssOriginClean      = algorithm{"origin-clean flag of a style sheet", "https://drafts.csswg.org/cssom/#concept-css-style-sheet-origin-clean-flag"}
	fontResponse        = algorithm{"fetch a font", "https://drafts.csswg.org/css-fonts-4/#font-fetching-requirements"}
	frameResponse       = algorithm{"navigate", htmlSpec + "browsing-the-web.html#navigate"}
	navigationEmbedder  = algorithm{"embedder policy check of a navigation", htmlSpec + "browsers.html#check-a-navigation-response's-adherence-to-its-embedder-policy"}
	workerEmbedder      = algorithm{"embedder policy check of a worker", htmlSpec + "browsers.html#check-a-global-object's-embedder-policy"}
	frameOptions        = algorithm{"X-Frame-Options check", htmlSpec + "document-lifecycle.html#check-a-navigation-response's-adherence-to-x-frame-options"}
	frameAncestorsCheck = algorithm{"frame-ancestors check", "https://w3c.github.io/webappsec-csp/#frame-ancestors-navigation-response"}
	streamResponse      = algorithm{"EventSource", htmlSpec + "server-sent-events.html#dispatchMessage"}
	socketOpen          = algorithm{"establish a WebSocket connection", "https://websockets.spec.whatwg.org/#concept-websocket-establish"}
	beaconSend          = algorithm{"sendBeacon()", "https://w3c.github.io/beacon/#sec-processing-model"}
	formSubmit          = algorithm{"form submission", htmlSpec + "form-control-infrastructure.html#form-submission-algorithm"}
	workerResponse      = algorithm{"fetch a worker script", htmlSpec + "webappapis.html#fetch-a-classic-worker-script"}
	importedResponse    = algorithm{"fetch a worker-imported script", htmlSpec + "webappapis.html#fetch-a-classic-worker-imported-script"}
	runWorker           = algorithm{"run a worker", htmlSpec + "workers.html#run-a-worker"}
	sharedWorker        = algorithm{"SharedWorker()", htmlSpec + "workers.html#dom-sharedworker"}
	registerWorker      = algorithm{"register a service worker", "https://w3c.github.io/ServiceWorker/#register-algorithm"}
	updateWorker        = algorithm{"update a service worker", "https://w3c.github.io/ServiceWorker/#update-algorithm"}
	secureContext       = algorithm{"secure context", htmlSpec + "webappapis.html#secure-context"}
	mediaResponse       = algorithm{"media data", htmlSpec + "media.html#media-data-processing-steps-list"}
	integrityCheck      = algorithm{"integrity metadata", fetchSpec + "concept-main-fetch"}
	linkResponse        = algorithm{"process a linked resource", htmlSpec + "links.html#default-fetch-and-process-the-linked-resource"}
	objectResponse      = algorithm{"the object element", htmlSpec + "iframe-embed-object.html#the-object-element"}
	svgResponse         = algorithm{"process an SVG URL reference", "https://www.w3.org/TR/SVG2/linking.html#processingURL-fetch"}
	trackResponse       = algorithm{"text track", htmlSpec + "media.html#start-the-track-processing-model"}
	credentialedURL     = algorithm{"embedded credentials", "https://chromestatus.com/feature/5669008342777856"}
)

// note records a step that was taken and went on.
func (f *fetching) note(a algorithm, parts ...string) {
	f.p.Trace = append(f.p.Trace, TraceStep{Algorithm: a.name, Spec: a.spec, Text: strings.Join(parts, ""), Hop: len(f.urls) - 1})
}

// noteRequest puts a request on the wire, beside the step that was noted last.
func (f *fetching) noteRequest(w WireRequest) {
	step := &f.p.Trace[len(f.p.Trace)-1]
	step.Wire = append(step.Wire, len(f.p.Wire))
	f.p.Wire = append(f.p.Wire, w)
}

// fail records the step that ended in a network error, and is false.
func (f *fetching) fail(reason Reason, a algorithm, parts ...string) bool {
	f.note(a, parts...)
	f.p.Trace[len(f.p.Trace)-1].Fails = true
	f.failed = reason
	if last := len(f.state.responses) - 1; f.stored && last >= 0 {
		f.state.responses[last].failed = true
	}
	return false
}

// quote puts a value into a sentence: in quotes, cut where it gets long.
func quote(s string) string {
	const longest = 80
	if len(s) > longest {
		end := longest - 3
		for end > 0 && !utf8.RuneStart(s[end]) {
			end--
		}
		s = s[:end] + "..."
	}
	return `"` + s + `"`
}
