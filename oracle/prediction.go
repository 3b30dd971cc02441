package oracle

// Read says what script can do with the response.
type Read string

const (
	Allowed      Read = "allowed"      // script can read it
	Opaque       Read = "opaque"       // it loads, script cannot read it
	Blocked      Read = "blocked"      // a network error
	Unobservable Read = "unobservable" // no event a page can see; the wire judges
)

// Prediction is what a browser must do with a request.
type Prediction struct {
	Read   Read
	Reason Reason // why it is blocked (or opaque by a rule); "" otherwise
	// Also are other reasons that a browser may give as well, where several
	// things fail at once.
	Also []Reason
	// Wire is every request that must arrive, in order, preflights included.
	// [WireRequest.After] says where the order is open.
	Wire []WireRequest
	// Type is the response's type: basic, cors, opaque, opaqueredirect, error.
	// It and what follows is predicted for every way to load; which of it a
	// page can see is the way's own affair (XHR shows no type).
	Type       string
	Status     int
	StatusText string
	URL        string // the response's URL as script sees it, "" for none
	Redirected bool
	// Headers are the headers script may read, names lower-case, values
	// combined, sorted by name.
	Headers Headers
	// Listed are their names as script lists them, where that is not lower-case
	// and sorted.
	Listed []string
	Body   []byte // what script may read, nil when it may not
	// Error is the name of the exception that script gets for a network error,
	// or when the API throws; "" where an event is all there is.
	Error string
	// Muted is true when errors of a classic script are muted.
	Muted bool
	// Timing is what Resource Timing shows of the load: full, restricted (only
	// when it began and ended), or "" when it has no entry.
	Timing string
	// Cached are the URLs for which the HTTP cache had a response that was used,
	// or asked about.
	Cached []string
	Trace  []TraceStep
}
