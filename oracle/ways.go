package oracle

import (
	"fmt"
	"slices"
)

// Setting is a request mode a way to load can have, with the credentials modes
// that go with it. The first of Credentials is what it has by itself.
type Setting struct {
	Mode        string
	Credentials []string
}

// Knob is a key of a scenario's request that a way to load may take.
type Knob string

// The knobs beside mode and credentials, named as in a scenario.
const (
	KnobMethod         Knob = "method"
	KnobHeaders        Knob = "headers"
	KnobBody           Knob = "body"
	KnobRedirect       Knob = "redirect"
	KnobCache          Knob = "cache"
	KnobReferrerPolicy Knob = "referrer-policy"
	KnobIntegrity      Knob = "integrity"
	KnobKeepalive      Knob = "keepalive"
	KnobUploadListener Knob = "upload-listener"
	KnobSync           Knob = "sync"
	KnobResponseType   Knob = "response-type"
	KnobAs             Knob = "as"
)

// Way is a way to load: what the platform puts into the request, what a
// scenario may change, and what a page can tell of the result.
type Way struct {
	Via         Via
	About       string // "an img element without crossorigin"
	Destination string // the request's destination; "" is the standard's empty string
	Initiator   string // "imageset", "css", ... ; "" where nothing looks at it
	// Settings are the modes it can have; the first is its own.
	Settings []Setting
	// Takes are the other knobs.
	Takes []Knob
	// Reads are the values of [Read] that it can end in.
	Reads []Read

	kind  kind
	scope scope
}

// kind says how a way to load uses what came.
type kind int

const (
	apiLoad      kind = iota // fetch, XMLHttpRequest
	moduleLoad               // needs a JavaScript MIME type and an ok status
	scriptLoad               // classic script: errors are muted across origins
	imageLoad                // load or error event, then origin-clean or tainted
	mediaLoad                // audio, video
	fontLoad                 // load or error
	styleLoad                // cssRules can be read or throw
	frameLoad                // a navigation
	streamLoad               // EventSource
	workerLoad               // same-origin scripts
	importedLoad             // scripts that a worker loads: errors are muted across origins
	trackLoad                // text tracks
	svgLoad                  // a document that a shape is taken from
	plainLoad                // an event, whatever came
	silentLoad               // no event a page can see
	socketLoad               // WebSocket: a handshake, no CORS
)

var (
	attribute = []string{"same-origin", "include"} // crossorigin, crossorigin=use-credentials
	anyMode   = []string{"same-origin", "omit", "include"}
	always    = []string{"include"}

	noCORS      = Setting{"no-cors", always}
	corsByAttr  = Setting{"cors", attribute}
	corsFixed   = Setting{"cors", []string{"same-origin"}}
	navigation  = Setting{"navigate", always}
	sameOriginS = Setting{"same-origin", []string{"same-origin"}}

	readable   = []Read{Allowed, Blocked}
	taintable  = []Read{Allowed, Opaque, Blocked}
	unseen     = []Read{Unobservable}
	fetchKnobs = []Knob{KnobMethod, KnobHeaders, KnobBody, KnobRedirect, KnobCache, KnobReferrerPolicy, KnobIntegrity, KnobKeepalive, KnobResponseType}
	byPolicy   = []Knob{KnobReferrerPolicy}
	byDigest   = []Knob{KnobReferrerPolicy, KnobIntegrity}
	asLink     = []Knob{KnobReferrerPolicy, KnobIntegrity, KnobAs}
)

var fetchSettings = []Setting{{"cors", anyMode}, {"no-cors", anyMode}, {"same-origin", anyMode}, {"navigate", anyMode}}

// ways is the table, in the order the documentation lists it.
var ways = []Way{
	{Via: "fetch", About: "fetch()", Settings: fetchSettings, Takes: fetchKnobs, Reads: taintable, kind: apiLoad, scope: anyWorker},
	{Via: "xhr", About: "XMLHttpRequest", Settings: []Setting{corsByAttr},
		Takes: []Knob{KnobMethod, KnobHeaders, KnobBody, KnobUploadListener, KnobSync, KnobResponseType}, Reads: readable, kind: apiLoad, scope: anyWorker},
	{Via: "worker-fetch", About: "fetch() in a worker", Settings: fetchSettings, Takes: fetchKnobs, Reads: taintable, kind: apiLoad, scope: workersOnly},

	{Via: "module", About: "a module script", Destination: "script", Settings: []Setting{corsByAttr}, Takes: byDigest, Reads: readable, kind: moduleLoad},
	{Via: "dynamic-import", About: "import()", Destination: "script", Settings: []Setting{corsFixed}, Reads: readable, kind: moduleLoad, scope: anyWorker},
	{Via: "json-module", About: "import() of JSON", Destination: "json", Settings: []Setting{corsFixed}, Reads: readable, kind: moduleLoad, scope: anyWorker},
	{Via: "css-module", About: "import() of a style sheet", Destination: "style", Settings: []Setting{corsFixed}, Reads: readable, kind: moduleLoad},
	{Via: "import-map", About: "import() of a name in an import map", Destination: "script", Settings: []Setting{corsFixed}, Reads: readable, kind: moduleLoad},
	{Via: "modulepreload", About: "a modulepreload link", Destination: "script", Settings: []Setting{corsByAttr}, Takes: asLink, Reads: readable, kind: moduleLoad},
	{Via: "script", About: "a classic script without crossorigin", Destination: "script", Settings: []Setting{noCORS, corsByAttr}, Takes: byDigest, Reads: taintable, kind: scriptLoad},
	{Via: "script-cors", About: "a classic script with crossorigin", Destination: "script", Settings: []Setting{corsByAttr}, Takes: byDigest, Reads: readable, kind: scriptLoad},
	{Via: "import-scripts", About: "importScripts() in a worker", Destination: "script", Settings: []Setting{noCORS}, Reads: taintable, kind: importedLoad, scope: workersOnly},

	{Via: "img", About: "an img element without crossorigin", Destination: "image", Settings: []Setting{noCORS, corsByAttr}, Takes: byPolicy, Reads: taintable, kind: imageLoad},
	{Via: "img-cors", About: "an img element with crossorigin", Destination: "image", Settings: []Setting{corsByAttr}, Takes: byPolicy, Reads: readable, kind: imageLoad},
	{Via: "img-srcset", About: "an img element with srcset", Destination: "image", Initiator: "imageset", Settings: []Setting{noCORS, corsByAttr}, Takes: byPolicy, Reads: taintable, kind: imageLoad},
	{Via: "input-image", About: "an image button", Destination: "image", Settings: []Setting{noCORS}, Reads: taintable, kind: imageLoad},
	{Via: "svg-image", About: "an image element of SVG", Destination: "image", Settings: []Setting{noCORS, corsByAttr}, Reads: taintable, kind: imageLoad},
	{Via: "svg-feimage", About: "an feImage of an SVG filter", Destination: "image", Settings: []Setting{noCORS, corsByAttr}, Reads: unseen, kind: silentLoad},
	{Via: "svg-use", About: "a use element of SVG", Destination: "image", Settings: []Setting{sameOriginS}, Reads: readable, kind: svgLoad},
	{Via: "icon", About: "an icon link", Destination: "image", Settings: []Setting{noCORS}, Reads: unseen, kind: silentLoad},
	{Via: "canvas", About: "an image drawn on a canvas", Destination: "image", Settings: []Setting{noCORS, corsByAttr}, Takes: byPolicy, Reads: taintable, kind: imageLoad},
	{Via: "webgl", About: "an image given to texImage2D", Destination: "image", Settings: []Setting{noCORS, corsByAttr}, Takes: byPolicy, Reads: taintable, kind: imageLoad},
	{Via: "imagebitmap", About: "an image given to createImageBitmap", Destination: "image", Settings: []Setting{noCORS, corsByAttr}, Takes: byPolicy, Reads: taintable, kind: imageLoad},
	{Via: "audio", About: "an audio element", Destination: "audio", Settings: []Setting{noCORS, corsByAttr}, Reads: taintable, kind: mediaLoad},
	{Via: "video", About: "a video element", Destination: "video", Settings: []Setting{noCORS, corsByAttr}, Reads: taintable, kind: mediaLoad},
	{Via: "poster", About: "the poster of a video element", Destination: "image", Settings: []Setting{noCORS}, Reads: unseen, kind: silentLoad},
	{Via: "track", About: "a text track of a media element", Destination: "track", Settings: []Setting{sameOriginS, corsByAttr}, Reads: readable, kind: trackLoad},

	{Via: "font", About: "the FontFace constructor", Destination: "font", Settings: []Setting{corsFixed}, Reads: readable, kind: fontLoad},
	{Via: "font-face", About: "an @font-face rule", Destination: "font", Settings: []Setting{corsFixed}, Reads: readable, kind: fontLoad},
	{Via: "style", About: "a stylesheet link without crossorigin", Destination: "style", Settings: []Setting{noCORS, corsByAttr}, Takes: byDigest, Reads: taintable, kind: styleLoad},
	{Via: "style-cors", About: "a stylesheet link with crossorigin", Destination: "style", Settings: []Setting{corsByAttr}, Takes: byDigest, Reads: readable, kind: styleLoad},
	{Via: "css-import", About: "an @import rule", Destination: "style", Initiator: "css", Settings: []Setting{noCORS}, Reads: taintable, kind: styleLoad},
	{Via: "css-image", About: "a CSS background image", Destination: "image", Initiator: "css", Settings: []Setting{noCORS}, Reads: unseen, kind: silentLoad},
	{Via: "css-border", About: "a CSS border image", Destination: "image", Initiator: "css", Settings: []Setting{noCORS}, Reads: unseen, kind: silentLoad},
	{Via: "css-cursor", About: "a CSS cursor", Destination: "image", Initiator: "css", Settings: []Setting{noCORS}, Reads: unseen, kind: silentLoad},
	{Via: "css-mask", About: "a CSS mask image", Destination: "image", Initiator: "css", Settings: []Setting{corsFixed}, Reads: unseen, kind: silentLoad},
	{Via: "css-shape", About: "a shape-outside image", Destination: "image", Initiator: "css", Settings: []Setting{corsFixed}, Reads: unseen, kind: silentLoad},
	{Via: "css-clip-path", About: "a clip-path in another document", Destination: "image", Initiator: "css", Settings: []Setting{corsFixed}, Reads: unseen, kind: silentLoad},
	{Via: "css-filter", About: "a filter in another document", Destination: "image", Initiator: "css", Settings: []Setting{corsFixed}, Reads: unseen, kind: silentLoad},

	{Via: "eventsource", About: "EventSource", Settings: []Setting{corsByAttr}, Reads: readable, kind: streamLoad, scope: anyWorker},
	{Via: "beacon", About: "navigator.sendBeacon()", Settings: []Setting{noCORS, {"cors", always}}, Takes: []Knob{KnobBody, KnobKeepalive}, Reads: unseen, kind: silentLoad},
	{Via: "worker", About: "a dedicated worker", Destination: "worker", Settings: []Setting{sameOriginS}, Reads: readable, kind: workerLoad, scope: dedicatedWorkers},
	{Via: "worker-module", About: "a dedicated worker of type module", Destination: "worker", Settings: []Setting{{"same-origin", anyMode}}, Reads: readable, kind: workerLoad, scope: dedicatedWorkers},
	{Via: "worker-import", About: "a static import in a worker of type module", Destination: "worker", Settings: []Setting{{"cors", anyMode}}, Reads: readable, kind: moduleLoad, scope: dedicatedWorkers},
	{Via: "shared-worker", About: "a shared worker", Destination: "sharedworker", Settings: []Setting{sameOriginS}, Reads: readable, kind: workerLoad},
	{Via: "service-worker", About: "a service worker registration", Destination: "serviceworker", Settings: []Setting{sameOriginS}, Reads: readable, kind: workerLoad},
	{Via: "audioworklet", About: "an audio worklet's module", Destination: "audioworklet", Settings: []Setting{{"cors", anyMode}}, Reads: readable, kind: moduleLoad},

	{Via: "preload", About: "a preload link", Destination: "image", Settings: []Setting{noCORS, corsByAttr}, Takes: asLink, Reads: taintable, kind: plainLoad},
	{Via: "prefetch", About: "a prefetch link", Initiator: "prefetch", Settings: []Setting{noCORS, corsByAttr}, Takes: byPolicy, Reads: taintable, kind: plainLoad},
	{Via: "manifest", About: "a manifest link", Destination: "manifest", Settings: []Setting{corsByAttr}, Reads: unseen, kind: silentLoad},

	{Via: "iframe", About: "an iframe", Destination: "iframe", Settings: []Setting{navigation}, Takes: byPolicy, Reads: taintable, kind: frameLoad},
	{Via: "object", About: "an object element", Destination: "object", Settings: []Setting{navigation}, Reads: taintable, kind: frameLoad},
	{Via: "embed", About: "an embed element", Destination: "embed", Settings: []Setting{navigation}, Reads: taintable, kind: frameLoad},
	{Via: "form", About: "a form submitted into a frame", Destination: "iframe", Settings: []Setting{navigation}, Takes: []Knob{KnobMethod, KnobBody, KnobReferrerPolicy}, Reads: unseen, kind: silentLoad},
	{Via: "websocket", About: "a WebSocket", Destination: "", Settings: []Setting{{"websocket", always}}, Reads: readable, kind: socketLoad, scope: anyWorker},
}

var wayByVia = func() map[Via]*Way {
	m := make(map[Via]*Way, len(ways))
	for i := range ways {
		m[ways[i].Via] = &ways[i]
	}
	return m
}()

// Ways lists every way to load, in the order the documentation does.
func Ways() []Way { return slices.Clone(ways) }

// WayOf finds a way to load.
func WayOf(via Via) (Way, bool) {
	w, ok := wayByVia[via]
	if !ok {
		return Way{}, false
	}
	return *w, true
}

// CanTake says whether the way to load takes a knob.
func (w Way) CanTake(k Knob) bool { return slices.Contains(w.Takes, k) }

// setting is the Setting for a mode; "" is the way's own.
func (w *Way) setting(mode string) (Setting, bool) {
	for _, s := range w.Settings {
		if mode == "" || s.Mode == mode {
			return s, true
		}
	}
	return Setting{}, false
}

// method is the one method of a way that lets nobody choose.
func (w *Way) method() string {
	if w.Via == "beacon" {
		return "POST"
	}
	return "GET"
}

var enums = map[Knob][]string{
	KnobRedirect: {"follow", "error", "manual"},
	KnobCache:    {"default", "no-store", "reload", "no-cache", "force-cache", "only-if-cached"},
	KnobReferrerPolicy: {"no-referrer", "no-referrer-when-downgrade", "same-origin", "origin", "strict-origin",
		"origin-when-cross-origin", "strict-origin-when-cross-origin", "unsafe-url"},
	KnobAs:           {"fetch", "font", "image", "script", "style", "track", "json"},
	KnobResponseType: {"text", "arraybuffer", "blob", "json", "document"},
}

// CheckRequest finds what a way to load cannot do: a knob that it does not
// take, a mode or credentials mode that it cannot have, a word that is no value
// of the knob. What an API refuses by throwing is no error here: [Predict]
// answers it with [InvalidRequest]. Nor is a word that says what each load does:
// method GET, redirect mode follow, cache mode default.
func CheckRequest(r Request) []error {
	w, ok := wayByVia[r.Via]
	if !ok {
		return []error{fmt.Errorf("oracle: no way to load is called %q", r.Via)}
	}
	var errs []error
	report := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("oracle: "+format, args...))
	}
	setting, ok := w.setting(r.Mode)
	if !ok {
		modes := make([]string, len(w.Settings))
		for i, s := range w.Settings {
			modes[i] = s.Mode
		}
		report("%s cannot have mode %q, only %s", w.Via, r.Mode, orList(modes))
	} else if r.Credentials != "" && !slices.Contains(setting.Credentials, r.Credentials) {
		report("%s with mode %s cannot have credentials %q, only %s", w.Via, setting.Mode, r.Credentials, orList(setting.Credentials))
	}
	given := []struct {
		knob  Knob
		set   bool
		value string
	}{
		{KnobMethod, r.Method != "" && r.Method != w.method(), ""},
		{KnobHeaders, len(r.Headers) > 0, ""},
		{KnobBody, r.Body != nil, ""},
		{KnobRedirect, r.Redirect != "" && r.Redirect != "follow", r.Redirect},
		{KnobCache, r.Cache != "" && r.Cache != "default", r.Cache},
		{KnobReferrerPolicy, r.ReferrerPolicy != "", r.ReferrerPolicy},
		{KnobIntegrity, r.Integrity != "", ""},
		{KnobKeepalive, r.Keepalive, ""},
		{KnobUploadListener, r.UploadListener, ""},
		{KnobSync, r.Sync, ""},
		{KnobResponseType, r.ResponseType != "", r.ResponseType},
		{KnobAs, r.As != "", r.As},
	}
	for _, g := range given {
		switch {
		case !g.set:
		case !w.CanTake(g.knob):
			report("%s takes no %s", w.Via, g.knob)
		case g.value != "" && !slices.Contains(enums[g.knob], g.value):
			report("%s has no value %q, only %s", g.knob, g.value, orList(enums[g.knob]))
		}
	}
	if !w.runsIn(r.Client.Worker) {
		report("%s is nothing that script in a %s worker can do", w.Via, r.Client.Worker)
	}
	if r.As != "" && w.CanTake(KnobAs) && !loadsAs(r.Via, r.As) {
		report("%s as %q loads nothing", w.Via, r.As)
	}
	if r.Body != nil && r.Body.Stream && r.Via == "xhr" {
		report("xhr cannot send a stream")
	}
	return errs
}

// orList joins words for a sentence: "a, b or c".
func orList(words []string) string {
	out := ""
	for i, w := range words {
		switch {
		case i == 0:
		case i == len(words)-1:
			out += " or "
		default:
			out += ", "
		}
		out += w
	}
	return out
}
