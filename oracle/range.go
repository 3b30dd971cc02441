package oracle

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// byteRange is a Range header of one part as Chromium reads it: the unit in
// any case, white space and empty parts anywhere. -1 stands for an end that is
// not given.
type byteRange struct{ first, last, suffix int64 }

// parseByteRange reads a Range header. ok is false for several parts, for what
// is malformed, and for a number of more than 63 bits.
//
// https://source.chromium.org/chromium/chromium/src/+/main:net/http/http_util.cc
func parseByteRange(value string) (r byteRange, ok bool) {
	unit, list, _ := strings.Cut(value, "=")
	if !strings.EqualFold(strings.Trim(unit, "\t "), "bytes") {
		return r, false
	}
	parts := slices.DeleteFunc(strings.Split(list, ","), func(part string) bool { return strings.Trim(part, "\t ") == "" })
	if len(parts) != 1 {
		return r, false
	}
	first, last, ok := strings.Cut(parts[0], "-")
	if !ok {
		return r, false
	}
	var okFirst, okLast bool
	r.first, okFirst = parsePosition(first)
	r.last, okLast = parsePosition(last)
	switch {
	case !okFirst || !okLast:
		return r, false
	case r.first < 0:
		r.suffix, r.last = r.last, -1
		return r, r.suffix > 0
	}
	return r, r.last < 0 || r.first <= r.last
}

func parsePosition(s string) (n int64, ok bool) {
	s = strings.Trim(s, "\t ")
	if s == "" {
		return -1, true
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && isDigits(strings.TrimPrefix(s, "+"))
}

// String is the shortest form.
func (r byteRange) String() string {
	switch {
	case r.first < 0:
		return "bytes=-" + strconv.FormatInt(r.suffix, 10)
	case r.last < 0:
		return "bytes=" + strconv.FormatInt(r.first, 10) + "-"
	}
	return "bytes=" + strconv.FormatInt(r.first, 10) + "-" + strconv.FormatInt(r.last, 10)
}

// within is the part of so many bytes that the range means; ok is false if there
// is none.
func (r byteRange) within(size int64) (first, last int64, ok bool) {
	switch {
	case r.first < 0:
		first, last = max(size-r.suffix, 0), size-1
	case r.last < 0:
		first, last = r.first, size-1
	default:
		first, last = r.first, min(r.last, size-1)
	}
	return first, last, first <= last
}

// fitsIn63Bits is false for a range with a number that is too large.
func fitsIn63Bits(value string) bool {
	r, ok := parseByteRange(value)
	return ok && r.first < math.MaxInt64 && r.last < math.MaxInt64
}

// fitsIn64Bits is false for a range with a number beyond 64 bits without a sign.
func fitsIn64Bits(value string) bool {
	for _, number := range strings.FieldsFunc(value, func(c rune) bool { return c < '0' || c > '9' }) {
		if _, err := strconv.ParseUint(number, 10, 64); err != nil {
			return false
		}
	}
	return true
}

// rewriteRange gives the headers with the Range that goes out: the script's, or
// the one that an engine's HTTP cache makes of it.
func (f *fetching) rewriteRange(h Headers) Headers {
	if !f.state.Profile[RangeRewritten] || f.method != "GET" || f.asked.Cache == "no-store" {
		return h
	}
	for i, line := range h {
		if !strings.EqualFold(line.Name, "Range") {
			continue
		}
		if r, ok := parseByteRange(line.Value); ok {
			h[i].Value = r.String()
		}
	}
	return h
}
