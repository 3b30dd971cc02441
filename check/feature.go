package check

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/policy"
)

// kind is what requests can have in common that explains why they fail.
type kind string

// The kinds, the one that says most first: of two that explain equally many
// failures, the earlier is taken.
const (
	byMethod    kind = "method"      // one method
	byHeader    kind = "header"      // one request header
	byError     kind = "error"       // the response says no
	byRedirect  kind = "redirect"    // a redirect on the way
	bySelf      kind = "same-origin" // the server's own origin
	byCredit    kind = "credentials"
	byPreflight kind = "preflight" // whatever needs one
	byAll       kind = "all"
	byOrigin    kind = "origin" // one origin
	byEndpoint  kind = "endpoint"
	byPlain     kind = "anonymous"
	byRepeat    kind = "repeated"
	byUnsteady  kind = "unsteady" // the same question was answered otherwise before
)

var kinds = []kind{byMethod, byHeader, byError, byRedirect, bySelf, byCredit, byPreflight, byAll, byOrigin, byEndpoint, byPlain, byRepeat, byUnsteady}

// feature is something that requests have in common. A second part narrows the
// first: the preflights of one endpoint.
type feature struct {
	kind  kind
	value string
	in    kind
	where string
}

// features are all that a request has.
func (s survey) features(i item) []feature {
	var simple []feature
	add := func(k kind, value string) { simple = append(simple, feature{kind: k, value: value}) }
	add(byAll, "")
	add(byOrigin, i.Origin)
	add(byEndpoint, i.Endpoint)
	if method := i.method(); !oracle.IsSafelistedMethod(method) {
		add(byMethod, method)
	}
	for _, name := range i.unsafeHeaders() {
		add(byHeader, name)
	}
	if status, ok := s.errorStatus(i); ok {
		add(byError, "")
		simple = append(simple, feature{kind: byError, value: strconv.Itoa(status)})
	}
	if slices.ContainsFunc(i.Observed.Wire, redirects) {
		add(byRedirect, "")
	}
	if i.Who == policy.SameOrigin {
		add(bySelf, "")
	}
	if i.credentialed() {
		add(byCredit, "")
	} else {
		add(byPlain, "")
	}
	if i.preflight() >= 0 {
		add(byPreflight, "")
	}
	if i.nth > 0 {
		add(byRepeat, "")
	}
	all := slices.Clone(simple)
	for a := range simple {
		for b := range simple {
			if a != b && simple[a].kind != byAll && simple[b].kind != byAll && before(simple[a], simple[b]) {
				all = append(all, feature{simple[a].kind, simple[a].value, simple[b].kind, simple[b].value})
			}
		}
	}
	return all
}

func before(a, b feature) bool { return slices.Index(kinds, a.kind) < slices.Index(kinds, b.kind) }

// explained is a set of failures with the feature that explains them.
type explained struct {
	feature
	faults []fault
}

// explain divides failures among as few features as it can: a feature explains
// those that have it if nothing that has it passes. What no feature explains was
// answered both ways, and is unsteady.
func (s survey) explain(faults []fault, passes []item) []explained {
	passing := map[feature]bool{}
	for _, p := range passes {
		for _, f := range s.features(p) {
			passing[f] = true
		}
	}
	unsteady := s.contradictions(faults, passes)
	candidates := func(f fault) []feature {
		var pure []feature
		for _, c := range s.features(f.item) {
			if !passing[c] {
				pure = append(pure, c)
			}
		}
		if unsteady[f.cause] || len(pure) == 0 {
			pure = append(pure, feature{kind: byUnsteady})
		}
		return pure
	}
	var out []explained
	for left := faults; len(left) > 0; {
		covers := map[feature][]fault{}
		for _, f := range left {
			for _, c := range candidates(f) {
				covers[c] = append(covers[c], f)
			}
		}
		var best feature
		for c := range covers {
			if best == (feature{}) || better(c, best, covers) {
				best = c
			}
		}
		out = append(out, explained{best, covers[best]})
		left = slices.DeleteFunc(slices.Clone(left), func(f fault) bool { return slices.Contains(candidates(f), best) })
	}
	return out
}

// better is true for a feature that explains more, or as much in better words:
// in those of the step that failed, then with fewer conditions.
func better(a, b feature, covers map[feature][]fault) bool {
	simple := func(f feature) int {
		if f.in != "" {
			return 1
		}
		return 0
	}
	fits := func(f feature) int { return affinity(covers[f][0], f.kind) }
	return cmp.Or(
		cmp.Compare(len(covers[b]), len(covers[a])),
		cmp.Compare(fits(b), fits(a)),
		cmp.Compare(simple(a), simple(b)),
		cmp.Compare(slices.Index(kinds, a.kind), slices.Index(kinds, b.kind)),
		cmp.Compare(a.value, b.value),
		cmp.Compare(a.in, b.in),
		cmp.Compare(a.where, b.where),
	) < 0
}

// affinity is how well a kind of feature goes with what failed.
func affinity(f fault, k kind) int {
	fits := map[string][]kind{
		string(oracle.MethodNotAllowed):                 {byMethod},
		string(oracle.InvalidAllowMethods):              {byPreflight},
		string(oracle.HeaderNotAllowed):                 {byHeader},
		string(oracle.InvalidAllowHeaders):              {byPreflight},
		string(oracle.WildcardWithCredentials):          {byCredit},
		string(oracle.InvalidAllowCredentials):          {byCredit},
		string(oracle.PreflightWildcardWithCredentials): {byCredit},
		string(oracle.PreflightInvalidAllowCredentials): {byCredit},
		redirectBare: {byRedirect},
	}[f.cause]
	switch {
	case slices.Contains(fits, k):
		return 2
	case fits == nil && f.inPreflight() && k == byPreflight:
		return 2
	case fits == nil && k == byError:
		return 2
	case fits == nil && (k == byOrigin || k == byAll):
		return 1
	}
	return 0
}

// contradictions are the causes of failures of which the very same question was
// answered well as well.
func (s survey) contradictions(faults []fault, passes []item) map[string]bool {
	well := map[question]bool{}
	for _, p := range passes {
		well[questionOf(p)] = true
	}
	found := map[string]bool{}
	for _, f := range faults {
		if well[questionOf(f.item)] {
			found[f.cause] = true
		}
	}
	return found
}

// question is what a server sees of a request.
type question struct {
	origin, endpoint, method, headers string
	credentialed, preflight           bool
	what                              policy.What
}

func questionOf(i item) question {
	q := question{origin: i.Origin, endpoint: i.Endpoint, method: i.method(), credentialed: i.credentialed(), preflight: i.preflight() >= 0}
	if i.What == policy.Cached || i.What == policy.Redirected || i.What == policy.ErrorResponse {
		q.what = i.What
	}
	for _, h := range i.Request.Headers {
		q.headers += h.Name + ":" + h.Value + "\n"
	}
	return q
}
