package oracle

import (
	"strconv"
	"strings"
)

// matchesSources says whether a source list of a Content Security Policy names
// a URL; self is the origin whose policy it is, redirects how many led to the
// URL. An empty list and 'none' name nothing.
//
// https://w3c.github.io/webappsec-csp/#match-url-to-source-list
func (p Profile) matchesSources(sources []string, u *urlRecord, self Origin, redirects int) bool {
	for _, source := range sources {
		if p.matchesSource(source, u, self, redirects) {
			return true
		}
	}
	return false
}

// matchesSource matches one expression: "*", a scheme, a host, or 'self'. What
// else stands in quotes (a nonce, a hash, 'unsafe-inline') is no host.
//
// https://w3c.github.io/webappsec-csp/#match-url-to-source-expression
func (p Profile) matchesSource(source string, u *urlRecord, self Origin, redirects int) bool {
	switch {
	case source == "*":
		return isHTTPScheme(u.scheme) || isSocketScheme(u.scheme)
	case strings.EqualFold(source, "'self'"):
		return matchesSelf(u, self)
	}
	if scheme, ok := strings.CutSuffix(source, ":"); ok {
		return p.schemeCovers(strings.ToLower(scheme), u.scheme)
	}
	h, ok := p.parseHostSource(source)
	return ok && p.matchesHostSource(h, u, self, redirects)
}

// matchesSelf matches 'self': the own origin, and the secure side of the same
// host on the same port or on the default ones.
func matchesSelf(u *urlRecord, self Origin) bool {
	o := u.origin
	ports := o.Port == self.Port || o.Port == defaultPorts[o.Scheme] && self.Port == defaultPorts[self.Scheme]
	secure := u.scheme == "https" || u.scheme == "wss" || self.Scheme == "http" && (u.scheme == "http" || u.scheme == "ws")
	return o.Host == self.Host && ports && secure
}

// hostSource is a source such as https://*.example.com:8443/path, in its parts;
// scheme and port are "" when it has none.
type hostSource struct{ scheme, host, port, path string }

// parseHostSource takes a host-source apart. ok is false for what does not keep
// to the grammar, which names nothing.
//
// https://w3c.github.io/webappsec-csp/#grammardef-host-source
func (p Profile) parseHostSource(source string) (h hostSource, ok bool) {
	rest := source
	if scheme, after, found := strings.Cut(source, "://"); found {
		h.scheme, rest = strings.ToLower(scheme), after
	}
	slash := strings.IndexByte(rest+"/", '/')
	authority, path := rest[:slash], rest[slash:]
	end := strings.IndexAny(path+"?", "?#")
	h.path = path[:end]
	h.host, h.port, ok = strings.Cut(strings.ToLower(authority), ":")
	if ok && h.port == "" || h.path != path && !p[SourcePathsLoose] {
		return h, false
	}
	return h, h.host == "*" || isHostPart(strings.TrimPrefix(h.host, "*."))
}

// isHostPart says whether s is labels of letters, digits and hyphens.
func isHostPart(s string) bool {
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-.") == ""
}

func (p Profile) matchesHostSource(h hostSource, u *urlRecord, self Origin, redirects int) bool {
	scheme := h.scheme
	if scheme == "" {
		scheme = self.Scheme
	}
	o := u.origin
	switch {
	case !p.schemeCovers(scheme, u.scheme), !p.matchesHostPart(h.host, o.Host):
		return false
	case h.port == "" && o.Port != defaultPorts[o.Scheme]:
		return false
	case h.port == "", h.port == "*", h.port == strconv.Itoa(o.Port):
	case h.port != "80" || o.Port != 443 || scheme == o.Scheme || !p[SourcePortUpgrades]:
		return false
	}
	// A redirect's target is not to be told from the path that a policy names.
	return h.path == "" || redirects > 0 || p.matchesPathPart(h.path, u.path)
}

// matchesHostPart compares hosts; a wildcard stands for one label or more, and
// of all addresses only 127.0.0.1 can be named.
//
// https://w3c.github.io/webappsec-csp/#match-hosts
func (p Profile) matchesHostPart(pattern, host string) bool {
	if suffix, wild := strings.CutPrefix(pattern, "*"); wild {
		return strings.HasSuffix(host, suffix)
	}
	return pattern == host && (!isIP(host) || host == "127.0.0.1" || p[SourcesNameAddresses])
}

// matchesPathPart compares paths segment by segment, percent-decoded; one that
// ends in "/" names all that is below it.
//
// https://w3c.github.io/webappsec-csp/#match-paths
func (p Profile) matchesPathPart(pattern, path string) bool {
	if p[SourcePathsLoose] {
		pattern, path = percentDecode(pattern), percentDecode(path)
	}
	wanted, segments := strings.Split(pattern, "/"), strings.Split(path, "/")
	folder := strings.HasSuffix(pattern, "/")
	if len(wanted) > len(segments) || !folder && len(wanted) != len(segments) {
		return false
	}
	if folder {
		wanted = wanted[:len(wanted)-1]
	}
	for i := range wanted {
		if percentDecode(wanted[i]) != percentDecode(segments[i]) {
			return false
		}
	}
	return true
}

// schemeCovers is scheme-part matching: a source with an insecure scheme names
// the secure one too, one for WebSockets the requests that open them.
//
// https://w3c.github.io/webappsec-csp/#match-schemes
func (p Profile) schemeCovers(source, scheme string) bool {
	sockets := !p[SourcesSeeSocketSchemes]
	switch source {
	case scheme:
		return true
	case "http":
		return scheme == "https"
	case "wss":
		return scheme == "https" && sockets
	case "ws":
		return scheme == "wss" || isHTTPScheme(scheme) && sockets
	}
	return false
}

func isHTTPScheme(scheme string) bool { return scheme == "http" || scheme == "https" }

func isSocketScheme(scheme string) bool { return scheme == "ws" || scheme == "wss" }
