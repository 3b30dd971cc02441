package check

import (
	"slices"
	"strings"

	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/policy"
)

// ineffective finds header lines that no browser honours, where nothing was
// blocked by them: those have their own finding.
func (s survey) ineffective(found clusters) {
	blocked := func(causes ...string) bool {
		for _, cause := range causes {
			if found[[2]string{string(policy.Refused), cause}] != nil {
				return true
			}
		}
		return false
	}
	for _, i := range s.items {
		for n, e := range i.Observed.Wire {
			show := func(cause, header string) {
				value, _ := e.ReplyHeaders.Get(header)
				found.at(policy.Ineffective, cause).add(showing{item: i, at: n, subject: value, headers: []string{header}})
			}
			if value, has := e.ReplyHeaders.Get(allowCredentialsHeader); has && value != "true" &&
				!blocked(string(oracle.InvalidAllowCredentials), string(oracle.PreflightInvalidAllowCredentials)) {
				show(allowCredentials, allowCredentialsHeader)
			}
			if value, has := e.ReplyHeaders.Get(allowOrigin); has && !serialised(value) && !blockedByOrigin(found) {
				show(allowOriginValue, allowOrigin)
			}
			if header := starBesideCredentials(s.policy, e); header != "" && !blocked(wildcardInList, string(oracle.PreflightWildcardWithCredentials)) {
				show(wildcardIneffective, header)
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

// blockedByOrigin is true when the value of Access-Control-Allow-Origin blocks
// something that is declared.
func blockedByOrigin(found clusters) bool {
	for key, g := range found {
		if key[0] != string(policy.Refused) && key[0] != string(policy.UnreadableError) {
			continue
		}
		if slices.ContainsFunc(g.shown, func(s showing) bool {
			switch oracle.Reason(strings.TrimPrefix(string(s.reason), "preflight-")) {
			case oracle.InvalidAllowOrigin, oracle.MultipleAllowOrigin, oracle.AllowOriginMismatch:
				return true
			}
			return false
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
