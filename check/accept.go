package check

import (
	"fmt"
	"slices"
	"time"

	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/policy"
)

// acceptedCluster is a cluster, and the reason why somebody lives with it; "" for
// one that fails the check.
type acceptedCluster struct {
	cluster
	why string
}

func (a acceptedCluster) finding(p *policy.Policy) Finding {
	f := a.cluster.finding(p)
	f.Accepted = a.why
	return f
}

// accepted divides a cluster into what entries of the policy excuse on a day, and
// the rest.
func accepted(p *policy.Policy, g cluster, now time.Time) []acceptedCluster {
	parts := map[string]*acceptedCluster{}
	var order []string
	for _, s := range g.shown {
		why := ""
		for _, a := range p.Accept {
			if excuses(a, g.class, s.Endpoint) && !expired(a, now) {
				why = a.Why
				if why == "" {
					why = "accepted without a reason"
				}
				break
			}
		}
		if parts[why] == nil {
			part := g
			part.shown = nil
			parts[why] = &acceptedCluster{part, why}
			order = append(order, why)
		}
		parts[why].add(s)
	}
	var out []acceptedCluster
	for _, why := range order {
		out = append(out, *parts[why])
	}
	return out
}

func excuses(a policy.Accept, class policy.Class, endpoint string) bool {
	return a.Class == class && (a.Endpoint == "" || a.Endpoint == endpoint)
}

// expired is true from the day after the last.
func expired(a policy.Accept, now time.Time) bool {
	if a.Until.IsZero() {
		return false
	}
	year, month, day := a.Until.UTC().Date()
	return !now.UTC().Before(time.Date(year, month, day+1, 0, 0, 0, 0, time.UTC))
}

// staleEntries are the entries of accept that excuse nothing, or whose day has
// passed. An entry for what could not be proven is not known to excuse nothing.
func staleEntries(p *policy.Policy, found clusters, results []Result, now time.Time) []string {
	var stale []string
	for _, a := range p.Accept {
		at := "anywhere"
		if a.Endpoint != "" {
			at = "at " + a.Endpoint
		}
		switch {
		case expired(a, now):
			stale = append(stale, fmt.Sprintf("accept %s %s: its last day was %s", a.Class, at, a.Until.UTC().Format(time.DateOnly)))
		case a.Class == policy.Robustness: // no record shows it
		case !found.any(a) && !slices.ContainsFunc(results, func(r Result) bool { return doubtful(r) && (a.Endpoint == "" || a.Endpoint == r.Probe.Endpoint) }):
			stale = append(stale, fmt.Sprintf("accept %s %s: there is nothing to accept any more", a.Class, at))
		}
	}
	return stale
}

func doubtful(r Result) bool {
	return r.Record.Verdict == record.Inconclusive || r.Record.Verdict == record.Error
}

// any is true when an entry excuses something.
func (g clusters) any(a policy.Accept) bool {
	for _, cluster := range g {
		if slices.ContainsFunc(cluster.shown, func(s showing) bool { return excuses(a, cluster.class, s.Endpoint) }) {
			return true
		}
	}
	return false
}
