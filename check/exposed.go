package check

import (
	"slices"
	"strings"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/policy"
)

// exposed holds the headers that replies to allowed requests really had against
// those that script could read of them.
func (s survey) exposed(found clusters) {
	for _, i := range s.items {
		n := i.actual()
		if n < 0 || i.stranger() || !i.claims(oracle.Allowed) || !i.read() || !showsHeaders(i) || !crosses(i.Observed.Wire[n]) {
			continue
		}
		e := i.Observed.Wire[n]
		for _, line := range e.ReplyHeaders.Combined() {
			if oracle.IsSafelistedResponseHeaderName(line.Name) || oracle.IsForbiddenResponseHeaderName(line.Name) {
				continue
			}
			declared, readable := listsName(s.policy.ExposeHeaders, line.Name), i.Observed.Headers.Has(line.Name)
			show := showing{item: i, at: n, subject: line.Name, headers: []string{exposeHeaders, line.Name}}
			switch {
			case declared && !readable && i.credentialed() && slices.Contains(e.ReplyHeaders.SplitValues(exposeHeaders), "*"):
				found.at(policy.Refused, wildcardInList).add(show)
			case declared && !readable && !slices.Contains(s.policy.ExposeHeaders, "*"),
				declared && !readable && !i.credentialed():
				found.at(policy.Refused, notExposed).add(show)
			case !declared && readable:
				found.at(policy.OverPermissive, undeclaredExposed).add(show)
			}
		}
	}
}

// showsHeaders is true for the ways to load that let script read headers.
func showsHeaders(i item) bool {
	return slices.Contains([]string{"fetch", "xhr", "worker-fetch"}, i.Request.Via)
}

// listsName is true when a list of a policy has a header name, or "*".
func listsName(list []string, name string) bool {
	return slices.ContainsFunc(list, func(l string) bool { return l == "*" || strings.EqualFold(l, name) })
}
