package faults

import (
	"net/http"
	"slices"
	"sort"
	"strings"

	"github.com/corsproof/corsproof/policy"
)

// sends is the policy for request headers beyond the safelist.
func sends(headers ...string) policy.Policy {
	p := reads(app)
	p.RequestHeaders = headers
	return p
}

// headers are servers that allow other request headers than the policy does.
var headers = []Fault{
	{
		Name: "header-forgotten", About: "Content-Type is taken for safelisted, which it is not with JSON.",
		Class: policy.Refused, Cause: "header", Policy: sends("Content-Type", "X-Token"),
		Faulty:  allowing("", "X-Token"),
		Correct: allowing("", "Content-Type, X-Token"),
	},
	{
		Name: "header-case", About: "Header names are compared as the configuration spells them; browsers ask in lower case.",
		Class: policy.Refused, Cause: "header", Policy: sends("X-Token"),
		Faulty:  asked(func(name string) bool { return name == "X-Token" }),
		Correct: asked(func(name string) bool { return strings.EqualFold(name, "X-Token") }),
	},
	{
		Name: "header-list-as-one", About: "The list asked for is looked up as if it were one name: each header alone is fine, two are not.",
		Class: policy.Refused, Cause: "header", Policy: sends("X-Token", "X-Trace"),
		Faulty:  askedFor(func(list string) []string { return []string{list} }),
		Correct: askedFor(split),
	},
	{
		Name: "header-first-only", About: "Only the first header that is asked for is answered.",
		Class: policy.Refused, Cause: "header", Policy: sends("X-Token", "X-Trace"),
		Faulty:  askedFor(func(list string) []string { return first(split(list)) }),
		Correct: askedFor(split),
	},
	{
		Name: "header-spacing", About: "The list asked for is split at comma and space; browsers send no space.",
		Class: policy.Refused, Cause: "header", Policy: sends("X-Token", "X-Trace"),
		Faulty:  askedFor(func(list string) []string { return strings.Split(list, ", ") }),
		Correct: askedFor(func(list string) []string { return strings.Split(list, ",") }),
	},
	{
		Name: "header-order", About: "The list asked for must have the order of the configuration; browsers sort it.",
		Class: policy.Refused, Cause: "header", Policy: sends("X-Trace", "X-Token"),
		Faulty:  askedInOrder("x-trace", "x-token"),
		Correct: askedInOrder("x-token", "x-trace"),
	},
	{
		Name: "header-count", About: "More than two headers at once are thought to be an attack.",
		Class: policy.Refused, Cause: "header", Policy: sends("X-Token", "X-Trace", "X-Version"),
		Faulty:  counted(2),
		Correct: counted(64),
	},
	{
		Name: "header-search", About: "The allowed headers are sorted before they are lowered, and then searched.",
		Class: policy.Refused, Cause: "header", Policy: sends("X-alpha", "X-Beta"),
		Faulty: searchedHeaders(func(list []string) {
			slices.Sort(list)
			lower(list)
		}),
		Correct: searchedHeaders(func(list []string) {
			lower(list)
			slices.Sort(list)
		}),
	},
	{
		Name: "headers-by-semicolons", About: "The headers are separated by semicolons, which makes the whole list void.",
		Class: policy.Refused, Cause: "invalid-allow-headers", Policy: sends("X-Token", "X-Trace"),
		Faulty:  allowing("", "X-Token; X-Trace"),
		Correct: allowing("", "X-Token, X-Trace"),
	},
	{
		Name: "headers-by-pattern", About: "The headers are allowed by X-*, and there are no patterns.",
		Class: policy.Refused, Cause: "header", Policy: sends("X-Token", "X-Trace"),
		Faulty:  allowing("", "X-*"),
		Correct: allowing("", "X-Token,X-Trace"),
	},
	{
		Name: "headers-reflected", About: "Whatever headers are asked for are allowed.",
		Class: policy.OverPermissive, Cause: "header", Policy: sends("X-Token"),
		Faulty:  asked(func(string) bool { return true }),
		Correct: asked(func(name string) bool { return strings.EqualFold(name, "X-Token") }),
	},
	{
		Name: "headers-reflected-with-credentials", About: "Whatever headers are asked for are allowed, with the user's cookies.",
		Class: policy.OverPermissive, Cause: "header", Policy: withCookies(edits(app)),
		Faulty:  reflectedHeaders(true),
		Correct: reflectedHeaders(false),
	},
	{
		Name: "headers-star", About: "All headers are allowed by a star, where one is declared.",
		Class: policy.OverPermissive, Cause: "header", Policy: sends("X-Token"),
		Faulty:  allowing("", "*"),
		Correct: allowing("", "X-Token"),
	},
	{
		Name: "headers-by-beginning", About: "A header is allowed if it begins like an allowed one.",
		Class: policy.OverPermissive, Cause: "header", Policy: sends("X-Token"),
		Faulty:  asked(func(name string) bool { return strings.HasPrefix(name, "x-") }),
		Correct: asked(func(name string) bool { return name == "x-token" }),
	},
}

func lower(list []string) {
	for i := range list {
		list[i] = strings.ToLower(list[i])
	}
}

func first(list []string) []string { return list[:min(1, len(list))] }

// asked answers those of the headers asked for that may be sent.
func asked(may func(name string) bool) func() http.Handler {
	return preflightHeaders(func(h http.Header, r *http.Request) {
		var allowed []string
		for _, name := range split(r.Header.Get("Access-Control-Request-Headers")) {
			if may(name) {
				allowed = append(allowed, name)
			}
		}
		put(h, "Access-Control-Allow-Headers", strings.Join(allowed, ","))
	})
}

// askedFor answers the headers asked for if each element that parse makes of
// them is X-Token or X-Trace.
func askedFor(parse func(list string) []string) func() http.Handler {
	return preflightHeaders(func(h http.Header, r *http.Request) {
		list := r.Header.Get("Access-Control-Request-Headers")
		if list == "" {
			return
		}
		elements := parse(list)
		for _, name := range elements {
			if oneOf(strings.ToLower(name), "x-token", "x-trace") == "" {
				return
			}
		}
		h.Set("Access-Control-Allow-Headers", strings.Join(elements, ","))
	})
}

// askedInOrder walks through the allowed headers once and looks for each that
// is asked for behind the one before it.
func askedInOrder(allowed ...string) func() http.Handler {
	return preflightHeaders(func(h http.Header, r *http.Request) {
		list := r.Header.Get("Access-Control-Request-Headers")
		rest := allowed
		for _, name := range split(list) {
			i := slices.Index(rest, name)
			if i < 0 {
				return
			}
			rest = rest[i+1:]
		}
		put(h, "Access-Control-Allow-Headers", list)
	})
}

// counted answers three headers, if not more than most are asked for.
func counted(most int) func() http.Handler {
	return preflightHeaders(func(h http.Header, r *http.Request) {
		if len(split(r.Header.Get("Access-Control-Request-Headers"))) <= most {
			h.Set("Access-Control-Allow-Headers", "X-Token, X-Trace, X-Version")
		}
	})
}

// searchedHeaders looks the headers asked for up in a list that prepare has
// made ready for it.
func searchedHeaders(prepare func(list []string)) func() http.Handler {
	list := []string{"X-alpha", "X-Beta"}
	prepare(list)
	return asked(func(name string) bool {
		i := sort.SearchStrings(list, strings.ToLower(name))
		return i < len(list) && list[i] == strings.ToLower(name)
	})
}

// reflectedHeaders answers what was asked for, or what the policy has.
func reflectedHeaders(reflected bool) func() http.Handler {
	return func() http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			c := editingWithCookies("true")
			if reflected {
				c.headers = r.Header.Get("Access-Control-Request-Headers")
			}
			c.handler(items).ServeHTTP(w, r)
		})
	}
}
