package faults

import (
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/gorilla/mux"

	"github.com/corsproof/corsproof/policy"
)

// Correct are servers without a fault, in the many ways that there are to be
// without one. A check says nothing of any of them.
func Correct() []Twin {
	return append(gated(), []Twin{
		{
			Name: "refused-403", About: "An origin that is not let in is answered 403.",
			Policy:  withCookies(edits(app)),
			Correct: refusedBy(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "not you", http.StatusForbidden) }),
		},
		{
			Name: "refused-with-the-body", About: "An origin that is not let in gets the response, and its browser keeps it.",
			Policy:  withCookies(edits(app)),
			Correct: refusedBy(items),
		},
		{
			Name: "refused-204", About: "An origin that is not let in is answered 204, preflight or not.",
			Policy:  withCookies(edits(app)),
			Correct: refusedBy(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }),
		},
		{
			Name: "refused-in-another-name", About: "An origin that is not let in is told who is.",
			Policy: withCookies(edits(app)),
			Correct: refusedBy(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Access-Control-Allow-Origin", app)
				w.Header().Set("Access-Control-Allow-Credentials", "true")
				items(w, r)
			}),
		},
		{
			Name: "vary-on-everything", About: "Vary names Origin in every answer, where everyone may read, too.",
			Policy: reads("*"),
			Correct: func() http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers")
					fixed("*")().ServeHTTP(w, r)
				})
			},
		},
		{
			Name: "vary-star", About: "Vary is a star: no response is for anybody else.",
			Policy:  siblings,
			Correct: varying(hour, "*"),
		},
		{
			Name: "vary-in-lower-case", About: "Vary names origin in lower case, in a line of its own.",
			Policy:  siblings,
			Correct: cached(only(app, admin), hour, func(h http.Header, _ string) { h["Vary"] = []string{"accept-encoding", "origin"} }),
		},
		{
			Name: "vary-where-needed", About: "Vary is left out of preflights, which no browser stores.",
			Policy:  at(edits(app, admin), policy.Endpoint{Path: "/items", Methods: []string{"GET", "PUT"}}),
			Correct: variedWhere(func(r *http.Request) bool { return r.Method != http.MethodOptions }),
		},
		{
			Name: "constant", About: "One origin may read, and is named in every answer, which may be stored.",
			Policy:  reads(app),
			Correct: cached(nobody, hour, func(h http.Header, _ string) { h.Set("Access-Control-Allow-Origin", app) }),
		},
		{
			Name: "star-stored", About: "Everyone may read what may be stored.",
			Policy: shows(reads("*")),
			Correct: cached(nobody, hour, func(h http.Header, _ string) {
				h.Set("Access-Control-Allow-Origin", "*")
				h.Set("Access-Control-Expose-Headers", "X-Total")
			}),
		},
		{
			Name: "star-of-everything", About: "Everyone may send any header.",
			Policy: policy.Policy{
				Origins: []string{"*"}, Methods: []string{"PUT"}, RequestHeaders: []string{"*"},
				Endpoints: []policy.Endpoint{{Path: "/items", Methods: []string{"GET", "PUT"}}},
			},
			Correct: func() http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Access-Control-Allow-Origin", "*")
					if isPreflight(r) {
						w.Header().Set("Access-Control-Allow-Methods", "PUT")
						w.Header().Set("Access-Control-Allow-Headers", "*")
						return
					}
					items(w, r)
				})
			},
		},
		{
			Name: "any-header-by-echo", About: "Any header may be sent, with credentials, and so each is named that is asked for.",
			Policy: policy.Policy{
				Origins: []string{app}, RequestHeaders: []string{"*"}, Credentials: true,
				Endpoints: []policy.Endpoint{{Path: "/items", Methods: []string{"GET"}}},
			},
			Correct: func() http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					cors{allow: only(app), credentials: "true", headers: r.Header.Get("Access-Control-Request-Headers")}.handler(items).ServeHTTP(w, r)
				})
			},
		},
		{
			Name: "null-declared", About: "Documents without an origin may read, as the policy says.",
			Policy: func() policy.Policy {
				p := reads(app)
				p.NullOrigin = true
				return p
			}(),
			Correct: reading(only(app, "null")),
		},
		{
			Name: "wildcard", About: "Whatever is below a host may read and write, with cookies.",
			Policy:  withCookies(edits(partner)),
			Correct: cors{allow: belowPartner, methods: "PUT, DELETE", headers: "X-Token", credentials: "true"}.before(items),
		},
		{
			Name: "any-port", About: "An origin may read from whatever port.",
			Policy:  reads("http://localhost:*"),
			Correct: reading(matching(`^http://localhost(:[0-9]+)?$`)),
		},
		{
			Name: "case-ignored", About: "Origins are compared without regard to case; browsers know lower case only.",
			Policy:  reads(app, office),
			Correct: reading(func(origin string) bool { return folded(app)(origin) || folded(office)(origin) }),
		},
		{
			Name: "more-methods-listed", About: "Preflights list all methods of the policy, whichever is asked for, and the safelisted ones.",
			Policy:  withCookies(edits(app)),
			Correct: cors{allow: only(app), methods: "OPTIONS,DELETE, GET,,HEAD ,POST,PUT", headers: "x-token, Accept, Content-Language", credentials: "true"}.before(items),
		},
		{
			Name: "lists-in-lines", About: "Each method and header has a line of its own.",
			Policy: edits(app),
			Correct: preflightHeaders(func(h http.Header, _ *http.Request) {
				h["Access-Control-Allow-Methods"] = []string{"PUT", "DELETE"}
				h["Access-Control-Allow-Headers"] = []string{"X-Token", "X-TOKEN"}
			}),
		},
		{
			Name: "only-what-is-asked", About: "Preflights name the one method and the headers asked for, if they are in the policy.",
			Policy: edits(app),
			Correct: preflightHeaders(func(h http.Header, r *http.Request) {
				put(h, "Access-Control-Allow-Methods", oneOf(r.Header.Get("Access-Control-Request-Method"), "PUT", "DELETE"))
				put(h, "Access-Control-Allow-Headers", oneOf(r.Header.Get("Access-Control-Request-Headers"), "x-token"))
			}),
		},
		{
			Name: "preflight-with-a-body", About: "Preflights are answered 200 with a body.",
			Policy: edits(app),
			Correct: beforeCORS(func(w http.ResponseWriter, r *http.Request) bool {
				if !isPreflight(r) || r.Header.Get("Origin") != app {
					return false
				}
				w.Header().Set("Access-Control-Allow-Origin", app)
				w.Header().Set("Access-Control-Allow-Methods", "PUT, DELETE")
				w.Header().Set("Access-Control-Allow-Headers", "X-Token")
				fmt.Fprintln(w, "welcome")
				return true
			}),
		},
		{
			Name: "everything-everywhere", About: "All headers stand in all answers, whether preflight or not.",
			Policy:  shows(withCookies(remembered(time.Hour))),
			Correct: everything,
		},
		{
			Name: "max-age-0", About: "Preflights are not remembered at all.",
			Policy:  remembered(time.Minute),
			Correct: ageing("0"),
		},
		{
			Name: "max-age-unsaid", About: "Nothing is said of how long a preflight is remembered, which means five seconds.",
			Policy:  remembered(time.Minute),
			Correct: ageing(""),
		},
		{
			Name: "mux-around", About: "gorilla/mux is inside of the CORS layer, with what it does not find or allow.",
			Policy: at(withCookies(edits(app)), policy.Endpoint{Path: "/items/7", Methods: []string{"GET", "PUT"}}),
			Correct: func() http.Handler {
				router := mux.NewRouter()
				router.HandleFunc("/items/{id}", list).Methods("GET", "PUT")
				return editingWithCookies("true").handler(router)
			},
		},
		{
			Name: "patterns-around", About: "A ServeMux with methods in its patterns is inside of the CORS layer.",
			Policy: edits(app),
			Correct: func() http.Handler {
				serve := http.NewServeMux()
				serve.HandleFunc("GET /items", list)
				serve.HandleFunc("PUT /items", list)
				serve.HandleFunc("DELETE /items", list)
				return editing(app).handler(serve)
			},
		},
		{
			Name: "policies-by-route", About: "Everyone may read the prices, and one origin the items, which is what is checked.",
			Policy:  withCookies(reads(app)),
			Correct: byRoute,
		},
		{
			Name: "two-policies", About: "Origins of one policy have different rights elsewhere, and the same here.",
			Policy: at(edits(app, admin),
				policy.Endpoint{Path: "/items", Methods: []string{"GET", "PUT", "DELETE"}}, policy.Endpoint{Path: "/orders", Methods: []string{"GET"}}),
			Correct: func() http.Handler {
				serve, c := http.NewServeMux(), editing(app, admin)
				serve.HandleFunc("/items", list)
				serve.HandleFunc("GET /orders", list)
				return c.handler(serve)
			},
		},
		{
			Name: "redirect-inside", About: "A redirect to the path with a slash has its CORS headers, as what it leads to.",
			Policy: withCookies(reads(app)),
			Correct: func() http.Handler {
				serve := http.NewServeMux()
				serve.HandleFunc("/items/", list)
				return cors{allow: only(app), credentials: "true"}.handler(serve)
			},
		},
		{
			Name: "errors-readable", About: "What is not found, not allowed, not authorised or broken can be read by who may read.",
			Policy: at(withCookies(edits(app)),
				policy.Endpoint{Path: "/items", Methods: []string{"GET", "PUT", "DELETE"}},
				policy.Endpoint{Path: "/missing", Methods: []string{"GET"}, ExpectStatus: http.StatusNotFound},
				policy.Endpoint{Path: "/broken", Methods: []string{"GET"}, ExpectStatus: http.StatusInternalServerError}),
			Correct: func() http.Handler { return editingWithCookies("true").handler(recovering(broken)) },
		},
		{
			Name: "written-by-hand", About: "The response is written to the connection, where net/http looks after nothing.",
			Policy:  reads(app),
			Correct: written(same),
		},
		{
			Name: "flushed", About: "The response comes in pieces, over HTTP/1.1 chunks.",
			Policy: shows(reads(app)),
			Correct: cors{allow: only(app), expose: "X-Total"}.before(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("X-Total", "2")
				for _, piece := range []string{"[", `"tea"`, "]"} {
					fmt.Fprint(w, piece)
					_ = http.NewResponseController(w).Flush()
				}
			})),
		},
		{
			Name: "same-origin-by-fetch-metadata", About: "What a browser says is another site's is refused, unless its origin is in the list.",
			Policy: edits(app),
			Correct: func() http.Handler {
				guard := http.NewCrossOriginProtection()
				if err := guard.AddTrustedOrigin(app); err != nil {
					panic(err)
				}
				return editing(app).handler(guard.Handler(items))
			},
		},
	}...)
}

// refusedBy hands those who are not let in to somebody else than the rest.
func refusedBy(refuse http.HandlerFunc) func() http.Handler {
	return func() http.Handler {
		inner := editingWithCookies("true").handler(items)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if origin := r.Header.Get("Origin"); origin == "" || origin == app || self(r) {
				inner.ServeHTTP(w, r)
				return
			}
			w.Header().Set("Vary", "Origin")
			refuse(w, r)
		})
	}
}

// everything says all that there is to say in all answers to one origin.
func everything() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Access-Control-Allow-Origin", app)
		h.Set("Access-Control-Allow-Credentials", "true")
		h.Set("Access-Control-Allow-Methods", "GET, PUT, DELETE")
		h.Set("Access-Control-Allow-Headers", "X-Token")
		h.Set("Access-Control-Expose-Headers", "X-Total, Content-Length")
		h.Set("Access-Control-Max-Age", "3600")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		h.Set("Timing-Allow-Origin", "*")
		if !isPreflight(r) {
			items(w, r)
		}
	})
}

// byRoute has prices for everyone and items for one origin.
func byRoute() http.Handler {
	serve := http.NewServeMux()
	serve.Handle("/prices", fixed("*")())
	serve.Handle("/", cors{allow: only(app), credentials: "true"}.handler(items))
	return serve
}

// written answers on the connection itself, where nobody looks after header
// values: the origin is let in by its host, and written as write says.
func written(write func(origin string) string) func() http.Handler {
	return func() http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			conn, out, err := http.NewResponseController(w).Hijack()
			if err != nil {
				panic(err)
			}
			defer conn.Close()
			status, body := "200 OK", "[]\n"
			if r.URL.Path != "/items" {
				status, body = "404 Not Found", "nothing\n"
			}
			fmt.Fprintf(out, "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nVary: Origin\r\nConnection: close\r\n", status, len(body))
			origin := r.Header.Get("Origin")
			if u, err := url.Parse(origin); err == nil && u.Scheme == "https" && u.Host == "app.example.com" {
				fmt.Fprintf(out, "Access-Control-Allow-Origin: %s\r\n", write(origin))
			}
			fmt.Fprintf(out, "\r\n")
			if r.Method != http.MethodHead {
				fmt.Fprint(out, body)
			}
			out.Flush()
		})
	}
}
