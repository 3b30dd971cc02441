package table

import (
	"slices"

	"github.com/corsproof/corsproof/check"
	"github.com/corsproof/corsproof/policy"
)

// known is a hole that somebody else has made public: an advisory, an issue, or
// the product's own documentation names it.
type known struct {
	System string
	Class  policy.Class
	Cause  string
	Link   string // where it is named
	Says   string // what is said there, in one sentence
}

// publicHoles decide what [Publish] may show. It has what is named in public by
// others, with the link, and nothing else: see SECURITY.md.
var publicHoles = []known{}

// hole reports whether a finding is one that strangers can use.
func hole(f check.Finding) bool { return f.Class == policy.Leak || f.Class == policy.OverPermissive }

// public is where a hole is named, if it is.
func public(system string, f check.Finding) (known, bool) {
	i := slices.IndexFunc(publicHoles, func(k known) bool {
		return k.System == system && k.Class == f.Class && k.Cause == f.Cause
	})
	if i < 0 {
		return known{}, false
	}
	return publicHoles[i], true
}

// Publish takes out of cells the holes that nobody has made public: the cells
// say that something is withheld. Whoever runs the same command sees them.
func Publish(cells []Cell) []Cell {
	published := slices.Clone(cells)
	for i, c := range published {
		kept := slices.DeleteFunc(slices.Clone(c.Findings), func(f check.Finding) bool {
			_, named := public(c.System.Name, f)
			return hole(f) && !named
		})
		if len(kept) < len(c.Findings) {
			published[i].Withheld = true
		}
		published[i].Findings = kept
	}
	return published
}
