package scenarios

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// decoder reads the values of a file's tree and notes what is wrong with them.
type decoder struct {
	*problems
	// partial is true while a mapping is read that something else completes:
	// `defaults`, a scenario with `each`. What is missing is no problem then.
	partial bool
	// dataURL is true while a request to data: is read, whose path is the rest of
	// the URL.
	dataURL bool
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

// wordOrNone reads a word that the platform lets be the empty string, which
// says as much as leaving it out.
func wordOrNone(d *decoder, n *node, set []string) string {
	if n.kind == scalarNode && n.text == "" {
		return ""
	}
	return word(d, n, set)
}

// timing reads what Resource Timing shows: `true` and `false` say whether it
// shows all.
func (d *decoder) timing(n *node) string {
	switch {
	case n.kind == scalarNode && n.text == "true":
		return "full"
	case n.kind == scalarNode && n.text == "false":
		return "restricted"
	}
	return word(d, n, timings)
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
	const what = "a status from 200 to 999, or 101"
	status := d.integer(n, what, 101, 999)
	if status > 101 && status < 200 {
		d.bad(n, what)
		return 0
	}
	return status
}

// duration reads a time that a run may take.
func (d *decoder) duration(n *node) time.Duration {
	return d.time(n, "a time with its unit, such as 500ms, 6s or 1m, up to 10m", 10*time.Minute)
}

// wait reads a time that a run may take, or that only the oracle can see pass.
func (d *decoder) wait(n *node) time.Duration {
	return d.time(n, "a time with its unit, such as 500ms, 6s or 1m, up to 48h", 48*time.Hour)
}

// time reads a time as Go writes it, spaces aside.
func (d *decoder) time(n *node, what string, most time.Duration) time.Duration {
	s, ok := d.scalar(n, what)
	if !ok {
		return 0
	}
	t, err := time.ParseDuration(strings.ReplaceAll(s, " ", ""))
	if err != nil || t < 0 || t > most {
		d.bad(n, what)
		return 0
	}
	return t
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

// mappings are the items of a list of mappings; a lone mapping is a list of
// one.
func (d *decoder) mappings(n *node, what string) ([]*node, bool) {
	switch n.kind {
	case listNode:
		return n.items, true
	case mappingNode:
		return []*node{n}, true
	}
	d.wrong(n, what)
	return nil, false
}

// fields are the words of a scalar, as an attribute lists tokens.
func (d *decoder) fields(n *node) []*node {
	if n.kind != scalarNode || !strings.Contains(n.text, " ") {
		return []*node{n}
	}
	var words []*node
	for _, w := range strings.Fields(n.text) {
		words = append(words, &node{kind: scalarNode, pos: n.pos, text: w})
	}
	return words
}
