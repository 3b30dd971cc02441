package browser

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/corsproof/corsproof/oracle"
)

// Cookie is what the attributes of a cookie come to, for drivers that set it.
type Cookie struct {
	Path string
	// Domain begins with a dot: with that attribute a cookie is for subdomains,
	// too. "" is the origin's own host alone.
	Domain      string
	Secure      bool
	HTTPOnly    bool
	Partitioned bool
	SameSite    string // None, Lax or Strict; "" if it does not say
	// Expires is in Unix seconds; nil for as long as the browser runs.
	Expires *int64
}

// CookieOf reads a cookie's attributes as Set-Cookie from its origin would have
// them. Those that are not known are ignored.
//
// https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html#name-the-set-cookie-header-field
func CookieOf(c oracle.Cookie, now time.Time) Cookie {
	out := Cookie{Path: c.Path}
	if out.Path == "" {
		out.Path = "/"
	}
	var maxAge *int64
	for attribute := range strings.SplitSeq(c.Attributes, ";") {
		name, value, _ := strings.Cut(attribute, "=")
		value = strings.TrimSpace(value)
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "secure":
			out.Secure = true
		case "httponly":
			out.HTTPOnly = true
		case "partitioned":
			out.Partitioned = true
		case "path":
			if strings.HasPrefix(value, "/") {
				out.Path = value
			}
		case "domain":
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
				out.Expires = new(when.Unix())
			}
		}
	}
	if maxAge != nil {
		out.Expires = maxAge
	}
	return out
}
