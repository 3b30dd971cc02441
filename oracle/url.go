package oracle

import (
	"regexp"
	"strconv"
	"strings"
)

// urlRecord is a URL of the URL Standard. For the schemes that are not special
// (data, blob, ...) only scheme, path and fragment are kept, as they stand.
//
// https://url.spec.whatwg.org/#concept-url
type urlRecord struct {
	origin   Origin // opaque for what is not special
	scheme   string
	userinfo string
	path     string
	query    string     // with its "?"
	fragment string     // with its "#"
	written  *urlRecord // what it was before it was upgraded to https, nil for one that was not
}

// isHTTP says whether the scheme is an HTTP(S) scheme.
func (u *urlRecord) isHTTP() bool { return u.scheme == "http" || u.scheme == "https" }

// wire is the URL without userinfo and fragment.
func (u *urlRecord) wire() string {
	if u.origin.IsOpaque() {
		return u.scheme + ":" + u.path
	}
	return u.origin.String() + u.path + u.query
}

// href is the URL without its fragment: what script sees.
func (u *urlRecord) href() string {
	if u.userinfo == "" {
		return u.wire()
	}
	return strings.Replace(u.wire(), "://", "://"+u.userinfo+"@", 1)
}

// place names where the URL leads to, for a sentence.
func (u *urlRecord) place() string {
	if u.isHTTP() {
		return u.origin.String()
	}
	return "a " + u.scheme + ": URL"
}

// withScheme is the URL under another scheme; a default port follows.
func (u *urlRecord) withScheme(scheme string) *urlRecord {
	c := *u
	c.scheme, c.origin.Scheme = scheme, scheme
	if u.origin.Port == defaultPorts[u.scheme] {
		c.origin.Port = defaultPorts[scheme]
	}
	return &c
}

// secure is the URL over a secure connection.
func (u *urlRecord) secure() *urlRecord {
	secure := u.withScheme("https")
	secure.written = u
	return secure
}

// shown is the URL for a sentence: where it is on the network, or what it is.
func (u *urlRecord) shown() string {
	if u.origin.IsOpaque() {
		return "a " + u.scheme + ": URL"
	}
	return u.wire()
}

// parseURL is the basic URL parser, with base nil for none. It is complete for
// the special schemes that have an origin.
//
// https://url.spec.whatwg.org/#concept-basic-url-parser
func parseURL(s string, base *urlRecord) (*urlRecord, bool) {
	s = strings.TrimFunc(s, func(r rune) bool { return r <= ' ' })
	s = lineEnds.Replace(s)
	scheme, rest, absolute := cutScheme(s)
	_, special := defaultPorts[scheme]
	switch {
	case absolute && !special:
		path, fragment := cutFragment(rest)
		return &urlRecord{scheme: scheme, path: percentEncode(path, ""), fragment: fragment}, true
	case absolute && (base == nil || base.scheme != scheme || startsWithSlashes(rest)):
		return parseAuthority(scheme, strings.TrimLeft(rest, "/\\"))
	case absolute:
		return parseRelative(rest, base)
	case base == nil || base.origin.IsOpaque():
		return nil, false
	case startsWithSlashes(s):
		return parseAuthority(base.scheme, strings.TrimLeft(s, "/\\"))
	}
	return parseRelative(s, base)
}

var lineEnds = strings.NewReplacer("\t", "", "\n", "", "\r", "")

func startsWithSlashes(s string) bool {
	return len(s) >= 2 && (s[0] == '/' || s[0] == '\\') && (s[1] == '/' || s[1] == '\\')
}

// cutScheme splits "scheme:rest".
func cutScheme(s string) (scheme, rest string, ok bool) {
	for i := range len(s) {
		c := s[i] | 0x20
		switch {
		case c >= 'a' && c <= 'z':
		case i > 0 && (s[i] >= '0' && s[i] <= '9' || s[i] == '+' || s[i] == '-' || s[i] == '.'):
		case i > 0 && s[i] == ':':
			return strings.ToLower(s[:i]), s[i+1:], true
		default:
			return "", s, false
		}
	}
	return "", s, false
}

func cutFragment(s string) (rest, fragment string) {
	if i := strings.IndexByte(s, '#'); i >= 0 {
		return s[:i], "#" + percentEncode(s[i+1:], " \"<>`")
	}
	return s, ""
}

func cutQuery(s string) (rest, query string) {
	if i := strings.IndexByte(s, '?'); i >= 0 {
		return s[:i], "?" + percentEncode(s[i+1:], " \"#<>'")
	}
	return s, ""
}

// parseAuthority reads what follows "scheme://".
func parseAuthority(scheme, s string) (*urlRecord, bool) {
	end := strings.IndexAny(s+"/", "/\\?#")
	authority, rest := s[:end], s[end:]
	u := &urlRecord{scheme: scheme}
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		u.userinfo, authority = authority[:i], authority[i+1:]
		if u.userinfo == ":" { // an empty name and an empty password are no credentials
			u.userinfo = ""
		}
	}
	host, port, ok := parseHostPort(authority, scheme)
	if !ok {
		return nil, false
	}
	u.origin = Origin{scheme, host, port}
	rest, u.fragment = cutFragment(rest)
	rest, u.query = cutQuery(rest)
	u.path = normalizePath(rest)
	return u, true
}

// parseRelative resolves a reference without scheme and host.
func parseRelative(s string, base *urlRecord) (*urlRecord, bool) {
	u := *base
	s, u.fragment = cutFragment(s)
	path, query := cutQuery(s)
	switch {
	case s == "":
	case path == "":
		u.query = query
	case path[0] == '/' || path[0] == '\\':
		u.path, u.query = normalizePath(path), query
	default:
		u.path, u.query = normalizePath(base.path[:strings.LastIndexByte(base.path, '/')+1]+path), query
	}
	return &u, true
}

// normalizePath resolves the dot segments, turns backslashes, and encodes what
// a path may not hold. A special URL's path is never empty.
func normalizePath(path string) string {
	segments := strings.Split(strings.TrimPrefix(strings.ReplaceAll(path, "\\", "/"), "/"), "/")
	var out []string
	for i, segment := range segments {
		last := i == len(segments)-1
		switch strings.ToLower(strings.ReplaceAll(strings.ReplaceAll(segment, "%2e", "."), "%2E", ".")) {
		case "..":
			out = out[:max(len(out)-1, 0)]
			if last {
				out = append(out, "")
			}
		case ".":
			if last {
				out = append(out, "")
			}
		default:
			out = append(out, percentEncode(segment, pathSet))
		}
	}
	return "/" + strings.Join(out, "/")
}

const pathSet = " \"#<>?^`{}"

// wireURL is the URL as it is asked for.
func (f *fetching) wireURL() string { return f.escaped(f.url()).wire() }

// escaped is a URL with its percent signs as they are sent.
func (f *fetching) escaped(u *urlRecord) *urlRecord {
	if !f.state.Profile[EscapesNormalised] || !u.isHTTP() {
		return u
	}
	sent := *u
	sent.path, sent.query = NormalizeEscapes(u.path), NormalizeEscapes(u.query)
	return &sent
}

// NormalizeEscapes writes the digits of percent-encoded bytes in capitals, and
// decodes those that no URL need encode: what differs in nothing else means the
// same.
//
// https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2
func NormalizeEscapes(s string) string {
	return escape.ReplaceAllStringFunc(s, func(digits string) string {
		b, _ := strconv.ParseUint(digits[1:], 16, 8)
		if strings.IndexByte(unreserved, byte(b)) >= 0 {
			return string(rune(b))
		}
		return strings.ToUpper(digits)
	})
}

var escape = regexp.MustCompile("%[0-9A-Fa-f]{2}")

const unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"

// percentEncode encodes controls, everything beyond ASCII, and set.
func percentEncode(s, set string) string {
	var out strings.Builder
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || strings.IndexByte(set, c) >= 0 {
			out.WriteByte('%')
			out.WriteByte("0123456789ABCDEF"[c>>4])
			out.WriteByte("0123456789ABCDEF"[c&15])
		} else {
			out.WriteByte(c)
		}
	}
	return out.String()
}

// percentDecode decodes what is validly encoded and leaves the rest.
func percentDecode(s string) string {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				out.WriteByte(byte(n))
				i += 2
				continue
			}
		}
		out.WriteByte(s[i])
	}
	return out.String()
}

// credentials is the user name and the password of the URL.
func (u *urlRecord) credentials() (name, password string) {
	name, password, _ = strings.Cut(u.userinfo, ":")
	return percentDecode(name), percentDecode(password)
}
