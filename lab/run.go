package lab

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/gorilla/mux"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
)

// subject is what a page asks to see: a case of the catalogue, or a scenario of
// the learner's own.
type subject struct {
	Session  string          `json:"session"`
	ID       string          `json:"id"`
	Scenario json.RawMessage `json:"scenario"`
	Engine   string          `json:"engine"`
}

// stepsMost is how many requests a learner's own scenario may have.
const stepsMost = 10

// subject reads which case a page asks for, and finds out where it can run.
func (l *Lab) subject(r *http.Request) (s subject, p *scenarios.Permutation, at settled, err error) {
	if err := read(r, &s); err != nil {
		return s, nil, at, err
	}
	if s.ID != "" {
		if p, err = l.cases.find(s.ID); err != nil {
			return s, nil, at, err
		}
		return s, p, l.cases.of(p).in(s.Engine), nil
	}
	if len(s.Scenario) == 0 {
		return s, nil, at, wrong("found neither an id nor a scenario, expected one of them")
	}
	p, err = scenarios.ReadItem(s.Scenario)
	var problems *scenarios.Errors
	switch {
	case errors.As(err, &problems):
		return s, nil, at, &apiError{http.StatusUnprocessableEntity, errors.New("the scenario cannot run as it is"), problems.List}
	case err != nil:
		return s, nil, at, err
	case len(p.Steps) > stepsMost:
		return s, nil, at, wrong("found %d steps, expected at most %d", len(p.Steps), stepsMost)
	}
	return s, p, l.places.settled(p).in(s.Engine), nil
}

// find is the case of the catalogue with that id.
func (c *cases) find(id string) (*scenarios.Permutation, error) {
	if p := c.byID[id]; p != nil {
		return p, nil
	}
	return nil, &apiError{status: http.StatusNotFound, err: fmt.Errorf("found no case %q in the catalogue", id)}
}

// engines are those whose rules the oracle knows beside the standard's, and their
// names.
var engines = map[string]string{"chromium": "Chromium", "firefox": "Firefox", "webkit": "WebKit"}

// startedRun is what a page has to do for a run, step by step.
type startedRun struct {
	Run   string        `json:"run"`
	Steps []startedStep `json:"steps"`
}

type startedStep struct {
	Stage      string        `json:"stage"` // where the step's page is
	Fresh      bool          `json:"fresh"` // the page is to be loaded anew
	Probe      browser.Probe `json:"probe"`
	Wait       float64       `json:"wait"`       // milliseconds before it
	SetCookies []string      `json:"setCookies"` // what the page has to load before it
}

// startRun arms a case for the learner's own browser.
func (l *Lab) startRun(request *http.Request) (any, error) {
	s, p, at, err := l.subject(request)
	switch {
	case err != nil:
		return nil, err
	case !validSession.MatchString(s.Session):
		return nil, errBadSession
	case engines[s.Engine] == "":
		return nil, wrong("found the engine %q, expected chromium, firefox or webkit", s.Engine)
	case at.where() != here:
		return nil, &apiError{status: http.StatusConflict, err: fmt.Errorf("%s does not run in your browser: %s", p.ID, at.why)}
	}
	token := secret()
	guest, err := harness.NewGuest(at.moved, token, s.Engine)
	if err != nil {
		return nil, err
	}
	if why := guest.NotApplicable(); why != "" {
		return nil, &apiError{status: http.StatusConflict, err: errors.New(why)}
	}
	r := &run{id: token, named: s.ID, guest: guest, engine: s.Engine}
	l.sessions.start(s.Session, r)
	out := startedRun{Run: token}
	for i := range guest.Steps() {
		url, _ := guest.Page(i)
		bound := guest.Step(i)
		out.Steps = append(out.Steps, startedStep{
			Stage: url, Fresh: bound.Step.Fresh, Probe: guest.Probe(i),
			Wait: float64(bound.Step.Wait) / float64(time.Millisecond), SetCookies: cookieURLs(r, i),
		})
	}
	return out, nil
}

// running is the run that a request names.
func (l *Lab) running(request *http.Request) (*run, error) {
	r := l.sessions.find(mux.Vars(request)["run"])
	if r == nil {
		return nil, &apiError{status: http.StatusNotFound, err: errors.New("this run has ended: run it again")}
	}
	return r, nil
}

// startStep makes the servers answer by a step from now on, when all of the one
// before has arrived that its outcome says is due.
func (l *Lab) startStep(request *http.Request) (any, error) {
	r, err := l.running(request)
	if err != nil {
		return nil, err
	}
	var body struct {
		Step    int              `json:"step"`
		Outcome *browser.Outcome `json:"outcome"` // of the step before
	}
	if err := read(request, &body); err != nil {
		return nil, err
	}
	if body.Step < 0 || body.Step >= r.guest.Steps() {
		return nil, wrong("found step %d, expected 0 to %d", body.Step, r.guest.Steps()-1)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if body.Outcome != nil && body.Step > 0 {
		l.sessions.await(request.Context(), r, r.guest.Awaiter(body.Step-1, *body.Outcome))
	}
	l.fleet.Step(r.guest.Token(), body.Step)
	return struct{}{}, nil
}

// result is what came of a run, step by step.
type result struct {
	Where  string     `json:"where"`
	Engine engineInfo `json:"engine"`
	Steps  []seen     `json:"steps"`
}

type engineInfo struct {
	Key     string `json:"key"`
	Name    string `json:"name"`
	Version string `json:"version"`
}

// seen is what came of a step, beside what was to come of it.
type seen struct {
	harness.ExplainedStep
	Server      string      `json:"server"` // the origin that the request goes to first
	Read        string      `json:"read"`
	Reason      string      `json:"reason"`
	Type        string      `json:"type"`
	Status      int         `json:"status"`
	Headers     [][2]string `json:"headers"`
	Body        string      `json:"body"`
	Error       string      `json:"error"`
	TimedOut    bool        `json:"timedOut"`
	Wire        []entry     `json:"wire"`
	Agrees      bool        `json:"agrees"`
	Differences []string    `json:"differences"`
}

// endRun takes what the page saw, and says what it means.
func (l *Lab) endRun(request *http.Request) (any, error) {
	r, err := l.running(request)
	if err != nil {
		return nil, err
	}
	var body struct {
		Outcomes []browser.Outcome `json:"outcomes"`
	}
	if err := read(request, &body); err != nil {
		return nil, err
	}
	if len(body.Outcomes) != r.guest.Steps() {
		return nil, wrong("found %d outcomes, expected %d, one for each step", len(body.Outcomes), r.guest.Steps())
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	defer l.sessions.finish(r)
	last := len(body.Outcomes) - 1
	entries := l.sessions.await(request.Context(), r, r.guest.Awaiter(last, body.Outcomes[last]))
	out := result{Where: here, Engine: engineInfo{Key: r.engine, Name: engines[r.engine]}}
	explained, err := harness.Explain(r.guest.Permutation(), r.engine)
	if err != nil {
		return nil, err
	}
	for i, o := range body.Outcomes {
		observed, differences := r.guest.See(i, o, entries)
		s := sawStep(explained.Steps[i], observed, i)
		s.Server, s.TimedOut = serverOf(r.guest.Step(i).Request), o.TimedOut
		s.Wire = make([]entry, 0, len(entries)) // the ledger's own, whose replies are whole
		for _, e := range entries {
			if e.Step == i {
				s.Wire = append(s.Wire, entryOf(e, entries[0].Time))
			}
		}
		s.Agrees, s.Differences = len(differences) == 0, append([]string{}, differences...)
		out.Steps = append(out.Steps, s)
	}
	return out, out.explain(r.named)
}

// explain looks among the accidents that are known of the engine for one of the
// case of that name, by which it came to something else than its rules say.
func (r *result) explain(name string) error {
	lines, err := scenarios.Expectations(r.Engine.Key)
	last := &r.Steps[len(r.Steps)-1]
	for _, line := range lines {
		if name == "" || !line.Matches(name) || line.Read != "" && string(line.Read) != last.Read {
			continue
		}
		for i := range r.Steps {
			if !r.Steps[i].Agrees {
				r.Steps[i].Agrees = true
				r.Steps[i].Switches = append(r.Steps[i].Switches, harness.ExplainedSwitch{About: cmp.Or(line.Note, "It is known for this case."), Link: line.Link})
			}
		}
	}
	return err
}

func sawStep(e harness.ExplainedStep, o record.Observation, step int) seen {
	return seen{
		ExplainedStep: e, Read: o.Read, Reason: o.Reason, Type: o.Type, Status: o.Status,
		Headers: pairs(o.Headers), Body: o.Body, Error: o.Error, Wire: entriesOf(o.Wire, step),
	}
}

// serverOf is the origin that a request goes to, "" where it goes to none.
func serverOf(r oracle.Request) string {
	if origin := originOf(r.URL); origin != r.URL {
		return origin
	}
	return ""
}
