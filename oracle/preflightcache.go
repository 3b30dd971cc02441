package oracle

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// defaultMaxAge is how long a preflight is cached when the answer does not say.
const defaultMaxAge = 5 * time.Second

// cacheKey is what a preflight was asked for, and in which network partition.
type cacheKey struct {
	partition, origin, url string
	credentials            bool // the request's mode was include
}

// cacheEntry allows one method or one header name, or says no more than that
// there was an answer.
//
// https://fetch.spec.whatwg.org/#concept-cache
type cacheEntry struct {
	cacheKey
	expires        time.Duration
	method, header string // one of them, or none; "*" covers
}

// serves is the cache entry match.
func (s *State) serves(e cacheEntry, key cacheKey) bool { return s.isFor(e, key) && s.Now < e.expires }

// isFor says whether an entry serves a key while it lives: one made with
// credentials serves requests without them too.
func (s *State) isFor(e cacheEntry, key cacheKey) bool {
	credentials := e.credentials || !key.credentials
	if s.Profile[PreflightCacheByCredentials] {
		credentials = e.credentials == key.credentials
	}
	return e.partition == key.partition && e.origin == key.origin && e.url == key.url && credentials
}

// methodCached is the method cache entry match.
//
// https://fetch.spec.whatwg.org/#concept-cache-match-method
func (s *State) methodCached(key cacheKey, method string) bool {
	return slices.ContainsFunc(s.preflight, func(e cacheEntry) bool {
		return s.serves(e, key) && (e.method == method || e.method == "*" && s.covers(e))
	})
}

// coversSafelisted says whether an engine takes whatever it has kept of a URL for
// the answer to a preflight for a safelisted method, which is forced, too.
func (s *State) coversSafelisted(key cacheKey, method string) bool {
	return slices.ContainsFunc(s.preflight, func(e cacheEntry) bool {
		switch {
		case e.method+e.header != "" || !s.isFor(e, key):
			return false
		case s.Profile[KeptPreflightCoversGetAndPost]:
			return method == "GET" || method == "POST"
		}
		return s.Profile[KeptPreflightCoversSafelisted] && IsSafelistedMethod(method) && s.Now < e.expires
	})
}

// covers says whether a cached "*" stands for more than itself. In the standard
// it does even if credentials made it a mere name in the answer.
func (s *State) covers(e cacheEntry) bool {
	return !s.Profile[PreflightCacheNoWildcard] && !(e.credentials && s.Profile[CachedNameIsNoWildcard])
}

// headerCached is the header-name cache entry match. A cached "*" does not
// cover authorization.
//
// https://fetch.spec.whatwg.org/#concept-cache-match-header
func (s *State) headerCached(key cacheKey, name string) bool {
	return slices.ContainsFunc(s.preflight, func(e cacheEntry) bool {
		return s.serves(e, key) && (strings.EqualFold(e.header, name) ||
			e.header == "*" && (!IsNonWildcardRequestHeaderName(name) || s.Profile[CachedWildcardCoversAll]) && s.covers(e))
	})
}

// cachePreflight keeps what an answer allowed.
func (s *State) cachePreflight(key cacheKey, grant PreflightGrant, h Headers) {
	maxAge := s.Profile.maxAge(h)
	if s.Profile[PreflightCacheRenewed] || s.Profile[PreflightCacheReplaces] {
		s.clearPreflight(key)
	}
	add := func(known func(cacheEntry) bool, entry cacheEntry) {
		for i := range s.preflight {
			if e := &s.preflight[i]; s.serves(*e, key) && known(*e) {
				e.expires = s.Now + maxAge
			}
		}
		entry.cacheKey, entry.expires = key, s.Now+maxAge
		s.preflight = append(s.preflight, entry)
	}
	if maxAge > 0 {
		add(func(e cacheEntry) bool { return e.method+e.header == "" }, cacheEntry{})
	}
	for _, method := range grant.Methods {
		add(func(e cacheEntry) bool { return e.method == method || e.method == "*" }, cacheEntry{method: method})
	}
	for _, name := range grant.Headers {
		add(func(e cacheEntry) bool {
			return strings.EqualFold(e.header, name) || e.header == "*" && !IsNonWildcardRequestHeaderName(name)
		}, cacheEntry{header: name})
	}
}

// clearPreflight forgets what is known of an origin and a URL.
//
// https://fetch.spec.whatwg.org/#concept-cache-clear
func (s *State) clearPreflight(key cacheKey) {
	s.preflight = slices.DeleteFunc(s.preflight, func(e cacheEntry) bool {
		return e.partition == key.partition && e.origin == key.origin && e.url == key.url
	})
}

// maxAge is how long an answer may be cached: Access-Control-Max-Age if it is
// one line of digits, 5 s if not.
func (p Profile) maxAge(h Headers) time.Duration {
	value, found := h.Get("Access-Control-Max-Age")
	limit := time.Duration(1<<63 - 1)
	for s, seconds := range map[Switch]int{MaxAgeCap600: 600, MaxAgeCap7200: 7200, MaxAgeCap86400: 86400} {
		if p[s] {
			limit = min(limit, time.Duration(seconds)*time.Second)
		}
	}
	if p[MaxAgeSigned] {
		seconds, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return min(defaultMaxAge, limit)
		}
		return min(time.Duration(min(max(seconds, 0), 1<<31))*time.Second, limit)
	}
	if value == "" || !isDigits(value) {
		if found && p[MaxAgeInvalidNotCached] {
			return 0
		}
		return defaultMaxAge
	}
	seconds, _ := strconv.ParseUint(value, 10, 31) // the largest for what is larger, as RFC 9111 has it
	return min(time.Duration(seconds)*time.Second, limit)
}
