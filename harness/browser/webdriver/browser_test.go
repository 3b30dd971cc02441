package webdriver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/harness/browser"
	"github.com/corsproof/corsproof/harness/browser/browsertest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

// What the tests of all drivers have.
var (
	newWorld = browsertest.NewWorld
	deadline = browsertest.Deadline
)

// options are those of the WebKit that is on this machine.
func options(t testing.TB, w *browsertest.World) browser.Options {
	found := browsertest.Find(t, browser.WebKit)
	o := w.Options(found.Path)
	o.Driver, o.Log = found.Driver, t.Logf
	return o
}

func start(t testing.TB, o browser.Options) *webKit {
	b, err := Start(deadline(t), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close()) })
	return b.(*webKit)
}

// driver is how the tests of all drivers meet this one. What dies is the program
// of a name.
func driver(t *testing.T, dies string) browsertest.Driver {
	found := browsertest.Find(t, browser.WebKit)
	return browsertest.Driver{
		Binary: found.Path,
		Start: func(ctx context.Context, o browser.Options) (browser.Browser, error) {
			o.Driver = found.Driver
			return Start(ctx, o)
		},
		Kill: func(b browser.Browser) error {
			if dies == "Xvfb" {
				return signal(b.(*webKit).display, dies, syscall.SIGKILL)
			}
			for p := range b.(*webKit).profiles {
				return signal(p.driver, dies, syscall.SIGKILL)
			}
			return errors.New("no session to kill")
		},
		Crash: func(t testing.TB, p browser.Page) {
			require.NoError(t, signal(p.(*page).profile.driver, "WebKitWebProces", syscall.SIGKILL))
		},
		Gone:     errGone,
		Patience: 10 * time.Second,
		Lacks: map[string]string{
			"font refused": fontsFree, "font-face refused": fontsFree,
			"a font in a frame":          fontsFree,
			"headers are appended":       "what is beyond ASCII is sent in UTF-8",
			"streams as bodies":          "no request has a stream for its body",
			"errors of plain http":       "WebKitWebDriver tells of no connection that breaks off: a deadline does",
			"css-clip-path":              "WebKit asks no other origin for one",
			"timing of what is not sent": "Resource Timing has no entry of it",
			"timing of what failed":      "Resource Timing has no entry of it",
			"shapes of images":           "no image shapes a float, not the page's own either",
			"audio redirected":           "no script can record what plays, so the probe goes by the address",
			"input-image redirected":     "Resource Timing gives every status to whom Timing-Allow-Origin lets look, so the probe goes by the address",
		},
	}
}

const fontsFree = "fonts come without CORS, from anywhere"

func TestDriver(t *testing.T) { browsertest.Run(t, driver(t, "MiniBrowser")) }

// Whichever program dies, it ends what runs, and the browser, and leaves nothing.
func TestDeath(t *testing.T) {
	for _, name := range []string{"WebKitWebDriver", "Xvfb"} {
		t.Run(name, func(t *testing.T) { browsertest.Death(t, driver(t, name)) })
	}
}

func TestInfo(t *testing.T) {
	w := newWorld(t)
	b := start(t, options(t, w))
	assert.Equal(t, "webkit", b.Info().Key)
	page := browsertest.Open(t, b, browsertest.PageURL)
	assert.Error(t, page.Manifest(deadline(t)))
	c, err := b.NewContext(deadline(t))
	require.NoError(t, err)
	assert.ErrorContains(t, c.SetPermission(deadline(t), "https://app.site.test", "https://app.site.test", "camera", "granted"), "camera")
}

// A browser that answers nothing holds nobody up for longer than a deadline, and
// not its own end.
func TestHang(t *testing.T) {
	w := newWorld(t)
	opened := browsertest.Open(t, start(t, options(t, w)), browsertest.PageURL)
	require.NoError(t, signal(opened.(*page).profile.driver, "MiniBrowser", syscall.SIGSTOP))
	short, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	assert.ErrorIs(t, opened.Eval(short, "1", nil), context.DeadlineExceeded)
	_, err := opened.Screenshot(short)
	assert.ErrorIs(t, err, context.DeadlineExceeded)
}

// signal sends a signal to the program of a name in a process's group.
func signal(p *process, name string, s syscall.Signal) error {
	out, err := exec.Command("pgrep", "-g", strconv.Itoa(p.cmd.Process.Pid), name).Output()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for pid := range strings.FieldsSeq(string(out)) {
		id, err := strconv.Atoi(pid)
		if err != nil {
			return err
		}
		if err := syscall.Kill(id, s); err != nil {
			return err
		}
	}
	return nil
}

func TestStartErrors(t *testing.T) {
	w := newWorld(t)
	o := options(t, w)
	o.Binary = "/nonexistent/MiniBrowser"
	_, err := Start(deadline(t), o)
	assert.ErrorContains(t, err, "/nonexistent/MiniBrowser")

	o = options(t, w)
	o.Driver = "/nonexistent/WebKitWebDriver"
	_, err = Start(deadline(t), o)
	assert.ErrorContains(t, err, "/nonexistent/WebKitWebDriver")

	o.Driver = "/bin/false"
	_, err = Start(deadline(t), o)
	assert.ErrorContains(t, err, "false has ended: exit status 1")

	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Start(canceled, options(t, w))
	assert.ErrorIs(t, err, context.Canceled)

	t.Setenv("DISPLAY", "")
	t.Setenv("WAYLAND_DISPLAY", "")
	o = options(t, w)
	o.Headed = true
	_, err = Start(deadline(t), o)
	assert.ErrorContains(t, err, "DISPLAY")

	t.Setenv("PATH", "")
	o.Headed = false
	_, err = Start(deadline(t), o)
	assert.ErrorContains(t, err, "Xvfb")
}

// Safari's driver is as WebKitGTK's but for what its row of the table says.
func TestEngineOf(t *testing.T) {
	assert.Equal(t, "Safari", engineOf("/usr/bin/safaridriver").name)
	assert.Equal(t, "WebKitGTK", engineOf("/usr/bin/WebKitWebDriver").name)
	assert.Equal(t, []string{"-p", "7"}, safari.args(7))
	capabilities := webKitGTK.capabilities(browser.Options{Binary: "/b", Proxy: "127.0.0.1:1"})
	assert.Equal(t, map[string]any{"binary": "/b", "args": []string{"--automation", "--proxy=http://127.0.0.1:1"}}, capabilities["webkitgtk:browserOptions"])
}
