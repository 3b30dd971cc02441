package oracle

import "slices"

// prohibitsMixedContent says whether the document, or a page that it is in a
// frame of, is secure, so that what it loads must be too.
//
// https://w3c.github.io/webappsec-mixed-content/#categorize-settings-object
func (f *fetching) prohibitsMixedContent() bool {
	if f.client.Worker == "shared" && f.state.Profile[SharedWorkersLoadMixed] ||
		f.runsInWorker() && f.client.Worker != "data" && f.origin.IsOpaque() && f.state.Profile[OpaqueWorkersLoadMixed] {
		return false
	}
	origins := append(f.client.ancestors(), f.origin)
	if f.state.Profile[MixedContentDespiteSandbox] {
		origins = append(origins, f.client.Page)
	}
	return slices.ContainsFunc(origins, func(o Origin) bool {
		return o.Scheme == "https" || o.IsPotentiallyTrustworthy() && !f.state.Profile[MixedContentFromHTTPSOnly]
	})
}

// upgradeInsecure asks for the URL over https where upgrade-insecure-requests
// says so: whatever is loaded, redirects included, but for loopback.
//
// https://w3c.github.io/webappsec-upgrade-insecure-requests/#upgrade-request
func (f *fetching) upgradeInsecure() {
	u := f.url()
	if !f.upgrades || u.scheme != "http" || f.isSecure(u) {
		return
	}
	if f.state.Profile[ObjectsNotUpgraded] && (f.way.Via == "object" || f.way.Via == "embed") {
		return
	}
	if f.state.Profile[WorkersNotUpgraded] && f.way.kind == workerLoad && f.redirects == 0 {
		return
	}
	f.note(insecureUpgrade, "The document's Content-Security-Policy says upgrade-insecure-requests: ", u.origin.String(), " is asked over a secure connection.")
	if f.redirects == 0 {
		f.written = u
	}
	f.urls[len(f.urls)-1] = u.secure()
}

// upgradeMixedContent asks for an image, audio or video over https when the
// page is secure and the URL is not: not for IP addresses, not for srcset.
//
// https://w3c.github.io/webappsec-mixed-content/#upgrade-algorithm
func (f *fetching) upgradeMixedContent() {
	u := f.url()
	if u.scheme != "http" || !f.isUpgradeable() || !f.prohibitsMixedContent() || f.exemptFromUpgrade() {
		return
	}
	f.note(mixedUpgrade, "A secure page may not load the ", f.destination, " over http, so it is asked for over https.")
	f.urls[len(f.urls)-1] = u.secure()
}

// isUpgradeable says whether the request is for what is asked for over https
// rather than blocked.
//
// https://w3c.github.io/webappsec-mixed-content/#upgrade-algorithm
func (f *fetching) isUpgradeable() bool {
	switch f.destination {
	case "image", "audio", "video":
		return f.initiator != "imageset"
	}
	return false
}

// exemptFromUpgrade looks at the current URL, or, where an engine decides once
// for all redirects, at the first.
func (f *fetching) exemptFromUpgrade() bool {
	u := f.url()
	if f.state.Profile[FirstURLDecidesUpgrade] {
		u = f.urls[0]
	}
	return isLoopback(u.origin.Host) || isIP(u.origin.Host) && !f.state.Profile[AddressesUpgraded] || f.exemptsLocalName(u)
}

// isMixedContent says whether the URL is plain http on a secure page; loopback
// is exempt.
//
// https://w3c.github.io/webappsec-mixed-content/#should-block-fetch
func (f *fetching) isMixedContent() bool {
	u := f.url()
	switch {
	case u.scheme != "http", f.isSecure(u), f.exemptsLocalName(u), !f.prohibitsMixedContent(), f.way.kind == trackLoad && f.state.Profile[TracksOverHTTP]:
		return false
	}
	// What was let off the upgrade is let in wherever redirects lead.
	return !(f.redirects > 0 && f.state.Profile[FirstURLDecidesUpgrade] && f.isUpgradeable())
}

// isSecure says whether a URL is as good as one of https.
func (f *fetching) isSecure(u *urlRecord) bool {
	if f.state.Profile[LoopbackMixed] && !(f.redirects == 0 && f.destination == "image") {
		return false
	}
	return u.origin.IsPotentiallyTrustworthy()
}

// exemptsLocalName holds where an engine lets a secure page load from a name of
// the local network over http.
func (f *fetching) exemptsLocalName(u *urlRecord) bool {
	return f.state.Profile[LocalNamesNotMixed] && isLocalName(u.origin.Host)
}

// IsBadPort says whether browsers refuse to load from a port.
//
// https://fetch.spec.whatwg.org/#bad-port
func IsBadPort(port int) bool {
	_, found := slices.BinarySearch(badPorts, port)
	return found
}

// isBadPort looks at the current URL.
func (f *fetching) isBadPort() bool {
	port := f.url().origin.Port
	open := f.state.Profile[Ports4190And6679Open] && (port == 4190 || port == 6679)
	return f.url().isHTTP() && IsBadPort(port) && !open
}

var badPorts = []int{
	0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109,
	110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531,
	532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060,
	5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
}
