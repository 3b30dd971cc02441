package oracle

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// freshness is how long a response answers from the cache: max-age, or Expires,
// less its Age, or what has passed since its Date. Without them, the standard
// lets browsers guess, and the guess here is none.
//
// https://www.rfc-editor.org/rfc/rfc9111#name-freshness
func (p Profile) freshness(reply Reply) time.Duration {
	h := reply.Headers
	if _, found := cacheDirective(h, "no-cache"); found || p[PragmaOfResponses] && slices.ContainsFunc(h.SplitValues("Pragma"), isNoCache) {
		return 0
	}
	date := epoch
	if d, ok := p.httpTime(h, "Date"); ok {
		date = d
	}
	age := max(seconds(h.Values("Age")), epoch.Sub(date))
	if value, found := p.maxAgeOf(h); found {
		return seconds([]string{value}) - age
	}
	if expires, given := p.expires(h); given {
		return expires.Sub(date) - age
	}
	if !p[HeuristicFreshness] {
		return 0
	}
	_, must := cacheDirective(h, "must-revalidate")
	switch modified, ok := p.httpTime(h, "Last-Modified"); {
	case slices.Contains(permanentStatuses, reply.Status):
		return 1<<63 - 1
	case ok && slices.Contains(guessedStatuses, reply.Status) && (!must || p[MustRevalidateGuessed]):
		return date.Sub(modified)/10 - age
	}
	return 0
}

func isNoCache(value string) bool { return strings.EqualFold(value, "no-cache") }

// guessedStatuses are those whose lifetime Chromium guesses, permanentStatuses
// those that it keeps for ever.
var guessedStatuses, permanentStatuses = []int{200, 203, 206}, []int{300, 301, 308, 410}

// epoch stands for the time of a run: any time after the dates of the past that
// scenarios name, and before those of the future.
var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// expires is when a response is no longer fresh: what is no date is long past.
//
// https://www.rfc-editor.org/rfc/rfc9111#name-expires
func (p Profile) expires(h Headers) (at time.Time, given bool) {
	value, given := p.singleton(h, "Expires")
	at, ok := p.httpTime(h, "Expires")
	return at, given && (ok || value == "0" || !p[InvalidExpiresIgnored])
}

func (p Profile) httpTime(h Headers, name string) (time.Time, bool) {
	value, _ := p.singleton(h, name)
	if p[DatesReadLoosely] {
		return looseTime(value, false)
	}
	if p[DatesReadAsOfOld] {
		t, _ := looseTime(value, true)
		return t, t.Unix() >= 0
	}
	t, err := http.ParseTime(value)
	return t, err == nil
}

// singleton is the value of a header that has one.
func (p Profile) singleton(h Headers, name string) (value string, found bool) {
	if lines := h.Values(name); len(lines) > 0 && p[FirstLineCounts] {
		return lines[0], true
	}
	return h.Get(name)
}

// entityTag is the ETag of a response. To an engine that wants one line a comma,
// too, parts two tags.
func (p Profile) entityTag(h Headers) string {
	if values := h.SplitValues("ETag"); len(values) > 0 && p[FirstLineCounts] {
		return values[0]
	}
	tag, _ := h.Get("ETag")
	return tag
}

// seconds reads the first value; 0 for none and for what is no number.
func seconds(values []string) time.Duration {
	if len(values) == 0 {
		return 0
	}
	n, _ := strconv.ParseUint(values[0], 10, 31) // the largest for what is larger, 0 for no number
	return time.Duration(n) * time.Second
}

// cacheDirective finds a directive of Cache-Control; the first of a name
// counts.
func cacheDirective(h Headers, name string) (value string, found bool) {
	for _, directive := range h.SplitValues("Cache-Control") {
		key, value, _ := strings.Cut(directive, "=")
		if strings.EqualFold(strings.Trim(key, httpWhitespace), name) {
			return strings.Trim(value, "\" \t"), true
		}
	}
	return "", false
}

// maxAgeOf is the max-age of a response.
func (p Profile) maxAgeOf(h Headers) (value string, found bool) {
	if !p[MaxAgeMustParse] {
		return cacheDirective(h, "max-age")
	}
	for _, directive := range h.SplitValues("Cache-Control") {
		key, value, _ := strings.Cut(directive, "=")
		if value = strings.Trim(value, " "); strings.EqualFold(key, "max-age") && value != "" && isDigits(value) {
			return value, true
		}
	}
	return "", false
}
