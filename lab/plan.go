package lab

import (
	"errors"
	"net/http"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/scenarios"
)

// planned is what a page shows of a case before it runs, and no word of what
// will come of it.
type planned struct {
	Where   string        `json:"where"`
	NotHere string        `json:"notHere"` // why, where it does not run here
	Steps   []plannedStep `json:"steps"`
	Copy    []Copy        `json:"copy"`
}

type plannedStep struct {
	Snippet string `json:"snippet"`
	Page    string `json:"page"`
	// PageRelation is what the page's server is called in scenarios, and
	// Relation the server's that the request goes to; "" for literal names.
	PageRelation string `json:"pageRelation"`
	Server       string `json:"server"`
	Relation     string `json:"serverRelation"`
}

// plan says where a case would run, what its page would do, and how to copy it.
func (l *Lab) plan(request *http.Request) (any, error) {
	_, p, at, err := l.subject(request)
	if err != nil {
		return nil, err
	}
	out := planned{Where: at.where(), NotHere: at.why}
	running := p
	if out.Where == here {
		running = at.moved
	}
	explained, err := harness.Explain(running, "")
	if err != nil {
		return nil, err
	}
	for i, step := range explained.Steps {
		r := p.Steps[i].Request
		s := plannedStep{Snippet: step.Snippet, Page: step.Page, PageRelation: relation(r.From), Relation: relation(r.To)}
		if origin, _, err := scenarios.ResolveOrigin(running.Steps[i].Request.To); err == nil {
			s.Server = origin.String()
		}
		out.Steps = append(out.Steps, s)
	}
	out.Copy, err = copies(p, running)
	return out, err
}

// relation is how a named origin stands to app.
func relation(name string) string {
	for _, n := range scenarios.Named {
		if n.Name == name {
			return n.Relation
		}
	}
	return ""
}

// policy says what a server answers that keeps the policy of a form.
func (l *Lab) policy(request *http.Request) (any, error) {
	var form policyForm
	if err := read(request, &form); err != nil {
		return nil, err
	}
	replies, err := form.replies()
	if problems := policyProblems(err); problems != nil {
		return nil, &apiError{http.StatusUnprocessableEntity, errors.New("no server can keep this policy as it is"), problems}
	}
	return replies, err
}
