package middleware

import (
	"context"
	"net/http"
	"regexp"
	"runtime"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/policy"
)

var netHTTP = Adapter{
	Name: "net-http", Title: "net/http by hand", Package: "net/http", On: "net/http",
	Docs: "https://fetch.spec.whatwg.org/#http-cors-protocol",
	Version: func(context.Context) (string, error) {
		version, _, _ := strings.Cut(strings.TrimPrefix(runtime.Version(), "go"), " ")
		return version, nil
	},
	Missing: here,
	configure: func(p policy.Policy) (SetUp, error) {
		c := byHand{
			Origins:     expressionOf(origins(p)),
			Methods:     p.Methods,
			Headers:     p.RequestHeaders,
			Expose:      p.ExposeHeaders,
			Credentials: p.Credentials,
			MaxAge:      seconds(p),
		}
		if everyone(p) {
			c.Origins = "*"
		}
		return goSetUp(c.handler(application()), strings.TrimPrefix(goSource(c, nil), "middleware."), "The middleware is in middleware/nethttp.go."), nil
	},
}

// byHand is CORS in the few lines that it takes without a library.
type byHand struct {
	Origins     string // "*", or an anchored regular expression
	Methods     []string
	Headers     []string // "*": any
	Expose      []string
	Credentials bool
	MaxAge      int // seconds; 0: not said
}

func (c byHand) handler(next http.Handler) http.Handler {
	allowed := func(string) bool { return true }
	if c.Origins != "*" {
		allowed = regexp.MustCompile(c.Origins).MatchString
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		asked := r.Header.Get("Access-Control-Request-Method")
		preflight := r.Method == http.MethodOptions && asked != ""
		if origin := r.Header.Get("Origin"); c.Origins == "*" {
			h.Set("Access-Control-Allow-Origin", "*")
		} else {
			// Also for those who are refused: a cache must keep them apart.
			h.Add("Vary", "Origin")
			if !allowed(origin) {
				if preflight {
					w.WriteHeader(http.StatusNoContent)
					return
				}
				next.ServeHTTP(w, r)
				return
			}
			h.Set("Access-Control-Allow-Origin", origin)
		}
		if c.Credentials {
			h.Set("Access-Control-Allow-Credentials", "true")
		}
		if preflight {
			c.answer(h, r)
			w.WriteHeader(http.StatusNoContent)
			return
		}
		if len(c.Expose) > 0 {
			h.Set("Access-Control-Expose-Headers", strings.Join(c.Expose, ", "))
		}
		next.ServeHTTP(w, r)
	})
}

// answer says what may follow a preflight.
func (c byHand) answer(h http.Header, r *http.Request) {
	if len(c.Methods) > 0 {
		h.Set("Access-Control-Allow-Methods", strings.Join(c.Methods, ", "))
	}
	headers := strings.Join(c.Headers, ", ")
	if headers == "*" { // for browsers a name, where credentials go along
		h.Add("Vary", "Access-Control-Request-Headers")
		headers = r.Header.Get("Access-Control-Request-Headers")
	}
	if headers != "" {
		h.Set("Access-Control-Allow-Headers", headers)
	}
	if c.MaxAge > 0 {
		h.Set("Access-Control-Max-Age", strconv.Itoa(c.MaxAge))
	}
}
