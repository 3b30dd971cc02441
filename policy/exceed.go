package policy

import (
	"slices"

	"github.com/corsproof/corsproof/oracle"
)

// What no policy declares.
const (
	undeclaredMethod = "CORSPROOF"
	undeclaredHeader = "X-Corsproof-Undeclared"
)

// exceed lets those who may read ask for more than they may.
func (pl *plan) exceed() {
	for i, who := range pl.declared {
		for n, e := range pl.endpoints {
			if i > 0 && n > 0 && !pl.options.Thorough {
				continue
			}
			plain := question{from: who, at: e, verb: e.reads()}
			if !pl.policy.Credentials {
				q := plain
				q.credentials = true
				pl.refused(q, Credentialed, "")
			}
			if i > 0 && !pl.options.Thorough {
				continue
			}
			if q, ok := pl.preflighted(who, e); ok && !pl.policy.Credentials {
				q.credentials = true
				pl.refused(q, Credentialed, "")
			}
			for _, method := range pl.undeclaredMethods(e) {
				q := plain
				q.verb = verb{method: method}
				pl.refused(q, Method, method)
			}
			if !slices.Contains(pl.policy.RequestHeaders, "*") {
				q := plain
				q.headers = []string{undeclaredHeader}
				pl.refused(q, Header, undeclaredHeader)
			}
		}
	}
}

// refused asks for what the policy does not grant.
func (pl *plan) refused(q question, what What, subject string) {
	p := q.probe(OverPermissive, Declared)
	p.What, p.Subject = what, subject
	p.Meant = q.from.String() + " may not " + q.String() + "."
	pl.add(p, q.name(), pl.step(q, oracle.Blocked))
}

// undeclaredMethods are one that servers know, if the policy has not all of
// them, and one that none does.
func (pl *plan) undeclaredMethods(e endpoint) []string {
	declared := func(method string) bool {
		return slices.ContainsFunc(e.verbs, func(v verb) bool { return v.method == method })
	}
	var out []string
	for _, method := range []string{"DELETE", "PUT", "PATCH"} {
		if !declared(method) {
			out = append(out, method)
			break
		}
	}
	return append(out, undeclaredMethod)
}
