package scenarios

import (
	"strings"
	"time"

	"github.com/corsproof/corsproof/internal/tree"
)

// decoder reads the values of a file's tree and notes what is wrong with them.
type decoder struct {
	*tree.Problems
	// partial is true while a mapping is read that something else completes:
	// `defaults`, a scenario with `each`. What is missing is no problem then.
	partial bool
	// draft is true while a scenario is read that stands in no file: what names it,
	// explains it and claims anything may be missing.
	draft bool
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
	return d.Mapping(n, names(fields), func(key string, value *node) { find(fields, key).read(d, value, into) })
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

// missing notes a key that a mapping must have.
func (d *decoder) missing(n *node, key, expected string) {
	if !d.partial && !(d.draft && finished[key]) {
		d.Add(n.Pos, Missing, "no `"+key+"`", expected)
	}
}

// finished are the keys without which a scenario is a draft.
var finished = set("id title why spec expect read")

// exclusive notes keys of one mapping that exclude each other.
func (d *decoder) exclusive(n *node, at string) {
	for i, e := range n.Entries {
		for _, before := range n.Entries[:i] {
			if excludes(at, before.Key, e.Key) {
				d.Add(e.Pos, Contradiction, "`"+e.Key+"` beside `"+before.Key+"`", "one of the two")
				return
			}
		}
	}
}

// word reads a word of a closed set.
func word[S ~string](d *decoder, n *node, set []S) S { return tree.Word(d.Problems, n, set) }

// wordOrNone reads a word that the platform lets be the empty string, which
// says as much as leaving it out.
func wordOrNone(d *decoder, n *node, set []string) string {
	if n.Kind == tree.Scalar && n.Text == "" {
		return ""
	}
	return word(d, n, set)
}

// timing reads what Resource Timing shows: `true` and `false` say whether it
// shows all.
func (d *decoder) timing(n *node) string {
	switch {
	case n.Kind == tree.Scalar && n.Text == "true":
		return "full"
	case n.Kind == tree.Scalar && n.Text == "false":
		return "restricted"
	}
	return word(d, n, timings)
}

func (d *decoder) status(n *node) int {
	const what = "a status from 200 to 999, or 101"
	status := d.Integer(n, what, 101, 999)
	if status > 101 && status < 200 {
		d.Bad(n, what)
		return 0
	}
	return status
}

// statusText reads what stands behind a status.
//
// https://fetch.spec.whatwg.org/#concept-response-status-message
func (d *decoder) statusText(n *node) *string {
	const what = "what stands behind a status, in ASCII and on one line"
	text, ok := d.Text(n, what)
	if ok && strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) {
		d.Bad(n, what)
	}
	return &text
}

// duration reads a time that a run may take.
func (d *decoder) duration(n *node) time.Duration {
	return d.Time(n, "a time with its unit, such as 500ms, 6s or 1m, up to 10m", 10*time.Minute)
}

// wait reads a time that a run may take, or that only the oracle can see pass.
func (d *decoder) wait(n *node) time.Duration {
	return d.Time(n, "a time with its unit, such as 500ms, 6s or 1m, up to 48h", 48*time.Hour)
}

// fields are the words of a scalar, as an attribute lists tokens.
func (d *decoder) fields(n *node) []*node {
	if n.Kind != tree.Scalar || !strings.Contains(n.Text, " ") {
		return []*node{n}
	}
	var words []*node
	for _, w := range strings.Fields(n.Text) {
		words = append(words, &node{Kind: tree.Scalar, Pos: n.Pos, Text: w})
	}
	return words
}
