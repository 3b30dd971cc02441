package harness

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/corsproof/corsproof/harness/browser"
)

const (
	quietTime     = 2 * time.Second // before a silent page is asked whether it goes on
	hangDeadlines = 2               // of its cases, for its answer
	hangTime      = 3 * time.Second // for its answer, at least
	// probesInFlight are the most probes of a page that may have begun without
	// an outcome of theirs having arrived: those in its slots, and those whose
	// message was on its way.
	probesInFlight = 32 + 50
)

// errHangs is the end of a page that answers no more: a script in it runs for
// ever, or it waits for a person. What its probes were to say never comes, not
// even that their deadlines have passed.
var errHangs = errors.New("the page answers no more")

// runProbes runs probes on a page for as long as it answers. Those whose frame or
// worker answers no more have no outcome either: they are an error, when the
// others are in.
func runProbes(ctx context.Context, page browser.Page, probes []browser.Probe, onOutcome func(browser.Outcome)) error {
	if len(probes) == 0 {
		return nil
	}
	longest := time.Duration(0)
	for _, p := range probes {
		longest = max(longest, time.Duration(p.Timeout)*time.Millisecond)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	heard := make(chan struct{}, 1)
	go func() {
		if hangs(ctx, page, max(hangDeadlines*longest, hangTime), heard) {
			cancel(errHangs)
		}
	}()
	lost := ""
	err := page.Run(ctx, probes, func(o browser.Outcome) {
		select {
		case heard <- struct{}{}:
		default:
		}
		if o.Lost != "" {
			lost = o.Lost
			return
		}
		onOutcome(o)
	})
	if err != nil && context.Cause(ctx) == errHangs {
		return fmt.Errorf("harness: %w: %w", errHangs, err)
	}
	if err == nil && lost != "" {
		return fmt.Errorf("harness: %s", lost)
	}
	return err
}

// hangs waits until a silent page does not answer within limit, and says whether
// that came before the end of ctx.
func hangs(ctx context.Context, page browser.Page, limit time.Duration, heard <-chan struct{}) bool {
	for {
		quiet := time.NewTimer(quietTime)
		select {
		case <-heard:
			quiet.Stop()
			continue
		case <-ctx.Done():
			quiet.Stop()
			return false
		case <-quiet.C:
		}
		asking, end := context.WithTimeout(ctx, limit)
		err := page.Eval(asking, "1", nil)
		late := err != nil && asking.Err() != nil
		end()
		if late && ctx.Err() == nil && len(heard) == 0 {
			return true
		}
	}
}

// rescue saves what can be saved of a batch whose page was lost while the
// browser goes on. The cases that have ended keep their outcomes: their evidence
// is gathered in another profile. Those that may have begun are set apart.
func (s *session) rescue(ctx context.Context, batch []*trial, why error) error {
	profile, err := s.newProfile(ctx)
	if err != nil {
		return nil // the browser has gone as well
	}
	defer profile.close()
	var ended, others []*trial
	for _, t := range batch {
		if t.steps[0].outcome != nil {
			ended = append(ended, t)
		} else {
			others = append(others, t)
		}
	}
	// A page begins them in order; and what is in a place that answers no more is
	// in a slot.
	setApart(others[:min(len(others), probesInFlight)], why)
	if len(ended) == 0 {
		return nil
	}
	page, err := profile.page(ctx, ended[0].document(0))
	if err == nil {
		err = s.gather(ctx, profile, page, ended)
	}
	if err != nil {
		setApart(ended, err)
	}
	return err
}

// untold is why a case has no outcome, when that is the browser's doing: it has
// ended the case's shared worker and not told the page. Chromium does so now and
// then where the worker's own process refuses the script; and of a worker that
// waits for something, it says no such thing. Silence is what a page takes for a
// sign that an author's script runs.
func (s *session) untold(t *trial) error {
	for _, step := range t.steps {
		if o := step.outcome; o != nil && (o.TimedOut || slices.Contains(o.Events, "silence")) && s.failures.hasEnded(t.bound.Token) {
			return fmt.Errorf("harness: %s: the browser has ended a shared worker and not told its page", t.perm.ID)
		}
	}
	return nil
}

// setApart marks cases one of which may be why a page was lost. They start once
// more, each alone.
func setApart(trials []*trial, why error) {
	for _, t := range trials {
		t.apart, t.lost = true, why
	}
}
