package report

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/internal/plain"
)

// shared is a record that stands for the same of other engines: one case with
// one verdict, for one reason.
type shared struct {
	record.Record
	Engines []string // keys, the record's own first
}

// shareEngines puts records together that differ in their engine only, as far as a
// reader of a list can see. The order is that of the first of each.
func shareEngines(records []record.Record) []shared {
	var all []shared
	at := map[string]int{}
	for _, r := range records {
		k := strings.Join(append([]string{r.ID, string(r.Verdict), r.Explained}, r.Problems...), "\x00")
		if i, known := at[k]; known && !slices.Contains(all[i].Engines, r.Engine) {
			all[i].Engines = append(all[i].Engines, r.Engine)
			continue
		}
		at[k] = len(all)
		all = append(all, shared{r, []string{r.Engine}})
	}
	return all
}

// listed is "firefox", "firefox and webkit", "chromium, firefox and webkit".
func listed(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// initials are the engines' marks where there is no room for a name: a letter
// each, or a number where two would have the same.
func initials(keys []string) map[string]string {
	marks, taken := map[string]string{}, map[string]bool{}
	for _, key := range keys {
		first, _ := utf8.DecodeRuneInString(plain.Text(key))
		mark := string(unicode.ToUpper(first))
		if taken[mark] || key == "" {
			for i := range keys {
				marks[keys[i]] = string(rune('1' + i))
			}
			return marks
		}
		marks[key], taken[mark] = mark, true
	}
	return marks
}
