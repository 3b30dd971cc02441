package faults

import (
	"net/http"

	"github.com/corsproof/corsproof/policy"
)

// credentials are servers that allow a reader, and not with cookies; and one
// that allows cookies nobody has spoken of.
var credentials = []Fault{
	{
		Name: "credentials-capital", About: "Access-Control-Allow-Credentials says True, as a formatted boolean of Python does.",
		Class: policy.Refused, Cause: "invalid-allow-credentials", Policy: withCookies(reads(app)),
		Faulty:  cors{allow: only(app), credentials: "True"}.before(items),
		Correct: cors{allow: only(app), credentials: "true"}.before(items),
	},
	{
		Name: "credentials-upper-case", About: "Access-Control-Allow-Credentials says TRUE.",
		Class: policy.Refused, Cause: "invalid-allow-credentials", Policy: withCookies(edits(app)),
		Faulty:  editingWithCookies("TRUE").before(items),
		Correct: editingWithCookies("true").before(items),
	},
	{
		Name: "credentials-1", About: "Access-Control-Allow-Credentials says 1.",
		Class: policy.Refused, Cause: "invalid-allow-credentials", Policy: withCookies(reads(app)),
		Faulty:  cors{allow: only(app), credentials: "1"}.before(items),
		Correct: cors{allow: only(app), credentials: "true"}.before(items),
	},
	{
		Name: "credentials-yes", About: "Access-Control-Allow-Credentials says yes.",
		Class: policy.Refused, Cause: "invalid-allow-credentials", Policy: withCookies(reads(app)),
		Faulty:  cors{allow: only(app), credentials: "yes"}.before(items),
		Correct: cors{allow: only(app), credentials: "true"}.before(items),
	},
	{
		Name: "credentials-missing", About: "Nothing is said of credentials, which the policy has.",
		Class: policy.Refused, Cause: "invalid-allow-credentials", Policy: withCookies(edits(app)),
		Faulty:  editingWithCookies("").before(items),
		Correct: editingWithCookies("true").before(items),
	},
	{
		Name: "credentials-twice", About: "Application and proxy each say true, and true, true is not true.",
		Class: policy.Refused, Cause: "invalid-allow-credentials", Policy: withCookies(edits(app)),
		Faulty:  credentialsOn(func(*http.Request) []string { return []string{"true", "true"} }),
		Correct: credentialsOn(func(*http.Request) []string { return []string{"true"} }),
	},
	{
		Name: "credentials-in-preflight-only", About: "Credentials are allowed in the preflight and forgotten in the response.",
		Class: policy.Refused, Cause: "invalid-allow-credentials", Policy: withCookies(edits(app)),
		Faulty: credentialsOn(func(r *http.Request) []string {
			if isPreflight(r) {
				return []string{"true"}
			}
			return nil
		}),
		Correct: credentialsOn(func(*http.Request) []string { return []string{"true"} }),
	},
	{
		Name: "credentials-in-response-only", About: "Credentials are allowed in responses and forgotten in the preflight.",
		Class: policy.Refused, Cause: "preflight-invalid-allow-credentials", Policy: withCookies(edits(app)),
		Faulty: credentialsOn(func(r *http.Request) []string {
			if isPreflight(r) {
				return nil
			}
			return []string{"true"}
		}),
		Correct: credentialsOn(func(*http.Request) []string { return []string{"true"} }),
	},
	{
		Name: "credentials-when-a-cookie-comes", About: "Credentials are allowed only in answers to requests with a cookie; a first visit has none.",
		Class: policy.Refused, Cause: "invalid-allow-credentials", Policy: withCookies(edits(app)),
		Faulty: credentialsOn(func(r *http.Request) []string {
			if r.Header.Get("Cookie") != "" {
				return []string{"true"}
			}
			return nil
		}),
		Correct: credentialsOn(func(*http.Request) []string { return []string{"true"} }),
	},
	{
		Name: "credentials-with-star", About: "Those who are in the list are answered a star, which is not for requests with credentials.",
		Class: policy.Refused, Cause: "wildcard-with-credentials", Policy: withCookies(reads(app)),
		Faulty:  answering(only(app), func(string) string { return "*" }, "true"),
		Correct: answering(only(app), same, "true"),
	},
	{
		Name: "star-for-everyone-with-credentials", About: "Everyone is answered a star, where one origin may read with cookies: strangers can, and that one cannot.",
		Class: policy.Leak, Cause: "foreign", Besides: "refused/wildcard-with-credentials", Policy: withCookies(reads(app)),
		Faulty:  starWithCookies("*"),
		Correct: starWithCookies(app),
	},
	{
		Name: "methods-star-with-credentials", About: "Access-Control-Allow-Methods is a star, which with credentials is a method called *.",
		Class: policy.Refused, Cause: "wildcard-with-credentials", Besides: "over-permissive/method", Policy: withCookies(edits(app)),
		Faulty:  cors{allow: only(app), methods: "*", headers: "X-Token", credentials: "true"}.before(items),
		Correct: editingWithCookies("true").before(items),
	},
	{
		Name: "headers-star-with-credentials", About: "Access-Control-Allow-Headers is a star, which with credentials is a header called *.",
		Class: policy.Refused, Cause: "wildcard-with-credentials", Besides: "over-permissive/header", Policy: withCookies(edits(app)),
		Faulty:  cors{allow: only(app), methods: "PUT, DELETE", headers: "*", credentials: "true"}.before(items),
		Correct: editingWithCookies("true").before(items),
	},
	{
		Name: "headers-star-for-authorization", About: "Access-Control-Allow-Headers is a star, which stands for every header but Authorization.",
		Class: policy.Refused, Cause: "header", Policy: tokens,
		Faulty:  cors{allow: only(app), headers: "*"}.before(authenticated(items)),
		Correct: bearing.before(authenticated(items)),
	},
	{
		Name: "errors-star-with-credentials", About: "Everyone is answered a star where something fails: strangers can read that, and who uses cookies cannot.",
		Class: policy.Leak, Cause: "foreign", Besides: "unreadable-error/error",
		Policy: at(withCookies(reads(app)), policy.Endpoint{Path: "/items", Methods: []string{"GET"}}, policy.Endpoint{Path: "/missing", Methods: []string{"GET"}}),
		Faulty: func() http.Handler {
			return cors{allow: only(app), credentials: "true"}.handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/items" {
					w.Header().Set("Access-Control-Allow-Origin", "*")
				}
				items(w, r)
			}))
		},
		Correct: cors{allow: only(app), credentials: "true"}.before(items),
	},
	{
		Name: "undeclared-credentials", About: "Credentials are allowed, and the policy has none.",
		Class: policy.OverPermissive, Cause: "credentialed", Policy: edits(app),
		Faulty:  editingWithCookies("true").before(items),
		Correct: editingWithCookies("").before(items),
	},
	{
		Name: "star-with-allow-credentials", About: "Credentials are allowed for everyone by a star, which no browser honours.",
		Class: policy.Ineffective, Cause: "wildcard-with-credentials", Policy: reads("*"),
		Faulty:  starWithCookies("*"),
		Correct: fixed("*"),
	},
}

// editingWithCookies is the middleware for the policy edits with credentials.
func editingWithCookies(value string) cors {
	c := editing(app)
	c.credentials = value
	return c
}

// credentialsOn is a server for one origin that says of credentials what lines are given.
func credentialsOn(lines func(*http.Request) []string) func() http.Handler {
	return func() http.Handler {
		rest := editing(app).handler(items)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if said := lines(r); said != nil && r.Header.Get("Origin") == app {
				w.Header()["Access-Control-Allow-Credentials"] = said
			}
			rest.ServeHTTP(w, r)
		})
	}
}

// starWithCookies allows credentials, and names the same in every answer.
func starWithCookies(origin string) func() http.Handler {
	return func() http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Access-Control-Allow-Origin", origin)
			w.Header().Set("Access-Control-Allow-Credentials", "true")
			items(w, r)
		})
	}
}
