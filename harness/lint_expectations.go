package harness

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/corsproof/corsproof/fixtures"
	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/harness/judge"
	"github.com/corsproof/corsproof/harness/observe"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// LintExpectations holds the lines of expectations that ship, every engine's,
// against a catalogue.
func LintExpectations(permutations []*scenarios.Permutation) ([]Problem, error) {
	var out []Problem
	for _, engine := range browser.Names() {
		lines, err := scenarios.Expectations(engine)
		if err != nil {
			return nil, err
		}
		for _, problem := range LintLines(permutations, oracle.ProfileFor(engine), lines) {
			if !slices.Contains(out, problem) { // engines inherit lines
				out = append(out, problem)
			}
		}
	}
	return out, nil
}

// LintLines finds the lines of an engine's expectations that its profile, which
// is for rules, explains as well, and those that are about no case.
func LintLines(permutations []*scenarios.Permutation, profile oracle.Profile, lines []scenarios.Expectation) []Problem {
	var out []Problem
	for _, e := range lines {
		found := false
		for _, p := range permutations {
			if !e.Matches(p.ID) {
				continue
			}
			found = true
			if bound, err := p.Bind("lint", fixtures.Assets{}); err == nil && explainedBySwitch(bound, profile, e) {
				out = append(out, Problem{p.ID, e.Pos, fmt.Sprintf("a switch of the engine's profile predicts this, and the line %q says it again", e.Pattern)})
			}
		}
		if !found {
			out = append(out, Problem{e.Pattern, e.Pos, "no case has such an id"})
		}
	}
	return out
}

// explainedBySwitch is true when the last step ends, by the profile's switches,
// as an expectation says.
func explainedBySwitch(b *scenarios.Bound, profile oracle.Profile, e scenarios.Expectation) bool {
	last := len(b.Steps) - 1
	if slices.ContainsFunc(b.Steps, func(step scenarios.BoundStep) bool { return step.Server == nil || step.NotSupported != "" }) {
		return false
	}
	request := b.Steps[last].Request
	standard, engine := observe.Prediction(predictSteps(b, nil)[last], request), observe.Prediction(predictSteps(b, profile)[last], request)
	if len(judge.Differences(standard, engine)) == 0 {
		return false
	}
	return (e.Read == "" || e.Read == engine.Read) && (e.Reason == "" || e.Reason == engine.Reason) &&
		e.Wire == !reflect.DeepEqual(standard.Wire, engine.Wire)
}
