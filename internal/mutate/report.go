package mutate

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Report writes what became of the mutants, each survivor on a line of its own,
// and returns how many were noticed, in percent of those that more depends on
// than sentences.
func Report(w io.Writer, mutants []Mutant, fates []Fate) float64 {
	by := map[string]int{}
	prose, survived, unreached := 0, 0, 0
	for i, m := range mutants {
		f := fates[i]
		if m.Prose {
			prose++
			continue
		}
		if f.By != Survived {
			by[strings.TrimSpace(string(f.By)+" "+f.Browser)]++
			continue
		}
		survived++
		how := fmt.Sprintf("%d cases pass by", f.Reached)
		if f.Reached == 0 && !f.Loading {
			unreached++
			how = "no case comes here"
		}
		fmt.Fprintf(w, "%s (%s)\n", m, how)
	}
	all := len(mutants) - prose
	noticed := 100 * float64(all-survived) / float64(max(all, 1))
	fmt.Fprintf(w, "\nmutants   %5d, and %d of sentences alone\nnoticed   %5d, %.1f %%\n", all, prose, all-survived, noticed)
	for _, b := range slices.Sorted(maps.Keys(by)) {
		fmt.Fprintf(w, "  %-28s%5d\n", b, by[b])
	}
	fmt.Fprintf(w, "survived  %5d, of which no case comes to %d\n", survived, unreached)
	return noticed
}
