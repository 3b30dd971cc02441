package harness

import (
	"fmt"
	"maps"
	"slices"

	"github.com/corsproof/corsproof/fixtures"
	"github.com/corsproof/corsproof/harness/judge"
	"github.com/corsproof/corsproof/harness/observe"
	"github.com/corsproof/corsproof/scenarios"
	"github.com/corsproof/corsproof/servers/setups"
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

// Check finds what the loader cannot know of: set-ups that do not exist, and
// options that they do not have.
func Check(permutations []*scenarios.Permutation) []Problem {
	var out []Problem
	for _, p := range permutations {
		for _, s := range p.Steps {
			setUp := s.Server.SetUp
			if setUp == nil {
				continue
			}
			if _, err := setups.ByName(setUp.Name); err != nil {
				out = append(out, Problem{p.ID, p.Pos, err.Error()})
			}
			for _, name := range slices.Sorted(maps.Keys(setUp.Options)) {
				out = append(out, Problem{p.ID, p.Pos, fmt.Sprintf("the set-up %s has no option %q", setUp.Name, name)})
			}
		}
	}
	return out
}

// Lint holds the claims against the oracle, without a browser.
// Steps whose replies nobody wrote down (a set-up), and those that cannot run
// yet, have nothing to be held against.
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
			if s.Server == nil || s.NotSupported != "" {
				continue
			}
			at := s.Step.Expect.Pos
			if at.Line == 0 {
				at = p.Pos
			}
			expand := func(t scenarios.Template) string { return bound.Expand(i, t) }
			for _, text := range judge.Claim(s.Step.Expect, observe.Prediction(predictions[i], s.Request), "the standard", expand) {
				out = append(out, Problem{p.ID, at, text})
			}
		}
	}
	return out
}
