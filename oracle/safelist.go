package oracle

import (
	"slices"
	"strconv"
	"strings"
)

// maxSafelistedValue is the longest value of a safelisted header, and
// maxSafelistedTotal all of them together, in bytes.
const (
	maxSafelistedValue = 128
	maxSafelistedTotal = 1024
)

// IsSafelistedRequestHeader says whether a header may be sent across origins
// without a preflight: accept, accept-language, content-language, content-type
// with one of the three types a form can send, and a simple range; each with a
// value of at most 128 bytes and without the bytes that confuse servers.
//
// https://fetch.spec.whatwg.org/#cors-safelisted-request-header
func IsSafelistedRequestHeader(name, value string) bool {
	if byteLength(value) > maxSafelistedValue {
		return false
	}
	switch strings.ToLower(name) {
	case "accept":
		return !hasUnsafeByte(value)
	case "accept-language", "content-language":
		return isLanguageValue(value)
	case "content-type":
		if hasUnsafeByte(value) {
			return false
		}
		m, _ := ParseMIMEType(value)
		return isFormType(m)
	case "range":
		return isSimpleRange(value)
	}
	return false
}

func isFormType(m MIMEType) bool {
	switch m.Essence() {
	case "application/x-www-form-urlencoded", "multipart/form-data", "text/plain":
		return true
	}
	return false
}

// hasUnsafeByte looks for a CORS-unsafe request-header byte.
//
// https://fetch.spec.whatwg.org/#cors-unsafe-request-header-byte
func hasUnsafeByte(value string) bool {
	for i := range len(value) {
		c := value[i]
		if c < 0x20 && c != '\t' || c == 0x7F || strings.IndexByte("\"():<>?@[\\]{}", c) >= 0 {
			return true
		}
	}
	return false
}

func isLanguageValue(value string) bool {
	for i := range len(value) {
		c := value[i]
		switch {
		case c >= '0' && c <= '9', c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z':
		case strings.IndexByte(" *,-.;=", c) >= 0:
		default:
			return false
		}
	}
	return true
}

// isSimpleRange holds for a single range that has a start, without white
// space: "bytes=0-", "bytes=1-5".
//
// https://fetch.spec.whatwg.org/#simple-range-header-value
func isSimpleRange(value string) bool {
	rest, ok := strings.CutPrefix(value, "bytes=")
	if !ok {
		return false
	}
	start, end, ok := strings.Cut(rest, "-")
	if !ok || start == "" || !isDigits(start) || !isDigits(end) {
		return false
	}
	return end == "" || compareDigits(start, end) <= 0
}

func isDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// compareDigits compares two decimal numbers of any length.
func compareDigits(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

// UnsafeRequestHeaderNames are the names of the headers that need a preflight,
// in lower case, sorted, each once. When the safelisted values together have
// more than 1024 bytes, those headers need one too.
//
// https://fetch.spec.whatwg.org/#cors-unsafe-request-header-names
func UnsafeRequestHeaderNames(h Headers) []string { return Profile(nil).unsafeRequestHeaderNames(h) }

func (p Profile) unsafeRequestHeaderNames(h Headers) []string {
	if p[HeadersCombinedFirst] {
		h = h.wire()
	}
	var unsafe, safe []string
	size := 0
	for _, line := range h {
		name := strings.ToLower(line.Name)
		switch {
		case name == "range" && p[RangeUnitInAnyCase] && isSimpleRange(strings.ToLower(line.Value)) && !p.refusesValue(name, line.Value):
			safe = append(safe, name)
			size += byteLength(line.Value)
		case IsSafelistedRequestHeader(name, line.Value) && !p.refusesValue(name, line.Value):
			safe = append(safe, name)
			size += byteLength(line.Value)
		case p[ClientHintsSafelisted] && isClientHint(name, line.Value):
		default:
			unsafe = append(unsafe, name)
		}
	}
	if size > maxSafelistedTotal && !p[SafelistedTotalIgnored] {
		unsafe = append(unsafe, safe...)
	}
	slices.Sort(unsafe)
	if p[RepeatedNamesAskedTwice] {
		return unsafe
	}
	return slices.Compact(unsafe)
}

// refusesValue holds for what an engine takes off the safelist.
func (p Profile) refusesValue(name, value string) bool {
	if name == "range" {
		return p[RangeIn64Bits] && !fitsIn63Bits(value) || p[RangeInUnsigned64Bits] && !fitsIn64Bits(value)
	}
	return p[BytesBeyondASCIIUnsafe] && strings.ContainsFunc(value, func(c rune) bool { return c >= 0x80 })
}

// isClientHint holds for the hints, with a value as the browser itself would
// send, that Chromium lets script send across origins.
func isClientHint(name, value string) bool {
	if byteLength(value) > maxSafelistedValue {
		return false
	}
	switch name {
	case "intervention":
		return true
	case "save-data":
		return strings.EqualFold(value, "on")
	case "ect":
		return value == "slow-2g" || value == "2g" || value == "3g" || value == "4g"
	case "rtt", "viewport-width", "width":
		return value != "" && isDigits(value)
	case "device-memory", "downlink", "dpr":
		n, err := strconv.ParseFloat(value, 64)
		return err == nil && n >= 0
	}
	return false
}

// IsNonWildcardRequestHeaderName holds for authorization: the one name that
// "*" in Access-Control-Allow-Headers does not cover.
//
// https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name
func IsNonWildcardRequestHeaderName(name string) bool {
	return strings.EqualFold(name, "authorization")
}

// IsNoCORSSafelistedRequestHeader says whether script may set a header on a
// request with mode no-cors.
//
// https://fetch.spec.whatwg.org/#no-cors-safelisted-request-header
func IsNoCORSSafelistedRequestHeader(name, value string) bool {
	switch strings.ToLower(name) {
	case "accept", "accept-language", "content-language", "content-type":
		return IsSafelistedRequestHeader(name, value)
	}
	return false
}

var forbiddenRequestHeaders = map[string]bool{
	"accept-charset": true, "accept-encoding": true, "access-control-request-headers": true,
	"access-control-request-method": true, "connection": true, "content-length": true, "cookie": true,
	"cookie2": true, "date": true, "dnt": true, "expect": true, "host": true, "keep-alive": true,
	"origin": true, "referer": true, "set-cookie": true, "te": true, "trailer": true,
	"transfer-encoding": true, "upgrade": true, "via": true,
}

// IsForbiddenRequestHeader says whether only the browser may set a header.
// fetch() and XMLHttpRequest drop such a header without a word.
//
// https://fetch.spec.whatwg.org/#forbidden-request-header
func IsForbiddenRequestHeader(name, value string) bool {
	name = strings.ToLower(name)
	if forbiddenRequestHeaders[name] || strings.HasPrefix(name, "proxy-") || strings.HasPrefix(name, "sec-") {
		return true
	}
	switch name {
	case "x-http-method", "x-http-method-override", "x-method-override":
		return slices.ContainsFunc(Headers{{name, value}}.SplitValues(name), IsForbiddenMethod)
	}
	return false
}

// IsForbiddenResponseHeaderName holds for Set-Cookie and Set-Cookie2, which no
// script can read.
//
// https://fetch.spec.whatwg.org/#forbidden-response-header-name
func IsForbiddenResponseHeaderName(name string) bool {
	return strings.EqualFold(name, "set-cookie") || strings.EqualFold(name, "set-cookie2")
}

// IsSafelistedResponseHeaderName says whether script can read a response
// header across origins although it was not exposed.
//
// https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name
func IsSafelistedResponseHeaderName(name string) bool {
	switch strings.ToLower(name) {
	case "cache-control", "content-language", "content-length", "content-type", "expires", "last-modified", "pragma":
		return true
	}
	return false
}
