package tree

import (
	"cmp"
	"slices"
	"strings"
)

// Candidate is a word that another may have been meant to be.
type Candidate struct {
	Word     string
	Distance int
}

// Ranked are the words, nearest to word first.
func Ranked[S ~string](word string, words []S) []Candidate {
	lower := strings.ToLower(word[:min(len(word), 200)])
	all := make([]Candidate, len(words))
	for i, w := range words {
		all[i] = Candidate{string(w), distance(lower, strings.ToLower(string(w)))}
	}
	slices.SortStableFunc(all, func(a, b Candidate) int { return cmp.Compare(a.Distance, b.Distance) })
	return all
}

// Nearest is up to n of the words that word was probably meant to be, nearest
// first; none when no word is near.
func Nearest[S ~string](word string, words []S, n int) []string {
	out := make([]string, 0, n)
	for _, c := range Ranked(word, words) {
		if limit := max(len(word), len(c.Word))/3 + 1; len(out) < n && c.Distance <= limit && c.Distance < len(word) {
			out = append(out, c.Word)
		}
	}
	return out
}

// distance counts the insertions, deletions, replacements and swaps of
// neighbours that turn a into b (optimal string alignment).
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			replaced := last[j-1]
			if a[i-1] != b[j-1] {
				replaced++
			}
			row[j] = min(last[j]+1, row[j-1]+1, replaced)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
