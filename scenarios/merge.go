package scenarios

import (
	"strings"

	"github.com/corsproof/corsproof/internal/tree"
)

// merge lays over upon base: mappings merge key by key, anything else in over
// replaces what base has. Neither is changed.
//
// Three things follow what an author means. Header names are the same in any
// case, so a header replaces its namesake. Keys that exclude each other
// replace each other: over's `raw` drops base's `headers`. And what script sees
// belongs to what it can read: an over that says `read` drops base's reason,
// and one that says another `read` what base claims of the response.
func merge(base, over *node) *node { return mergeAt(base, over, "") }

func mergeAt(base, over *node, at string) *node {
	switch {
	case over == nil:
		return base
	case base == nil || base.Kind != tree.Mapping || over.Kind != tree.Mapping:
		return over
	}
	same := func(a, b string) bool { return a == b }
	if at == "headers" {
		same = strings.EqualFold
	}
	out := &node{Kind: tree.Mapping, Pos: over.Pos}
	replaced := map[int]bool{}
	reads := at == "expect" && over.Get("read") != nil
	otherwise := reads && base.Get("read") != nil && over.Get("read").Text != base.Get("read").Text
	for _, b := range base.Entries {
		kept := true
		for i, o := range over.Entries {
			switch {
			case same(b.Key, o.Key):
				kept = false
				if at == "headers" {
					continue // over's lines come below, in over's order
				}
				replaced[i] = true
				out.Entries = append(out.Entries, tree.Entry{Pos: o.Pos, Key: o.Key, Value: mergeAt(b.Value, o.Value, o.Key)})
			case excludes(at, o.Key, b.Key):
				kept = false
			}
		}
		if reads && b.Key == "reason" || otherwise && ofResponse[b.Key] {
			kept = false
		}
		if kept {
			out.Entries = append(out.Entries, b)
		}
	}
	for i, o := range over.Entries {
		if !replaced[i] {
			out.Entries = append(out.Entries, o)
		}
	}
	return out
}

// exclusive has, by the key that holds the mapping, the sets of keys of which
// a mapping has one only.
var exclusive = map[string][][]string{
	"body":      {{"text"}, {"bytes"}},
	"server":    {{"set-up"}, {"preflight", "response", "redirects", "resources"}},
	"preflight": {{"raw"}, {"status", "status-text", "headers", "body"}},
	"response":  {{"raw"}, {"status", "status-text", "headers", "body"}},
	"redirects": {{"location"}, {"to", "path", "userinfo"}},
}

// ofResponse are the claims that say what a script sees of a response.
var ofResponse = set("type status status-text url redirected body readable-headers error muted timing")

func excludes(at, a, b string) bool {
	groups := exclusive[at]
	i, j := groupOf(groups, a), groupOf(groups, b)
	return i >= 0 && j >= 0 && i != j
}

func groupOf(groups [][]string, key string) int {
	for i, group := range groups {
		for _, k := range group {
			if k == key {
				return i
			}
		}
	}
	return -1
}
