// Package policy holds what the author of a server means its CORS policy to
// be, and turns it into scenarios that ask a browser whether the server does
// just that: [Load] or a [Policy] literal, [Policy.Validate], then
// [Policy.Scenarios].
package policy

import "time"

// Policy is a CORS policy in its author's words. The zero value of a field
// means none of it; what is safelisted (GET, HEAD, POST, the CORS-safelisted
// request and response headers) needs no declaring.
type Policy struct {
	// Origins may read responses: serialised origins, "*" for everyone, or
	// patterns. "*." at the start of a host stands for one or more labels, ":*"
	// for any port, the scheme's own included.
	Origins []string
	// Methods may be used beyond the CORS-safelisted GET, HEAD and POST.
	Methods []string
	// RequestHeaders may be sent beyond the CORS-safelisted ones; "*" for any.
	RequestHeaders []string
	// ExposeHeaders may be read beyond the CORS-safelisted response headers; "*"
	// for any, without credentials only.
	ExposeHeaders []string
	// Credentials says that allowed origins may use the user's cookies and passwords.
	Credentials bool
	// MaxAge is an upper bound for how long a browser may keep the answer to a
	// preflight; 0 sets none.
	MaxAge time.Duration
	// NullOrigin says that documents whose origin is opaque ("null") may read, too.
	NullOrigin bool
	// PublicURL is the name by which browsers know the server, a serialised
	// origin; "" derives it from where the server is.
	PublicURL string
	// Endpoints are the places to probe; none is the target's own URL, with
	// every method.
	Endpoints []Endpoint
	// Accept are findings that somebody has decided to live with.
	Accept []Accept

	secrets []string // values from the environment
}

// Endpoint is a URL of the server that the policy holds for.
type Endpoint struct {
	Path string // begins with "/"; a query is allowed
	// Methods are those that the endpoint serves; none: every method of the policy, and GET.
	Methods []string
	// Headers are sent with every request to it, by all who ask: a token, an API
	// key. By that they are declared, as if RequestHeaders had them.
	Headers map[string]string
	// ExpectStatus is what a plain request of an allowed origin must be answered
	// with: GET, or whatever it serves if not that; 0: any.
	ExpectStatus int
}

// Accept excuses findings of a class, at one endpoint or ("") at all, until a
// day. One that excuses nothing is stale, and fails the check as a finding does.
type Accept struct {
	Class    Class
	Endpoint string // a path of Endpoints
	Why      string
	Until    time.Time // the last day, UTC; zero: for good

	place string
}

// Place is where the entry stands in its policy's file, as in cors.yaml:12:5; ""
// for one that was not read from a file.
func (a Accept) Place() string { return a.place }
