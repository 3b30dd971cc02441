package harness

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/harness/judge"
	"github.com/corsproof/corsproof/harness/observe"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/scenarios"
	"github.com/corsproof/corsproof/servers"
)

// runControls runs the permissive twins that the blocked steps need and that
// have not run yet in this browser.
func (s *session) runControls(ctx context.Context, profile *profile, page browser.Page, trials []*trial, step int) error {
	twins := map[string]*trial{}     // to run here, by token
	running := map[string]*control{} // theirs
	var needed []*control
	for _, t := range trials {
		o := t.steps[step].outcome
		if o == nil || o.Read != oracle.Blocked || o.Broken != "" || t.nothingSent(s.fleet.Ledger(), step) {
			continue
		}
		twin, err := s.twin(t, step)
		if err != nil {
			t.steps[step].control = &control{Control: judge.Control{Why: err.Error()}}
			continue
		}
		c, first := s.control(controlKey(twin.perm))
		if first {
			twins[twin.bound.Token], running[twin.bound.Token] = twin, c
		}
		t.steps[step].control = c
		needed = append(needed, c)
	}
	if err := s.ran(running, s.runTwins(ctx, profile, page, trials[0].document(step), twins, running)); err != nil {
		return err
	}
	for _, c := range needed { // another profile may still be running its own
		select {
		case <-c.done:
		case <-ctx.Done():
			return ctx.Err()
		}
		if !c.reported {
			return fmt.Errorf("harness: the page that ran a control was lost")
		}
	}
	return nil
}

// nothingSent is true for a step of which nothing was due on the wire, and
// nothing came: a sentinel is evidence enough. Of a set-up nobody knows yet what
// was due: its replies decide what a cache may keep.
func (t *trial) nothingSent(ledger *servers.Ledger, step int) bool {
	s := t.steps[step]
	due := t.perm.Steps[step].Server.SetUp != nil || len(s.standard.Wire) > 0 && (s.profile == nil || len(s.profile.Wire) > 0)
	return !due && !slices.ContainsFunc(ledger.Case(t.bound.Token), func(e servers.Entry) bool { return e.Step == step })
}

// ran tells whoever waits that the controls have run. When their page was lost,
// those that never reported are forgotten: they say nothing of any case, and
// the next that needs one runs it.
func (s *session) ran(running map[string]*control, err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range running {
		if !c.reported {
			delete(s.controls, c.key)
		}
		close(c.done)
	}
	return err
}

// control is the twin of a key; first is true for the caller that must run it.
func (s *session) control(key string) (c *control, first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.controls[key]; c != nil {
		return c, false
	}
	c = &control{key: key, done: make(chan struct{})}
	s.controls[key] = c
	return c, true
}

// runTwins runs twins and writes down what they saw: on the page of the cases,
// whose document is given, or, where no twin can get through on that, on a plain
// one.
func (s *session) runTwins(ctx context.Context, profile *profile, page browser.Page, of document, twins map[string]*trial, running map[string]*control) error {
	here, elsewhere := []browser.Probe{}, map[string][]browser.Probe{}
	documents := map[string]document{}
	for _, token := range slices.Sorted(maps.Keys(twins)) {
		s.fleet.Arm(token, twins[token].bound)
		defer s.fleet.Disarm(token)
		probe, document := twins[token].probe(0), twins[token].document(0)
		if key := document.key(); key != of.key() {
			elsewhere[key], documents[key] = append(elsewhere[key], probe), document
			continue
		}
		here = append(here, probe)
	}
	saw := func(o browser.Outcome) {
		c, twin := running[o.ID], twins[o.ID]
		want, read := twin.prediction().Read, observe.Browser(o, nil, s.fleet.Ledger().Case(o.ID), twin.bound.Steps[0].Request).Read
		c.reported = true
		switch {
		case o.TimedOut:
			c.Why = "no event came before its deadline"
		case o.Broken != "":
			c.Why = "its probe failed: " + o.Broken
		case read != want:
			c.Why = strings.TrimSpace(fmt.Sprintf("%s, where %s was due %s", read, want, o.Error))
		default:
			c.OK, c.Why = true, string(read)
		}
	}
	if err := runProbes(ctx, page, here, saw); err != nil {
		return err
	}
	for key, probes := range elsewhere {
		page, err := profile.page(ctx, documents[key])
		if err != nil {
			return err
		}
		if !documents[key].plain() {
			defer profile.forget(documents[key])
		}
		if err := runProbes(ctx, page, probes, saw); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) twin(t *trial, step int) (*trial, error) {
	token := s.tokens()
	perm, err := controlOf(t.perm, step, func(p *scenarios.Permutation) (oracle.Prediction, error) {
		twin, err := newTrial(p, token, s.profile)
		if err != nil {
			return oracle.Prediction{}, err
		}
		return twin.prediction(), nil
	})
	if err != nil {
		return nil, err
	}
	twin, err := newTrial(perm, token, s.profile)
	if err == nil {
		twin.subject = t.subject
	}
	return twin, err
}
