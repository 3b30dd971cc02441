package faults

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/corsproof/corsproof/policy"
)

// gates are servers that let nobody through without something, before they come
// to CORS; and one that lets everybody go too early.
var gates = []Fault{
	{
		Name: "forgery", About: "Who writes without the token against forgery is answered 403 before the CORS layer, preflights aside.",
		Class: policy.UnreadableError, Cause: "error", Policy: editsForms,
		Faulty: func() http.Handler {
			c := editing(app)
			return c.preflights(tokenForWrites(c.handler(items)))
		},
		Correct: func() http.Handler { return editing(app).handler(tokenForWrites(items)) },
	},
	{
		Name: "limit-of-all", About: "A rate limit counts all that arrives, preflights too, and answers 429 before the CORS layer.",
		Class: policy.Refused, Cause: "repeated", Policy: edits(app),
		Faulty:  func() http.Handler { return afterSome(editing(app).handler(items)) },
		Correct: func() http.Handler { return editing(app).handler(afterSome(items)) },
	},
	{
		Name: "options-to-login", About: "Whoever asks by OPTIONS is led to the login, and from there again, since that is asked for by OPTIONS.",
		Class: policy.Refused, Cause: "preflight-redirect", Policy: withCookies(edits(app)),
		Faulty: func() http.Handler {
			inner := editingWithCookies("true").handler(items)
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodOptions {
					http.Redirect(w, r, "/login", http.StatusFound)
					return
				}
				inner.ServeHTTP(w, r)
			})
		},
		Correct: func() http.Handler { return editingWithCookies("true").handler(items) },
	},
	{
		Name: "in-circles", About: "A page without a session is led to itself to get one, and never has one across sites.",
		Class: policy.Refused, Cause: "redirected", Policy: reads(app),
		Faulty: cors{allow: only(app)}.before(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, err := r.Cookie("session"); err != nil && r.URL.Path == "/items" {
				http.Redirect(w, r, "/items", http.StatusFound)
				return
			}
			items(w, r)
		})),
		Correct: cors{allow: only(app)}.before(items),
	},
	{
		Name: "broken-off", About: "The connection ends before the response does: no page can read the rest, whatever the headers say.",
		Class: policy.Refused, Cause: "no-answer", Policy: reads(app),
		Faulty:  lengthy(1 << 16),
		Correct: lengthy(2),
	},
}

// editsForms is the policy edits for an endpoint that takes forms as well.
var editsForms = at(edits(app), policy.Endpoint{Path: "/items", Methods: []string{"GET", "POST", "PUT", "DELETE"}})

// preflights answers these itself and hands on everything else, without a
// header.
func (c cors) preflights(next http.Handler) http.Handler {
	answers := c.handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isPreflight(r) {
			answers.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// tokenForWrites takes nothing that writes without X-Token.
func tokenForWrites(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Method {
		case http.MethodGet, http.MethodHead, http.MethodOptions:
		default:
			if r.Header.Get("X-Token") == "" {
				http.Error(w, "token", http.StatusForbidden)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// afterSome answers 429 when it has answered some.
func afterSome(next http.Handler) http.Handler {
	var answered atomic.Int32
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if answered.Add(1) > 3 {
			http.Error(w, "too many requests", http.StatusTooManyRequests)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// lengthy says how long a response of two bytes is.
func lengthy(length int) func() http.Handler {
	return cors{allow: only(app)}.before(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(length))
		if r.Method != http.MethodHead {
			fmt.Fprint(w, "[]")
		}
	}))
}

// gated are servers that let nobody through without something, and say so in
// responses that can be read.
func gated() []Twin {
	return []Twin{
		{
			Name: "json-or-415", About: "What is posted must be JSON, whoever posts it.",
			Policy: policy.Policy{
				Origins: []string{app}, RequestHeaders: []string{"Content-Type"},
				Endpoints: []policy.Endpoint{{Path: "/items", Methods: []string{"GET", "POST"}}},
			},
			Correct: cors{allow: only(app), headers: "Content-Type"}.before(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPost && !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
					http.Error(w, "JSON", http.StatusUnsupportedMediaType)
					return
				}
				items(w, r)
			})),
		},
		{
			Name: "hangs-up", About: "Who is not let in gets no answer at all.",
			Policy:  withCookies(edits(app)),
			Correct: refusedBy(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }),
		},
	}
}
