package cdp

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"

	"github.com/corsproof/corsproof/oracle"
)

// cookieParam is a cookie as Set-Cookie from its origin would set it: the
// attributes are Set-Cookie's, and the browser ignores those it does not know.
//
// https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html#name-the-set-cookie-header-field
func cookieParam(c oracle.Cookie, now time.Time) *network.CookieParam {
	p := &network.CookieParam{Name: c.Name, Value: c.Value, Path: c.Path, URL: c.On.String() + "/"}
	if p.Path == "" {
		p.Path = "/"
	}
	for attribute := range strings.SplitSeq(c.Attributes, ";") {
		name, value, _ := strings.Cut(attribute, "=")
		name, value = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
		switch name {
		case "secure":
			p.Secure = true
		case "httponly":
			p.HTTPOnly = true
		case "path":
			if strings.HasPrefix(value, "/") {
				p.Path = value
			}
		case "domain":
			// With a Domain the cookie is for subdomains too.
			p.Domain = "." + strings.TrimPrefix(value, ".")
		case "samesite":
			switch strings.ToLower(value) {
			case "none":
				p.SameSite = network.CookieSameSiteNone
			case "strict":
				p.SameSite = network.CookieSameSiteStrict
			case "lax":
				p.SameSite = network.CookieSameSiteLax
			}
		case "max-age":
			seconds, err := strconv.Atoi(value)
			if err != nil {
				continue
			}
			p.Expires = cdp.TimeSinceEpoch(now.Unix() + int64(seconds))
		case "expires":
			when, err := http.ParseTime(value)
			if err != nil {
				continue
			}
			p.Expires = cdp.TimeSinceEpoch(when.Unix())
		case "partitioned":
			// It is a reply of that origin to a page of its own that sets it.
			p.PartitionKey = &network.CookiePartitionKey{TopLevelSite: siteOf(c.On)}
		}
	}
	return p
}

// siteOf is the site that a cookie of the origin is partitioned by.
func siteOf(o oracle.Origin) string {
	if domain := oracle.RegistrableDomain(o.Host); domain != "" {
		return o.Scheme + "://" + domain
	}
	return o.Scheme + "://" + o.Host
}
