package check

import (
	"cmp"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/policy"
)

// refused clusters the declared requests that were blocked, and those that only
// this browser lets pass. Those that the server's answers allow were blocked by
// something else, and prove nothing.
func (s survey) refused(found clusters) (unproven []Unproven) {
	var faults []fault
	var passes, endless, cached []item
	for _, i := range s.items {
		if !i.claims(oracle.Allowed) {
			continue
		}
		f, ok := faultOf(i)
		if i.read() && !(ok && i.lenient()) {
			if slices.ContainsFunc(i.Observed.Wire, crosses) {
				passes = append(passes, i)
			}
			continue
		}
		switch {
		case ok && f.inPreflight() && notServed(i):
		case ok:
			faults = append(faults, f)
		case circles(i):
			endless = append(endless, i)
		case i.What == policy.Cached && s.reached[i.Origin]:
			cached = append(cached, i)
		default:
			unproven = append(unproven, unexplained(i))
		}
	}
	for _, i := range cached {
		if !slices.ContainsFunc(faults, i.failsUncached) {
			found.at(policy.Cache, varyMissing).add(showing{item: i, at: i.actual(), reason: oracle.Reason(i.Observed.Reason), headers: []string{"Vary", allowOrigin}})
		}
	}
	for _, e := range s.explain(faults, passes) {
		s.place(found, e, len(passes) == 0)
	}
	if found[[2]string{string(policy.Refused), string(oracle.PreflightRedirect)}] == nil { // of which the preflights show the first step
		for _, i := range endless {
			found.at(policy.Refused, redirectBare).add(showing{item: i, at: i.actual(), reason: oracle.RedirectCount, headers: []string{"Location"}})
		}
	}
	return unproven
}

// failsUncached is true where the same request was blocked by the server's own answer
// to it: what a cache had kept of that is then no fault of the cache.
func (i item) failsUncached(f fault) bool {
	return !f.inPreflight() && f.Origin == i.Origin && f.method() == i.method() && f.path() == i.path()
}

// notServed is true where a method is tried that the endpoint does not serve. A
// preflight may say so; an answer to the request itself must be readable.
func notServed(i item) bool {
	return i.What == policy.ErrorResponse && !oracle.IsSafelistedMethod(i.method())
}

// circles is true for a request that the server's redirects have led on and on.
//
// https://fetch.spec.whatwg.org/#http-redirect-fetch
func circles(i item) bool {
	wire := i.Observed.Wire
	return len(wire) >= 20 && redirects(wire[len(wire)-1])
}

// unexplained is a declared request that was blocked although the answers that
// it got allow it.
func unexplained(i item) Unproven {
	why := "the browser blocked it, and nothing that the server sent explains why"
	if len(i.Observed.Wire) == 0 {
		why = "the browser blocked it before anything reached the server"
		if strings.HasPrefix(i.Origin, "https:") && strings.HasPrefix(i.Request.URL, "http:") {
			why = "this browser lets no https page ask an http server; with a public-url (https) in the policy pages ask for that, and the requests still go to the server"
		}
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
	g.local = e.kind == byEndpoint || e.in == byEndpoint
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

// stars moves what a "*" in a list allows to whom it was not meant for to the
// finding that the same "*" blocks what is declared: it is one cause.
func (s survey) stars(found clusters) {
	blocks := func(cause, list string) bool {
		g := found[[2]string{string(policy.Refused), cause}]
		return g != nil && slices.ContainsFunc(g.shown, func(s showing) bool { return s.lists(list, "*") })
	}
	for key, list := range map[[2]string]string{
		{string(policy.OverPermissive), undeclaredMethod}:  allowMethods,
		{string(policy.OverPermissive), undeclaredHeader}:  allowHeaders,
		{string(policy.OverPermissive), undeclaredExposed}: exposeHeaders,
	} {
		g := found[key]
		if g == nil || !blocks(wildcardInList, list) && !(list == allowHeaders && blocks(headerRefused, list)) {
			continue
		}
		g.shown = slices.DeleteFunc(g.shown, func(s showing) bool { return s.lists(list, "*") })
		if len(g.shown) == 0 {
			delete(found, key)
		}
	}
}
