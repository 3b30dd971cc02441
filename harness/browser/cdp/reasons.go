package cdp

import (
	"strings"

	"github.com/chromedp/cdproto/network"

	"github.com/corsproof/corsproof/oracle"
)

// corsReasons gives each of Chromium's CORS errors its place in the vocabulary.
// The empty reason marks those that have none.
//
// https://chromedevtools.github.io/devtools-protocol/tot/Network/#type-CorsError
var corsReasons = map[network.CorsError]oracle.Reason{
	network.CorsErrorDisallowedByMode:                     oracle.ModeSameOrigin,
	network.CorsErrorInvalidResponse:                      "",
	network.CorsErrorWildcardOriginNotAllowed:             oracle.WildcardWithCredentials,
	network.CorsErrorMissingAllowOriginHeader:             oracle.MissingAllowOrigin,
	network.CorsErrorMultipleAllowOriginValues:            oracle.MultipleAllowOrigin,
	network.CorsErrorInvalidAllowOriginValue:              oracle.InvalidAllowOrigin,
	network.CorsErrorAllowOriginMismatch:                  oracle.AllowOriginMismatch,
	network.CorsErrorInvalidAllowCredentials:              oracle.InvalidAllowCredentials,
	network.CorsErrorCorsDisabledScheme:                   oracle.SchemeNotHTTP,
	network.CorsErrorPreflightInvalidStatus:               oracle.PreflightInvalidStatus,
	network.CorsErrorPreflightDisallowedRedirect:          oracle.PreflightRedirect,
	network.CorsErrorPreflightWildcardOriginNotAllowed:    oracle.PreflightWildcardWithCredentials,
	network.CorsErrorPreflightMissingAllowOriginHeader:    oracle.PreflightMissingAllowOrigin,
	network.CorsErrorPreflightMultipleAllowOriginValues:   oracle.PreflightMultipleAllowOrigin,
	network.CorsErrorPreflightInvalidAllowOriginValue:     oracle.PreflightInvalidAllowOrigin,
	network.CorsErrorPreflightAllowOriginMismatch:         oracle.PreflightAllowOriginMismatch,
	network.CorsErrorPreflightInvalidAllowCredentials:     oracle.PreflightInvalidAllowCredentials,
	network.CorsErrorPreflightMissingAllowExternal:        oracle.LocalNetworkAccess,
	network.CorsErrorPreflightInvalidAllowExternal:        oracle.LocalNetworkAccess,
	network.CorsErrorInvalidAllowMethodsPreflightResponse: oracle.InvalidAllowMethods,
	network.CorsErrorInvalidAllowHeadersPreflightResponse: oracle.InvalidAllowHeaders,
	network.CorsErrorMethodDisallowedByPreflightResponse:  oracle.MethodNotAllowed,
	network.CorsErrorHeaderDisallowedByPreflightResponse:  oracle.HeaderNotAllowed,
	network.CorsErrorRedirectContainsCredentials:          oracle.RedirectUserinfo,
	network.CorsErrorInsecureLocalNetwork:                 oracle.LocalNetworkAccess,
	network.CorsErrorInvalidLocalNetworkAccess:            oracle.LocalNetworkAccess,
	network.CorsErrorNoCorsRedirectModeNotFollow:          oracle.RedirectModeNoCORS,
	network.CorsErrorLocalNetworkAccessPermissionDenied:   oracle.LocalNetworkAccess,
}

// blockReasons does the same for what stops a request beside CORS.
//
// https://chromedevtools.github.io/devtools-protocol/tot/Network/#type-BlockedReason
var blockReasons = map[network.BlockedReason]oracle.Reason{
	network.BlockedReasonOther:                                                   "",
	network.BlockedReasonCsp:                                                     oracle.ContentSecurityPolicy,
	network.BlockedReasonMixedContent:                                            oracle.MixedContent,
	network.BlockedReasonOrigin:                                                  "",
	network.BlockedReasonInspector:                                               "",
	network.BlockedReasonIntegrity:                                               "",
	network.BlockedReasonSubresourceFilter:                                       "",
	network.BlockedReasonContentType:                                             oracle.WrongType,
	network.BlockedReasonCoepFrameResourceNeedsCoepHeader:                        oracle.CrossOriginEmbedderPolicy,
	network.BlockedReasonCoopSandboxedIframeCannotNavigateToCoopPage:             "",
	network.BlockedReasonCorpNotSameOrigin:                                       oracle.CrossOriginResourcePolicy,
	network.BlockedReasonCorpNotSameOriginAfterDefaultedToSameOriginByCoep:       oracle.CrossOriginEmbedderPolicy,
	network.BlockedReasonCorpNotSameOriginAfterDefaultedToSameOriginByDip:        oracle.CrossOriginResourcePolicy,
	network.BlockedReasonCorpNotSameOriginAfterDefaultedToSameOriginByCoepAndDip: oracle.CrossOriginEmbedderPolicy,
	network.BlockedReasonCorpNotSameSite:                                         oracle.CrossOriginResourcePolicy,
	network.BlockedReasonSriMessageSignatureMismatch:                             "",
}

// netReasons are the network errors that have a place of their own. Chromium
// says net::ERR_FAILED of many things that are none of the network's.
var netReasons = map[string]oracle.Reason{
	"net::ERR_FAILED":                             "",
	"net::ERR_ABORTED":                            "",
	"net::ERR_BLOCKED_BY_ORB":                     oracle.OpaqueResponseBlocking,
	"net::ERR_TOO_MANY_REDIRECTS":                 oracle.RedirectCount,
	"net::ERR_UNSAFE_REDIRECT":                    oracle.RedirectScheme,
	"net::ERR_UNKNOWN_URL_SCHEME":                 oracle.RedirectScheme,
	"net::ERR_INVALID_REDIRECT":                   oracle.RedirectLocation,
	"net::ERR_BLOCKED_BY_CLIENT":                  "",
	"net::ERR_BLOCKED_BY_RESPONSE":                "",
	"net::ERR_UPLOAD_STREAM_REWIND_NOT_SUPPORTED": oracle.RedirectStream,
}

func netReason(text string) oracle.Reason {
	if reason, ok := netReasons[text]; ok {
		return reason
	}
	if strings.HasPrefix(text, "net::ERR_") {
		return oracle.NetworkError
	}
	return ""
}
