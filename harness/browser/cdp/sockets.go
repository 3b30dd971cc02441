package cdp

import (
	"strings"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/oracle"
)

// socketFailure reads what Chromium says of a WebSocket that does not open:
//
//	WebSocket connection to 'URL' failed: WHY
//
// It says no more of a redirect than its status, and of a 401 that it has no
// credentials: neither names a step of the standard.
func socketFailure(text string) (browser.Failure, bool) {
	rest, ok := strings.CutPrefix(text, "WebSocket connection to '")
	if !ok {
		return browser.Failure{}, false
	}
	address, why, ok := strings.Cut(rest, "' failed: ")
	f := browser.Failure{URL: address, Native: why}
	_, code, network := strings.Cut(why, "net::")
	switch {
	case network:
		f.Native, f.Reason = "net::"+code, netReason(code)
	case strings.Contains(why, "response code: 3"):
	case strings.HasPrefix(why, "Error during WebSocket handshake: "):
		f.Reason = oracle.WrongType
	}
	return f, ok
}
