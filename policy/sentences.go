package policy

// specs are the sections that decide, by what is asked.
var specs = map[What]string{
	Read:          "https://fetch.spec.whatwg.org/#cors-check",
	Credentialed:  "https://fetch.spec.whatwg.org/#cors-protocol-and-credentials",
	Method:        "https://fetch.spec.whatwg.org/#cors-preflight-fetch",
	Header:        "https://fetch.spec.whatwg.org/#cors-preflight-fetch",
	Exposed:       "https://fetch.spec.whatwg.org/#concept-filtered-response-cors",
	MaxAge:        "https://fetch.spec.whatwg.org/#cors-preflight-cache",
	ErrorResponse: "https://fetch.spec.whatwg.org/#cors-check",
	Redirected:    "https://fetch.spec.whatwg.org/#http-redirect-fetch",
	Cached:        "https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches",
	Plain:         "https://fetch.spec.whatwg.org/#origin-header",
	Repeated:      "https://fetch.spec.whatwg.org/#cors-check",
}

// whyOf says why a probe claims what it does.
func whyOf(p Probe) string {
	switch {
	case p.Class == Leak:
		return whyNot[p.Who] + " A page there could read whatever the server tells those who may."
	case p.Class == Cache && p.Who != Declared:
		return whyNot[p.Who] + " A stored response was meant for somebody else."
	case p.Class == OverPermissive && p.What == Credentialed:
		return "The policy grants no credentials. What the user's cookies give is for nobody to read."
	case p.Class == OverPermissive && p.What != MaxAge:
		return "The policy does not declare it. What nobody needs, a server had better refuse."
	}
	return whys[p.What]
}

var whys = map[What]string{
	Read:          "The policy names this origin. A response to it must say so.",
	Credentialed:  "The policy names this origin and grants credentials. The response must name the origin itself, since \"*\" does not cover cookies.",
	Method:        "The policy declares the method. The preflight must be answered with success and list it, and the response must be readable, too.",
	Header:        "The policy declares the header. The preflight must be answered with success and list it, and the response must be readable, too.",
	Exposed:       "Script can read a few safelisted headers of a response. All others the server must name.",
	MaxAge:        "A browser asks again when the answer to a preflight has grown old. Until then what it allows cannot be taken back.",
	ErrorResponse: "A page that cannot read the status knows only that something failed. Servers often forget the CORS headers where they say no.",
	Redirected:    "A browser checks each response on the way, redirects included. Servers often send these before they come to CORS.",
	Cached:        "A stored response has the CORS headers of the request that it answered. Without Vary: Origin it answers everybody's.",
	Plain:         "A page of the server's own needs no permission. A server that takes it for a stranger breaks its own pages.",
	Repeated:      "The same question has the same answer. A matcher that remembers where it stopped answers every other time.",
}

// whyNot says what a stranger is.
var whyNot = map[Who]string{
	Foreign:       "Nothing in the policy names this origin.",
	Null:          "Anybody can make a document whose origin is null, in a sandboxed frame.",
	Local:         "Sites are developed there, and any program on the user's machine can serve pages there.",
	Scheme:        "The same host over another scheme is another origin, and over plain http anybody on the way can write its pages.",
	Port:          "Another port is another origin, and perhaps another's server.",
	Prefix:        "It only begins as an allowed origin does.",
	Suffix:        "It only ends as an allowed host does, and anybody can register it.",
	Substring:     "An allowed host only stands somewhere in it.",
	Subdomain:     "The policy names a host, and none below it.",
	Parent:        "The policy names a host, and not the domain above it.",
	Sibling:       "The policy names a host, and not the one beside it.",
	WildcardApex:  "A wildcard stands for one label or more, not for none.",
	WildcardGlued: "A wildcard ends at a dot, and this host has none there: anybody can register it.",
	RegexDot:      "A dot is a dot, and in a regular expression any character.",
	Glued:         "Two allowed hosts run together are a third.",
	TrailingDot:   "A host with a dot at its end is another origin.",
	Special:       "Host names may hold characters that a pattern does not think of.",
	ServerOrigin:  "The server's own host with another port or scheme is another origin.",
}
