package policy

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"

	"github.com/corsproof/corsproof/internal/tree"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// Pattern is an entry of [Policy.Origins], read: the origins that it stands for.
type Pattern struct {
	everyone  bool          // "*"
	subdomain bool          // one or more labels stand before the host of origin
	anyPort   bool          // the port of origin is 0
	origin    oracle.Origin // none for everyone
}

// ParsePattern reads an origin as browsers serialise it (scheme, host and port;
// lower case, punycode, no path, no slash at the end, the scheme's own port left
// out), or a pattern of origins: "*", "https://*.partner.example",
// "https://app.example.com:*", "https://*.partner.example:*". The error says
// what to write instead.
func ParsePattern(s string) (Pattern, error) {
	p, expected := readPattern(s)
	if expected != "" {
		return Pattern{}, fmt.Errorf("policy: found the origin %s, expected %s", tree.Quoted(s), expected)
	}
	return p, nil
}

// String is the pattern as it was written.
func (p Pattern) String() string {
	if p.everyone {
		return "*"
	}
	s := p.origin.String()
	if p.anyPort {
		s = p.origin.Scheme + "://" + p.origin.Host + ":*"
	}
	if p.subdomain {
		s = strings.Replace(s, "://", "://*.", 1)
	}
	return s
}

// Matches says whether the pattern stands for an origin. "*" stands for opaque
// ones, too; nothing else does.
func (p Pattern) Matches(o oracle.Origin) bool {
	switch {
	case p.everyone:
		return true
	case o.IsOpaque(), o.Scheme != p.origin.Scheme, o.Port != p.origin.Port && !p.anyPort:
		return false
	case p.subdomain:
		labels, below := strings.CutSuffix(o.Host, "."+p.origin.Host)
		return below && labels != ""
	}
	return o.Host == p.origin.Host
}

// Allows says whether an origin may read what the server answers. It is
// serialised, as in the header Origin: "null" is an opaque one. What no browser
// sends as an origin is not allowed.
func (p *Policy) Allows(origin string) bool {
	var o oracle.Origin
	if origin != "null" {
		var err error
		if o, _, err = scenarios.ResolveOrigin(origin); err != nil || o.String() != origin {
			return false
		}
	} else if p.NullOrigin {
		return true
	}
	return slices.ContainsFunc(p.Origins, func(s string) bool {
		pattern, expected := readPattern(s)
		return expected == "" && pattern.Matches(o)
	})
}

// readPattern reads an origin or a pattern. expected is "" for one that can
// stand in a policy, else what should stand there.
func readPattern(s string) (p Pattern, expected string) {
	p, expected = readStrictly(s)
	if expected != "" && !strings.Contains(expected, "://") && !strings.EqualFold(s, "null") {
		if as := rewritten(s); as != "" {
			expected += ": " + as
		}
	}
	return p, expected
}

const examples = `an origin such as https://app.example.com, "https://*.example.com" or "*"`

func readStrictly(s string) (Pattern, string) {
	switch {
	case s == "*":
		return Pattern{everyone: true}, ""
	case strings.EqualFold(s, "null"):
		return Pattern{}, "`null-origin: true` for documents whose origin is opaque, and no \"null\" in the list"
	case strings.TrimSpace(s) == "":
		return Pattern{}, examples
	case isRegexp(s):
		return Pattern{}, `no regular expression: "https://*.example.com" for one label or more before a host, "https://example.com:*" for any port`
	case strings.ContainsAny(strings.TrimSpace(s), ", \t\r\n;"):
		return Pattern{}, "one origin in each entry of the list"
	case strings.TrimSpace(s) != s:
		return Pattern{}, "no white space around the origin"
	}
	scheme, rest, found := strings.Cut(s, "://")
	switch {
	case !found:
		return Pattern{}, "an origin with its scheme"
	case strings.Contains(scheme, "*"):
		return Pattern{}, `a scheme: one entry for "https://` + rest + `", one for "http://` + rest + `"`
	case strings.ToLower(scheme) != "https" && strings.ToLower(scheme) != "http":
		return Pattern{}, "an https: or http: origin: no page that could ask has the scheme " + tree.Quoted(scheme)
	}
	if end := strings.IndexAny(rest, "/?#"); end >= 0 && strings.Trim(rest[end:], "/") == "" {
		return Pattern{}, "no slash at the end, where an origin has none"
	} else if end >= 0 {
		return Pattern{}, "an origin without a path"
	}
	switch {
	case strings.Contains(rest, "@"):
		return Pattern{}, "an origin without user and password"
	case strings.ToLower(s) != s && isASCII(s):
		return Pattern{}, "lower case, as browsers write origins"
	case !isASCII(s):
		return Pattern{}, "the host in punycode, as browsers write it"
	}
	return readHost(scheme, rest)
}

// readHost reads what follows "://", wildcards included.
func readHost(scheme, rest string) (Pattern, string) {
	p := Pattern{}
	rest, p.anyPort = strings.CutSuffix(rest, ":*")
	rest, p.subdomain = strings.CutPrefix(rest, "*.")
	switch {
	case rest == "*":
		return Pattern{}, `"*" for everyone, or "` + scheme + `://*.example.com" for the hosts below one`
	case strings.Contains(rest, "*"):
		return Pattern{}, `no "*" but "*." at the start of the host, for one label or more, and ":*" at its end, for any port`
	}
	origin, _, err := scenarios.ResolveOrigin(scheme + "://" + rest)
	if err != nil {
		return Pattern{}, errors.Unwrap(err).Error()
	}
	p.origin = origin
	switch {
	case p.anyPort:
		if origin.Host != rest {
			return Pattern{}, "one port, or \":*\" for all"
		}
		p.origin.Port = 0
	case origin.String() != scheme+"://"+rest:
		return Pattern{}, fmt.Sprintf("no port where it is the scheme's own, %d, which browsers leave out", origin.Port)
	case oracle.IsBadPort(origin.Port):
		return Pattern{}, fmt.Sprintf("a port that browsers load pages from: they block %d", origin.Port)
	}
	if p.subdomain {
		return p, suffixProblem(origin.Host)
	}
	return p, ""
}

// suffixProblem says why a host has no subdomains that one author could speak
// for; "" if it may have.
func suffixProblem(host string) string {
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return `no "*." before an IP address, which has no subdomains`
	}
	// The list says of a name that it does not know that its last label is a
	// suffix. That is no registry: .test, .localhost, a name within a company.
	name := strings.TrimSuffix(host, ".")
	suffix, icann := publicsuffix.PublicSuffix(name)
	if suffix == name && (icann || strings.Contains(suffix, ".")) {
		return "the hosts that are meant, or \"*.\" before a domain of yours: anybody can register a name below " + name
	}
	return ""
}

// rewritten is an origin or a pattern as it should have been written, "" if
// that cannot be told.
func rewritten(written string) string {
	s := strings.ToLower(strings.TrimSpace(written))
	scheme, rest, found := strings.Cut(s, "://")
	if !found {
		scheme, rest = "https", strings.TrimPrefix(s, "//")
		if strings.HasPrefix(rest, "localhost") || strings.HasPrefix(rest, "127.") || strings.HasPrefix(rest, "[::1]") {
			scheme = "http"
		}
	}
	if end := strings.IndexAny(rest, `/?#\`); end >= 0 {
		rest = rest[:end]
	}
	rest = rest[strings.LastIndexByte(rest, '@')+1:]
	host, port := rest, ""
	if colon := strings.LastIndexByte(rest, ':'); colon > strings.LastIndexByte(rest, ']') {
		host, port = rest[:colon], rest[colon:]
	}
	if scheme == "https" && port == ":443" || scheme == "http" && port == ":80" {
		port = ""
	}
	host, subdomain := strings.CutPrefix(host, "*.")
	if ascii, err := idna.Lookup.ToASCII(host); err == nil {
		host = ascii
	}
	if subdomain {
		host = "*." + host
	}
	as := scheme + "://" + host + port
	if _, expected := readStrictly(as); expected != "" || as == written {
		return ""
	}
	return as
}

// isRegexp looks for what stands in regular expressions and never in an origin.
func isRegexp(s string) bool {
	_, class, bracket := strings.Cut(s, "[")
	class, _, _ = strings.Cut(class, "]")
	return strings.ContainsAny(s, `\^|`) || strings.Contains(s, "//.*") || strings.HasSuffix(s, "$") ||
		strings.HasPrefix(s, "/") && !strings.HasPrefix(s, "//") || bracket && !strings.Contains(class, ":")
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > 0x7e }) < 0
}
