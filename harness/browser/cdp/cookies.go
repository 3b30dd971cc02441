package cdp

import (
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/oracle"
)

// cookieParam is a cookie as the protocol takes it.
func cookieParam(c oracle.Cookie, now time.Time) *network.CookieParam {
	set := browser.CookieOf(c, now)
	p := &network.CookieParam{
		Name: c.Name, Value: c.Value, URL: c.On.String() + "/", Path: set.Path, Domain: set.Domain,
		Secure: set.Secure, HTTPOnly: set.HTTPOnly, SameSite: network.CookieSameSite(set.SameSite),
	}
	if set.Expires != nil {
		p.Expires = cdp.TimeSinceEpoch(*set.Expires)
	}
	if set.Partitioned {
		// It is a reply of that origin to a page of its own that sets it.
		p.PartitionKey = &network.CookiePartitionKey{TopLevelSite: siteOf(c.On)}
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
