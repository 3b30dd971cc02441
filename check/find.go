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
		s.stars(found)
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
	for n, f := range e.faults {
		g.add(showing{item: f.item, at: f.at, reason: f.reason, subject: subjectOf(cause, e.values[n], f), headers: decisive(f)})
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

// subjectOf is what a failure with that cause is about.
func subjectOf(cause, value string, f fault) string {
	switch cause {
	case methodRefused:
		return f.method()
	case headerRefused:
		return cmp.Or(f.value, value)
	case originRefused:
		return f.Origin
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
		case !i.stranger(), i.before:
		case read(i) && i.What == policy.Cached && len(i.Observed.Wire) == 0:
			found.at(policy.Cache, varyMissing).add(showing{item: i, at: -1})
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
		if i.stranger() || i.before || !i.claims(oracle.Blocked) || !i.read() && !i.preflighted() {
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
	cause := sameOrigin
	var refused []showing
	for _, i := range s.items {
		n := i.actual()
		if i.claims(oracle.Blocked) || i.What == policy.ErrorResponse || n < 0 {
			continue
		}
		e := i.Observed.Wire[n]
		switch {
		case (i.What == policy.Plain || i.Who == policy.SameOrigin) && e.Status >= 400 && s.works[place{e.Method, e.Path}]:
			if !e.Headers.Has("Origin") { // nothing in the request tells whose page asks
				cause = plainTraffic
			}
			refused = append(refused, showing{item: i, at: n})
		case i.expect.Status != nil && i.read() && i.Observed.Status != 0 && *i.expect.Status != i.Observed.Status:
			found.at(policy.Refused, wrongStatus).add(showing{item: i, at: n, subject: fmt.Sprint(*i.expect.Status)})
		}
	}
	for _, r := range refused {
		found.at(policy.Refused, cause).add(r)
	}
}

// stars moves what a "*" in a list allows to whom it was not meant for to the
// finding that the same "*" blocks what is declared: it is one cause.
func (s survey) stars(found clusters) {
	blocked := found[[2]string{string(policy.Refused), wildcardInList}]
	if blocked == nil {
		return
	}
	for key, list := range map[[2]string]string{
		{string(policy.OverPermissive), undeclaredMethod}:  allowMethods,
		{string(policy.OverPermissive), undeclaredHeader}:  allowHeaders,
		{string(policy.OverPermissive), undeclaredExposed}: exposeHeaders,
	} {
		g := found[key]
		if g == nil || !slices.ContainsFunc(blocked.shown, func(s showing) bool { return s.lists(list, "*") }) {
			continue
		}
		g.shown = slices.DeleteFunc(g.shown, func(s showing) bool { return s.lists(list, "*") })
		if len(g.shown) == 0 {
			delete(found, key)
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
