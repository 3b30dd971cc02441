package check

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/policy"
)

// styles are the ways in which people write the same policy. Each is correct;
// where one is known for a flaw, want is what must be said of it, and no more.
var styles = []struct {
	name string
	wrap func(p policy.Policy, next http.Handler) http.Handler
	want []string
}{
	{name: "by hand, vary first", wrap: func(p policy.Policy, next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Add("Vary", "Origin")
			if origin := r.Header.Get("Origin"); p.Allows(origin) {
				w.Header().Set(allowOrigin, origin)
				if p.Credentials {
					w.Header().Set(allowCredentialsHeader, "true")
				}
				if len(p.ExposeHeaders) > 0 {
					w.Header().Set(exposeHeaders, strings.Join(p.ExposeHeaders, ", "))
				}
			}
			if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
				w.Header().Set(allowMethods, strings.Join(p.Methods, ", "))
				w.Header().Set(allowHeaders, strings.Join(p.RequestHeaders, ", "))
				w.WriteHeader(http.StatusNoContent)
				return
			}
			next.ServeHTTP(w, r)
		})
	}},
	{name: "preflight checked against the lists, echoed", wrap: func(p policy.Policy, next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h, origin := w.Header(), r.Header.Get("Origin")
			method := r.Header.Get("Access-Control-Request-Method")
			if r.Method == http.MethodOptions && method != "" {
				h.Add("Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers")
				asked := strings.ToLower(r.Header.Get("Access-Control-Request-Headers"))
				known := func(name string) bool {
					return slices.ContainsFunc(p.RequestHeaders, func(d string) bool { return strings.EqualFold(d, strings.TrimSpace(name)) })
				}
				ok := p.Allows(origin) && (slices.Contains(p.Methods, method) || slices.Contains([]string{"GET", "HEAD", "POST"}, method))
				for name := range strings.SplitSeq(asked, ",") {
					ok = ok && (asked == "" || known(name))
				}
				if ok {
					h.Set(allowOrigin, origin)
					h.Set(allowMethods, method)
					if asked != "" {
						h.Set(allowHeaders, asked)
					}
					if p.Credentials {
						h.Set(allowCredentialsHeader, "true")
					}
					h.Set(maxAgeHeader, strconv.Itoa(int(p.MaxAge.Seconds())))
				}
				w.WriteHeader(http.StatusOK)
				return
			}
			h.Add("Vary", "Origin")
			if p.Allows(origin) {
				h.Set(allowOrigin, origin)
				h.Set(exposeHeaders, strings.Join(p.ExposeHeaders, ","))
				if p.Credentials {
					h.Set(allowCredentialsHeader, "true")
				}
			}
			next.ServeHTTP(w, r)
		})
	}},
	{name: "a proxy's map: all headers on every answer", wrap: func(p policy.Policy, next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			h.Add("Vary", "Origin")
			if origin := r.Header.Get("Origin"); p.Allows(origin) {
				h.Set(allowOrigin, origin)
				if p.Credentials {
					h.Set(allowCredentialsHeader, "true")
				}
				h.Set(allowMethods, "GET, HEAD, POST, OPTIONS, "+strings.Join(p.Methods, ", "))
				h.Set(allowHeaders, strings.Join(p.RequestHeaders, ", "))
				h.Set(exposeHeaders, strings.Join(p.ExposeHeaders, ", "))
				h.Set(maxAgeHeader, "600")
			}
			if r.Method == http.MethodOptions {
				w.WriteHeader(http.StatusNoContent)
				return
			}
			next.ServeHTTP(w, r)
		})
	}},
	{name: "strangers get 403, and caches are told", wrap: func(p policy.Policy, next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h, origin := w.Header(), r.Header.Get("Origin")
			h.Set("Vary", "Origin, Accept-Encoding")
			own := "https://" + r.Host
			if origin != "" && origin != own && !p.Allows(origin) {
				w.WriteHeader(http.StatusForbidden)
				return
			}
			if p.Allows(origin) {
				h.Set(allowOrigin, origin)
				h.Set(exposeHeaders, strings.Join(p.ExposeHeaders, ", "))
				if p.Credentials {
					h.Set(allowCredentialsHeader, "true")
				}
				if r.Method == http.MethodOptions {
					h.Set(allowMethods, strings.Join(append(p.Methods, "GET"), ", "))
					h.Set(allowHeaders, strings.Join(p.RequestHeaders, ", "))
					w.WriteHeader(http.StatusNoContent)
					return
				}
			}
			next.ServeHTTP(w, r)
		})
	}},
	{name: "caches forbidden instead of told", wrap: func(p policy.Policy, next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			h.Set("Cache-Control", "no-store")
			grant(p, h, r.Header.Get("Origin"))
			if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
				w.WriteHeader(http.StatusNoContent)
				return
			}
			next.ServeHTTP(w, r)
		})
	}},
	{name: "caches are told only where there is an Origin", want: []string{"low cache cached"}, wrap: func(p policy.Policy, next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if origin := r.Header.Get("Origin"); origin != "" {
				w.Header().Set("Vary", "Origin")
				grant(p, w.Header(), origin)
			}
			if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
				w.WriteHeader(http.StatusNoContent)
				return
			}
			next.ServeHTTP(w, r)
		})
	}},
	{name: "outside of the router, whose errors are readable", wrap: func(p policy.Policy, next http.Handler) http.Handler {
		mux := http.NewServeMux()
		mux.Handle("/items", next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Add("Vary", "Origin")
			grant(p, w.Header(), r.Header.Get("Origin"))
			if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
				return // 200, and no body
			}
			mux.ServeHTTP(w, r)
		})
	}},
	{name: "only on the route that is known", want: []string{"medium unreadable-error error"}, wrap: func(p policy.Policy, next http.Handler) http.Handler {
		mux := http.NewServeMux()
		mux.HandleFunc("/items", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Add("Vary", "Origin")
			grant(p, w.Header(), r.Header.Get("Origin"))
			if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
				return
			}
			next.ServeHTTP(w, r)
		})
		return mux
	}},
	{name: "method patterns, and OPTIONS beside them", wrap: func(p policy.Policy, next http.Handler) http.Handler {
		mux := http.NewServeMux()
		with := func(h http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Add("Vary", "Origin")
				grant(p, w.Header(), r.Header.Get("Origin"))
				h.ServeHTTP(w, r)
			})
		}
		mux.Handle("GET /items", next)
		mux.Handle("PUT /items", next)
		mux.HandleFunc("OPTIONS /", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
		return with(mux)
	}},
	{name: "anchored regular expressions", wrap: func(p policy.Policy, next http.Handler) http.Handler {
		allowed := regexp.MustCompile(`\A(?:https://app\.example\.com|https://admin\.example\.com:8443|https://(?:[a-z0-9-]+\.)+partner\.example)\z`)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Add("Vary", "Origin")
			if origin := r.Header.Get("Origin"); allowed.MatchString(origin) {
				grant(p, w.Header(), origin)
			}
			if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
				w.WriteHeader(http.StatusNoContent)
				return
			}
			next.ServeHTTP(w, r)
		})
	}},
	{name: "a redirect to the slash, inside of CORS", wrap: func(p policy.Policy, next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Add("Vary", "Origin")
			grant(p, w.Header(), r.Header.Get("Origin"))
			switch {
			case r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "":
				w.WriteHeader(http.StatusNoContent)
			case r.URL.Path == "/items/":
				http.Redirect(w, r, "/items?"+r.URL.RawQuery, http.StatusMovedPermanently)
			default:
				next.ServeHTTP(w, r)
			}
		})
	}},
}

// grant sets all there is to grant, if the policy allows the origin.
func grant(p policy.Policy, h http.Header, origin string) {
	if !p.Allows(origin) {
		return
	}
	h.Set(allowOrigin, origin)
	h.Set(allowMethods, strings.Join(p.Methods, ","))
	h.Set(allowHeaders, strings.Join(p.RequestHeaders, ","))
	h.Set(exposeHeaders, strings.Join(p.ExposeHeaders, ","))
	if p.Credentials {
		h.Set(allowCredentialsHeader, "true")
	}
}

// TestStyles checks each style offline: silence for the correct ones.
func TestStyles(t *testing.T) {
	p := policy.Policy{
		Origins: []string{app, admin, "https://*.partner.example"}, Methods: []string{"PUT", "DELETE"},
		RequestHeaders: []string{"Content-Type", "X-Token", "Authorization"}, ExposeHeaders: []string{"X-Total"}, Credentials: true, MaxAge: 600e9,
	}
	for _, s := range styles {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			target := Handler(s.wrap(p, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/items" && r.URL.Path != "/" {
					http.NotFound(w, r)
					return
				}
				w.Header().Set("X-Total", "1")
				w.Header().Set("X-Internal", "1")
				_, _ = w.Write([]byte(`{"items":[]}`))
			})))
			q := p
			q.Endpoints = []policy.Endpoint{{Path: "/items"}}
			report, err := Offline(t.Context(), Options{Policy: &q, Target: target, Log: t.Logf})
			require.NoError(t, err)
			require.Greater(t, report.Probes, 100)
			assert.Empty(t, report.Unproven)
			if s.want == nil {
				s.want = []string{}
			}
			assert.Equal(t, s.want, names(report.Findings))
			for _, f := range report.Findings {
				t.Log(f.Title, f.Happened, f.Headers, f.Also)
			}
		})
	}
}

// A probe's DELETE removes something. That later probes do not find it is no
// matter of who asks, and nothing that a policy expects.
func TestRemoved(t *testing.T) {
	p := policy.Policy{
		Origins: []string{app}, Methods: []string{"DELETE"}, Credentials: true,
		Endpoints: []policy.Endpoint{{Path: "/items/1", Methods: []string{"GET", "DELETE"}}},
	}
	for range 5 { // the probes run at once: some come before it, some after
		var removed atomic.Bool
		target := Handler(styles[0].wrap(p, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.Method == http.MethodDelete:
				removed.Store(true)
				w.WriteHeader(http.StatusNoContent)
			case removed.Load() || r.URL.Path != "/items/1":
				http.NotFound(w, r)
			}
		})))
		report, err := Offline(t.Context(), Options{Policy: &p, Target: target})
		require.NoError(t, err)
		assert.Empty(t, report.Unproven)
		assert.Empty(t, names(report.Findings))
	}
}
