package scenarios

import (
	"regexp"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/oracle"
)

// chain is where a step's request goes: the first URL, then one for each
// redirect.
type chain []link

type link struct {
	at   oracle.Origin
	path string // as it goes over the wire: with query, without fragment
	// label is the hop in the address: the link's own, unless a relative
	// `location` led there, which says nothing of hops.
	label int
	// anywhere is true after a `location` whose value only the run knows.
	anywhere bool
}

func newChain(step *Step) chain {
	at, _, _ := ResolveOrigin(step.Request.To)
	c := chain{{at: at, path: wirePath(step.Request.path())}}
	for _, hop := range step.Server.Redirects {
		next := c[len(c)-1]
		if hop.Location != nil {
			c = append(c, next.follow(*hop.Location, len(c)))
			continue
		}
		next.label, next.anywhere = len(c), false
		if hop.To != "" {
			next.at, _, _ = ResolveOrigin(hop.To)
		}
		if hop.Path != "" {
			next.path = wirePath(hop.Path)
		}
		c = append(c, next)
	}
	return c
}

// path is the path that the request asks for: a form's fields may be in it.
func (r Request) path() string {
	if r.Via != "form" || strings.EqualFold(r.Method, "POST") {
		return r.Path
	}
	return oracle.FormTarget(r.Path, r.body(originsOnly{}))
}

// follow is where a literal `location` leads from l: hop is the next one.
func (l link) follow(location Template, hop int) link {
	for _, p := range location.parts {
		if p.word != "" && p.word != originOf {
			return link{at: l.at, path: l.path, label: hop, anywhere: true}
		}
	}
	ref := location.Expand(Query{}, originsOnly{})
	_, rest := cutOwnScheme(ref, l.at.Scheme)
	next := link{label: hop}
	switch {
	case ref == "" || ref[0] == '?' || ref[0] == '#':
		next.label = l.label // the path stays, with its mark
	case isPathRelative(rest):
		next.label = 0
	}
	next.at, next.path, _ = oracle.ResolveURL(ref, l.at.String()+l.path)
	return next
}

// isPathRelative is true for a reference that stays beside the current path, or
// below it.
func isPathRelative(ref string) bool {
	ref = strings.TrimLeft(ref, " ")
	return !strings.Contains(ref, "..") && !strings.HasPrefix(ref, "/") && !strings.HasPrefix(ref, `\`) && !hasScheme.MatchString(ref)
}

// cutOwnScheme cuts the scheme from a reference that begins with the current
// URL's own and has no authority: it is as relative as without.
func cutOwnScheme(ref, scheme string) (own, rest string) {
	n := len(scheme) + 1
	if len(ref) < n || !strings.EqualFold(ref[:n], scheme+":") || absolute.MatchString(ref) {
		return "", ref
	}
	return ref[:n], ref[n:]
}

var hasScheme = regexp.MustCompile(`^ *[A-Za-z][A-Za-z0-9+.-]*:`)

// tokened puts the case's token into a literal location, after its authority
// or at its beginning, so that what it leads to is still the case's. path is
// where a relative one leads, scheme the current URL's.
func tokened(location string, a Address, path, scheme string) string {
	if own, rest := cutOwnScheme(location, scheme); own != "" {
		if hasScheme.MatchString(rest) {
			return location // a path that only looks like more
		}
		return own + tokened(rest, a, path, scheme)
	}
	_, _, ok := oracle.ResolveURL(location, App.String())
	if !ok || isPathRelative(location) || strings.Contains(location, "/~"+a.Token) {
		return location
	}
	authority := absolute.FindString(location)
	if authority == "" {
		authority = otherwise.FindString(location)
	}
	rest := location[len(authority):]
	switch {
	case authority == "" && hasScheme.MatchString(location):
		return location // no server is behind it
	case authority == "" && strings.Contains(location, ".."):
		rest = path
	case rest == "" || rest[0] != '/' && rest[0] != '\\':
		rest = "/" + rest
	}
	return authority + "/~" + a.Token + a.mark(rest)
}

var (
	absolute = regexp.MustCompile(`^ *(?i:https?:)?[/\\]{2,}[^/?#\\ ]*`)
	// Behind a scheme that is not the current URL's own any slashes are too many.
	otherwise = regexp.MustCompile(`^ *(?i:https?:)[/\\]*[^/?#\\ ]+`)
)

// wirePath is a path as a browser sends it.
func wirePath(path string) string {
	path, _, _ = strings.Cut(path, "#")
	return oracle.WirePath(path)
}

// upgrades reports whether the browser may make requests of the step secure:
// the page is, or its policy says so.
func (s *Step) upgrades(page oracle.Origin) bool {
	if page.Scheme == "https" || s.Page == nil {
		return page.Scheme == "https"
	}
	top, _, _ := ResolveOrigin(s.Page.Top)
	return top.Scheme == "https" || slices.ContainsFunc(s.Page.Headers, func(l Line) bool {
		return strings.EqualFold(l.Name, "Content-Security-Policy") && strings.Contains(strings.ToLower(l.Value.String()), "upgrade-insecure-requests")
	})
}

// find is the hop of the chain that a request belongs to, or -1: what browsers
// ask for over https instead of http belongs to the same.
func (c chain) find(q Query) int {
	for i, l := range c {
		if l.label == q.Hop && (l.anywhere || (l.at == q.At || upgraded(l.at) == q.At) && samePath(l.path, q.Path)) {
			return i
		}
	}
	return -1
}

// samePath holds for paths that differ in how they are percent-encoded only: not
// every browser sends them as they were written.
func samePath(a, b string) bool { return oracle.NormalizeEscapes(a) == oracle.NormalizeEscapes(b) }

// upgraded is the https origin that browsers turn an http one into.
func upgraded(origin oracle.Origin) oracle.Origin {
	if origin.Scheme == "http" {
		origin.Scheme = "https"
		if origin.Port == 80 {
			origin.Port = 443
		}
	}
	return origin
}
