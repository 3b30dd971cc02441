package oracle

import (
	"slices"
	"strings"
)

// ReadableHeaders are the headers of a response that script can read, names in
// lower case, values combined, sorted: the header list of the basic or the
// CORS filtered response. A basic one hides Set-Cookie; a CORS one shows the
// safelisted names and those that Access-Control-Expose-Headers lists, where
// "*" is all of them, without credentials only.
//
// https://fetch.spec.whatwg.org/#concept-filtered-response-cors
func ReadableHeaders(responseType, credentials string, h Headers) Headers {
	exposed, _, _ := h.ExtractListValues("Access-Control-Expose-Headers") // a list that breaks the grammar exposes nothing
	return readableHeaders(responseType, credentials, exposed, h)
}

func readableHeaders(responseType, credentials string, exposed []string, h Headers) Headers {
	visible := func(string) bool { return true }
	switch responseType {
	case "basic":
	case "cors":
		if credentials == "include" || !slices.Contains(exposed, "*") {
			visible = func(name string) bool {
				return IsSafelistedResponseHeaderName(name) ||
					slices.ContainsFunc(exposed, func(e string) bool { return strings.EqualFold(e, name) })
			}
		}
	default:
		return nil
	}
	return slices.DeleteFunc(h.Combined(), func(line Header) bool {
		return IsForbiddenResponseHeaderName(line.Name) || !visible(line.Name)
	})
}

// exposed is what a response lists in Access-Control-Expose-Headers.
func (p Profile) exposed(h Headers) []string {
	list, found, ok := h.ExtractListValues("Access-Control-Expose-Headers")
	if !found || ok || !p[BrokenListExposesAll] {
		return list
	}
	value, _ := h.Get("Access-Control-Expose-Headers")
	for name := range strings.SplitSeq(value, ",") {
		switch name = strings.Trim(name, " \t"); {
		case name == "*":
			return []string{"*"}
		case name != "" && !IsToken(name):
			return nil
		}
	}
	return nil
}
