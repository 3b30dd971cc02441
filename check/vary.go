package check

import (
	"slices"
	"strings"

	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/policy"
)

// vary finds responses whose CORS headers depend on who asks, that a cache may
// keep, and that do not say so: another's request for the same URL is then
// answered with them. Browsers keep no answers to OPTIONS.
//
// https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches
func (s survey) vary(found clusters) {
	type seen struct {
		showing
		asker, answer string
	}
	replies := map[place][]seen{}
	var order []place
	for _, i := range s.items {
		for n, e := range i.Observed.Wire {
			if e.Method != "GET" && e.Method != "HEAD" || e.Status == 0 {
				continue
			}
			at := place{e.Method, e.Path}
			if replies[at] == nil {
				order = append(order, at)
			}
			asker, _ := e.Headers.Get("Origin")
			replies[at] = append(replies[at], seen{showing{item: i, at: n, headers: []string{"Vary", allowOrigin}}, asker, answerOf(e)})
		}
	}
	for _, at := range order {
		if found.unsteady(at.path) { // who asks is then not what the answer depends on
			continue
		}
		all := replies[at]
		for _, r := range all {
			e := *r.exchange()
			if !storable(e) || variesByOrigin(e) {
				continue
			}
			depends := slices.ContainsFunc(all, func(o seen) bool {
				refused := o.stranger() && o.exchange().Status == 403
				return o.asker != r.asker && o.answer != r.answer && (refused || o.exchange().Status == e.Status)
			})
			if depends {
				r.showing.subject = r.asker
				found.at(policy.Cache, varyMissing).add(r.showing)
			}
		}
	}
}

// unsteady is true for a path at which the same question gets one answer and then
// another.
func (g clusters) unsteady(path string) bool {
	c := g[[2]string{string(policy.Refused), unsteady}]
	return c != nil && slices.ContainsFunc(c.shown, func(s showing) bool { return s.path() == path })
}

// answerOf is what a response says to CORS.
func answerOf(e record.Exchange) string {
	var b strings.Builder
	for _, name := range []string{allowOrigin, allowCredentialsHeader, exposeHeaders} {
		b.WriteString(strings.Join(e.ReplyHeaders.Values(name), "\n"))
		b.WriteByte('\x00')
	}
	return b.String()
}

// storable is true for a response that a cache may keep: one that does not
// forbid it, and whose status is cacheable by itself or that says for how long.
//
// https://www.rfc-editor.org/rfc/rfc9111#section-3
func storable(e record.Exchange) bool {
	control, _ := e.ReplyHeaders.Get("Cache-Control")
	directives := map[string]bool{}
	for _, d := range splitList(strings.ToLower(control)) {
		name, _, _ := strings.Cut(d, "=")
		directives[strings.TrimSpace(name)] = true
	}
	if directives["no-store"] {
		return false
	}
	explicit := directives["max-age"] || directives["s-maxage"] || directives["public"] || e.ReplyHeaders.Has("Expires")
	return explicit || slices.Contains(cacheable, e.Status)
}

// cacheable are the statuses that a cache may keep without being told for how long.
//
// https://www.rfc-editor.org/rfc/rfc9110#section-15.1
var cacheable = []int{200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501}

func variesByOrigin(e record.Exchange) bool {
	return slices.ContainsFunc(e.ReplyHeaders.SplitValues("Vary"), func(v string) bool {
		return v == "*" || strings.EqualFold(v, "Origin")
	})
}

// fresh is true for a response that a cache uses again without asking.
func fresh(e record.Exchange) bool {
	control, _ := e.ReplyHeaders.Get("Cache-Control")
	return strings.Contains(strings.ToLower(control), "max-age") || e.ReplyHeaders.Has("Expires") || e.ReplyHeaders.Has("Last-Modified")
}
