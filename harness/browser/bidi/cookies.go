package bidi

import (
	"strings"
	"time"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/oracle"
)

// cookieParams are a cookie as the protocol takes it.
func cookieParams(c oracle.Cookie, userContext string, now time.Time) map[string]any {
	set := browser.CookieOf(c, now)
	cookie := map[string]any{
		"name": c.Name, "value": map[string]any{"type": "string", "value": c.Value},
		"domain": c.On.Host, "path": set.Path, "secure": set.Secure, "httpOnly": set.HTTPOnly,
	}
	if set.Domain != "" {
		cookie["domain"] = set.Domain
	}
	if set.SameSite != "" {
		cookie["sameSite"] = strings.ToLower(set.SameSite)
	}
	if set.Expires != nil {
		cookie["expiry"] = *set.Expires
	}
	partition := map[string]any{"type": "storageKey", "userContext": userContext}
	if set.Partitioned {
		// It is a reply of that origin to a page of its own that sets it.
		partition["sourceOrigin"] = c.On.String()
	}
	return map[string]any{"cookie": cookie, "partition": partition}
}
