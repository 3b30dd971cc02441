package oracle

import (
	"regexp"
	"slices"
	"strings"
)

// Origin is the origin of the script. A sandbox, an opaque frame's or that of a
// Content-Security-Policy, takes the page's away.
//
// https://html.spec.whatwg.org/multipage/browsers.html#determining-the-origin
func (c Client) Origin() Origin {
	if c.Opaque || c.policySandboxes() {
		return Origin{}
	}
	return c.Page
}

// isOpaqueDocument says whether the document has no origin of its own, a worker's
// owner's included. A data: worker has none though its owner has.
func (c Client) isOpaqueDocument() bool {
	return c.policySandboxes() || c.Opaque && (c.Worker == "" || c.Sandbox != nil)
}

// policySandboxes says whether a policy of the document puts it into a sandbox
// that takes its origin away.
//
// https://w3c.github.io/webappsec-csp/#directive-sandbox
func (c Client) policySandboxes() bool {
	return sandboxLacks(Profile{}.policies(c.Headers), "allow-same-origin")
}

// sandboxLacks says whether a sandbox directive leaves a token out.
func sandboxLacks(policies []policy, token string) bool {
	return slices.ContainsFunc(policies, func(p policy) bool {
		tokens, found := p["sandbox"]
		return found && !slices.ContainsFunc(tokens, func(t string) bool { return strings.EqualFold(t, token) })
	})
}

// ancestors are the origins of the pages that the document is in a frame of.
// One without an origin of its own is in a frame of Page.
func (c Client) ancestors() []Origin {
	var origins []Origin
	if c.Opaque {
		origins = append(origins, c.Page)
	}
	if !c.Top.IsOpaque() {
		origins = append(origins, c.Top)
	}
	return origins
}

// topLevel is the origin of the page that the tab shows.
func (c Client) topLevel() Origin {
	if !c.Top.IsOpaque() {
		return c.Top
	}
	return c.Page
}

// isSecureContext says whether the document and all around it came from where
// nobody can change them on the way. A secure page has no frames of others.
//
// https://w3c.github.io/webappsec-secure-contexts/#settings-object
func (c Client) isSecureContext() bool { return c.topLevel().IsPotentiallyTrustworthy() }

func (f *fetching) isSecureContext() bool {
	return f.client.isSecureContext() && !(f.client.DataURL && f.state.Profile[DataDocumentsInsecure])
}

// referrerPolicy is the one that the document's headers ask for, or the default:
// the last word that is one counts.
//
// https://w3c.github.io/webappsec-referrer-policy/#parse-referrer-policy-from-header
func referrerPolicy(h Headers, standing string) string {
	for _, value := range h.SplitValues("Referrer-Policy") {
		if word := strings.ToLower(value); slices.Contains(enums[KnobReferrerPolicy], word) {
			standing = word
		}
	}
	return standing
}

// embedderPolicy is the document's Cross-Origin-Embedder-Policy: require-corp,
// credentialless, or "" for unsafe-none, which all else means, two lines and an
// insecure page included.
//
// https://html.spec.whatwg.org/multipage/browsers.html#obtain-an-embedder-policy
func (p Profile) embedderPolicy(h Headers, secure bool) string {
	value, _ := h.Get("Cross-Origin-Embedder-Policy")
	token := structuredToken(value, p[NumbersEndInPoint])
	if secure && !(token == "credentialless" && p[NoCredentialless]) && (token == "require-corp" || token == "credentialless") {
		return token
	}
	return ""
}

// isolationPolicy is the document's Document-Isolation-Policy, by the embedder
// policy that it does the same as; "" for none.
//
// https://wicg.github.io/document-isolation-policy/
func isolationPolicy(h Headers, secure bool) string {
	value, _ := h.Get("Document-Isolation-Policy")
	policy, found := strings.CutPrefix(structuredToken(value, true), "isolate-and-")
	if found && secure && (policy == "require-corp" || policy == "credentialless") {
		return policy
	}
	return ""
}

// structuredToken reads a structured field item that is a token; "" for what is
// none. point is true where a number may end in its decimal point.
func structuredToken(value string, point bool) string {
	if item := tokenItems[point].FindStringSubmatch(value); item != nil {
		return item[1]
	}
	return ""
}

// tokenItems match a structured field item that is a token. Its parameters must be
// well-formed, and mean nothing here. true is for numbers that may end in their
// decimal point.
//
// https://www.rfc-editor.org/rfc/rfc9651#name-parsing-an-item
var tokenItems = map[bool]*regexp.Regexp{false: tokenItemWith("{1,3}"), true: tokenItemWith("{0,3}")}

// tokenItemWith is for numbers with so many decimals.
func tokenItemWith(decimals string) *regexp.Regexp {
	const (
		token = `[A-Za-z*][!#$%&'*+\-.^_\x60|~:/0-9A-Za-z]*`
		key   = `[a-z*][a-z0-9_\-.*]*`
		text  = `"(?:[ !#-\[\]-~]|\\["\\])*"`
		digit = `[A-Za-z0-9+/]`
		bytes = `:(?:` + digit + `{4})*(?:` + digit + `{2}(?:==)?|` + digit + `{3}=?)?:`
		truth = `\?[01]`
	)
	number := `-?(?:[0-9]{1,12}\.[0-9]` + decimals + `|[0-9]{1,15})`
	return regexp.MustCompile(`^ *(` + token + `)(?:; *` + key + `(?:=(?:` + strings.Join([]string{number, text, token, bytes, truth}, "|") + `))?)* *$`)
}
