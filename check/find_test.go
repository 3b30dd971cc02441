package check

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/oracle"
	"github.com/corsproof/corsproof/policy"
)

func sortedLines(h oracle.Headers) oracle.Headers {
	slices.SortStableFunc(h, func(a, b oracle.Header) int { return strings.Compare(a.Name, b.Name) })
	return h
}

// meant is the policy of these tests.
func meant() *policy.Policy {
	return &policy.Policy{
		Origins: []string{app, admin}, Methods: []string{"PUT", "DELETE"}, RequestHeaders: []string{"X-Token", "Content-Type"},
		ExposeHeaders: []string{"X-Total"}, Credentials: true, MaxAge: 10 * time.Minute,
	}
}

// plan is every kind of question about that policy.
func plan() []probe {
	probes := []probe{}
	for _, from := range []string{app, admin} {
		probes = append(probes,
			ask(policy.Declared, policy.Read, from), ask(policy.Declared, policy.Credentialed, from, include),
			ask(policy.Declared, policy.Read, from, put), ask(policy.Declared, policy.Read, from, by("DELETE"), include),
			ask(policy.Declared, policy.Read, from, with("X-Token", "1")), ask(policy.Declared, policy.Read, from, with("Content-Type", "application/json"), include),
			ask(policy.Declared, policy.Read, from, put, with("X-Token", "1"), include),
			ask(policy.Declared, policy.Read, from, missing), ask(policy.Declared, policy.Read, from, twice),
			ask(policy.Declared, policy.Read, from, by("PATCH"), never), ask(policy.Declared, policy.Read, from, with("X-Other", "1"), never),
			ask(policy.Declared, policy.Read, from, at("/account")), ask(policy.Declared, policy.Read, from, at("/account"), put),
		)
	}
	for who, from := range map[policy.Who]string{
		policy.Foreign: "https://foreign.test", policy.Null: "null", policy.Scheme: "http://app.example.com", policy.Port: app + ":8443",
		policy.Prefix: app + ".evil.test", policy.Suffix: "https://evilapp.example.com", policy.Substring: "https://evilapp.example.com.evil.test",
		policy.Subdomain: "https://x.app.example.com", policy.Parent: "https://example.com", policy.Sibling: "https://other.example.com",
		policy.RegexDot: "https://appxexample.com", policy.TrailingDot: app + ".",
	} {
		probes = append(probes, ask(who, policy.Read, from), ask(who, policy.Credentialed, from, include), ask(who, policy.Read, from, put))
	}
	slices.SortStableFunc(probes, func(a, b probe) int { return strings.Compare(string(a.who), string(b.who)) })
	return append(probes, ask(policy.SameOrigin, policy.Plain, api), ask(policy.SameOrigin, policy.Plain, api, func(p *probe) { p.method = "POST" }))
}

// server answers as the policy of these tests says, with one thing wrong at most.
type server struct {
	allows      func(origin string) bool
	methods     string
	headers     string
	credentials string
	expose      string
	maxAge      string
	vary        bool
	outermost   bool // CORS stands before all else, errors included
	preflight   func(w http.ResponseWriter, r *http.Request) bool
	star        bool
	twice       bool
	actualBare  bool
}

func correct() server {
	return server{
		allows:  func(o string) bool { return o == app || o == admin },
		methods: "PUT, DELETE", headers: "X-Token, Content-Type", credentials: "true", expose: "X-Total", maxAge: "600", vary: true, outermost: true,
	}
}

func (s server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	found := r.URL.Path == "/items" || r.URL.Path == "/account"
	preflight := r.Method == "OPTIONS" && r.Header.Get("Access-Control-Request-Method") != ""
	if preflight && s.preflight != nil && s.preflight(w, r) {
		return
	}
	if (found || s.outermost) && !(s.actualBare && !preflight) {
		s.cors(w, r, preflight)
	}
	switch {
	case preflight:
		w.WriteHeader(http.StatusNoContent)
	case !found:
		http.Error(w, "not found", http.StatusNotFound)
	default:
		w.Header().Set("X-Total", "3")
		w.Header().Set("X-Secret", "3")
		_, _ = w.Write([]byte("[]"))
	}
}

func (s server) cors(w http.ResponseWriter, r *http.Request, preflight bool) {
	origin := r.Header.Get("Origin")
	if s.vary {
		w.Header().Add("Vary", "Origin")
	}
	if origin == "" || !s.allows(origin) {
		return
	}
	if s.star {
		origin = "*"
	}
	w.Header().Set(allowOrigin, origin)
	if s.twice {
		w.Header().Add(allowOrigin, origin)
	}
	set := func(name, value string) {
		if value != "" {
			w.Header().Set(name, value)
		}
	}
	set(allowCredentialsHeader, s.credentials)
	if preflight {
		set(allowMethods, s.methods)
		set(allowHeaders, s.headers)
		set(maxAgeHeader, s.maxAge)
	} else {
		set(exposeHeaders, s.expose)
	}
}

func names(findings []Finding) []string {
	list := []string{}
	for _, f := range findings {
		list = append(list, string(f.Severity)+" "+string(f.Class)+" "+f.Cause)
	}
	return list
}

func status(code int) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(code); return true }
}

// TestFind holds one fault after the other against what it must be called: one
// finding, or as few as are true.
func TestFind(t *testing.T) {
	hasHost := func(suffix string) func(string) bool {
		return func(o string) bool { return strings.HasSuffix(o, suffix) || o == admin }
	}
	for name, c := range map[string]struct {
		fault func(*server)
		want  []string
	}{
		"nothing":  {func(*server) {}, nil},
		"reflects": {func(s *server) { s.allows = func(string) bool { return true } }, []string{"critical leak foreign"}},
		"null":     {func(s *server) { a := s.allows; s.allows = func(o string) bool { return o == "null" || a(o) } }, []string{"critical leak null"}},
		"star":     {func(s *server) { s.star, s.allows = true, func(string) bool { return true } }, []string{"high leak foreign", "medium refused wildcard-with-credentials"}},
		"prefix":   {func(s *server) { s.allows = func(o string) bool { return strings.HasPrefix(o, app) || o == admin } }, []string{"critical leak prefix"}},
		"suffix":   {func(s *server) { s.allows = hasHost("app.example.com") }, []string{"critical leak suffix"}},
		"substring": {func(s *server) {
			s.allows = func(o string) bool { return strings.Contains(o, "app.example.com") || o == admin }
		}, []string{"critical leak substring"}},
		"whole domain": {func(s *server) { s.allows = hasHost("example.com") }, []string{"critical leak sibling"}},
		"subdomains": {func(s *server) {
			s.allows = func(o string) bool { return o == app || strings.HasSuffix(o, ".app.example.com") || o == admin }
		}, []string{"critical leak subdomain"}},
		"scheme": {func(s *server) {
			s.allows = func(o string) bool { return o == "http://app.example.com" || o == app || o == admin }
		}, []string{"critical leak scheme"}},
		"dot": {func(s *server) {
			s.allows = func(o string) bool { return o == "https://appxexample.com" || o == app || o == admin }
		}, []string{"critical leak regex-dot"}},
		"one origin":    {func(s *server) { s.allows = func(o string) bool { return o == app } }, []string{"medium refused origin"}},
		"no CORS":       {func(s *server) { s.allows = func(string) bool { return false } }, []string{"high refused missing-allow-origin"}},
		"preflight 405": {func(s *server) { s.preflight = status(405) }, []string{"medium refused preflight-invalid-status"}},
		"preflight 301": {func(s *server) {
			s.preflight = func(w http.ResponseWriter, _ *http.Request) bool {
				w.Header().Set("Location", "/x")
				w.WriteHeader(301)
				return true
			}
		}, []string{"medium refused preflight-redirect"}},
		"preflight 404 once": {func(s *server) {
			s.preflight = func(w http.ResponseWriter, r *http.Request) bool {
				return r.URL.Path == "/account" && status(404)(w, r)
			}
		}, []string{"medium refused preflight-invalid-status"}},
		"preflight aborted": {func(s *server) {
			s.preflight = func(http.ResponseWriter, *http.Request) bool { panic(http.ErrAbortHandler) }
		}, []string{"medium refused preflight-network-error"}},
		"preflight bare": {func(s *server) { s.preflight = status(204) }, []string{"medium refused preflight-missing-allow-origin"}},
		"actual bare":    {func(s *server) { s.actualBare = true }, []string{"high refused missing-allow-origin"}},
		"no PUT":         {func(s *server) { s.methods = "DELETE" }, []string{"medium refused method"}},
		"methods lower":  {func(s *server) { s.methods = "put, delete" }, []string{"medium refused method"}},
		"methods broken": {func(s *server) { s.methods = "PUT; DELETE" }, []string{"medium refused invalid-allow-methods"}},
		"no X-Token":     {func(s *server) { s.headers = "Content-Type" }, []string{"medium refused header"}},
		"method star":    {func(s *server) { s.methods = "*" }, []string{"medium refused wildcard-with-credentials"}},
		"header star":    {func(s *server) { s.headers = "*" }, []string{"medium refused wildcard-with-credentials"}},
		"PATCH":          {func(s *server) { s.methods = "PUT, DELETE, PATCH" }, []string{"medium over-permissive method"}},
		"True":           {func(s *server) { s.credentials = "True" }, []string{"medium refused invalid-allow-credentials"}},
		"no credentials": {func(s *server) { s.credentials = "" }, []string{"medium refused invalid-allow-credentials"}},
		"doubled":        {func(s *server) { s.twice = true }, []string{"high refused multiple-allow-origin"}},
		"not exposed":    {func(s *server) { s.expose = "" }, []string{"medium refused exposed"}},
		"exposed":        {func(s *server) { s.expose = "X-Total, X-Secret" }, []string{"low over-permissive exposed"}},
		"vary":           {func(s *server) { s.vary = false }, []string{"low cache cached"}},
		"max-age":        {func(s *server) { s.maxAge = "86400" }, []string{"low over-permissive max-age"}},
		"max-age 6e2":    {func(s *server) { s.maxAge = "6e2" }, []string{"low ineffective max-age"}},
		"errors":         {func(s *server) { s.outermost = false }, []string{"medium unreadable-error error"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := correct()
			c.fault(&s)
			findings, unproven := find(meant(), results(t, s, plan()...), nobody())
			assert.Empty(t, unproven)
			if c.want == nil {
				c.want = []string{}
			}
			assert.Equal(t, c.want, names(findings))
			for _, f := range findings {
				assert.NotEmpty(t, f.Title)
				assert.NotEmpty(t, f.Happened)
				assert.NotEmpty(t, f.Curl)
				require.NotEmpty(t, f.Spec)
			}
		})
	}
}

// A preflight may refuse a method that the endpoint does not serve. What is sent
// all the same must be answered so that the page can read why not.
func TestAMethodThatAnEndpointDoesNotServe(t *testing.T) {
	probe := ask(policy.Declared, policy.ErrorResponse, app, by("REPORT"), func(p *probe) {
		p.what, p.class = policy.ErrorResponse, policy.UnreadableError
	})
	findings, unproven := find(meant(), results(t, correct(), probe), nobody())
	assert.Empty(t, findings)
	assert.Empty(t, unproven)

	s := correct()
	s.methods += ", REPORT"
	s.actualBare = true
	findings, _ = find(meant(), results(t, s, probe), nobody())
	require.Len(t, findings, 1)
	assert.Equal(t, app, findings[0].Origin)
}

// What only this browser lets pass is a finding in the standard's words, and says so.
func TestWhatOnlyThisBrowserLetsPass(t *testing.T) {
	s := correct()
	s.headers = "Content-Type"
	all := results(t, s, plan()...)
	for _, r := range all {
		for n := range r.Record.Steps {
			if step := &r.Record.Steps[n]; step.Claim.Read == string(oracle.Allowed) {
				step.Observed.Read = string(oracle.Allowed)
			}
		}
	}
	findings, unproven := find(meant(), all, nobody())
	assert.Empty(t, unproven)
	require.Equal(t, []string{"medium refused header"}, names(findings))
	assert.Contains(t, findings[0].Happened, "This browser let a page of https://app.example.com read")
	assert.Contains(t, findings[0].Happened, "other browsers need not")
}

// An https page whose browser lets it ask no http server proves nothing of that, of
// its caches neither.
func TestMixedContentProvesNothing(t *testing.T) {
	all := results(t, correct(), ask(policy.Declared, policy.Read, app), ask(policy.Declared, policy.Cached, app, twice, func(p *probe) { p.what = policy.Cached }))
	for _, r := range all {
		for n := range r.Record.Steps {
			step := &r.Record.Steps[n]
			step.Request.URL = "http://127.0.0.1:3000/items"
			step.Observed.Read, step.Observed.Wire = string(oracle.Blocked), nil
		}
	}
	findings, unproven := find(meant(), all, nobody())
	assert.Empty(t, findings)
	require.Len(t, unproven, 3)
	for _, u := range unproven {
		assert.Contains(t, u.Why, "public-url")
	}
}

// A rate limit that leaves nobody anything comes before CORS.
func TestTooManyRequests(t *testing.T) {
	limit := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(tooManyRequests) })
	findings, _ := find(meant(), results(t, limit, plan()...), nobody())
	assert.Equal(t, []string{"high refused repeated"}, names(findings))
}
