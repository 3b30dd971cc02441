package oracle

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// Origin is an origin of the HTML Standard: a tuple (scheme, host, port), or
// opaque, which is the zero value.
//
// https://html.spec.whatwg.org/multipage/browsers.html#concept-origin
type Origin struct {
	Scheme string
	Host   string // lower-case ASCII; IPv6 in brackets
	Port   int    // the scheme's default port is written out here: 443, 80
}

// defaultPorts are the special schemes that have an origin.
var defaultPorts = map[string]int{"http": 80, "https": 443, "ws": 80, "wss": 443}

// ParseOrigin reads an origin as people write it: "https://app.example.com",
// "http://a.test:8080". A default port may be written out; the scheme and the
// host may be in any case, the host in Unicode. Anything after the port (a
// path, even "/"), userinfo, and schemes other than http and https are errors;
// so is "null", because an opaque origin cannot be named.
func ParseOrigin(s string) (Origin, error) {
	scheme, rest, found := strings.Cut(s, "://")
	scheme = strings.ToLower(scheme)
	if !found || scheme != "http" && scheme != "https" {
		return Origin{}, fmt.Errorf("oracle: %q is no origin: write it as https://host or https://host:port", s)
	}
	if i := strings.IndexAny(rest, "/?#\\"); i >= 0 {
		return Origin{}, fmt.Errorf("oracle: %q is no origin: an origin ends after the host and the port, remove %q", s, rest[i:])
	}
	if strings.Contains(rest, "@") {
		return Origin{}, fmt.Errorf("oracle: %q is no origin: an origin has no user name", s)
	}
	if strings.ContainsAny(rest, " \t\r\n") {
		return Origin{}, fmt.Errorf("oracle: %q is no origin: it has white space in it", s)
	}
	host, port, ok := parseHostPort(rest, scheme)
	if !ok || port == 0 {
		return Origin{}, fmt.Errorf("oracle: %q is no origin: the host or the port does not parse", s)
	}
	return Origin{scheme, host, port}, nil
}

// IsOpaque says whether o is an opaque origin, which serialises to "null".
func (o Origin) IsOpaque() bool { return o == Origin{} }

// String serialises the origin: scheme, host, and the port unless it is the
// scheme's default; "null" for an opaque one.
//
// https://html.spec.whatwg.org/multipage/browsers.html#ascii-serialisation-of-an-origin
func (o Origin) String() string {
	if o.IsOpaque() {
		return "null"
	}
	if o.Port == 0 || o.Port == defaultPorts[o.Scheme] {
		return o.Scheme + "://" + o.Host
	}
	return o.Scheme + "://" + o.Host + ":" + strconv.Itoa(o.Port)
}

// SameOrigin compares scheme, host and port. An opaque origin is the same as
// none that this model can name, itself included.
//
// https://html.spec.whatwg.org/multipage/browsers.html#same-origin
func SameOrigin(a, b Origin) bool { return !a.IsOpaque() && a == b }

// SameSite is the schemeful comparison: equal schemes, and the same registrable
// domain, or the same host where there is none.
//
// https://html.spec.whatwg.org/multipage/browsers.html#same-site
func SameSite(a, b Origin) bool {
	return a.Scheme == b.Scheme && SchemelesslySameSite(a, b)
}

// SchemelesslySameSite compares registrable domains only.
//
// https://html.spec.whatwg.org/multipage/browsers.html#schemelessly-same-site
func SchemelesslySameSite(a, b Origin) bool {
	if a.IsOpaque() || b.IsOpaque() {
		return false
	}
	if a.Host == b.Host {
		return true
	}
	site := RegistrableDomain(a.Host)
	return site != "" && site == RegistrableDomain(b.Host)
}

// RegistrableDomain is the public suffix of a host and one label more, by the
// public suffix list; "" for an IP address and for a public suffix itself.
//
// https://url.spec.whatwg.org/#host-registrable-domain
func RegistrableDomain(host string) string {
	if isIP(host) {
		return ""
	}
	name, dot := strings.CutSuffix(host, ".")
	site, err := publicsuffix.EffectiveTLDPlusOne(name)
	if err != nil {
		return ""
	}
	if dot {
		site += "."
	}
	return site
}

// IsPotentiallyTrustworthy says whether the origin counts as secure: https,
// wss, or a loopback name or address.
//
// https://w3c.github.io/webappsec-secure-contexts/#is-origin-trustworthy
func (o Origin) IsPotentiallyTrustworthy() bool {
	return o.Scheme == "https" || o.Scheme == "wss" || isLoopback(o.Host)
}

// isLoopback holds for 127.0.0.0/8, ::1, localhost and *.localhost.
func isLoopback(host string) bool {
	name := strings.TrimSuffix(host, ".")
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && addr.IsLoopback()
}

func isIP(host string) bool {
	_, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil
}
