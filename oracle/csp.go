package oracle

import (
	"slices"
	"strings"
)

// policy is one Content Security Policy: source lists and other values by the
// names of their directives.
//
// https://w3c.github.io/webappsec-csp/#content-security-policy-object
type policy map[string][]string

// policies reads what Content-Security-Policy holds: several headers, and
// commas in one, are several policies. Of a directive that comes twice the
// first counts.
//
// https://w3c.github.io/webappsec-csp/#parse-response-csp
func (p Profile) policies(h Headers) []policy {
	value, _ := h.Get("Content-Security-Policy")
	var policies []policy
	for serialized := range strings.SplitSeq(value, ",") {
		read, leftOut := policy{}, map[string]bool{}
		for token := range strings.SplitSeq(serialized, ";") {
			words := strings.FieldsFunc(token, p.isPolicySpace)
			if len(words) == 0 || strings.ContainsFunc(token, func(r rune) bool { return r > 0x7F }) {
				continue
			}
			switch name := strings.ToLower(words[0]); {
			case read[name] != nil, leftOut[name]:
			case p[PolicyDirectivesPrintable] && strings.ContainsFunc(token, p.isPolicyControl):
				leftOut[name] = p[LeftOutDirectivesCount]
			default:
				read[name] = slices.Clip(words[1:])
			}
		}
		policies = append(policies, read)
	}
	return policies
}

// isPolicySpace holds for ASCII whitespace, which is between the words of a
// policy.
func (p Profile) isPolicySpace(r rune) bool {
	return strings.ContainsRune("\t\n\f\r ", r) || r == '\v' && p[PolicyVerticalTabs]
}

// isPolicyControl holds for the characters that are neither between the words of
// a policy nor in them.
func (p Profile) isPolicyControl(r rune) bool { return (r < ' ' || r == 0x7F) && !p.isPolicySpace(r) }

// anyPolicyHas says whether a directive that has no list is there.
func anyPolicyHas(policies []policy, directive string) bool {
	return slices.ContainsFunc(policies, func(p policy) bool { return p[directive] != nil })
}

// effectiveDirective is the directive that governs a request: by what it is
// for.
//
// https://w3c.github.io/webappsec-csp/#effective-directive-for-a-request
func effectiveDirective(destination string) string {
	switch destination {
	case "manifest":
		return "manifest-src"
	case "object", "embed":
		return "object-src"
	case "frame", "iframe":
		return "frame-src"
	case "audio", "track", "video":
		return "media-src"
	case "font":
		return "font-src"
	case "image":
		return "img-src"
	case "style":
		return "style-src-elem"
	case "script", "audioworklet":
		return "script-src-elem"
	case "worker", "sharedworker", "serviceworker":
		return "worker-src"
	}
	return "connect-src"
}

// fallbacks are the directives that stand in for one that is not there, in
// order, before default-src.
//
// https://w3c.github.io/webappsec-csp/#directive-fallback-list
var fallbacks = map[string][]string{
	"script-src-elem": {"script-src"},
	"style-src-elem":  {"style-src"},
	"worker-src":      {"child-src", "script-src"},
	"frame-src":       {"child-src"},
}

// governing is the directive of a policy that a request is held against.
func (p policy) governing(effective string) (name string, sources []string, found bool) {
	for _, name := range slices.Concat([]string{effective}, fallbacks[effective], []string{"default-src"}) {
		if sources := p[name]; sources != nil {
			return name, sources, true
		}
	}
	return "", nil, false
}

// allowedByPolicy is the check of a request, and of each redirect's: every
// policy of the document must let it through.
//
// https://w3c.github.io/webappsec-csp/#should-block-request
func (f *fetching) allowedByPolicy() bool {
	effective := []string{effectiveDirective(f.destination)}
	if (f.way.Via == "object" || f.way.Via == "embed") && f.state.Profile[ObjectsAreFrames] {
		effective = append(effective, "frame-src")
	}
	if f.way.Via == "form" && !f.sandboxAllowsForms() {
		return false
	}
	for _, p := range f.policies {
		if f.initiator == "prefetch" && f.hintPasses(p) {
			continue
		}
		for _, directive := range effective {
			if name, sources, found := p.governing(directive); found && !f.sourcesAllow(name, sources) {
				return f.violates(name, sources)
			}
		}
		if sources, found := p["form-action"]; found && f.way.Via == "form" && !f.sourcesAllow("form-action", sources) {
			return f.violates("form-action", sources)
		}
	}
	return true
}

// fetchDirectives are those that a prefetch is held against: nobody knows yet
// what it will be for.
var fetchDirectives = []string{"default-src", "child-src", "connect-src", "font-src", "frame-src", "img-src", "manifest-src", "media-src",
	"object-src", "script-src", "script-src-elem", "style-src", "style-src-elem", "worker-src"}

// hintPasses says whether a policy lets a prefetch through: without default-src
// each, otherwise what any of its directives names.
//
// https://w3c.github.io/webappsec-csp/#does-resource-hint-violate-policy
func (f *fetching) hintPasses(p policy) bool {
	if f.state.Profile[PrefetchByDefaultSrc] {
		return p["default-src"] == nil || f.sourcesAllow("default-src", p["default-src"])
	}
	return p["default-src"] == nil || slices.ContainsFunc(fetchDirectives, func(name string) bool { return f.sourcesAllow(name, p[name]) })
}

// sandboxLacks says whether the document is in a sandbox, that of a policy or of
// its frame, that leaves a token out.
func (f *fetching) sandboxLacks(token string) bool {
	return sandboxLacks(f.policies, token) || f.client.Sandbox != nil && !slices.Contains(f.client.Sandbox, token)
}

// sandboxAllowsForms looks for the token that a sandboxed document needs to
// submit a form.
//
// https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#form-submission-algorithm
func (f *fetching) sandboxAllowsForms() bool {
	const token = "allow-forms"
	if f.sandboxLacks(token) {
		return f.fail(ContentSecurityPolicy, sandboxedForms, "The document is in a sandbox without ", token, ": the form is not submitted.")
	}
	return true
}

// sourcesAllow holds the request against a directive's list. By
// 'strict-dynamic' comes in what a script puts into the page, and here all is
// put there by a script.
//
// https://w3c.github.io/webappsec-csp/#script-pre-request
func (f *fetching) sourcesAllow(name string, sources []string) bool {
	strictDynamic := slices.ContainsFunc(sources, func(s string) bool { return strings.EqualFold(s, "'strict-dynamic'") })
	if strictDynamic && scriptLike(f.destination) && (f.destination == "script" || strings.HasPrefix(name, "script-src") || f.state.Profile[StrictDynamicLetsWorkers]) {
		return true
	}
	return f.state.Profile.matchesSources(sources, f.policyURL(), f.client.Page, f.redirects)
}

// allowsInlineScript says whether the policies let in what stands in the page
// itself, such as its import map. Without the map its names lead nowhere.
//
// https://w3c.github.io/webappsec-csp/#should-block-inline
func (f *fetching) allowsInlineScript() bool {
	for _, p := range f.policies {
		if name, sources, found := p.governing("script-src-elem"); found && !allowsInline(sources) {
			return f.fail(ContentSecurityPolicy, inlineCheck, "The document's Content-Security-Policy says ",
				quote(strings.TrimSpace(name+" "+strings.Join(sources, " "))), ", which lets no import map in that stands in the page: nothing is sent.")
		}
	}
	return true
}

// allowsInline says whether a source list lets in a script that stands in the
// page, without a nonce. 'unsafe-inline' means nothing beside nonces and hashes,
// and by 'strict-dynamic' comes in what a script puts there, as here.
//
// https://w3c.github.io/webappsec-csp/#allow-all-inline
// https://w3c.github.io/webappsec-csp/#strict-dynamic-usage
func allowsInline(sources []string) bool {
	has := func(keywords ...string) bool {
		return slices.ContainsFunc(sources, func(source string) bool {
			return slices.ContainsFunc(keywords, func(k string) bool { return strings.HasPrefix(strings.ToLower(source), k) })
		})
	}
	return has("'strict-dynamic'") || has("'unsafe-inline'") && !has("'nonce-", "'sha256-", "'sha384-", "'sha512-")
}

// policyURL is the URL that a policy sees. The request that opens a WebSocket
// is one for http or https.
//
// https://websockets.spec.whatwg.org/#concept-websocket-establish
func (f *fetching) policyURL() *urlRecord {
	if f.mode == "websocket" && (f.state.Profile[SourcesSeeSocketSchemes] || f.state.Profile[SocketsSeenAsSuch]) {
		return f.url().withScheme(map[string]string{"http": "ws", "https": "wss"}[f.url().scheme])
	}
	return f.url()
}

func (f *fetching) violates(name string, sources []string) bool {
	again := ""
	if f.redirects > 0 {
		again = ", where the redirect leads"
	}
	return f.fail(ContentSecurityPolicy, policyCheck, "The document's Content-Security-Policy says ", quote(strings.TrimSpace(name+" "+strings.Join(sources, " "))),
		", which leaves ", f.url().shown(), " out", again, ": nothing is sent.")
}
