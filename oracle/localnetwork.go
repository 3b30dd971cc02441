package oracle

import (
	"net/netip"
	"strings"
)

// An address space says how near a server is: to the public, to the local
// network, or to the machine itself.
//
// https://wicg.github.io/local-network-access/#ip-address-space-section
var nearness = map[string]int{"public": 0, "local": 1, "loopback": 2}

// LocalNetworkPermission is an older name for local-network and loopback-network
// together.
const LocalNetworkPermission = "local-network-access"

// addressSpace is the space of the current URL's server. All servers of a run
// listen on loopback, and count so, but for the one that the document came from.
func (f *fetching) addressSpace() string {
	if f.url().origin == f.client.Page {
		return f.client.AddressSpace
	}
	return "loopback"
}

// allowedByLocalNetwork is the Local Network Access check: who comes from a
// less private space than the server needs a secure context and a permission.
// Nobody is there to answer a prompt.
//
// https://wicg.github.io/local-network-access/#local-network-access-check
func (f *fetching) allowedByLocalNetwork() bool {
	from, to := f.client.AddressSpace, f.addressSpace()
	switch {
	case from == "", nearness[to] <= nearness[from],
		from == "local" && f.state.Profile[LocalNetworkAccessFromPublicOnly]:
		return true
	case !f.isSecureContext():
		return f.fail(LocalNetworkAccess, localNetworkCheck, "The document is ", from, " and the server ", to, ", and only a secure context may even ask: nothing is sent.")
	}
	permission := to + "-network"
	state, asked := f.client.Permissions[permission]
	if !asked {
		state = f.client.Permissions[LocalNetworkPermission]
	}
	if state == "granted" {
		f.note(localNetworkCheck, "The document is ", from, " and the server ", to, ", and the permission ", permission, " is granted.")
		return true
	}
	return f.fail(LocalNetworkAccess, localNetworkCheck, "The document is ", from, " and the server ", to, ", and the permission ", permission, " is not granted: nothing is sent.")
}

// isLocalName says whether a host names a place in the local network: .local, and
// the addresses that are private to networks.
//
// https://wicg.github.io/local-network-access/#mixed-content-lna
func isLocalName(host string) bool {
	addr, _ := netip.ParseAddr(strings.Trim(host, "[]"))
	return strings.HasSuffix(strings.TrimSuffix(host, "."), ".local") || addr.IsPrivate() || addr.IsLinkLocalUnicast()
}
