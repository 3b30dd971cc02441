package oracle

import "strings"

// frameAncestorsAllow is frame-ancestors' navigation response check: every
// policy that has the directive must name each page around the frame, and a
// page in an opaque origin cannot be named.
//
// https://w3c.github.io/webappsec-csp/#frame-ancestors-navigation-response
func (f *fetching) frameAncestorsAllow(reply Reply) bool {
	for _, sources := range f.frameAncestors(reply.Headers) {
		for _, ancestor := range f.containers() {
			u := &urlRecord{scheme: ancestor.Scheme, origin: ancestor, path: "/"}
			if !f.state.Profile.matchesSources(sources, u, f.url().origin, 0) {
				return f.fail(ContentSecurityPolicy, frameAncestorsCheck, "frame-ancestors is ", quote(strings.Join(sources, " ")),
					", which leaves ", ancestor.String(), " out: the frame shows nothing.")
			}
		}
	}
	return true
}

// frameAncestors are the source lists of frame-ancestors, one for each policy
// that has the directive.
func (f *fetching) frameAncestors(h Headers) [][]string {
	var lists [][]string
	for _, p := range f.state.Profile.policies(h) {
		if sources := p["frame-ancestors"]; sources != nil {
			lists = append(lists, sources)
		}
	}
	return lists
}
