package scenarios

import (
	"regexp"

	"github.com/corsproof/corsproof/internal/tree"
	"github.com/corsproof/corsproof/oracle"
)

// A response's own integrity metadata has a placeholder in `integrity`, and
// nowhere else: nobody knows the hash of a default body by heart.
var ownDigest = regexp.MustCompile(`\{[^{}]*\}`)

// integrity reads integrity metadata: anything, since what is no hash is a case
// like any other, but no placeholder that stands for nothing.
func (d *decoder) integrity(n *node) string {
	s, _ := d.Text(n, "integrity metadata, or {sha256}, {sha384} or {sha512} for that of the response's body")
	for _, placeholder := range ownDigest.FindAllString(s, -1) {
		if oracle.Integrity(placeholder[1:len(placeholder)-1], nil) == "" {
			d.Add(n.Pos, BadPlaceholder, tree.Quoted(placeholder), "{sha256}, {sha384} or {sha512}, each with what the response's body matches")
		}
	}
	return s
}

// integrity is a step's integrity metadata, with that of its response's body, as
// it is after all redirects and to a GET that says nothing of itself.
func (b *Bound) integrity(s *Step) string {
	return ownDigest.ReplaceAllStringFunc(s.Request.Integrity, func(placeholder string) string {
		a := b.response(s, Query{}, caseNames{bound: b, step: s, hop: len(b.chainOf(s)) - 1})
		return oracle.Integrity(placeholder[1:len(placeholder)-1], a.received("GET", HTTP1).Body)
	})
}
