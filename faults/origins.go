package faults

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/policy"
)

// reading is a server that lets those read whom allow lets in.
func reading(allow func(string) bool) func() http.Handler { return cors{allow: allow}.before(items) }

// readingWithCookies is the same, with credentials.
func readingWithCookies(allow func(string) bool) func() http.Handler {
	return cors{allow: allow, credentials: "true"}.before(items)
}

// matching lets in what a regular expression matches.
func matching(expression string) func(string) bool { return regexp.MustCompile(expression).MatchString }

// parsed lets in whose URL is right.
func parsed(right func(*url.URL) bool) func(string) bool {
	return func(origin string) bool {
		u, err := url.Parse(origin)
		return err == nil && right(u)
	}
}

func everyone(string) bool { return true }

func nobody(string) bool { return false }

// origins are servers that let in who is not in the policy: what they compare
// the Origin header with is too loose.
var origins = []Fault{
	{
		Name: "developers", About: "The origins of those who develop the site are left in the list of the finished one.",
		Class: policy.Leak, Cause: "local", Policy: withCookies(reads(app)),
		Faulty:  readingWithCookies(only(app, "http://localhost:8080", "http://127.0.0.1:5173")),
		Correct: readingWithCookies(only(app)),
	},
	{
		Name: "prefix", About: "An origin is let in if it begins like an allowed one.",
		Class: policy.Leak, Cause: "prefix", Policy: reads(app),
		Faulty:  reading(func(origin string) bool { return strings.HasPrefix(origin, app) }),
		Correct: reading(only(app)),
	},
	{
		Name: "suffix", About: "An origin is let in if it ends like an allowed host.",
		Class: policy.Leak, Cause: "suffix", Policy: withCookies(reads(app)),
		Faulty: readingWithCookies(func(origin string) bool {
			return strings.HasPrefix(origin, "https://") && strings.HasSuffix(origin, "app.example.com")
		}),
		Correct: readingWithCookies(only(app)),
	},
	{
		Name: "substring", About: "An origin is let in if an allowed host is somewhere in it.",
		Class: policy.Leak, Cause: "substring", Policy: reads(app),
		Faulty:  reading(func(origin string) bool { return strings.Contains(origin, "app.example.com") }),
		Correct: reading(only(app)),
	},
	{
		Name: "regex-dot", About: "The dots of a regular expression are not escaped, so each stands for any character.",
		Class: policy.Leak, Cause: "regex-dot", Policy: reads(app),
		Faulty:  reading(matching(`^https://app.example.com$`)),
		Correct: reading(matching(`^https://app\.example\.com$`)),
	},
	{
		Name: "regex-open-start", About: "A regular expression is not anchored at its start.",
		Class: policy.Leak, Cause: "suffix", Policy: reads(app),
		Faulty:  reading(matching(`app\.example\.com$`)),
		Correct: reading(matching(`^https://app\.example\.com$`)),
	},
	{
		Name: "regex-open-end", About: "A regular expression is not anchored at its end.",
		Class: policy.Leak, Cause: "prefix", Policy: withCookies(reads(app)),
		Faulty:  readingWithCookies(matching(`^https://app\.example\.com`)),
		Correct: readingWithCookies(matching(`^https://app\.example\.com$`)),
	},
	{
		Name: "regex-alternatives", About: "The anchors belong to one alternative each, since the alternatives have no parentheses.",
		Class: policy.Leak, Cause: "prefix", Policy: reads(app, admin),
		Faulty:  reading(matching(`^https://app\.example\.com|https://admin\.example\.com$`)),
		Correct: reading(matching(`^(?:https://app\.example\.com|https://admin\.example\.com)$`)),
	},
	{
		Name: "regex-word-boundary", About: "A word boundary stands where the host should begin; hyphens and dots are boundaries.",
		Class: policy.Leak, Cause: "suffix", Policy: reads(app),
		Faulty:  reading(matching(`^https://.*\bapp\.example\.com$`)),
		Correct: reading(matching(`^https://app\.example\.com$`)),
	},
	{
		Name: "scheme-ignored", About: "Only host and port are compared: http is as good as https.",
		Class: policy.Leak, Cause: "scheme", Policy: withCookies(reads(app)),
		Faulty:  readingWithCookies(parsed(func(u *url.URL) bool { return u.Host == "app.example.com" })),
		Correct: readingWithCookies(parsed(func(u *url.URL) bool { return u.Scheme == "https" && u.Host == "app.example.com" })),
	},
	{
		Name: "port-ignored", About: "Only scheme and host name are compared: any port will do.",
		Class: policy.Leak, Cause: "port", Policy: reads(app),
		Faulty:  reading(parsed(func(u *url.URL) bool { return u.Scheme == "https" && u.Hostname() == "app.example.com" })),
		Correct: reading(parsed(func(u *url.URL) bool { return u.Scheme == "https" && u.Host == "app.example.com" })),
	},
	{
		Name: "port-prefix", About: "The port is compared by its beginning: 3000 lets 30000 in.",
		Class: policy.Leak, Cause: "port", Policy: reads(office),
		Faulty:  reading(matching(`^https://office\.example\.com:3000`)),
		Correct: reading(matching(`^https://office\.example\.com:3000$`)),
	},
	{
		Name: "subdomains", About: "Whatever is below an allowed host is let in as well.",
		Class: policy.Leak, Cause: "subdomain", Policy: reads(app),
		Faulty: reading(parsed(func(u *url.URL) bool {
			return u.Scheme == "https" && (u.Host == "app.example.com" || strings.HasSuffix(u.Host, ".app.example.com"))
		})),
		Correct: reading(parsed(func(u *url.URL) bool { return u.Scheme == "https" && u.Host == "app.example.com" })),
	},
	{
		Name: "siblings", About: "Every host of the company is let in, where one is declared.",
		Class: policy.Leak, Cause: "sibling", Policy: withCookies(reads(app)),
		Faulty:  readingWithCookies(matching(`^https://[a-z0-9.-]+\.example\.com$`)),
		Correct: readingWithCookies(matching(`^https://app\.example\.com$`)),
	},
	{
		Name: "parent", About: "The bare domain is let in beside the host that is declared.",
		Class: policy.Leak, Cause: "parent", Policy: reads(app),
		Faulty:  reading(matching(`^https://(app\.)?example\.com$`)),
		Correct: reading(matching(`^https://app\.example\.com$`)),
	},
	{
		Name: "own-host", About: "Any origin on the server's own host name is taken for the server's own origin.",
		Class: policy.Leak, Cause: "server-origin", Policy: reads(app),
		Faulty:  ownHost(func(u *url.URL, host string) bool { return u.Hostname() == host }),
		Correct: ownHost(func(u *url.URL, host string) bool { return u.Scheme == "https" && u.Host == host }),
	},
	{
		Name: "trailing-dot", About: "A dot at the end of the host is cut off before the comparison, but it is another host to browsers.",
		Class: policy.Leak, Cause: "trailing-dot", Policy: reads(app),
		Faulty:  reading(func(origin string) bool { return strings.TrimSuffix(origin, ".") == app }),
		Correct: reading(only(app)),
	},
	{
		Name: "special-characters", About: "The host may begin with anything but a letter, a digit, a hyphen or a dot; browsers take more than those in host names.",
		Class: policy.Leak, Cause: "special", Policy: reads(app),
		Faulty:  reading(matching(`^https://(.*[^a-z0-9.-])?app\.example\.com$`)),
		Correct: reading(matching(`^https://app\.example\.com$`)),
	},
	{
		Name: "glued", About: "The allowed hosts are cut out of the origin, and it is let in if nothing is left.",
		Class: policy.Leak, Cause: "glued", Policy: reads(app, admin),
		Faulty: reading(func(origin string) bool {
			host, secure := strings.CutPrefix(origin, "https://")
			for _, allowed := range []string{"app.example.com", "admin.example.com"} {
				host = strings.ReplaceAll(host, allowed, "")
			}
			return secure && host == ""
		}),
		Correct: reading(func(origin string) bool {
			host, secure := strings.CutPrefix(origin, "https://")
			return secure && slices.Contains([]string{"app.example.com", "admin.example.com"}, host)
		}),
	},
	{
		Name: "glued-alternatives", About: "A plus behind the alternatives lets them follow each other.",
		Class: policy.Leak, Cause: "glued", Policy: withCookies(reads(app, admin)),
		Faulty:  readingWithCookies(matching(`^https://(app\.example\.com|admin\.example\.com)+$`)),
		Correct: readingWithCookies(matching(`^https://(app\.example\.com|admin\.example\.com)$`)),
	},
	{
		Name: "null", About: "null is in the list, for the sake of a test from a file.",
		Class: policy.Leak, Cause: "null", Policy: reads(app),
		Faulty:  reading(only(app, "null")),
		Correct: reading(only(app)),
	},
	{
		Name: "null-by-empty-host", About: "A comma too many makes an empty host of the list, and null has just that host.",
		Class: policy.Leak, Cause: "null", Policy: withCookies(reads(app)),
		Faulty:  readingWithCookies(hostIn("app.example.com,")),
		Correct: readingWithCookies(hostIn("app.example.com")),
	},
	{
		Name: "reflected", About: "Whoever asks is let in.",
		Class: policy.Leak, Cause: "foreign", Policy: reads(app, admin),
		Faulty:  reading(everyone),
		Correct: reading(only(app, admin)),
	},
	{
		Name: "reflected-with-credentials", About: "Whoever asks is let in, with the user's cookies.",
		Class: policy.Leak, Cause: "foreign", Policy: withCookies(edits(app)),
		Faulty:  cors{allow: everyone, methods: "PUT, DELETE", headers: "X-Token", credentials: "true"}.before(items),
		Correct: cors{allow: only(app), methods: "PUT, DELETE", headers: "X-Token", credentials: "true"}.before(items),
	},
	{
		Name: "reflected-unless-null", About: "Whoever asks is let in, and only null is thought of as dangerous.",
		Class: policy.Leak, Cause: "foreign", Policy: reads(app),
		Faulty:  reading(func(origin string) bool { return origin != "null" }),
		Correct: reading(only(app)),
	},
	{
		Name: "star", About: "Everyone may read, where one origin is declared.",
		Class: policy.Leak, Cause: "foreign", Policy: reads(app),
		Faulty:  fixed("*"),
		Correct: fixed(app),
	},
	{
		Name: "reflected-past-the-guard", About: "Preflights are checked against the list; what follows them is not.",
		Class: policy.Leak, Cause: "foreign", Policy: edits(app),
		Faulty:  guardedPreflight(everyone),
		Correct: guardedPreflight(only(app)),
	},
	{
		Name: "route-of-everyone", About: "The middleware of the public routes is hung on the router, and so on the private ones, too.",
		Class: policy.Leak, Cause: "foreign", Policy: reads(app),
		Faulty:  publicRoutes(true),
		Correct: publicRoutes(false),
	},
}

// hostIn compares the host of the origin with a list of hosts that is written
// with commas.
func hostIn(list string) func(string) bool {
	hosts := strings.Split(list, ",")
	return func(origin string) bool {
		u, err := url.Parse(origin)
		return err == nil && u.Scheme != "http" && slices.Contains(hosts, u.Host)
	}
}

// ownHost lets in one origin and, so that pages of the server's own may POST
// and be told so, whom same takes for the server.
func ownHost(same func(u *url.URL, host string) bool) func() http.Handler {
	return func() http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			allow := func(origin string) bool {
				u, err := url.Parse(origin)
				return err == nil && (origin == app || same(u, r.Host))
			}
			cors{allow: allow}.handler(items).ServeHTTP(w, r)
		})
	}
}

// fixed names one origin, or everyone, in every answer.
func fixed(origin string) func() http.Handler {
	return func() http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Access-Control-Allow-Origin", origin)
			items(w, r)
		})
	}
}

// guardedPreflight checks preflights by a list, and the rest by allow.
func guardedPreflight(allow func(string) bool) func() http.Handler {
	return func() http.Handler {
		checked, rest := editing(app).handler(items), cors{allow: allow}.handler(items)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if isPreflight(r) {
				checked.ServeHTTP(w, r)
				return
			}
			rest.ServeHTTP(w, r)
		})
	}
}
