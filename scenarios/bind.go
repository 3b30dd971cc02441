package scenarios

import (
	"time"

	"github.com/corsproof/corsproof/oracle"
)

// Assets knows what a way to load can load: the default body of a reply and its
// Content-Type. fixtures provides it.
type Assets interface {
	Default(via oracle.Via) (contentType string, body []byte)
}

// Query is a request that wants an answer: from the wire, or from the oracle.
type Query struct {
	At             oracle.Origin
	Hop            int
	Path           string // without the token
	Preflight      bool   // OPTIONS with Access-Control-Request-Method
	Origin         string // header values, "" when absent
	RequestMethod  string
	RequestHeaders string
}

// Answer is a concrete reply: placeholders expanded, default body filled in.
type Answer struct {
	Status  int
	Headers oracle.Headers
	Body    []byte
	Raw     []byte // the whole answer; nil: built from the parts above
	Delay   time.Duration
	Abort   string // "", before-headers, in-body
}
