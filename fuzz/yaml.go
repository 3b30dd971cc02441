package fuzz

import (
	"slices"

	source "github.com/corsproof/corsproof/internal/tree"
)

// yaml writes a node as a file.
func (n *node) yaml() string { return n.source().YAML(0) }

// flow writes a node on one line.
func (n *node) flow() string { return n.source().Flow() }

// source is a node as the tree of a file.
func (n *node) source() *source.Node {
	switch n.kind {
	case scalar:
		return &source.Node{Kind: source.Scalar, Text: n.text}
	case list:
		out := &source.Node{Kind: source.List}
		for _, v := range n.values {
			out.Items = append(out.Items, v.source())
		}
		return out
	}
	if n.repeats() {
		pairs := &node{kind: list}
		for i, v := range n.values {
			pairs.values = append(pairs.values, &node{kind: list, values: []*node{text(n.keys[i]), v}})
		}
		return pairs.source()
	}
	out := &source.Node{Kind: source.Mapping}
	for i, v := range n.values {
		out.Entries = append(out.Entries, source.Entry{Key: n.keys[i], Value: v.source()})
	}
	return out
}

// repeats is true for headers of which two have one name: they are written as a
// list of pairs.
func (n *node) repeats() bool {
	for i, key := range n.keys {
		if slices.Contains(n.keys[:i], key) {
			return true
		}
	}
	return false
}
