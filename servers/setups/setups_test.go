package setups

import (
	"context"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/servers"
	"github.com/corsproof/corsproof/servers/external"
)

const (
	port    = "https://app.site.test:8443"
	foreign = "https://app.site.test.evil.test"
)

// started starts a set-up, with its packages installed, until the test ends.
func started(t *testing.T, s servers.SetUp) (addr string) {
	t.Helper()
	_, err := external.Express.Install(t.Context())
	require.NoError(t, err)
	addr, err = s.Start(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	require.NoError(t, s.Alive())
	return addr
}

// exchange sends one request as given and returns the status, what the answer
// says about CORS, one "name: value" a header in order, and the body.
func exchange(t *testing.T, addr, method, path string, headers ...string) (int, []string, string) {
	t.Helper()
	body := io.Reader(http.NoBody)
	if method == "POST" {
		body = strings.NewReader(`{"a":1}`)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, "http://"+addr+path, body)
	require.NoError(t, err)
	if method == "POST" {
		req.Header.Set("Content-Type", "application/json")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	var cors []string
	for name, values := range resp.Header {
		if strings.HasPrefix(name, "Access-Control-") || name == "Vary" {
			cors = append(cors, name+": "+strings.Join(values, ", "))
		}
	}
	slices.Sort(cors)
	return resp.StatusCode, cors, string(content)
}

// What a route answers, in the words of the table below.
var (
	nothing  []string
	star     = []string{"Access-Control-Allow-Origin: *"}
	varies   = []string{"Vary: Origin"}
	onlyApp  = []string{"Access-Control-Allow-Origin: https://app.site.test", "Vary: Origin"}
	onlyPort = []string{"Access-Control-Allow-Origin: https://app.site.test:8443", "Vary: Origin"}
	usual    = "Access-Control-Allow-Methods: GET,HEAD,PUT,PATCH,POST,DELETE"
	echo     = "Access-Control-Allow-Headers: content-type,x-token"
	creds    = "Access-Control-Allow-Credentials: true"
	both     = "Vary: Origin, Access-Control-Request-Headers"

	starPreflight    = []string{echo, usual, "Access-Control-Allow-Origin: *", "Vary: Access-Control-Request-Headers"}
	listPreflight    = []string{echo, usual, "Access-Control-Allow-Origin: https://app.site.test", both}
	refusedPreflight = []string{echo, usual, both}
)

type row struct {
	request string // method and path; OPTIONS is a preflight for PUT
	origin  string
	status  int
	cors    []string
	// mux is what gorilla-mux answers where it differs.
	mux *row
}

// Where nobody answers OPTIONS the frameworks do, each in its own way.
var unanswered = &row{status: 405}

var rows = []row{
	{"GET /without-cors", app, 200, nothing, nil},
	{"HEAD /without-cors", app, 200, nothing, nil},
	{"OPTIONS /without-cors", app, 200, nothing, unanswered},
	{"GET /with-cors", app, 200, star, nil},
	{"GET /with-cors", foreign, 200, star, nil},
	{"GET /with-cors", "null", 200, star, nil},
	{"HEAD /with-cors", app, 200, star, nil},
	{"OPTIONS /with-cors", app, 200, nothing, unanswered},
	{"GET /products/7", app, 200, onlyApp, nil},
	{"GET /products/7", foreign, 200, onlyApp, nil},
	{"OPTIONS /products/7", app, 200, nothing, unanswered},

	{"GET /allow-list/array", app, 200, onlyApp, nil},
	{"GET /allow-list/array", port, 200, onlyPort, nil},
	{"PUT /allow-list/array", app, 200, onlyApp, nil},
	{"GET /allow-list/array", foreign, 200, varies, nil},
	{"GET /allow-list/array", "", 200, varies, nil},
	{"OPTIONS /allow-list/array", app, 204, listPreflight, nil},
	{"OPTIONS /allow-list/array", foreign, 204, refusedPreflight, nil},
	{"GET /allow-list/function", app, 200, onlyApp, nil},
	{"GET /allow-list/function", port, 200, onlyPort, nil},
	{"PUT /allow-list/function", port, 200, onlyPort, nil},
	{"GET /allow-list/function", foreign, 500, nothing, nil},
	{"GET /allow-list/function", "", 500, nothing, nil},
	{"OPTIONS /allow-list/function", app, 204, listPreflight, nil},
	{"OPTIONS /allow-list/function", foreign, 500, nothing, nil},
	{"GET /allow-list/quiet-function", app, 200, onlyApp, nil},
	{"PUT /allow-list/quiet-function", app, 200, onlyApp, nil},
	{"GET /allow-list/quiet-function", foreign, 200, nothing, &row{status: 200, cors: varies}},
	{"OPTIONS /allow-list/quiet-function", app, 204, listPreflight, nil},
	{"OPTIONS /allow-list/quiet-function", foreign, 200, nothing, &row{status: 204, cors: refusedPreflight}},

	{"OPTIONS /preflighted", foreign, 204, starPreflight, nil},
	{"GET /preflighted", app, 200, star, nil},
	{"PUT /preflighted", app, 200, star, nil},
	{"DELETE /preflighted", app, 200, star, nil},
	{"OPTIONS /not-preflighted", app, 200, nothing, unanswered},
	{"PUT /not-preflighted", app, 200, star, nil},
	{"OPTIONS /preflight-only", app, 204, starPreflight, nil},
	{"PUT /preflight-only", app, 200, nothing, nil},
	{"OPTIONS /strict", app, 204, []string{
		"Access-Control-Allow-Headers: Content-Type,X-Token", "Access-Control-Allow-Methods: PUT,PATCH",
		"Access-Control-Allow-Origin: https://app.site.test", "Access-Control-Max-Age: 600", "Vary: Origin"}, nil},
	{"PUT /strict", foreign, 200, onlyApp, nil},
	{"DELETE /strict", app, 200, onlyApp, nil},
	{"OPTIONS /notes", app, 204, starPreflight, nil},
	{"POST /notes", app, 201, star, nil},

	{"OPTIONS /every-path/items/1", app, 204, starPreflight, nil},
	{"OPTIONS /every-path/bare", app, 204, starPreflight, nil},
	{"OPTIONS /every-path/no/such/path", app, 204, starPreflight, nil},
	{"PUT /every-path/items/1", app, 200, star, nil},
	{"PUT /every-path/bare", app, 200, nothing, nil},
	{"GET /every-path/nothing", app, 404, nothing, nil},
	{"OPTIONS /everywhere/items/1", app, 204, starPreflight, nil},
	{"PUT /everywhere/items/1", app, 200, star, nil},
	{"GET /everywhere/nothing", app, 404, star, nil},
	{"GET /everywhere/failing", app, 500, star, nil},

	{"GET /account", app, 200, append([]string{creds}, onlyApp...), nil},
	{"PUT /account", foreign, 200, append([]string{creds}, onlyApp...), nil},
	{"OPTIONS /account", app, 204, append([]string{creds}, listPreflight...), nil},
	{"GET /account-wildcard", foreign, 200, append([]string{creds}, star...), nil},
	{"OPTIONS /account-wildcard", app, 204, append([]string{creds}, starPreflight...), nil},
	{"GET /account-reflecting", foreign, 200, []string{creds, "Access-Control-Allow-Origin: " + foreign, "Vary: Origin"}, nil},
	{"OPTIONS /account-reflecting", foreign, 204,
		[]string{creds, echo, usual, "Access-Control-Allow-Origin: " + foreign, both}, nil},

	{"GET /orders", app, 200, append(star, "Access-Control-Expose-Headers: X-Total-Count"), nil},
	{"GET /failing", app, 500, star, nil},
	{"GET /missing", app, 404, nothing, nil},
	{"GET /", app, 404, nothing, nil},
}

func TestRoutes(t *testing.T) {
	for _, info := range All() {
		t.Run(info.Name, func(t *testing.T) {
			t.Parallel()
			addr := started(t, info.New())
			for _, r := range rows {
				want := r
				if r.mux != nil && info.Name == "gorilla-mux" {
					want.status, want.cors = r.mux.status, r.mux.cors
				}
				method, path, _ := strings.Cut(r.request, " ")
				var headers []string
				if r.origin != "" {
					headers = append(headers, "Origin: "+r.origin)
				}
				if method == "OPTIONS" {
					headers = append(headers, "Access-Control-Request-Method: PUT", "Access-Control-Request-Headers: content-type,x-token")
				}
				// As in a run: a query must change nothing.
				status, cors, _ := exchange(t, addr, method, path+"?corsproof=token", headers...)
				assert.Equal(t, want.status, status, "%s from %q", r.request, r.origin)
				assert.Equal(t, slices.Sorted(slices.Values(want.cors)), cors, "%s from %q", r.request, r.origin)
			}
		})
	}
}

func TestBodies(t *testing.T) {
	for _, info := range All() {
		t.Run(info.Name, func(t *testing.T) {
			t.Parallel()
			addr := started(t, info.New())
			for _, c := range [][]string{
				{"GET /with-cors", `{"route":"with-cors","method":"GET"}`},
				{"PUT /allow-list/array", `{"route":"allow-list/array","method":"PUT"}`},
				{"GET /products/7", `{"route":"products","id":"7"}`},
				{"POST /notes", `{"route":"notes","note":{"a":1}}`},
				{"GET /account", `{"route":"account","method":"GET","cookie":null}`},
				{"GET /account", `{"route":"account","method":"GET","cookie":"a=1; b=2"}`, "Cookie: a=1; b=2"},
				{"GET /orders", `{"route":"orders","orders":[1,2,3]}`},
			} {
				method, path, _ := strings.Cut(c[0], " ")
				_, _, body := exchange(t, addr, method, path, c[2:]...)
				assert.Equal(t, c[1], body, c[0])
			}
		})
	}
}

// The trap of gorilla/mux, and the way out.
func TestMuxUse(t *testing.T) {
	addr := started(t, &GorillaMux{})
	for _, r := range []row{
		{"OPTIONS /use/items", app, 405, nothing, nil},
		{"PUT /use/items", app, 200, star, nil},
		{"OPTIONS /use-options/items", app, 204, []string{usual, star[0], "Vary: Access-Control-Request-Headers"}, nil},
		{"PUT /use-options/items", app, 200, star, nil},
		{"GET //with-cors", app, 301, nothing, nil},
	} {
		method, path, _ := strings.Cut(r.request, " ")
		status, cors, _ := exchange(t, addr, method, path, "Origin: "+r.origin, "Access-Control-Request-Method: PUT")
		assert.Equal(t, r.status, status, r.request)
		assert.Equal(t, r.cors, cors, r.request)
	}
}

// Express itself answers an OPTIONS that has no route.
func TestExpressOwnOptions(t *testing.T) {
	for major, allow := range map[int]string{5: "GET, HEAD", 4: "GET,HEAD"} {
		addr := started(t, &Express{Major: major})
		status, _, body := exchange(t, addr, "OPTIONS", "/with-cors")
		assert.Equal(t, 200, status)
		assert.Equal(t, allow, body)
	}
}

func TestWithoutCORS(t *testing.T) {
	for _, major := range []int{4, 5} {
		s := &Express{Major: major, WithoutCORS: true}
		addr := started(t, s)
		for _, path := range []string{"/with-cors", "/products/1", "/account", "/everywhere/failing"} {
			_, cors, _ := exchange(t, addr, "GET", path, "Origin: "+app)
			assert.Empty(t, cors, path)
		}
	}
}

func TestTwoAtOnce(t *testing.T) {
	a := started(t, &Express{Major: 5})
	b := started(t, &Express{Major: 5})
	assert.NotEqual(t, a, b)
	for _, addr := range []string{a, b} {
		status, _, _ := exchange(t, addr, "GET", "/with-cors")
		assert.Equal(t, 200, status)
	}
}

func TestLife(t *testing.T) {
	for _, info := range All() {
		t.Run(info.Name, func(t *testing.T) {
			s := info.New()
			assert.Equal(t, info.Name, s.Name())
			assert.ErrorContains(t, s.Alive(), "is not started")
			assert.NoError(t, s.Close(), "before Start")

			addr := started(t, s)
			_, err := s.Start(t.Context())
			assert.ErrorContains(t, err, "is started already")
			assert.NoError(t, info.Missing())

			require.NoError(t, s.Close())
			assert.NoError(t, s.Close())
			require.Eventually(t, func() bool { return s.Alive() != nil }, 5*time.Second, time.Millisecond)
			_, err = http.Get("http://" + addr + "/with-cors")
			assert.Error(t, err, "it still answers")
			if e, ok := s.(*Express); ok {
				assert.False(t, running(e.process.PID()), "Node is still there")
			}
		})
	}
}

// A server that dies in the middle of a run must be noticed.
func TestKilled(t *testing.T) {
	s := &Express{Major: 5}
	started(t, s)
	assert.True(t, running(s.process.PID()))
	node, err := os.FindProcess(s.process.PID())
	require.NoError(t, err)
	require.NoError(t, node.Kill())
	require.Eventually(t, func() bool { return s.Alive() != nil }, 5*time.Second, time.Millisecond)
	assert.ErrorContains(t, s.Alive(), "setups: express-cors: external: express server.js ended by itself")
}

// running reports whether a process has the id.
func running(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil { // Windows
		return false
	}
	defer p.Release()
	return p.Signal(syscall.Signal(0)) == nil
}

func TestStartStopped(t *testing.T) {
	_, err := external.Express.Install(t.Context())
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, info := range All() {
		s := info.New()
		_, err := s.Start(ctx)
		assert.ErrorIs(t, err, context.Canceled, info.Name)
		assert.NoError(t, s.Close())
	}
}

func TestMissing(t *testing.T) {
	t.Setenv(external.CacheVar, t.TempDir())
	for _, info := range All() {
		err := info.Missing()
		if info.Name == "gorilla-mux" {
			assert.NoError(t, err)
			continue
		}
		assert.ErrorContains(t, err, "run `corsproof setup`", info.Name)
		_, err = info.New().Start(t.Context())
		assert.ErrorAs(t, err, new(*external.NotInstalledError))
	}
}

func TestByName(t *testing.T) {
	info, err := ByName("express4-cors")
	require.NoError(t, err)
	assert.Equal(t, "express4-cors", info.New().Name())
	_, err = ByName("express")
	assert.EqualError(t, err, `setups: no set-up "express"; there are express-cors, express4-cors, gorilla-mux`)
}
