package faults

import (
	"net/http"
	"strings"

	"github.com/corsproof/corsproof/policy"
)

// halves are servers that do half of it: the preflight is right and the response
// bare, or the reverse; or something else comes between the two.
var halves = []Fault{
	{
		Name: "response-bare", About: "The preflight is answered by the proxy, and the application knows nothing of CORS.",
		Class: policy.Refused, Cause: "missing-allow-origin", Policy: edits(app),
		Faulty:  half(func(r *http.Request) bool { return r.Method == http.MethodOptions }),
		Correct: half(func(*http.Request) bool { return true }),
	},
	{
		Name: "preflight-bare", About: "Responses have their headers, and OPTIONS is answered 204 with none.",
		Class: policy.Refused, Cause: "preflight-missing-allow-origin", Policy: edits(app),
		Faulty:  half(func(r *http.Request) bool { return r.Method != http.MethodOptions }),
		Correct: half(func(*http.Request) bool { return true }),
	},
	{
		Name: "writes-bare", About: "Only GET and HEAD have their headers in responses.",
		Class: policy.Refused, Cause: "method", Policy: edits(app),
		Faulty: half(func(r *http.Request) bool {
			return r.Method == http.MethodOptions || r.Method == http.MethodGet || r.Method == http.MethodHead
		}),
		Correct: half(func(*http.Request) bool { return true }),
	},
	{
		Name: "one-route-bare", About: "One of two paths was added after the CORS layer.",
		Class: policy.Refused, Cause: "missing-allow-origin", Policy: at(edits(app),
			policy.Endpoint{Path: "/items"}, policy.Endpoint{Path: "/prices"}),
		Faulty:  half(func(r *http.Request) bool { return r.URL.Path != "/prices" }),
		Correct: half(func(*http.Request) bool { return true }),
	},
	{
		Name: "cached-and-bare", About: "One of two paths says how long it may be kept, by a rule that takes the place of those for CORS.",
		Class: policy.Refused, Cause: "missing-allow-origin", Policy: at(reads(app, admin),
			policy.Endpoint{Path: "/items", Methods: []string{"GET"}}, policy.Endpoint{Path: "/prices", Methods: []string{"GET"}}),
		Faulty:  keptFor("/prices", true),
		Correct: keptFor("/prices", false),
	},
	{
		Name: "json-only", About: "The headers are for those who accept application/json by that name.",
		Class: policy.Refused, Cause: "missing-allow-origin", Policy: edits(app),
		Faulty:  half(func(r *http.Request) bool { return strings.Contains(r.Header.Get("Accept"), "application/json") }),
		Correct: half(func(*http.Request) bool { return true }),
	},
	{
		Name: "slash-redirected-outside", About: "The path is redirected to one with a slash before the CORS layer is reached.",
		Class: policy.Refused, Cause: "redirected", Policy: reads(app),
		Faulty:  slashed(true),
		Correct: slashed(false),
	},
	{
		Name: "login-redirect", About: "Who has no session is redirected to a page for people, where an application expects 401.",
		Class: policy.Refused, Cause: "redirected", Policy: failing("/account"),
		Faulty:  login(true),
		Correct: login(false),
	},
}

// half puts the CORS layer before some requests only.
func half(some func(*http.Request) bool) func() http.Handler {
	return func() http.Handler {
		application := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.Method == http.MethodOptions:
				w.WriteHeader(http.StatusNoContent)
			case r.URL.Path == "/prices":
				list(w, r)
			default:
				items(w, r)
			}
		})
		aware := editing(app).handler(application)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if some(r) {
				aware.ServeHTTP(w, r)
				return
			}
			application.ServeHTTP(w, r)
		})
	}
}

// keptFor lets caches keep what is at a path, and says it instead of what is said for
// CORS, or beside it.
func keptFor(path string, bare bool) func() http.Handler {
	return func() http.Handler {
		kept := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "max-age=60")
			list(w, r)
		})
		aware := cors{allow: only(app, admin)}
		inside, outside := aware.handler(kept), aware.handler(items)
		if bare {
			inside = kept
		}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == path {
				inside.ServeHTTP(w, r)
				return
			}
			outside.ServeHTTP(w, r)
		})
	}
}

// slashed is a ServeMux that knows /items/ only, and so redirects /items, with
// the CORS layer inside or outside.
func slashed(inside bool) func() http.Handler {
	return func() http.Handler {
		serve, c := http.NewServeMux(), cors{allow: only(app)}
		if !inside {
			serve.HandleFunc("/items/", list)
			return c.handler(serve)
		}
		serve.Handle("/items/", c.handler(http.HandlerFunc(list)))
		serve.Handle("/", c.handler(http.NotFoundHandler()))
		return serve
	}
}

// login asks for a session at /account: by a redirect to another server's page,
// or by a status that a program understands.
func login(page bool) func() http.Handler {
	return func() http.Handler {
		inner := cors{allow: only(app)}.handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/account" {
				http.Error(w, "who are you?", http.StatusUnauthorized)
				return
			}
			items(w, r)
		}))
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case page && r.URL.Path == "/account":
				http.Redirect(w, r, "/login", http.StatusFound)
			case page && r.URL.Path == "/login":
				w.Write([]byte("<!doctype html><title>Who are you?</title>"))
			default:
				inner.ServeHTTP(w, r)
			}
		})
	}
}
