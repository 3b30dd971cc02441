package oracle

// WirePath is a path (query allowed, no fragment) as a browser sends it: dot
// segments resolved, backslashes turned, and percent-encoded what must be.
//
// https://url.spec.whatwg.org/#path-state
func WirePath(path string) string {
	u, ok := parseURL("https://any.test"+path, nil)
	if !ok {
		return path
	}
	return u.path + u.query
}
