package check

import (
	"strconv"
	"strings"
	"time"

	"github.com/corsproof/corsproof/policy"
)

// maxAge holds what answers to preflights say of how long they are good for
// against the policy's bound, and against what browsers can read: they agree on
// one line of digits, and on a number below 0. Of anything else one takes five
// seconds, another nothing.
//
// https://fetch.spec.whatwg.org/#http-access-control-max-age
func (s survey) maxAge(found clusters) {
	for _, i := range s.items {
		if i.stranger() {
			continue
		}
		for n, e := range i.Observed.Wire {
			value, has := e.ReplyHeaders.Get(maxAgeHeader)
			if !e.Preflight || !has || e.Status/100 != 2 {
				continue
			}
			show := showing{item: i, at: n, subject: value, headers: []string{maxAgeHeader}}
			age, ok := deltaSeconds(value)
			switch {
			case !ok:
				found.at(policy.Ineffective, maxAgeValue).add(show)
			case s.policy.MaxAge > 0 && age > s.policy.MaxAge:
				found.at(policy.OverPermissive, maxAgeAbove).add(show)
			}
		}
	}
}

// deltaSeconds reads digits, as many as there are, and a minus sign before them.
func deltaSeconds(value string) (time.Duration, bool) {
	digits, negative := strings.CutPrefix(value, "-")
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	if negative {
		return 0, true
	}
	const longest = 1<<31 - 1
	seconds, err := strconv.ParseUint(digits, 10, 31)
	if err != nil {
		seconds = longest
	}
	return time.Duration(seconds) * time.Second, true
}
