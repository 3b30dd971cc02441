package setups

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// corsOptions is the CORS middleware that many a Go service has in a file of
// its own. It makes the same answers as Express's cors package, so that the
// two set-ups can be compared.
type corsOptions struct {
	// allow says whether an origin may read; nil: everyone, by "*". An error
	// is answered 500.
	allow       func(origin string) (bool, error)
	only        string   // one origin, named in every answer
	methods     []string // nil: the usual ones
	headers     []string // nil: those that were asked for
	expose      []string
	credentials bool
	maxAge      int // seconds; 0: not said
}

var usualMethods = []string{"GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"}

// handler wraps a handler: a preflight ends here, everything else goes on.
func (o corsOptions) handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := o.allowOrigin(w.Header(), r.Header.Get("Origin")); err != nil {
			http.Error(w, "Internal Server Error", http.StatusInternalServerError)
			return
		}
		if r.Method == http.MethodOptions {
			o.answerPreflight(w.Header(), r)
			w.WriteHeader(http.StatusNoContent)
			return
		}
		if len(o.expose) > 0 {
			w.Header().Set("Access-Control-Expose-Headers", strings.Join(o.expose, ","))
		}
		next.ServeHTTP(w, r)
	})
}

// allowOrigin sets what preflights and answers have in common.
func (o corsOptions) allowOrigin(h http.Header, origin string) error {
	switch {
	case o.only != "":
		h.Set("Access-Control-Allow-Origin", o.only)
		h.Add("Vary", "Origin")
	case o.allow == nil:
		h.Set("Access-Control-Allow-Origin", "*")
	default:
		ok, err := o.allow(origin)
		if err != nil {
			return err
		}
		// Also for those who are refused: a cache must keep them apart.
		h.Add("Vary", "Origin")
		if !ok {
			return nil
		}
		h.Set("Access-Control-Allow-Origin", origin)
	}
	if o.credentials {
		h.Set("Access-Control-Allow-Credentials", "true")
	}
	return nil
}

func (o corsOptions) answerPreflight(h http.Header, r *http.Request) {
	methods, headers := o.methods, strings.Join(o.headers, ",")
	if methods == nil {
		methods = usualMethods
	}
	if o.headers == nil {
		headers = r.Header.Get("Access-Control-Request-Headers")
		h.Add("Vary", "Access-Control-Request-Headers")
	}
	h.Set("Access-Control-Allow-Methods", strings.Join(methods, ","))
	if headers != "" {
		h.Set("Access-Control-Allow-Headers", headers)
	}
	if o.maxAge > 0 {
		h.Set("Access-Control-Max-Age", strconv.Itoa(o.maxAge))
	}
}

func oneOf(origins ...string) func(string) (bool, error) {
	return func(origin string) (bool, error) { return slices.Contains(origins, origin), nil }
}

func oneOfOrError(origins ...string) func(string) (bool, error) {
	return func(origin string) (bool, error) {
		if !slices.Contains(origins, origin) {
			return false, errors.New("not allowed by CORS")
		}
		return true, nil
	}
}
