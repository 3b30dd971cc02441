package harness

import (
	"context"
	"time"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/servers"
)

// arriveTime bounds the wait for requests that are due, after the outcome: no
// event tells a page that what a style sheet names has been asked for.
const arriveTime = time.Second

// awaitDue waits until all that is due on the wire in a step has arrived, but
// not for long: what never comes, the judge will miss. A load that no event
// tells of (a beacon, a form) only begins with its outcome: it has the time of a
// case, and is over when its requests have their answers.
func (s *session) awaitDue(ctx context.Context, trials []*trial, step int) {
	limit := arriveTime
	for _, t := range trials {
		if t.unseen(step) {
			limit = max(limit, t.timeout())
		}
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for {
		changed := s.fleet.Ledger().Changed()
		waiting := trials[:0:0]
		for _, t := range trials {
			if t.awaits(s.fleet.Ledger().Case(t.bound.Token), step) {
				waiting = append(waiting, t)
			}
		}
		if trials = waiting; len(trials) == 0 {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

// awaits says whether fewer requests have arrived in a step than are due.
func (t *trial) awaits(arrived []servers.Entry, step int) bool {
	s := t.steps[step]
	if s.outcome == nil || s.outcome.TimedOut || s.outcome.Broken != "" {
		return false
	}
	due := 0
	for _, w := range t.due(step).Wire {
		if !w.Maybe {
			due++
		}
	}
	for _, e := range arrived {
		if e.Step == step && e.Pending && t.unseen(step) {
			return true
		}
		if e.Step == step && !e.Retry {
			due--
		}
	}
	return due > 0
}

// unseen is true for a load of which the page could see nothing.
func (t *trial) unseen(step int) bool {
	o := t.steps[step].outcome
	return o != nil && o.Read == oracle.Unobservable
}
