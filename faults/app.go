package faults

import (
	"net/http"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/policy"
)

// The origins of the policies.
const (
	app     = "https://app.example.com"
	admin   = "https://admin.example.com"
	office  = "https://office.example.com:3000"
	partner = "https://*.partner.example"
)

// reads is the smallest policy: the origins may read /items.
func reads(origins ...string) policy.Policy {
	return policy.Policy{Origins: origins, Endpoints: []policy.Endpoint{{Path: "/items", Methods: []string{"GET"}}}}
}

// withCookies is the policy with credentials.
func withCookies(p policy.Policy) policy.Policy {
	p.Credentials = true
	return p
}

// edits is a policy for an application that writes: PUT and DELETE, and X-Token.
func edits(origins ...string) policy.Policy {
	return policy.Policy{
		Origins:        origins,
		Methods:        []string{"PUT", "DELETE"},
		RequestHeaders: []string{"X-Token"},
		Endpoints:      []policy.Endpoint{{Path: "/items", Methods: []string{"GET", "PUT", "DELETE"}}},
	}
}

// at is the policy for other endpoints.
func at(p policy.Policy, endpoints ...policy.Endpoint) policy.Policy {
	p.Endpoints = endpoints
	return p
}

// items is the application that the servers stand before: /items may be read
// and changed, and there is nothing else.
var items = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if r.URL.Path != "/items" {
		http.NotFound(w, r)
		return
	}
	list(w, r)
})

// list answers as /items does, wherever it is.
func list(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Total", "2")
	w.Header().Set("X-Shard", "7")
	w.Write([]byte(`["tea","milk"]`))
}

// only lets in who is in the list, byte for byte.
func only(origins ...string) func(string) bool {
	return func(origin string) bool { return slices.Contains(origins, origin) }
}

// cors is the middleware that most of the servers share. As it stands it makes
// no mistake; the faults are in what it is given, or in where it is put.
type cors struct {
	allow func(origin string) bool
	// The values of the headers, as they are sent; "" for none of it.
	methods, headers, expose, credentials, maxAge string
}

// editing is what the policy edits asks for.
func editing(origins ...string) cors {
	return cors{allow: only(origins...), methods: "PUT, DELETE", headers: "X-Token"}
}

// handler ends preflights itself and hands on everything else.
func (c cors) handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, origin := w.Header(), r.Header.Get("Origin")
		h.Add("Vary", "Origin")
		allowed := origin != "" && c.allow(origin)
		if allowed {
			h.Set("Access-Control-Allow-Origin", origin)
			put(h, "Access-Control-Allow-Credentials", c.credentials)
		}
		if isPreflight(r) {
			if allowed {
				put(h, "Access-Control-Allow-Methods", c.methods)
				put(h, "Access-Control-Allow-Headers", c.headers)
				put(h, "Access-Control-Max-Age", c.maxAge)
			}
			w.WriteHeader(http.StatusNoContent)
			return
		}
		if allowed {
			put(h, "Access-Control-Expose-Headers", c.expose)
		}
		next.ServeHTTP(w, r)
	})
}

// before is the middleware before an application, a new one each time.
func (c cors) before(next http.Handler) func() http.Handler {
	return func() http.Handler { return c.handler(next) }
}

// put sets a header, unless there is nothing to say.
func put(h http.Header, name, value string) {
	if value != "" {
		h.Set(name, value)
	}
}

func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Origin") != "" && r.Header.Get("Access-Control-Request-Method") != ""
}

// split are the elements of a list header.
func split(list string) []string {
	var elements []string
	for element := range strings.SplitSeq(list, ",") {
		if element = strings.TrimSpace(element); element != "" {
			elements = append(elements, element)
		}
	}
	return elements
}
