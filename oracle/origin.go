package oracle

import (
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
	if o.Port == defaultPorts[o.Scheme] {
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
	if a.Host == b.Host {
		return !a.IsOpaque()
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
	name := strings.TrimSuffix(host, ".")
	site, _ := publicsuffix.EffectiveTLDPlusOne(name)
	if site == "" {
		return ""
	}
	return site + host[len(name):]
}

// Authority is the origin without its scheme: the Host of requests to it.
func (o Origin) Authority() string { return strings.TrimPrefix(o.String(), o.Scheme+"://") }

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
	addr, _ := netip.ParseAddr(strings.Trim(host, "[]"))
	return addr.IsLoopback()
}

func isIP(host string) bool {
	_, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil
}
