package fuzz

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// lineWidth is where a mapping or a list is broken into lines.
const lineWidth = 100

// yaml writes a node as a block behind an indent. What fits on a line stands on
// one.
func (n *node) yaml(indent int) string {
	var b strings.Builder
	for i, v := range n.values {
		b.WriteString(strings.Repeat(" ", indent))
		lead := "- "
		if n.kind == mapping {
			lead = scalarText(n.keys[i]) + ":"
		}
		b.WriteString(lead)
		flow := v.flow()
		switch {
		case n.kind == list && v.kind != mapping, v.kind == scalar, len(v.values) == 0, v.repeats(),
			indent+len(lead)+1+len(flow) <= lineWidth:
			if n.kind == mapping {
				b.WriteByte(' ')
			}
			b.WriteString(flow + "\n")
		case n.kind == mapping:
			b.WriteString("\n" + v.yaml(indent+2))
		default:
			b.WriteString(strings.TrimLeft(v.yaml(indent+2), " "))
		}
	}
	return b.String()
}

// flow writes a node on one line.
func (n *node) flow() string {
	if n.kind == scalar {
		return scalarText(n.text)
	}
	items := make([]string, len(n.values))
	pairs := n.repeats()
	for i, v := range n.values {
		items[i] = v.flow()
		switch {
		case pairs:
			items[i] = "[" + scalarText(n.keys[i]) + ", " + items[i] + "]"
		case n.kind == mapping:
			items[i] = scalarText(n.keys[i]) + ": " + items[i]
		}
	}
	inside := strings.Join(items, ", ")
	if n.kind == mapping && !pairs {
		return "{" + inside + "}"
	}
	return "[" + inside + "]"
}

// repeats is true for headers of which two have one name: they are written as a
// list of pairs.
func (n *node) repeats() bool {
	if n.kind != mapping {
		return false
	}
	for i, key := range n.keys {
		if slices.Contains(n.keys[:i], key) {
			return true
		}
	}
	return false
}

var (
	plain = regexp.MustCompile(`^[A-Za-z0-9/][A-Za-z0-9._/-]*$`)
	odd   = map[string]bool{"null": true, "Null": true, "NULL": true}
)

// scalarText writes a text as YAML: plain where that is safe, else in quotes
// with the bytes outside ASCII escaped.
func scalarText(s string) string {
	if plain.MatchString(s) && !odd[s] {
		return s
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r > '~':
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
