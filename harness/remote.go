package harness

import (
	"cmp"
	"context"
	"net"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/servers"
)

// FindEach finds the browsers that a list names: those on this machine as
// [browser.FindEach] does, and each that an address in the list stands for by
// reaching it. capabilities are JSON for WebDriver servers.
func FindEach(ctx context.Context, list string, headed bool, capabilities string) (found []browser.Found, absent []error, err error) {
	return browser.FindEach(list, headed, func(address string) (browser.Found, error) {
		remote, err := browser.ParseRemote(address, capabilities)
		if err != nil {
			return browser.Found{}, err
		}
		found := browser.Found{Path: remote.String(), Remote: remote}
		info, err := Ask(ctx, found)
		found.Key, found.Name, found.Version = info.Key, info.Name, info.Version
		return found, err
	})
}

// proxyFor is the address of the forward proxy as a browser reaches it: for one
// somewhere else it is what the options say.
func (o Options) proxyFor(found browser.Found, fleet *servers.Fleet) string {
	if found.Remote == nil || o.Advertise == "" {
		return fleet.Proxy()
	}
	host, port := splitPort(o.Advertise)
	if port == "" {
		_, port = splitPort(fleet.Proxy())
	}
	return net.JoinHostPort(host, port)
}

// listenAt is where the forward proxy listens: where the options say or, if they
// only say by which host it is reached, there.
func (o Options) listenAt() string {
	host, port := splitPort(o.Listen)
	if o.Listen == "" {
		host, _ = splitPort(o.Advertise)
	}
	return net.JoinHostPort(cmp.Or(host, "127.0.0.1"), cmp.Or(port, "0"))
}

// splitPort is a host, and the port that may stand behind it.
func splitPort(address string) (host, port string) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address, ""
	}
	return host, port
}
