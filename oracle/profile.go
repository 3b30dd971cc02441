package oracle

import "slices"

// Switch names a rule by which an engine leaves the standard.
type Switch string

// Profile is the set of switches that are on. The zero Profile is the standard.
type Profile map[Switch]bool

// The switches. Each is a rule, not an accident: it says what an engine does
// whenever the case comes up.
const (
	AuthorizationUnderWildcard     Switch = "authorization-under-wildcard"
	SameOriginCrossoriginOrigin    Switch = "same-origin-crossorigin-sends-origin"
	ClientHintsSafelisted          Switch = "client-hints-safelisted"
	UserAgentIgnored               Switch = "user-agent-ignored"
	OriginIgnoresReferrerPolicy    Switch = "origin-ignores-referrer-policy"
	HeadersCombinedFirst           Switch = "headers-combined-first"
	CookieUpdateRenewsCreation     Switch = "cookie-update-renews-creation"
	MaxAgeCap600                   Switch = "max-age-cap-600"
	MaxAgeCap7200                  Switch = "max-age-cap-7200"
	MaxAgeCap86400                 Switch = "max-age-cap-86400"
	MaxAgeInvalidNotCached         Switch = "max-age-invalid-not-cached"
	MaxAgeSigned                   Switch = "max-age-signed"
	PreflightCacheReplaces         Switch = "preflight-cache-replaces"
	PreflightCacheKeptOnFailure    Switch = "preflight-cache-kept-on-failure"
	PreflightCacheNoWildcard       Switch = "preflight-cache-no-wildcard"
	ThirdPartyCookiesBlocked       Switch = "third-party-cookies-blocked"
	ThirdPartyCookiesPartitioned   Switch = "third-party-cookies-partitioned"
	NoORBForFetch                  Switch = "no-orb-for-fetch"
	EmbeddedCredentialsBlocked     Switch = "embedded-credentials-blocked"
	PreflightCacheKeyHasFragment   Switch = "preflight-cache-key-has-fragment"
	HTTPErrorsFrom400              Switch = "http-errors-from-400"
	WrongStylesheetLoadsEmpty      Switch = "wrong-stylesheet-loads-empty"
	ORBSniffs                      Switch = "orb-sniffs"
	ForcedPreflightNeedsMethods    Switch = "forced-preflight-needs-methods"
	KeepaliveFollowsRefused        Switch = "keepalive-follows-refused-redirects"
	NavigationsRedirected19        Switch = "navigations-redirected-19-times"
	StreamsIgnoreSameOriginMode    Switch = "streams-ignore-mode-same-origin"
	NoCORSRedirectOriginNull       Switch = "no-cors-redirect-origin-null"
	RedirectPolicyKeepsOrigin      Switch = "redirect-policy-keeps-origin"
	RedirectNeedsLocation          Switch = "redirect-needs-location"
	UploadListenerNeedsBody        Switch = "upload-listener-needs-body"
	MixedContentFromHTTPSOnly      Switch = "mixed-content-from-https-only"
	SameSiteIgnoresRedirects       Switch = "same-site-ignores-redirects"
	InvalidLocationFails           Switch = "invalid-location-fails"
	RangeRewritten                 Switch = "range-rewritten"
	RangeIn64Bits                  Switch = "range-in-64-bits"
	FrameIgnoresNotModified        Switch = "frame-ignores-not-modified"
	RepeatedHeadersRefused         Switch = "repeated-headers-refused"
	HTTP09                         Switch = "http-0.9"
	HTTPCacheShared                Switch = "http-cache-shared"
	FramesCachedApart              Switch = "frames-cached-apart"
	HeuristicFreshness             Switch = "heuristic-freshness"
	NoCacheReloads                 Switch = "no-cache-reloads"
	PragmaOfResponses              Switch = "pragma-of-responses"
	MaxAgeUnquoted                 Switch = "max-age-unquoted"
	HTTPCacheOneVariant            Switch = "http-cache-one-variant"
	ValidatesSuccessOnly           Switch = "validates-success-only"
	RangeFromCache                 Switch = "range-from-cache"
	ForceCacheServesWrites         Switch = "force-cache-serves-patch-and-delete"
	OtherMethodsKeepCached         Switch = "other-methods-keep-cached"
	BlockedNotCached               Switch = "blocked-not-cached"
	ConditionalsValidate           Switch = "conditionals-validate"
	Ports4190And6679Open           Switch = "ports-4190-and-6679-open"
	ModeBeforeMixedContent         Switch = "mode-before-mixed-content"
	CharsetReplaced                Switch = "charset-replaced"
	FrameTypesOfItsOwn             Switch = "frame-types-of-its-own"
	NotModifiedHeadersUnseen       Switch = "not-modified-headers-unseen"
	KeptOnFailure                  Switch = "kept-on-failure"
	NestedImportErrorsLost         Switch = "nested-import-errors-lost"
	SrcFunctionUnknown             Switch = "src-function-unknown"
	PreloadServesHeaders           Switch = "preload-serves-headers"
	LinksLookAtStatus              Switch = "links-look-at-status"
	ManifestOmitsCredentials       Switch = "manifest-omits-credentials"
	BrokenBodyTimed                Switch = "broken-body-timed"
	OpaqueRedirectTimesHidden      Switch = "opaque-redirect-times-hidden"
	UnsentNotTimed                 Switch = "unsent-not-timed"
	ClientHintsLeft                Switch = "client-hints-left"
	ClearSiteDataHidden            Switch = "clear-site-data-hidden"
	NoPDFViewer                    Switch = "no-pdf-viewer"
	FirstURLDecidesUpgrade         Switch = "first-url-decides-upgrade"
	PreflightCacheObeysCacheMode   Switch = "preflight-cache-obeys-cache-mode"
	PreflightOriginOfPageAfterHops Switch = "preflight-origin-of-page-after-redirect"
	PreflightStays                 Switch = "preflight-stays"
	BytesBeyondASCIIUnsafe         Switch = "bytes-beyond-ascii-unsafe"
	SingletonHeadersOnce           Switch = "singleton-headers-once"
	ScriptMutedByLastURL           Switch = "script-muted-by-last-url"
	SpdyHeaderAdded                Switch = "spdy-header-added"
	CharsetOfParamsCorrected       Switch = "charset-of-params-corrected"
	EventStreamNeedsUTF8           Switch = "event-stream-needs-utf-8"
	CookieTabRefused               Switch = "cookie-tab-refused"
	BlobTypesMustParse             Switch = "blob-types-must-parse"
	BeaconTypesMustParse           Switch = "beacon-types-must-parse"
	TypesReadLoosely               Switch = "types-read-loosely"
	KeepaliveLimitedFirst          Switch = "keepalive-limited-first"
	UseWithoutDataURLs             Switch = "use-without-data-urls"
	SVGDocumentsChecked            Switch = "svg-documents-checked"
	FilterSameOrigin               Switch = "filter-same-origin"
	FeImageIgnoresCrossorigin      Switch = "feimage-ignores-crossorigin"
	ObjectsNotUpgraded             Switch = "objects-not-upgraded"
	PluginImagesNoCORS             Switch = "plugin-images-no-cors"
	WorkerConstructorThrows        Switch = "worker-constructor-throws"
	WorkersOfAnyType               Switch = "workers-of-any-type"
	ImportedMutedByLastURL         Switch = "imported-muted-by-last-url"
	NoBlobsInDataWorkers           Switch = "no-blobs-in-data-workers"
	SharedWorkersLoadMixed         Switch = "shared-workers-load-mixed-content"
	WorkersParseAsTheyRun          Switch = "workers-parse-as-they-run"
	DataDocumentsInsecure          Switch = "data-documents-insecure"
	ContentCodingsMustParse        Switch = "content-codings-must-parse"
	NumbersEndInPoint              Switch = "numbers-end-in-point"
	OpaqueWorkersLoadMixed         Switch = "opaque-workers-load-mixed-content"
	RegisterLooksAtStatusFirst     Switch = "register-looks-at-status-first"
	WorkerScriptsUntimed           Switch = "worker-scripts-untimed"
	TypesCheckedAfterTiming        Switch = "types-checked-after-timing"
	ConditionalsOfWorkersPlain     Switch = "conditionals-of-workers-plain"
	PreflightCacheByCredentials    Switch = "preflight-cache-by-credentials"
	PreflightCacheObeysReload      Switch = "preflight-cache-obeys-reload"
	BrokenListExposesAll           Switch = "broken-list-exposes-all"
	BrokenBodyAborts               Switch = "broken-body-aborts"
	UnaskedSubprotocolTaken        Switch = "unasked-subprotocol-taken"
	SameSiteIgnoresScheme          Switch = "same-site-ignores-scheme"
	FontsWithoutCORS               Switch = "fonts-without-cors"
	NoORB                          Switch = "no-orb"
	ThirdPartyCookiesNotSet        Switch = "third-party-cookies-not-set"
	UnlistedHostsAreSites          Switch = "unlisted-hosts-are-sites"
	PreflightAgainAfterRedirect    Switch = "preflight-again-after-redirect"
	OriginKeptOnRedirect           Switch = "origin-kept-on-redirect"
	BadCodingsPass                 Switch = "bad-codings-pass"
	ShapesOmitCredentials          Switch = "shapes-omit-credentials"
	LocationInLatin1               Switch = "location-in-latin-1"
	CookiePrefixesUnknown          Switch = "cookie-prefixes-unknown"
	TracksWithoutCORS              Switch = "tracks-without-cors"
	LoopbackMixed                  Switch = "loopback-is-mixed-content"
	FailuresNotTimed               Switch = "failures-not-timed"
	WorkerImportsPlain             Switch = "worker-imports-plain"
	PreflightCacheRenewed          Switch = "preflight-cache-renewed"
	ProxyStatusPasses              Switch = "proxy-status-passes"
	HeaderValuesInUTF8             Switch = "header-values-in-utf-8"
	RangeUnitInAnyCase             Switch = "range-unit-in-any-case"
	SameSiteIgnoresSandbox         Switch = "same-site-ignores-sandbox"
	NoCredentialless               Switch = "no-credentialless"
	NoHTTPCache                    Switch = "no-http-cache"
	PostersAskTwice                Switch = "posters-ask-twice"
	URLModifiersOfImages           Switch = "url-modifiers-of-images"
	SrcFunctionSkipped             Switch = "src-function-skipped"
	ResponseURLWithoutName         Switch = "response-url-without-name"
	SocketsSeenAsSuch              Switch = "csp-sees-sockets-as-such"
	WorkerResponsesUnfiltered      Switch = "worker-responses-unfiltered"
	ScriptErrorsFrom400            Switch = "script-errors-from-400"
	HostCookiesFirst               Switch = "host-cookies-first"
	SecureCookiesOvershadowed      Switch = "secure-cookies-overshadowed"
	ClassicImportsAlike            Switch = "classic-imports-alike"
	PlayersAskTwice                Switch = "players-ask-twice"
	NoCORSOriginKept               Switch = "no-cors-origin-kept-on-redirect"
	PolicyThrowsOfWorkers          Switch = "policy-throws-of-workers"
	SharedWorkersParseAsTheyRun    Switch = "shared-workers-parse-as-they-run"
	SyncUploadsUnasked             Switch = "sync-uploads-unasked"
	NotModifiedUnchecked           Switch = "not-modified-unchecked"
	FailuresNotCached              Switch = "failures-not-cached"
	CachedWildcardCoversAll        Switch = "cached-wildcard-covers-authorization"
	SameSiteIgnoresPageAround      Switch = "same-site-ignores-page-around"
	PreflightCacheByTopOrigin      Switch = "preflight-cache-by-top-origin"
	EscapesNormalised              Switch = "escapes-normalised"
	FrameTypesRegistered           Switch = "frame-types-registered"
	NoBlobsAtDataURLs              Switch = "no-blobs-at-data-urls"
	BlobsCarryPolicies             Switch = "blobs-carry-policies"
)

// What stands beside CORS.
const (
	SourcePathsLoose                 Switch = "csp-paths-read-loosely"
	SourcesNameAddresses             Switch = "csp-sources-name-addresses"
	SourcePortUpgrades               Switch = "csp-port-80-names-443"
	SourcesSeeSocketSchemes          Switch = "csp-sees-websocket-schemes"
	FetchPolicySeesURLAsWritten      Switch = "csp-sees-fetch-url-as-written"
	StrictDynamicLetsWorkers         Switch = "csp-strict-dynamic-lets-workers"
	ObjectsAreFrames                 Switch = "csp-holds-objects-against-frame-src"
	LocalNetworkAccessFromPublicOnly Switch = "local-network-access-from-public-only"
	SyncXHRPassesWorker              Switch = "sync-xhr-passes-service-worker"
	SyntheticIsBasic                 Switch = "synthetic-responses-are-basic"
	WorkerResponsesKeepBody          Switch = "worker-responses-keep-their-body"
	OpaqueOriginsCacheNoPreflight    Switch = "opaque-origins-cache-no-preflight"
	StorageAccessSendsOrigin         Switch = "storage-access-sends-origin"
	HTTPCacheByFrame                 Switch = "http-cache-by-frame"
	PassedKeepsPreflight             Switch = "passed-request-keeps-preflight"
	WorkerResponsesWithoutPaths      Switch = "csp-ignores-paths-of-redirected-worker-responses"
	MixedContentDespiteSandbox       Switch = "mixed-content-despite-sandbox"
	FetchURLAsWritten                Switch = "fetch-url-as-written"
	LocalNamesNotMixed               Switch = "local-names-not-mixed-content"
	DocumentIsolationPolicy          Switch = "document-isolation-policy"
	LocalHeadersAsWritten            Switch = "local-headers-as-written"
	ServiceWorkersReloaded           Switch = "service-workers-reloaded"
	ClipPathSameOrigin               Switch = "clip-path-same-origin"
	ObjectsUnderResourcePolicy       Switch = "objects-under-resource-policy"
	TypesBeforeORB                   Switch = "types-before-orb"
	ChallengesUnderCORS              Switch = "challenges-under-cors"
	OwnAuthorizationOnce             Switch = "own-authorization-once"
	RepeatedLinesRefused             Switch = "repeated-lines-refused"
	HTTP09OfAnyLength                Switch = "http-0.9-of-any-length"
	LinksLoadWhatFails               Switch = "links-load-what-fails"
	UpgradesAreRedirects             Switch = "upgrades-are-redirects"
	AddressesUpgraded                Switch = "addresses-upgraded"
	WorkerResponsesTaintElements     Switch = "worker-responses-taint-elements"
	HTTPCacheByCredentials           Switch = "http-cache-by-credentials"
	ErrorsNotCached                  Switch = "errors-not-cached"
	KeptInDocument                   Switch = "kept-in-document"
	ImportsFetchedDespiteErrors      Switch = "imports-fetched-despite-errors"
	FailuresInvalidate               Switch = "failures-invalidate"
	HeadAsksServer                   Switch = "head-asks-server"
	LocationTabsEncoded              Switch = "location-tabs-encoded"
	PrefetchByDefaultSrc             Switch = "prefetch-by-default-src"
	TracksOverHTTP                   Switch = "tracks-over-http"
	ImportsAtOnce                    Switch = "imports-at-once"
	URLModifiersUnknown              Switch = "url-modifiers-unknown"
	SharedScriptsUntimed             Switch = "shared-scripts-untimed"
	DataURLSpacesGone                Switch = "data-url-spaces-gone"
)

// SwitchInfo is what there is to say of a switch.
type SwitchInfo struct {
	Switch Switch
	About  string // what the engine does, where the standard says otherwise
	Link   string // the rule's source: a bug, a proposal, the engine's code
	// Engines are those that do so: chromium, chrome-headless-shell alone, firefox,
	// webkit. None: start-up probes tell.
	Engines []string
}

var switches = []SwitchInfo{
	{AuthorizationUnderWildcard, `"*" in Access-Control-Allow-Headers covers Authorization`,
		"https://github.com/whatwg/fetch/issues/1919", []string{"chromium", "firefox", "webkit"}},
	{SameOriginCrossoriginOrigin, "elements with crossorigin (not audio, video and manifests), modules, fonts and CSS images with CORS send Origin to their own origin too",
		"https://github.com/whatwg/fetch/issues/871", []string{"chromium", "webkit"}},
	{ClientHintsSafelisted, "client-hint headers set by script (dpr, save-data, ...) need no preflight",
		"https://wicg.github.io/client-hints-infrastructure/#safelisted", []string{"chromium"}},
	{UserAgentIgnored, "a User-Agent set by script is dropped without a word",
		"https://crbug.com/571722", []string{"chromium"}},
	{OriginIgnoresReferrerPolicy, "the referrer policy does not turn the Origin of a POST with mode no-cors or same-origin into null",
		"https://crbug.com/1066422", []string{"chromium"}},
	{HeadersCombinedFirst, "headers of one name are combined before they are held against the safelist, not one by one",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/core/fetch/fetch_manager.cc", []string{"chromium", "webkit"}},
	{CookieUpdateRenewsCreation, "a cookie set again with another value goes to the end of the Cookie header",
		"https://source.chromium.org/chromium/chromium/src/+/main:net/cookies/cookie_monster.cc", []string{"chromium"}},
	{MaxAgeCap600, "a preflight is cached for 600 s at most",
		"https://github.com/WebKit/WebKit/blob/main/Source/WebCore/loader/CrossOriginPreflightResultCache.cpp", []string{"webkit"}},
	{MaxAgeCap7200, "a preflight is cached for 7200 s at most",
		"https://source.chromium.org/chromium/chromium/src/+/main:services/network/public/cpp/cors/preflight_result.cc", []string{"chromium"}},
	{MaxAgeCap86400, "a preflight is cached for 86400 s at most",
		"https://searchfox.org/mozilla-central/source/netwerk/protocol/http/nsCORSListenerProxy.cpp", []string{"firefox"}},
	{MaxAgeInvalidNotCached, "an Access-Control-Max-Age that does not parse means that nothing is cached, not 5 s",
		"https://searchfox.org/mozilla-central/source/netwerk/protocol/http/nsCORSListenerProxy.cpp", []string{"firefox"}},
	{MaxAgeSigned, "Access-Control-Max-Age is a signed number: +60 is 60 s, -1 caches nothing, one beyond 64 bits means 5 s",
		"https://source.chromium.org/chromium/chromium/src/+/main:services/network/public/cpp/cors/preflight_result.cc", []string{"chromium", "webkit"}},
	{PreflightCacheReplaces, "a new preflight replaces what the last one to that URL left in the cache, instead of adding to it",
		"https://source.chromium.org/chromium/chromium/src/+/main:services/network/cors/preflight_cache.cc", []string{"chromium"}},
	{PreflightCacheKeptOnFailure, "a network error after the preflight leaves the preflight cache alone",
		"https://source.chromium.org/chromium/chromium/src/+/main:services/network/cors/preflight_cache.cc", []string{"chromium", "webkit"}},
	{PreflightCacheNoWildcard, `a cached "*" is not used again`,
		"https://searchfox.org/mozilla-central/source/netwerk/protocol/http/nsCORSListenerProxy.cpp", []string{"firefox"}},
	{ThirdPartyCookiesBlocked, "no cookies travel between a page and another site",
		"https://webkit.org/blog/10218/full-third-party-cookie-blocking-and-more/", nil},
	{ThirdPartyCookiesPartitioned, "each top-level site has a cookie jar of its own for the other sites in it",
		"https://developer.mozilla.org/docs/Web/Privacy/Guides/State_Partitioning", []string{"firefox"}},
	{NoORBForFetch, "opaque response blocking looks at elements only, not at fetch() with mode no-cors",
		"https://github.com/annevk/orb", []string{"chromium", "firefox"}},
	{EmbeddedCredentialsBlocked, "a subresource whose URL holds a user name or password is not loaded, unless with mode cors (but for manifests), by XMLHttpRequest, or as audio or video; nor is one that is redirected to such a URL, whatever the mode",
		"https://chromestatus.com/feature/5669008342777856", []string{"chromium"}},
	{PreflightCacheKeyHasFragment, "the preflight cache tells URLs apart by their fragments too",
		"https://source.chromium.org/chromium/chromium/src/+/main:services/network/cors/preflight_cache.cc", []string{"chromium", "firefox", "webkit"}},
	{HTTPErrorsFrom400, "classic scripts, stylesheets and fonts with a status of 300 to 399 that is no redirect are used",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/platform/loader/fetch/resource_loader.cc", []string{"chromium"}},
	{WrongStylesheetLoadsEmpty, "a stylesheet that is not text/css fires load, and is empty",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/core/loader/resource/css_style_sheet_resource.cc", []string{"chromium"}},
	{ORBSniffs, "opaque response blocking looks at the type and at how the body begins, that of JavaScript types too, and lets through what it does not recognise",
		"https://source.chromium.org/chromium/chromium/src/+/main:services/network/orb/orb_impl.cc", []string{"chromium"}},
	{ForcedPreflightNeedsMethods, "a preflight forced by an upload listener or a stream needs the method listed like any other",
		"https://source.chromium.org/chromium/chromium/src/+/main:services/network/public/cpp/cors/preflight_result.cc", []string{"chromium", "firefox", "webkit"}},
	{KeepaliveFollowsRefused, "a keepalive request of a document, a beacon too, follows a redirect to a URL with a user name, though the page is told that it failed",
		"https://source.chromium.org/chromium/chromium/src/+/main:content/browser/loader/keep_alive_url_loader.cc", []string{"chromium"}},
	{NavigationsRedirected19, "a navigation, the script of a worker and a keepalive request of a document follow 19 redirects, not 20",
		"https://source.chromium.org/chromium/chromium/src/+/main:content/browser/loader/navigation_url_loader_impl.cc", []string{"chromium"}},
	{StreamsIgnoreSameOriginMode, "a stream as body makes the mode cors, where script says same-origin",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/core/fetch/fetch_manager.cc", []string{"chromium"}},
	{NoCORSRedirectOriginNull, "a POST without CORS that is redirected to another origin carries Origin null from there on",
		"https://source.chromium.org/chromium/chromium/src/+/main:net/url_request/redirect_util.cc", []string{"chromium"}},
	{RedirectPolicyKeepsOrigin, "a Referrer-Policy that comes with a redirect does not turn the Origin of what follows into null",
		"https://source.chromium.org/chromium/chromium/src/+/main:net/url_request/redirect_util.cc", []string{"chromium", "webkit"}},
	{RedirectNeedsLocation, "a redirect status without a Location, or with an empty one, is no redirect, unless the redirect mode is manual",
		"https://source.chromium.org/chromium/chromium/src/+/main:net/http/http_response_headers.cc", []string{"chromium", "webkit"}},
	{UploadListenerNeedsBody, "an upload listener forces a preflight only for a request that is asynchronous and has a body",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/core/xmlhttprequest/xml_http_request.cc", []string{"chromium"}},
	{MixedContentFromHTTPSOnly, "a page on http://localhost may load from http, though its origin is potentially trustworthy",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/core/loader/mixed_content_checker.cc", []string{"chromium", "firefox", "webkit"}},
	{SameSiteIgnoresRedirects, "SameSite cookies look at the last URL only, not at the redirects on the way to it",
		"https://crbug.com/1221316", []string{"chromium", "webkit"}},
	{InvalidLocationFails, "a redirect to something that is no URL fails before any other check, in redirect mode manual and error too",
		"https://source.chromium.org/chromium/chromium/src/+/main:net/url_request/url_request_job.cc", []string{"chromium"}},
	{RangeRewritten, "a Range of one part that script sets for a GET is parsed and written again, in its shortest form",
		"https://source.chromium.org/chromium/chromium/src/+/main:net/http/partial_data.cc", []string{"chromium"}},
	{RangeIn64Bits, "a Range whose numbers do not fit in 63 bits is not safelisted",
		"https://source.chromium.org/chromium/chromium/src/+/main:net/http/http_util.cc", []string{"chromium"}},
	{FrameIgnoresNotModified, "a navigation that is answered with 304 leaves the frame as it was",
		"https://source.chromium.org/chromium/chromium/src/+/main:content/browser/loader/navigation_url_loader_impl.cc", []string{"chromium"}},
	{RepeatedHeadersRefused, "a response with two different Location lines, two different values of Content-Disposition, or two lengths, whatever its method and status, is a network error",
		"https://source.chromium.org/chromium/chromium/src/+/main:net/http/http_stream_parser.cc", []string{"chromium"}},
	{HTTP09, "at least 8 bytes that do not begin with a status line are a response of HTTP/0.9: status 200, no headers, all body",
		"https://source.chromium.org/chromium/chromium/src/+/main:net/http/http_stream_parser.cc", []string{"chromium", "firefox"}},
	{HTTPCacheShared, "the HTTP cache is not partitioned: pages of all sites share it",
		"https://source.chromium.org/chromium/chromium/src/+/main:net/base/features.cc", []string{"chrome-headless-shell"}},
	{FramesCachedApart, "the document of a frame has an entry of its own in the HTTP cache, which nothing else uses",
		"https://source.chromium.org/chromium/chromium/src/+/main:net/http/http_cache.cc", []string{"chromium"}},
	{HeuristicFreshness, "a response that does not say how long it lives does so for a tenth of the time since Last-Modified, a 300, 301, 308 or 410 for ever",
		"https://source.chromium.org/chromium/chromium/src/+/main:net/http/http_response_headers.cc", []string{"chromium", "firefox"}},
	{NoCacheReloads, "a script's Cache-Control: no-cache or Pragma: no-cache asks anew, where the standard only asks whether what is cached still holds",
		"https://source.chromium.org/chromium/chromium/src/+/main:net/http/http_cache_transaction.cc", []string{"chromium"}},
	{PragmaOfResponses, "a response with Pragma: no-cache is asked for anew, whatever its Cache-Control and Expires say",
		"https://source.chromium.org/chromium/chromium/src/+/main:net/http/http_response_headers.cc", []string{"chromium", "firefox"}},
	{MaxAgeUnquoted, "a max-age in quotes in a response's Cache-Control is none",
		"https://source.chromium.org/chromium/chromium/src/+/main:net/http/http_response_headers.cc", []string{"chromium", "firefox"}},
	{HTTPCacheOneVariant, "the HTTP cache has one response for a URL, whatever Vary says: another variant takes its place",
		"https://source.chromium.org/chromium/chromium/src/+/main:net/http/http_cache_transaction.cc", []string{"chromium", "firefox"}},
	{ValidatesSuccessOnly, "a stored response is asked about only if its status is 200, any other is asked for anew",
		"https://source.chromium.org/chromium/chromium/src/+/main:net/http/http_cache_transaction.cc", []string{"chromium"}},
	{RangeFromCache, "a request for one range of bytes, as all of audio and video are, is answered from the HTTP cache with that part of what is there; it names the end when it asks whether that is still right, and if not, nothing stays there",
		"https://source.chromium.org/chromium/chromium/src/+/main:net/http/partial_data.cc", []string{"chromium"}},
	{ForceCacheServesWrites, "with cache mode force-cache a PATCH or DELETE is answered with the response to a GET, and not sent",
		"https://source.chromium.org/chromium/chromium/src/+/main:net/http/http_cache_transaction.cc", []string{"chromium"}},
	{OtherMethodsKeepCached, "a PUT without a body, and any method but POST, PUT, PATCH and DELETE, leaves what the HTTP cache has of its URL",
		"https://source.chromium.org/chromium/chromium/src/+/main:net/http/http_cache_transaction.cc", []string{"chromium"}},
	{BlockedNotCached, "a response that CORS, Cross-Origin-Resource-Policy or opaque response blocking stops does not stay in the HTTP cache, but for a short one that was read for its MIME type before CORS looked at it",
		"https://source.chromium.org/chromium/chromium/src/+/main:services/network/cors/cors_url_loader.cc", []string{"chromium"}},
	{ConditionalsValidate, "a request with a conditional header of the script's own says Cache-Control: max-age=0, not no-cache, and nothing of the kind in a worker",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/platform/loader/fetch/resource_fetcher.cc", []string{"chromium"}},
	{Ports4190And6679Open, "ports 4190 and 6679 are not blocked",
		"https://source.chromium.org/chromium/chromium/src/+/main:net/base/port_util.cc", []string{"chromium"}},
	{ModeBeforeMixedContent, "fetch() looks at its mode first, then at mixed content, then at the port",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/core/fetch/fetch_manager.cc", []string{"chromium", "firefox"}},
	{CharsetReplaced, "XMLHttpRequest writes UTF-8 over each charset of a Content-Type that comes with a string or URLSearchParams, without parsing the type",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/core/xmlhttprequest/xml_http_request.cc", []string{"chromium"}},
	{UseWithoutDataURLs, "a use element of SVG takes nothing from a data: URL",
		"https://chromestatus.com/feature/5128825141198848", []string{"chromium", "firefox", "webkit"}},
	{SVGDocumentsChecked, "an SVG document that a use element refers to must have one of four XML types, and a status below 400",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/core/svg/svg_resource_document_content.cc", []string{"chromium", "firefox"}},
	{FilterSameOrigin, "a CSS filter in another document is asked for with mode same-origin, not cors",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/core/svg/svg_resource_document_content.cc", []string{"chromium", "firefox"}},
	{FeImageIgnoresCrossorigin, "the crossorigin attribute of feImage is not looked at",
		"https://developer.mozilla.org/docs/Web/SVG/Reference/Element/feImage#browser_compatibility", []string{"chromium", "webkit"}},
	{ObjectsNotUpgraded, "upgrade-insecure-requests does not upgrade object and embed elements, which are mixed content before it is looked at",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/core/html/html_plugin_element.cc", []string{"chromium"}},
	{PluginImagesNoCORS, "an object or embed element whose path ends like an image's loads it as an image with mode no-cors, instead of navigating",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/core/html/html_plugin_element.cc", []string{"chromium", "webkit"}},
	{ClientHintsLeft, "client-hint headers set by script, but for save-data, do not go along with a redirect to an origin that is not the page's, nor, in a worker, with any",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/core/loader/base_fetch_context.cc", []string{"chromium"}},
	{ClearSiteDataHidden, "script cannot read the header Clear-Site-Data, not even of its own origin",
		"https://source.chromium.org/chromium/chromium/src/+/main:services/network/url_loader.cc", []string{"chromium"}},
	{NoPDFViewer, "no frame shows PDF",
		"https://html.spec.whatwg.org/multipage/system-state.html#pdf-viewer-supported", []string{"chrome-headless-shell", "webkit"}},
	{FirstURLDecidesUpgrade, "whether an image, audio or video of a secure page is asked for over https, its first URL decides for all redirects: from an IP address, a loopback host or a .local name on, http is loaded, from all others on, even http://localhost is upgraded",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/core/loader/mixed_content_checker.cc", []string{"chromium"}},
	{PreflightCacheObeysCacheMode, "with the cache modes no-store, reload and no-cache, and with a conditional header of the script's own, the preflight cache is not looked at either, nor added to",
		"https://source.chromium.org/chromium/chromium/src/+/main:services/network/cors/preflight_controller.cc", []string{"chromium"}},
	{FrameTypesOfItsOwn, "a frame shows text of nearly every kind and XML of few kinds, and takes what is no MIME type but has a slash for one that it cannot show; it looks into every text/plain, for images too, and takes what has no type under nosniff for text",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/common/mime_util/mime_util.cc", []string{"chromium"}},
	{NotModifiedHeadersUnseen, "a script, style sheet or font that the page has already counts as it came when a 304 says that it is still right: the headers of the 304 change nothing",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/platform/loader/fetch/resource.cc", []string{"chromium"}},
	{KeptOnFailure, "a style sheet or font that the page has already stays in use when the question whether it is still right ends in a network error, a font also when another answer comes",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/core/loader/resource/css_style_sheet_resource.cc", []string{"chromium"}},
	{NestedImportErrorsLost, "a style sheet that an imported one imports, and that fails, does not make the load fail",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/core/css/style_sheet_contents.cc", []string{"chromium", "webkit"}},
	{SrcFunctionUnknown, "src() is no address in a style sheet: what it stands in is not there",
		"https://drafts.csswg.org/css-values-5/#src-notation", []string{"chromium"}},
	{PreloadServesHeaders, "what a preload link has fetched also answers a fetch() with headers, if they are safelisted",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/platform/loader/fetch/resource_fetcher.cc", []string{"chromium", "firefox"}},
	{LinksLookAtStatus, "a preload or prefetch link fires error for a status of 400 and more (not for images, tracks and fetch) and for what is no image, and not for a wrong MIME type",
		"https://github.com/whatwg/html/issues/1142", []string{"chromium", "firefox", "webkit"}},
	{ManifestOmitsCredentials, "a manifest is fetched without cookies from the page's own origin too, unless crossorigin says use-credentials",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/modules/manifest/manifest_fetcher.cc", []string{"chromium"}},
	{BrokenBodyTimed, "a response whose body breaks off has an entry in Resource Timing like any other",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/platform/loader/fetch/resource_fetcher.cc", []string{"chromium", "firefox"}},
	{OpaqueRedirectTimesHidden, "Resource Timing hides the times of a redirect that is not followed (redirect mode manual), whoever answers",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/platform/loader/fetch/resource_fetcher.cc", []string{"chromium"}},
	{UnsentNotTimed, "a fetch() that its mode or a policy forbids before anything is sent has no entry in Resource Timing",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/core/fetch/fetch_manager.cc", []string{"chromium"}},
	{PreflightOriginOfPageAfterHops, "a preflight after a redirect across origins carries the page's origin, not null",
		"https://searchfox.org/mozilla-central/source/netwerk/protocol/http/nsCORSListenerProxy.cpp", []string{"firefox"}},
	{PreflightStays, "once a request has needed a preflight, or would have for another origin, it needs one after each redirect, whatever has become of its method and its headers",
		"https://searchfox.org/mozilla-central/source/netwerk/protocol/http/nsCORSListenerProxy.cpp", []string{"firefox"}},
	{BytesBeyondASCIIUnsafe, "a byte of 0x80 and above in Accept or Content-Type is unsafe",
		"https://searchfox.org/mozilla-central/source/dom/base/nsContentUtils.cpp", []string{"firefox"}},
	{SingletonHeadersOnce, "of headers that may stand once, such as Content-Type and Authorization, the first that script has set is sent, not all together",
		"https://searchfox.org/mozilla-central/source/netwerk/protocol/http/nsHttpHeaderArray.h", []string{"firefox"}},
	{ScriptMutedByLastURL, "the errors of a classic script are muted if its last URL is another origin's, wherever redirects went before",
		"https://searchfox.org/mozilla-central/source/dom/script/ScriptLoader.cpp", []string{"firefox"}},
	{SpdyHeaderAdded, "a response that came over HTTP/2 has a header X-Firefox-Spdy, which script can read in its own origin",
		"https://searchfox.org/mozilla-central/source/netwerk/protocol/http/Http2Stream.cpp", []string{"firefox"}},
	{CharsetOfParamsCorrected, "XMLHttpRequest puts the charset of a Content-Type right where it comes with URLSearchParams, not only with a string",
		"https://searchfox.org/mozilla-central/source/dom/xhr/XMLHttpRequestMainThread.cpp", []string{"firefox", "webkit"}},
	{EventStreamNeedsUTF8, "an event stream whose Content-Type has a charset other than UTF-8 fails",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/modules/eventsource/event_source.cc", []string{"chromium"}},
	{KeepaliveLimitedFirst, "a keepalive request with more than 64 KiB of body fails before its preflight goes out",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/core/fetch/fetch_manager.cc", []string{"chromium", "firefox", "webkit"}},
	{TypesReadLoosely, "a Content-Type ends at the first space, semicolon or bracket, and what stands before it need not be a MIME type",
		"https://source.chromium.org/chromium/chromium/src/+/main:net/http/http_util.cc", []string{"chromium"}},
	{BlobTypesMustParse, "XMLHttpRequest sends no Content-Type for a Blob whose type, with all its parameters, does not parse",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/core/xmlhttprequest/xml_http_request.cc", []string{"chromium", "webkit"}},
	{BeaconTypesMustParse, "sendBeacon() sends no Content-Type for a Blob whose type, with all its parameters, does not parse",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/core/loader/beacon_data.cc", []string{"chromium"}},
	{CookieTabRefused, "a cookie with a tab in its name or value is refused",
		"https://source.chromium.org/chromium/chromium/src/+/main:net/cookies/parsed_cookie.cc", []string{"chromium"}},
	{WorkerConstructorThrows, "new Worker() and new SharedWorker() with a URL of another origin throw a SecurityError, instead of an error event later",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/core/workers/abstract_worker.cc", []string{"chromium", "webkit"}},
	{WorkersOfAnyType, "the script of a classic worker may have any MIME type that is not one of images, audio, video or CSV",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/platform/loader/allowed_by_nosniff.cc", []string{"chromium"}},
	{NoBlobsInDataWorkers, "a dedicated worker at a data: URL cannot load the blobs that it makes",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/platform/blob/blob_url_null_origin_map.h", []string{"chromium"}},
	{SharedWorkersLoadMixed, "script in a shared worker may load plain http, though its page is secure",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/core/loader/mixed_content_checker.cc", []string{"chromium"}},
	{OpaqueWorkersLoadMixed, "script in a dedicated worker of a document whose origin is opaque may load plain http, though the page around it is secure",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/core/loader/mixed_content_checker.cc", []string{"chromium"}},
	{WorkersParseAsTheyRun, "a dedicated worker's classic script that does not parse has run, and its SyntaxError reaches the page as that of any script",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/core/workers/worker_global_scope.cc", []string{"chromium", "webkit"}},
	{DataDocumentsInsecure, "a frame at a data: URL is no secure context, wherever it is",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/platform/weborigin/security_origin.cc", []string{"chromium", "webkit"}},
	{ContentCodingsMustParse, "a response whose Content-Encoding has a quote, =, ;, * or, in a coding, white space in it is a network error",
		"https://source.chromium.org/chromium/chromium/src/+/main:net/http/http_util.cc", []string{"chromium"}},
	{NumbersEndInPoint, "a number in a structured header, such as a parameter of Cross-Origin-Embedder-Policy, may end in its decimal point",
		"https://source.chromium.org/chromium/chromium/src/+/main:net/third_party/quiche/src/quiche/common/structured_headers.cc", []string{"chromium"}},
	{RegisterLooksAtStatusFirst, "a service worker's script that fails for its status or the network is a TypeError, whatever MIME type there is",
		"https://source.chromium.org/chromium/chromium/src/+/main:content/browser/service_worker/service_worker_new_script_loader.cc", []string{"chromium", "firefox", "webkit"}},
	{ConditionalsOfWorkersPlain, "a request of a worker with a conditional header of the script's own says nothing to caches",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/core/loader/worker_fetch_context.cc", []string{"chromium"}},
	{WorkerScriptsUntimed, "Resource Timing has the script of a dedicated worker only if it runs, and those of shared workers, service workers and worklets never",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/core/workers/dedicated_worker.cc", []string{"chromium"}},
	{TypesCheckedAfterTiming, "a script of a wrong MIME type (images, nosniff) has an entry in Resource Timing like any other response",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/platform/loader/fetch/resource_fetcher.cc", []string{"chromium", "firefox", "webkit"}},
	{ImportedMutedByLastURL, "the errors of an imported script are muted if its last URL is another origin's, wherever redirects went before",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/core/workers/worker_global_scope.cc", []string{"chromium", "firefox"}},
	{FontsWithoutCORS, "fonts are loaded with mode no-cors, from anywhere and with cookies",
		"https://github.com/WebKit/WebKit/blob/main/Source/WebCore/css/CSSFontFaceSrcValue.cpp", []string{"webkit"}},
	{NoORB, "there is no opaque response blocking",
		"https://github.com/WebKit/standards-positions/issues/64", []string{"webkit"}},
	{ThirdPartyCookiesNotSet, "an answer sets no cookie in a page of another site; those that are there go along",
		"https://webkitgtk.org/reference/webkit2gtk/stable/enum.CookieAcceptPolicy.html", []string{"webkit"}},
	{UnlistedHostsAreSites, "below a top-level domain that the public suffix list does not have, an answer sets no cookie that the page's own host would not get",
		"https://gitlab.gnome.org/GNOME/libsoup/-/blob/master/libsoup/cookies/soup-cookie-jar.c", []string{"webkit"}},
	{PreflightAgainAfterRedirect, "a request that had a preflight has one again after each redirect, whatever is left of what it was for",
		"https://github.com/WebKit/WebKit/blob/main/Source/WebKit/NetworkProcess/NetworkLoadChecker.cpp", []string{"webkit"}},
	{OriginKeptOnRedirect, "a request that carried Origin carries it after a redirect, too, when it has become a GET to the page's own origin",
		"https://github.com/WebKit/WebKit/blob/main/Source/WebCore/platform/network/ResourceRequestBase.cpp", []string{"webkit"}},
	{BadCodingsPass, "a coding of Content-Encoding that the body does not have is passed over",
		"https://gitlab.gnome.org/GNOME/libsoup/-/blob/master/libsoup/content-decoder/soup-content-decoder.c", []string{"webkit"}},
	{ShapesOmitCredentials, "the image of a shape-outside is asked for without credentials",
		"https://github.com/WebKit/WebKit/blob/main/Source/WebCore/style/StylePendingResources.cpp", []string{"webkit"}},
	{LocationInLatin1, "the bytes of a Location beyond ASCII are characters of Latin-1, and make another host of the one that is meant",
		"https://gitlab.gnome.org/GNOME/libsoup/-/blob/master/libsoup/soup-session.c", []string{"webkit"}},
	{CookiePrefixesUnknown, "cookies named __Host- and __Secure- are like any others",
		"https://gitlab.gnome.org/GNOME/libsoup/-/blob/master/libsoup/cookies/soup-cookie-jar.c", []string{"webkit"}},
	{TracksWithoutCORS, "the text tracks of a media element without crossorigin come from anywhere, with mode no-cors",
		"https://github.com/WebKit/WebKit/blob/main/Source/WebCore/loader/TextTrackLoader.cpp", []string{"webkit"}},
	{LoopbackMixed, "a secure page may not load over http from loopback either, but for images that are there at once, and upgrade-insecure-requests upgrades that, too",
		"https://github.com/WebKit/WebKit/blob/main/Source/WebCore/loader/MixedContentChecker.cpp", []string{"webkit"}},
	{FailuresNotTimed, "Resource Timing shows no load that has failed",
		"https://github.com/WebKit/WebKit/blob/main/Source/WebCore/loader/ResourceTimingInformation.cpp", []string{"webkit"}},
	{WorkerImportsPlain, "the modules that workers and worklets load from their own origin are asked for without Origin",
		"https://github.com/WebKit/WebKit/blob/main/Source/WebCore/workers/WorkerScriptLoader.cpp", []string{"webkit"}},
	{PreflightCacheRenewed, "what a new preflight allows takes the place of what the last one to that URL left in the cache",
		"https://github.com/WebKit/WebKit/blob/main/Source/WebCore/loader/CrossOriginPreflightResultCache.cpp", []string{"webkit"}},
	{ProxyStatusPasses, "status 407 is like any other where no proxy is in between",
		"https://github.com/WebKit/WebKit/blob/main/Source/WebKit/NetworkProcess/soup/NetworkDataTaskSoup.cpp", []string{"firefox", "webkit"}},
	{HeaderValuesInUTF8, "the characters beyond ASCII of a header that script sets are sent in UTF-8",
		"https://github.com/WebKit/WebKit/blob/main/Source/WebCore/platform/network/soup/ResourceRequestSoup.cpp", []string{"webkit"}},
	{RangeUnitInAnyCase, "the unit of a safelisted Range may be written in capitals",
		"https://github.com/WebKit/WebKit/blob/main/Source/WebCore/platform/network/HTTPParsers.cpp", []string{"webkit"}},
	{SameSiteIgnoresSandbox, "SameSite cookies go with what a sandboxed page loads from its own site",
		"https://github.com/WebKit/WebKit/blob/main/Source/WebCore/loader/FrameLoader.cpp", []string{"webkit"}},
	{NoCredentialless, "Cross-Origin-Embedder-Policy: credentialless means nothing",
		"https://bugs.webkit.org/show_bug.cgi?id=230550", []string{"webkit"}},
	{NoHTTPCache, "fetch() has no HTTP cache: the driver's window is a private one, which keeps nothing on the disk, and what a page keeps in memory is not for it",
		"https://github.com/WebKit/WebKit/blob/main/Source/WebKit/NetworkProcess/NetworkSession.cpp", []string{"webkit"}},
	{PostersAskTwice, "a poster that is no picture may be asked for once more",
		"https://github.com/WebKit/WebKit/blob/main/Source/WebCore/rendering/RenderVideo.cpp", []string{"webkit"}},
	{URLModifiersOfImages, "of the modifiers of a url() cross-origin() is known, in images alone: any other makes the url() a mistake",
		"https://github.com/WebKit/WebKit/blob/main/Source/WebCore/css/parser/CSSPropertyParserConsumer+URL.cpp", []string{"webkit"}},
	{SrcFunctionSkipped, "src() is no address in a style sheet: among the sources of a font it is passed over, elsewhere what it stands in is not there",
		"https://github.com/WebKit/WebKit/blob/main/Source/WebCore/css/parser/CSSPropertyParserConsumer+URL.cpp", []string{"firefox", "webkit"}},
	{ResponseURLWithoutName, "the URL that XMLHttpRequest tells of a CORS response has no user name",
		"https://github.com/WebKit/WebKit/blob/main/Source/WebCore/xml/XMLHttpRequest.cpp", []string{"webkit"}},
	{SocketsSeenAsSuch, "Content-Security-Policy sees a WebSocket's ws: or wss: URL, which sources for http and https do not name",
		"https://github.com/WebKit/WebKit/blob/main/Source/WebCore/page/csp/ContentSecurityPolicySource.cpp", []string{"webkit"}},
	{WorkerResponsesUnfiltered, "XMLHttpRequest lists all headers of a CORS response that a service worker has answered with",
		"https://github.com/WebKit/WebKit/blob/main/Source/WebCore/workers/service/context/ServiceWorkerFetch.cpp", []string{"webkit"}},
	{ScriptErrorsFrom400, "classic scripts and fonts with a status of 300 to 399 that is no redirect are used",
		"https://github.com/WebKit/WebKit/blob/main/Source/WebCore/platform/network/ResourceResponseBase.cpp", []string{"webkit"}},
	{HostCookiesFirst, "of cookies with paths of one length those of the host come before those of the domains above it",
		"https://gitlab.gnome.org/GNOME/libsoup/-/blob/master/libsoup/cookies/soup-cookie-jar.c", []string{"webkit"}},
	{SecureCookiesOvershadowed, "over http a cookie may be set that stands before a secure one of another domain or path",
		"https://gitlab.gnome.org/GNOME/libsoup/-/blob/master/libsoup/cookies/soup-cookie-jar.c", []string{"webkit"}},
	{ClassicImportsAlike, "what a classic script imports has the credentials mode same-origin, and starts from the script's own URL though its errors are muted",
		"https://github.com/WebKit/WebKit/blob/main/Source/WebCore/bindings/js/ScriptModuleLoader.cpp", []string{"webkit"}},
	{PlayersAskTwice, "a frame that is a player asks for what it plays twice more",
		"https://github.com/WebKit/WebKit/blob/main/Source/WebCore/html/MediaDocument.cpp", []string{"webkit"}},
	{NoCORSOriginKept, "a POST without CORS that redirects within one origin turn into a GET goes on with its Origin",
		"https://github.com/WebKit/WebKit/blob/main/Source/WebCore/platform/network/ResourceRequestBase.cpp", []string{"webkit"}},
	{PolicyThrowsOfWorkers, "new Worker() and new SharedWorker() throw a SecurityError where the page's policy forbids the worker",
		"https://github.com/WebKit/WebKit/blob/main/Source/WebCore/workers/AbstractWorker.cpp", []string{"webkit"}},
	{SharedWorkersParseAsTheyRun, "a shared worker whose classic script does not parse tells its page the SyntaxError",
		"https://github.com/WebKit/WebKit/blob/main/Source/WebCore/workers/shared/SharedWorker.cpp", []string{"webkit"}},
	{SyncUploadsUnasked, "an upload listener forces no preflight for a synchronous XMLHttpRequest",
		"https://github.com/WebKit/WebKit/blob/main/Source/WebCore/xml/XMLHttpRequest.cpp", []string{"webkit"}},
	{NotModifiedUnchecked, "what a page has in memory counts as it came when a 304 says that it is still right, in the next page too: CORS does not look at the 304 (fetch() has no such memory)",
		"https://github.com/WebKit/WebKit/blob/main/Source/WebCore/loader/cache/MemoryCache.cpp", []string{"webkit"}},
	{FailuresNotCached, "what a page may not use does not stay in the cache",
		"https://github.com/WebKit/WebKit/blob/main/Source/WebCore/loader/cache/CachedResource.cpp", []string{"webkit"}},
	{CachedWildcardCoversAll, `a cached "*" covers Authorization too`,
		"https://github.com/WebKit/WebKit/blob/main/Source/WebCore/loader/CrossOriginPreflightResultCache.cpp", []string{"webkit"}},
	{SameSiteIgnoresPageAround, "SameSite cookies go with what a frame loads from its own site, whatever page it is in",
		"https://github.com/WebKit/WebKit/blob/main/Source/WebCore/loader/FrameLoader.cpp", []string{"webkit"}},
	{PreflightCacheByTopOrigin, "the preflight cache is partitioned by the origin of the top-level page, not by its site",
		"https://github.com/WebKit/WebKit/blob/main/Source/WebCore/loader/CrossOriginPreflightResultCache.h", []string{"webkit"}},
	{EscapesNormalised, "what is percent-encoded in a URL is sent with capitals, and as it is where it need not be encoded",
		"https://gitlab.gnome.org/GNOME/glib/-/blob/main/glib/guri.c", []string{"webkit"}},
	{FrameTypesRegistered, "a frame shows every text/ type but some dozen, and of XML types those that it knows; a Content-Type that is no MIME type is a download if it has a slash",
		"https://github.com/WebKit/WebKit/blob/main/Source/WebCore/platform/MIMETypeRegistry.cpp", []string{"webkit"}},
	{NoBlobsAtDataURLs, "documents and workers at data: URLs cannot load the blobs that they make",
		"https://github.com/WebKit/WebKit/blob/main/Source/WebCore/fileapi/BlobURL.cpp", []string{"webkit"}},
	{BlobsCarryPolicies, "the response of a blob: URL has the policies of the document that made the blob as headers",
		"https://github.com/WebKit/WebKit/blob/main/Source/WebCore/loader/PolicyContainer.cpp", []string{"webkit"}},
	{SourcePathsLoose, "the path of a Content-Security-Policy's source ends before ? and #, and is percent-decoded as a whole, not segment by segment",
		"https://source.chromium.org/chromium/chromium/src/+/main:services/network/public/cpp/content_security_policy/csp_source.cc", []string{"chromium", "firefox", "webkit"}},
	{SourcesNameAddresses, "a source of a Content-Security-Policy may name any IPv4 address, not only 127.0.0.1",
		"https://source.chromium.org/chromium/chromium/src/+/main:services/network/public/cpp/content_security_policy/csp_source.cc", []string{"chromium", "firefox"}},
	{SourcePortUpgrades, "a source for port 80 names port 443 too, where its scheme is upgraded",
		"https://source.chromium.org/chromium/chromium/src/+/main:services/network/public/cpp/content_security_policy/csp_source.cc", []string{"chromium", "firefox", "webkit"}},
	{SourcesSeeSocketSchemes, "Content-Security-Policy sees a WebSocket's ws: or wss: URL, which sources for http and https do not name, nor the other way round",
		"https://source.chromium.org/chromium/chromium/src/+/main:services/network/public/cpp/content_security_policy/csp_source.cc", []string{"chromium", "firefox"}},
	{FetchPolicySeesURLAsWritten, "fetch() is held against connect-src before upgrade-insecure-requests rewrites its URL, and again after",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/core/fetch/fetch_manager.cc", []string{"chromium"}},
	{StrictDynamicLetsWorkers, "'strict-dynamic' lets every worker in, whichever directive it stands in",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/core/frame/csp/csp_directive_list.cc", []string{"chromium", "firefox"}},
	{ObjectsAreFrames, "an object that is no image is held against frame-src, beside object-src",
		"https://source.chromium.org/chromium/chromium/src/+/main:content/browser/renderer_host/navigation_request.cc", []string{"chromium"}},
	{LocalNetworkAccessFromPublicOnly, "documents of the local network may load from loopback without asking",
		"https://wicg.github.io/local-network-access/#local-network-request-section", []string{"chromium"}},
	{SyncXHRPassesWorker, "a synchronous XMLHttpRequest goes past the service worker",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/platform/loader/fetch/resource_loader.cc", []string{"chromium", "webkit"}},
	{SyntheticIsBasic, "a response that a service worker makes itself is of type basic, whatever it answers: script reads it, and it is origin-clean, but for importScripts()",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/core/fetch/fetch_manager.cc", []string{"chromium", "firefox", "webkit"}},
	{WorkerResponsesKeepBody, "a response that a service worker answers with keeps its body when the request's method is HEAD",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/modules/service_worker/fetch_respond_with_observer.cc", []string{"chromium", "webkit"}},
	{OpaqueOriginsCacheNoPreflight, "nothing goes into the preflight cache for a document whose origin is opaque, nor for a request whose Origin a redirect has made null, nor out of it",
		"https://source.chromium.org/chromium/chromium/src/+/main:services/network/cors/preflight_cache.cc", []string{"chromium"}},
	{StorageAccessSendsOrigin, "a frame that third-party cookies are kept from tells its Origin to servers of the top-level site, without CORS too",
		"https://privacycg.github.io/storage-access-headers/", []string{"chromium", "firefox"}},
	{HTTPCacheByFrame, "the HTTP cache is partitioned by the site of the frame, too, and keeps nothing for opaque origins",
		"https://source.chromium.org/chromium/chromium/src/+/main:net/base/network_isolation_key.cc", []string{"chromium"}},
	{PassedKeepsPreflight, "a request with an upload listener keeps its preflight when a service worker passes it on",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/core/fetch/request.cc", []string{"chromium"}},
	{WorkerResponsesWithoutPaths, "Content-Security-Policy does not look at paths when a service worker's response was redirected on its way",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/platform/loader/fetch/resource_loader.cc", []string{"chromium"}},
	{MixedContentDespiteSandbox, "a page that its Content-Security-Policy puts into a sandbox may not load over http, though its origin is no secure one",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/core/loader/mixed_content_checker.cc", []string{"chromium", "firefox", "webkit"}},
	{FetchURLAsWritten, "the response to a fetch() whose URL was upgraded to https has the URL that script wrote, as long as nothing redirects it",
		"https://source.chromium.org/chromium/chromium/src/+/main:third_party/blink/renderer/core/fetch/fetch_manager.cc", []string{"chromium"}},
	{DocumentIsolationPolicy, "Document-Isolation-Policy holds what a document loads to Cross-Origin-Resource-Policy, as Cross-Origin-Embedder-Policy does, but for its frames and workers",
		"https://wicg.github.io/document-isolation-policy/", []string{"chromium"}},
	{PreflightCacheByCredentials, "what a preflight for a request with credentials allowed is not used for one without",
		"https://searchfox.org/mozilla-central/source/netwerk/protocol/http/nsCORSListenerProxy.cpp", []string{"firefox"}},
	{PreflightCacheObeysReload, "with the cache modes no-store and reload, and with a conditional header of the script's own, the preflight cache is not looked at either, though it is added to",
		"https://searchfox.org/mozilla-central/source/netwerk/protocol/http/nsCORSListenerProxy.cpp", []string{"firefox"}},
	{BrokenListExposesAll, "a * that stands before the mistake in an Access-Control-Expose-Headers that breaks the grammar counts",
		"https://searchfox.org/mozilla-central/source/dom/fetch/InternalHeaders.cpp", []string{"firefox"}},
	{BrokenBodyAborts, "reading a body that breaks off rejects with an AbortError, not a TypeError",
		"https://searchfox.org/mozilla-central/source/dom/fetch/FetchStreamReader.cpp", []string{"firefox"}},
	{UnaskedSubprotocolTaken, "a WebSocket opens though the server chose a subprotocol and the page asked for none",
		"https://searchfox.org/mozilla-central/source/netwerk/protocol/websocket/WebSocketChannel.cpp", []string{"firefox"}},
	{SameSiteIgnoresScheme, "http and https of one registrable domain are one site to SameSite cookies",
		"https://bugzilla.mozilla.org/show_bug.cgi?id=1651119", []string{"firefox", "webkit"}},
	{LocalHeadersAsWritten, "XMLHttpRequest lists the headers of data: and blob: URLs as the browser has written them, not lower-case and sorted",
		"https://searchfox.org/mozilla-central/source/dom/xhr/XMLHttpRequestMainThread.cpp", []string{"firefox"}},
	{ServiceWorkersReloaded, "the script of a service worker is asked for with Cache-Control: no-cache, not max-age=0",
		"https://searchfox.org/mozilla-central/source/dom/serviceworkers/ServiceWorkerScriptCache.cpp", []string{"firefox"}},
	{ClipPathSameOrigin, "a clip-path in another document is asked for with mode same-origin, not cors",
		"https://searchfox.org/mozilla-central/source/dom/base/ExternalResourceMap.cpp", []string{"firefox"}},
	{ObjectsUnderResourcePolicy, "Cross-Origin-Resource-Policy keeps out what object and embed elements load, too",
		"https://searchfox.org/mozilla-central/source/netwerk/protocol/http/nsHttpChannel.cpp", []string{"firefox"}},
	{TypesBeforeORB, "a script or a style sheet of a wrong MIME type is refused for that, before opaque response blocking looks at it",
		"https://searchfox.org/mozilla-central/source/netwerk/protocol/http/nsHttpChannel.cpp", []string{"firefox"}},
	{ChallengesUnderCORS, "XMLHttpRequest answers the challenge of another origin, too, with the name and the password in the URL",
		"https://searchfox.org/mozilla-central/source/netwerk/protocol/http/nsHttpChannelAuthProvider.cpp", []string{"firefox"}},
	{OwnAuthorizationOnce, "a request with an Authorization of the script's own is not sent again when it is challenged",
		"https://searchfox.org/mozilla-central/source/netwerk/protocol/http/nsHttpChannelAuthProvider.cpp", []string{"firefox"}},
	{RepeatedLinesRefused, "a response with two different lines of Location or Content-Disposition, or two lengths, whatever its method and status, is a network error",
		"https://searchfox.org/mozilla-central/source/netwerk/protocol/http/nsHttpHeaderArray.h", []string{"firefox"}},
	{HTTP09OfAnyLength, "a response of HTTP/0.9 may have fewer than 8 bytes",
		"https://searchfox.org/mozilla-central/source/netwerk/protocol/http/nsHttpTransaction.cpp", []string{"firefox"}},
	{LinksLoadWhatFails, "a preload or prefetch link fires load when CORS blocks what it asks for, and a modulepreload link for a wrong MIME type as well",
		"https://searchfox.org/mozilla-central/source/uriloader/preload/PreloaderBase.cpp", []string{"firefox"}},
	{UpgradesAreRedirects, "a response whose URL upgrade-insecure-requests has upgraded counts as redirected",
		"https://searchfox.org/mozilla-central/source/netwerk/protocol/http/nsHttpChannel.cpp", []string{"firefox"}},
	{AddressesUpgraded, "an image, audio or video of a secure page is asked for over https from an IP address, too",
		"https://searchfox.org/mozilla-central/source/dom/security/nsMixedContentBlocker.cpp", []string{"firefox"}},
	{WorkerResponsesTaintElements, "what a service worker answers to an element without crossorigin, for a URL of another origin, is as an opaque response",
		"https://searchfox.org/mozilla-central/source/dom/serviceworkers/ServiceWorkerEvents.cpp", []string{"firefox"}},
	{HTTPCacheByCredentials, "the HTTP cache keeps apart what came with credentials and what came without",
		"https://searchfox.org/mozilla-central/source/netwerk/protocol/http/nsHttpChannel.cpp", []string{"firefox"}},
	{ErrorsNotCached, "a response with a status of 400 and more, but 410, does not go into the HTTP cache",
		"https://searchfox.org/mozilla-central/source/netwerk/protocol/http/nsHttpChannel.cpp", []string{"firefox"}},
	{KeptInDocument, "a style sheet with CORS or a font that the document has already is not asked about again, though it is stale",
		"https://searchfox.org/mozilla-central/source/layout/style/Loader.cpp", []string{"firefox"}},
	{ImportsFetchedDespiteErrors, "a module that names something that does not resolve is in error only when the others that it names have been fetched",
		"https://searchfox.org/mozilla-central/source/js/loader/ModuleLoaderBase.cpp", []string{"firefox"}},
	{FailuresInvalidate, "a POST takes what the HTTP cache has of its URL out, even if it ends with an error status",
		"https://searchfox.org/mozilla-central/source/netwerk/protocol/http/nsHttpChannel.cpp", []string{"firefox"}},
	{HeadAsksServer, "what a GET has left in the HTTP cache does not answer a HEAD",
		"https://searchfox.org/mozilla-central/source/netwerk/protocol/http/nsHttpChannel.cpp", []string{"firefox"}},
	{LocationTabsEncoded, "a tab within a Location is percent-encoded, not taken out",
		"https://searchfox.org/mozilla-central/source/netwerk/protocol/http/nsHttpChannel.cpp", []string{"firefox"}},
	{PrefetchByDefaultSrc, "a prefetch is held against the default-src of a Content-Security-Policy alone",
		"https://searchfox.org/mozilla-central/source/dom/security/nsCSPUtils.cpp", []string{"firefox"}},
	{TracksOverHTTP, "a secure page may load a text track over http",
		"https://searchfox.org/mozilla-central/source/dom/security/nsMixedContentBlocker.cpp", []string{"firefox"}},
	{ImportsAtOnce, "the scripts that one importScripts() names are asked for at once",
		"https://searchfox.org/mozilla-central/source/dom/workers/ScriptLoader.cpp", []string{"firefox"}},
	{URLModifiersUnknown, "url() with modifiers is no address in a style sheet",
		"https://searchfox.org/mozilla-central/source/layout/style/Loader.cpp", []string{"firefox"}},
	{SharedScriptsUntimed, "Resource Timing has no entry of the script of a shared worker or a service worker",
		"https://searchfox.org/mozilla-central/source/dom/workers/ScriptLoader.cpp", []string{"firefox"}},
	{DataURLSpacesGone, "the URL of the response of a data: URL in base64 has no spaces",
		"https://searchfox.org/mozilla-central/source/netwerk/protocol/data/nsDataHandler.cpp", []string{"firefox"}},
	{LocalNamesNotMixed, "a secure page may load from .local names and private addresses over http",
		"https://wicg.github.io/local-network-access/#mixed-content-lna", []string{"chromium"}},
}

// Switches lists every switch.
func Switches() []SwitchInfo { return slices.Clone(switches) }

// Info is what there is to say of the switch; its zero value if there is no
// such switch.
func (s Switch) Info() SwitchInfo {
	return switchInfo[s]
}

var switchInfo = func() map[Switch]SwitchInfo {
	m := map[Switch]SwitchInfo{}
	for _, info := range switches {
		m[info.Switch] = info
	}
	return m
}()

// Link is where the switch's rule comes from; "" if there is no such switch.
func (s Switch) Link() string { return s.Info().Link }

// ProfileFor is the profile of an engine (chromium, chrome-headless-shell,
// chrome, firefox, webkit), as far as the engine's name tells. What differs
// between builds, such as third-party cookies, is for start-up probes to find.
// An unknown engine has the standard's profile.
func ProfileFor(engine string) Profile {
	engines := []string{engine}
	switch engine {
	case "chrome", "edge":
		engines = []string{"chromium"}
	case "chrome-headless-shell", "chromium-headless-shell":
		engines = []string{"chromium", "chrome-headless-shell"}
	}
	var p Profile
	for _, info := range switches {
		if slices.ContainsFunc(engines, func(e string) bool { return slices.Contains(info.Engines, e) }) {
			if p == nil {
				p = Profile{}
			}
			p[info.Switch] = true
		}
	}
	return p
}
