package harness

import (
	"errors"
	"fmt"
	"maps"

	"github.com/corsproof/corsproof/fixtures"
	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/harness/judge"
	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
	"github.com/corsproof/corsproof/servers"
)

// Evidence is all that a run learned of one permutation, without what anybody
// thinks of it: [Rejudge] gives the verdict again, without a browser. It
// survives encoding/json.
type Evidence struct {
	ID      string
	Token   string // the replies and URLs of the case carry it
	Engine  string
	Probed  []oracle.Switch // those that the start-up probes turned on
	Without []oracle.Switch // those of the engine that they turned off
	Order   int
	Attempt int
	Steps   []StepEvidence

	NotApplicable string
	Failed        string
	Silent        []string
	Unanswered    []string
}

// StepEvidence is what came back from one step.
type StepEvidence struct {
	Outcome *browser.Outcome
	Failure *browser.Failure
	Wire    []servers.Entry
	Control *judge.Control
}

// evidence is what the trial has gathered.
func (t *trial) evidence() Evidence {
	e := Evidence{
		ID: t.perm.ID, Token: t.bound.Token, Engine: t.engine, Order: t.order, Attempt: t.attempt,
		NotApplicable: t.notApplicable, Silent: t.silent, Unanswered: t.unanswered,
	}
	for name := range t.profile {
		if !oracle.ProfileFor(t.engine)[name] {
			e.Probed = append(e.Probed, name)
		}
	}
	for name := range oracle.ProfileFor(t.engine) {
		if !t.profile[name] {
			e.Without = append(e.Without, name)
		}
	}
	if t.failed != nil {
		e.Failed = t.failed.Error()
	}
	for _, s := range t.steps {
		step := StepEvidence{Outcome: s.outcome, Failure: s.failure, Wire: s.wire}
		if s.control != nil {
			step.Control = &s.control.Control
		}
		e.Steps = append(e.Steps, step)
	}
	return e
}

// Rejudge predicts a permutation as the oracle is now and judges the evidence
// of an earlier run by it.
func Rejudge(p *scenarios.Permutation, e Evidence) (record.Record, error) {
	expectations, err := scenarios.Expectations(e.Engine)
	if err != nil {
		return record.Record{}, err
	}
	t, err := e.trial(p)
	if err != nil {
		return record.Record{}, err
	}
	return t.record(expectations), nil
}

// Verdict is that of [Rejudge], of which it needs the tenth part of the time.
// expectations are those of the evidence's engine.
func Verdict(p *scenarios.Permutation, e Evidence, expectations []scenarios.Expectation) (record.Verdict, error) {
	t, err := e.trial(p)
	if err != nil || t.notApplicable != "" {
		return record.NotApplicable, err
	}
	votes, evidence := t.gathered()
	return judge.Judge(votes, evidence, "", listed(expectations, p.ID)).Verdict, nil
}

// trial is the permutation as it has run, predicted anew.
func (e Evidence) trial(p *scenarios.Permutation) (*trial, error) {
	bound, err := p.Bind(e.Token, fixtures.Assets{})
	if err != nil {
		return nil, fmt.Errorf("harness: %s: %w", p.ID, err)
	}
	if len(bound.Steps) != len(e.Steps) {
		return nil, fmt.Errorf("harness: %s has %d steps, and its evidence %d", p.ID, len(bound.Steps), len(e.Steps))
	}
	t := &trial{
		perm: p, bound: bound, engine: e.Engine, order: e.Order, attempt: e.Attempt, steps: make([]trialStep, len(e.Steps)),
		notApplicable: e.NotApplicable, silent: e.Silent, unanswered: e.Unanswered,
	}
	if e.Failed != "" {
		t.failed = errors.New(e.Failed)
	}
	for i, s := range e.Steps {
		t.steps[i] = trialStep{outcome: s.Outcome, failure: s.Failure, wire: s.Wire}
		if s.Control != nil {
			t.steps[i].control = &control{Control: *s.Control}
		}
	}
	profile := oracle.Profile{}
	maps.Copy(profile, oracle.ProfileFor(e.Engine))
	for _, name := range e.Probed {
		profile[name] = true
	}
	for _, name := range e.Without {
		delete(profile, name)
	}
	if t.notApplicable == "" {
		if t.setUp(0) != "" && t.failed == nil {
			t.replay(profile)
		} else {
			t.predict(profile)
		}
	}
	return t, nil
}
