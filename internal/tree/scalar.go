package tree

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Mapping calls read for each entry of a mapping whose key is one of keys, and
// notes the others. It is false when n is no mapping.
func (p *Problems) Mapping(n *Node, keys []string, read func(key string, value *Node)) bool {
	if n.Kind != Mapping {
		p.Wrong(n, "a mapping of "+OneOf(keys))
		return false
	}
	for _, e := range n.Entries {
		if slices.Contains(keys, e.Key) {
			read(e.Key, e.Value)
		} else {
			p.Add(e.Pos, UnknownKey, "the unknown key "+Quoted(e.Key), Choice(e.Key, keys))
		}
	}
	return true
}

// Wrong notes a value of the wrong type.
func (p *Problems) Wrong(n *Node, expected string) {
	p.Add(n.Pos, WrongType, n.Found(), expected)
}

func (p *Problems) Bad(n *Node, expected string) {
	p.Add(n.Pos, BadValue, n.Found(), expected)
}

// Scalar is a value's source text. what names the value for the error.
func (p *Problems) Scalar(n *Node, what string) (string, bool) {
	if n.Kind != Scalar {
		p.Wrong(n, what)
		return "", false
	}
	return n.Text, true
}

// Prose is text for people: any character, white space folded.
func (p *Problems) Prose(n *Node, what string) string {
	s, ok := p.Scalar(n, what)
	s = strings.Join(strings.Fields(s), " ")
	if ok && s == "" {
		p.Bad(n, what)
	}
	return s
}

// Text is an isomorphic string: each character is one byte.
func (p *Problems) Text(n *Node, what string) (string, bool) {
	if n.Kind == Null {
		what += " (in quotes if you mean the text: " + strconv.Quote(n.Text) + ")"
	}
	s, ok := p.Scalar(n, what)
	if !ok {
		return "", false
	}
	for _, r := range s {
		if r > 0xff {
			p.Add(p.Within(n, string(r)), BadValue, fmt.Sprintf("%q (U+%04X)", r, r),
				`characters up to U+00FF, each of which is one byte (UTF-8 as "\xNN" for each byte, or as !!binary)`)
			return "", false
		}
	}
	return s, true
}

// Bytes is an isomorphic string or !!binary.
func (p *Problems) Bytes(n *Node, what string) []byte {
	s, ok := p.Text(n, what+", as text or as !!binary base64")
	if !ok {
		return nil
	}
	return IsomorphicEncode(s)
}

// Within is the place of part in the value n, or n's own.
func (p *Problems) Within(n *Node, part string) Pos {
	column := n.Pos.Column - 1
	for i := n.Pos.Line - 1; i >= 0 && i < len(p.Lines); i++ {
		line := []rune(p.Lines[i])
		rest := string(line[min(max(column, 0), len(line)):])
		if j := strings.Index(rest, part); j >= 0 {
			return Pos{File: p.File, Line: i + 1, Column: len(line) - len([]rune(rest)) + len([]rune(rest[:j])) + 1}
		}
		column = 0
	}
	return n.Pos
}

// Word reads a word of a closed set.
func Word[S ~string](p *Problems, n *Node, set []S) S {
	what := OneOf(set)
	if len(set) > 20 {
		what = "one of the words of the manual"
	}
	s, ok := p.Scalar(n, what)
	if !ok {
		return ""
	}
	for _, w := range set {
		if string(w) == s {
			return w
		}
	}
	p.Add(n.Pos, UnknownWord, "the unknown word "+Quoted(s), Choice(s, set))
	return ""
}

var booleans = []string{"true", "false"}

// IsBoolean says whether a scalar reads as true or false.
func (n *Node) IsBoolean() bool {
	return n.Kind == Scalar && !n.Quoted && slices.Contains(booleans, n.Text)
}

func (p *Problems) Boolean(n *Node) bool { return Word(p, n, booleans) == "true" }

func (p *Problems) Integer(n *Node, what string, least, most int) int {
	s, ok := p.Scalar(n, what)
	if !ok {
		return 0
	}
	i, err := strconv.Atoi(s)
	if err != nil || i < least || i > most || strconv.Itoa(i) != s {
		p.Bad(n, what)
		return 0
	}
	return i
}

// Time reads a time as Go writes it, spaces aside.
func (p *Problems) Time(n *Node, what string, most time.Duration) time.Duration {
	s, ok := p.Scalar(n, what)
	if !ok {
		return 0
	}
	t, err := time.ParseDuration(strings.ReplaceAll(s, " ", ""))
	if err != nil || t < 0 || t > most {
		p.Bad(n, what)
		return 0
	}
	return t
}

// Items reads each item of a list; a lone scalar is a list of one.
func (p *Problems) Items(n *Node, what string, item func(*Node)) {
	switch n.Kind {
	case List:
		for _, v := range n.Items {
			item(v)
		}
	case Scalar:
		item(n)
	default:
		p.Wrong(n, what)
	}
}

// Mappings are the items of a list of mappings; a lone mapping is a list of
// one.
func (p *Problems) Mappings(n *Node, what string) ([]*Node, bool) {
	switch n.Kind {
	case List:
		return n.Items, true
	case Mapping:
		return []*Node{n}, true
	}
	p.Wrong(n, what)
	return nil, false
}
