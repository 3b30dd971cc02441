package check

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/harness/record"
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
	byBare      kind = "no-headers"  // nothing that a preflight must ask for but a method
	byQuestion  kind = "combination" // all of it together
	byUnsteady  kind = "unsteady"    // the same question was answered otherwise before
)

var kinds = []kind{byMethod, byHeader, byError, byRedirect, bySelf, byCredit, byPreflight, byAll, byOrigin, byEndpoint, byPlain, byRepeat, byBare, byQuestion, byUnsteady}

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
	add(byEndpoint, i.path())
	add(byMethod, i.method())
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
		if len(i.unsafeHeaders()) == 0 {
			add(byBare, "")
		}
	}
	if i.nth > 0 {
		add(byRepeat, "")
	}
	all := slices.Clone(simple)
	for a := range simple {
		for b := range simple {
			if simple[a].kind != byAll && simple[b].kind != byAll && before(simple[a], simple[b]) {
				all = append(all, feature{simple[a].kind, simple[a].value, simple[b].kind, simple[b].value})
			}
		}
	}
	return append(all, feature{kind: byQuestion, value: fmt.Sprint(questionOf(i))})
}

func before(a, b feature) bool {
	return cmp.Or(cmp.Compare(slices.Index(kinds, a.kind), slices.Index(kinds, b.kind)), cmp.Compare(a.value, b.value)) < 0
}

// family are the features of the same kinds, whatever their values: failures that
// one of them explains have one cause.
type family struct{ kind, in kind }

// explained are failures with the kind of feature that explains them, and of
// each the value.
type explained struct {
	family
	faults []fault
	values []string
}

// explain divides failures among as few kinds of features as it can: a feature
// explains those that have it if nothing that has it passes. What nothing
// explains was answered both ways, and is unsteady.
func (s survey) explain(faults []fault, passes []item) []explained {
	passing := map[feature]bool{}
	for _, p := range passes {
		for _, f := range s.features(p) {
			passing[f] = true
		}
	}
	unsteady := s.contradictions(faults, passes)
	pure := make([]map[family]string, len(faults))
	left := make([]int, len(faults))
	for n, f := range faults {
		pure[n], left[n] = map[family]string{}, n
		for _, c := range s.features(f.item) {
			at := family{c.kind, c.in}
			if _, known := pure[n][at]; !passing[c] && !known {
				pure[n][at] = c.value
			}
		}
		if unsteady[changeable(f)] || len(pure[n]) == 0 || f.exchange().Status == tooManyRequests {
			pure[n][family{kind: byUnsteady}] = ""
		}
	}
	var out []explained
	for len(left) > 0 {
		covers := map[family][]int{}
		for _, n := range left {
			for at := range pure[n] {
				covers[at] = append(covers[at], n)
			}
		}
		var best family
		for at, list := range covers {
			if best == (family{}) || better(at, best, list, covers[best], faults) {
				best = at
			}
		}
		e := explained{family: best}
		for _, n := range covers[best] {
			e.faults, e.values = append(e.faults, faults[n]), append(e.values, pure[n][best])
		}
		out = append(out, e)
		left = slices.DeleteFunc(left, func(n int) bool { _, covered := pure[n][best]; return covered })
	}
	return out
}

// better is true for a kind of feature that explains more, or as much in better
// words: in those of the step that failed, then with fewer conditions. All of a
// question together explains anything, and is for what nothing else explains.
func better(a, b family, coversA, coversB []int, faults []fault) bool {
	size := func(f family, covers []int) int {
		if f.kind == byQuestion {
			return 0
		}
		return len(covers)
	}
	conditions := func(f family) int {
		if f.in != "" {
			return 1
		}
		return 0
	}
	return cmp.Or(
		cmp.Compare(size(b, coversB), size(a, coversA)),
		cmp.Compare(conditions(a), conditions(b)),
		cmp.Compare(affinity(faults[coversB[0]], b.kind), affinity(faults[coversA[0]], a.kind)),
		cmp.Compare(slices.Index(kinds, a.kind), slices.Index(kinds, b.kind)),
		cmp.Compare(slices.Index(kinds, a.in), slices.Index(kinds, b.in)),
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

// changeable is what goes wrong, at a preflight or after it. Whatever is wrong
// with the origin that is allowed is one thing.
func changeable(f fault) string {
	if f.ofOrigin() {
		return allowOrigin
	}
	return strings.TrimPrefix(f.cause, "preflight-")
}

// contradictions are the failures of which the very same question was answered
// well as well: that of script, or that of the request which decided.
func (s survey) contradictions(faults []fault, passes []item) map[string]bool {
	well := map[question]bool{}
	answers := map[sent][]string{}
	for _, p := range passes {
		well[questionOf(p)] = true
		for _, e := range p.Observed.Wire {
			answers[sentOf(p, e)] = append(answers[sentOf(p, e)], replyOf(e))
		}
	}
	found := map[string]bool{}
	for _, f := range faults {
		e := f.exchange()
		reply := replyOf(e)
		other := slices.ContainsFunc(answers[sentOf(f.item, e)], func(answer string) bool { return answer != reply })
		if well[questionOf(f.item)] || other && e.Status != 0 {
			found[changeable(f)] = true
		}
	}
	return found
}

// sent is a request as far as an answer to it may depend on it.
type sent struct {
	order
	seen string
}

func sentOf(i item, e record.Exchange) sent {
	s := sent{order: order{place: place{e.Method, e.Path}}}
	if !e.Preflight {
		s.order = orderOf(i, e)
	}
	for _, name := range []string{"Origin", "Cookie", "Access-Control-Request-Method", "Access-Control-Request-Headers", "Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest"} {
		s.seen += strings.Join(e.Headers.Values(name), "\n") + "\x00"
	}
	return s
}

// replyOf is what a response says to a browser that asks for permission.
func replyOf(e record.Exchange) string {
	if !e.Preflight {
		return answerOf(e)
	}
	return answerOf(e) + strings.Join(e.ReplyHeaders.Values(allowMethods), "\n") + "\x00" + strings.Join(e.ReplyHeaders.Values(allowHeaders), "\n") + "\x00" + strconv.Itoa(e.Status)
}

// question is what a server sees of a request.
type question struct {
	origin, endpoint, method, headers string
	credentialed, preflight           bool
	what                              policy.What
}

func questionOf(i item) question {
	q := question{origin: i.Origin, endpoint: i.path(), method: i.method(), credentialed: i.credentialed(), preflight: i.preflight() >= 0}
	if i.What == policy.Cached || i.What == policy.Redirected || i.What == policy.ErrorResponse {
		q.what = i.What
	}
	for _, h := range i.Request.Headers {
		q.headers += h.Name + ":" + h.Value + "\n"
	}
	return q
}
