package check

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/policy"
)

// excuses are the entries of accept, and what they are good for on a day.
type excuses struct {
	entries []policy.Accept
	now     time.Time
	used    []bool // those that have excused something
}

func newExcuses(p *policy.Policy, now time.Time) *excuses {
	return &excuses{p.Accept, now, make([]bool, len(p.Accept))}
}

// why is the reason why somebody lives with a finding of a class at an endpoint;
// "" if nobody does. An entry for that endpoint comes before one for all.
func (e *excuses) why(class policy.Class, endpoint string) string {
	for _, at := range []string{endpoint, ""} {
		for i, a := range e.entries {
			if a.Class == class && a.Endpoint == at && !expired(a, e.now) {
				e.used[i] = true
				return cmp.Or(a.Why, "accepted without a reason")
			}
		}
	}
	return ""
}

// expired is true from the day after the last.
func expired(a policy.Accept, now time.Time) bool {
	if a.Until.IsZero() {
		return false
	}
	year, month, day := a.Until.UTC().Date()
	return !now.UTC().Before(time.Date(year, month, day+1, 0, 0, 0, 0, time.UTC))
}

// stale are the entries that have excused nothing, or whose day has passed. Of
// one that could be for what was not asked, or gave no evidence, nobody knows.
func (e *excuses) stale(unknown func(policy.Accept) bool) []string {
	var stale []string
	for i, a := range e.entries {
		says := ""
		switch {
		case expired(a, e.now):
			says = "its last day was " + a.Until.UTC().Format(time.DateOnly)
		case !e.used[i] && !unknown(a):
			says = "there is nothing that it excuses"
		default:
			continue
		}
		at := "anywhere"
		if a.Endpoint != "" {
			at = "at " + a.Endpoint
		}
		entry := fmt.Sprintf("accept %s %s: %s", a.Class, at, says)
		if place := a.Place(); place != "" {
			entry = place + ": " + entry
		}
		stale = append(stale, entry)
	}
	return stale
}

// unasked is true for an entry that could be for what nobody has asked, or what
// gave no evidence.
func unasked(a policy.Accept, results []Result, withheld []policy.Probe) bool {
	for _, r := range results {
		if doubtful(r) && covers(a, r.Probe) {
			return true
		}
	}
	return slices.ContainsFunc(withheld, func(p policy.Probe) bool { return covers(a, p) })
}

func covers(a policy.Accept, p policy.Probe) bool {
	return a.Endpoint == "" || a.Endpoint == p.Endpoint
}

func doubtful(r Result) bool {
	return r.Record.Verdict == record.Inconclusive || r.Record.Verdict == record.Error
}

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

// divide divides a cluster into what is excused, and the rest.
func (e *excuses) divide(g cluster) []acceptedCluster {
	var parts []acceptedCluster
	for _, s := range g.shown {
		why := e.why(g.class, s.Endpoint)
		i := slices.IndexFunc(parts, func(p acceptedCluster) bool { return p.why == why })
		if i < 0 {
			part := g
			part.shown = nil
			i, parts = len(parts), append(parts, acceptedCluster{part, why})
		}
		parts[i].add(s)
	}
	return parts
}
