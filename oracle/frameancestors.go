package oracle

import (
	"strconv"
	"strings"
)

// frameAncestorsAllow is frame-ancestors' navigation response check: every
// policy that has the directive must name the page, and a page in an opaque
// origin cannot be named.
//
// https://w3c.github.io/webappsec-csp/#frame-ancestors-navigation-response
func (f *fetching) frameAncestorsAllow(reply Reply) bool {
	for _, sources := range frameAncestors(reply.Headers) {
		if !matchesSources(sources, f.origin, f.url().origin) {
			f.fail(ContentSecurityPolicy, frameAncestorsCheck, "frame-ancestors is ", quote(strings.Join(sources, " ")),
				", which leaves ", f.origin.String(), " out: the frame shows nothing.")
			return false
		}
	}
	return true
}

// frameAncestors are the source lists of frame-ancestors, one for each policy
// that has the directive.
//
// https://w3c.github.io/webappsec-csp/#parse-serialized-policy-list
func frameAncestors(h Headers) [][]string {
	value, _ := h.Get("Content-Security-Policy")
	var lists [][]string
	for policy := range strings.SplitSeq(value, ",") {
		for directive := range strings.SplitSeq(policy, ";") {
			words := strings.Fields(directive)
			if len(words) > 0 && strings.EqualFold(words[0], "frame-ancestors") {
				lists = append(lists, words[1:])
				break // only the first of a name counts
			}
		}
	}
	return lists
}

// matchesSources says whether a source list names an origin; self is the
// origin whose policy it is. 'none' and what is no source name nobody.
//
// https://w3c.github.io/webappsec-csp/#match-url-to-source-list
func matchesSources(sources []string, o, self Origin) bool {
	if o.IsOpaque() {
		return false
	}
	for _, source := range sources {
		switch source = strings.ToLower(source); {
		case source == "*":
			if isHTTPScheme(o.Scheme) || o.Scheme == self.Scheme {
				return true
			}
		case source == "'self'":
			if o == self || o.Host == self.Host && schemeCovers(self.Scheme, o.Scheme) &&
				o.Port == defaultPorts[o.Scheme] && self.Port == defaultPorts[self.Scheme] {
				return true
			}
		case strings.HasPrefix(source, "'"):
		case strings.HasSuffix(source, ":"):
			if schemeCovers(strings.TrimSuffix(source, ":"), o.Scheme) {
				return true
			}
		case matchesHostSource(source, o, self):
			return true
		}
	}
	return false
}

// matchesHostSource matches a source such as https://*.example.com:8443. The
// path of an origin is "/".
//
// https://w3c.github.io/webappsec-csp/#match-url-to-source-expression
func matchesHostSource(source string, o, self Origin) bool {
	scheme, rest, found := strings.Cut(source, "://")
	if !found {
		scheme, rest = self.Scheme, source
	}
	authority, path, _ := strings.Cut(rest, "/")
	host, port, hasPort := strings.Cut(authority, ":")
	if !schemeCovers(scheme, o.Scheme) || path != "" {
		return false
	}
	if suffix, wild := strings.CutPrefix(host, "*"); wild && (suffix == "" || suffix[0] == '.') {
		if !strings.HasSuffix(o.Host, suffix) {
			return false
		}
	} else if host != o.Host {
		return false
	}
	switch {
	case !hasPort:
		return o.Port == defaultPorts[o.Scheme]
	case port == "*":
		return true
	}
	return port == strconv.Itoa(o.Port)
}

// schemeCovers is scheme-part matching: a source with an insecure scheme names
// the secure one too.
//
// https://w3c.github.io/webappsec-csp/#scheme-part-match
func schemeCovers(source, scheme string) bool {
	return source == scheme || source == "http" && scheme == "https"
}

func isHTTPScheme(scheme string) bool { return scheme == "http" || scheme == "https" }
