package fuzz

import (
	"math/rand/v2"
	"strings"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// A key is a key of a mapping of the format: how often it is given, and what
// its value is made of. The grammar is tables of keys; to fuzz a new key of the
// format is to add a line.
type key struct {
	name string
	// often is how many in a thousand give it, where it can stand.
	often int
	// fits says where it can stand; nil is everywhere.
	fits func(*gen) bool
	// value makes the value; a nil node is no key after all.
	value func(*gen) *node
}

// gen makes one case: its random numbers, and what has been decided so far.
type gen struct {
	*rand.Rand
	// strange is how many values in a thousand are near misses. A case in
	// which all is wrong fails at its first check and tests no other, so most
	// cases have few.
	strange int

	way       oracle.Way
	mode      string
	from, to  string
	method    string
	headers   []string // names of the request's headers
	h2        bool     // a server of the case speaks HTTP/2
	unserved  bool     // the document can have no service worker
	preflight bool     // it is a preflight's answer that is made
}

// mapping makes a mapping by its table.
func (g *gen) mapping(keys []key) *node {
	out := &node{kind: mapping}
	for _, k := range keys {
		// The number is drawn for every key, so that a key that is added at
		// the end leaves the cases of a seed as they were for long.
		given := g.chance(k.often)
		if given && (k.fits == nil || k.fits(g)) {
			out.with(k.name, k.value(g))
		}
	}
	if len(out.values) == 0 {
		return nil
	}
	return out
}

// chance is true in so many of a thousand.
func (g *gen) chance(often int) bool { return g.IntN(1000) < often }

// odd is true where a value is to be a near miss.
func (g *gen) odd() bool { return g.chance(g.strange) }

// choices are texts and how often each is taken.
type choices []choice

type choice struct {
	weight int
	text   string
}

// pick takes one of the choices.
func (g *gen) pick(from choices) string {
	total := 0
	for _, c := range from {
		total += c.weight
	}
	n := g.IntN(total)
	for _, c := range from {
		if n -= c.weight; n < 0 {
			return c.text
		}
	}
	panic("fuzz: weights do not add up")
}

// one takes one of the words, each as likely.
func (g *gen) one(words ...string) string { return words[g.IntN(len(words))] }

// words splits a list of words that are as likely as each other.
func words(list string) choices {
	var out choices
	for _, w := range strings.Fields(list) {
		out = append(out, choice{1, w})
	}
	return out
}

// variants are the values that a key usually has, and those that are wrong, or
// look so. What has no odd ones gets slips; what is exact has neither.
type variants struct {
	usual, odd choices
	exact      bool
}

// vary takes a usual value, an odd one, or a usual one with a slip in it.
func (g *gen) vary(v variants) string {
	switch {
	case !g.odd() || v.exact:
		return g.pick(v.usual)
	case len(v.odd) > 0 && g.IntN(3) > 0:
		return g.pick(v.odd)
	}
	return g.slip(g.pick(v.usual))
}

// slip is a near miss of a header's value: one byte off, another case, white
// space, an empty element, the value again.
func (g *gen) slip(value string) string {
	slips := valueSlips
	if g.h2 || strings.Contains(value, "{") {
		slips = slips[:1]
		if strings.Contains(value, "{") { // a placeholder stays whole
			return g.pick(ends) + value + g.pick(ends)
		}
	}
	return slips[g.IntN(len(slips))](g, value)
}

// ends are put around a value. They are safe where outer white space is not.
var ends = choices{{6, ""}, {1, ","}, {1, "x"}, {1, "/"}, {1, "."}, {1, "'"}, {1, ", *"}, {1, "\u00ff"}}

var valueSlips = []func(*gen, string) string{
	func(g *gen, s string) string { // what every protocol carries
		switch g.IntN(7) {
		case 0:
			return strings.ToUpper(s)
		case 1:
			return strings.ToLower(s)
		case 2:
			return g.pick(ends) + s + g.pick(ends)
		case 3:
			return s + ", " + s
		case 4:
			if s != "" {
				return s[:len(s)-1]
			}
		case 5:
			if s != "" {
				i := g.IntN(len(s))
				return s[:i] + g.one("_", "-", "=", ";", "\"", "\u0080", s[i:i+1]+s[i:i+1]) + s[i+1:]
			}
		}
		return "," + s + ",,"
	},
	func(g *gen, s string) string { return g.one(" ", "\t", "\t ", "\v", "\f", "\u0001", "\u00a0") + s },
	func(g *gen, s string) string { return s + g.one(" ", "\t", " \t", "\v", "\f", "\u007f", "\u00a0") },
	func(g *gen, s string) string {
		i := g.IntN(len(s) + 1)
		return s[:i] + g.one(" ", "\t", "\v", "\u0001", "\u00ff") + s[i:]
	},
}

// isH2 reports whether the origin speaks HTTP/2.
func isH2(origin string) bool {
	_, protocol, err := scenarios.ResolveOrigin(origin)
	return err == nil && protocol == scenarios.H2
}

// takes says whether the way to load has a knob.
func takes(knob oracle.Knob) func(*gen) bool {
	return func(g *gen) bool { return g.way.CanTake(knob) }
}

// one of the words as a value.
func word(from choices) func(*gen) *node {
	return func(g *gen) *node { return text(g.pick(from)) }
}

func yes(*gen) *node { return text("true") }
