package faults

import (
	"net/http"

	"github.com/corsproof/corsproof/policy"
)

// plain are servers that refuse traffic which is not CORS.
var plain = []Fault{
	{
		Name: "origin-demanded", About: "Who sends no Origin is refused, and pages of the server's own send none with GET.",
		Class: policy.Refused, Cause: "plain", Policy: reads(app),
		Faulty:  refusing(func(_ *http.Request, origin string) bool { return origin != app }),
		Correct: refusing(func(_ *http.Request, origin string) bool { return origin != "" && origin != app }, self),
	},
	{
		Name: "same-origin-refused", About: "The server's own origin is not in the list, and browsers send it with POST.",
		Class: policy.Refused, Cause: "same-origin", Policy: reads(app),
		Faulty:  refusing(func(_ *http.Request, origin string) bool { return origin != "" && origin != app }),
		Correct: refusing(func(_ *http.Request, origin string) bool { return origin != "" && origin != app }, self),
	},
	{
		Name: "navigation-refused", About: "What does not come from a script is refused, and so is whoever opens the address.",
		Class: policy.Refused, Cause: "plain", Policy: reads(app),
		Faulty:  refusing(func(r *http.Request, _ string) bool { return r.Header.Get("Sec-Fetch-Mode") == "navigate" }),
		Correct: refusing(func(*http.Request, string) bool { return false }),
	},
}

// self says whether a request comes from a page of the server's own.
func self(r *http.Request) bool { return r.Header.Get("Origin") == "https://"+r.Host }

// refusing answers 403 to who is refused, unless one of the exceptions holds.
func refusing(refused func(r *http.Request, origin string) bool, unless ...func(*http.Request) bool) func() http.Handler {
	return func() http.Handler {
		inner := cors{allow: only(app)}.handler(items)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			no := refused(r, r.Header.Get("Origin"))
			for _, exception := range unless {
				no = no && !exception(r)
			}
			if no {
				w.Header().Set("Vary", "Origin")
				http.Error(w, "not you", http.StatusForbidden)
				return
			}
			inner.ServeHTTP(w, r)
		})
	}
}
