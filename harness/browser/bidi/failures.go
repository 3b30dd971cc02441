package bidi

import (
	"encoding/json"
	"strings"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/oracle"
)

// Why a request failed is read from the browser's log, the lines that a
// developer sees in the console: Firefox has it nowhere else.
//
// https://developer.mozilla.org/docs/Web/HTTP/Guides/CORS/Errors

// hearLog gives the failure that an event tells of, if it tells of one.
func hearLog(params json.RawMessage) (browser.Failure, bool) {
	var entry struct{ Level, Text string }
	if json.Unmarshal(params, &entry) != nil || entry.Level == "info" || entry.Level == "debug" {
		return browser.Failure{}, false
	}
	f, ok := readText(entry.Text)
	if ok {
		f.Raw = append(json.RawMessage(nil), params...) // only for the log
	}
	return f, ok
}

// readText reads a line of the log.
func readText(text string) (browser.Failure, bool) {
	if rest, ok := strings.CutPrefix(text, "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at "); ok {
		address, why, ok := strings.Cut(rest, ". (Reason: ")
		if !ok {
			return browser.Failure{}, false
		}
		address = strings.TrimSuffix(strings.TrimPrefix(address, "‘"), "’")
		why, _, _ = strings.Cut(why, "). Status code: ")
		return corsFailure(address, strings.TrimSuffix(why, ").")), true
	}
	for _, known := range sentences {
		if !strings.Contains(text, known.part) {
			continue
		}
		_, rest, _ := strings.Cut(text, known.before)
		address, _, ok := strings.Cut(rest+"\n", known.after)
		// A frame that is refused shows an error page.
		page := known.reason == oracle.FrameOptions || strings.Contains(text, "(frame-ancestors)")
		return browser.Failure{URL: address, Native: known.native, Reason: known.reason, ErrorPage: page, OrNone: known.reason == oracle.CrossOriginResourcePolicy}, ok
	}
	return browser.Failure{}, false
}

// corsWords are Firefox's words for why it blocks a cross-origin request, by
// what is only in them.
var corsWords = []struct {
	part   string
	reason oracle.Reason
	// either is true when Firefox says the same of a request and its preflight.
	either bool
}{
	{"CORS header ‘Access-Control-Allow-Origin’ missing", oracle.MissingAllowOrigin, true},
	{"Multiple CORS header ‘Access-Control-Allow-Origin’ not allowed", oracle.MultipleAllowOrigin, true},
	{"CORS header ‘Access-Control-Allow-Origin’ does not match ", oracle.AllowOriginMismatch, true},
	{"Credential is not supported if the CORS header ‘Access-Control-Allow-Origin’ is ‘*’", oracle.WildcardWithCredentials, true},
	{"expected ‘true’ in CORS header ‘Access-Control-Allow-Credentials’", oracle.InvalidAllowCredentials, true},
	{"CORS preflight response did not succeed", oracle.PreflightInvalidStatus, false},
	{"CORS request external redirect not allowed", oracle.PreflightRedirect, false},
	{"Did not find method in CORS header ‘Access-Control-Allow-Methods’", oracle.MethodNotAllowed, false},
	{"is not allowed according to header ‘Access-Control-Allow-Headers’", oracle.HeaderNotAllowed, false},
	{"in CORS header ‘Access-Control-Allow-Methods’", oracle.InvalidAllowMethods, false},
	{"in CORS header ‘Access-Control-Allow-Headers’", oracle.InvalidAllowHeaders, false},
	{"CORS request not http", oracle.SchemeNotHTTP, false},
	// It is said, after the others, of whatever has failed.
	{"CORS request did not succeed", "", false},
	{"CORS disabled", "", false},
	{"CORS header ‘Origin’ cannot be added", "", false},
}

// corsFailure reads why a cross-origin request was blocked. A sentence that is
// not known is given as it is.
func corsFailure(address, why string) browser.Failure {
	f := browser.Failure{URL: address, Native: why}
	for _, known := range corsWords {
		if !strings.Contains(why, known.part) {
			continue
		}
		f.Reason, f.OrPreflight = known.reason, known.either
		// What is quoted and is no header of CORS's own is the parameter.
		for _, text := range strings.Split(why, "‘")[1:] {
			if text, _, _ := strings.Cut(text, "’"); text != "Origin" && text != "*" && text != "true" && !strings.HasPrefix(text, "Access-Control-") || known.reason == oracle.AllowOriginMismatch {
				f.Param = text
			}
		}
		if known.reason == oracle.AllowOriginMismatch {
			// One sentence for whatever stands there.
			f.Reason = oracle.CORSCheck("", "omit", oracle.Headers{{Name: "Access-Control-Allow-Origin", Value: f.Param}})
		}
		break
	}
	return f
}

// sentences are Firefox's other words for loads that it blocks: what is only in
// a sentence, and what stands before and after the address. A sentence ends with
// a newline.
var sentences = []struct {
	part          string
	before, after string
	native        string
	reason        oracle.Reason
}{
	{"Blocked loading mixed ", "content “", "”", "mixed-content", oracle.MixedContent},
	{"was blocked due to its Cross-Origin-Resource-Policy header", "resource at “", "”", "corp", oracle.CrossOriginResourcePolicy},
	{"was blocked by OpaqueResponseBlocking", "resource at “", "”", "orb", oracle.OpaqueResponseBlocking},
	{"mismatch (X-Content-Type-Options: nosniff)", "resource from “", "”", "nosniff", oracle.WrongType},
	{"was blocked because of a disallowed MIME type", " from “", "”", "mime-type", oracle.WrongType},
	{"was not loaded because its MIME type, ", "The stylesheet ", " was not loaded", "mime-type", oracle.WrongType},
	{" may not load data from ", " may not load data from ", ".\n", "same-origin", oracle.ModeSameOrigin},
	{"The page’s settings blocked ", " at ", " ", "csp", oracle.ContentSecurityPolicy},
	{"hashes in the integrity attribute match ", "subresource at “", "”", "integrity", oracle.IntegrityMismatch},
	{"is not eligible for integrity checks", "“", "” is not", "integrity", oracle.IntegrityMismatch},
	{"in a frame is denied by “X-Frame-Options“", "The loading of “", "”", "x-frame-options", oracle.FrameOptions},
}
