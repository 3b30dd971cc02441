package fuzz

import (
	"cmp"
	"slices"
)

// An edit makes a scenario smaller in one place.
type edit struct {
	path []int // of indices, from the root
	with *node // what stands there instead; nil: nothing
	gain int   // by how much there is less to read
}

// removals are the edits that take something out: every entry and every item,
// and the `steps` around a lone one.
func removals(root *node) []edit {
	var out []edit
	walk(root, nil, func(n *node, path []int) {
		for i, v := range n.values {
			gain := 1 + v.size()
			if n.kind == mapping {
				gain += len(n.keys[i])
			}
			out = append(out, edit{path: append(slices.Clone(path), i), gain: gain})
		}
	})
	if lone := withoutSteps(root); lone != nil {
		out = append(out, edit{path: []int{}, with: lone, gain: root.size() - lone.size()})
	}
	return ordered(out)
}

// simplifications are the edits that make a value shorter.
func simplifications(root *node) []edit {
	var out []edit
	walk(root, nil, func(n *node, path []int) {
		if n.kind != scalar {
			return
		}
		for _, simpler := range shorter(n.text) {
			out = append(out, edit{path: slices.Clone(path), with: text(simpler), gain: len(n.text) - len(simpler)})
		}
	})
	return ordered(out)
}

func ordered(edits []edit) []edit {
	slices.SortStableFunc(edits, func(a, b edit) int { return cmp.Compare(b.gain, a.gain) })
	return edits
}

// plainWords are what stands for many values of a format's key.
var plainWords = []string{"", "*", "1", "x", "api", "http", "PUT", "POST", "200", "302", "fetch", "true"}

// shorter are texts that say less.
func shorter(s string) []string {
	var out []string
	add := func(t string) {
		if len(t) < len(s) && !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	for _, w := range plainWords {
		add(w)
	}
	r := []rune(s)
	for _, length := range []int{len(r) / 2, len(r) / 4, 1} {
		if length == 0 || len(r)/length > 40 {
			continue
		}
		for i := 0; i < len(r); i += length {
			add(string(r[:i]) + string(r[min(len(r), i+length):]))
		}
	}
	return out
}

func walk(n *node, path []int, visit func(*node, []int)) {
	visit(n, path)
	for i, v := range n.values {
		walk(v, append(path, i), visit)
	}
}

// withoutSteps is a scenario whose only step is itself; nil if there are more,
// or none.
func withoutSteps(root *node) *node {
	steps := root.get("steps")
	if steps == nil || len(steps.values) != 1 {
		return nil
	}
	out := root.clone()
	out.drop("steps")
	for i, k := range steps.values[0].keys {
		v := steps.values[0].values[i].clone()
		switch own := out.get(k); {
		case k == "page" || k == "wait": // of steps alone
		case own != nil && own.kind == mapping:
			for j, inner := range v.keys {
				own.set(inner, v.values[j])
			}
		default:
			out.set(k, v)
		}
	}
	return out
}

// apply makes edits of a copy. They may stand in each other's way: what is gone
// already is no matter.
func apply(root *node, edits ...edit) *node {
	edits = slices.Clone(edits)
	// From the end, so that the indices before stay what they were.
	slices.SortStableFunc(edits, func(a, b edit) int { return slices.Compare(b.path, a.path) })
	out := root.clone()
	for _, e := range edits {
		if len(e.path) == 0 {
			out = e.with.clone()
			continue
		}
		parent := out
		last := len(e.path) - 1
		for _, i := range e.path[:last] {
			if i >= len(parent.values) {
				parent = nil
				break
			}
			parent = parent.values[i]
		}
		switch i := e.path[last]; {
		case parent == nil || i >= len(parent.values):
		case e.with == nil:
			parent.remove(i)
		default:
			parent.values[i] = e.with.clone()
		}
	}
	return out
}
