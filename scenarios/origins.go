package scenarios

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/internal/tree"
	"github.com/corsproof/corsproof/oracle"
)

// Protocol is what a listener speaks. It belongs to the origin, never to a
// scenario.
type Protocol string

// The protocols.
const (
	HTTP1 Protocol = "http/1.1"
	H2    Protocol = "h2"
)

// NamedOrigin is an origin that scenarios call by a word.
type NamedOrigin struct {
	Name     string
	Origin   oracle.Origin
	Protocol Protocol
	Relation string // to app
}

// Named lists the named origins, app first. Literal origins speak HTTP/1.1.
var Named = []NamedOrigin{
	{"app", https("app.site.test", 443), HTTP1, "itself"},
	{"port", https("app.site.test", 8443), HTTP1, "same site, another port"},
	{"sub", https("api.site.test", 443), HTTP1, "same site, a sibling subdomain"},
	{"parent", https("site.test", 443), HTTP1, "same site, the parent domain"},
	{"api", https("api.other.test", 443), HTTP1, "cross site"},
	{"api-port", https("api.other.test", 8443), HTTP1, "cross site, and another port than api's"},
	{"third", https("api.third.test", 443), HTTP1, "cross site, to api too"},
	{"evil", https("evil.test", 443), HTTP1, "cross site, an attacker's"},
	{"http", http("app.site.test", 80), HTTP1, "cross site by scheme: the same host without TLS"},
	{"http-port", http("app.site.test", 8080), HTTP1, "cross site by scheme: the same host without TLS, another port"},
	{"http-sub", http("api.site.test", 80), HTTP1, "cross site by scheme: a sibling subdomain without TLS"},
	{"http-api", http("api.other.test", 80), HTTP1, "cross site, without TLS"},
	{"app-h2", https("app-h2.site.test", 443), H2, "same site, a sibling subdomain over HTTP/2"},
	{"sub-h2", https("api-h2.site.test", 443), H2, "same site, a sibling subdomain over HTTP/2"},
	{"api-h2", https("api-h2.other.test", 443), H2, "cross site, over HTTP/2"},
}

func https(host string, port int) oracle.Origin {
	return oracle.Origin{Scheme: "https", Host: host, Port: port}
}
func http(host string, port int) oracle.Origin {
	return oracle.Origin{Scheme: "http", Host: host, Port: port}
}

// App is the origin that every relation is to, and the page of all places.
var App = Named[0].Origin

// Place is where script runs that is not the page itself: a frame or a worker of
// a page of app, by which it has an origin of its own or the page's.
type Place struct {
	Name   string
	Opaque bool   // its origin is null
	Worker string // the kind of worker, as oracle.Client has it; "" for a frame
}

// Places lists the places, frames first.
var Places = []Place{
	{"opaque-sandbox", true, ""},         // <iframe sandbox="allow-scripts">
	{"opaque-srcdoc", true, ""},          // the same, with a srcdoc document
	{"opaque-data", true, ""},            // a frame at a data: URL
	{"opaque-data-worker", true, "data"}, // a worker at a data: URL
	{"opaque-data-shared-worker", true, "shared"},
	{"worker", false, "dedicated"}, // its script is at the page's server
	{"shared-worker", false, "shared"},
	{"blob-worker", false, "dedicated"}, // a worker at a blob: URL
}

// PlaceOf finds the place of a request's `from`.
func PlaceOf(from string) (Place, bool) {
	for _, p := range Places {
		if p.Name == from {
			return p, true
		}
	}
	return Place{}, false
}

func placeNames() []string {
	names := make([]string, len(Places))
	for i, p := range Places {
		names[i] = p.Name
	}
	return names
}

// schemeTargets are the values of request.to that have no origin.
var schemeTargets = []string{"data:", "blob:"}

func named(name string) (NamedOrigin, bool) {
	for _, n := range Named {
		if n.Name == name {
			return n, true
		}
	}
	return NamedOrigin{}, false
}

func originNames() []string {
	names := make([]string, len(Named))
	for i, n := range Named {
		names[i] = n.Name
	}
	return names
}

// ResolveOrigin finds a named origin, or reads a literal one such as
// https://app.example.com or http://a.test:8080. A literal origin is written
// as browsers serialise it (lower-case, punycode, no path); the scheme's
// default port may stand in it. The error says what is wrong with it.
func ResolveOrigin(s string) (oracle.Origin, Protocol, error) {
	if n, ok := named(s); ok {
		return n.Origin, n.Protocol, nil
	}
	origin, err := literalOrigin(s)
	if err != nil {
		return oracle.Origin{}, "", fmt.Errorf("scenarios: origin %s: %w", tree.Quoted(s), err)
	}
	return origin, protocolOf(origin), nil
}

// protocolOf is what the listener of an origin speaks, however the origin is
// called.
func protocolOf(origin oracle.Origin) Protocol {
	for _, n := range Named {
		if n.Origin == origin {
			return n.Protocol
		}
	}
	return HTTP1
}

// wanted is an error that says what was expected.
type wanted string

func (w wanted) Error() string { return string(w) }

func literalOrigin(s string) (oracle.Origin, error) {
	scheme, rest, found := strings.Cut(s, "://")
	if !found {
		return oracle.Origin{}, wanted("an origin such as https://app.example.com, or " + tree.Choice(s, originNames()))
	}
	origin := oracle.Origin{Scheme: scheme}
	switch scheme {
	case "https":
		origin.Port = 443
	case "http":
		origin.Port = 80
	default:
		return oracle.Origin{}, wanted("an https: or http: origin")
	}
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		return oracle.Origin{}, wanted(fmt.Sprintf("an origin without a path: %s://%s", scheme, rest[:i]))
	}
	if strings.Contains(rest, "@") {
		return oracle.Origin{}, wanted("an origin without user and password")
	}
	host, port := rest, ""
	if strings.HasPrefix(rest, "[") && !strings.Contains(rest, "]") {
		return oracle.Origin{}, wanted("an IPv6 address in brackets, such as [::1]")
	}
	if i := strings.LastIndexByte(rest, ':'); i > strings.LastIndexByte(rest, ']') {
		host, port = rest[:i], rest[i+1:]
		n, err := strconv.Atoi(port)
		if err != nil || n < 1 || n > 65535 || strconv.Itoa(n) != port {
			return oracle.Origin{}, wanted("a port from 1 to 65535")
		}
		origin.Port = n
	}
	if err := checkHost(host); err != nil {
		return oracle.Origin{}, err
	}
	if tld := host[strings.LastIndexByte(host, '.')+1:]; scheme == "http" && alwaysHTTPS[tld] {
		return oracle.Origin{}, wanted("an https: origin: browsers never load http: from ." + tld)
	}
	origin.Host = host
	return origin, nil
}

// checkHost accepts every host name that browsers accept as a page's, odd ones
// such as app_x.test included: matching by pattern goes wrong at the edges.
func checkHost(host string) error {
	if v6, found := strings.CutPrefix(host, "["); found {
		addr, err := netip.ParseAddr(strings.TrimSuffix(v6, "]"))
		if err != nil || !strings.HasSuffix(host, "]") || !addr.Is6() || addr.Zone() != "" || addr.Is4In6() {
			return wanted("an IPv6 address in brackets, such as [::1]")
		}
		if canonical := "[" + addr.String() + "]"; canonical != host {
			return wanted("the address as browsers write it: " + canonical)
		}
		return nil
	}
	if host == "" || len(host) > 253 {
		return wanted("a host name of 1 to 253 characters")
	}
	for _, r := range host {
		switch {
		case r >= 'A' && r <= 'Z':
			return wanted("a host in lower case: " + strings.ToLower(host))
		case r > 0x7e:
			return wanted("a host in ASCII: names in other letters as punycode (xn--...)")
		case r == '*':
			return wanted("one origin, not a pattern of origins")
		case r <= ' ', strings.ContainsRune(`#%/:<>?@[\]^|`, r):
			return wanted(fmt.Sprintf("a host name without %q", r))
		}
	}
	labels := strings.Split(strings.TrimSuffix(host, "."), ".")
	for _, label := range labels {
		if label == "" || len(label) > 63 {
			return wanted("labels of 1 to 63 characters between the dots")
		}
	}
	// A last label that is a number makes a browser read an IPv4 address.
	if last := labels[len(labels)-1]; strings.Trim(last, "0123456789") == "" || strings.HasPrefix(last, "0x") {
		if addr, err := netip.ParseAddr(host); err != nil || !addr.Is4() {
			return wanted("a host whose last label is no number, or an IPv4 address such as 127.0.0.1")
		}
	}
	return nil
}

// alwaysHTTPS are top-level domains on every browser's HSTS preload list.
var alwaysHTTPS = set("android app bank boo channel dad day dev eat esq fly foo gle gmail google hangout how ing insurance meet meme mov nexus new page phd play prof rsvp search youtube zip")

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}
