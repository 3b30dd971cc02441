package check

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/policy"
)

// find says where the results differ from the policy: one finding a cause,
// worst first, those that are excused last; and which probes gave no evidence.
func find(p *policy.Policy, results []Result, excused *excuses) (findings []Finding, unproven []Unproven) {
	engines := map[string][]item{}
	var names []string
	for place, r := range results {
		items, doubt := evidence(r, place)
		if doubt != "" {
			unproven = append(unproven, Unproven{Probe: r.Record.ID, Engine: r.Record.Engine, Meant: r.Probe.Meant, Why: doubt})
		}
		if !slices.Contains(names, r.Record.Engine) {
			names = append(names, r.Record.Engine)
		}
		engines[r.Record.Engine] = append(engines[r.Record.Engine], items...)
	}
	found := clusters{}
	for _, name := range names {
		s := newSurvey(p, engines[name])
		unproven = append(unproven, s.refused(found)...)
		s.leaks(found)
		s.permissive(found)
		s.statuses(found)
		s.preflightCounts(found)
		s.exposed(found)
		s.stars(found)
		s.vary(found)
		s.maxAge(found)
		s.ineffective(found)
	}
	for _, key := range slices.SortedFunc(maps.Keys(found), func(a, b [2]string) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) }) {
		g := *found[key]
		for _, part := range excused.divide(g) {
			findings = append(findings, part.finding(p))
		}
	}
	slices.SortStableFunc(findings, worse)
	return findings, unproven
}

// evidence are the requests of a result that say something, and the doubt if
// the result is not proven. A read that was not meant to be is proven by itself,
// whatever else is in doubt.
func evidence(r Result, place int) (items []item, doubt string) {
	switch r.Record.Verdict {
	case record.NotApplicable:
		return nil, ""
	case record.Inconclusive, record.Error:
		for _, i := range itemsOf(r, place) {
			if i.claims(oracle.Blocked) && i.read() {
				items = append(items, i)
			}
		}
		if len(items) > 0 {
			return items, ""
		}
		return nil, cmp.Or(strings.Join(r.Record.Problems, " "), "the run says "+string(r.Record.Verdict)+" and not why")
	}
	items = itemsOf(r, place)
	for _, i := range items {
		if i.Claim.Read != "" && i.Observed.Read == "" {
			return nil, "nothing was observed"
		}
	}
	if len(items) == 0 {
		return nil, "nothing was observed"
	}
	return items, ""
}

// worse orders findings: what fails the check first, then by class, severity
// and cause.
func worse(a, b Finding) int {
	accepted := func(f Finding) int {
		if f.Accepted != "" {
			return 1
		}
		return 0
	}
	return cmp.Or(
		cmp.Compare(accepted(a), accepted(b)),
		cmp.Compare(slices.Index(severities, a.Severity), slices.Index(severities, b.Severity)),
		cmp.Compare(slices.Index(policy.Classes, a.Class), slices.Index(policy.Classes, b.Class)),
		cmp.Compare(a.Cause, b.Cause),
	)
}
