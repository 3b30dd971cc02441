package scenarios

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/corsproof/corsproof/oracle"
)

// decoder reads the values of a file's tree and notes what is wrong with them.
type decoder struct {
	*problems
	// partial is true while a mapping is read that something else completes:
	// `defaults`, a scenario with `each`. What is missing is no problem then.
	partial bool
	// resources are the names that {url:NAME} may use besides the origins'.
	resources map[string]bool
}

// A field is a key of a mapping and how its value is read. The tables of
// fields are the format: docs/scenarios.md and schema.json say the same.
type field[T any] struct {
	name string
	read func(*decoder, *node, *T)
}

// readMapping reads a mapping by its table. It is false when n is none.
func readMapping[T any](d *decoder, n *node, fields []field[T], into *T) bool {
	if n.kind != mappingNode {
		d.wrong(n, "a mapping of "+oneOf(names(fields)))
		return false
	}
	for _, e := range n.entries {
		if f := find(fields, e.key); f != nil {
			f.read(d, e.value, into)
		} else {
			d.add(e.pos, UnknownKey, "the unknown key "+quoted(e.key), choice(e.key, names(fields)))
		}
	}
	return true
}

func find[T any](fields []field[T], name string) *field[T] {
	for i := range fields {
		if fields[i].name == name {
			return &fields[i]
		}
	}
	return nil
}

func names[T any](fields []field[T]) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = f.name
	}
	return out
}

// wrong notes a value of the wrong type.
func (d *decoder) wrong(n *node, expected string) {
	d.add(n.pos, WrongType, n.found(), expected)
}

func (d *decoder) bad(n *node, expected string) {
	d.add(n.pos, BadValue, n.found(), expected)
}

// missing notes a key that a mapping must have.
func (d *decoder) missing(n *node, key, expected string) {
	if !d.partial {
		d.add(n.pos, Missing, "no `"+key+"`", expected)
	}
}

// exclusive notes keys of one mapping that exclude each other.
func (d *decoder) exclusive(n *node, at string) {
	for i, e := range n.entries {
		for _, before := range n.entries[:i] {
			if excludes(at, before.key, e.key) {
				d.add(e.pos, Contradiction, "`"+e.key+"` beside `"+before.key+"`", "one of the two")
				return
			}
		}
	}
}

// scalar is a value's source text. what names the value for the error.
func (d *decoder) scalar(n *node, what string) (string, bool) {
	if n.kind != scalarNode {
		d.wrong(n, what)
		return "", false
	}
	return n.text, true
}

// prose is text for people: any character, white space folded.
func (d *decoder) prose(n *node, what string) string {
	s, ok := d.scalar(n, what)
	s = strings.Join(strings.Fields(s), " ")
	if ok && s == "" {
		d.bad(n, what)
	}
	return s
}

// text is an isomorphic string: each character is one byte.
func (d *decoder) text(n *node, what string) (string, bool) {
	if n.kind == nullNode {
		what += " (in quotes if you mean the text: " + strconv.Quote(n.text) + ")"
	}
	s, ok := d.scalar(n, what)
	if !ok {
		return "", false
	}
	for _, r := range s {
		if r > 0xff {
			d.add(d.within(n, string(r)), BadValue, fmt.Sprintf("%q (U+%04X)", r, r),
				`characters up to U+00FF, each of which is one byte (UTF-8 as "\xNN" for each byte, or as !!binary)`)
			return "", false
		}
	}
	return s, true
}

// bytes is an isomorphic string or !!binary.
func (d *decoder) bytes(n *node, what string) []byte {
	s, ok := d.text(n, what+", as text or as !!binary base64")
	if !ok {
		return nil
	}
	return isomorphicEncode(s)
}

// within is the place of part in the value n, or n's own.
func (d *decoder) within(n *node, part string) Pos {
	column := n.pos.Column - 1
	for i := n.pos.Line - 1; i >= 0 && i < len(d.lines); i++ {
		line := []rune(d.lines[i])
		rest := string(line[min(max(column, 0), len(line)):])
		if j := strings.Index(rest, part); j >= 0 {
			return Pos{File: d.file, Line: i + 1, Column: len(line) - len([]rune(rest)) + len([]rune(rest[:j])) + 1}
		}
		column = 0
	}
	return n.pos
}

// word reads a word of a closed set.
func word[S ~string](d *decoder, n *node, set []S) S {
	what := oneOf(set)
	if len(set) > 20 {
		what = "one of the words of docs/scenarios.md"
	}
	s, ok := d.scalar(n, what)
	if !ok {
		return ""
	}
	for _, w := range set {
		if string(w) == s {
			return w
		}
	}
	d.add(n.pos, UnknownWord, "the unknown word "+quoted(s), choice(s, set))
	return ""
}

func (d *decoder) boolean(n *node) bool { return word(d, n, booleans) == "true" }

func (d *decoder) integer(n *node, what string, least, most int) int {
	s, ok := d.scalar(n, what)
	if !ok {
		return 0
	}
	i, err := strconv.Atoi(s)
	if err != nil || i < least || i > most || strconv.Itoa(i) != s {
		d.bad(n, what)
		return 0
	}
	return i
}

func (d *decoder) status(n *node) int {
	return d.integer(n, "a status from 200 to 599", 200, 599)
}

// duration reads a positive time as Go writes it.
func (d *decoder) duration(n *node) time.Duration {
	const what = "a time with its unit, such as 500ms, 6s or 1m, up to 10m"
	s, ok := d.scalar(n, what)
	if !ok {
		return 0
	}
	t, err := time.ParseDuration(s)
	if err != nil || t <= 0 || t > 10*time.Minute {
		d.bad(n, what)
		return 0
	}
	return t
}

var (
	kebab     = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	hasLetter = regexp.MustCompile(`[a-z]`)
)

// name reads an id: lower-case words with hyphens, never a number, since a
// number says a place and places change.
func (d *decoder) name(n *node, what string) string {
	s, ok := d.scalar(n, what)
	if !ok {
		return ""
	}
	if !kebab.MatchString(s) || !hasLetter.MatchString(s) || len(s) > 80 {
		d.bad(n, what+": lower-case words joined by hyphens, not a number")
		return ""
	}
	return s
}

// link reads an absolute https: URL.
func (d *decoder) link(n *node) string {
	const what = "the standard's section, an absolute https: URL such as https://fetch.spec.whatwg.org/#cors-check"
	s, ok := d.scalar(n, what)
	if !ok {
		return ""
	}
	if !isLink(s) {
		d.bad(n, what)
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
		what += ", or " + oneOf(also)
	}
	s, ok := d.scalar(n, what)
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
			expected = "an origin such as https://app.example.com, or " + choice(s, append(originNames(), also...))
		}
		d.add(n.pos, BadOrigin, "the origin "+quoted(s), expected)
		return ""
	}
	return s
}

// path reads a path with query and fragment, as it is to appear on the wire.
func (d *decoder) path(n *node) string {
	s, ok := d.scalar(n, `a path that begins with "/"`)
	if !ok {
		return ""
	}
	path, _, _ := strings.Cut(s, "#")
	path, query, _ := strings.Cut(path, "?")
	switch {
	case !strings.HasPrefix(s, "/"):
		d.bad(n, `a path that begins with "/"`)
	case strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("\"<>\\^`{|}", r) }) >= 0:
		d.bad(n, "a path as it goes over the wire: other characters percent-encoded")
	case hasDotSegment(path):
		d.bad(n, "a path without . and .. segments, which browsers resolve before they send")
	case strings.HasPrefix(path, "/~"), strings.HasPrefix(path, strings.TrimSuffix(Reserved, "/")):
		d.bad(n, "another path: corsproof itself uses those that begin with /~ and "+Reserved)
	case hasParam(query, TokenParam):
		d.bad(n, "a query without "+TokenParam+"=, which corsproof itself uses")
	default:
		return s
	}
	return ""
}

func hasDotSegment(path string) bool {
	for segment := range strings.SplitSeq(path, "/") {
		switch strings.ReplaceAll(strings.ToLower(segment), "%2e", ".") {
		case ".", "..":
			return true
		}
	}
	return false
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
	const what = `"user:password", in letters, digits and -._~!$&'()*+,;=%`
	s, ok := d.scalar(n, what)
	if ok && !regexp.MustCompile(`^[A-Za-z0-9._~!$&'()*+,;=%-]+(:[A-Za-z0-9._~!$&'()*+,;=%-]*)?$`).MatchString(s) {
		d.bad(n, what)
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
	s, ok := d.scalar(n, what)
	if ok && !isToken(s) {
		d.bad(n, what+", a token: letters, digits and !#$%&'*+-.^_`|~")
		return ""
	}
	return s
}

// list reads each item of a list; a lone scalar is a list of one.
func (d *decoder) list(n *node, what string, item func(*node)) {
	switch n.kind {
	case listNode:
		for _, v := range n.items {
			item(v)
		}
	case scalarNode:
		item(n)
	default:
		d.wrong(n, what)
	}
}

// template reads a text with placeholders. inReply says whether there is a
// request that it answers.
func (d *decoder) template(n *node, what string, inReply bool) Template {
	s, ok := d.text(n, what)
	if !ok {
		return Template{}
	}
	if n.binary {
		return Literal(s)
	}
	t, errs := parseTemplate(s)
	for _, err := range errs {
		d.add(d.within(n, err.Placeholder), BadPlaceholder, quoted(err.Placeholder), err.Wanted)
	}
	for _, p := range t.parts {
		d.placeholder(n, p, inReply)
	}
	return t
}

func (d *decoder) placeholder(n *node, p part, inReply bool) {
	written := "{" + p.word + "}"
	problem := func(expected string) { d.add(d.within(n, written), BadPlaceholder, quoted(written), expected) }
	switch p.word {
	case "":
	case originOf, urlOf:
		written = "{" + p.word + ":" + p.name + "}"
		if p.word == urlOf && (d.resources[p.name] || d.partial && kebab.MatchString(p.name)) {
			return
		}
		if _, _, err := ResolveOrigin(p.name); err != nil {
			if p.word == urlOf {
				problem("the name of an origin or a resource: " + choice(p.name, append(originNames(), sortedKeys(d.resources)...)))
			} else {
				problem("the name of an origin: " + choice(p.name, originNames()))
			}
		}
	default:
		if !inReply {
			problem("{origin:NAME} or {url:NAME}: only replies know a request's headers")
		}
	}
}

// claim reads a text that is compared with what arrived. {origin:NAME} is
// filled in here: it is the same in every run.
func (d *decoder) claim(n *node, what string) string {
	t := d.template(n, what, false)
	for _, p := range t.parts {
		if p.word == urlOf {
			d.add(d.within(n, "{url:"), BadPlaceholder, quoted("{url:"+p.name+"}"), "{origin:NAME} here: URLs differ from run to run")
			return ""
		}
	}
	return t.Expand(Query{}, originsOnly{})
}

type originsOnly struct{}

func (originsOnly) URL(string) string { return "" }
func (originsOnly) Origin(name string) string {
	origin, _, _ := ResolveOrigin(name)
	return origin.String()
}

// originClaim reads the value of an Origin header: "absent", "null", or an
// origin, whose name will do.
func (d *decoder) originClaim(n *node) string {
	s := d.claim(n, `a serialised origin, "null" or absent`)
	if s == "" || s == "absent" || s == "null" {
		return s
	}
	origin, _, err := ResolveOrigin(s)
	if err != nil {
		d.add(n.pos, BadOrigin, "the origin "+quoted(s), `a named or serialised origin, "null" or absent`)
		return ""
	}
	return origin.String()
}

// lines reads headers: a mapping, whose values may be lists of one line each,
// or a list of [name, value] pairs.
func (d *decoder) headers(n *node, inReply bool) Lines {
	lines := Lines{}
	line := func(pos Pos, name string, value *node) {
		if !isToken(name) {
			d.add(pos, BadValue, "the header name "+quoted(name), "a token: letters, digits and !#$%&'*+-.^_`|~ (anything else takes `raw`)")
			return
		}
		t := d.template(value, "the value of "+name, inReply)
		if i := strings.IndexAny(t.source, "\r\n\x00"); i >= 0 {
			d.add(value.pos, BadValue, "a line break or NUL in the value of "+name, "a value on one line (a block scalar ends in a line break; `raw` takes anything)")
			return
		}
		lines = append(lines, Line{Pos: pos, Name: name, Value: t})
	}
	const what = "headers: a mapping of names to values, or a list of [name, value] pairs"
	switch n.kind {
	case mappingNode:
		for _, e := range n.entries {
			if e.value.kind == listNode {
				for _, v := range e.value.items {
					line(e.pos, e.key, v)
				}
			} else {
				line(e.pos, e.key, e.value)
			}
		}
	case listNode:
		for _, pair := range n.items {
			if pair.kind != listNode || len(pair.items) != 2 {
				d.wrong(pair, "a [name, value] pair")
				continue
			}
			if name, ok := d.scalar(pair.items[0], "a header name"); ok {
				line(pair.pos, name, pair.items[1])
			}
		}
	default:
		d.wrong(n, what)
	}
	return lines
}

// headerClaims reads what is claimed of headers by name: a value, "absent" or
// "present". Names come out in lower case.
func (d *decoder) headerClaims(n *node) map[string]string {
	if n.kind != mappingNode {
		d.wrong(n, "a mapping of header names to a value, absent or present")
		return nil
	}
	claims := map[string]string{}
	for _, e := range n.entries {
		if !isToken(e.key) {
			d.add(e.pos, BadValue, "the header name "+quoted(e.key), "a token")
			continue
		}
		name := strings.ToLower(e.key)
		if _, twice := claims[name]; twice {
			d.add(e.pos, RepeatedKey, "the header "+quoted(e.key)+" again", "each name once, in whatever case")
		}
		claims[name] = d.claim(e.value, "a value, absent or present")
	}
	return claims
}

func (d *decoder) via(n *node) oracle.Via { return word(d, n, vias) }
