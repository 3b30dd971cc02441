package shop

import "net/http"

// origins are those whose pages may use the API, with the user's cookies.
var origins = map[string]bool{
	"https://shop.example.com":       true,
	"https://admin.example.com:8443": true,
	"https://partner.example.org":    true,
}

// cors tells browsers which pages may use the API. Around everything: who may
// ask must be able to read that something is missing, or broken, too.
func cors(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		// The answer depends on who asks, also where it is no: without this line a
		// cache hands one page's answer to another.
		h.Add("Vary", "Origin")
		origin := r.Header.Get("Origin")
		if origins[origin] {
			h.Set("Access-Control-Allow-Origin", origin)
			h.Set("Access-Control-Allow-Credentials", "true")
			h.Set("Access-Control-Expose-Headers", "X-Total")
		}
		if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
			next.ServeHTTP(w, r)
			return
		}
		// A preflight: the browser asks before it sends what a form could not.
		if origins[origin] {
			h.Set("Access-Control-Allow-Methods", "PUT, DELETE")
			h.Set("Access-Control-Allow-Headers", "Content-Type, X-Token")
			h.Set("Access-Control-Max-Age", "600")
		}
		w.WriteHeader(http.StatusNoContent)
	})
}
