package faults

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/gorilla/mux"

	"github.com/corsproof/corsproof/policy"
)

// belowPartner is the correct test for "https://*.partner.example".
func belowPartner(origin string) bool {
	host, secure := strings.CutPrefix(origin, "https://")
	return secure && len(host) > len(".partner.example") && strings.HasSuffix(host, ".partner.example")
}

// patterns are servers that understand a wildcard otherwise than the policy does.
var patterns = []Fault{
	{
		Name: "wildcard-glued", About: "The wildcard's dot is forgotten: evilpartner.example ends like an allowed host.",
		Class: policy.Leak, Cause: "wildcard-glued", Policy: withCookies(reads(partner)),
		Faulty: readingWithCookies(func(origin string) bool {
			return strings.HasPrefix(origin, "https://") && strings.HasSuffix(origin, "partner.example") && origin != "https://partner.example"
		}),
		Correct: readingWithCookies(belowPartner),
	},
	{
		Name: "wildcard-dot", About: "The star becomes .+ and the dots stay what they are in regular expressions.",
		Class: policy.Leak, Cause: "wildcard-glued", Policy: reads(partner),
		Faulty:  reading(matching(`^https://.+.partner.example$`)),
		Correct: reading(matching(`^https://.+\.partner\.example$`)),
	},
	{
		Name: "wildcard-apex", About: "The host of the wildcard itself is let in, which is nobody's subdomain.",
		Class: policy.Leak, Cause: "wildcard-apex", Policy: reads(partner),
		Faulty:  reading(func(origin string) bool { return origin == "https://partner.example" || belowPartner(origin) }),
		Correct: reading(belowPartner),
	},
	{
		Name: "wildcard-scheme", About: "The wildcard stands for the scheme as well.",
		Class: policy.Leak, Cause: "scheme", Policy: reads(partner),
		Faulty:  reading(func(origin string) bool { return strings.HasSuffix(origin, ".partner.example") }),
		Correct: reading(belowPartner),
	},
	{
		Name: "wildcard-open-end", About: "The wildcard's regular expression is not anchored at its end.",
		Class: policy.Leak, Cause: "prefix", Policy: reads(partner),
		Faulty:  reading(matching(`^https://[^/:]+\.partner\.example`)),
		Correct: reading(matching(`^https://[^/:]+\.partner\.example$`)),
	},
	{
		Name: "wildcard-trailing", About: "A star at the end, for the port, takes the rest of any host name too.",
		Class: policy.Leak, Cause: "prefix", Policy: reads(app + ":*"),
		Faulty:  reading(func(origin string) bool { return strings.HasPrefix(origin, app) }),
		Correct: reading(parsed(func(u *url.URL) bool { return u.Scheme == "https" && u.Hostname() == "app.example.com" })),
	},
	{
		Name: "wildcard-middle", About: "A star in the middle was meant for one digit, and takes whatever is between the two ends.",
		Class: policy.Leak, Cause: "regex-dot", Policy: reads(app),
		Faulty: reading(func(origin string) bool {
			return strings.HasPrefix(origin, "https://app") && strings.HasSuffix(origin, "example.com")
		}),
		Correct: reading(func(origin string) bool {
			return strings.HasPrefix(origin, "https://app") && strings.HasSuffix(origin, ".example.com") && len(origin) == len(app)
		}),
	},
	{
		Name: "wildcard-one-label", About: "The wildcard stands for one label only; two labels are refused.",
		Class: policy.Refused, Cause: "origin", Policy: reads(partner),
		Faulty:  reading(matching(`^https://[^.]+\.partner\.example$`)),
		Correct: reading(belowPartner),
	},
	{
		Name: "any-port-but-none", About: "The pattern for any port wants to see a port, which https does not write when it is its own.",
		Class: policy.Refused, Cause: "origin", Policy: reads(app + ":*"),
		Faulty:  reading(matching(`^https://app\.example\.com:[0-9]+$`)),
		Correct: reading(matching(`^https://app\.example\.com(:[0-9]+)?$`)),
	},
}

// publicRoutes is a router with routes for everyone below /public, and /items
// for one origin. The middleware of the former is hung where all pass or where
// it belongs.
func publicRoutes(onRouter bool) func() http.Handler {
	star := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Access-Control-Allow-Origin", "*")
			next.ServeHTTP(w, r)
		})
	}
	return func() http.Handler {
		router := mux.NewRouter()
		public := router.PathPrefix("/public").Subrouter()
		public.HandleFunc("/items", list)
		router.Handle("/items", cors{allow: only(app)}.handler(items))
		router.NotFoundHandler = cors{allow: only(app)}.handler(http.NotFoundHandler())
		if onRouter {
			router.Use(star)
		} else {
			public.Use(star)
		}
		return router
	}
}
