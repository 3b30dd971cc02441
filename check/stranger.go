package check

import (
	"slices"

	"github.com/corsproof/corsproof/policy"
)

// shows says which strangers get in by the same loose comparison as another.
var shows = map[policy.Who][]policy.Who{
	policy.Scheme:        {policy.Port},
	policy.Substring:     {policy.Prefix, policy.Suffix, policy.Special, policy.Subdomain, policy.Glued, policy.WildcardGlued, policy.WildcardApex, policy.TrailingDot, policy.Scheme, policy.Port, policy.Sibling, policy.Parent, policy.RegexDot},
	policy.Prefix:        {policy.TrailingDot, policy.Port, policy.Glued, policy.Special},
	policy.Sibling:       {policy.Suffix, policy.Subdomain, policy.Parent, policy.Special, policy.Glued, policy.WildcardGlued, policy.WildcardApex, policy.ServerOrigin, policy.Scheme, policy.Port, policy.RegexDot},
	policy.Suffix:        {policy.Subdomain, policy.Special, policy.Glued, policy.WildcardGlued, policy.WildcardApex, policy.Scheme, policy.Port},
	policy.Subdomain:     {policy.Special, policy.Scheme, policy.Port},
	policy.WildcardGlued: {policy.WildcardApex, policy.Special, policy.Glued, policy.Scheme, policy.Port, policy.RegexDot},
}

// loosest are the strangers in the order in which they are asked whether they
// explain one: the loosest comparison first.
var loosest = []policy.Who{
	policy.Foreign, policy.Substring, policy.Sibling, policy.Suffix, policy.Prefix,
	policy.WildcardGlued, policy.Subdomain, policy.Scheme,
}

// entry is where and how a stranger was let in, or not.
type entry struct {
	who          policy.Who
	endpoint     string
	credentialed bool
}

// entries are all that was seen of strangers: in or out.
type entries map[entry]bool

func entriesOf(all []item, in func(item) bool) entries {
	e := entries{}
	for _, i := range all {
		if i.stranger() && !i.before {
			at := entry{i.Who, i.Endpoint, i.credentialed()}
			e[at] = e[at] || in(i)
		}
	}
	return e
}

// gets is true when a stranger gets in at an endpoint, or somewhere where it was
// not seen to be kept out here. With credentials explains without.
func (e entries) gets(who policy.Who, endpoint string, credentialed bool) bool {
	if !credentialed && e.gets(who, endpoint, true) {
		return true
	}
	if in, asked := e[entry{who, endpoint, credentialed}]; asked {
		return in
	}
	for at, in := range e {
		if in && at.who == who && at.credentialed == credentialed {
			return true
		}
	}
	return false
}

// explains is the stranger whose getting in explains that this one does.
func (e entries) explains(i item) policy.Who {
	for _, who := range loosest {
		if who == i.Who {
			continue
		}
		if (who == policy.Foreign || slices.Contains(shows[who], i.Who)) && e.gets(who, i.Endpoint, i.credentialed()) {
			return who
		}
	}
	return i.Who
}
