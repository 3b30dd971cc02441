package scenarios

import (
	"cmp"
	"slices"
	"strings"
)

// candidate is a word that another may have been meant to be.
type candidate struct {
	word     string
	distance int
}

// ranked are the words, nearest to word first.
func ranked[S ~string](word string, words []S) []candidate {
	lower := strings.ToLower(word[:min(len(word), 200)])
	all := make([]candidate, len(words))
	for i, w := range words {
		all[i] = candidate{string(w), distance(lower, strings.ToLower(string(w)))}
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(a.distance, b.distance) })
	return all
}

// nearest is up to n of the words that word was probably meant to be, nearest
// first; none when no word is near.
func nearest[S ~string](word string, words []S, n int) []string {
	out := make([]string, 0, n)
	for _, c := range ranked(word, words) {
		if limit := max(len(word), len(c.word))/3 + 1; len(out) < n && c.distance <= limit && c.distance < len(word) {
			out = append(out, c.word)
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
