package cdp

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/harness/browser/browsertest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

// What the tests of all drivers have.
var (
	newWorld = browsertest.NewWorld
	open     = browsertest.Open
	run      = browsertest.RunProbes
	deadline = browsertest.Deadline
)

const (
	pageURL = browsertest.PageURL
	api     = browsertest.API
)

func TestDriver(t *testing.T) {
	eachBrowser(t, func(t *testing.T, binary string) { browsertest.Run(t, driver(binary)) })
}

// driver is how the tests of all drivers meet this one.
func driver(binary string) browsertest.Driver {
	return browsertest.Driver{
		Binary: binary, Start: Start,
		Kill: func(b browser.Browser) error { return b.(*chromium).conn.Process().Kill() },
		Gone: errGone,
		Crash: func(t testing.TB, p browser.Page) {
			go p.(*page).target.Call(deadline(t), "Page.crash", nil, nil)
		},
	}
}

// binaries are the browsers to test: the one that CORSPROOF_CHROMIUM names, or
// each build that is on the PATH.
func binaries(t testing.TB) []string {
	if binary := os.Getenv("CORSPROOF_CHROMIUM"); binary != "" {
		return []string{binary}
	}
	var found []string
	for _, name := range []string{"chromium-headless-shell", "chrome-headless-shell", "chromium", "google-chrome"} {
		if binary, err := exec.LookPath(name); err == nil {
			found = append(found, binary)
		}
	}
	require.NotEmpty(t, found, "no browser: install chromium, or name one in CORSPROOF_CHROMIUM")
	return found
}

// eachBrowser runs a test in every browser that is here.
func eachBrowser(t *testing.T, test func(t *testing.T, binary string)) {
	for _, binary := range binaries(t) {
		t.Run(filepath.Base(binary), func(t *testing.T) { test(t, binary) })
	}
}

func start(t testing.TB, o browser.Options) browser.Browser {
	return startWithFlags(t, o, flags(o))
}

func startWithFlags(t testing.TB, o browser.Options, flags []flag) browser.Browser {
	o.Log = func(format string, args ...any) { t.Logf(format, args...) }
	b, err := startWith(deadline(t), o, flags)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close()) })
	return b
}

func TestStartErrors(t *testing.T) {
	_, err := Start(deadline(t), browser.Options{Binary: "/nonexistent/chromium"})
	assert.ErrorContains(t, err, "/nonexistent/chromium")

	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Start(canceled, newWorld(t).Options(binaries(t)[0]))
	assert.ErrorIs(t, err, context.Canceled)

	t.Setenv("DISPLAY", "")
	t.Setenv("WAYLAND_DISPLAY", "")
	o := newWorld(t).Options(binaries(t)[0])
	o.Headed = true
	if _, err = Start(deadline(t), o); err != nil { // only Linux can tell
		assert.ErrorContains(t, err, "DISPLAY")
	}
}
