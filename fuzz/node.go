package fuzz

import "slices"

// node is a value of a scenario file that is being made: what YAML will say.
// The grammar builds it, the shrinker takes it apart, and the loader says
// whether what is left is a scenario.
type node struct {
	kind   nodeKind
	keys   []string // of a mapping, in order; a name of a header may come again
	values []*node  // of a mapping or a list
	text   string   // of a scalar; each character is one byte
}

type nodeKind int

const (
	scalar nodeKind = iota
	list
	mapping
)

func text(s string) *node { return &node{text: s} }

func texts(words ...string) *node {
	out := &node{kind: list}
	for _, w := range words {
		out.values = append(out.values, text(w))
	}
	return out
}

// with adds an entry to a mapping; a nil value adds none.
func (n *node) with(key string, value *node) *node {
	if value != nil {
		n.keys, n.values = append(n.keys, key), append(n.values, value)
	}
	return n
}

// get is the value of a key, nil when the mapping (or the node) lacks it.
func (n *node) get(key string) *node {
	if n == nil || n.kind != mapping {
		return nil
	}
	if i := slices.Index(n.keys, key); i >= 0 {
		return n.values[i]
	}
	return nil
}

// set gives a key of a mapping its value, whether it is there or not.
func (n *node) set(key string, value *node) {
	if i := slices.Index(n.keys, key); i >= 0 {
		n.values[i] = value
		return
	}
	n.with(key, value)
}

// drop takes keys of a mapping away.
func (n *node) drop(keys ...string) {
	for _, key := range keys {
		if i := slices.Index(n.keys, key); i >= 0 {
			n.remove(i)
		}
	}
}

// remove takes the i-th entry of a mapping, or item of a list, away.
func (n *node) remove(i int) {
	if n.kind == mapping {
		n.keys = slices.Delete(n.keys, i, i+1)
	}
	n.values = slices.Delete(n.values, i, i+1)
}

func (n *node) clone() *node {
	if n == nil {
		return nil
	}
	out := &node{kind: n.kind, keys: slices.Clone(n.keys), text: n.text}
	for _, v := range n.values {
		out.values = append(out.values, v.clone())
	}
	return out
}

// size is how much there is to read of a node.
func (n *node) size() int {
	size := 1 + len(n.text)
	for i, v := range n.values {
		size += v.size()
		if n.kind == mapping {
			size += len(n.keys[i])
		}
	}
	return size
}
