package harness

import (
	"fmt"

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
	Title       string                 `json:"title"`
	Why         string                 `json:"why"`
	Spec        string                 `json:"spec"`
	Engine      string                 `json:"engine,omitempty"`
	Steps       []ExplainedStep        `json:"steps"`
}

// ExplainedStep is one step of an [Explanation].
type ExplainedStep struct {
	Page     string `json:"page"`
	Snippet  string `json:"snippet"`
	Wait     string `json:"wait,omitempty"` // before it
	Note     string `json:"note,omitempty"` // why there is no prediction
	Standard Course `json:"standard"`
	// Profile is the engine's course and Switches are why, where the engine
	// leaves the standard.
	Profile  *Course           `json:"profile,omitempty"`
	Switches []ExplainedSwitch `json:"switches,omitempty"`
	Problems []string          `json:"problems,omitempty"`
}

// ExplainedSwitch is a rule by which an engine leaves the standard.
type ExplainedSwitch struct {
	Name  oracle.Switch `json:"name"`
	About string        `json:"about"`
	Link  string        `json:"link"`
}

// Course is what a request comes to: the steps of the algorithm, and the
// conversation that they have.
type Course struct {
	Read   oracle.Read        `json:"read"`
	Reason oracle.Reason      `json:"reason,omitempty"`
	Type   string             `json:"type,omitempty"`
	Status int                `json:"status,omitempty"`
	Wire   []Exchange         `json:"wire"`
	Trace  []oracle.TraceStep `json:"trace"`
}

// Exchange is a request and the reply that it gets.
type Exchange struct {
	Request oracle.WireRequest `json:"request"`
	Reply   Answer             `json:"reply"`
}

// Answer is a reply as far as there is one.
type Answer struct {
	Status  int            `json:"status,omitempty"`
	Headers oracle.Headers `json:"headers,omitempty"`
	Broken  string         `json:"broken,omitempty"` // how the connection ends before there is one
}

// Explain predicts a permutation without a browser; engine ("" for none) adds
// the prediction of that engine's profile where it differs.
func Explain(p *scenarios.Permutation, engine string) (Explanation, error) {
	e := Explanation{Permutation: p, ID: p.ID, Title: p.Title, Why: p.Why, Spec: p.Spec, Engine: engine}
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
	for i, s := range bound.Steps {
		step := ExplainedStep{Page: pageText(s), Snippet: Snippet(s.Request)}
		if s.Step.Wait > 0 {
			step.Wait = s.Step.Wait.String()
		}
		switch {
		case s.NotSupported != "":
			step.Note = s.NotSupported
		case s.Server == nil:
			step.Note = fmt.Sprintf("the set-up %s answers: its replies are known when it has run (corsproof run %s)", s.Step.Server.SetUp.Name, p.ID)
		default:
			step.Standard = t.course(i, t.steps[i].standard)
			step.Problems = judge.Claim(s.Step.Expect, observe.Prediction(t.steps[i].standard, s.Request), "the standard", t.expander(i))
			if differs := t.steps[i].profile; differs != nil {
				step.Profile = new(t.course(i, *differs))
				for _, name := range t.reasons(i) {
					step.Switches = append(step.Switches, ExplainedSwitch{name, name.Info().About, name.Link()})
				}
			}
		}
		e.Steps = append(e.Steps, step)
	}
	return e, nil
}

// course is a prediction with the replies, without the case's token.
func (t *trial) course(step int, p oracle.Prediction) Course {
	r := t.predicted(p)
	c := Course{Read: p.Read, Reason: p.Reason, Type: p.Type, Status: p.Status, Wire: make([]Exchange, len(p.Wire)), Trace: r.Trace}
	for i, w := range p.Wire {
		c.Wire[i] = Exchange{r.Wire[i], t.answer(t.bound.Steps[step].Server.Reply(w))}
	}
	return c
}

func (t *trial) answer(r oracle.Reply) Answer {
	switch {
	case r.Abort == "before-headers":
		return Answer{Broken: "the connection is reset"}
	case r.NotHTTP:
		return Answer{Broken: "what comes is not HTTP"}
	}
	a := Answer{Status: r.Status, Headers: t.stripped(r.Headers)}
	if a.Status == 0 {
		a.Status = 200
	}
	return a
}

func pageText(s scenarios.BoundStep) string {
	page := s.Request.Client.Page.String()
	if s.Request.Client.Opaque {
		return fmt.Sprintf("%s in a page of %s (its origin is null)", s.Step.Request.From, page)
	}
	return page
}
