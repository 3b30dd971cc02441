package oracle

import (
	"cmp"
	"slices"
	"strings"
)

const maxRedirects = 20

func isRedirectStatus(status int) bool {
	switch status {
	case 301, 302, 303, 307, 308:
		return true
	}
	return false
}

// isRedirect says whether the reply is handled as a redirect.
func (f *fetching) isRedirect(reply Reply) bool {
	if !isRedirectStatus(reply.Status) {
		return false
	}
	location, found := reply.Headers.Get("Location")
	return location != "" || found && f.state.Profile[EmptyLocationFails] || f.redirectMode == "manual" || !f.state.Profile[RedirectNeedsLocation]
}

// locationURL is where a redirect leads. found is false when there is no
// Location, ok is false when it is no URL or there are several.
//
// https://fetch.spec.whatwg.org/#concept-response-location-url
func (f *fetching) locationURL(h Headers) (u *urlRecord, found, ok bool) {
	values := slices.Compact(h.Values("Location"))
	if len(values) == 0 {
		return nil, false, false
	}
	location := isomorphicBytes(values[0])
	if f.state.Profile[LocationTabsEncoded] {
		location = strings.ReplaceAll(location, "\t", "%09")
	}
	u, ok = parseURL(location, f.url())
	if f.state.Profile[LocationInLatin1] && ok {
		meant := u.origin
		u, ok = parseURL(isomorphic([]byte(strings.ToValidUTF8(location, "\uFFFD"))), f.url())
		ok = ok && u.origin == meant // another host is nobody's
	}
	if !ok || len(values) > 1 {
		return nil, true, false
	}
	u.fragment = cmp.Or(u.fragment, f.url().fragment)
	return u, true, true
}

// refusesLocation holds where an engine looks at a location that is no URL
// before all else.
func (f *fetching) refusesLocation(reply Reply) bool {
	if !f.isRedirect(reply) {
		return false
	}
	location, _ := reply.Headers.Get("Location")
	if location == "" && f.redirectMode != "manual" && f.state.Profile[EmptyLocationFails] {
		f.fail(RedirectLocation, redirectFetch, "The location of the redirect is empty.")
		return true
	}
	if !f.state.Profile[InvalidLocationFails] {
		return false
	}
	_, found, ok := f.locationURL(reply.Headers)
	if !found || ok {
		return false
	}
	f.fail(RedirectLocation, redirectFetch, "The location of the redirect is no URL, and that is looked at before all else.")
	return true
}

// unsafeSchemes are those that an engine's network library follows no redirect
// to, whoever asks.
var unsafeSchemes = []string{"about", "blob", "data", "file", "filesystem"}

// refusesNext holds where an engine holds the next URL against the document's
// policy, and for mixed content, before it looks at the redirect itself.
func (f *fetching) refusesNext(reply Reply) bool {
	next, _, ok := f.locationURL(reply.Headers)
	if !f.state.Profile[NextURLFirst] || !ok || f.redirectMode != "follow" || !next.isHTTP() {
		return false
	}
	ahead := f.ahead(next)
	ahead.upgradeInsecure()
	ahead.upgradeMixedContent()
	switch {
	case !ahead.allowedByPolicy():
	case ahead.isMixedContent():
		ahead.fail(MixedContent, mixedBlock, "The redirect leads to ", next.origin.String(), ", which is mixed content, and that is looked at before the redirect itself.")
	default:
		return false
	}
	f.p, f.failed = ahead.p, ahead.failed
	return true
}

// ahead is the request as it will be when it has followed a redirect.
func (f *fetching) ahead(next *urlRecord) *fetching {
	ahead := *f
	ahead.urls, ahead.redirects = append(slices.Clone(f.urls), next), f.redirects+1
	return &ahead
}

// policyAllowsNext holds the next URL against the document's policy.
func (f *fetching) policyAllowsNext(next *urlRecord) bool {
	ahead := f.ahead(next)
	if ahead.allowedByPolicy() {
		return true
	}
	f.p, f.failed = ahead.p, ahead.failed
	return false
}

// isomorphicBytes turns a header value into the bytes it was, so that a location
// in UTF-8 is read as such.
func isomorphicBytes(value string) string {
	bytes := make([]byte, 0, len(value))
	for _, r := range value {
		bytes = append(bytes, byte(r))
	}
	return string(bytes)
}

// redirect is HTTP-redirect fetch: whether the next URL may be asked for, and
// what of the request goes on to it.
//
// https://fetch.spec.whatwg.org/#concept-http-redirect-fetch
func (f *fetching) redirect(reply Reply) (Reply, bool) {
	status := "Status " + itoa(reply.Status)
	raw, _ := reply.Headers.Get("Location")
	next, found, ok := f.locationURL(reply.Headers)
	refused := ok && next.userinfo != "" && f.state.Profile[EmbeddedCredentialsBlocked] && f.way.Via != "xhr"
	switch {
	case !found:
		f.note(redirectFetch, status, " without a Location leads nowhere: it is the response.")
		return reply, true
	case !ok:
		return Reply{}, f.fail(RedirectLocation, redirectFetch, status, " leads to ", quote(raw), ", which is no URL.")
	case !next.isHTTP():
		return Reply{}, f.fail(RedirectScheme, redirectFetch, status, " leads to ", quote(raw), ", which is not http or https.")
	case f.redirects == f.maxRedirects():
		return Reply{}, f.fail(RedirectCount, redirectFetch, "This would be redirect number ", itoa(f.redirects+1), ", and ", itoa(f.redirects), " is the limit.")
	case f.refusesNext(reply):
		return Reply{}, false
	case f.forbidsUserinfo(next):
		return Reply{}, f.fail(RedirectUserinfo, redirectFetch, status, " leads to ", f.userinfoPhrase(next), " forbids.")
	case refused && !f.policyAllowsNext(next):
		return Reply{}, false
	case refused && !(f.outlivesDocument() && f.state.Profile[KeepaliveFollowsRefused]):
		return Reply{}, f.fail(EmbeddedCredentials, redirectFetch, status, " leads to a URL with a user name, and such a subresource is not loaded.")
	case reply.Status != 303 && f.body != nil && f.body.Stream:
		return Reply{}, f.fail(RedirectStream, redirectFetch, status, " wants the body again, and a stream can be sent only once.")
	}
	f.redirects++
	if !IsSafelistedMethod(f.method) || len(f.unsafeNames()) > 0 {
		f.preflighted = true // or would have been, elsewhere
	}
	changes := ""
	if (reply.Status == 301 || reply.Status == 302) && f.method == "POST" || reply.Status == 303 && f.method != "GET" && f.method != "HEAD" {
		changes = ", as GET without a body"
		f.method, f.body = "GET", nil
		f.headers = f.headers.without("Content-Encoding", "Content-Language", "Content-Location", "Content-Type", "Content-Length")
	}
	if !SameOrigin(f.url().origin, next.origin) {
		if f.headers.Has("Authorization") {
			if !f.askedBefore && f.state.Profile[PreflightAgainAfterRedirect] {
				f.askedBefore, f.askedFor = true, f.unsafeNames()
			}
			changes += ", without Authorization"
		}
		f.headers = f.headers.without("Authorization")
		f.crossedOver = true
	}
	if f.state.Profile[ClientHintsLeft] && (f.client.Worker != "" || !SameOrigin(f.origin, next.origin)) {
		f.headers = f.headers.without("device-memory", "downlink", "dpr", "ect", "rtt", "viewport-width", "width")
	}
	if !f.state.Profile[RedirectPolicyKeepsOrigin] {
		f.referrerPolicy = referrerPolicy(reply.Headers, f.referrerPolicy)
	}
	f.urls = append(f.urls, next)
	if f.origin.String() != f.serializedOrigin() {
		changes += `, with Origin "null"`
	}
	f.note(redirectFetch, status, " leads to ", next.wire(), changes, ".")
	if reply, ok = f.mainFetch(); ok && refused {
		ok = f.fail(EmbeddedCredentials, redirectFetch, status, " had led to a URL with a user name: what came from there is not for the page.")
	}
	return reply, ok
}

// forbidsUserinfo says whether a redirect may not lead to a URL for the user name
// or password in it.
func (f *fetching) forbidsUserinfo(next *urlRecord) bool {
	return next.userinfo != "" && (f.mode == "cors" && !SameOrigin(f.origin, next.origin) || f.tainting == "cors")
}

func (f *fetching) userinfoPhrase(next *urlRecord) string {
	if f.mode == "cors" && !SameOrigin(f.origin, next.origin) {
		return "another origin with a user name in the URL, which mode cors"
	}
	return "a URL with a user name, which response tainting cors"
}

// outlivesDocument holds for a keepalive request that a document makes.
func (f *fetching) outlivesDocument() bool { return f.asked.Keepalive && !f.runsInWorker() }

// maxRedirects is how many redirects are followed.
func (f *fetching) maxRedirects() int {
	throughBrowser := f.mode == "navigate" || f.outlivesDocument() || f.way.Via == "worker" || f.way.Via == "worker-module" || f.way.Via == "shared-worker"
	if throughBrowser && f.state.Profile[NavigationsRedirected19] {
		return maxRedirects - 1
	}
	return maxRedirects
}
