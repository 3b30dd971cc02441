package harness

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/fixtures"
	"github.com/corsproof/corsproof/harness/judge"
	"github.com/corsproof/corsproof/harness/observe"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// Explanation is what the oracle has to say of a permutation.
type Explanation struct {
	Permutation *scenarios.Permutation `json:"-"`
	ID          string                 `json:"id"`
	Engine      string                 `json:"engine,omitempty"`
	Switches    string                 `json:"switches,omitempty"` // links, where the engine leaves the standard
	Steps       []ExplainedStep        `json:"steps"`
}

// ExplainedStep is one step of an [Explanation].
type ExplainedStep struct {
	Page     string             `json:"page"`
	Snippet  string             `json:"snippet"`
	Note     string             `json:"note,omitempty"` // why there is no prediction
	Standard oracle.Prediction  `json:"standard"`
	Profile  *oracle.Prediction `json:"profile,omitempty"` // where the engine differs
	Problems []string           `json:"problems,omitempty"`
}

// Explain predicts a permutation without a browser; engine ("" for none) adds
// the prediction of that engine's profile where it differs.
func Explain(p *scenarios.Permutation, engine string) (Explanation, error) {
	e := Explanation{Permutation: p, ID: p.ID, Engine: engine}
	profile := oracle.Profile{}
	if engine != "" {
		profile = oracle.ProfileFor(engine)
	}
	bound, err := p.Bind("explain", fixtures.Assets{})
	if err != nil {
		return e, fmt.Errorf("harness: %s: %w", p.ID, err)
	}
	t := &trial{perm: p, bound: bound, steps: make([]trialStep, len(bound.Steps))}
	t.predict(profile)
	e.Switches = t.switches
	for i, s := range bound.Steps {
		step := ExplainedStep{Page: pageText(s), Snippet: Snippet(s.Request), Standard: t.readable(t.steps[i].standard)}
		switch {
		case s.NotSupported != "":
			step.Note = s.NotSupported
		case s.Server == nil:
			step.Note = fmt.Sprintf("the set-up %s answers: its replies are known when it has run (corsproof run %s)", s.Step.Server.SetUp.Name, p.ID)
		default:
			step.Problems = judge.Claim(s.Step.Expect, observe.Prediction(t.steps[i].standard, s.Request), "the standard", t.expander(i))
			if differs := t.steps[i].profile; differs != nil {
				step.Profile = new(t.readable(*differs))
			}
		}
		e.Steps = append(e.Steps, step)
	}
	return e, nil
}

// readable takes the case's token out of a prediction.
func (t *trial) readable(p oracle.Prediction) oracle.Prediction {
	r := t.predicted(p)
	p.Wire, p.Trace, p.URL = r.Wire, r.Trace, scenarios.StripToken(p.URL)
	return p
}

// pageText says in words where a step's script runs.
func pageText(s scenarios.BoundStep) string {
	c := s.Request.Client
	text := c.Page.String()
	if slices.Contains(scenarios.OpaqueOrigins, s.Step.Request.From) {
		text = s.Step.Request.From + " in a page of " + text
	}
	if s.Step.Page != nil && s.Step.Page.Sandbox != nil {
		text += fmt.Sprintf(", sandboxed (%s)", strings.Join(withScripts(s.Step.Page.Sandbox), " "))
	}
	if c.Opaque {
		text += " (its origin is null)"
	}
	if !c.Top.IsOpaque() {
		text += ", in a frame of " + c.Top.String()
	}
	for _, h := range c.Headers {
		text += fmt.Sprintf(", with %s: %s", h.Name, h.Value)
	}
	if c.AddressSpace != "" {
		text += ", from a " + c.AddressSpace + " network"
	}
	for _, name := range slices.Sorted(maps.Keys(c.Permissions)) {
		text += fmt.Sprintf(", %s %s", name, c.Permissions[name])
	}
	switch w := c.ServiceWorker; {
	case w == nil:
	case w.Responds != "":
		text += ", with a service worker (" + w.Responds + ")"
	default:
		text += ", with a service worker of its own"
	}
	return text
}
