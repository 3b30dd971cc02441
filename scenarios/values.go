package scenarios

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/corsproof/corsproof/internal/tree"
	"github.com/corsproof/corsproof/oracle"
)

var (
	// resourceName is what a placeholder can name.
	resourceName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

	kebab       = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	threeDigits = regexp.MustCompile(`^[1-9][0-9]{2,}$`)
	hasLetter   = regexp.MustCompile(`[a-z]`)
	userinfo    = regexp.MustCompile(`^[A-Za-z0-9._~!$&'()*+,;=%-]*(:[A-Za-z0-9._~!$&'()*+,;=%-]+)?$|^[A-Za-z0-9._~!$&'()*+,;=%-]+:$`)
)

// maxName is how long an id may be.
const maxName = 80

// name reads an id: lower-case words with hyphens, never a number, since a
// number says a place and places change.
func (d *decoder) name(n *node, what string) string {
	s, ok := d.Scalar(asWord(n), what)
	if !ok {
		return ""
	}
	if !kebab.MatchString(s) || !hasLetter.MatchString(s) || len(s) > maxName {
		d.Bad(n, what+": lower-case words joined by hyphens, not a number")
		return ""
	}
	return s
}

// caseName reads the name of an override. A status is a name, too: no list has
// so many items that it could be a place.
func (d *decoder) caseName(n *node) string {
	if n.Kind == tree.Scalar && threeDigits.MatchString(n.Text) {
		return n.Text
	}
	return d.name(n, "a name")
}

// asWord reads a bare null as the word that stands there, where it can be
// nothing else: in a name. `~` stays nothing.
func asWord(n *node) *node {
	if n.Kind != tree.Null || n.Text != "null" {
		return n
	}
	return &node{Kind: tree.Scalar, Pos: n.Pos, Text: n.Text}
}

// link reads an absolute https: URL.
func (d *decoder) link(n *node) string {
	const what = "the standard's section, an absolute https: URL such as https://fetch.spec.whatwg.org/#cors-check"
	s, ok := d.Scalar(n, what)
	if !ok {
		return ""
	}
	if !isLink(s) {
		d.Bad(n, what)
		return ""
	}
	return s
}

func isLink(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme == "https" && u.Hostname() != "" && u.User == nil &&
		strings.Contains(u.Hostname(), ".") && !strings.ContainsAny(s, " \t\r\n\"<>")
}

// origin reads a named or literal origin and gives it as written.
func (d *decoder) origin(n *node, also ...string) string {
	what := "a named origin or one such as https://app.example.com"
	if len(also) > 0 {
		what += ", or " + tree.OneOf(also)
	}
	s, ok := d.Scalar(n, what)
	if !ok {
		return ""
	}
	for _, w := range also {
		if w == s {
			return s
		}
	}
	if _, ok := named(s); ok {
		return s
	}
	if _, err := literalOrigin(s); err != nil {
		expected := err.Error()
		if !strings.Contains(s, "://") {
			expected = "an origin such as https://app.example.com, or " + tree.Choice(s, append(originNames(), also...))
		}
		d.Add(n.Pos, BadOrigin, "the origin "+tree.Quoted(s), expected)
		return ""
	}
	return s
}

// place reads an origin that a page can be loaded from.
func (d *decoder) place(n *node, also ...string) string {
	s := d.origin(n, also...)
	if origin, _, err := ResolveOrigin(s); err == nil && oracle.IsBadPort(origin.Port) {
		d.Add(n.Pos, BadOrigin, "the origin "+tree.Quoted(s), fmt.Sprintf("a port that browsers load from: they block %d", origin.Port))
		return ""
	}
	return s
}

// path reads a path with query and fragment, as a script or a server writes it:
// what browsers rewrite (dot segments, spaces, quotes) may stand in it.
func (d *decoder) path(n *node) string {
	s, ok := d.Scalar(n, `a path that begins with "/"`)
	if !ok {
		return ""
	}
	path, query, _ := strings.Cut(wirePath(s), "?")
	const base = "/~"
	switch {
	case !strings.HasPrefix(s, "/"):
		d.Bad(n, `a path that begins with "/"`)
	case strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) >= 0:
		d.Bad(n, "a path without control characters")
	case strings.Contains(path, "|") && strings.Contains(s, "|"):
		d.Bad(n, "a path with %7C for |, which engines send differently")
	case !strings.HasPrefix(wirePath(base+s), base+"/"):
		d.Bad(n, "a path whose .. segments stay below its beginning")
	case strings.HasPrefix(path, base), strings.HasPrefix(path, strings.TrimSuffix(Reserved, "/")):
		d.Bad(n, "another path: corsproof itself uses those that begin with /~ and "+Reserved)
	case hasParam(query, TokenParam):
		d.Bad(n, "a query without "+TokenParam+"=, which corsproof itself uses")
	default:
		return inASCII(s)
	}
	return ""
}

// inASCII percent-encodes what is not, as it goes over the wire.
func inASCII(path string) string {
	var out strings.Builder
	for i := range len(path) {
		if path[i] < 0x80 {
			out.WriteByte(path[i])
		} else {
			fmt.Fprintf(&out, "%%%02X", path[i])
		}
	}
	return out.String()
}

// requestPath reads where a request goes within its origin, or what its data:
// URL holds.
func (d *decoder) requestPath(n *node) string {
	if !d.dataURL {
		return d.path(n)
	}
	s, _ := d.Scalar(n, "the rest of a data: URL, such as text/plain,hello")
	return s
}

func hasParam(query, name string) bool {
	for pair := range strings.SplitSeq(query, "&") {
		if key, _, _ := strings.Cut(pair, "="); key == name {
			return true
		}
	}
	return false
}

func (d *decoder) userinfo(n *node) string {
	const what = `"user:password", "user" or ":password", in letters, digits and -._~!$&'()*+,;=%`
	s, ok := d.Scalar(n, what)
	if ok && (s == "" || !userinfo.MatchString(s)) {
		d.Bad(n, what)
		return ""
	}
	return s
}

// isToken reports whether s is a token, the grammar of methods and header
// names. https://www.rfc-editor.org/rfc/rfc9110#name-tokens
func isToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (c < '0' || c > '9') && !strings.ContainsRune("!#$%&'*+-.^_`|~", rune(c)) {
			return false
		}
	}
	return s != ""
}

func (d *decoder) token(n *node, what string) string {
	s, ok := d.Scalar(n, what)
	if ok && !isToken(s) {
		d.Bad(n, what+", a token: letters, digits and !#$%&'*+-.^_`|~")
		return ""
	}
	return s
}

// method reads what a script passes as a method, be it one or not.
func (d *decoder) method(n *node) string {
	s, ok := d.Text(n, "a method")
	if ok && s == "" {
		d.Bad(n, "a method")
	}
	return s
}

func (d *decoder) via(n *node) oracle.Via { return word(d, n, vias) }
