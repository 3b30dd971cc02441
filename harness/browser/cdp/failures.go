package cdp

import (
	"encoding/json"
	"strings"

	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/oracle"
)

// Why a request failed is read from the browser's log, the lines that a
// developer sees in the console. The protocol says the same as data
// (corsErrorStatus), in Network.loadingFailed and in Audits.issueAdded; but the
// CORS issues of sent requests come only while the Network domain is on too,
// and that sends some eight events for every request, failed or not, and costs
// more than a third of all throughput. The log says nothing of a request that succeeds.
// Its words are mapped back to the protocol's own, so a failure reads the same
// either way; TestSentences holds the two against each other.

// hearLog gives the failure that an event tells of, if it tells of one.
func hearLog(event any) (browser.Failure, bool) {
	added, ok := event.(*cdplog.EventEntryAdded)
	if !ok || added.Entry == nil || added.Entry.Level != cdplog.EntryLevelError && !strings.HasPrefix(added.Entry.Text, fetchEvent) {
		return browser.Failure{}, false // a warning: an upgrade to https, for one
	}
	f, ok := readEntry(added.Entry)
	if ok {
		f.Raw, _ = json.Marshal(added.Entry) // only for the log
	}
	return f, ok
}

// fetchEvent begins the warning that a service worker's answer was none.
const fetchEvent = `The FetchEvent for "`

func readEntry(entry *cdplog.Entry) (browser.Failure, bool) {
	text := entry.Text
	if rest, ok := strings.CutPrefix(text, fetchEvent); ok {
		address, why, _ := strings.Cut(rest, `" resulted in a network error response: `)
		// Where the worker's own fetch failed, its own error says why.
		return browser.Failure{URL: address, Native: "fetch-event", Reason: oracle.ServiceWorkerResponse}, strings.Contains(why, " response was used for ")
	}
	if address, why, ok := corsText(text); ok {
		native, param := corsError(why)
		return browser.Failure{URL: address, Native: native, Param: param, Reason: corsReasons[network.CorsError(native)]}, true
	}
	if _, rest, ok := strings.Cut(text, "Mixed Content: "); ok && strings.Contains(text, "request has been blocked") {
		if _, request, found := strings.Cut(rest, "requested an insecure "); found {
			rest = request
		} else { // of a WebSocket
			_, rest, _ = strings.Cut(rest, "connect to the insecure ")
		}
		return browser.Failure{URL: quoted(rest), Native: "mixed-content", Reason: oracle.MixedContent}, true
	}
	if f, ok := socketFailure(text); ok {
		return f, true
	}
	if strings.Contains(text, "violates the following Content Security Policy directive") {
		return browser.Failure{URL: quoted(text), Native: "csp", Reason: oracle.ContentSecurityPolicy}, true
	}
	if strings.Contains(text, "MIME type") && entry.Source != cdplog.EntrySourceNetwork {
		address := quoted(text) // Refused to execute script from '...'
		if !strings.Contains(address, "://") {
			address = entry.URL // Failed to load module script: ...
		}
		return browser.Failure{URL: address, Native: "mime-type", Reason: oracle.WrongType}, true
	}
	for _, words := range []string{"in the 'integrity' attribute for resource '", "Subresource Integrity: The resource '"} {
		if _, rest, ok := strings.Cut(text, words); ok {
			return browser.Failure{URL: quoted("'" + rest), Native: "integrity", Reason: oracle.IntegrityMismatch}, true
		}
	}
	// What the network says of a CORS error comes second, and says less. A
	// status line ("responded with a status of 404") is no failure.
	if _, code, ok := strings.Cut(text, "Failed to load resource: net::"); ok && entry.Category != cdplog.EntryCategoryCors {
		return browser.Failure{URL: entry.URL, Native: "net::" + code, Reason: netReason(code)}, true
	}
	return browser.Failure{}, false
}

// corsText takes apart the two forms of a CORS error: the network's
//
//	Access to fetch at 'URL' (redirected from 'URL') from origin 'O' has been blocked by CORS policy: WHY
//
// and the Fetch API's own
//
//	Fetch API cannot load URL. WHY
//
// The URL is the one that the page asked for: where a redirect leads need not
// belong to any case.
func corsText(text string) (address, why string, ok bool) {
	if rest, found := strings.CutPrefix(text, "Fetch API cannot load "); found {
		for _, start := range []string{". Request mode is ", ". URL scheme "} {
			if address, why, ok = strings.Cut(rest, start); ok {
				return address, start[len(". "):] + why, true
			}
		}
		return "", "", false
	}
	head, why, ok := strings.Cut(text, " has been blocked by CORS policy: ")
	if !ok || !strings.HasPrefix(head, "Access to ") {
		return "", "", false
	}
	head, _, _ = strings.Cut(head, "' from origin '")
	head, _, _ = strings.Cut(head, "') from origin '")
	if _, original, redirected := strings.Cut(head, "' (redirected from '"); redirected {
		return original, why, true
	}
	_, address, ok = strings.Cut(head, " at '")
	return address, why, ok
}

// quoted is the first text between single quotes.
func quoted(text string) string {
	_, rest, _ := strings.Cut(text, "'")
	inner, _, _ := strings.Cut(rest, "'")
	return inner
}

const preflightText = "Response to preflight request doesn't pass access control check: "

// corsTexts are the sentences for the protocol's CORS errors, by what is only
// in them. Those of the CORS check are also said of preflights.
var corsTexts = []struct {
	part  string
	error network.CorsError
}{
	{"No 'Access-Control-Allow-Origin' header is present", network.CorsErrorMissingAllowOriginHeader},
	{"header in the response must not be the wildcard '*'", network.CorsErrorWildcardOriginNotAllowed},
	{"'Access-Control-Allow-Origin' header contains multiple values", network.CorsErrorMultipleAllowOriginValues},
	{"'Access-Control-Allow-Origin' header contains the invalid value", network.CorsErrorInvalidAllowOriginValue},
	{"that is not equal to the supplied origin", network.CorsErrorAllowOriginMismatch},
	{"The value of the 'Access-Control-Allow-Credentials' header", network.CorsErrorInvalidAllowCredentials},
	{"It does not have HTTP ok status", network.CorsErrorPreflightInvalidStatus},
	{"Redirect is not allowed for a preflight request", network.CorsErrorPreflightDisallowedRedirect},
	{"is not allowed by Access-Control-Allow-Methods", network.CorsErrorMethodDisallowedByPreflightResponse},
	{"is not allowed by Access-Control-Allow-Headers", network.CorsErrorHeaderDisallowedByPreflightResponse},
	{"Cannot parse Access-Control-Allow-Methods", network.CorsErrorInvalidAllowMethodsPreflightResponse},
	{"Cannot parse Access-Control-Allow-Headers", network.CorsErrorInvalidAllowHeadersPreflightResponse},
	{"contains a username and password", network.CorsErrorRedirectContainsCredentials},
	{"only supported for protocol schemes", network.CorsErrorCorsDisabledScheme},
	{"URL scheme ", network.CorsErrorCorsDisabledScheme},
	{`Request mode is "same-origin"`, network.CorsErrorDisallowedByMode},
	{`Request mode is "no-cors"`, network.CorsErrorNoCorsRedirectModeNotFollow},
	{"Permission was denied for this request", network.CorsErrorLocalNetworkAccessPermissionDenied},
	{"The request client is not a secure context", network.CorsErrorInsecureLocalNetwork},
	{"Request had a target IP address space", network.CorsErrorInvalidLocalNetworkAccess},
	{"The response is invalid", network.CorsErrorInvalidResponse},
}

// corsError is the protocol's word for what a CORS error says, and its
// parameter. A sentence that is not known is given as it is.
func corsError(why string) (native, param string) {
	sentence, preflight := strings.CutPrefix(why, preflightText)
	for _, known := range corsTexts {
		if !strings.Contains(sentence, known.part) {
			continue
		}
		native = string(known.error)
		if preflight && !strings.HasPrefix(native, "Preflight") {
			native = "Preflight" + native
		}
		return native, corsParam(known.error, sentence)
	}
	return why, ""
}

// corsParam is the failed parameter in a sentence: the header's value, the
// method, the header's name, the scheme.
func corsParam(e network.CorsError, sentence string) string {
	after := ""
	switch e {
	case network.CorsErrorMethodDisallowedByPreflightResponse:
		after = "Method "
	case network.CorsErrorHeaderDisallowedByPreflightResponse:
		after = "Request header field "
	case network.CorsErrorMultipleAllowOriginValues:
		after = "multiple values '"
	case network.CorsErrorInvalidAllowOriginValue:
		after = "invalid value '"
	case network.CorsErrorAllowOriginMismatch:
		after = "has a value '"
	case network.CorsErrorInvalidAllowCredentials:
		after = "in the response is '"
	case network.CorsErrorCorsDisabledScheme:
		after = "URL scheme \""
	default:
		return ""
	}
	_, rest, _ := strings.Cut(sentence, after)
	for _, end := range []string{"', but only one", "'. Have the server", "' that is not equal", "' which must be", " is not allowed by", "\" is not supported"} {
		if value, _, found := strings.Cut(rest, end); found {
			return value
		}
	}
	return ""
}
