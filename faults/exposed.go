package faults

import (
	"net/http"

	"github.com/corsproof/corsproof/policy"
)

// shows is the policy for response headers beyond the safelist: X-Total. The
// application sends X-Shard as well, which is nobody's business.
func shows(p policy.Policy) policy.Policy {
	p.ExposeHeaders = []string{"X-Total"}
	return p
}

// exposed are servers that expose other response headers than the policy does.
var exposed = []Fault{
	{
		Name: "not-exposed", About: "X-Total is sent and not exposed.",
		Class: policy.Refused, Cause: "exposed", Policy: shows(reads(app)),
		Faulty:  exposing(""),
		Correct: exposing("X-Total"),
	},
	{
		Name: "exposed-in-preflight", About: "What is exposed is said in the preflight, where nobody asks for it.",
		Class: policy.Refused, Cause: "exposed", Policy: shows(edits(app)),
		Faulty:  exposedWhere(isPreflight),
		Correct: exposedWhere(func(r *http.Request) bool { return !isPreflight(r) }),
	},
	{
		Name: "exposed-star-with-credentials", About: "Everything is exposed by a star, which with credentials is a header called *.",
		Class: policy.Refused, Cause: "wildcard-with-credentials", Besides: "over-permissive/exposed", Policy: shows(withCookies(reads(app))),
		Faulty:  cors{allow: only(app), credentials: "true", expose: "*"}.before(bare),
		Correct: cors{allow: only(app), credentials: "true", expose: "X-Total"}.before(bare),
	},
	{
		Name: "exposed-by-spaces", About: "The names are separated by spaces, which exposes none of them.",
		Class: policy.Refused, Cause: "exposed", Policy: shows(reads(app)),
		Faulty:  exposing("X-Total Link"),
		Correct: exposing("X-Total, Link"),
	},
	{
		Name: "exposed-too-much", About: "X-Shard is exposed beside X-Total.",
		Class: policy.OverPermissive, Cause: "exposed", Policy: shows(reads(app)),
		Faulty:  exposing("X-Total, X-Shard"),
		Correct: exposing("X-Total"),
	},
	{
		Name: "exposed-star", About: "Everything is exposed by a star, where one header is declared.",
		Class: policy.OverPermissive, Cause: "exposed", Policy: shows(reads(app)),
		Faulty:  exposing("*"),
		Correct: exposing("X-Total"),
	},
}

// bare is the application without the header that is nobody's business.
var bare = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	items(&headerEditor{ResponseWriter: w, edit: func(h http.Header, _ int) { h.Del("X-Shard") }}, r)
})

// exposing exposes what it is told to.
func exposing(names string) func() http.Handler {
	return cors{allow: only(app), expose: names}.before(items)
}

// exposedWhere exposes X-Total where it is told to.
func exposedWhere(where func(*http.Request) bool) func() http.Handler {
	return func() http.Handler {
		inner := editing(app).handler(items)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if where(r) && r.Header.Get("Origin") == app {
				w.Header().Set("Access-Control-Expose-Headers", "X-Total")
			}
			inner.ServeHTTP(w, r)
		})
	}
}
