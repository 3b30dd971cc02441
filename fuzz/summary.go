package fuzz

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/oracle"
)

// Summary is a run in numbers: what was found, and what was looked at.
type Summary struct {
	Seed     uint64
	Engine   record.Engine
	Cases    int     // that have a verdict
	Seconds  float64 // all of it
	Running  float64 // seconds for the cases themselves, without shrinking
	Findings []*Finding

	Verdicts   map[string]int
	Ways       map[string]int
	Reads      map[string]int // what the standard says
	Reasons    map[string]int // why it blocks
	Algorithms map[string]int // the oracle's steps that were taken
	Switches   map[string]int // the engine's, that made a difference
}

func newSummary(seed uint64) Summary {
	return Summary{
		Seed: seed, Verdicts: map[string]int{}, Ways: map[string]int{}, Reads: map[string]int{},
		Reasons: map[string]int{}, Algorithms: map[string]int{}, Switches: map[string]int{},
	}
}

// count adds a case's record.
func (s *Summary) count(c *Case, r record.Record) {
	if r.Verdict == "" {
		return // it came to no end
	}
	s.Cases++
	s.Verdicts[string(r.Verdict)]++
	s.Ways[string(c.permutation.Via)]++
	for _, step := range r.Steps {
		s.Reads[step.Oracle.Read]++
		if step.Oracle.Reason != "" {
			s.Reasons[step.Oracle.Reason]++
		}
		for _, t := range step.Oracle.Trace {
			s.Algorithms[t.Algorithm]++
		}
	}
	if r.Verdict != record.Divergence {
		return
	}
	links := strings.Fields(r.Explained)
	for _, info := range oracle.Switches() {
		if slices.Contains(links, info.Link) {
			s.Switches[string(info.Switch)]++
		}
	}
}

// Text is the summary for people.
func (s Summary) Text() string {
	var b strings.Builder
	rate := float64(s.Cases) / max(s.Running, 0.001)
	fmt.Fprintf(&b, "%d cases of seed %d in %s %s, %.0f cases/s, %.0f s in all\n\n", s.Cases, s.Seed, s.Engine.Key, s.Engine.Version, rate, s.Seconds)
	row := func(name string, counts map[string]int, never []string) {
		keys := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
			return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
		})
		var parts []string
		for _, k := range keys {
			parts = append(parts, fmt.Sprintf("%s %d", k, counts[k]))
		}
		never = slices.DeleteFunc(never, func(k string) bool { return counts[k] > 0 })
		if len(never) > 0 {
			parts = append(parts, "never "+strings.Join(never, " "))
		}
		for i, line := range wrap(parts, 88) {
			if i > 0 {
				name = ""
			}
			fmt.Fprintf(&b, "  %-10s%s\n", name, line)
		}
	}
	var reasons, switches []string
	for _, r := range oracle.Reasons() {
		reasons = append(reasons, string(r.Reason))
	}
	for name, on := range oracle.ProfileFor(s.Engine.Key) {
		if on {
			switches = append(switches, string(name))
		}
	}
	slices.Sort(switches)
	row("verdicts", s.Verdicts, nil)
	row("ways", s.Ways, nil)
	row("outcomes", s.Reads, nil)
	row("reasons", s.Reasons, reasons)
	row("steps", s.Algorithms, nil)
	row("switches", s.Switches, switches)
	return b.String()
}

// wrap puts parts on lines of at most width characters.
func wrap(parts []string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(strings.Join(parts, ", ")) {
		if line != "" && len(line)+1+len(word) > width {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimSpace(line + " " + word)
	}
	return append(lines, line)
}
