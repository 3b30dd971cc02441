package webdriver

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/corsproof/corsproof/oracle"
)

// cookie is a cookie as a driver takes it.
//
// https://w3c.github.io/webdriver/#dfn-table-for-cookie-conversion
type cookie struct {
	Name     string `json:"name"`
	Value    string `json:"value"`
	Path     string `json:"path"`
	Domain   string `json:"domain,omitempty"`
	Secure   bool   `json:"secure"`
	HTTPOnly bool   `json:"httpOnly"`
	Expiry   *int64 `json:"expiry,omitempty"`
	SameSite string `json:"sameSite,omitempty"`
}

// cookieOf is a cookie as Set-Cookie from its origin would set it: the attributes
// are Set-Cookie's, and the browser ignores those it does not know, Partitioned
// among them.
//
// https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html#name-the-set-cookie-header-field
func cookieOf(c oracle.Cookie, now time.Time) cookie {
	out := cookie{Name: c.Name, Value: c.Value, Path: c.Path}
	if out.Path == "" {
		out.Path = "/"
	}
	var expires, maxAge *int64
	for attribute := range strings.SplitSeq(c.Attributes, ";") {
		name, value, _ := strings.Cut(attribute, "=")
		value = strings.TrimSpace(value)
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "secure":
			out.Secure = true
		case "httponly":
			out.HTTPOnly = true
		case "path":
			if strings.HasPrefix(value, "/") {
				out.Path = value
			}
		case "domain":
			// With a Domain the cookie is for subdomains too.
			out.Domain = "." + strings.TrimPrefix(value, ".")
		case "samesite":
			for _, known := range []string{"None", "Lax", "Strict"} {
				if strings.EqualFold(value, known) {
					out.SameSite = known
				}
			}
		case "max-age":
			if seconds, err := strconv.ParseInt(value, 10, 64); err == nil {
				maxAge = new(now.Unix() + seconds)
				if seconds <= 0 {
					maxAge = new(int64(1)) // the earliest time, not now: whole seconds are late
				}
			}
		case "expires":
			if when, err := http.ParseTime(value); err == nil {
				expires = new(when.Unix())
			}
		}
	}
	if out.Expiry = expires; maxAge != nil {
		out.Expiry = maxAge
	}
	return out
}
