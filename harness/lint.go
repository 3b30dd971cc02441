package harness

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/fixtures"
	"github.com/corsproof/corsproof/harness/browser"
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
// without a browser: the standard's, and what each engine does by its rules.
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
		profiles := []oracle.Profile{nil}
		for _, engine := range browser.Engines() {
			profiles = append(profiles, oracle.ProfileFor(engine))
		}
		courses := make([][]oracle.Prediction, len(profiles))
		pure := make([][]bool, len(profiles))
		for j, profile := range profiles {
			courses[j], pure[j] = predictTwice(bound, profile)
		}
		for i, s := range bound.Steps {
			if s.Server == nil || s.NotSupported != "" {
				continue
			}
			at := s.Step.Expect.Pos
			if at.Line == 0 {
				at = p.Pos
			}
			expand := func(t scenarios.Template) string { return bound.Expand(i, t) }
			for _, text := range judge.Claim(s.Step.Expect, observe.Prediction(courses[0][i], s.Request), "the standard", expand) {
				out = append(out, Problem{p.ID, at, text})
			}
			for j, course := range courses {
				text := unsound(course[i], s.Request.Via)
				if !pure[j][i] {
					text = "asked again, it predicts something else"
				}
				if text != "" {
					out = append(out, Problem{p.ID, at, "the oracle contradicts itself: " + text})
				}
			}
		}
	}
	return out
}

// predictTwice predicts the steps as predictSteps does, each of them twice from
// the same state. pure is false for those whose second prediction is another: a
// prediction has changed what it was given.
func predictTwice(b *scenarios.Bound, profile oracle.Profile) (out []oracle.Prediction, pure []bool) {
	state := oracle.State{Profile: profile}
	out, pure = make([]oracle.Prediction, len(b.Steps)), make([]bool, len(b.Steps))
	for i, s := range b.Steps {
		again := before(state, s)
		from := before(state, s)
		if pure[i] = true; s.Server == nil {
			state = from
			continue
		}
		out[i], state = oracle.Predict(from, s.Request, s.Server)
		second, _ := oracle.Predict(again, s.Request, s.Server)
		pure[i] = reflect.DeepEqual(out[i], second)
	}
	return out, pure
}

// unsound says where a prediction does not fit together: a network error is the
// last step of its trace, nothing else fails, each request stands beside the
// one step that sends it, and nobody sees anything of what is not to be read.
func unsound(p oracle.Prediction, via oracle.Via) string {
	failed := p.Type == "error"
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
	// A link may fire load whatever became of it.
	told := p.Read == oracle.Blocked || p.Read == oracle.Unobservable
	if reason := p.Reason != "" && p.Reason != oracle.Tainted; reason != (failed && told) {
		return fmt.Sprintf("the reason is %q, and the response's type %q", p.Reason, p.Type)
	}
	closed := failed || strings.HasPrefix(p.Type, "opaque")
	if closed && (p.Status != 0 || p.StatusText != "" || p.Headers != nil || p.Body != nil) || failed && (p.URL != "" || p.Redirected) {
		return fmt.Sprintf("the response's type is %q, and script sees status %d, %d headers and the URL %q", p.Type, p.Status, len(p.Headers), p.URL)
	}
	if p.Read == oracle.Blocked && p.Error == "" && slices.Contains(telling, via) {
		return "script is told that it failed, and nothing says by what"
	}
	return ""
}

// telling are the ways to load whose failure has a name: that of an exception, or
// of a worker's event.
var telling = []oracle.Via{"fetch", "worker-fetch", "dynamic-import", "import-map", "json-module", "css-module", "audioworklet", "service-worker", "font", "font-face",
	"import-scripts", "worker", "worker-module", "worker-import", "shared-worker"}
