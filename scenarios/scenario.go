package scenarios

import (
	"time"

	"github.com/corsproof/corsproof/oracle"
)

// Format is the version of the scenario format that this package reads.
const Format = 1

// File is one scenario file.
type File struct {
	Path      string
	Topic     string
	About     string
	Spec      string
	Scenarios []*Scenario
}

// Scenario is one item of a file's list, the file's defaults filled in. It is
// the source of one or more permutations.
type Scenario struct {
	Pos   Pos
	Topic string
	ID    string // without the topic
	Title string
	Why   string
	Spec  string
	Steps []Step // one, unless the file says `steps`; incomplete when there are variants
	Via   []oracle.Via
	Each  []Variant // empty: one unnamed variant
	// MultiStep is true when the file says `steps`.
	MultiStep bool
	Timeout   time.Duration
}

// Variant is one item of `each`: the scenario with its overrides applied.
type Variant struct {
	Pos     Pos
	Name    string
	Title   string
	Why     string
	Spec    string
	Steps   []Step
	Via     []oracle.Via
	Timeout time.Duration
}

// Step is one request of a scenario, with what the server answers and what the
// author claims.
type Step struct {
	Pos     Pos
	Request Request
	Page    *Page // nil: a plain page
	Cookies []Cookie
	Server  Server
	Expect  Expect
	Wait    time.Duration // before the request
	Fresh   bool          // `page: fresh`

	requestPos Pos
}

// Request is what the page's script asks for. Strings are as written; "" is
// not given.
type Request struct {
	From, To       string     // a named origin, a literal one, or an opaque one's name (from); data: or blob: (to)
	Via            oracle.Via // "" until the permutation sets it; a step may fix its own
	Path           string     // begins with "/"; query and fragment allowed; default "/"
	Userinfo       string
	Method         string
	Headers        Lines
	Body           *Body
	Mode           string
	Credentials    string
	Redirect       string
	Cache          string
	ReferrerPolicy string
	Integrity      string // as written: {sha256} and its like stand for the response's own
	Keepalive      bool
	UploadListener bool
	Sync           bool
	ResponseType   string
	As             string
}

// Body is a request body: exactly one of Text and Bytes.
type Body struct {
	Type   string
	Text   Template
	Bytes  []byte
	Stream bool
	Times  int // over; 0 is once
}

// Page is the `page` key: the document that holds the script.
type Page struct {
	Headers       Lines
	Top           string
	Sandbox       []string
	AddressSpace  string
	Permissions   map[string]string
	ServiceWorker *ServiceWorker
}

// ServiceWorker is page.service-worker.
type ServiceWorker struct{ Script, Responds string }

// Cookie is set in the browser before the step's request.
type Cookie struct {
	Pos        Pos
	On         string // a named or literal origin
	Name       string
	Value      string
	Attributes string // as in Set-Cookie: "Path=/; SameSite=None; Secure"
}

// Server is what answers.
type Server struct {
	SetUp     *SetUp // nil: the literal replies below
	Preflight *Reply // nil: 404 without CORS headers
	Response  Reply
	Redirects []Hop
	Resources map[string]Resource
}

// SetUp is server.set-up: a real server with a CORS configuration of its own.
type SetUp struct {
	Name    string
	Options map[string]string // a list of values is joined by commas
}

// Reply is one literal answer. The server adds nothing to it but framing.
type Reply struct {
	Pos    Pos
	Status int // 0: 200, for a preflight 204
	// StatusText stands behind the status; nil: what usually does.
	StatusText *string
	Headers    Lines
	// Body is nil when none is given: the way to load's default body then,
	// with its Content-Type unless Headers has one.
	Body  *Template
	Raw   []byte // the whole answer from the status line on; nil: not raw
	Delay time.Duration
	Abort string // "", before-headers, in-body
}

// Hop is one redirect: the answer of the server at the current URL.
type Hop struct {
	Pos       Pos
	Status    int // default 302
	Headers   Lines
	To        string // origin of the next URL; "" keeps the current one
	Path      string // of the next URL; "" keeps the current one
	Userinfo  string
	Location  *Template // a literal Location instead of one built from To
	Preflight *Reply    // what an OPTIONS to the next URL gets; nil: the scenario's preflight
}

// Resource is a further named resource: what a body names.
type Resource struct {
	At   string // a named or literal origin; "" is where the request goes
	Path string
	Reply
	Preflight *Reply // what an OPTIONS to it gets; nil: the scenario's preflight
}

// Line is one header line whose value may hold placeholders. Both parts are
// isomorphic strings: one character, one byte.
type Line struct {
	Pos   Pos
	Name  string
	Value Template
}

// Lines are header lines in order.
type Lines []Line

// Expect is the author's claim. Nil and "" mean that nothing is claimed.
type Expect struct {
	Pos             Pos
	Read            oracle.Read
	Reason          oracle.Reason
	ServerSaw       []string // nil: not claimed; empty: nothing arrives
	Wire            []WireClaim
	Type            string
	Status          *int
	StatusText      *string
	URL             *Template
	Redirected      *bool
	Body            *Template
	ReadableHeaders []string // names, or "name: value"
	HiddenHeaders   []string
	Error           string
	Muted           *bool
	Timing          string
	Preflights      *int
	Origin          string            // of the last actual request; "absent" for none
	RequestHeaders  map[string]string // name to value, "absent" or "present"
}

// WireClaim is one item of expect.wire. "" is not claimed.
type WireClaim struct {
	Pos            Pos
	At             string
	Path           string
	Method         string
	Origin         string // "absent" for none
	RequestMethod  string
	RequestHeaders string
	Cookie         string // "absent", "present" or the value
	Headers        map[string]string
	Body           *string
}

// Replies are all that the server may answer: to preflights, redirects and
// resources included. Of a redirect it is the headers that were given.
func (s Server) Replies() []Reply {
	all := []Reply{s.Response}
	if s.Preflight != nil {
		all = append(all, *s.Preflight)
	}
	for _, hop := range s.Redirects {
		all = append(all, Reply{Headers: hop.Headers})
		if hop.Preflight != nil {
			all = append(all, *hop.Preflight)
		}
	}
	for _, r := range s.Resources {
		all = append(all, r.Reply)
	}
	return all
}
