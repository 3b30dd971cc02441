package check

import (
	"fmt"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/policy"
)

// statuses finds allowed requests that were answered with another status than
// the policy expects, and requests of the server's own pages and of no page
// that fail where those of others do not.
func (s survey) statuses(found clusters) {
	cause := sameOrigin
	var refused []showing
	for _, i := range s.items {
		n := i.actual()
		if i.claims(oracle.Blocked) || i.What == policy.ErrorResponse || n < 0 {
			continue
		}
		e := i.Observed.Wire[n]
		switch {
		case (i.What == policy.Plain || i.Who == policy.SameOrigin) && e.Status >= 400 && e.Status != tooManyRequests && !s.gone(e) && s.works[orderOf(i, e)]:
			if !e.Headers.Has("Origin") { // nothing in the request tells whose page asks
				cause = plainTraffic
			}
			refused = append(refused, showing{item: i, at: n})
		case i.expect.Status != nil && i.read() && i.Observed.Status != 0 && *i.expect.Status != i.Observed.Status && !s.gone(e):
			found.at(policy.Refused, wrongStatus).add(showing{item: i, at: n, subject: fmt.Sprint(*i.expect.Status)})
		}
	}
	for _, r := range refused {
		found.at(policy.Refused, cause).add(r)
	}
}

// preflightCounts finds requests that fewer preflights were sent for than are
// claimed: an old answer was good for longer than is meant. A browser may always
// ask again.
func (s survey) preflightCounts(found clusters) {
	for _, i := range s.items {
		if i.expect.Preflights == nil || i.blocked() {
			continue
		}
		n := 0
		for _, e := range i.Observed.Wire {
			if e.Preflight && !e.Retry {
				n++
			}
		}
		if n >= *i.expect.Preflights {
			continue
		}
		found.at(policy.OverPermissive, maxAgeAbove).add(showing{item: i, at: i.preflight(), headers: []string{maxAgeHeader}})
	}
}
