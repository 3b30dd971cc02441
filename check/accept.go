package check

import (
	"fmt"
	"slices"
	"strings"
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
			if excuses(a, g.class, s.item) && !expired(a, now) {
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

// excuses is true for a class and what is asked of an endpoint: its own path, or
// one below it that the server does not know.
func excuses(a policy.Accept, class policy.Class, i item) bool {
	path, _, _ := strings.Cut(a.Endpoint, "?")
	below := i.What == policy.ErrorResponse && strings.HasPrefix(i.Endpoint, strings.TrimSuffix(path, "/")+"/")
	return a.Class == class && (a.Endpoint == "" || a.Endpoint == i.Endpoint || below)
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
		if slices.ContainsFunc(cluster.shown, func(s showing) bool { return excuses(a, cluster.class, s.item) }) {
			return true
		}
	}
	return false
}
