package faults

import (
	"net/http"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/policy"
)

// answers are servers that let the right origins in, and tell the browser so in
// words that it does not take.
var answers = []Fault{
	{
		Name: "listed", About: "All origins of the policy stand in one Access-Control-Allow-Origin.",
		Class: policy.Refused, Cause: "multiple-allow-origin", Policy: reads(app, admin),
		Faulty:  answering(only(app, admin), func(string) string { return app + ", " + admin }),
		Correct: answering(only(app, admin), same),
	},
	{
		Name: "listed-with-spaces", About: "All origins stand in one Access-Control-Allow-Origin, as the first draft of CORS had it.",
		Class: policy.Refused, Cause: "multiple-allow-origin", Policy: reads(app, admin),
		Faulty:  answering(only(app, admin), func(string) string { return app + " " + admin }),
		Correct: answering(only(app, admin), same),
	},
	{
		Name: "first-of-list", About: "The first origin of the policy is named, whoever asks.",
		Class: policy.Refused, Cause: "origin", Policy: reads(app, admin),
		Faulty:  fixed(app),
		Correct: answering(only(app, admin), same),
	},
	{
		Name: "trailing-slash", About: "The origin is answered with a slash at its end.",
		Class: policy.Refused, Cause: "allow-origin-mismatch", Policy: reads(app),
		Faulty:  fixed(app + "/"),
		Correct: fixed(app),
	},
	{
		Name: "trailing-slash-in-list", About: "The list has its origin with a slash at the end, which none that asks has.",
		Class: policy.Refused, Cause: "origin", Policy: withCookies(edits(app, admin)),
		Faulty:  cors{allow: only(app, admin+"/"), methods: "PUT, DELETE", headers: "X-Token", credentials: "true"}.before(items),
		Correct: cors{allow: only(app, admin), methods: "PUT, DELETE", headers: "X-Token", credentials: "true"}.before(items),
	},
	{
		Name: "upper-case", About: "The origin is answered as the configuration spells it, in capitals.",
		Class: policy.Refused, Cause: "allow-origin-mismatch", Policy: reads(app),
		Faulty:  answering(folded(app), func(string) string { return "https://App.Example.com" }),
		Correct: answering(folded(app), same),
	},
	{
		Name: "default-port", About: "The origin is answered with port 443, which browsers leave out.",
		Class: policy.Refused, Cause: "allow-origin-mismatch", Policy: reads(app),
		Faulty:  fixed(app + ":443"),
		Correct: fixed(app),
	},
	{
		Name: "host-alone", About: "The host is answered without its scheme.",
		Class: policy.Refused, Cause: "invalid-allow-origin", Policy: reads(app),
		Faulty:  fixed("app.example.com"),
		Correct: fixed(app),
	},
	{
		Name: "pattern-answered", About: "The pattern itself is answered; no browser knows patterns.",
		Class: policy.Refused, Cause: "allow-origin-mismatch", Policy: reads(partner),
		Faulty:  answering(belowPartner, func(string) string { return partner }),
		Correct: answering(belowPartner, same),
	},
	{
		Name: "quoted", About: "The origin is answered in the quotes of a configuration file.",
		Class: policy.Refused, Cause: "invalid-allow-origin", Policy: reads(app),
		Faulty:  fixed(`"` + app + `"`),
		Correct: fixed(app),
	},
	{
		Name: "space-after-comma", About: "The list is split at commas, and the spaces behind them stay in it.",
		Class: policy.Refused, Cause: "origin", Policy: reads(app, admin),
		Faulty:  reading(only(strings.Split(app+", "+admin, ",")...)),
		Correct: reading(only(split(app + ", " + admin)...)),
	},
	{
		Name: "searched-unsorted", About: "The list of origins is searched as if it were sorted.",
		Class: policy.Refused, Cause: "missing-allow-origin", Policy: reads("https://www.example.com", app, admin),
		Faulty:  reading(searched("https://www.example.com", app, admin)),
		Correct: reading(searched(admin, app, "https://www.example.com")),
	},
	{
		Name: "twice", About: "Application and proxy each add Access-Control-Allow-Origin.",
		Class: policy.Refused, Cause: "multiple-allow-origin", Policy: reads(app),
		Faulty:  proxied(func(h http.Header, origin string) { h.Add("Access-Control-Allow-Origin", origin) }),
		Correct: proxied(func(h http.Header, origin string) { h.Set("Access-Control-Allow-Origin", origin) }),
	},
	{
		Name: "twice-star", About: "Application and proxy each add a star, and two stars are no star.",
		Class: policy.Refused, Cause: "multiple-allow-origin", Policy: reads("*"),
		Faulty:  doubled("*", "*"),
		Correct: doubled("*"),
	},
	{
		Name: "twice-in-preflight", About: "The proxy adds its own line where the application has answered a preflight already.",
		Class: policy.Refused, Cause: "preflight-multiple-allow-origin", Policy: at(edits(app), policy.Endpoint{Path: "/items", Methods: []string{"PUT"}}),
		Faulty:  preflightTwice(true),
		Correct: preflightTwice(false),
	},
	{
		Name: "misspelt", About: "The header is called Access-Control-Allow-Origins.",
		Class: policy.Refused, Cause: "missing-allow-origin", Policy: reads(app),
		Faulty:  named("Access-Control-Allow-Origins"),
		Correct: named("Access-Control-Allow-Origin"),
	},
}

func same(origin string) string { return origin }

// folded compares without regard to case. Browsers write origins in lower case,
// so it lets in nobody else.
func folded(allowed string) func(string) bool {
	return func(origin string) bool { return strings.EqualFold(origin, allowed) }
}

// searched looks an origin up by binary search.
func searched(list ...string) func(string) bool {
	return func(origin string) bool {
		_, found := slices.BinarySearch(list, origin)
		return found
	}
}

// answering lets in whom allow names, with the words of answer, and says of
// credentials what is given.
func answering(allow func(string) bool, answer func(origin string) string, credentials ...string) func() http.Handler {
	return func() http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Vary", "Origin")
			if origin := r.Header.Get("Origin"); allow(origin) {
				w.Header().Set("Access-Control-Allow-Origin", answer(origin))
				w.Header()["Access-Control-Allow-Credentials"] = credentials
			}
			items(w, r)
		})
	}
}

// named answers in a header of that name.
func named(header string) func() http.Handler {
	return func() http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set(header, app)
			items(w, r)
		})
	}
}

// proxied is an application with its middleware, and a proxy before it that
// writes its own line into what comes back.
func proxied(write func(h http.Header, origin string)) func() http.Handler {
	return func() http.Handler {
		application := cors{allow: only(app)}.handler(items)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			application.ServeHTTP(&headerEditor{ResponseWriter: w, edit: func(h http.Header, _ int) {
				if origin := r.Header.Get("Origin"); origin == app {
					write(h, origin)
				}
			}}, r)
		})
	}
}

// doubled sends as many lines as there are values.
func doubled(values ...string) func() http.Handler {
	return func() http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header()["Access-Control-Allow-Origin"] = values
			items(w, r)
		})
	}
}

// preflightTwice is a proxy that knows CORS before an application that does.
func preflightTwice(twice bool) func() http.Handler {
	return func() http.Handler {
		application := editing(app).handler(items)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if twice && isPreflight(r) && r.Header.Get("Origin") == app {
				w = &headerEditor{ResponseWriter: w, edit: func(h http.Header, _ int) { h.Add("Access-Control-Allow-Origin", app) }}
			}
			application.ServeHTTP(w, r)
		})
	}
}

// headerEditor is a ResponseWriter that changes the header at the last moment,
// when the status is known.
type headerEditor struct {
	http.ResponseWriter
	edit func(h http.Header, status int)
	done bool
}

func (e *headerEditor) WriteHeader(status int) {
	if !e.done {
		e.done = true
		e.edit(e.Header(), status)
	}
	e.ResponseWriter.WriteHeader(status)
}

func (e *headerEditor) Write(body []byte) (int, error) {
	if !e.done {
		e.WriteHeader(http.StatusOK)
	}
	return e.ResponseWriter.Write(body)
}
