package check

import (
	"slices"

	"github.com/corsproof/corsproof/policy"
)

// rawTitles are the causes of robustness in a sentence, and where one can read
// what a server ought to do.
var rawTitles = map[string][2]string{
	rawDead:      {"A request that no browser sends ends the server.", "https://www.rfc-editor.org/rfc/rfc9110#section-5.4"},
	rawHang:      {"A request that no browser sends gets no answer.", "https://www.rfc-editor.org/rfc/rfc9110#section-5.4"},
	rawPanic:     {"The server breaks off where CORS headers are odd.", "https://www.rfc-editor.org/rfc/rfc9110#section-5.5"},
	rawError:     {"The server fails where CORS headers are odd.", "https://www.rfc-editor.org/rfc/rfc9110#section-5.5"},
	rawSlow:      {"Long CORS headers take the server disproportionately long.", "https://www.rfc-editor.org/rfc/rfc9110#section-5.4"},
	rawSplitting: {"Whoever asks can write header lines of the response.", "https://www.rfc-editor.org/rfc/rfc9112#section-11.1"},
	rawVary:      {"Whoever asks writes the Vary of the response.", "https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches"},
	rawDeceived:  {"Odd headers have the server allow an origin that it refuses.", "https://fetch.spec.whatwg.org/#origin-header"},
}

// rawFindings are the findings of the raw probes: one a cause, the first of its
// probes the example. All were asked at one endpoint.
func rawFindings(harm []RawResult, excused *excuses) []Finding {
	var found []Finding
	for _, h := range harm {
		if i := slices.IndexFunc(found, func(f Finding) bool { return f.Cause == h.Cause }); i >= 0 {
			found[i].Also = append(found[i].Also, h.Happened)
			continue
		}
		title := rawTitles[h.Cause]
		f := Finding{
			Class: policy.Robustness, Severity: Medium, Cause: h.Cause, Title: title[0], Spec: title[1],
			Origin: h.Origin, Endpoint: h.Endpoint, Method: h.Wire.Method,
			Meant: "No request does the server harm, whoever sends it.", Happened: h.Happened, Curl: h.Curl, Engines: []string{"raw HTTP"},
		}
		for _, line := range h.Wire.Headers {
			f.Headers = append(f.Headers, line.Name+": "+line.Value)
		}
		f.Wire = append(f.Wire, h.Wire)
		f.Accepted = excused.why(f.Class, f.Endpoint)
		found = append(found, f)
	}
	return found
}
