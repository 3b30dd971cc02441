package webdriver

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness/browser"
)

// server is a WebDriver server that answers as it is told, and remembers what it
// was asked.
type server struct {
	*httptest.Server
	answers map[string]func(http.ResponseWriter, *http.Request)

	mu     sync.Mutex
	asked  []string
	bodies []string
}

func newServer(t testing.TB, answers map[string]func(http.ResponseWriter, *http.Request)) *server {
	s := &server{answers: answers}
	s.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		var body json.RawMessage
		json.NewDecoder(r.Body).Decode(&body)
		user, password, _ := r.BasicAuth()
		s.mu.Lock()
		s.asked = append(s.asked, strings.TrimSpace(fmt.Sprintf("%s %s %s%s", r.Method, r.URL.Path, user, password)))
		s.bodies = append(s.bodies, string(body))
		s.mu.Unlock()
		if answer := s.answers[r.Method+" "+r.URL.Path]; answer != nil {
			answer(rw, r)
			return
		}
		rw.WriteHeader(http.StatusNotFound)
		rw.Write([]byte(`{"value": {"error": "unknown command", "message": "no such thing\nHost info: a host"}}`))
	}))
	t.Cleanup(s.Close)
	return s
}

func says(text string) func(http.ResponseWriter, *http.Request) {
	return func(rw http.ResponseWriter, _ *http.Request) { rw.Write([]byte(text)) }
}

// remoteAt are the options for a browser at a server.
func remoteAt(t testing.TB, address, capabilities string) browser.Options {
	remote, err := browser.ParseRemote("webdriver+"+address, capabilities)
	require.NoError(t, err)
	return browser.Options{Remote: remote, Proxy: "192.0.2.7:8000", SPKI: "pin", Log: t.Logf}
}

const aSession = `{"value": {"sessionId": "s1", "capabilities": {"browserName": "firefox"}}}`

func TestConnectErrors(t *testing.T) {
	type answers = map[string]func(http.ResponseWriter, *http.Request)
	const slots = `{"value": {"ready": true, "nodes": [{"slots": [
		{"stereotype": {"browserName": "chrome"}, "session": {}}, {"stereotype": {"browserName": "chrome"}}, {"stereotype": {"browserName": "firefox"}}]}]}}`
	wait := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	for name, c := range map[string]struct {
		query   string
		answers answers
		asked   []string
		want    string
	}{
		"a page":       {"", answers{"POST /session": says("<html>Welcome")}, nil, `POST /session: the server says 200 OK: "<html>Welcome"`},
		"no WebDriver": {"", nil, nil, "POST /session: unknown command: no such thing"},
		"no session":   {"", answers{"POST /session": says(`{"value": {}}`)}, nil, "has no session"},
		"no such browser": {"?browserName=netscape", nil, nil,
			`nothing here drives a browser called "netscape"; there are chrome, chromium, chrome-headless-shell`},
		"another browser than was asked for": {"?browserName=firefox",
			answers{"POST /session": says(strings.Replace(aSession, "firefox", "netscape", 1)), "DELETE /session/s1": says(`{"value": null}`)},
			[]string{"POST /session", "DELETE /session/s1"}, `called "netscape"`},
		"a queue": {"?browserName=firefox", answers{"POST /session": wait, "GET /status": says(slots)}, []string{"POST /session", "GET /status"},
			"it gave no session for firefox: context deadline exceeded; it has chrome (1 of 2 in use), firefox (0 of 1 in use)"},
		"a queue of one": {"?browserName=firefox", answers{"POST /session": wait, "GET /status": says(`{"value": {"message": "busy"}}`)}, nil, "; it says: busy"},
		"a session that comes late": {"?browserName=firefox", answers{
			"POST /session": func(rw http.ResponseWriter, _ *http.Request) {
				time.Sleep(time.Second) // longer than the test waits for it
				rw.Write([]byte(aSession))
			}, "DELETE /session/s1": says(`{"value": null}`),
		}, []string{"POST /session", "DELETE /session/s1"}, "deadline exceeded"},
		"a socket where none is": {"?browserName=firefox", answers{
			"POST /session": func(rw http.ResponseWriter, r *http.Request) {
				fmt.Fprintf(rw, `{"value": {"sessionId": "s1", "capabilities": {"browserName": "firefox", "webSocketUrl": "ws://192.0.2.1/session/s1"}}}`)
			}, "DELETE /session/s1": says(`{"value": null}`),
		}, []string{"POST /session", "GET /session/s1", "DELETE /session/s1"}, "bidi: attach to ws://127.0.0.1:"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, c.answers)
			ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
			defer cancel()
			_, err := Connect(ctx, remoteAt(t, s.URL+c.query, ""))
			require.ErrorContains(t, err, c.want)
			assert.ErrorContains(t, err, "webdriver+"+s.URL)
			assert.NotContains(t, err.Error(), "Host info")
			if c.asked != nil {
				assert.Equal(t, c.asked, s.asked)
			}
		})
	}
	_, err := Connect(deadline(t), remoteAt(t, "http://127.0.0.1:9", ""))
	assert.ErrorContains(t, err, "refused")
}

// A Grid has the DevTools protocol without being asked for more.
func TestConnectAsksForBiDiLast(t *testing.T) {
	s := newServer(t, map[string]func(http.ResponseWriter, *http.Request){
		"POST /grid/session": func(rw http.ResponseWriter, _ *http.Request) {
			rw.Write([]byte(`{"value": {"sessionId": "s1", "capabilities": {"browserName": "chrome", "goog:chromeOptions": {}}}}`))
		},
		"DELETE /grid/session/s1": says(`{"value": null}`),
	})
	_, err := Connect(deadline(t), remoteAt(t, strings.Replace(s.URL, "://", "://ann:secret@", 1)+"/grid/", ""))
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "secret")
	require.GreaterOrEqual(t, len(s.asked), 3)
	assert.Equal(t, []string{"POST /grid/session annsecret", "DELETE /grid/session/s1 annsecret", "POST /grid/session annsecret"}, s.asked[:3])
	assert.NotContains(t, s.bodies[0], "webSocketUrl")
	assert.Contains(t, s.bodies[2], `"webSocketUrl":true`)
}

func TestWantedCapabilities(t *testing.T) {
	for _, c := range []struct {
		given string
		want  map[string]any // by key, parts of it
	}{
		{"", map[string]any{"browserName": "chrome", "goog:chromeOptions": "--proxy-server=http://192.0.2.7:8000"}},
		{`{"browserName": "MicrosoftEdge", "ms:edgeOptions": {"args": ["--mine"], "binary": "/edge"}, "se:name": "x"}`,
			map[string]any{"ms:edgeOptions": "--mine", "se:name": "x"}},
		{`{"browserName": "firefox", "moz:firefoxOptions": {"prefs": {"mine": 1, "network.proxy.type": 0}}}`,
			map[string]any{"moz:firefoxOptions": "mine:1", "acceptInsecureCerts": true, "webSocketUrl": true}},
		{`{"browserName": "MiniBrowser", "webkitgtk:browserOptions": {"binary": "/MiniBrowser"}}`,
			map[string]any{"webkitgtk:browserOptions": "--proxy=http://192.0.2.7:8000", "acceptInsecureCerts": true}},
		{`{"browserName": "safari"}`, map[string]any{"browserName": "safari"}},
	} {
		o := remoteAt(t, "http://grid", c.given)
		before := fmt.Sprint(o.Remote.Capabilities)
		wanted, err := wantedOf(o)
		require.NoError(t, err)
		for key, part := range c.want {
			assert.Contains(t, fmt.Sprint(wanted[key]), fmt.Sprint(part))
		}
		assert.Equal(t, before, fmt.Sprint(o.Remote.Capabilities), "what was given stays as it was")
	}
	wanted, err := wantedOf(remoteAt(t, "http://grid", `{"browserName": "firefox", "moz:firefoxOptions": {"prefs": {"network.proxy.type": 0}}}`))
	require.NoError(t, err)
	assert.Equal(t, 1, wanted["moz:firefoxOptions"].(map[string]any)["prefs"].(map[string]any)["network.proxy.type"], "nobody's wish leads around the proxy")
	wanted, err = wantedOf(remoteAt(t, "http://grid", ""))
	require.NoError(t, err)
	for _, argument := range []string{"--ignore-certificate-errors-spki-list=pin", "--proxy-bypass-list=<-loopback>", "--headless"} {
		assert.Contains(t, wanted["goog:chromeOptions"].(map[string]any)["args"], argument)
	}
	assert.NotContains(t, fmt.Sprint(wanted), "host-resolver-rules")
}

// A server seldom knows by which address it is reached.
func TestSocketsAreReachedAsTheServerIs(t *testing.T) {
	for _, c := range []struct{ base, address, want string }{
		{"http://grid:4444/session/s1", "ws://172.17.0.2:5555/session/s1/se/cdp", "ws://grid:4444/session/s1/se/cdp"},
		{"https://grid/session/s1", "ws://172.17.0.2:5555/session/s1", "wss://grid/session/s1"},
		{"https://cloud/session/s1", "wss://cdp.cloud/other?token=1", "wss://cdp.cloud/other?token=1"},
		{"https://cloud/session/s1", "", ""},
	} {
		s := session{client: client{base: c.base}, id: "s1", capabilities: map[string]any{"se:cdp": c.address}}
		assert.Equal(t, c.want, s.socket("se:cdp"))
	}
	assert.Empty(t, session{capabilities: map[string]any{"webSocketUrl": true}}.socket("webSocketUrl"))
}

// A server that hears nothing of a session ends it; of one that it has ended we
// hear.
func TestASessionsHeart(t *testing.T) {
	beats := make(chan struct{}, 100)
	s := newServer(t, map[string]func(http.ResponseWriter, *http.Request){
		"GET /session/s1/timeouts": func(rw http.ResponseWriter, _ *http.Request) {
			beats <- struct{}{}
			rw.Write([]byte(`{"value": {}}`))
		},
		"DELETE /session/s2": func(rw http.ResponseWriter, _ *http.Request) {
			rw.WriteHeader(http.StatusNotFound)
			rw.Write([]byte(`{"value": {"error": "invalid session id", "message": "gone"}}`))
		},
	})
	at := func(id string) session { return session{client: newClient(s.URL + "/session/" + id), id: id} }
	life, end := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- at("s1").beat(life, time.Millisecond) }()
	for range 3 {
		<-beats
	}
	end()
	assert.NoError(t, <-ended)
	assert.ErrorContains(t, at("s2").beat(t.Context(), time.Millisecond), "unknown command")
	assert.NoError(t, at("s2").end(), "it has gone already")
	assert.Error(t, at("s1").end())
}
