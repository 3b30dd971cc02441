package oracle

import "strings"

// CORSCheck is the CORS check: whether the headers of a response allow the
// origin (serialised) to read it. It gives "" for success, otherwise what
// failed. The standard only says failure; the finer reasons are the ones that
// browsers report.
//
// Access-Control-Allow-Origin must be "*", for requests without credentials
// only, or the origin byte for byte. With credentials include,
// Access-Control-Allow-Credentials must be exactly "true" as well.
//
// https://fetch.spec.whatwg.org/#concept-cors-check
func CORSCheck(origin, credentials string, h Headers) Reason {
	allowed, found := h.Get("Access-Control-Allow-Origin")
	switch {
	case !found:
		return MissingAllowOrigin
	case allowed == "*" && credentials != "include":
		return ""
	case allowed == "*":
		return WildcardWithCredentials
	case allowed != origin:
		return whyNotOrigin(allowed)
	case credentials != "include":
		return ""
	}
	if value, _ := h.Get("Access-Control-Allow-Credentials"); value != "true" {
		return InvalidAllowCredentials
	}
	return ""
}

// whyNotOrigin says what is wrong with a value that is not the origin.
func whyNotOrigin(value string) Reason {
	if strings.ContainsAny(value, ", ") {
		return MultipleAllowOrigin
	}
	if value == "null" {
		return AllowOriginMismatch
	}
	// Its bytes are UTF-8 to whoever reads it as a URL, and no host has what
	// stands for others.
	value = strings.ToValidUTF8(isomorphicBytes(value), "\uFFFD")
	if _, ok := parseURL(value, nil); !ok {
		return InvalidAllowOrigin
	}
	return AllowOriginMismatch
}

// OfPreflight is the same reason of the CORS check, found in the answer to a
// preflight.
func (r Reason) OfPreflight() Reason {
	return "preflight-" + r
}
