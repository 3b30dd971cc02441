package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/internal/plain"
	"github.com/corsproof/corsproof/oracle"
)

// verdictWord is how a sentence counts a verdict: "3 diverged".
var verdictWord = map[record.Verdict]string{
	record.Pass:          "passed",
	record.Divergence:    "diverged",
	record.Unexpected:    "unexpected",
	record.Stale:         "stale",
	record.Inconclusive:  "inconclusive",
	record.Error:         "failed to run",
	record.NotApplicable: "not applicable",
}

// verdictMeaning is what a verdict says about a case.
var verdictMeaning = map[record.Verdict]string{
	record.Pass:          "The browser, the standard and the claim agree.",
	record.Divergence:    "The browser leaves the standard, in a way that is known and linked.",
	record.Unexpected:    "The browser or the claim differs, and nothing explains it.",
	record.Stale:         "A known difference is no longer there: remove its entry.",
	record.Inconclusive:  "There is no evidence either way.",
	record.Error:         "The harness itself failed.",
	record.NotApplicable: "This engine or this set-up cannot do it.",
}

// countsLine is "247 passed, 2 diverged, 1 unexpected".
func countsLine(c record.Counts, separator string) string {
	var parts []string
	for _, v := range record.Verdicts {
		if c[v] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", c[v], verdictWord[v]))
		}
	}
	return strings.Join(parts, separator)
}

// conclusion is the run in one sentence.
func conclusion(s record.Summary) string {
	var b strings.Builder
	total, attention := s.Counts.Total(), s.Counts.Attention()
	switch {
	case total == 0 && s.Missing == 0:
		return "Nothing ran."
	case attention == 0 && total == 0:
		b.WriteString("No result came")
	case attention == 0:
		fmt.Fprintf(&b, "%s as expected", allOf(total))
		if n := s.Counts[record.Divergence]; n > 0 {
			which := "the"
			if len(s.Engines) > 1 {
				which = "a"
			}
			fmt.Fprintf(&b, "; in %d %s browser leaves the standard in a known way", n, which)
		}
		if n := s.Counts[record.NotApplicable]; n > 0 {
			fmt.Fprintf(&b, "; %d did not apply", n)
		}
	default:
		fmt.Fprintf(&b, "%d of %s", attention, plain.Plural(total, "case", "cases"))
		if attention == 1 {
			b.WriteString(" needs attention")
		} else {
			b.WriteString(" need attention")
		}
	}
	if s.Missing > 0 {
		fmt.Fprintf(&b, "; %s missing", plain.Plural(s.Missing, "result is", "results are"))
	}
	return b.String() + "."
}

func allOf(n int) string {
	if n == 1 {
		return "The one case went"
	}
	return fmt.Sprintf("All %d cases went", n)
}

// outcome is a vote in a few words: "blocked: missing-allow-origin",
// "allowed (cors, 200)".
func outcome(read, reason, kind string, status int) string {
	if read == "" {
		read = "no outcome"
	}
	if reason != "" {
		return read + ": " + reason
	}
	var more []string
	if kind != "" && kind != "error" {
		more = append(more, kind)
	}
	if status != 0 {
		more = append(more, fmt.Sprint(status))
	}
	if len(more) == 0 {
		return read
	}
	return read + " (" + strings.Join(more, ", ") + ")"
}

func claimed(c record.Claim) string { return outcome(c.Read, c.Reason, "", 0) }

func predicted(p record.Predicted) string { return outcome(p.Read, p.Reason, p.Type, p.Status) }

func observed(o record.Observation) string {
	s := outcome(o.Read, o.Reason, o.Type, o.Status)
	if o.Reason == "" && o.Error != "" && o.Read == string(oracle.Blocked) {
		s = o.Read + ": " + o.Error
	}
	if o.Native != "" && o.Native != o.Reason {
		s += " (" + o.Native + ")"
	}
	return s
}

// attention are the records that make a run fail, the gravest verdict first, in
// catalogue order within a verdict.
func attention(sorted []record.Record) []record.Record {
	var found []record.Record
	for _, r := range sorted {
		if r.Verdict.NeedsAttention() {
			found = append(found, r)
		}
	}
	slices.SortStableFunc(found, func(a, b record.Record) int {
		return cmp.Compare(slices.Index(record.Verdicts, a.Verdict), slices.Index(record.Verdicts, b.Verdict))
	})
	return found
}

// scenarioID is a permutation's id without its way to load, which is a column.
func scenarioID(r record.Record) string {
	return strings.TrimSuffix(r.ID, "/"+r.Via)
}

// program names corsproof's version, and the shard where the run is one.
func program(run record.Run) string {
	name := strings.TrimSpace("corsproof " + run.Version)
	if run.Shard != nil {
		name += ", shard " + run.Shard.String()
	}
	return name
}

// engineLabel names an engine with its version.
func engineLabel(run record.Run, key string) string {
	for _, e := range run.Engines {
		if e.Key == key {
			return strings.TrimSpace(engineName(e) + " " + e.Version)
		}
	}
	return key
}

func engineName(e record.Engine) string {
	if e.Name == "" {
		return e.Key
	}
	return e.Name
}

// engineKeys are the keys of the engines in the run's order, those that only
// records name last.
func engineKeys(run record.Run, records []record.Record) []string {
	var keys []string
	seen := map[string]bool{}
	add := func(key string) {
		if !seen[key] {
			seen[key] = true
			keys = append(keys, key)
		}
	}
	for _, e := range run.Engines {
		add(e.Key)
	}
	for _, r := range record.Sorted(records) {
		add(r.Engine)
	}
	return keys
}
