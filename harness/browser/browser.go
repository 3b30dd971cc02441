// Package browser is the small interface that the three transports (cdp, bidi,
// webdriver) stand behind, and the search for browsers on this machine.
//
// A driver opens pages, hands them probes and hears outcomes. It never
// intercepts, adds a header or answers for a server: what reaches the wire is
// the browser's own doing.
package browser

import (
	"context"
	"encoding/json"

	"github.com/corsproof/corsproof/oracle"
)

// Mapping sends the connections that a browser makes to Host:Port to a listener
// at Addr (host:port on loopback) without touching DNS.
type Mapping struct {
	Host string
	Port int
	Addr string
}

// Options are what every driver needs to start a browser.
type Options struct {
	Binary string
	// Driver is the WebDriver server that drives Binary; "" where a driver
	// speaks to the browser itself.
	Driver string
	// Remote is the browser, if it is somewhere else; nil for one to start here.
	Remote   *Remote
	Mappings []Mapping
	// Proxy is the host:port of the servers' forward proxy, as the browser reaches
	// it, through which every origin of Mappings is reached. A driver that maps
	// hosts itself ignores it.
	Proxy string
	// Direct lets a browser that would go through the proxy find names by itself:
	// those that end in .localhost are this machine's.
	Direct bool
	// SPKI is the base64 SHA-256 of the public key that the servers' one
	// throw-away certificate carries. The browser accepts that key, no other.
	SPKI string
	// AddressSpaces gives listeners, by their address on loopback, another IP
	// address space: public or local.
	AddressSpaces map[string]string
	// Script is probe.js. A page loads it by itself, unless its policy lets no
	// script in.
	Script string
	Headed bool
	// Folder is where the driver makes temporary files; "" for the system's. With
	// one, the browser's processes are a group of their own.
	Folder string
	// OnFailure is called for each request that the browser reports as failed.
	// It must return fast.
	OnFailure func(Failure)
	// Log receives what the driver wants to say (nil: nowhere).
	Log func(format string, args ...any)
}

// Info is what a browser says of itself.
type Info struct {
	Key     string // chromium, chrome-headless-shell, firefox, webkit
	Name    string // "Chromium"
	Version string // "156.0.8078.79"
	Binary  string
	// Silent is true for a browser that says nothing of requests that fail.
	Silent bool
	// Asks is true for a Chromium that is driven by WebDriver BiDi: nothing keeps
	// it from asking a person for a name and a password, whatever
	// [Document.Unattended] says, and it does not tell of error pages in frames.
	Asks bool
}

// Browser is a running browser.
type Browser interface {
	Info() Info
	// NewContext makes a fresh profile: no cookies, caches or permissions.
	NewContext(ctx context.Context) (Context, error)
	// Done is closed when the browser has gone, by Close or by itself.
	Done() <-chan struct{}
	// Close ends the browser and removes what it left behind.
	Close() error
}

// Lender is a browser that several runs can share.
type Lender interface {
	Browser
	// Lend is the browser as a run of its own sees it: its profiles go through the
	// proxy of these options, and their script, failures and log are theirs. Close
	// takes those profiles away, and leaves the browser.
	Lend(o Options) Browser
	// Group is the id of its process group, if its options had a Folder.
	Group() int
}

// Context is a profile in a browser.
type Context interface {
	// Open opens a document in a tab of its own and returns when it is ready to
	// take probes: it has its origin, it is visible, it is focused.
	Open(ctx context.Context, d Document) (Page, error)
	// SetPermission decides a permission of the Permissions API for documents of
	// an origin in pages of the origin top: granted, denied, prompt.
	SetPermission(ctx context.Context, top, origin, name, state string) error
	// SetCookies sets cookies as Set-Cookie from their origin would.
	SetCookies(ctx context.Context, cookies []oracle.Cookie) error
	Close() error
}

// Frame is a frame or a worker of a document that runs probes.
type Frame struct {
	// Kind is the name of one of scenarios' places, opaque-sandbox or worker;
	// "" for a document of its own, at URL.
	Kind string `json:"kind,omitempty"`
	// Blocks is true for a worker that takes one probe at a time, for those that
	// hold up all script there: importScripts(), synchronous requests.
	Blocks bool `json:"blocks,omitempty"`
	// Makes is true for the worker of the probes that make workers in it.
	Makes bool   `json:"makes,omitempty"`
	URL   string `json:"url,omitempty"`
	// Sandbox are the frame's sandbox tokens; nil: no such attribute.
	Sandbox *string `json:"sandbox,omitempty"`
	// Worker is as in Document.
	Worker string `json:"worker,omitempty"`
}

// Page is a document that runs probes.
type Page interface {
	// Run runs the probes at once and calls back for each outcome, in the
	// order they come, never twice for one probe. It returns when all are in,
	// or with an error when the page or the browser has gone; outcomes that
	// were called back before remain true.
	Run(ctx context.Context, probes []Probe, onOutcome func(Outcome)) error
	// Sentinel sends one plain request to each URL, after everything before
	// it, and returns when each has been answered or has failed: the servers
	// know which arrived.
	Sentinel(ctx context.Context, urls []string) error
	// Manifest makes the browser fetch the manifest of the tab's page, as if a
	// person wanted to install it. No event of the page would.
	Manifest(ctx context.Context) error
	// Eval evaluates an expression, awaits it, and decodes its JSON value
	// into out (nil: ignored).
	Eval(ctx context.Context, expression string, out any) error
	// Screenshot is a PNG of the whole page.
	Screenshot(ctx context.Context) ([]byte, error)
	Close() error
}

// Probe is one load, in the form the page's probe.js takes.
type Probe struct {
	ID             string      `json:"id"` // the case's token
	Via            oracle.Via  `json:"via"`
	URL            string      `json:"url"`
	Frames         []Frame     `json:"frames,omitempty"` // where in the page it runs, outermost first; none: in the page itself
	Origin         string      `json:"-"`                // of the script there, serialised
	Method         string      `json:"method,omitempty"`
	Headers        [][2]string `json:"headers,omitempty"`
	Body           *Body       `json:"body,omitempty"`
	Mode           string      `json:"mode,omitempty"`
	Credentials    string      `json:"credentials,omitempty"`
	Redirect       string      `json:"redirect,omitempty"`
	Cache          string      `json:"cache,omitempty"`
	ReferrerPolicy string      `json:"referrerPolicy,omitempty"`
	Integrity      string      `json:"integrity,omitempty"`
	Keepalive      bool        `json:"keepalive,omitempty"`
	UploadListener bool        `json:"uploadListener,omitempty"`
	Sync           bool        `json:"sync,omitempty"`
	ResponseType   string      `json:"responseType,omitempty"`
	As             string      `json:"as,omitempty"`
	Timeout        int         `json:"timeout"` // milliseconds, from when the probe starts
	// Own is true when the reply has a body of the scenario's author: the
	// page cannot expect the marks that the default bodies carry.
	Own bool `json:"own,omitempty"`
	// Alone is true when no other case runs on the page: what the probe loads
	// may stay in it.
	Alone bool `json:"alone,omitempty"`
	// Timing asks for what Resource Timing shows of the load.
	Timing bool `json:"timing,omitempty"`
	// Blob is the blob that the page makes for URL, a blob: URL; nil for others.
	Blob *Blob `json:"blob,omitempty"`
}

// Blob is a blob for a blob: URL to name.
type Blob struct {
	Type    string `json:"type"`
	Base64  string `json:"base64"`
	Revoked bool   `json:"revoked,omitempty"` // the URL is, before it is used
}

// Body is a request body for the page: base64 of its bytes.
type Body struct {
	Type   string `json:"type,omitempty"` // "" no Blob type: a string body
	Base64 string `json:"base64"`
	Stream bool   `json:"stream,omitempty"`
}

// Outcome is what a page saw of one probe.
type Outcome struct {
	ID         string      `json:"id"`
	Read       oracle.Read `json:"read"`
	Type       string      `json:"type,omitempty"`
	Status     int         `json:"status,omitempty"`
	StatusText string      `json:"statusText,omitempty"`
	URL        string      `json:"url,omitempty"`
	Redirected bool        `json:"redirected,omitempty"`
	Headers    [][2]string `json:"headers,omitempty"` // readable by script
	Body       *string     `json:"body,omitempty"`    // readable by script, cut at 4 KiB, isomorphic
	Error      string      `json:"error,omitempty"`   // the exception or event, as script saw it
	Muted      *bool       `json:"muted,omitempty"`
	Timing     string      `json:"timing,omitempty"` // full, restricted or none, if the probe asked; otherwise what is odd
	Events     []string    `json:"events,omitempty"`
	TimedOut   bool        `json:"timedOut,omitempty"`
	// Broken is set when the probe itself failed (a bug, an API that this
	// engine lacks); it is no outcome.
	Broken string `json:"broken,omitempty"`
	// Lost is set when the frame or the worker that the probe was in answers no
	// more; it is no outcome either, and another probe there may be why.
	Lost string  `json:"lost,omitempty"`
	MS   float64 `json:"ms"`
}

// Failure is a request that the browser itself reports as failed. It gives the
// reason for a block; it is never a verdict.
type Failure struct {
	URL    string
	Native string        // the browser's own word: MissingAllowOriginHeader, mixed-content, net::ERR_FAILED
	Param  string        // the failed parameter, if any
	Reason oracle.Reason // Native in the closed vocabulary; "" if it has no place there
	// ErrorPage is true when a frame shows an error page instead of what it
	// loads. A page cannot tell it from a document of another origin.
	ErrorPage bool
	// OrPreflight is true when the browser says the same of a request and of its
	// preflight: which of them it was, the servers know.
	OrPreflight bool
	// OrNone is true when the browser says the same of a header that forbids and
	// of one that is missing: the servers know which it was.
	OrNone bool
	// Ended is true when nothing has failed that the browser knows of: it has ended
	// the shared worker whose script the URL is.
	Ended bool
	Raw   json.RawMessage // for the log
}
