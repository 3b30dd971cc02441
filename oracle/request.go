package oracle

import "strings"

// Via names a way to load, as in "fetch" or "font-face". [Ways] lists them.
type Via string

// Client is the place a request comes from: the environment settings object,
// as far as CORS looks at it.
type Client struct {
	// Page is the tuple origin of the page. For a script in an opaque origin
	// it is the page that holds the frame, which decides mixed content and
	// which cookies are third-party.
	Page Origin
	// Opaque is true when the script itself runs in an opaque origin
	// (a sandboxed frame, a data: URL): its Origin serialises to "null".
	Opaque bool
	// DataURL is true when the script's document is at a data: URL.
	DataURL bool
	// Worker is the kind of worker that the script runs in, one of the page's:
	// dedicated, data (dedicated too, at a data: URL) or shared; "" for a document.
	Worker string
	// Top is the origin of the top-level page, when Page is in a frame of it;
	// the zero Origin when Page is the top-level page itself.
	Top Origin
	// Sandbox are the tokens of the sandbox that Page is in a frame with; nil for
	// none. It takes the origin away only where Opaque says so.
	Sandbox []string
	// Headers are the response headers of the document that holds the script:
	// Content-Security-Policy, Cross-Origin-Embedder-Policy, Referrer-Policy.
	Headers Headers
	// AddressSpace is the IP address space that the document came from: public,
	// local or loopback. "" is that of the servers, loopback.
	AddressSpace string
	// Permissions are the states of permissions that a person was asked for, by
	// name: granted, denied or prompt.
	Permissions map[string]string
	// ServiceWorker is the one that controls the document, or nil.
	ServiceWorker *ServiceWorker
}

// ServiceWorker answers for the network where it controls a document.
type ServiceWorker struct {
	// Responds says what it answers with: pass (what fetch(event.request)
	// gives), cors or opaque (what a fetch() of the URL with that mode gives),
	// synthetic (a response of its own), error (Response.error()). "" for a
	// worker that leaves all requests to the network.
	Responds string
	Script   string
	// Response is the one of its own, for synthetic.
	Response Reply
}

// Request is what a page asks for, exactly as its script passes it. An empty
// string is "not given": the way to load then decides.
type Request struct {
	Via            Via
	Client         Client
	URL            string // absolute, with userinfo and fragment if any
	Method         string // before normalisation: "patch" stays "patch"
	Headers        Headers
	Body           *Body
	Mode           string // cors, no-cors, same-origin, navigate
	Credentials    string // omit, same-origin, include
	Redirect       string // follow, error, manual
	Cache          string // default, no-store, reload, no-cache, force-cache, only-if-cached
	ReferrerPolicy string
	Integrity      string // integrity metadata
	Keepalive      bool
	UploadListener bool // XHR: a listener on xhr.upload
	Sync           bool // XHR: open(..., false)
	ResponseType   string
	As             string // of a preload or modulepreload link; "" is image, script
}

// Body is a request body. Type is the Content-Type that the body itself brings
// (a string brings text/plain;charset=UTF-8, a Blob its [BlobType], a stream
// none), used when the script sets none.
type Body struct {
	Type   string
	Bytes  []byte
	Stream bool // a ReadableStream: no source, forces a preflight
}

// BlobType is what a Blob makes of the type that it is given: lower case, and
// none with a character outside printable ASCII.
//
// https://w3c.github.io/FileAPI/#constructorBlob
func BlobType(given string) string {
	if strings.ContainsFunc(given, func(c rune) bool { return c < ' ' || c > '~' }) {
		return ""
	}
	return strings.ToLower(given)
}

// WireRequest is one request as it must arrive at a server.
type WireRequest struct {
	Method    string `json:"method"`
	URL       string `json:"url"` // absolute, without userinfo and fragment
	Preflight bool   `json:"preflight,omitempty"`
	// Origin is the value of the Origin header, "" when it must be absent.
	Origin string `json:"origin,omitempty"`
	// RequestMethod and RequestHeaders are the values of
	// Access-Control-Request-Method and -Headers, "" when absent.
	RequestMethod  string `json:"request-method,omitempty"`
	RequestHeaders string `json:"request-headers,omitempty"`
	// Cookie is the value of the Cookie header, "" when it must be absent.
	Cookie string `json:"cookie,omitempty"`
	// Headers are the headers of the script that must arrive, Content-Type
	// of a body included. Header lines that a browser adds are not listed.
	Headers Headers `json:"headers,omitempty"`
	Body    []byte  `json:"body,omitempty"`
	// After is the request whose answer it follows, counted from 1; 0 is the one
	// before it in the list, [AfterNothing] none. What is asked for at once (the
	// imports of a module) may arrive in any order.
	After int `json:"after,omitempty"`
	// Maybe is true for a request that need not come: something that fails
	// elsewhere may be known before it begins.
	Maybe bool `json:"maybe,omitempty"`
	// SocketKey is the Sec-WebSocket-Key of a handshake. A browser draws one;
	// this one is as good as any.
	SocketKey string `json:"-"`
}

// AfterNothing is [WireRequest.After] for a request that waits for no answer.
const AfterNothing = -1

// Reply is what a server answers to one [WireRequest].
type Reply struct {
	Status int
	// StatusText is what stands behind the status, or would over HTTP/1.x, which
	// alone has it.
	StatusText string
	Headers    Headers
	Body       []byte
	// NotHTTP is true for an answer that does not begin with a status line;
	// Body is all of it: a network error.
	NotHTTP bool
	// Head is what an answer begins with that somebody has written byte by byte,
	// up to the empty line; "" for any other.
	Head string
	// HTTP1 is true for a server that speaks HTTP/1.x, over which no stream of
	// unknown length can be sent.
	HTTP1 bool
	// Abort is "before-headers" or "in-body" when the connection is reset
	// there: a network error.
	Abort string
}

// A Server answers requests. It must be a pure function of the request: the
// oracle may ask more than once.
type Server interface {
	Reply(WireRequest) Reply
}

// ServerFunc is a function used as a [Server].
type ServerFunc func(WireRequest) Reply

// Reply calls f.
func (f ServerFunc) Reply(r WireRequest) Reply { return f(r) }
