package scenarios

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/internal/tree"
)

// Select keeps the permutations that any of the patterns names, in their own
// order; without patterns it keeps all. A pattern is an id, the beginning of
// ids up to a slash (`preflight`, `preflight/put`), or either with globs: `*`,
// `?` and `[a-z]` within a word, `**` for any number of words. The error is a
// *[SelectError] for a pattern that matches nothing.
func Select(perms []*Permutation, patterns []string) ([]*Permutation, error) {
	if len(patterns) == 0 {
		return perms, nil
	}
	chosen := map[*Permutation]bool{}
	for _, pattern := range patterns {
		words := strings.Split(strings.Trim(pattern, "/"), "/")
		for _, w := range words {
			if _, err := path.Match(w, ""); err != nil {
				return nil, &SelectError{Pattern: pattern, Malformed: true}
			}
		}
		matched := false
		for _, p := range perms {
			if matches(words, strings.Split(p.ID, "/")) {
				chosen[p], matched = true, true
			}
		}
		if !matched {
			return nil, &SelectError{Pattern: pattern, Nearest: nearestIDs(perms, strings.Trim(pattern, "/"))}
		}
	}
	var out []*Permutation
	for _, p := range perms {
		if chosen[p] {
			out = append(out, p)
		}
	}
	return out, nil
}

// matches reports whether the pattern's words match the id's first words.
func matches(pattern, id []string) bool {
	if len(pattern) == 0 {
		return true
	}
	if pattern[0] == "**" {
		for i := range len(id) + 1 {
			if matches(pattern[1:], id[i:]) {
				return true
			}
		}
		return false
	}
	if len(id) == 0 {
		return false
	}
	ok, _ := path.Match(pattern[0], id[0])
	return ok && matches(pattern[1:], id[1:])
}

// SelectError is a pattern that names no permutation.
type SelectError struct {
	Pattern   string
	Malformed bool     // the glob itself is broken
	Nearest   []string // ids, or beginnings of ids, that were probably meant
}

// Error says what to type instead.
func (e *SelectError) Error() string {
	switch {
	case e.Malformed:
		return fmt.Sprintf("scenarios: %q is not a pattern: expected *, ?, ** or [a-z]", e.Pattern)
	case len(e.Nearest) == 0:
		return fmt.Sprintf("scenarios: no scenario matches %q; `corsproof list` prints them all", e.Pattern)
	}
	return fmt.Sprintf("scenarios: no scenario matches %q; nearest: %s; `corsproof list` prints them all", e.Pattern, strings.Join(e.Nearest, ", "))
}

// nearestIDs are the ids nearest to a pattern, cut to as many words as it has.
func nearestIDs(perms []*Permutation, pattern string) []string {
	words := strings.Count(pattern, "/") + 1
	seen := map[string]bool{}
	var candidates []string
	for _, p := range perms {
		id := strings.Split(p.ID, "/")
		for _, n := range []int{words, words + 1} {
			if prefix := strings.Join(id[:min(n, len(id))], "/"); !seen[prefix] {
				seen[prefix] = true
				candidates = append(candidates, prefix)
			}
		}
	}
	if near := tree.Nearest(pattern, candidates, 3); len(near) > 0 {
		return near
	}
	// Not the spelling, then the place: an id that holds the pattern's words.
	var holding []string
	last := pattern[strings.LastIndexByte(pattern, '/')+1:]
	for _, c := range candidates {
		if last != "" && strings.Contains(c, last) && len(holding) < 3 {
			holding = append(holding, c)
		}
	}
	if len(holding) > 0 {
		return holding
	}
	for _, c := range tree.Ranked(pattern, candidates)[:min(3, len(candidates))] {
		holding = append(holding, c.Word)
	}
	return holding
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
