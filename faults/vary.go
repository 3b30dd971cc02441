package faults

import (
	"net/http"
	"time"

	"github.com/corsproof/corsproof/policy"
)

// siblings may read, and share an HTTP cache: they are of one site.
var siblings = reads(app, admin)

// vary are servers whose responses a cache hands to somebody whom they do not
// name: they differ by Origin, may be stored, and do not say that they differ.
var vary = []Fault{
	{
		Name: "vary-missing", About: "Nothing says that the response depends on Origin.",
		Class: policy.Cache, Cause: "cached", Policy: siblings,
		Faulty:  varying(hour, ""),
		Correct: varying(hour, "Origin"),
	},
	{
		Name: "vary-missing-with-credentials", About: "Nothing says that the response depends on Origin, and it is the user's own.",
		Class: policy.Cache, Cause: "cached", Policy: withCookies(siblings),
		Faulty:  varyingWithCookies(hour, ""),
		Correct: varyingWithCookies(hour, "Origin"),
	},
	{
		Name: "vary-missing-wildcard", About: "Each origin that the pattern lets in is named, without Vary.",
		Class: policy.Cache, Cause: "cached", Policy: reads(partner),
		Faulty:  cached(belowPartner, hour, func(h http.Header, _ string) {}),
		Correct: cached(belowPartner, hour, func(h http.Header, _ string) { h.Set("Vary", "Origin") }),
	},
	{
		Name: "vary-on-something-else", About: "Vary names Accept-Encoding and nothing else.",
		Class: policy.Cache, Cause: "cached", Policy: siblings,
		Faulty:  varying(hour, "Accept-Encoding"),
		Correct: varying(hour, "Accept-Encoding, Origin"),
	},
	{
		Name: "vary-on-request-headers", About: "Vary names the headers of preflights, which are not stored, and not Origin.",
		Class: policy.Cache, Cause: "cached", Policy: siblings,
		Faulty:  varying(hour, "Access-Control-Request-Method, Access-Control-Request-Headers"),
		Correct: varying(hour, "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"),
	},
	{
		Name: "vary-overwritten", About: "The handler sets Vary, where it should add to it, and the middleware's is gone.",
		Class: policy.Cache, Cause: "cached", Policy: siblings,
		Faulty:  negotiating(http.Header.Set),
		Correct: negotiating(http.Header.Add),
	},
	{
		Name: "vary-for-cors-only", About: "Vary is said to those who send Origin; the picture that was loaded without is stored for all.",
		Class: policy.Cache, Cause: "cached", Policy: siblings,
		Faulty: cached(only(app, admin), hour, func(h http.Header, origin string) {
			if origin != "" {
				h.Set("Vary", "Origin")
			}
		}),
		Correct: cached(only(app, admin), hour, func(h http.Header, _ string) { h.Set("Vary", "Origin") }),
	},
	{
		Name: "vary-for-one-origin", About: "One origin may read, and is named only if it asks, without Vary.",
		Class: policy.Cache, Cause: "cached", Policy: reads(app),
		Faulty:  cached(only(app), hour, func(http.Header, string) {}),
		Correct: cached(nobody, hour, func(h http.Header, _ string) { h.Set("Access-Control-Allow-Origin", app) }),
	},
	{
		Name: "vary-in-preflight-only", About: "Vary is said in preflights and forgotten in responses.",
		Class: policy.Cache, Cause: "cached", Policy: at(edits(app, admin), policy.Endpoint{Path: "/items", Methods: []string{"GET", "PUT"}}),
		Faulty:  variedWhere(isPreflight),
		Correct: variedWhere(func(*http.Request) bool { return true }),
	},
	{
		Name: "vary-missing-for-a-minute", About: "The response may be stored for a minute, and Vary is missing; where nothing may be stored, nobody misses it.",
		Class: policy.Cache, Cause: "cached", Policy: siblings,
		Faulty:  varying("public, max-age=60", ""),
		Correct: varying("no-store", ""),
	},
	{
		Name: "vary-missing-by-heuristics", About: "Nothing is said of caching, and Last-Modified lets browsers guess a time.",
		Class: policy.Cache, Cause: "cached", Policy: siblings,
		Faulty:  heuristic(""),
		Correct: heuristic("Origin"),
	},
}

const hour = "public, max-age=3600"

// varying lets two origins read what may be stored as cacheControl says, with
// this Vary.
func varying(cacheControl, value string) func() http.Handler {
	return cached(only(app, admin), cacheControl, func(h http.Header, _ string) { put(h, "Vary", value) })
}

func varyingWithCookies(cacheControl, value string) func() http.Handler {
	return cached(only(app, admin), cacheControl, func(h http.Header, origin string) {
		put(h, "Vary", value)
		if oneOf(origin, app, admin) != "" {
			h.Set("Access-Control-Allow-Credentials", "true")
		}
	})
}

// cached is a list that may be stored, with CORS by hand; add adds what else
// there is to say to an origin.
func cached(allow func(string) bool, cacheControl string, add func(h http.Header, origin string)) func() http.Handler {
	return func() http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h, origin := w.Header(), r.Header.Get("Origin")
			if origin != "" && allow(origin) {
				h.Set("Access-Control-Allow-Origin", origin)
			}
			h.Set("Cache-Control", cacheControl)
			add(h, origin)
			if r.URL.Path != "/items" {
				http.NotFound(w, r)
				return
			}
			list(w, r)
		})
	}
}

// negotiating is a handler that says that it looks at Accept-Language, behind a
// middleware that has said that it looks at Origin.
func negotiating(say func(h http.Header, name, value string)) func() http.Handler {
	return cors{allow: only(app, admin)}.before(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/items" {
			http.NotFound(w, r)
			return
		}
		say(w.Header(), "Vary", "Accept-Language")
		w.Header().Set("Cache-Control", hour)
		list(w, r)
	}))
}

// variedWhere says Vary where it is told to.
func variedWhere(where func(*http.Request) bool) func() http.Handler {
	return func() http.Handler {
		inner := editing(app, admin).handler(http.HandlerFunc(list))
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			inner.ServeHTTP(&headerEditor{ResponseWriter: w, edit: func(h http.Header, _ int) {
				h.Set("Cache-Control", hour)
				if !where(r) {
					h.Del("Vary")
				}
			}}, r)
		})
	}
}

// heuristic serves the list as a file that was last changed a year ago.
func heuristic(value string) func() http.Handler {
	return func() http.Handler {
		changed := time.Now().AddDate(-1, 0, 0).UTC().Format(http.TimeFormat)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			if origin := r.Header.Get("Origin"); origin == app || origin == admin {
				h.Set("Access-Control-Allow-Origin", origin)
			}
			put(h, "Vary", value)
			h.Set("Last-Modified", changed)
			list(w, r)
		})
	}
}
