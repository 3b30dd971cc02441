package oracle

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"
)

// Cookie is a cookie to be set before a request: the origin that sets it, its
// name and value, and the attributes as in Set-Cookie ("SameSite=None; Secure").
type Cookie struct {
	On         Origin
	Path       string // the default path, used when Attributes has none
	Name       string
	Value      string
	Attributes string
}

// storedCookie is a cookie in the jar.
//
// https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html#name-storage-model
type storedCookie struct {
	name, value  string
	domain, path string
	hostOnly     bool
	secure       bool
	httpOnly     bool
	anySite      bool   // SameSite=None; Lax and Strict are one where nothing but frames navigates
	partitioned  bool   // the attribute
	partition    string // site of the page whose jar it is in; "" is the common jar
	expires      time.Duration
	persistent   bool
}

// cookieContext is who asks: the page decides what is same-site.
type cookieContext struct {
	sameSite  bool   // the page and the URL are same site
	partition string // the page's site
	page      string // the host of the tab's page
	policy    Profile
}

// SetCookie is the state after a server's own page has set a cookie, as
// Set-Cookie from c.On in a first-party context would. A cookie that a browser
// would refuse (SameSite=None without Secure, a foreign Domain, ...) changes
// nothing.
func (s State) SetCookie(c Cookie) State {
	s = s.clone()
	s.setCookie(c)
	return s
}

// Accepts says whether a browser in the state takes the cookie: it refuses
// SameSite=None without Secure, Secure from an http origin, a foreign Domain, and
// one from an http origin that would stand in for a secure one. One that has
// expired is taken, and ends the one of its name.
func (s State) Accepts(c Cookie) bool {
	s = s.clone()
	return s.setCookie(c)
}

func (s *State) setCookie(c Cookie) (taken bool) {
	return s.storeCookie(c.line(), c.On, c.path(), c.firstParty())
}

// line is the cookie as the value of a Set-Cookie header.
func (c Cookie) line() string { return c.Name + "=" + c.Value + "; " + c.Attributes }

func (c Cookie) path() string { return cmp.Or(c.Path, "/") }

func (c Cookie) firstParty() cookieContext {
	return cookieContext{sameSite: true, partition: siteOf(c.On)}
}

// siteOf is a name for an origin's site.
func siteOf(o Origin) string { return o.Scheme + "://" + cmp.Or(RegistrableDomain(o.Host), o.Host) }

// readCookie reads one Set-Cookie value from a response of origin. ok is false
// for a cookie that a browser refuses.
func readCookie(line string, origin Origin, defaultPath string, now time.Duration, ctx cookieContext) (c storedCookie, ok bool) {
	pair, rest, _ := strings.Cut(line, ";")
	name, value, found := strings.Cut(pair, "=")
	if !found {
		name, value = "", pair
	}
	c = storedCookie{
		name: strings.Trim(name, " \t"), value: strings.Trim(value, " \t"),
		domain: strings.TrimSuffix(origin.Host, "."), path: defaultPath, hostOnly: true,
	}
	if c.name == "" && c.value == "" || strings.ContainsFunc(line, isControl) {
		return c, false
	}
	if !c.takes(rest, now) || !c.acceptable(origin, ctx) {
		return c, false
	}
	if c.partitioned || !ctx.sameSite && ctx.policy[ThirdPartyCookiesPartitioned] {
		c.partition = ctx.partition
	}
	return c, true
}

// storeCookie takes one Set-Cookie value from a response of origin, unless it is
// one to refuse.
func (s *State) storeCookie(line string, origin Origin, defaultPath string, ctx cookieContext) (taken bool) {
	c, ok := readCookie(line, origin, defaultPath, s.Now, ctx)
	if !ok || !origin.IsPotentiallyTrustworthy() && slices.ContainsFunc(s.cookies, func(o storedCookie) bool {
		return c.wouldShadow(o) && !(s.Profile[SecureCookiesOvershadowed] && !c.replaces(o))
	}) {
		return false
	}
	// The new cookie takes the old one's place, and its age.
	i := slices.IndexFunc(s.cookies, c.replaces)
	gone := c.persistent && c.expires <= s.Now
	switch {
	case i >= 0 && gone:
		s.cookies = slices.Delete(s.cookies, i, i+1)
	case i >= 0 && s.cookies[i].value != c.value && s.Profile[CookieUpdateRenewsCreation]:
		s.cookies = append(slices.Delete(s.cookies, i, i+1), c)
	case i >= 0:
		s.cookies[i] = c
	case !gone:
		s.cookies = append(s.cookies, c)
	}
	return true
}

// replaces says whether c takes the place of another cookie.
func (c *storedCookie) replaces(o storedCookie) bool {
	return o.name == c.name && o.domain == c.domain && o.path == c.path && o.hostOnly == c.hostOnly && o.partition == c.partition
}

// wouldShadow says whether c, which comes over plain http, would stand in for a
// secure cookie.
//
// https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html#name-storage-model
func (c *storedCookie) wouldShadow(o storedCookie) bool {
	return o.secure && o.name == c.name && (domainMatch(o.domain, c.domain) || domainMatch(c.domain, o.domain)) && pathMatch(c.path, o.path)
}

func isControl(r rune) bool { return r < ' ' && r != '\t' || r == 0x7F }

// takes reads the attributes, which follow the cookie's pair. It is false for a
// Domain that is not the host's to set.
func (c *storedCookie) takes(attributes string, now time.Duration) bool {
	maxAge := false
	for attribute := range strings.SplitSeq(attributes, ";") {
		name, value, _ := strings.Cut(attribute, "=")
		value = strings.Trim(value, " \t")
		switch strings.ToLower(strings.Trim(name, " \t")) {
		case "secure":
			c.secure = true
		case "httponly":
			c.httpOnly = true
		case "partitioned":
			c.partitioned = true
		case "samesite":
			c.anySite = strings.EqualFold(value, "none")
		case "path":
			if strings.HasPrefix(value, "/") {
				c.path = value
			}
		case "domain":
			if value = strings.TrimPrefix(strings.ToLower(value), "."); value == "" {
				continue
			}
			if !domainMatch(c.domain, value) {
				return false
			}
			if isPublicSuffix(value) {
				if value != c.domain {
					return false
				}
				continue // a host that is itself a suffix gets a host-only cookie
			}
			c.domain, c.hostOnly = value, false
		case "max-age":
			if seconds, err := strconv.ParseInt(value, 10, 32); err == nil {
				maxAge, c.persistent = true, true
				c.expires = now + time.Duration(max(seconds, 0))*time.Second
			}
		case "expires":
			// The model has no calendar: a date is long past, or never comes.
			if date, err := parseCookieDate(value); err == nil && !maxAge {
				c.persistent = date.Before(epoch)
			}
		}
	}
	return true
}

func parseCookieDate(s string) (time.Time, error) {
	for _, layout := range []string{time.RFC1123, "Mon, 02-Jan-2006 15:04:05 MST", time.RFC850, time.ANSIC} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	return time.Parse("Mon, 2 Jan 2006 15:04:05 MST", s)
}

// longestCookie is how many bytes name and value have together at most.
//
// https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html#name-limits
const longestCookie = 4096

// acceptable applies the rules by which a browser refuses a cookie.
func (c *storedCookie) acceptable(origin Origin, ctx cookieContext) bool {
	secureOrigin := origin.IsPotentiallyTrustworthy()
	name := strings.ToLower(c.name)
	if name == "" {
		name = strings.ToLower(c.value) // which some servers take for a name
	}
	is := func(prefix string) bool { return strings.HasPrefix(name, prefix) && !ctx.policy[CookiePrefixesUnknown] }
	switch {
	case c.secure && !secureOrigin,
		c.anySite && !c.secure,
		c.partitioned && !c.secure,
		is("__secure-") && (!c.secure || c.name == ""),
		is("__http-") && (!c.secure || !c.httpOnly || c.name == ""),
		is("__host-http-") && !c.httpOnly,
		is("__host-") && (!c.secure || !c.hostOnly || c.path != "/" || c.name == ""),
		len(c.name)+len(c.value) > longestCookie,
		ctx.policy[CookieTabRefused] && strings.Contains(c.name+c.value, "\t"),
		!ctx.sameSite && !c.anySite,
		!ctx.sameSite && !c.partitioned && ctx.policy[ThirdPartyCookiesBlocked],
		!ctx.sameSite && ctx.policy[ThirdPartyCookiesNotSet],
		ctx.policy[UnlistedHostsAreSites] && isUnlisted(origin.Host) && !c.isFor(ctx.page):
		return false
	}
	return true
}

// isUnlisted holds for the names below a top-level domain that the public suffix
// list does not have.
func isUnlisted(host string) bool {
	suffix, listed := publicsuffix.PublicSuffix(strings.TrimSuffix(host, "."))
	return !listed && !strings.Contains(suffix, ".")
}

// cookieHeader is the value of the Cookie header that goes to u, "" for none.
//
// https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html#name-retrieval-algorithm
func (s *State) cookieHeader(u *urlRecord, ctx cookieContext) string {
	var sent []storedCookie
	for _, c := range s.cookies {
		switch {
		case c.persistent && c.expires <= s.Now,
			!c.isFor(u.origin.Host),
			!pathMatch(u.path, c.path),
			c.secure && !u.origin.IsPotentiallyTrustworthy(),
			!ctx.sameSite && !c.anySite,
			c.partition != "" && c.partition != ctx.partition:
			continue
		case !ctx.sameSite && c.partition == "" && (ctx.policy[ThirdPartyCookiesBlocked] || ctx.policy[ThirdPartyCookiesPartitioned]):
			continue
		}
		sent = append(sent, c)
	}
	if s.Profile[HostCookiesFirst] {
		slices.SortStableFunc(sent, func(a, b storedCookie) int { return len(b.domain) - len(a.domain) })
	}
	slices.SortStableFunc(sent, func(a, b storedCookie) int { return len(b.path) - len(a.path) })
	var out strings.Builder
	for i, c := range sent {
		if i > 0 {
			out.WriteString("; ")
		}
		if c.name != "" {
			out.WriteString(c.name + "=")
		}
		out.WriteString(c.value)
	}
	return out.String()
}

// isFor says whether the cookie is one of the host's.
func (c *storedCookie) isFor(host string) bool {
	if c.hostOnly {
		return c.domain == strings.TrimSuffix(host, ".")
	}
	return domainMatch(host, c.domain)
}

// domainMatch says whether host is domain or below it.
func domainMatch(host, domain string) bool {
	if host == domain {
		return true
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return false
	}
	return strings.HasSuffix(host, "."+domain)
}

func isPublicSuffix(domain string) bool {
	suffix, _ := publicsuffix.PublicSuffix(domain)
	return suffix == domain
}

func pathMatch(path, cookiePath string) bool {
	rest, ok := strings.CutPrefix(path, cookiePath)
	return ok && (rest == "" || strings.HasSuffix(cookiePath, "/") || rest[0] == '/')
}

// defaultCookiePath is the path up to its last "/".
func defaultCookiePath(path string) string {
	return cmp.Or(path[:strings.LastIndexByte(path, '/')], "/")
}
