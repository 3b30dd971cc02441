package oracle

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// looseDate is what has been found of a date so far. -1: not yet.
type looseDate struct {
	year, month, day, hour, minute, second int
	zone                                   string
	offset                                 time.Duration // from UTC
	numeric                                bool          // the offset stands there as a number
	old                                    bool          // what ISO 8601 writes is not known
}

// looseTime reads a date word by word, as the library does that Chromium and
// Firefox have from Netscape: names and numbers in any order. What says nothing
// to it is passed over. Chromium's has learned to read ISO 8601 since.
//
// https://source.chromium.org/chromium/chromium/src/+/main:base/third_party/nspr/prtime.cc
func looseTime(s string, old bool) (time.Time, bool) {
	d := looseDate{year: -1, month: -1, day: -1, hour: -1, old: old}
	for at := 0; at < len(s); {
		at += d.take(s[at:])
		at += d.wordEnd(s[at:])
		at = d.nextWord(s, at)
	}
	if d.year < 0 || d.year > 1<<15-1 || d.month < 0 || d.day < 0 {
		return time.Time{}, false
	}
	return time.Date(d.year, time.Month(d.month), d.day, max(d.hour, 0), d.minute, d.second, 0, time.UTC).Add(-d.offset), true
}

// wordEnd is where the word ends that a text begins with.
func (d *looseDate) wordEnd(s string) int {
	for i := range len(s) {
		if strings.IndexByte(" \t,;-+/()[]", s[i]) >= 0 || d.isBeforeTime(s[i:]) {
			return i
		}
	}
	return len(s)
}

// isBeforeTime holds at the T between a date and a time.
func (d *looseDate) isBeforeTime(s string) bool {
	return !d.old && len(s) > 1 && s[0] == 'T' && isDigits(s[1:2])
}

// nextWord passes over what stands between words. A hyphen is part of that, but
// where it is the sign of a number.
func (d *looseDate) nextWord(s string, at int) int {
	for at < len(s) {
		afterName := at > 0 && asciiLetter.MatchString(s[at-1:at]) && d.year < 0
		numbered := at+1 < len(s) && isDigits(s[at+1:at+2])
		if strings.IndexByte(" \t,;/()[]", s[at]) < 0 && (s[at] != '-' || numbered && !afterName) {
			break
		}
		at++
	}
	if d.isBeforeTime(s[at:]) {
		at++
	}
	return at
}

var (
	looseMonths = []string{"", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}
	looseZones  = map[string]time.Duration{
		"gmt": 0, "ut": 0, "bst": time.Hour, "met": time.Hour, "eet": 2 * time.Hour, "jst": 9 * time.Hour,
		"nst": -3*time.Hour - 30*time.Minute, "ast": -4 * time.Hour, "edt": -4 * time.Hour, "est": -5 * time.Hour, "cdt": -5 * time.Hour,
		"cst": -6 * time.Hour, "mdt": -6 * time.Hour, "mst": -7 * time.Hour, "pdt": -7 * time.Hour, "pst": -8 * time.Hour,
	}

	asciiLetter = regexp.MustCompile(`^[A-Za-z]`)
	looseName   = regexp.MustCompile(`^[A-Za-z]{2,3}`)
	looseOffset = regexp.MustCompile(`^[+-](?:(\d)|(\d\d)(\d\d)?)(?:\D|$)`)
	looseClock  = regexp.MustCompile(`^(\d+):(\d+):?(\d*)(?:\.\d*)?(Z?)(?:[ \t]*([aApP])[mM])?`)
	looseParts  = regexp.MustCompile(`^(\d{1,2}|\d{4})[/-](\d{1,2})[/-](\d{1,2}|\d{4,5})(T\d|[^0-9A-Za-z]|$)`)
	looseNumber = regexp.MustCompile(`^(\d+)(:|[/-]\d|[A-Za-z])?`)
)

// take reads the word that a text begins with, and says how much of the text it
// has read that is more than a word.
func (d *looseDate) take(s string) int {
	number := looseNumber.FindStringSubmatch(s)
	switch {
	case s[0] == '+' || s[0] == '-':
		d.takeOffset(looseOffset.FindStringSubmatch(s))
		return 1
	case number == nil:
		d.takeName(strings.ToLower(looseName.FindString(s)))
	case number[2] == ":":
		d.takeClock(looseClock.FindStringSubmatch(s))
	case number[2] == "":
		d.takeNumber(number[1])
	case d.month < 0:
		return d.takeParts(looseParts.FindStringSubmatch(s))
	}
	return 0
}

func (d *looseDate) takeName(name string) {
	offset, isZone := looseZones[name]
	switch month := slices.Index(looseMonths[1:], name) + 1; {
	case month > 0 && d.month < 0:
		d.month = month
	case isZone && d.zone == "":
		d.zone, d.offset = name, offset
	}
}

// takeOffset reads +0100, +01 or +1. It may stand behind GMT, and behind no other
// zone.
func (d *looseDate) takeOffset(parts []string) {
	if parts == nil || d.numeric || d.zone != "" && d.zone != "gmt" && d.zone != "ut" {
		return
	}
	d.zone, d.numeric = "gmt", true
	d.offset = time.Duration(atoi(parts[1]+parts[2]))*time.Hour + time.Duration(atoi(parts[3]))*time.Minute
	if strings.HasPrefix(parts[0], "-") {
		d.offset = -d.offset
	}
}

// takeClock reads 7:28, 07:28:00 or 7:28 pm.
func (d *looseDate) takeClock(parts []string) {
	if parts == nil || d.hour >= 0 || len(parts[1]) > 2 || len(parts[2]) > 2 || len(parts[3]) > 2 {
		return
	}
	d.hour, d.minute, d.second = atoi(parts[1]), atoi(parts[2]), atoi(parts[3])
	switch half := strings.ToLower(parts[5]); {
	case parts[4] == "Z" && !d.numeric:
		d.zone, d.offset = "gmt", 0
	case half == "p" && d.hour < 12:
		d.hour += 12
	case half == "a" && d.hour == 12:
		d.hour = 0
	}
}

// takeParts reads 10/21/15, 21/10/15, 15-10-21 or 2015-10-21.
func (d *looseDate) takeParts(parts []string) int {
	if parts == nil || d.old && len(parts[1]) > 2 {
		return 0
	}
	a, b, c := atoi(parts[1]), atoi(parts[2]), atoi(parts[3])
	switch {
	case (a > 31 || a == 0) && (b > 12 || c > 31):
		return 0
	case a > 31 || a == 0:
		d.year, d.month, d.day = fullYear(a), b, c
	case a > 12 && b > 12: // there is no such month
	case a > 12:
		d.year, d.month, d.day = fullYear(c), b, a
	default:
		d.year, d.month, d.day = fullYear(c), a, b
	}
	return len(parts[0]) - len(parts[4])
}

// takeNumber takes a number for a day or a year, by how long it is.
func (d *looseDate) takeNumber(digits string) {
	n := atoi(digits)
	switch len(digits) {
	case 4, 5:
		if d.year < 0 {
			d.year = n
		}
	case 2:
		switch {
		case d.day < 0 && n < 32:
			d.day = n
		case d.year < 0:
			d.year = fullYear(n)
		}
	case 1:
		if d.day < 0 {
			d.day = n
		}
	}
}

// fullYear adds the century to a year of two digits.
func fullYear(n int) int {
	switch {
	case n < 70:
		return n + 2000
	case n < 100:
		return n + 1900
	}
	return n
}

// atoi reads digits, 0 if there are none.
func atoi(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}
