package bidi

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/corsproof/corsproof/oracle"
)

// cookieParams are a cookie as Set-Cookie from its origin would set it: the
// attributes are Set-Cookie's, and the browser ignores those it does not know.
//
// https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html#name-the-set-cookie-header-field
func cookieParams(c oracle.Cookie, userContext string, now time.Time) map[string]any {
	cookie := map[string]any{
		"name": c.Name, "value": map[string]any{"type": "string", "value": c.Value},
		"domain": c.On.Host, "path": c.Path,
	}
	if c.Path == "" {
		cookie["path"] = "/"
	}
	partition := map[string]any{"type": "storageKey", "userContext": userContext}
	for attribute := range strings.SplitSeq(c.Attributes, ";") {
		name, value, _ := strings.Cut(attribute, "=")
		name, value = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
		switch name {
		case "secure":
			cookie["secure"] = true
		case "httponly":
			cookie["httpOnly"] = true
		case "path":
			if strings.HasPrefix(value, "/") {
				cookie["path"] = value
			}
		case "domain":
			// With a Domain the cookie is for subdomains too.
			cookie["domain"] = "." + strings.TrimPrefix(value, ".")
		case "samesite":
			if value := strings.ToLower(value); value == "none" || value == "strict" || value == "lax" {
				cookie["sameSite"] = value
			}
		case "max-age":
			if seconds, err := strconv.Atoi(value); err == nil {
				cookie["expiry"] = now.Unix() + int64(seconds)
			}
		case "expires":
			if when, err := http.ParseTime(value); err == nil {
				cookie["expiry"] = when.Unix()
			}
		case "partitioned":
			// It is a reply of that origin to a page of its own that sets it.
			partition["sourceOrigin"] = c.On.String()
		}
	}
	return map[string]any{"cookie": cookie, "partition": partition}
}
