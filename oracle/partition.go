package oracle

import "slices"

// networkPartition is the network partition key: the top-level site. What one
// site's pages have fetched, another's do not find in a cache.
//
// https://fetch.spec.whatwg.org/#determine-the-network-partition-key
func (f *fetching) networkPartition() string { return siteOf(f.client.topLevel()) }

// isSameSiteRequest says whether SameSite cookies go with a request: the
// document, and every page that it is in a frame of, must be same site with the
// URL, and so must be all that led to it.
//
// https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html#name-same-site-and-cross-site-re
func (f *fetching) isSameSiteRequest() bool {
	if f.redirectTaint() == "cross-site" && !f.state.Profile[SameSiteIgnoresRedirects] {
		return false
	}
	u := f.url().origin
	containers := f.containers()
	if f.state.Profile[SameSiteIgnoresPageAround] {
		containers = containers[:1]
	}
	for i, o := range containers {
		if o.IsOpaque() && f.state.Profile[SameSiteIgnoresSandbox] {
			containers[i] = f.client.Page
		}
	}
	return f.state.Profile.allSameSite(containers, u)
}

// allSameSite says whether SameSite cookies see one site only.
func (p Profile) allSameSite(origins []Origin, with Origin) bool {
	return !slices.ContainsFunc(origins, func(o Origin) bool {
		return !SameSite(o, with) && !(p[SameSiteIgnoresScheme] && SchemelesslySameSite(o, with))
	})
}

// mayAskForCookies holds for a request of a frame that cookies are kept from,
// though its URL is of the top-level site: the frame has the permission to use
// them and has not asked.
//
// https://privacycg.github.io/storage-access-headers/
func (f *fetching) mayAskForCookies() bool {
	kept := f.state.Profile[ThirdPartyCookiesBlocked] || f.state.Profile[ThirdPartyCookiesPartitioned] && !f.isOfWorker()
	return kept && f.sentCredentials &&
		len(f.client.ancestors()) > 0 && !f.isSameSiteRequest() && SameSite(f.client.topLevel(), f.url().origin)
}

// cookieContext is who asks, as cookies see it. A partitioned cookie belongs to
// the top-level site, and to the side of it that other sites have no part in, or
// the one that they have. A data: worker is on the side of its document.
//
// https://www.ietf.org/archive/id/draft-cutler-httpbis-partitioned-cookies-01.html
func (f *fetching) cookieContext() cookieContext {
	same := f.isSameSiteRequest()
	partition := f.networkPartition()
	inside := f.client.Worker == "data" && !f.state.Profile[DataWorkersOutside] && !f.client.isOpaqueDocument() && f.state.Profile.allSameSite(f.client.ancestors(), f.url().origin)
	if !same && !inside {
		partition += " and others"
	}
	return cookieContext{sameSite: same, partition: partition, page: f.client.topLevel().Host, policy: f.state.Profile}
}
