package oracle

import (
	"encoding/base64"
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
	return sandboxLacks(c.policies(), "allow-same-origin")
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
// nobody can change them on the way.
//
// https://w3c.github.io/webappsec-secure-contexts/#settings-object
func (c Client) isSecureContext() bool {
	return c.Page.IsPotentiallyTrustworthy() && c.topLevel().IsPotentiallyTrustworthy()
}

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
	switch token, ok := structuredToken(value, p[NumbersEndInPoint]); {
	case !ok || !secure, token == "credentialless" && p[NoCredentialless]:
	case token == "require-corp", token == "credentialless":
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
	token, ok := structuredToken(value, true)
	policy, found := strings.CutPrefix(token, "isolate-and-")
	if ok && found && secure && (policy == "require-corp" || policy == "credentialless") {
		return policy
	}
	return ""
}

// structuredToken reads a structured field item that is a token. Its parameters
// must be well-formed, and mean nothing here. point is true where a number may
// end in its decimal point.
//
// https://www.rfc-editor.org/rfc/rfc9651#name-parsing-an-item
func structuredToken(value string, point bool) (token string, ok bool) {
	const tokenChars = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~:/"
	rest := strings.Trim(value, " ")
	if rest == "" || !isASCIILetter(rest[0]) && rest[0] != '*' {
		return "", false
	}
	token, rest = cutRun(rest, tokenChars)
	for rest != "" {
		var found bool
		if rest, found = strings.CutPrefix(rest, ";"); !found {
			return "", false
		}
		rest = strings.TrimLeft(rest, " ")
		if rest == "" || rest[0] != '*' && (rest[0] < 'a' || rest[0] > 'z') {
			return "", false
		}
		if _, rest = cutRun(rest, "abcdefghijklmnopqrstuvwxyz0123456789_-.*"); !strings.HasPrefix(rest, "=") {
			continue
		}
		if rest, ok = skipBareItem(rest[1:], tokenChars, point); !ok {
			return "", false
		}
	}
	return token, true
}

// skipBareItem passes over a string, a token, a number, bytes or a boolean.
func skipBareItem(s, tokenChars string, point bool) (rest string, ok bool) {
	switch {
	case s == "":
		return "", false
	case s[0] == '"':
		for i := 1; i < len(s); i++ {
			switch {
			case s[i] == '"':
				return s[i+1:], true
			case s[i] == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\'):
				i++
			case s[i] == '\\', s[i] < ' ', s[i] > '~':
				return "", false
			}
		}
		return "", false
	case s[0] == '?':
		return s[min(2, len(s)):], len(s) > 1 && (s[1] == '0' || s[1] == '1')
	case s[0] == ':':
		bytes, rest, ended := strings.Cut(s[1:], ":")
		digits := strings.TrimRight(bytes, "=")
		_, err := base64.RawStdEncoding.DecodeString(digits)
		return rest, ended && err == nil && (digits == bytes || len(bytes)%4 == 0)
	case isASCIILetter(s[0]) || s[0] == '*':
		_, rest = cutRun(s, tokenChars)
		return rest, true
	}
	digits, rest := cutRun(strings.TrimPrefix(s, "-"), "0123456789.")
	whole, fraction, decimal := strings.Cut(digits, ".")
	return rest, whole != "" && len(whole) <= 15 && (!decimal || len(whole) <= 12 && (fraction != "" || point) && len(fraction) <= 3 && isDigits(fraction))
}

func isASCIILetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// cutRun splits s where the first character comes that is not of set.
func cutRun(s, set string) (run, rest string) {
	rest = strings.TrimLeft(s, set)
	return s[:len(s)-len(rest)], rest
}
