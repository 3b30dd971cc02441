package policy

import "github.com/corsproof/corsproof/scenarios"

// Class is what a deviation from the policy is called.
type Class string

// The classes, worst first.
const (
	Leak            Class = "leak"             // an origin outside the policy read a response
	OverPermissive  Class = "over-permissive"  // more than declared is allowed to those who may read
	Refused         Class = "refused"          // what is declared does not work
	Cache           Class = "cache"            // a stored response makes another's request fail, or lets it succeed
	UnreadableError Class = "unreadable-error" // an allowed origin cannot read that, and how, its request failed
	Ineffective     Class = "ineffective"      // headers that no browser honours
	Robustness      Class = "robustness"       // what only a raw HTTP client can send does harm
)

// Classes are all of them, worst first.
var Classes = []Class{Leak, OverPermissive, Refused, Cache, UnreadableError, Ineffective, Robustness}

// Target is the name of the set-up that stands for the server under test in
// the scenarios that [Policy.Scenarios] makes.
const Target = "target"

// Who is asking, in one word of a closed set: the part of the probe that a
// finding's cause is told by.
type Who string

// Those who ask. The strangers are in the order in which one explains those
// after it: a server that lets Foreign in lets all of them in.
const (
	Declared   Who = "declared"    // an origin of the policy, or one that a pattern of it covers
	SameOrigin Who = "same-origin" // the server's own origin

	Foreign       Who = "foreign"        // an origin that has nothing to do with any in the policy
	Null          Who = "null"           // an opaque origin: a sandboxed frame
	Local         Who = "local"          // a page on the user's own machine: http://localhost:3000
	Scheme        Who = "scheme"         // http instead of https, or the reverse
	Port          Who = "port"           // another port
	Prefix        Who = "prefix"         // begins like an allowed one: https://app.example.com.evil.test
	Suffix        Who = "suffix"         // ends like an allowed one: https://evilapp.example.com
	Substring     Who = "substring"      // an allowed one in the middle
	Subdomain     Who = "subdomain"      // below an allowed host that has no wildcard
	Parent        Who = "parent"         // the domain above an allowed host
	Sibling       Who = "sibling"        // beside an allowed host
	WildcardApex  Who = "wildcard-apex"  // the host of a wildcard without a label before it
	WildcardGlued Who = "wildcard-glued" // the host of a wildcard with something glued to it: evilpartner.example
	RegexDot      Who = "regex-dot"      // another character where an allowed host has a dot
	Glued         Who = "glued"          // two allowed hosts run together
	TrailingDot   Who = "trailing-dot"   // an allowed host with a dot at its end
	Special       Who = "special"        // an allowed host after characters that browsers take in host names
	ServerOrigin  Who = "server-origin"  // the server's own host on another port or scheme
)

// What a probe asks about: the other part of a finding's cause.
type What string

// What is asked.
const (
	Read          What = "read"         // a response without credentials
	Credentialed  What = "credentialed" // a response with credentials
	Method        What = "method"       // a method that needs a preflight
	Header        What = "header"       // a request header that needs a preflight
	Exposed       What = "exposed"      // a response header
	MaxAge        What = "max-age"      // how long a preflight is remembered
	ErrorResponse What = "error"        // a response that says no
	Redirected    What = "redirected"   // through a redirect of the server's
	Cached        What = "cached"       // after another's request has filled a cache
	Plain         What = "plain"        // traffic that is not CORS
	Repeated      What = "repeated"     // the same once more: a server must not change its mind
)

// Probe is one question that a policy puts to a server, as a scenario whose
// claim is what the policy means.
type Probe struct {
	// Permutation goes to the set-up [Target]. Its ID is unique in the plan and
	// stays the same as long as the policy does.
	Permutation *scenarios.Permutation
	// Class is what it is called if the claim is not met.
	Class Class
	Who   Who
	What  What
	// Origin is who asks, serialised; "null" for an opaque origin.
	Origin string
	// Endpoint is the path that is asked.
	Endpoint string
	Method   string
	// Subject is the method, header or origin in question, where What has one;
	// for a stranger the declared origin that it resembles.
	Subject string
	// Meant is the policy's word on it, one sentence: "https://app.example.com
	// may PUT /items with credentials."
	Meant string
	// Writes is true when a request other than GET, HEAD or OPTIONS may reach
	// the server.
	Writes bool
}
