package bidi

import (
	"context"
	"os"
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

func binary(t testing.TB) string { return browsertest.Find(t, browser.Firefox).Path }

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
		Gone: errLost,
		Crash: func(t testing.TB, p browser.Page) { // to the driver, one that is closed is as one that has crashed
			closing := p.(*page)
			go closing.browser.call(deadline(t), "browsingContext.close", map[string]any{"context": closing.id}, nil)
		},
		Lacks: map[string]string{
			"webgl":             "a Firefox without a window has none",
			"streams as bodies": "Firefox sends the text [object ReadableStream]",
			"css-clip-path":     "Firefox asks no other origin for one",
			// What Firefox refuses before it is sent has no entry.
			"timing of what is not sent": "Resource Timing has no entry of it",
		},
	})
}

// What Firefox would ask a person about has an answer, and the page goes on.
func TestQuestions(t *testing.T) {
	w := newWorld(t)
	p := open(t, start(t, w.Options(binary(t))), pageURL)
	const challenge = "status=401&challenge=Basic+realm=tea&allow=https://app.site.test&credentials=true"
	home, elsewhere := w.Probe("xhr", "https://app.site.test", challenge), w.Probe("xhr", api, challenge)
	elsewhere.Credentials = "include"
	form := w.Probe("form", "http://api.other.test", "")
	form.Method = "POST"
	for id, o := range run(t, p, home, elsewhere, form) {
		assert.False(t, o.TimedOut, id)
		assert.Empty(t, o.Broken, id)
		if id != form.ID {
			assert.Equal(t, 401, o.Status, id)
			assert.Len(t, w.Requests(id), 1)
		}
	}
	assert.Empty(t, w.Requests(form.ID), "a frame of a secure page")
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
