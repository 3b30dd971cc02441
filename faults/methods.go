package faults

import (
	"net/http"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/policy"
)

// methods are servers that allow other methods than the policy does.
var methods = []Fault{
	{
		Name: "method-forgotten", About: "DELETE is declared and not allowed.",
		Class: policy.Refused, Cause: "method", Policy: edits(app),
		Faulty:  allowing("PUT", "X-Token"),
		Correct: allowing("PUT, DELETE", "X-Token"),
	},
	{
		Name: "method-in-lower-case", About: "The methods are written in lower case, and browsers compare them byte for byte.",
		Class: policy.Refused, Cause: "method", Policy: writes("PATCH"),
		Faulty:  allowing("get, patch", ""),
		Correct: allowing("GET, PATCH", ""),
	},
	{
		Name: "methods-by-spaces", About: "The methods are separated by spaces, which is no list.",
		Class: policy.Refused, Cause: "invalid-allow-methods", Policy: edits(app),
		Faulty:  allowing("GET PUT DELETE", "X-Token"),
		Correct: allowing("GET, PUT, DELETE", "X-Token"),
	},
	{
		Name: "methods-by-semicolons", About: "The methods are separated by semicolons.",
		Class: policy.Refused, Cause: "invalid-allow-methods", Policy: edits(app),
		Faulty:  allowing("PUT;DELETE", "X-Token"),
		Correct: allowing("PUT,DELETE", "X-Token"),
	},
	{
		Name: "methods-in-brackets", About: "The methods are written as a formatted list, in brackets.",
		Class: policy.Refused, Cause: "invalid-allow-methods", Policy: writes("PUT"),
		Faulty:  allowing("[PUT]", ""),
		Correct: allowing("PUT", ""),
	},
	{
		Name: "method-header-misspelt", About: "The header is called Access-Control-Allow-Method.",
		Class: policy.Refused, Cause: "method", Policy: writes("PUT"),
		Faulty:  preflightHeaders(func(h http.Header, _ *http.Request) { h.Set("Access-Control-Allow-Method", "PUT") }),
		Correct: preflightHeaders(func(h http.Header, _ *http.Request) { h.Set("Access-Control-Allow-Methods", "PUT") }),
	},
	{
		Name: "method-lowered", About: "The method asked for is answered in lower case.",
		Class: policy.Refused, Cause: "method", Policy: writes("PUT", "PATCH"),
		Faulty: preflightHeaders(func(h http.Header, r *http.Request) {
			h.Set("Access-Control-Allow-Methods", oneOf(strings.ToLower(r.Header.Get("Access-Control-Request-Method")), "get", "put", "patch"))
		}),
		Correct: preflightHeaders(func(h http.Header, r *http.Request) {
			h.Set("Access-Control-Allow-Methods", oneOf(r.Header.Get("Access-Control-Request-Method"), "GET", "PUT", "PATCH"))
		}),
	},
	{
		Name: "methods-in-response-only", About: "The methods are listed in responses, and the preflight says nothing of them.",
		Class: policy.Refused, Cause: "method", Policy: writes("PUT"),
		Faulty:  methodsWhere(func(r *http.Request) bool { return !isPreflight(r) }),
		Correct: methodsWhere(isPreflight),
	},
	{
		Name: "method-reflected", About: "Whatever method is asked for is allowed.",
		Class: policy.OverPermissive, Cause: "method", Policy: edits(app),
		Faulty: preflightHeaders(func(h http.Header, r *http.Request) {
			h.Set("Access-Control-Allow-Methods", r.Header.Get("Access-Control-Request-Method"))
			h.Set("Access-Control-Allow-Headers", "X-Token")
		}),
		Correct: preflightHeaders(func(h http.Header, r *http.Request) {
			put(h, "Access-Control-Allow-Methods", oneOf(r.Header.Get("Access-Control-Request-Method"), "PUT", "DELETE"))
			h.Set("Access-Control-Allow-Headers", "X-Token")
		}),
	},
	{
		Name: "methods-star", About: "All methods are allowed by a star, where one is declared.",
		Class: policy.OverPermissive, Cause: "method", Policy: writes("PUT"),
		Faulty:  allowing("*", ""),
		Correct: allowing("PUT", ""),
	},
	{
		Name: "undeclared-method", About: "The usual methods are allowed, DELETE among them, where one is declared.",
		Class: policy.OverPermissive, Cause: "method", Policy: writes("PUT"),
		Faulty:  allowing("GET, HEAD, PUT, PATCH, POST, DELETE", ""),
		Correct: allowing("GET, HEAD, PUT, POST", ""),
	},
}

// oneOf is the value if it is in the list, and otherwise "".
func oneOf(value string, list ...string) string {
	if slices.Contains(list, value) {
		return value
	}
	return ""
}

// allowing answers the preflights of one origin with these two lists.
func allowing(methods, headers string) func() http.Handler {
	return cors{allow: only(app), methods: methods, headers: headers}.before(items)
}

// preflightHeaders is CORS for one origin; what else a preflight is answered is
// up to write.
func preflightHeaders(write func(http.Header, *http.Request)) func() http.Handler {
	return func() http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Access-Control-Allow-Origin", app)
			switch {
			case isPreflight(r):
				write(w.Header(), r)
				w.WriteHeader(http.StatusNoContent)
			case r.Method == http.MethodOptions:
				w.Header().Set("Allow", "GET, HEAD, POST, PUT, OPTIONS")
			default:
				items(w, r)
			}
		})
	}
}

// methodsWhere says Access-Control-Allow-Methods where it is told to.
func methodsWhere(where func(*http.Request) bool) func() http.Handler {
	return func() http.Handler {
		inner := cors{allow: only(app)}.handler(items)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if where(r) {
				w.Header().Set("Access-Control-Allow-Methods", "PUT")
			}
			inner.ServeHTTP(w, r)
		})
	}
}
