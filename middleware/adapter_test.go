package middleware

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/policy"
)

// compiledIn are the adapters that need nothing but Go.
func compiledIn(t *testing.T) []Adapter {
	t.Helper()
	adapters, err := ByName("net-http", "rs-cors", "jub0bs-cors", "gorilla-handlers", "chi-cors", "gin-cors", "echo", "fiber2", "fiber3")
	require.NoError(t, err)
	return adapters
}

func serve(t *testing.T, s SetUp) Server {
	t.Helper()
	server, err := s.Start(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() {
		assert.NoError(t, server.Alive())
		assert.NoError(t, server.Close())
		assert.Error(t, server.Alive())
	})
	return server
}

// ask sends one request as a browser would.
func ask(t *testing.T, server Server, method, path string, headers ...string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://"+server.Addr()+path, nil)
	require.NoError(t, err)
	r.Host = "api.example.com"
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i+1] != "" {
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	require.NoError(t, err)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	resp.Body.Close()
	resp.Body = io.NopCloser(strings.NewReader(string(body)))
	return resp
}

// allowed is an origin that a policy lets in.
func allowed(p policy.Policy) string {
	if everyone(p) {
		return "https://anyone.test"
	}
	return strings.NewReplacer("*.", "a.b.", ":*", ":8443").Replace(p.Origins[0])
}

// TestAnswers asks every system that is here for what each policy allows, and
// for what it doesn't.
func TestAnswers(t *testing.T) {
	standard, err := PoliciesByName()
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(standard), 6)
	answers(t, compiledIn(t), standard)
}

func answers(t *testing.T, adapters []Adapter, standard []Standard) {
	for _, a := range adapters {
		for _, s := range standard {
			t.Run(a.Name+"/"+s.Name, func(t *testing.T) {
				setUp, err := a.Configure(s.Policy)
				if refused := new(RefusedError); errors.As(err, &refused) {
					assert.Equal(t, "jub0bs-cors/null-origin", a.Name+"/"+s.Name, "only one refuses one: %v", err)
					return
				}
				if words := new(InexpressibleError); errors.As(err, &words) {
					assert.Contains(t, []string{"gorilla-handlers/any-header", "gin-cors/any-header", "apache/any-header"}, a.Name+"/"+s.Name, "%v", err)
					return
				}
				require.NoError(t, err)
				assert.NotEmpty(t, setUp.Config)
				keeps(t, serve(t, setUp), s.Policy)
			})
		}
	}
}

func keeps(t *testing.T, server Server, p policy.Policy) {
	origin, stranger := allowed(p), "https://stranger.test"
	resp := ask(t, server, "GET", itemPath, "Origin", origin)
	assert.Equal(t, http.StatusOK, resp.StatusCode)
	assert.Equal(t, "3", resp.Header.Get("X-Total-Count"))
	readable(t, resp, p, origin)
	body, _ := io.ReadAll(resp.Body)
	assert.JSONEq(t, `{"id": "1", "method": "GET"}`, string(body))

	resp = ask(t, server, "GET", homePath)
	assert.Equal(t, http.StatusOK, resp.StatusCode, "without an origin")
	assert.Equal(t, http.StatusInternalServerError, ask(t, server, "GET", failingPath).StatusCode)
	assert.Equal(t, http.StatusNotFound, ask(t, server, "GET", missingPath).StatusCode)
	if p.NullOrigin {
		readable(t, ask(t, server, "GET", itemPath, "Origin", "null"), p, "null")
	}
	if !everyone(p) {
		resp = ask(t, server, "GET", itemPath, "Origin", stranger)
		assert.NotContains(t, []string{"*", stranger}, resp.Header.Get("Access-Control-Allow-Origin"))
	}

	resp = ask(t, server, "OPTIONS", itemPath, "Origin", origin, "Access-Control-Request-Method", "GET",
		"Access-Control-Request-Headers", "x-undeclared")
	if !anyHeader(p) {
		assert.NotContains(t, strings.ToLower(resp.Header.Get("Access-Control-Allow-Headers")), "x-undeclared")
	}
	if len(p.Methods)+len(p.RequestHeaders) == 0 {
		return // nothing that a browser asks for in advance
	}
	method := "POST"
	if len(p.Methods) > 0 {
		method = p.Methods[0]
	}
	names := strings.Split(strings.ToLower(strings.Join(p.RequestHeaders, ",")), ",")
	if anyHeader(p) {
		names = []string{"authorization", "x-anything"}
	}
	slices.Sort(names)
	resp = ask(t, server, "OPTIONS", itemPath, "Origin", origin, "Access-Control-Request-Method", method,
		"Access-Control-Request-Headers", strings.Join(names, ","))
	assert.Contains(t, []int{200, 204}, resp.StatusCode)
	readable(t, resp, p, origin)
	if method != "POST" {
		assert.Contains(t, strings.Join(resp.Header.Values("Access-Control-Allow-Methods"), ","), method)
	}
	for _, name := range names {
		assert.Contains(t, strings.ToLower(resp.Header.Get("Access-Control-Allow-Headers")), name)
	}
	if p.MaxAge > 0 {
		assert.Equal(t, "600", resp.Header.Get("Access-Control-Max-Age"))
	}
}

// readable asserts what lets a page of an origin read a response.
func readable(t *testing.T, resp *http.Response, p policy.Policy, origin string) {
	t.Helper()
	if values := resp.Header.Values("Access-Control-Allow-Origin"); assert.Len(t, values, 1) {
		assert.Contains(t, []string{"*", origin}, values[0])
	}
	if p.Credentials {
		assert.Equal(t, origin, resp.Header.Get("Access-Control-Allow-Origin"))
		assert.Equal(t, "true", resp.Header.Get("Access-Control-Allow-Credentials"))
	} else {
		assert.Empty(t, resp.Header.Get("Access-Control-Allow-Credentials"))
	}
}

// TestAnyPort has the one form of a pattern that most products have no words for.
func TestAnyPort(t *testing.T) {
	answers(t, compiledIn(t), []Standard{{Name: "any-port", Policy: policy.Policy{
		Origins: []string{"https://app.example.com:*", "https://*.example.org:*"}, RequestHeaders: []string{"X-Key"}}}})
}

// TestRefused: what a product takes for a mistake is a result.
func TestRefused(t *testing.T) {
	everyone := policy.Policy{Origins: []string{"*"}, Credentials: true}
	for name, want := range map[string]string{"jub0bs-cors": "all origins", "fiber2": "AllowCredentials", "fiber3": "AllowCredentials"} {
		adapters, err := ByName(name)
		require.NoError(t, err)
		_, err = adapters[0].Configure(everyone)
		refused := new(RefusedError)
		if assert.ErrorAs(t, err, &refused, name) {
			assert.Contains(t, refused.Said, want)
		}
	}
}

func TestInexpressible(t *testing.T) {
	for _, name := range []string{"gorilla-handlers", "gin-cors", "apache"} {
		adapters, err := ByName(name)
		require.NoError(t, err)
		_, err = adapters[0].Configure(policy.Policy{Origins: []string{"https://app.example.com"}, RequestHeaders: []string{"*"}, Credentials: true})
		what := new(InexpressibleError)
		if assert.ErrorAs(t, err, &what, name) {
			assert.Contains(t, what.What, "any request header")
		}
	}
}

func TestEveryAdapterIsDescribed(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range All() {
		assert.False(t, seen[a.Name], a.Name)
		seen[a.Name] = true
		assert.Regexp(t, `^[a-z0-9-]+$`, a.Name)
		assert.NotEmpty(t, a.Title)
		assert.NotEmpty(t, a.On)
		assert.Regexp(t, `^https://`, a.Docs)
		if a.Missing() != nil {
			assert.Regexp(t, `install`, a.Missing().Error())
			continue
		}
		version, err := a.Version(t.Context())
		assert.NoError(t, err, a.Name)
		assert.Regexp(t, `^\d+\.\d+`, version, a.Name)
	}
	_, err := ByName("rs-cors", "nothing")
	assert.ErrorContains(t, err, `no system "nothing"; there are net-http, rs-cors`)
	_, err = PoliciesByName("nothing")
	assert.ErrorContains(t, err, `no policy "nothing"; there are one-origin`)
}

func TestExpression(t *testing.T) {
	for _, c := range []struct{ origin, allowed, refused string }{
		{"https://app.example.com", "https://app.example.com",
			"https://appxexample.com https://app.example.com.evil.test https://evilapp.example.com http://app.example.com https://app.example.com:8443"},
		{"https://*.example.org", "https://a.example.org https://a.b-c.example.org",
			"https://example.org https://evilexample.org https://a.example.org.evil.test http://a.example.org https://a.example.org:444 https://.example.org"},
		{"https://app.example.com:*", "https://app.example.com https://app.example.com:8443", "https://app.example.com:8443.evil.test https://b.example.com"},
		{"https://*.example.org:*", "https://a.example.org https://a.example.org:1", "https://example.org:1 https://a.example.org.evil.test:1"},
		{"null", "null", "nullx https://null"},
	} {
		e := regexp.MustCompile(expression(c.origin))
		both := regexp.MustCompile(expressionOf([]string{"https://other.test", c.origin}))
		for _, origin := range strings.Fields(c.allowed) {
			assert.True(t, e.MatchString(origin), "%s allows %s", c.origin, origin)
			assert.True(t, both.MatchString(origin), "%s allows %s", c.origin, origin)
		}
		for _, origin := range strings.Fields(c.refused) {
			assert.False(t, e.MatchString(origin), "%s refuses %s", c.origin, origin)
			assert.False(t, both.MatchString(origin), "%s refuses %s", c.origin, origin)
		}
	}
}

func TestSource(t *testing.T) {
	m := matcherOf([]string{"https://*.example.org", "null"})
	setUp, err := gin.Configure(policy.Policy{Origins: []string{"https://*.example.org"}, NullOrigin: true, MaxAge: 90e9})
	require.NoError(t, err)
	assert.Equal(t, `router.Use(cors.New(cors.Config{
	AllowOriginFunc: `+m.source+`,
	AllowMethods: []string{"GET", "HEAD", "POST"},
	MaxAge: 90 * time.Second,
}))`, setUp.Config)
	assert.Equal(t, "/^https:\\/\\/it's$/", jsExpression("^https://it's$"))
	assert.Equal(t, `['it\'s', 'a\\b']`, jsList([]string{"it's", `a\b`}))
}

// TestDaemonFails shows what is said of a web server that doesn't come up, and
// that it leaves nothing behind.
func TestDaemonFails(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	shell, err := exec.LookPath("sh")
	require.NoError(t, err)
	broken := proxy{name: "broken", programs: []string{shell}, file: "conf",
		whole: func(config, _, _ string) string { return config },
		args:  func(file, _ string) []string { return []string{"-c", "cat " + file + "; exit 3"} }}
	_, err = broken.setUp("none", "nothing listens at "+frontAddr).Start(t.Context())
	assert.ErrorContains(t, err, "broken has ended: exit status 3\nnothing listens at 127.0.0.1:")
	assert.NotContains(t, err.Error(), frontAddr)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	silent := broken
	silent.args = func(string, string) []string { return []string{"-c", "sleep 60 & wait"} }
	_, err = silent.setUp("none", "").Start(ctx)
	assert.ErrorIs(t, err, context.Canceled)

	absent := proxy{name: "absent", programs: []string{"no-such-program"}, debian: "no-such-package"}
	assert.EqualError(t, absent.missing(), "no-such-program is not on PATH: install it (in Debian: apt-get install no-such-package)")
	left, err := os.ReadDir(temp)
	require.NoError(t, err)
	assert.Empty(t, left)
}
