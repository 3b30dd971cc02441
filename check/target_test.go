package check

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/policy"
)

func TestSplit(t *testing.T) {
	for line, want := range map[string][]string{
		"node server.js":                    {"node", "server.js"},
		"  a\tb  ":                          {"a", "b"},
		`node -e 'f("x y")' "a b" c\ d`:     {"node", "-e", `f("x y")`, "a b", "c d"},
		`a "" ''`:                           {"a", "", ""},
		`a "say \"x\" \\ \n" 'it\'`:         {"a", `say "x" \ \n`, `it\`},
		`a $HOME *.js ~ "$(x)"`:             {"a", "$HOME", "*.js", "~", "$(x)"},
		`sh -c 'cd x && node server.js; y'`: {"sh", "-c", "cd x && node server.js; y"},
	} {
		words, err := Split(line)
		require.NoError(t, err, line)
		assert.Equal(t, want, words, line)
	}
	for line, want := range map[string]string{
		"":                  "the command is empty",
		"a 'b":              "a ' without its other one",
		`a "b`:              `a " without its other one`,
		`a \`:               `nothing stands behind the last \`,
		"cd x && node y":    "none reads this line",
		"node y > log":      "none reads this line",
		"node y | tee x":    "none reads this line",
		"node `which x`.js": "none reads this line",
	} {
		_, err := Split(line)
		assert.ErrorContains(t, err, want, line)
	}
}

func TestURLs(t *testing.T) {
	target, err := URL("https://staging.example.com/api/items?x=1")
	require.NoError(t, err)
	assert.Equal(t, "/api/items?x=1", target.Path())
	assert.True(t, target.remote())
	origin, err := target.Origin(&policy.Policy{})
	require.NoError(t, err)
	assert.Equal(t, "https://staging.example.com", origin.String())
	origin, err = target.Origin(&policy.Policy{PublicURL: "https://api.example.com"})
	require.NoError(t, err)
	assert.Equal(t, "https://api.example.com", origin.String())
	for _, here := range []string{"http://127.0.0.1:3000", "http://localhost:3000/", "https://[::1]:8443/x", "http://api.localhost", "http://localhost.:3000"} {
		target, err := URL(here)
		require.NoError(t, err, here)
		assert.False(t, target.remote(), here)
	}
	for _, there := range []string{"http://localhost.example.com", "http://127.0.0.1.example.com", "http://notlocalhost", "http://192.168.0.1", "http://[2001:db8::1]"} {
		target, err := URL(there)
		require.NoError(t, err, there)
		assert.True(t, target.remote(), there)
	}
	for raw, want := range map[string]string{
		"example.com":           "expected one that begins with http:// or https://",
		"ftp://example.com":     "expected one that begins with http:// or https://",
		"http:///x":             "expected a host",
		"http://a:b@example.io": "a user name and a password do not belong here",
		"http://example.io/#x":  "a server never sees what stands behind #",
		"http://a b/":           "invalid character",
	} {
		_, err := URL(raw)
		assert.ErrorContains(t, err, want, raw)
	}
	_, err = Command("node x.js", "https://example.com")
	assert.ErrorContains(t, err, "a command serves an address of this machine")
}

// checked says what became of few probes at a URL's own origin.
func checked(t *testing.T, o Options, offline bool) (missed, unproven []string) {
	origin, err := o.Target.Origin(&policy.Policy{})
	require.NoError(t, err)
	return unmet(outcomeOf(t, o, probesOf(t, strings.ReplaceAll(atOrigin, "ORIGIN", origin.String())), offline))
}

const atOrigin = `
  - {id: declared, request: {to: "ORIGIN"}, expect: {read: allowed}}
  - {id: put, request: {to: "ORIGIN", method: PUT, headers: {X-Token: a}, credentials: include}, expect: {read: allowed}}
  - {id: foreign, request: {to: "ORIGIN", from: "https://evil.test"}, expect: {read: blocked}}
  - {id: same-origin, request: {to: "ORIGIN", from: "ORIGIN"}, expect: {read: allowed}}
`

func TestTLSTargets(t *testing.T) {
	server := httptest.NewTLSServer(cors(only, items))
	defer server.Close()
	target, err := URL(server.URL + "/items")
	require.NoError(t, err)
	_, err = target.start(t.Context(), Options{})
	assert.ErrorContains(t, err, "certificate", "nobody has signed it")
	bothWays(t, func(t *testing.T, offline bool) {
		missed, unproven := checked(t, Options{Target: target, Insecure: true}, offline)
		assert.Empty(t, missed)
		assert.Empty(t, unproven)
	})
}

// Who counts as this machine is asked on this machine, by IPv4 or IPv6.
func TestLocalhostIsThisMachine(t *testing.T) {
	for _, addr := range []string{"127.0.0.1:0", "[::1]:0"} {
		listener, err := net.Listen("tcp", addr)
		if err != nil {
			t.Logf("this machine has no %s: %v", addr, err)
			continue
		}
		server := httptest.NewUnstartedServer(items)
		server.Listener.Close()
		server.Listener = listener
		server.Start()
		defer server.Close()
		_, port, err := net.SplitHostPort(listener.Addr().String())
		require.NoError(t, err)
		for _, host := range []string{"localhost", "api.localhost", "a.b.localhost."} {
			target, err := URL("http://" + host + ":" + port)
			require.NoError(t, err)
			_, err = target.start(t.Context(), Options{})
			assert.NoError(t, err, "%s at %s", host, addr)
		}
	}
}

func TestATargetThatIsNotThereIsAnError(t *testing.T) {
	target, err := URL("http://127.0.0.1:" + freePort(t))
	require.NoError(t, err)
	_, err = target.start(t.Context(), Options{})
	assert.ErrorContains(t, err, "does not answer")
}

func TestATargetThatDiesProvesNothing(t *testing.T) {
	bothWays(t, func(t *testing.T, offline bool) {
		var server *httptest.Server
		var asked atomic.Int32
		server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != "HEAD" && asked.Add(1) == 3 {
				server.Listener.Close()
				server.Config.Close()
				return
			}
			cors(only, items).ServeHTTP(w, r)
		}))
		target, err := URL(server.URL)
		require.NoError(t, err)
		missed, unproven := checked(t, Options{Target: target}, offline)
		assert.Empty(t, missed)
		assert.NotEmpty(t, unproven)
	})
}

// A handler that panics is there: that it says nothing is what it says.
func TestAPanicIsAnAnswer(t *testing.T) {
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == "PUT" {
			panic("a test's")
		}
		cors(only, items).ServeHTTP(w, r)
	})
	bothWays(t, func(t *testing.T, offline bool) {
		missed, unproven := unmet(outcomeOf(t, Options{Target: Handler(h)}, probesOf(t, fewProbes), offline))
		assert.Equal(t, []string{"check/put/fetch"}, missed)
		assert.Empty(t, unproven)
	})
}

// A server whose http: pages become https: ones, which is no fault of its CORS.
func TestStrictTransportSecurity(t *testing.T) {
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		cors(only, items).ServeHTTP(w, r)
	})
	const list = `
  - {id: declared, expect: {read: allowed}}
  - {id: below, request: {from: "http://below.api.corsproof.test"}, expect: {read: blocked}}
  - {id: below-put, request: {from: "http://below.api.corsproof.test", method: PUT}, expect: {read: blocked}}
  - {id: further, request: {from: "http://further.below.api.corsproof.test"}, expect: {read: blocked}}
  - {id: itself, request: {from: "http://api.corsproof.test"}, expect: {read: blocked}}
  - {id: elsewhere, request: {from: "http://below.api.corsproof.test.other.test"}, expect: {read: blocked}}
`
	missed, unproven := unmet(outcomeOf(t, Options{Target: Handler(h)}, probesOf(t, list), false))
	assert.Empty(t, missed)
	assert.Empty(t, unproven)
}

func freePort(t *testing.T) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	return strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
}

// TestMain makes of this binary the server that [TestCommands] starts, where the
// environment names a port for it.
func TestMain(m *testing.M) {
	if port := os.Getenv("CORSPROOF_TEST_PORT"); port != "" {
		serveItems(port, os.Getenv("CORSPROOF_TEST_PID"))
	}
	os.Exit(m.Run())
}

// serveItems writes its process id into a file, and serves after a while.
func serveItems(port, pid string) {
	if err := os.WriteFile(pid, []byte(strconv.Itoa(os.Getpid())), 0o600); err != nil {
		panic(err)
	}
	time.Sleep(500 * time.Millisecond) // so that somebody has to wait for it
	panic(http.ListenAndServe("127.0.0.1:"+port, cors(only, items)))
}

func TestCommands(t *testing.T) {
	binary, err := os.Executable()
	require.NoError(t, err)
	port, pid := freePort(t), filepath.Join(t.TempDir(), "pid")
	// By a shell, so that it is a grandchild.
	line := fmt.Sprintf("sh -c 'CORSPROOF_TEST_PORT=%s CORSPROOF_TEST_PID=%s %s & wait'", port, pid, binary)
	target, err := Command(line, "http://127.0.0.1:"+port+"/")
	require.NoError(t, err)
	missed, unproven := checked(t, Options{Target: target}, false)
	assert.Empty(t, missed)
	assert.Empty(t, unproven)
	id, err := os.ReadFile(pid)
	require.NoError(t, err)
	grandchild, err := strconv.Atoi(string(id))
	require.NoError(t, err)
	require.Eventually(t, func() bool { return syscall.Kill(grandchild, 0) != nil || zombie(grandchild) }, 5*time.Second, 10*time.Millisecond,
		"what the command has started outlives the check")
}

// zombie is true for a process that has ended and that nobody has asked about.
func zombie(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || strings.Contains(string(stat), ") Z ")
}

func TestACommandThatDoesNotServeIsAnError(t *testing.T) {
	for name, test := range map[string]struct{ line, want string }{
		"ends early": {"sh -c 'echo no such module; exit 7'", "no such module"},
		"crashes":    {"sh -c 'echo a reason >&2; kill -ABRT $$'", "a reason"},
	} {
		t.Run(name, func(t *testing.T) {
			target, err := Command(test.line, "http://127.0.0.1:"+freePort(t)+"/")
			require.NoError(t, err)
			_, err = target.start(t.Context(), Options{})
			assert.ErrorContains(t, err, test.want)
		})
	}
	t.Run("is not there", func(t *testing.T) {
		target, err := Command("no-such-command-of-anybody", "http://127.0.0.1:"+freePort(t))
		require.NoError(t, err)
		_, err = target.start(t.Context(), Options{})
		assert.ErrorContains(t, err, "start the command")
	})
	t.Run("the port is taken", func(t *testing.T) {
		server := httptest.NewServer(items)
		defer server.Close()
		target, err := Command("sleep 60", server.URL)
		require.NoError(t, err)
		_, err = target.start(t.Context(), Options{})
		assert.ErrorContains(t, err, "something listens at")
	})
}
