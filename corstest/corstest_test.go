package corstest

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/faults"
	"github.com/corsproof/corsproof/harness/browser"
)

// end ends the goroutine of a check that may not go on.
func end() { runtime.Goexit() }

// TestMain forgets what the person who runs these tests has chosen, and fails if
// anything outlives the shared browser.
func TestMain(m *testing.M) {
	for _, name := range []string{"BROWSERS", "ENDPOINTS", "THOROUGH", "ISOLATE", "ALLOW_WRITES"} {
		os.Unsetenv("CORSPROOF_" + name)
	}
	code := m.Run()
	if err := Close(); err != nil {
		println(err.Error())
		code = 1
	}
	os.Exit(code)
}

func faultNamed(t *testing.T, name string) faults.Fault {
	t.Helper()
	i := slices.IndexFunc(faults.All(), func(f faults.Fault) bool { return f.Name == name })
	require.GreaterOrEqual(t, i, 0, "no fault %s", name)
	return faults.All()[i]
}

// hasBrowser skips a test where no browser is, as Check itself does.
func hasBrowser(t *testing.T) {
	t.Helper()
	(&checking{TB: t, browsers: browser.Chromium}).find()
}

// told is what a fault makes of a test: the words that a reader needs.
var told = map[string][]string{
	"reflected-with-credentials":  {"leak (critical)", "https://evil.test may not read", "\nserver     Access-Control-Allow-Origin: https://evil.test", "Access-Control-Allow-Credentials: true"},
	"suffix":                      {"leak (critical)", "may not read", "https://evilapp.example.com"},
	"null":                        {"leak (high)", "server     Access-Control-Allow-Origin: null", "in the console of a sandboxed frame: await fetch("},
	"undeclared-method":           {"over-permissive (medium)", "DELETE", "server     Access-Control-Allow-Methods: "},
	"mux-use":                     {"refused (", "https://app.example.com may PUT /items", "405", "-X OPTIONS"},
	"twice":                       {"refused (high)", "more than one Access-Control-Allow-Origin", "server     Access-Control-Allow-Origin: https://app.example.com\n           Access-Control-Allow-Origin: https://app.example.com\n"},
	"credentials-with-star":       {"refused (medium)", "with credentials", "server     Access-Control-Allow-Origin: *"},
	"not-exposed":                 {"refused (medium)", "x-total", "server     (no Access-Control-Expose-Headers)"},
	"vary-missing":                {"cache (medium)", "server     (no Vary)"},
	"unauthorized":                {"unreadable-error (medium)", "401", "server     (no Access-Control-Allow-Origin)"},
	"star-with-allow-credentials": {"ineffective (low)", "server     Access-Control-Allow-Origin: *"},
}

// Ten faults, and one more, make a test fail, each with what a reader needs to
// see. Their twins are silent.
func TestFaultsOffline(t *testing.T) {
	for name, words := range told {
		t.Run(name, func(t *testing.T) {
			f := faultNamed(t, name)
			s := watch(t, func(t testing.TB) { CheckOffline(t, f.Faulty(), f.Policy) })
			assert.True(t, s.failed)
			for _, text := range append(words, "declared   ", "happened   ", "standard   https://", "go test -run '^TestSpied$'", "curl -i", "no browser took part") {
				assert.Contains(t, s.text.String(), text)
			}
			s = watch(t, func(t testing.TB) { CheckOffline(t, f.Correct(), f.Policy) })
			assert.False(t, s.failed, s.text.String())
		})
	}
}

// With a browser they are the same.
func TestFaults(t *testing.T) {
	hasBrowser(t)
	for _, name := range []string{"reflected-with-credentials", "mux-use"} {
		t.Run(name, func(t *testing.T) {
			f := faultNamed(t, name)
			s := watch(t, func(t testing.TB) { Check(t, f.Faulty(), f.Policy) })
			assert.True(t, s.failed)
			for _, text := range told[name] {
				assert.Contains(t, s.text.String(), text)
			}
			assert.NotContains(t, s.text.String(), "nothing shows")
		})
	}
	f := faultNamed(t, "mux-use")
	s := watch(t, func(t testing.TB) { Check(t, f.Correct(), f.Policy) })
	assert.False(t, s.failed, s.text.String())
}

// A handler that allows nobody but says so correctly.
func silent(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("ok")) }

var onePage = Policy{Origins: []string{"https://app.example.com"}}

// TestEnds holds each way in which a test ends before a check has begun against
// what it tells.
func TestEnds(t *testing.T) {
	const absent = browser.WebKit
	nowhere := t.TempDir() // a PATH without its driver, whatever this machine has
	for name, c := range map[string]struct {
		env     map[string]string
		check   func(testing.TB)
		failed  bool
		skipped bool
		says    []string
	}{
		"no policy": {nil, func(t testing.TB) {
			Check(t, http.HandlerFunc(silent), Policy{Origins: []string{"*", "https://*"}, Credentials: true})
		}, true, false, []string{"corstest: no server can be held to this policy:", "origins", "credentials", `https://*`}},
		"no handler": {nil, func(t testing.TB) { Check(t, nil, onePage) }, true, false, []string{"the handler is nil"}},
		"no URL":     {nil, func(t testing.TB) { CheckURL(t, "localhost:80", onePage) }, true, false, []string{"localhost:80", "http://"}},
		"nobody there": {nil, func(t testing.TB) { CheckURL(t, "http://127.0.0.1:9", onePage) }, true, false, []string{
			"http://127.0.0.1:9 does not answer"}},
		"a word for a number": {map[string]string{"CORSPROOF_THOROUGH": "very", "CORSPROOF_ISOLATE": "maybe"}, func(t testing.TB) {
			CheckOffline(t, http.HandlerFunc(silent), onePage)
		}, true, false, []string{`CORSPROOF_THOROUGH="very"`, `CORSPROOF_ISOLATE="maybe"`}},
		"an unknown browser": {map[string]string{"CORSPROOF_BROWSERS": "netscape"}, func(t testing.TB) {
			Check(t, http.HandlerFunc(silent), onePage, WithBrowsers("chromium"))
		}, true, false, []string{"netscape", "chromium"}},
		"no browser": {map[string]string{"CI": "", "CORSPROOF_REQUIRE_BROWSER": "", "PATH": nowhere, "CORSPROOF_WEBKIT": ""}, func(t testing.TB) {
			Check(t, http.HandlerFunc(silent), onePage, WithBrowsers(absent))
		}, false, true, []string{"nothing was checked, because there is no browser", "CheckOffline needs none", "CORSPROOF_REQUIRE_BROWSER=1"}},
		"no browser, and one is required": {map[string]string{"CI": "", "CORSPROOF_REQUIRE_BROWSER": "1", "PATH": nowhere, "CORSPROOF_WEBKIT": ""}, func(t testing.TB) {
			Check(t, http.HandlerFunc(silent), onePage, WithBrowsers(absent))
		}, true, false, []string{absent}},
		"no browser in CI": {map[string]string{"CI": "true", "CORSPROOF_REQUIRE_BROWSER": "", "PATH": nowhere, "CORSPROOF_WEBKIT": ""}, func(t testing.TB) {
			Check(t, http.HandlerFunc(silent), onePage, WithBrowsers(absent))
		}, true, false, []string{absent}},
	} {
		t.Run(name, func(t *testing.T) {
			for variable, value := range c.env {
				t.Setenv(variable, value)
			}
			s := watch(t, c.check)
			assert.Equal(t, c.failed, s.failed, s.text.String())
			assert.Equal(t, c.skipped, s.skipped, s.text.String())
			for _, text := range c.says {
				assert.Contains(t, s.text.String(), text)
			}
		})
	}
}

// The environment says last which places are asked, and how.
func TestEnvironment(t *testing.T) {
	declared := Endpoint{Path: "/items", Methods: []string{"GET"}, ExpectStatus: 200}
	p := Policy{Endpoints: []Endpoint{declared, {Path: "/other"}}}
	o, err := chosen([]Option{Endpoints(Endpoint{Path: "/mine"}), WithBrowsers("firefox", "webkit"), Thorough(), AllowWrites()})
	require.NoError(t, err)
	assert.Equal(t, []Endpoint{{Path: "/mine"}}, o.of(p).Endpoints)
	assert.Equal(t, options{browsers: "firefox,webkit", endpoints: o.endpoints, thorough: true, writes: true}, o)

	t.Setenv("CORSPROOF_BROWSERS", "chromium")
	t.Setenv("CORSPROOF_ENDPOINTS", "/items /more?a=1")
	t.Setenv("CORSPROOF_THOROUGH", "0")
	t.Setenv("CORSPROOF_ISOLATE", "true")
	o, err = chosen([]Option{WithBrowsers("firefox"), Thorough()})
	require.NoError(t, err)
	assert.Equal(t, options{browsers: "chromium", isolate: true}, o)
	assert.Equal(t, []Endpoint{declared, {Path: "/more?a=1"}}, o.of(p).Endpoints)
	assert.Len(t, p.Endpoints, 2, "the policy is the caller's")
}

// TestCheckURL checks a server that runs already.
func TestCheckURL(t *testing.T) {
	hasBrowser(t)
	f := faultNamed(t, "reflected")
	server := httptest.NewServer(f.Faulty())
	defer server.Close()
	s := watch(t, func(t testing.TB) { CheckURL(t, server.URL+f.Policy.Endpoints[0].Path, f.Policy) })
	assert.True(t, s.failed)
	assert.Contains(t, s.text.String(), server.URL)
	assert.NotContains(t, s.text.String(), "is the handler in this test")
}

// TestSharing runs checks in one browser, and this test binary again as one that
// ends while it still has that.
func TestSharing(t *testing.T) {
	hasBrowser(t)
	if os.Getenv("CORSTEST_ENDS") != "" {
		for range 2 {
			Check(t, http.HandlerFunc(silent), Policy{Origins: []string{"https://app.example.com"}, Endpoints: []Endpoint{{Path: "/"}}})
		}
		os.Stdout.WriteString("browsers: " + strings.Join(browsersIn(t, os.TempDir()), " ") + "\n")
		os.Exit(7) // as a panic would, or a timeout
	}
	folder := t.TempDir()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestSharing$")
	cmd.Env = append(os.Environ(), "CORSTEST_ENDS=1", "TMPDIR="+folder)
	out, err := cmd.CombinedOutput()
	require.Equal(t, 7, cmd.ProcessState.ExitCode(), "%v\n%s", err, out)
	assert.Equal(t, 1, strings.Count(string(out), folder), string(out))
	if runtime.GOOS != "windows" {
		assert.Eventually(t, func() bool {
			left, err := os.ReadDir(folder)
			return err == nil && len(left) == 0
		}, 10*time.Second, 10*time.Millisecond, "%v", browsersIn(t, folder))
	}
}

// browsersIn are the folders of shared browsers.
func browsersIn(t *testing.T, folder string) []string {
	found, err := filepath.Glob(filepath.Join(folder, "corsproof-*"))
	require.NoError(t, err)
	return found
}
