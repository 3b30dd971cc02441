package harness

import (
	"fmt"

	"github.com/corsproof/corsproof/fixtures"
	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/harness/judge"
	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
	"github.com/corsproof/corsproof/servers"
)

// OfflineEngine is the engine of records that no browser has made.
const OfflineEngine = "oracle"

// Offline runs a permutation of a set-up without a browser: the oracle does what
// a browser must, waits included, which take no time, and ask puts each of its
// requests to the real server. The record is as a run's; an error of ask's makes
// it one of the verdict error.
func Offline(p *scenarios.Permutation, order int, ask func(oracle.Request, oracle.WireRequest) (servers.Entry, error)) record.Record {
	bound, err := p.Bind("offline", fixtures.Assets{})
	if err != nil {
		r := unfinished(p, OfflineEngine, 1, err)
		r.Order = order
		return r
	}
	t := &trial{
		perm: p, bound: bound, engine: OfflineEngine, order: order, attempt: 1,
		lane: laneAlone, steps: make([]trialStep, len(bound.Steps)),
	}
	state := oracle.State{}
	for i, step := range bound.Steps {
		s := &t.steps[i]
		state = before(state, step)
		s.standard, state = oracle.Predict(state, step.Request, oracle.ServerFunc(func(w oracle.WireRequest) oracle.Reply {
			e, err := ask(step.Request, w)
			if err != nil && t.failed == nil {
				t.failed = err
			}
			e.Step, e.Token = i, bound.Token
			s.wire = append(s.wire, e)
			return e.Reply
		}))
		s.obey()
		if t.failed != nil {
			break
		}
	}
	return t.record(nil)
}

// obey makes the step's outcome what the standard wants.
func (s *trialStep) obey() {
	p := s.standard
	s.outcome = &browser.Outcome{
		Read: p.Read, Type: p.Type, Status: p.Status, StatusText: p.StatusText, URL: p.URL, Redirected: p.Redirected, Error: p.Error, Timing: p.Timing,
	}
	for _, h := range p.Headers {
		s.outcome.Headers = append(s.outcome.Headers, [2]string{h.Name, h.Value})
	}
	if p.Body != nil {
		s.outcome.Body = new(isomorphic(p.Body))
	}
	if p.Reason != "" {
		s.failure = &browser.Failure{Reason: p.Reason}
	}
	if p.Read == oracle.Blocked {
		s.control = &control{Control: judge.Control{OK: true, Why: fmt.Sprintf("not needed: the oracle gives the reason, %s", p.Reason)}}
	}
}

// isomorphic gives bytes as a string in which each is one character.
func isomorphic(b []byte) string {
	runes := make([]rune, len(b))
	for i, c := range b {
		runes[i] = rune(c)
	}
	return string(runes)
}
