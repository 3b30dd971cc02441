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

// ResolveURL parses ref against base, as a Location header is parsed, and gives
// its origin and its path and query as a browser sends them. ok is false when
// it does not parse or does not lead to an HTTP(S) server.
//
// https://fetch.spec.whatwg.org/#concept-response-location-url
func ResolveURL(ref, base string) (at Origin, path string, ok bool) {
	from, _ := parseURL(base, nil)
	u, ok := parseURL(isomorphicBytes(ref), from)
	if !ok || !u.isHTTP() {
		return Origin{}, "", false
	}
	return u.origin, u.path + u.query, true
}
