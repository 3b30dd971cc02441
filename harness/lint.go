package harness

import (
	"fmt"

	"github.com/corsproof/corsproof/fixtures"
	"github.com/corsproof/corsproof/harness/judge"
	"github.com/corsproof/corsproof/harness/observe"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// Problem is something that lint finds in a permutation.
type Problem struct {
	ID   string
	Pos  scenarios.Pos
	Text string
}

func (p Problem) String() string {
	return fmt.Sprintf("%s:%d:%d: %s: %s", p.Pos.File, p.Pos.Line, p.Pos.Column, p.ID, p.Text)
}

// Lint holds the claims of the permutations against the oracle, without a
// browser. Steps whose replies nobody wrote down (a set-up), and those that
// cannot run yet, have nothing to be held against.
func Lint(permutations []*scenarios.Permutation) []Problem {
	var out []Problem
	for _, p := range permutations {
		bound, err := p.Bind("lint", fixtures.Assets{})
		if err != nil {
			out = append(out, Problem{p.ID, p.Pos, err.Error()})
			continue
		}
		predictions := predictSteps(bound, nil)
		for i, s := range bound.Steps {
			at := s.Step.Expect.Pos
			if at.Line == 0 {
				at = p.Pos
			}
			for _, err := range oracle.CheckRequest(s.Request) {
				out = append(out, Problem{p.ID, s.Step.Pos, err.Error()})
			}
			if s.Server == nil || s.NotSupported != "" {
				continue
			}
			expand := func(t scenarios.Template) string { return bound.Expand(i, t) }
			for _, text := range judge.Claim(s.Step.Expect, observe.Prediction(predictions[i], s.Request.Via), "the standard", expand) {
				out = append(out, Problem{p.ID, at, text})
			}
		}
	}
	return out
}
