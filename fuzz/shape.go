package fuzz

import (
	"regexp"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/harness/record"
)

// disagrees is true for a record that is a finding: the browser leaves what the
// engine's profile says and no line of expectations lists it, or nothing can be
// concluded, which is a finding about the harness. A case that did not come to
// run has no verdict.
func disagrees(r record.Record) bool { return r.Verdict != "" && r.Verdict.NeedsAttention() }

var (
	inQuotes  = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
	inURLs    = regexp.MustCompile(`\b[a-z][a-z0-9+.-]*://[^\s,)]*`)
	methodOf  = regexp.MustCompile(`\S+ URL`)
	inNumbers = regexp.MustCompile(`\b\d+\b`)
	ofStep    = regexp.MustCompile(`^step \d+: `)
)

// shapes are a record's problems without what differs from case to case: two
// records that share one have probably one cause.
func shapes(r record.Record) []string {
	var out []string
	for _, p := range r.Problems {
		p = ofStep.ReplaceAllString(p, "")
		if strings.HasPrefix(p, "claimed ") && len(r.Problems) > 1 {
			continue // the difference itself stands beside it
		}
		p = inQuotes.ReplaceAllString(p, `"..."`)
		p = methodOf.ReplaceAllString(inURLs.ReplaceAllString(p, "URL"), "METHOD URL")
		p = inNumbers.ReplaceAllString(p, "N")
		if p = string(r.Verdict) + ": " + p; !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// shareOne reports whether two records have a shape in common.
func shareOne(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

// skeleton is a scenario without its values: the keys that are there, and the
// names of headers.
func skeleton(n *node) string {
	var b strings.Builder
	for i, v := range n.values {
		b.WriteByte('(')
		if n.kind == mapping {
			b.WriteString(strings.ToLower(n.keys[i]))
		}
		b.WriteString(skeleton(v))
		b.WriteByte(')')
	}
	return b.String()
}
