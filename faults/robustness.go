package faults

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/policy"
)

// robustness are servers that come to harm by what no browser sends.
var robustness = []Fault{
	{
		Name: "empty-name-asked-for", About: "The first byte of each name asked for is looked at, and an empty name has none.",
		Class: policy.Robustness, Cause: "panic", Policy: edits(app),
		Faulty:  askedNames(func(name string) bool { return name[0] == 'x' && name == "x-token" }),
		Correct: askedNames(func(name string) bool { return name == "x-token" }),
	},
	{
		Name: "quadratic", About: "Each name asked for is compared with all that are found already, and there may be very many.",
		Class: policy.Robustness, Cause: "slow", Policy: edits(app),
		Faulty:  deduplicated(1 << 20),
		Correct: deduplicated(16),
	},
	{
		Name: "vary-of-the-request", About: "A Vary in the request is taken for one that is set already, and kept in the place of Origin.",
		Class: policy.Robustness, Cause: "vary", Policy: siblings,
		Faulty:  varyingAs(func(r *http.Request) string { return cmp.Or(r.Header.Get("Vary"), "Origin") }),
		Correct: varyingAs(func(*http.Request) string { return "Origin" }),
	},
	{
		Name: "response-splitting", About: "The origin is decoded after the check and written as it is: an encoded line break begins a header of its own.",
		Class: policy.Robustness, Cause: "splitting", Policy: reads(app),
		Faulty: written(func(origin string) string {
			decoded, _ := url.PathUnescape(origin)
			return decoded
		}),
		Correct: written(same),
	},
}

// varyingAs is a list that may be stored, and what its Vary says of a request.
func varyingAs(value func(*http.Request) string) func() http.Handler {
	return func() http.Handler {
		next := cached(only(app, admin), hour, func(http.Header, string) {})()
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Vary", value(r))
			next.ServeHTTP(w, r)
		})
	}
}

// askedNames answers those of the names asked for that may be sent.
func askedNames(may func(name string) bool) func() http.Handler {
	return preflightHeaders(func(h http.Header, r *http.Request) {
		h.Set("Access-Control-Allow-Methods", "PUT, DELETE")
		if r.Header["Access-Control-Request-Headers"] == nil {
			return
		}
		var allowed []string
		for name := range strings.SplitSeq(r.Header.Get("Access-Control-Request-Headers"), ",") {
			if name = strings.TrimSpace(name); may(name) {
				allowed = append(allowed, name)
			}
		}
		put(h, "Access-Control-Allow-Headers", strings.Join(allowed, ","))
	})
}

// deduplicated takes each name once, and looks at so many at most.
func deduplicated(most int) func() http.Handler {
	return preflightHeaders(func(h http.Header, r *http.Request) {
		h.Set("Access-Control-Allow-Methods", "PUT, DELETE")
		list := r.Header.Get("Access-Control-Request-Headers")
		if strings.Count(list, ",") > most {
			return
		}
		var once []string
		for name := range strings.SplitSeq(list, ",") {
			if !slices.ContainsFunc(once, func(earlier string) bool { return strings.EqualFold(earlier, name) }) {
				once = append(once, name)
			}
		}
		if slices.Contains(once, "x-token") {
			h.Set("Access-Control-Allow-Headers", "X-Token")
		}
	})
}
