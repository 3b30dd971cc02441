package oracle

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
	WrongType                 Reason = "wrong-type" // it arrived, but the way to load cannot use it: MIME type, status
	NetworkError              Reason = "network-error"
	Tainted                   Reason = "tainted" // opaque: it loads, and what came is not origin-clean
)
