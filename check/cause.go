package check

import (
	"slices"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/policy"
)

// The causes that are no word of the oracle's vocabulary. A leak's cause is the
// stranger that explains the others, in the word of [policy.Who]; what is
// refused at a step of the standard has the word of that step.
const (
	// refused
	originRefused  = "origin" // some of the declared origins
	methodRefused  = "method" // some of the declared methods
	headerRefused  = "header" // some of the declared request headers
	wildcardInList = "wildcard-with-credentials"
	redirectBare   = "redirected"  // a redirect whose response does not allow it
	noAnswer       = "no-answer"   // the connection ended before the response did
	unsteady       = "repeated"    // the same question gets one answer and then another
	sameOrigin     = "same-origin" // the server's own pages
	plainTraffic   = "plain"       // requests that are not CORS
	wrongStatus    = "status"      // not the status that the policy expects
	notExposed     = "exposed"     // a declared response header
	// over-permissive
	undeclaredMethod      = "method"
	undeclaredHeader      = "header"
	undeclaredCredentials = "credentialed"
	undeclaredExposed     = "exposed"
	maxAgeAbove           = "max-age"
	preflightOf           = "preflight-" // and a stranger: its requests are sent
	// cache
	varyMissing = "cached"
	// unreadable-error
	errorBare = "error"
	// ineffective
	maxAgeValue         = "max-age"
	allowCredentials    = "allow-credentials"
	allowOriginValue    = "allow-origin"
	wildcardIneffective = "wildcard-with-credentials"
)

// causeOfStranger is the cause of a leak to a stranger.
func causeOfStranger(w policy.Who) string { return string(w) }

// causeOf names what a feature of failures and the step that failed come to.
func causeOf(e explained, f fault) string {
	switch {
	case e.kind == byUnsteady, e.kind == byRepeat, e.kind == byAll && f.exchange().Status == tooManyRequests:
		return unsteady
	case slices.ContainsFunc(e.faults, func(f fault) bool { return f.cause == wildcardInList }):
		return wildcardInList
	case f.cause == redirectBare, f.cause == noAnswer:
		return f.cause
	case e.kind == byMethod && (e.in == "" || !oracle.IsSafelistedMethod(f.method())), f.reason == oracle.MethodNotAllowed && !f.notOK():
		return methodRefused
	case e.kind == byHeader, f.reason == oracle.HeaderNotAllowed && !f.notOK():
		return headerRefused
	case e.kind == byOrigin && e.in == "" && f.ofOrigin():
		return originRefused
	}
	return f.cause
}
