package check

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/policy"
)

// find says where the results differ from the policy: one finding a cause,
// worst first, those that the policy accepts on the day last; the probes that
// gave no evidence; and the entries of accept that excuse nothing.
func find(p *policy.Policy, results []Result, now time.Time) (findings []Finding, unproven []Unproven, stale []string) {
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
		s.vary(found)
		s.maxAge(found)
		s.ineffective(found)
	}
	for _, key := range slices.SortedFunc(maps.Keys(found), func(a, b [2]string) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) }) {
		g := *found[key]
		for _, part := range accepted(p, g, now) {
			findings = append(findings, part.finding(p))
		}
	}
	slices.SortStableFunc(findings, worse)
	return findings, unproven, staleEntries(p, found, results, now)
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

// refused clusters the declared requests that were blocked. Those that the
// server's answers allow were blocked by something else, and prove nothing.
func (s survey) refused(found clusters) (unproven []Unproven) {
	var faults []fault
	var passes []item
	for _, i := range s.items {
		if !i.claims(oracle.Allowed) {
			continue
		}
		if i.read() {
			if slices.ContainsFunc(i.Observed.Wire, crosses) {
				passes = append(passes, i)
			}
			continue
		}
		f, ok := faultOf(i)
		switch {
		case ok:
			faults = append(faults, f)
		case i.What == policy.Cached:
			found.at(policy.Cache, varyMissing).add(showing{item: i, at: i.actual(), reason: oracle.Reason(i.Observed.Reason), headers: []string{"Vary", allowOrigin}})
		default:
			unproven = append(unproven, unexplained(i))
		}
	}
	for _, e := range s.explain(faults, passes) {
		s.place(found, e, len(passes) == 0)
	}
	return unproven
}

// unexplained is a declared request that was blocked although the answers that
// it got allow it.
func unexplained(i item) Unproven {
	why := "the browser blocked it, and nothing that the server sent explains why"
	if len(i.Observed.Wire) == 0 {
		why = "the browser blocked it before anything reached the server"
	}
	if said := cmp.Or(i.Observed.Native, i.Observed.Reason, i.Observed.Error); said != "" {
		why += ": " + said
	}
	id := ""
	if i.Permutation != nil {
		id = i.Permutation.ID
	}
	return Unproven{Probe: id, Engine: i.engine, Meant: i.Meant, Why: why}
}

// place puts failures with one explanation where they belong. Responses that
// say no are unreadable errors if that is all that fails.
func (s survey) place(found clusters, e explained, nothingWorks bool) {
	first := slices.MinFunc(e.faults, func(a, b fault) int { return plainness(a.item, b.item) })
	cause := causeOf(e, first)
	class := policy.Refused
	if !slices.ContainsFunc(e.faults, func(f fault) bool { return !s.ofError(f) }) {
		class, cause = policy.UnreadableError, errorBare
	}
	g := found.at(class, cause)
	g.grave = g.grave || nothingWorks || e.kind == byAll
	for _, f := range e.faults {
		g.add(showing{item: f.item, at: f.at, reason: f.reason, subject: subjectOf(e, f), headers: decisive(f)})
	}
}

// ofError is true where the response to the actual request says no, and lacks
// what would let the page know.
func (s survey) ofError(f fault) bool {
	if f.inPreflight() || f.cause == redirectBare {
		return false
	}
	if f.cause == noAnswer {
		return f.What == policy.ErrorResponse
	}
	_, no := s.errorStatus(f.item)
	return no && f.at == f.actual()
}

func subjectOf(e explained, f fault) string {
	switch e.kind {
	case byMethod, byHeader, byOrigin:
		return e.value
	}
	if status := f.exchange().Status; e.kind == byError && status != 0 {
		return fmt.Sprint(status)
	}
	return ""
}

// leaks clusters the strangers that read.
func (s survey) leaks(found clusters) {
	read := func(i item) bool { return i.claims(oracle.Blocked) && i.read() }
	sent := func(i item) bool { return i.claims(oracle.Blocked) && !i.read() && i.preflighted() }
	in, through := entriesOf(s.items, read), entriesOf(s.items, sent)
	for _, i := range s.items {
		switch {
		case !i.stranger():
		case read(i):
			g := found.at(policy.Leak, causeOfStranger(in.explains(i)))
			g.credentialed = g.credentialed || i.credentialed()
			g.add(showing{item: i, at: i.actual(), headers: corsLines(i)})
		case sent(i) && !in.gets(i.Who, i.Endpoint, i.credentialed()):
			g := found.at(policy.OverPermissive, preflightOf+string(through.explains(i)))
			g.credentialed = g.credentialed || i.credentialed()
			g.add(showing{item: i, at: i.preflight(), headers: []string{allowOrigin}})
		}
	}
}

// permissive clusters what declared origins can do beyond what is declared.
func (s survey) permissive(found clusters) {
	for _, i := range s.items {
		if i.stranger() || !i.claims(oracle.Blocked) || !i.read() && !i.preflighted() {
			continue
		}
		cause, headers, at := string(i.What), []string{allowOrigin}, i.actual()
		switch i.What {
		case policy.Method:
			cause, headers, at = undeclaredMethod, []string{allowMethods}, i.preflight()
		case policy.Header:
			cause, headers, at = undeclaredHeader, []string{allowHeaders}, i.preflight()
		case policy.Read, policy.Credentialed:
			if !i.read() {
				continue
			}
			cause, headers = undeclaredCredentials, []string{allowOrigin, allowCredentialsHeader}
		}
		g := found.at(policy.OverPermissive, cause)
		g.credentialed = g.credentialed || i.credentialed()
		g.add(showing{item: i, at: at, subject: i.Subject, headers: headers})
	}
}

// statuses finds allowed requests that were answered with another status than
// the policy expects, and requests of the server's own pages and of no page
// that fail where those of others do not.
func (s survey) statuses(found clusters) {
	for _, i := range s.items {
		if !i.claims(oracle.Allowed) || i.What == policy.ErrorResponse {
			continue
		}
		n := i.actual()
		if n < 0 {
			continue
		}
		e := i.Observed.Wire[n]
		switch {
		case i.expect.Status != nil && i.read() && i.Observed.Status != 0 && *i.expect.Status != i.Observed.Status:
			found.at(policy.Refused, wrongStatus).add(showing{item: i, at: n, subject: fmt.Sprint(*i.expect.Status)})
		case (i.What == policy.Plain || i.Who == policy.SameOrigin) && e.Status >= 400 && s.works[place{e.Method, e.Path}]:
			cause := plainTraffic
			if i.Who == policy.SameOrigin {
				cause = sameOrigin
			}
			found.at(policy.Refused, cause).add(showing{item: i, at: n})
		}
	}
}

// preflightCounts finds requests that more, or fewer, preflights were sent for
// than are claimed.
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
		if n == *i.expect.Preflights {
			continue
		}
		cause := maxAgeAbove
		if n > *i.expect.Preflights {
			cause = "not-remembered"
		}
		found.at(i.Class, cause).add(showing{item: i, at: i.preflight(), headers: []string{maxAgeHeader}})
	}
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
