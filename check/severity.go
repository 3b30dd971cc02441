package check

import (
	"slices"

	"github.com/corsproof/corsproof/policy"
)

var severities = []Severity{Critical, High, Medium, Low}

// weights say how bad a finding is, by the first line that fits it: what an
// attacker gains comes first, then whom it keeps from working.
var weights = []struct {
	class    policy.Class
	when     func(cluster, *policy.Policy) bool
	severity Severity
}{
	// The user's data and deeds are open to whoever gets the user to a page.
	{policy.Leak, func(g cluster, _ *policy.Policy) bool { return g.credentialed }, Critical},
	// What needs no credentials may still be behind a firewall, or meant for few.
	{policy.Leak, nil, High},
	// Everyone may read, and now with credentials: the same as a leak.
	{policy.OverPermissive, func(g cluster, p *policy.Policy) bool {
		return g.credentialed && g.cause == undeclaredCredentials && slices.Contains(p.Origins, "*")
	}, Critical},
	// A stranger cannot read, but what its requests do is done.
	{policy.OverPermissive, func(g cluster, _ *policy.Policy) bool { return g.ofPreflight() }, High},
	// Those who may read can do with the user's credentials what nobody meant.
	{policy.OverPermissive, func(g cluster, _ *policy.Policy) bool { return g.cause == undeclaredCredentials }, High},
	{policy.OverPermissive, func(g cluster, _ *policy.Policy) bool { return g.cause == undeclaredMethod }, Medium},
	// More names in a list, or a longer memory, than was meant, for those who may read anyway.
	{policy.OverPermissive, nil, Low},
	// Nothing that was declared works.
	{policy.Refused, func(g cluster, _ *policy.Policy) bool { return g.grave }, High},
	// Part of what was declared does not work, for everyone or for some.
	{policy.Refused, nil, Medium},
	// It works until a cache is warm, and then fails for the wrong person.
	{policy.Cache, func(g cluster, _ *policy.Policy) bool { return g.kept() }, Medium},
	// A cache may keep it; nothing says that one does.
	{policy.Cache, nil, Low},
	// The request failed anyway; the page cannot say why.
	{policy.UnreadableError, nil, Medium},
	// It does nothing, in either direction.
	{policy.Ineffective, nil, Low},
	// No browser sends it; a script of anybody's can.
	{policy.Robustness, nil, Medium},
}

func (g cluster) severity(p *policy.Policy) Severity {
	for _, w := range weights {
		if w.class == g.class && (w.when == nil || w.when(g, p)) {
			return w.severity
		}
	}
	return Low
}
