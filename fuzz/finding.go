package fuzz

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/oracle"
)

// Finding is a disagreement between the oracle and the browser.
type Finding struct {
	Name     string // of the case: seed-7-case-42
	Verdict  record.Verdict
	Problems []string
	State    State
	// Text is the scenario file that shows it: `corsproof run` gives it the
	// verdict again.
	Text string
	// More are cases of the same shape, which are probably no news.
	More []string
}

// State says how far a finding has come.
type State string

// The states.
const (
	Small         State = "small"          // it came up again, and is as small as it gets
	NotReproduced State = "not reproduced" // it came up once, and not when its case ran again
	Unfinished    State = "unfinished"     // the run ended before it was made small
)

// describe fills in what is known of a disagreement now.
func (s *shrinking) describe() {
	switch {
	case s.State != "":
	case s.done:
		s.State = Small
	default:
		s.State = Unfinished
	}
	s.Verdict, s.Problems = s.record.Verdict, nil
	for _, p := range s.record.Problems {
		if !strings.HasPrefix(p, "claimed ") || len(s.record.Problems) == 1 {
			s.Problems = append(s.Problems, p)
		}
	}
	s.Text = s.file()
}

// file is the scenario file of a finding, with what there is to know of it.
func (s *shrinking) file() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s, %s:\n", s.Verdict, s.State)
	for _, p := range s.Problems {
		fmt.Fprintf(&b, "#   %s\n", printable(p))
	}
	c := *s.best
	c.Name = s.Name
	b.WriteString(c.file(c.claims(), prose{
		title: sentence(printable(s.Problems[0])),
		why:   "corsproof fuzz made this case: the browser and the oracle do not agree on it.",
		spec:  cmp.Or(decisive(s.record), defaultSpec),
	}).yaml())
	return b.String()
}

// claims are what the standard says of each step.
func (c *Case) claims() []oracle.Read {
	claims := make([]oracle.Read, len(c.permutation.Steps))
	for i, step := range c.permutation.Steps {
		claims[i] = step.Expect.Read
	}
	return claims
}

// printable is a text on one line of ASCII.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s)
}

// sentence makes a title of a problem.
func sentence(s string) string {
	return strings.TrimSuffix(strings.ToUpper(s[:1])+s[1:], ".") + "."
}

// decisive is the section of the last step that the oracle took.
func decisive(r record.Record) string {
	spec := ""
	for _, step := range r.Steps {
		for _, t := range step.Oracle.Trace {
			spec = t.Spec
		}
	}
	return spec
}
