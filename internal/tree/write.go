package tree

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// lineWidth is where a mapping, a list or a text is broken into lines.
const lineWidth = 100

// Text is a scalar that JSON says as a string, Bare one that may be a number or
// a truth value there.
func Text(s string) *Node { return &Node{Kind: Scalar, Text: s, Quoted: true} }
func Bare(s string) *Node { return &Node{Kind: Scalar, Text: s} }

// Bytes is the scalar of bytes, as a text unless that is longer than base64.
func Bytes(data []byte) *Node {
	n := Text(IsomorphicDecode(data))
	n.Binary = len(scalarText(n.Text, plainFlow)) > len("!!binary ")+base64.StdEncoding.EncodedLen(len(data))
	return n
}

// With adds an entry to a mapping; a nil value adds none.
func (n *Node) With(key string, value *Node) *Node {
	if value != nil {
		n.Entries = append(n.Entries, Entry{Key: key, Value: value})
	}
	return n
}

// YAML writes a mapping or a list as a block behind an indent. What fits on a
// line stands on one. What is written reads as the same tree, of whose scalars
// Quoted alone may be another.
func (n *Node) YAML(indent int) string {
	var b strings.Builder
	for _, e := range n.Entries {
		lead := strings.Repeat(" ", indent) + scalarText(e.Key, plainKey) + ":"
		v := e.Value
		switch flow := v.line(plainBlock); {
		case v.Kind == Scalar && !v.Binary && isLines(v.Text):
			b.WriteString(lead + " " + literal(v.Text, indent+2))
		case len(lead)+1+len(flow) <= lineWidth, v.Kind == Scalar && (v.Binary || !isFoldable(v.Text)), v.isEmpty():
			b.WriteString(lead + " " + flow + "\n")
		case v.Kind == Scalar:
			b.WriteString(lead + " " + folded(v.Text, indent+2))
		default:
			b.WriteString(lead + "\n" + v.YAML(indent+2))
		}
	}
	for _, v := range n.Items {
		lead := strings.Repeat(" ", indent) + "- "
		if flow := v.line(plainFlow); v.Kind != Mapping || v.isEmpty() || len(lead)+len(flow) <= lineWidth {
			b.WriteString(lead + flow + "\n")
		} else {
			b.WriteString(lead + strings.TrimLeft(v.YAML(indent+2), " "))
		}
	}
	return b.String()
}

func (n *Node) isEmpty() bool {
	return n.Kind != Scalar && len(n.Entries) == 0 && len(n.Items) == 0
}

// Flow writes a node as YAML on one line.
func (n *Node) Flow() string { return n.line(plainFlow) }

// line writes a node on one line, a scalar plain where that regexp matches it.
func (n *Node) line(plain *regexp.Regexp) string {
	var inside []string
	switch n.Kind {
	case Scalar:
		if n.Binary {
			return "!!binary " + base64.StdEncoding.EncodeToString(IsomorphicEncode(n.Text))
		}
		if n.Quoted && (n.Text == "true" || n.Text == "false") {
			return `"` + n.Text + `"`
		}
		return scalarText(n.Text, plain)
	case List:
		for _, v := range n.Items {
			inside = append(inside, v.Flow())
		}
		return "[" + strings.Join(inside, ", ") + "]"
	case Mapping:
		for _, e := range n.Entries {
			inside = append(inside, scalarText(e.Key, plainKey)+": "+e.Value.Flow())
		}
		return "{" + strings.Join(inside, ", ") + "}"
	}
	return "~"
}

// What can stand without quotes: as a key, between brackets, and behind a key on
// a line of its own. The parser takes every other colon between brackets for a
// key's.
var (
	plainKey   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)
	plainFlow  = regexp.MustCompile(`^(https?://)?[A-Za-z0-9/][A-Za-z0-9 ._/;=+%()*'?!@-]*$`)
	plainBlock = regexp.MustCompile(`^[A-Za-z0-9/][ -~]*$`)
	// A colon before a space ends a key, a space before # a value, and outer
	// spaces are not the text's.
	notPlain = regexp.MustCompile(`: | #|  |[: ]$|^(null|Null|NULL)$`)
)

// inQuotes are texts that would need a backslash in double quotes.
var inQuotes = regexp.MustCompile(`^[ !#-&(-~]*["\\][ -&(-~]*$`)

// scalarText writes a text as YAML: plain where that is safe, else in quotes
// with the bytes outside ASCII escaped.
func scalarText(s string, plain *regexp.Regexp) string {
	switch {
	case plain.MatchString(s) && !notPlain.MatchString(s):
		return s
	case inQuotes.MatchString(s):
		return "'" + s + "'"
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < ' ' || r > '~' && r <= 0xff:
			fmt.Fprintf(&b, `\x%02x`, r)
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r <= 0xffff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// isLines is true for a text of several lines that a block shows as they are:
// in ASCII, each begins and ends with what is seen.
func isLines(s string) bool {
	inside := strings.TrimSuffix(s, "\n")
	return strings.Contains(inside, "\n") && !strings.HasSuffix(inside, "\n") && lines.MatchString(inside)
}

// isFoldable is true for a text of words with one space between them.
func isFoldable(s string) bool { return words.MatchString(s) }

var (
	lines = regexp.MustCompile(`^[!-~]([ -~]*[!-~])?(\n( *[!-~]([ -~]*[!-~])?)?)*$`)
	words = regexp.MustCompile(`^[!-~]+( [!-~]+)+$`)
)

func literal(s string, indent int) string {
	lead := "|\n"
	if !strings.HasSuffix(s, "\n") {
		lead, s = "|-\n", s+"\n"
	}
	var b strings.Builder
	b.WriteString(lead)
	for line := range strings.Lines(s) {
		if line != "\n" {
			b.WriteString(strings.Repeat(" ", indent))
		}
		b.WriteString(line)
	}
	return b.String()
}

func folded(s string, indent int) string {
	var b strings.Builder
	b.WriteString(">-")
	width := lineWidth
	for word := range strings.FieldsSeq(s) {
		if width+1+len(word) > lineWidth {
			b.WriteString("\n" + strings.Repeat(" ", indent) + word)
			width = indent + len(word)
			continue
		}
		b.WriteString(" " + word)
		width += 1 + len(word)
	}
	return b.String() + "\n"
}

// MarshalJSON writes a node as JSON: what was not quoted and says a truth value
// or a natural number is one, all other scalars are strings.
func (n *Node) MarshalJSON() ([]byte, error) { return []byte(n.json()), nil }

var natural = regexp.MustCompile(`^(0|[1-9][0-9]{0,14})$`)

func (n *Node) json() string {
	var inside []string
	switch n.Kind {
	case Scalar:
		if n.IsBoolean() || !n.Quoted && natural.MatchString(n.Text) {
			return n.Text
		}
		return jsonText(n.Text)
	case List:
		for _, v := range n.Items {
			inside = append(inside, v.json())
		}
		return "[" + strings.Join(inside, ",") + "]"
	case Mapping:
		for _, e := range n.Entries {
			inside = append(inside, jsonText(e.Key)+":"+e.Value.json())
		}
		return "{" + strings.Join(inside, ",") + "}"
	}
	return "null"
}

// jsonText escapes more than JSON asks for: what YAML does not take raw.
func jsonText(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r <= 0xffff && !unicode.IsPrint(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
