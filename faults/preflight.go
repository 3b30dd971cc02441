package faults

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/gorilla/mux"

	"github.com/corsproof/corsproof/policy"
)

// writes is the policy for one method beyond the safelist, at /items.
func writes(methods ...string) policy.Policy {
	return policy.Policy{
		Origins:   []string{app},
		Methods:   methods,
		Endpoints: []policy.Endpoint{{Path: "/items", Methods: append([]string{"GET"}, methods...)}},
	}
}

// preflight are servers whose preflights do not get as far as the CORS layer,
// or come back from it with a status that browsers do not take.
var preflight = []Fault{
	{
		Name: "mux-use", About: "gorilla/mux runs middleware on routes that match, and no route matches OPTIONS.",
		Class: policy.Refused, Cause: "preflight-invalid-status", Policy: writes("PUT"),
		Faulty:  muxRoutes("GET", "PUT"),
		Correct: muxRoutes("GET", "PUT", "OPTIONS"),
	},
	{
		Name: "mux-subrouter", About: "The middleware hangs on a subrouter whose routes all have methods, OPTIONS not among them.",
		Class: policy.Refused, Cause: "preflight-invalid-status", Policy: at(writes("PUT"), policy.Endpoint{Path: "/v1/items", Methods: []string{"GET", "PUT"}}),
		Faulty:  muxGroup(false),
		Correct: muxGroup(true),
	},
	{
		Name: "method-patterns", About: "Each handler of a ServeMux has its middleware, and no pattern takes OPTIONS.",
		Class: policy.Refused, Cause: "preflight-invalid-status", Policy: writes("PUT"),
		Faulty:  methodPatterns("PUT", "GET /items", "PUT /items"),
		Correct: methodPatterns("PUT", "GET /items", "PUT /items", "OPTIONS /items"),
	},
	{
		Name: "one-route-forgotten", About: "OPTIONS is routed for one of two paths.",
		Class: policy.Refused, Cause: "preflight-invalid-status", Policy: at(writes("DELETE"),
			policy.Endpoint{Path: "/items", Methods: []string{"GET", "DELETE"}}, policy.Endpoint{Path: "/items/7", Methods: []string{"GET", "DELETE"}}),
		Faulty:  methodPatterns("DELETE", "GET /items", "DELETE /items", "OPTIONS /items", "GET /items/7", "DELETE /items/7"),
		Correct: methodPatterns("DELETE", "GET /items", "DELETE /items", "OPTIONS /items", "GET /items/7", "DELETE /items/7", "OPTIONS /items/7"),
	},
	{
		Name: "authentication-first", About: "Preflights are asked for a token, and browsers send none with them.",
		Class: policy.Refused, Cause: "preflight-invalid-status", Policy: tokens,
		Faulty:  func() http.Handler { return readable(authenticated(bearing.handler(items))) },
		Correct: func() http.Handler { return readable(bearing.handler(authenticated(items))) },
	},
	{
		Name: "csrf-first", About: "Whatever is not GET or HEAD needs a CSRF token, preflights too.",
		Class: policy.Refused, Cause: "preflight-invalid-status", Policy: at(edits(app), policy.Endpoint{
			Path: "/items", Methods: []string{"GET", "PUT", "DELETE"}, Headers: map[string]string{"X-Token": "open-sesame"},
		}),
		Faulty:  guarding(false),
		Correct: guarding(true),
	},
	{
		Name: "rate-limited", About: "A limit that is meant for calls counts preflights as well, and has no room for them.",
		Class: policy.Refused, Cause: "preflight-invalid-status", Policy: edits(app),
		Faulty:  preflightStatus(http.StatusTooManyRequests),
		Correct: preflightStatus(http.StatusNoContent),
	},
	{
		Name: "preflight-404", About: "The headers are right, and the status of a preflight is 404.",
		Class: policy.Refused, Cause: "preflight-invalid-status", Policy: edits(app),
		Faulty:  preflightStatus(http.StatusNotFound),
		Correct: preflightStatus(http.StatusOK),
	},
	{
		Name: "preflight-405", About: "The headers are right, and the status of a preflight is 405.",
		Class: policy.Refused, Cause: "preflight-invalid-status", Policy: edits(app),
		Faulty:  preflightStatus(http.StatusMethodNotAllowed),
		Correct: preflightStatus(http.StatusNoContent),
	},
	{
		Name: "preflight-500", About: "The headers are right, and what handles OPTIONS fails.",
		Class: policy.Refused, Cause: "preflight-invalid-status", Policy: edits(app),
		Faulty:  preflightStatus(http.StatusInternalServerError),
		Correct: preflightStatus(http.StatusAccepted),
	},
	{
		Name: "preflight-304", About: "A preflight is answered 304, which is no ok status.",
		Class: policy.Refused, Cause: "preflight-invalid-status", Policy: edits(app),
		Faulty:  preflightStatus(http.StatusNotModified),
		Correct: preflightStatus(http.StatusNoContent),
	},
	{
		Name: "preflight-redirected", About: "OPTIONS is redirected to the path with a slash; a preflight may not be redirected.",
		Class: policy.Refused, Cause: "preflight-redirect", Policy: edits(app),
		Faulty: beforeCORS(func(w http.ResponseWriter, r *http.Request) bool {
			if !isPreflight(r) || strings.HasSuffix(r.URL.Path, "/") {
				return false
			}
			w.Header().Set("Access-Control-Allow-Origin", app)
			http.Redirect(w, r, r.URL.Path+"/?"+r.URL.RawQuery, http.StatusMovedPermanently)
			return true
		}),
		Correct: editing(app).before(items),
	},
	{
		Name: "preflight-needs-json", About: "A body is parsed before the method is looked at, and OPTIONS has none.",
		Class: policy.Refused, Cause: "preflight-invalid-status", Policy: edits(app),
		Faulty: beforeCORS(func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method != http.MethodOptions {
				return false
			}
			if err := json.NewDecoder(r.Body).Decode(new(any)); err != nil {
				http.Error(w, "bad JSON: "+err.Error(), http.StatusBadRequest)
				return true
			}
			return false
		}),
		Correct: editing(app).before(items),
	},
	{
		Name: "preflight-is-asked-for-json", About: "Everything must accept application/json by that name; preflights accept anything.",
		Class: policy.Refused, Cause: "preflight-invalid-status", Policy: edits(app),
		Faulty: beforeCORS(func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method != http.MethodOptions || strings.Contains(r.Header.Get("Accept"), "json") {
				return false
			}
			w.WriteHeader(http.StatusNotAcceptable)
			return true
		}),
		Correct: editing(app).before(items),
	},
	{
		Name: "options-swallowed", About: "The router answers OPTIONS itself, with Allow and nothing else.",
		Class: policy.Refused, Cause: "preflight-missing-allow-origin", Policy: edits(app),
		Faulty: beforeCORS(func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method != http.MethodOptions {
				return false
			}
			w.Header().Set("Allow", "GET, PUT, DELETE, OPTIONS")
			return true
		}),
		Correct: editing(app).before(items),
	},
	{
		Name: "preflight-by-request-headers", About: "A preflight is known by its Access-Control-Request-Headers, which a bare PUT does not have.",
		Class: policy.Refused, Cause: "preflight-invalid-status", Policy: edits(app),
		Faulty: beforeCORS(func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Headers") != "" {
				return false
			}
			w.WriteHeader(http.StatusMethodNotAllowed)
			return true
		}),
		Correct: editing(app).before(items),
	},
	{
		Name: "preflight-for-writes-only", About: "The preflight of a GET with a header of its own is taken for none.",
		Class: policy.Refused, Cause: "preflight-missing-allow-origin", Policy: edits(app),
		Faulty: beforeCORS(func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") != "GET" {
				return false
			}
			w.WriteHeader(http.StatusNoContent)
			return true
		}),
		Correct: editing(app).before(items),
	},
}

// tokens is the policy of an application whose users send a token.
var tokens = policy.Policy{
	Origins:        []string{app},
	RequestHeaders: []string{"Authorization"},
	Endpoints: []policy.Endpoint{{
		Path: "/items", Methods: []string{"GET"}, Headers: map[string]string{"Authorization": "Bearer open-sesame"}, ExpectStatus: http.StatusOK,
	}},
}

// bearing is the middleware for it.
var bearing = cors{allow: only(app), headers: "Authorization"}

// authenticated asks everybody for the token.
func authenticated(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer open-sesame" {
			w.Header().Set("WWW-Authenticate", "Bearer")
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// readable lets the origin read what is not a preflight, errors of outer layers
// included.
func readable(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isPreflight(r) {
			w.Header().Set("Access-Control-Allow-Origin", app)
		}
		next.ServeHTTP(w, r)
	})
}

// muxRoutes is a router with its middleware in Use, and a handler of its own
// for what is not found.
func muxRoutes(methods ...string) func() http.Handler {
	return func() http.Handler {
		router, c := mux.NewRouter(), cors{allow: only(app), methods: "PUT"}
		router.Use(c.handler)
		router.HandleFunc("/items", list).Methods(methods...)
		router.NotFoundHandler = c.handler(http.NotFoundHandler())
		router.MethodNotAllowedHandler = refusedMethod
		return router
	}
}

// refusedMethod is readable by the origin, except for preflights: these it does
// not know.
var refusedMethod = readable(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
	w.WriteHeader(http.StatusMethodNotAllowed)
}))

// muxGroup is a router with a group for a version of the API, and a catch-all
// for OPTIONS in the group or none.
func muxGroup(options bool) func() http.Handler {
	return func() http.Handler {
		router, c := mux.NewRouter(), cors{allow: only(app), methods: "PUT"}
		v1 := router.PathPrefix("/v1").Subrouter()
		v1.Use(c.handler)
		v1.HandleFunc("/items", list).Methods("GET")
		v1.HandleFunc("/items", list).Methods("PUT")
		if options {
			v1.Methods("OPTIONS").HandlerFunc(http.NotFound)
		}
		router.NotFoundHandler = c.handler(http.NotFoundHandler())
		router.MethodNotAllowedHandler = refusedMethod
		return router
	}
}

// methodPatterns is a ServeMux with a middleware around each handler, and what
// the ServeMux itself refuses made readable.
func methodPatterns(methods string, patterns ...string) func() http.Handler {
	return func() http.Handler {
		serve, c := http.NewServeMux(), cors{allow: only(app), methods: methods}
		for _, pattern := range patterns {
			serve.Handle(pattern, c.handler(http.HandlerFunc(list)))
		}
		return readable(serve)
	}
}

// guarding is a server with a CSRF guard that knows of preflights or does not.
func guarding(knows bool) func() http.Handler {
	return func() http.Handler {
		inner := editing(app).handler(items)
		return readable(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			safe := r.Method == http.MethodGet || r.Method == http.MethodHead || knows && isPreflight(r)
			if !safe && r.Header.Get("X-Token") == "" {
				http.Error(w, "where is your token?", http.StatusForbidden)
				return
			}
			inner.ServeHTTP(w, r)
		}))
	}
}

// preflightStatus answers preflights with the right headers and this status.
func preflightStatus(status int) func() http.Handler {
	return func() http.Handler {
		inner := editing(app).handler(items)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if isPreflight(r) {
				w = &statusEditor{w, status}
			}
			inner.ServeHTTP(w, r)
		})
	}
}

// statusEditor is a ResponseWriter with a mind of its own about the status.
type statusEditor struct {
	http.ResponseWriter
	status int
}

func (s *statusEditor) WriteHeader(int) { s.ResponseWriter.WriteHeader(s.status) }

// beforeCORS is something that stands before the CORS layer and says whether it
// has answered already.
func beforeCORS(answered func(http.ResponseWriter, *http.Request) bool) func() http.Handler {
	return func() http.Handler {
		inner := editing(app).handler(items)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !answered(w, r) {
				inner.ServeHTTP(w, r)
			}
		})
	}
}
