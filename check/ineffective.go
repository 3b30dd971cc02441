package check

import (
	"slices"
	"strings"

	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/policy"
)

// ineffective finds header lines that no browser honours, where nothing was
// blocked by them: those have their own finding. What says nothing, and what
// nobody asked for who could be let in, is none.
func (s survey) ineffective(found clusters) {
	for _, i := range s.items {
		for n, e := range i.Observed.Wire {
			if !crosses(e) {
				continue
			}
			show := func(cause string, headers ...string) {
				value, _ := e.ReplyHeaders.Get(headers[0])
				found.at(policy.Ineffective, cause).add(showing{item: i, at: n, subject: value, headers: headers})
			}
			if value, has := e.ReplyHeaders.Get(allowCredentialsHeader); has && value != "true" &&
				!found.blockedBy(oracle.InvalidAllowCredentials) {
				show(allowCredentials, allowCredentialsHeader)
			}
			if value, has := e.ReplyHeaders.Get(allowOrigin); has && value != "" && !serialised(value) &&
				!found.blockedBy(oracle.InvalidAllowOrigin, oracle.MultipleAllowOrigin, oracle.AllowOriginMismatch) {
				show(allowOriginValue, allowOrigin)
			}
			if header := starBesideCredentials(s.policy, e); header != "" &&
				found[[2]string{string(policy.Refused), wildcardInList}] == nil && !found.blockedBy(oracle.WildcardWithCredentials) {
				show(wildcardIneffective, header, allowCredentialsHeader)
			}
		}
	}
}

// serialised is true for what the standard lets Access-Control-Allow-Origin be.
func serialised(value string) bool {
	if value == "*" || value == "null" {
		return true
	}
	scheme, rest, found := strings.Cut(value, "://")
	return found && scheme != "" && rest != "" && !strings.ContainsAny(rest, "/?#@*, \t")
}

// blockedBy is true when something that is declared is blocked for one of the
// reasons, at a preflight or after it.
func (g clusters) blockedBy(reasons ...oracle.Reason) bool {
	for key, c := range g {
		if key[0] != string(policy.Refused) && key[0] != string(policy.UnreadableError) {
			continue
		}
		if slices.ContainsFunc(c.shown, func(s showing) bool {
			return slices.Contains(reasons, oracle.Reason(strings.TrimPrefix(string(s.reason), "preflight-")))
		}) {
			return true
		}
	}
	return false
}

// starBesideCredentials is the header that is, or lists, a literal "*" in a
// reply that grants credentials to somebody; "" for none. A request without
// credentials may use it, so it counts only where the policy says that requests
// have them, or where the two can never come together.
func starBesideCredentials(p *policy.Policy, e record.Exchange) string {
	granted, _ := e.ReplyHeaders.Get(allowCredentialsHeader)
	if granted != "true" {
		return ""
	}
	if origin, _ := e.ReplyHeaders.Get(allowOrigin); origin == "*" {
		return allowOrigin
	}
	if !p.Credentials {
		return ""
	}
	lists := []string{exposeHeaders}
	if e.Preflight {
		lists = []string{allowMethods, allowHeaders}
	}
	for _, name := range lists {
		if slices.Contains(e.ReplyHeaders.SplitValues(name), "*") {
			return name
		}
	}
	return ""
}
