package cdp

import (
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

// netReasons are the network errors that have a place of their own, or none.
// Chromium says FAILED of many things that are none of the network's.
//
// https://source.chromium.org/chromium/chromium/src/+/main:net/base/net_error_list.h
var netReasons = map[string]oracle.Reason{
	"ERR_FAILED":              "",
	"ERR_ABORTED":             "",
	"ERR_BLOCKED_BY_CLIENT":   "",
	"ERR_BLOCKED_BY_RESPONSE": "",
	"ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS": oracle.LocalNetworkAccess,
	"ERR_BLOCKED_BY_ORB":                         oracle.OpaqueResponseBlocking,
	"ERR_UNSAFE_PORT":                            oracle.PortBlocked,
	"ERR_TOO_MANY_REDIRECTS":                     oracle.RedirectCount,
	"ERR_UNSAFE_REDIRECT":                        oracle.RedirectScheme,
	"ERR_UNKNOWN_URL_SCHEME":                     oracle.RedirectScheme,
	"ERR_INVALID_REDIRECT":                       oracle.RedirectLocation,
	"ERR_BLOCKED_BY_RESPONSE.NotSameOrigin":      oracle.CrossOriginResourcePolicy,
	"ERR_BLOCKED_BY_RESPONSE.NotSameSite":        oracle.CrossOriginResourcePolicy,
	"ERR_BLOCKED_BY_RESPONSE.NotSameOriginAfterDefaultedToSameOriginByCoep":       oracle.CrossOriginEmbedderPolicy,
	"ERR_BLOCKED_BY_RESPONSE.NotSameOriginAfterDefaultedToSameOriginByDip":        oracle.CrossOriginEmbedderPolicy,
	"ERR_BLOCKED_BY_RESPONSE.NotSameOriginAfterDefaultedToSameOriginByCoepAndDip": oracle.CrossOriginEmbedderPolicy,
	"ERR_BLOCKED_BY_RESPONSE.CoepFrameResourceNeedsCoepHeader":                    oracle.CrossOriginEmbedderPolicy,
}

func netReason(code string) oracle.Reason {
	if reason, ok := netReasons[code]; ok {
		return reason
	}
	return oracle.NetworkError
}
