package bidi

import (
	"context"
	"os"
	"os/exec"
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
	open     = browsertest.Open
	run      = browsertest.RunProbes
	deadline = browsertest.Deadline
)

const (
	pageURL = browsertest.PageURL
	api     = browsertest.API
)

// binary is the browser to test: the one that CORSPROOF_FIREFOX names, or the
// one on the PATH.
func binary(t testing.TB) string {
	for _, name := range []string{os.Getenv("CORSPROOF_FIREFOX"), "firefox-esr", "firefox"} {
		if file, err := exec.LookPath(name); err == nil {
			return file
		}
	}
	if os.Getenv("CI") == "" {
		t.Skip("no browser: install firefox-esr, or name a Firefox in CORSPROOF_FIREFOX")
	}
	t.Fatal("no browser: install firefox-esr, or name a Firefox in CORSPROOF_FIREFOX")
	return ""
}

// start starts a browser, which ends with the test.
func start(t testing.TB, o browser.Options) browser.Browser {
	o.Log = t.Logf
	b, err := Start(deadline(t), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close()) })
	return b
}

func TestDriver(t *testing.T) {
	browsertest.Run(t, browsertest.Driver{
		Binary: binary(t), Start: Start,
		Kill: func(b browser.Browser) error { return b.(*firefox).process.cmd.Process.Kill() },
		Lacks: map[string]string{
			"webgl":             "a Firefox without a window has none",
			"streams as bodies": "Firefox sends the text [object ReadableStream]",
			"css-clip-path":     "Firefox asks no other origin for one",
			// What Firefox refuses before it is sent has no entry.
			"timing of what is not sent": "Resource Timing has no entry of it",
		},
	})
}

// A page whose process dies ends its batch and no other's.
func TestCrash(t *testing.T) {
	w := newWorld(t)
	b := start(t, w.Options(binary(t)))
	closing, other := open(t, b, pageURL), open(t, b, pageURL)
	slow := w.Probe("fetch", api, "allow=*&delay=2s")
	done := make(chan error, 1)
	go func() { done <- closing.Run(deadline(t), []browser.Probe{slow}, func(browser.Outcome) {}) }()
	require.Eventually(t, func() bool { return len(w.Requests(slow.ID)) > 0 }, 5*time.Second, time.Millisecond)
	id := closing.(*page).id
	go b.(*firefox).call(deadline(t), "browsingContext.close", map[string]any{"context": id}, nil)
	select {
	case err := <-done:
		assert.ErrorIs(t, err, errLost)
	case <-time.After(5 * time.Second):
		t.Fatal("Run hangs")
	}
	assert.Error(t, closing.Eval(deadline(t), "1", nil))
	run(t, other, w.Probe("fetch", api, "allow=*"))
}

func TestStartErrors(t *testing.T) {
	o := newWorld(t).Options("/nonexistent/firefox")
	_, err := Start(deadline(t), o)
	assert.ErrorContains(t, err, "/nonexistent/firefox")

	o.Binary = "/bin/false"
	_, err = Start(deadline(t), o)
	assert.ErrorContains(t, err, "ended at once")

	o.Binary = binary(t)
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Start(canceled, o)
	assert.ErrorIs(t, err, context.Canceled)

	o.Proxy = "no port"
	_, err = Start(deadline(t), o)
	assert.ErrorContains(t, err, "proxy")
}
