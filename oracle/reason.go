package oracle

import "slices"

// Reason is one word of a closed vocabulary, named after the step that failed.
// Chrome's corsErrorStatus and Firefox's console text map onto it.
type Reason string

// The CORS check of the response to the actual request, or to a redirect.
// https://fetch.spec.whatwg.org/#cors-check
const (
	MissingAllowOrigin      Reason = "missing-allow-origin"
	MultipleAllowOrigin     Reason = "multiple-allow-origin"     // more than one value, on one line or several
	InvalidAllowOrigin      Reason = "invalid-allow-origin"      // one value that is no serialised origin
	AllowOriginMismatch     Reason = "allow-origin-mismatch"     // the serialised origin of somebody else
	WildcardWithCredentials Reason = "wildcard-with-credentials" // "*" for a request with credentials
	InvalidAllowCredentials Reason = "invalid-allow-credentials" // not exactly "true", or absent
)

// The CORS-preflight fetch.
// https://fetch.spec.whatwg.org/#cors-preflight-fetch
const (
	PreflightMissingAllowOrigin      Reason = "preflight-missing-allow-origin"
	PreflightMultipleAllowOrigin     Reason = "preflight-multiple-allow-origin"
	PreflightInvalidAllowOrigin      Reason = "preflight-invalid-allow-origin"
	PreflightAllowOriginMismatch     Reason = "preflight-allow-origin-mismatch"
	PreflightWildcardWithCredentials Reason = "preflight-wildcard-with-credentials"
	PreflightInvalidAllowCredentials Reason = "preflight-invalid-allow-credentials"
	PreflightInvalidStatus           Reason = "preflight-invalid-status" // not 200-299
	PreflightRedirect                Reason = "preflight-redirect"
	PreflightNetworkError            Reason = "preflight-network-error"
	InvalidAllowMethods              Reason = "invalid-allow-methods" // breaks the ABNF
	InvalidAllowHeaders              Reason = "invalid-allow-headers"
	MethodNotAllowed                 Reason = "method-not-allowed"
	HeaderNotAllowed                 Reason = "header-not-allowed"
)

// Redirects, modes and what stands beside CORS.
const (
	RedirectUserinfo          Reason = "redirect-userinfo"     // a location with user:pass
	RedirectModeError         Reason = "redirect-mode-error"   // redirect: "error"
	RedirectModeNoCORS        Reason = "redirect-mode-no-cors" // no-cors with a redirect mode other than follow
	RedirectScheme            Reason = "redirect-scheme"       // a location that is not HTTP(S)
	RedirectLocation          Reason = "redirect-location"     // a location that does not parse
	RedirectCount             Reason = "redirect-count"        // more than 20
	RedirectStream            Reason = "redirect-stream"       // a body that cannot be sent again
	ModeSameOrigin            Reason = "mode-same-origin"      // mode same-origin and another origin
	ForbiddenMethod           Reason = "forbidden-method"      // CONNECT, TRACE, TRACK
	InvalidRequest            Reason = "invalid-request"       // the API throws before a fetch begins
	MethodNotSafelisted       Reason = "method-not-safelisted" // no-cors with another method
	SchemeNotHTTP             Reason = "scheme-not-http"       // mode cors to a scheme that is not HTTP(S)
	MixedContent              Reason = "mixed-content"
	CrossOriginResourcePolicy Reason = "cross-origin-resource-policy"
	CrossOriginEmbedderPolicy Reason = "cross-origin-embedder-policy"
	OpaqueResponseBlocking    Reason = "opaque-response-blocking"
	ContentSecurityPolicy     Reason = "content-security-policy"
	LocalNetworkAccess        Reason = "local-network-access"
	IntegrityMismatch         Reason = "integrity-mismatch"
	WrongType                 Reason = "wrong-type"    // it arrived, but the way to load cannot use it: MIME type, status
	PortBlocked               Reason = "port-blocked"  // a port that no browser loads from: 25, 6667, ...
	FrameOptions              Reason = "frame-options" // X-Frame-Options
	EmbeddedCredentials       Reason = "embedded-credentials"
	OnlyIfCached              Reason = "only-if-cached" // cache: only-if-cached, and nothing is
	ServiceWorkerResponse     Reason = "service-worker-response"
	NetworkError              Reason = "network-error"
	Tainted                   Reason = "tainted" // opaque: it loads, and what came is not origin-clean
)

// ReasonInfo is a reason and one sentence that says what it means.
type ReasonInfo struct {
	Reason Reason
	About  string
}

var reasons = []ReasonInfo{
	{MissingAllowOrigin, "The response has no Access-Control-Allow-Origin."},
	{MultipleAllowOrigin, "Access-Control-Allow-Origin has more than one value; one is the most it can have."},
	{InvalidAllowOrigin, "Access-Control-Allow-Origin is neither *, null nor an origin."},
	{AllowOriginMismatch, "Access-Control-Allow-Origin names another origin."},
	{WildcardWithCredentials, "Access-Control-Allow-Origin is *, which does not cover a request with credentials."},
	{InvalidAllowCredentials, "The request has credentials, and Access-Control-Allow-Credentials is not exactly true."},
	{PreflightMissingAllowOrigin, "The answer to the preflight has no Access-Control-Allow-Origin."},
	{PreflightMultipleAllowOrigin, "The preflight's Access-Control-Allow-Origin has more than one value."},
	{PreflightInvalidAllowOrigin, "The preflight's Access-Control-Allow-Origin is neither *, null nor an origin."},
	{PreflightAllowOriginMismatch, "The preflight's Access-Control-Allow-Origin names another origin."},
	{PreflightWildcardWithCredentials, "The preflight's Access-Control-Allow-Origin is *, and the request will have credentials."},
	{PreflightInvalidAllowCredentials, "The request will have credentials, and the preflight's Access-Control-Allow-Credentials is not exactly true."},
	{PreflightInvalidStatus, "The preflight was answered with a status outside 200-299."},
	{PreflightRedirect, "The preflight was answered with a redirect, which is never followed."},
	{PreflightNetworkError, "The preflight got no answer."},
	{InvalidAllowMethods, "Access-Control-Allow-Methods is not a list of methods."},
	{InvalidAllowHeaders, "Access-Control-Allow-Headers is not a list of header names."},
	{MethodNotAllowed, "The preflight's Access-Control-Allow-Methods does not have the request's method."},
	{HeaderNotAllowed, "The preflight's Access-Control-Allow-Headers does not have a header of the request."},
	{RedirectUserinfo, "The redirect's location has a user name or a password in it."},
	{RedirectModeError, "There was a redirect, and the request's redirect mode is error."},
	{RedirectModeNoCORS, "A no-cors request across origins can only follow redirects."},
	{RedirectScheme, "The redirect leads to something that is not http or https."},
	{RedirectLocation, "The redirect's location is no URL."},
	{RedirectCount, "There were more than 20 redirects."},
	{RedirectStream, "The redirect wants the body again, and a stream can be sent only once."},
	{ModeSameOrigin, "The request's mode is same-origin, and the URL is another origin's."},
	{ForbiddenMethod, "Script may not use this method."},
	{InvalidRequest, "The API throws before anything is sent."},
	{MethodNotSafelisted, "A no-cors request can only be GET, HEAD or POST."},
	{SchemeNotHTTP, "The URL's scheme is not http or https."},
	{MixedContent, "A secure page may not load this over plain http."},
	{CrossOriginResourcePolicy, "The response's Cross-Origin-Resource-Policy keeps it from this origin."},
	{CrossOriginEmbedderPolicy, "The page's Cross-Origin-Embedder-Policy asks for a permission that the response does not give."},
	{OpaqueResponseBlocking, "The response is data that no element could use without CORS."},
	{ContentSecurityPolicy, "A Content-Security-Policy forbids the load."},
	{LocalNetworkAccess, "The page is in a less private network than the server, and has no permission."},
	{IntegrityMismatch, "The response has not the hash that the request's integrity metadata names, or may not be held against it."},
	{WrongType, "It arrived, but the way to load cannot use it: MIME type, status or content."},
	{PortBlocked, "No browser loads from this port."},
	{FrameOptions, "X-Frame-Options forbids showing the response in this frame."},
	{EmbeddedCredentials, "The URL of a subresource has a user name or a password in it."},
	{OnlyIfCached, "The request may only be answered from the HTTP cache, and nothing is there."},
	{ServiceWorkerResponse, "The service worker answered with a response that the request cannot take."},
	{NetworkError, "The connection failed or the answer is no HTTP."},
	{Tainted, "It loads, and what came is not origin-clean: script cannot read it."},
}

// Reasons lists the vocabulary.
func Reasons() []ReasonInfo { return slices.Clone(reasons) }

// About is one sentence that says what the reason means; "" for a word that is
// not in the vocabulary.
func (r Reason) About() string {
	return reasonAbout[r]
}

var reasonAbout = func() map[Reason]string {
	m := map[Reason]string{}
	for _, info := range reasons {
		m[info.Reason] = info.About
	}
	return m
}()
