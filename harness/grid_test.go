package harness_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/harness/record"
	"github.com/corsproof/corsproof/internal/grid"
	"github.com/corsproof/corsproof/servers"
)

// chromeNode is the TOML of a node that has one Chromium.
func chromeNode(t testing.TB, cdp bool) string {
	path, err := exec.LookPath("chromium")
	require.NoError(t, err)
	driver, err := exec.LookPath("chromedriver")
	require.NoError(t, err)
	stereotype := fmt.Sprintf(`{"browserName": "chrome", "platformName": "linux", "goog:chromeOptions": {"binary": %q}, "corsproof:devtools": "%t"}`, path, cdp)
	return fmt.Sprintf(`
[node]
detect-drivers = false
enable-cdp = %t
[[node.driver-configuration]]
display-name = "Chromium"
webdriver-executable = %q
max-sessions = 1
stereotype = %q
`, cdp, driver, stereotype)
}

// capabilities are what a Chromium needs here.
func capabilities() string {
	if os.Geteuid() == 0 {
		return `{"goog:chromeOptions": {"args": ["--no-sandbox"]}}`
	}
	return ""
}

// product is the browser of that name on this machine.
func product(t testing.TB, key string) browser.Found {
	all, err := browser.FindAll(browser.Chromium)
	require.NoError(t, err)
	i := slices.IndexFunc(all, func(f browser.Found) bool { return f.Key == key })
	require.GreaterOrEqual(t, i, 0, key)
	return all[i]
}

// TestGrid runs in browsers of a Selenium Grid: a hub and nodes that are processes
// of their own.
func TestGrid(t *testing.T) {
	g := grid.Start(t)
	nodes := map[string]*grid.Node{}
	for range 2 {
		n := g.Node(t, chromeNode(t, true))
		nodes[n.URL] = n
	}
	g.Node(t, chromeNode(t, false)+g.Relay(t))
	g.Await(t, 4)
	at := func(t testing.TB, query string) browser.Found {
		found, _, err := harness.FindEach(t.Context(), "webdriver+"+g.URL+query, false, capabilities())
		require.NoError(t, err)
		g.AwaitIdle(t)
		return found[0]
	}
	chrome := at(t, "?corsproof:devtools=true")
	assert.Equal(t, "chrome", chrome.Key)

	// The DevTools protocol through the hub, with our switches: nothing is left out.
	t.Run("DevTools", func(t *testing.T) {
		got := sameVerdicts(t, catalogue(t, "origins", "elements", "http-cache/kept", "authentication/challenge"), product(t, "chromium"), harness.Options{Browsers: []browser.Found{chrome}})
		for id, r := range got {
			assert.NotEqual(t, record.NotApplicable, r.Verdict, "%s: %v", id, r.Problems)
			if id == "origins/cross-site/fetch" {
				assert.NotEmpty(t, r.Steps[0].Observed.Native, "it says why")
			}
		}
		g.AwaitIdle(t)
	})

	// A node without it: WebDriver BiDi.
	t.Run("BiDi", func(t *testing.T) {
		there := at(t, "?corsproof:devtools=false")
		got := sameVerdicts(t, catalogue(t, "origins", "http-cache/kept", "authentication/at-home", "elements/framed-refusal"), product(t, "chromium"), harness.Options{Browsers: []browser.Found{there}})
		for id, r := range got {
			beyond := strings.HasPrefix(id, "authentication/") || id == "elements/framed-refusal/refused/iframe"
			assert.Equal(t, beyond, r.Verdict == record.NotApplicable, "%s: %v", id, r.Problems)
		}
		g.AwaitIdle(t)
	})

	// A driver that knows nothing of it: classic WebDriver.
	t.Run("classic", func(t *testing.T) {
		here, err := browser.Find(browser.WebKit)
		require.NoError(t, err)
		got := sameVerdicts(t, catalogue(t, "origins"), here, harness.Options{Browsers: []browser.Found{at(t, "?browserName=MiniBrowser")}})
		for id, r := range got {
			assert.NotEqual(t, record.NotApplicable, r.Verdict, "%s: %v", id, r.Problems)
		}
		g.AwaitIdle(t)
	})

	// The Grid keeps such a request in its queue.
	t.Run("nobody has it", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, _, err := harness.FindEach(ctx, "webdriver+"+g.URL+"?platformName=windows", false, capabilities())
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.ErrorContains(t, err, "it has ")
		assert.ErrorContains(t, err, "chrome (0 of 3 in use)")
		g.AwaitIdle(t)
	})

	t.Run("out of reach", func(t *testing.T) {
		_, err := harness.Run(t.Context(), harness.Options{
			Permutations: permutations(t, plainRead), Browsers: []browser.Found{chrome}, Listen: "127.0.0.1", Advertise: "127.0.0.1:9",
		})
		require.ErrorAs(t, err, new(*harness.UnreachableError))
		g.AwaitIdle(t)
	})

	// Whoever interrupts the run leaves no slot in use.
	t.Run("interrupted", func(t *testing.T) {
		ctx, interrupt := context.WithCancel(t.Context())
		_, err := harness.Run(ctx, harness.Options{
			Permutations: permutations(t, plainRead), Browsers: []browser.Found{chrome},
			Started: func(*servers.Fleet, browser.Browser) {
				assert.Len(t, g.Sessions(), 1)
				interrupt()
			},
		})
		assert.ErrorIs(t, err, context.Canceled)
		g.AwaitIdle(t)
	})

	// A node that dies takes the session with it; the run goes on in another's.
	t.Run("a node dies", func(t *testing.T) {
		var once sync.Once
		records := map[string]record.Record{}
		_, err := harness.Run(t.Context(), harness.Options{
			Permutations: permutations(t, plainRead), Browsers: []browser.Found{chrome}, Log: t.Logf,
			Record: func(r record.Record) { records[r.ID] = r },
			Started: func(*servers.Fleet, browser.Browser) {
				once.Do(func() {
					busy := g.Sessions()
					require.Len(t, busy, 1)
					assert.NoError(t, nodes[busy[0]].Kill())
				})
			},
		})
		require.NoError(t, err)
		require.Len(t, records, 8)
		for id, r := range records {
			assert.Equal(t, record.Pass, r.Verdict, "%s: %v", id, r.Problems)
			assert.Equal(t, 2, r.Attempt, id)
		}
	})
}
