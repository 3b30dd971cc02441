package webdriver

import (
	"time"

	"github.com/corsproof/corsproof/harness/browser"
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

// cookieOf is a cookie as a driver takes it, which knows no partitions.
func cookieOf(c oracle.Cookie, now time.Time) cookie {
	set := browser.CookieOf(c, now)
	return cookie{
		Name: c.Name, Value: c.Value, Path: set.Path, Domain: set.Domain, Secure: set.Secure, HTTPOnly: set.HTTPOnly,
		Expiry: set.Expires, SameSite: set.SameSite,
	}
}
