package faults

import (
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"time"

	"github.com/gorilla/mux"

	"github.com/corsproof/corsproof/policy"
)

// failing is the policy of an application with an endpoint that fails.
func failing(path string) policy.Policy {
	return at(reads(app), policy.Endpoint{Path: path, Methods: []string{"GET"}})
}

// failures are servers whose errors an allowed origin cannot read: something
// answers that the CORS layer is not around.
var failures = []Fault{
	{
		Name: "not-found-by-mux", About: "gorilla/mux runs no middleware for what it does not find.",
		Class: policy.UnreadableError, Cause: "error", Policy: reads(app),
		Faulty:  muxNotFound(http.NotFoundHandler()),
		Correct: muxNotFound(cors{allow: only(app)}.handler(http.NotFoundHandler())),
	},
	{
		Name: "not-found-by-servemux", About: "Each handler has its middleware, and the ServeMux answers 404 by itself.",
		Class: policy.UnreadableError, Cause: "error", Policy: reads(app),
		Faulty: func() http.Handler {
			serve := http.NewServeMux()
			serve.Handle("/items", cors{allow: only(app)}.handler(items))
			return serve
		},
		Correct: func() http.Handler {
			serve := http.NewServeMux()
			serve.Handle("/items", items)
			return cors{allow: only(app)}.handler(serve)
		},
	},
	{
		Name: "not-found-cleared", About: "The page for errors begins with an empty header.",
		Class: policy.UnreadableError, Cause: "error", Policy: reads(app),
		Faulty:  errorPage(true),
		Correct: errorPage(false),
	},
	{
		Name: "unauthorized", About: "Authentication stands before the CORS layer and lets preflights through, but its 401 cannot be read.",
		Class: policy.UnreadableError, Cause: "error", Policy: at(tokens, tokens.Endpoints[0], policy.Endpoint{Path: "/account", Methods: []string{"GET"}}),
		Faulty: func() http.Handler {
			inner := bearing.handler(items)
			guarded := authenticated(inner)
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if isPreflight(r) {
					inner.ServeHTTP(w, r)
					return
				}
				guarded.ServeHTTP(w, r)
			})
		},
		Correct: func() http.Handler { return bearing.handler(authenticated(items)) },
	},
	{
		Name: "method-not-allowed", About: "The method is allowed by the preflight, and the 405 that the ServeMux answers it with cannot be read.",
		Class: policy.UnreadableError, Cause: "error", Policy: at(writes("PUT"), policy.Endpoint{Path: "/items", Methods: []string{"GET", "PUT"}}),
		Faulty: func() http.Handler {
			serve, c := http.NewServeMux(), cors{allow: only(app), methods: "PUT"}
			serve.Handle("GET /items", c.handler(items))
			serve.Handle("OPTIONS /", c.handler(items))
			serve.Handle("GET /", c.handler(items))
			return serve
		},
		Correct: func() http.Handler {
			serve := http.NewServeMux()
			serve.Handle("GET /items", items)
			serve.Handle("GET /", items)
			return cors{allow: only(app), methods: "PUT"}.handler(serve)
		},
	},
	{
		Name: "panic-recovered-outside", About: "The header is written when the handler returns, and one that panics does not.",
		Class: policy.UnreadableError, Cause: "error", Policy: failing("/broken"),
		Faulty:  func() http.Handler { return recovering(lateHeaders(broken)) },
		Correct: func() http.Handler { return lateHeaders(recovering(broken)) },
	},
	{
		Name: "timeout", About: "The time limit is around the CORS layer, and answers 503 by itself.",
		Class: policy.UnreadableError, Cause: "error", Policy: failing("/slow"),
		Faulty: func() http.Handler {
			c, serve := cors{allow: only(app)}, http.NewServeMux()
			serve.Handle("/slow", inTime(c.handler(slow)))
			serve.Handle("/", c.handler(items))
			return serve
		},
		Correct: func() http.Handler {
			c, serve := cors{allow: only(app)}, http.NewServeMux()
			serve.Handle("/slow", c.handler(inTime(slow)))
			serve.Handle("/", c.handler(items))
			return serve
		},
	},
	{
		Name: "server-error", About: "The middleware writes its headers to responses with a status below 400 only.",
		Class: policy.UnreadableError, Cause: "error", Policy: failing("/broken"),
		Faulty:  byStatus(func(status int) bool { return status < 400 }),
		Correct: byStatus(func(int) bool { return true }),
	},
	{
		Name: "add-header-without-always", About: "Headers are added to a few statuses, as nginx does without always; 404 is not one of them.",
		Class: policy.UnreadableError, Cause: "error", Policy: reads(app),
		Faulty: byStatus(func(status int) bool {
			return slices.Contains([]int{200, 201, 204, 206, 301, 302, 303, 304, 307, 308}, status)
		}),
		Correct: byStatus(func(int) bool { return true }),
	},
	{
		Name: "bad-gateway", About: "A proxy stands before the application, and its own 502 has no headers.",
		Class: policy.UnreadableError, Cause: "error", Policy: failing("/gone"),
		Faulty:  gateway(false),
		Correct: gateway(true),
	},
	{
		Name: "too-many-requests", About: "The rate limit answers 429 before the CORS layer is reached.",
		Class: policy.UnreadableError, Cause: "error", Policy: failing("/popular"),
		Faulty:  func() http.Handler { return limited(cors{allow: only(app)}.handler(items)) },
		Correct: func() http.Handler { return cors{allow: only(app)}.handler(limited(items)) },
	},
}

// muxNotFound is a router with its middleware in Use, and a handler for what is
// not found.
func muxNotFound(notFound http.Handler) func() http.Handler {
	return func() http.Handler {
		router := mux.NewRouter()
		router.Use(cors{allow: only(app)}.handler)
		router.Handle("/items", items)
		router.NotFoundHandler = notFound
		return router
	}
}

// errorPage answers what is not found with a page, and begins with an empty
// header or with what is there.
func errorPage(empty bool) func() http.Handler {
	return cors{allow: only(app)}.before(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/items" {
			list(w, r)
			return
		}
		if empty {
			clear(w.Header())
		}
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusNotFound)
		w.Write([]byte("<!doctype html><title>Not found</title>"))
	}))
}

// broken has a list at /items, and panics at /broken.
var broken = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/broken" {
		panic("broken")
	}
	items(w, r)
})

// recovering turns a panic into 500.
func recovering(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if recover() != nil {
				http.Error(w, "something went wrong", http.StatusInternalServerError)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// lateHeaders collects a response and adds CORS to it when the handler has returned.
func lateHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		collected := &response{header: http.Header{}, status: http.StatusOK}
		next.ServeHTTP(collected, r)
		cors{allow: only(app)}.handler(collected).ServeHTTP(w, r)
	})
}

// response is one that is collected to be sent later.
type response struct {
	header http.Header
	status int
	body   []byte
}

func (c *response) Header() http.Header { return c.header }

func (c *response) WriteHeader(status int) { c.status = status }

func (c *response) Write(body []byte) (int, error) {
	c.body = append(c.body, body...)
	return len(body), nil
}

// ServeHTTP sends it.
func (c *response) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	for name, values := range c.header {
		w.Header()[name] = append(w.Header()[name], values...)
	}
	w.WriteHeader(c.status)
	w.Write(c.body)
}

// slow answers when nobody waits for it any more.
var slow = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })

// inTime answers 503 for a handler that takes too long.
func inTime(next http.Handler) http.Handler {
	return http.TimeoutHandler(next, 20*time.Millisecond, "too slow")
}

// byStatus adds CORS to the statuses that it is told to.
func byStatus(may func(status int) bool) func() http.Handler {
	return func() http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			recovering(broken).ServeHTTP(&headerEditor{ResponseWriter: w, edit: func(h http.Header, status int) {
				h.Add("Vary", "Origin")
				if may(status) && r.Header.Get("Origin") == app {
					h.Set("Access-Control-Allow-Origin", app)
				}
			}}, r)
		})
	}
}

// gateway passes /gone on to a server that is not there; its own errors have
// CORS headers or not.
func gateway(readableErrors bool) func() http.Handler {
	return func() http.Handler {
		proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: "127.0.0.1:1"})
		proxy.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }
		c := cors{allow: only(app)}
		var gone http.Handler = proxy
		if readableErrors {
			gone = c.handler(proxy)
		}
		application := c.handler(items)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/gone" {
				gone.ServeHTTP(w, r)
				return
			}
			application.ServeHTTP(w, r)
		})
	}
}

// limited has no room left at /popular.
func limited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/popular" {
			w.Header().Set("Retry-After", "60")
			http.Error(w, "too many requests", http.StatusTooManyRequests)
			return
		}
		next.ServeHTTP(w, r)
	})
}
