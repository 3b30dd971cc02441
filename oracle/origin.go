package oracle

// Origin is an origin of the HTML Standard: a tuple (scheme, host, port), or
// opaque, which is the zero value.
//
// https://html.spec.whatwg.org/multipage/browsers.html#concept-origin
type Origin struct {
	Scheme string
	Host   string // lower-case ASCII; IPv6 in brackets
	Port   int    // the scheme's default port is written out here: 443, 80
}
