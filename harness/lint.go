package harness

import (
	"fmt"
	"maps"
	"slices"

	"github.com/corsproof/corsproof/fixtures"
	"github.com/corsproof/corsproof/harness/judge"
	"github.com/corsproof/corsproof/harness/observe"
	"github.com/corsproof/corsproof/oracle"
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

// Lint holds the claims against the oracle, and each prediction against itself,
// without a browser: the standard's, and what an engine with known rules does.
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
		predictions, engines := predictSteps(bound, nil), predictSteps(bound, oracle.ProfileFor("chromium"))
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
			for _, prediction := range []oracle.Prediction{predictions[i], engines[i]} {
				if text := unsound(prediction); text != "" {
					out = append(out, Problem{p.ID, at, "the oracle contradicts itself: " + text})
				}
			}
		}
	}
	return out
}

// unsound says where a prediction does not fit together: a network error is the
// last step of its trace, nothing else fails, and each request stands beside the
// one step that sends it.
func unsound(p oracle.Prediction) string {
	failed := p.Reason != "" && p.Reason != oracle.Tainted
	sent := make([]int, len(p.Wire))
	for i, step := range p.Trace {
		if step.Fails != (failed && i == len(p.Trace)-1) {
			return fmt.Sprintf("step %d of %d is %q, and the outcome %s", i+1, len(p.Trace), step.Text, p.Read)
		}
		for _, n := range step.Wire {
			sent[n]++
		}
	}
	for n, times := range sent {
		if times != 1 {
			return fmt.Sprintf("request %d stands beside %d steps", n+1, times)
		}
	}
	if failed != (p.Type == "error") {
		return fmt.Sprintf("the reason is %q, and the response's type %q", p.Reason, p.Type)
	}
	return ""
}
